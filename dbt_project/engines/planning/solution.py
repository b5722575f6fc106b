"""The solved plan in numbers, before it is put into frames, and how the facts become those numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning.availability import NEVER, available_days
from dbt_project.engines.planning.calendar import WorkingCalendar, day_number
from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.identity import names, text_identities, written
from dbt_project.engines.planning.margins import margins_at_risk, margins_behind
from dbt_project.engines.planning.netting import net
from dbt_project.engines.planning.network import Network, network, planned_nodes, shared_offers
from dbt_project.engines.planning.recipes import usable_versions
from dbt_project.engines.planning.records import (
    BESIDE,
    P_WIDTH,
    PLANNED,
    R_HASH,
    R_SOURCE,
    R_WIDTH,
    S_DAY,
    S_FROM,
    S_HASH,
    S_KIND,
    S_NODE,
    S_OF,
    STOCK,
    Int64s,
    Table,
)
from dbt_project.engines.planning.tables import (
    asked_table,
    decisions_in_force,
    expected_rows,
    located_demands,
    node_parameters,
    offer_table,
    planning_calendar,
    supply_table,
)


@dataclass(frozen=True)
class Availability:
    """supply_day: when each supply is really there; supply_binding: the requirement that decides it; requirement_day,
    requirement_binding: when each requirement is really covered, and the supply that decides it; held_up: of each
    supply, the worked days by which its expected day comes after that of its due date or lead time and its parts."""

    supply_day: Int64s
    supply_binding: Int64s
    requirement_day: Int64s
    requirement_binding: Int64s
    held_up: Int64s


@dataclass(frozen=True)
class Solution:
    """The tables of records.py, with the frames whose rows they point to, and what is computed along the pegs, by
    whoever asks for it first. expected: by supply, the day before which it is not there, whatever is planned; -1: none.
    """

    facts: PlanningInput
    as_of: int
    last_day: int
    calendar: WorkingCalendar
    network: Network
    nodes: pl.DataFrame
    offers: pl.DataFrame
    node_table: Table
    demands: pl.DataFrame
    existing: pl.DataFrame
    decisions: pl.DataFrame
    lines: pl.DataFrame
    requirements: Table
    supplies: Table
    pegs: Table
    fate: Table
    bounds: Table
    expected: Int64s
    existing_start: Int64s
    order: Int64s
    demand_line: Int64s
    findings: list[dict[str, object]]

    @cached_property
    def as_due(self) -> Availability:
        """What is there when, if work centres take whatever comes: what suggestions go by."""
        return self._available(np.full_like(self.expected, -1))

    @cached_property
    def as_expected(self) -> Availability:
        """What is there when, supplies not before their expected days: what customers are told."""
        return self._available(self.expected) if (self.expected >= 0).any() else self.as_due

    def _available(self, expected: Int64s) -> Availability:
        return Availability(
            *available_days(
                self.order,
                self.requirements,
                self.supplies,
                self.pegs,
                self.existing_start,
                self.bounds,
                expected,
                self.as_of,
                self.calendar.first,
                self.calendar.worked,
                self.calendar.until,
            )
        )

    @cached_property
    def _margins(self) -> tuple[Int64s, Int64s, Int64s, Int64s]:
        margin = self.lines["margin"].fill_null(0).cast(pl.Int64).to_numpy()
        count, behind, gains = margins_behind(self.requirements, self.supplies, self.pegs, self.demand_line, margin)
        quantity = self.lines["quantity"].cast(pl.Int64).to_numpy()
        risk, late = margins_at_risk(
            self.requirements, self.supplies, self.pegs, margin, quantity, self.demand_line, self.as_due.supply_day
        )
        return count, behind, np.minimum(risk, gains), np.minimum(late, gains)

    @property
    def line_count(self) -> Int64s:
        """How many sales order lines wait for each supply."""
        return self._margins[0]

    @property
    def margin_behind(self) -> Int64s:
        """Their margins, each once."""
        return self._margins[1]

    @property
    def margin_at_risk(self) -> Int64s:
        """What of it hangs on the supply."""
        return self._margins[2]

    @property
    def margin_late(self) -> Int64s:
        """What of that is needed before the supply is there."""
        return self._margins[3]

    def of_node(self, column: str, nodes: Int64s | pl.Series) -> pl.Series:
        """A column of the nodes for each of the given node numbers."""
        return self.nodes[column].gather(nodes)

    def offered(self, column: str, offers: Int64s, nodes: Int64s) -> pl.Series:
        """A column of the offers, and of the nodes where there is none; null where there is neither (negative)."""
        of_nodes = gathered(self.nodes[column], nodes)
        if not self.offers.height:
            return of_nodes
        return pl.select(pl.coalesce(gathered(self.offers[column], offers), of_nodes)).to_series()

    @cached_property
    def places(self) -> pl.Series:
        """Item@warehouse of each node."""
        return self.nodes.select(
            pl.format("{}@{}", pl.col("item_id").cast(pl.String), pl.col("warehouse_id").cast(pl.String)).alias("place")
        )["place"]

    @cached_property
    def planned(self) -> Int64s:
        """The supplies that the plan adds."""
        return np.flatnonzero(self.supplies[S_KIND] == PLANNED)

    def of_planned(self, values: Int64s) -> Int64s:
        """Of values by supply those of what the plan adds: a part of them where these lie together, else a copy."""
        rows = self.planned
        if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
            return values[rows[0] : rows[-1] + 1]
        return values.take(rows)

    @cached_property
    def beside(self) -> Int64s:
        """The by-products of planned supplies, by node and day."""
        rows = np.flatnonzero(self.supplies[S_KIND] == BESIDE)
        return rows[np.lexsort((self.supplies[S_DAY, rows], self.supplies[S_NODE, rows]))]

    def named_supplies(self, rows: Int64s) -> pl.Series:
        """The names of these supplies, null for a negative row: existing supplies by their own name, planned ones by
        their suggestion, stock as STOCK:item@warehouse, by-products as suggestion:item."""
        return gathered(self._supply_names, rows)

    def named_requirements(self, rows: Int64s) -> pl.Series:
        """The names of these requirements, null for a negative row: demands by their own, components of planned orders
        by their identity."""
        return gathered(self._requirement_names, rows)

    @cached_property
    def suggestion_ids(self) -> pl.Series:
        """The names of the planned supplies."""
        return self._supply_names.gather(self.planned)

    # Every name is written once: what is gathered from a column of text points to it.
    @cached_property
    def _supply_names(self) -> pl.Series:
        stocks = np.flatnonzero(self.supplies[S_KIND] == STOCK)
        texts = pl.concat(
            [
                self.existing["supply_id"],
                pl.select(pl.lit("STOCK:") + self.places.gather(self.supplies[S_NODE, stocks])).to_series(),
                pl.DataFrame(
                    {
                        "order": written(self.supplies[S_HASH, self.supplies[S_OF, self.beside]], "S"),
                        "item": self.nodes["item_id"].cast(pl.String).gather(self.supplies[S_NODE, self.beside]),
                    }
                )
                .select(pl.format("{}:{}", "order", "item"))
                .to_series(),
            ]
        )
        source = np.full(self.supplies.shape[1], -1, dtype=np.int64)
        source[: self.existing.height] = np.arange(self.existing.height)
        source[stocks] = self.existing.height + np.arange(len(stocks))
        source[self.beside] = self.existing.height + len(stocks) + np.arange(len(self.beside))
        return names(source, self.supplies[S_HASH], "S", texts)

    @cached_property
    def _requirement_names(self) -> pl.Series:
        return names(self.requirements[R_SOURCE], self.requirements[R_HASH], "R", self.demands["demand_id"])


def gathered(values: pl.Series, rows: Int64s) -> pl.Series:
    """Values by row number; null for a negative one."""
    if not len(values):
        return pl.Series(values.name, [None] * len(rows), dtype=values.dtype)
    known = rows >= 0
    if known.all():
        return values.gather(rows)
    if not known.any():
        return pl.repeat(None, len(rows), dtype=values.dtype, eager=True).alias(values.name)
    index = pl.select(pl.when(pl.Series(known)).then(pl.Series(rows))).to_series()
    return values.gather(index)


def dates(days: Int64s | npt.NDArray[np.int32]) -> pl.Series:
    """Day numbers as dates."""
    return pl.Series(days.astype(np.int32, copy=False)).cast(pl.Date)


def dates_or_null(days: Int64s) -> pl.Series:
    """Day numbers as dates; null for NEVER."""
    known = days < NEVER
    found = dates(np.where(known, days, 0))
    return found if known.all() else pl.select(pl.when(pl.Series(known)).then(found)).to_series()


def solve(given: PlanningInput) -> Solution:
    """The whole plan in numbers."""
    facts = given.conformed()
    as_of = day_number(facts.as_of)
    last_day = as_of + facts.horizon_days
    usable = usable_versions(facts)
    nodes = planned_nodes(facts, usable)
    is_usable = pl.col("expiry_date").is_null() | (pl.col("expiry_date") >= facts.as_of)
    stock = facts.stock.filter(is_usable).group_by("item_id", "warehouse_id").agg(stock=pl.col("quantity").sum())
    nodes = nodes.join(stock, on=["item_id", "warehouse_id"], how="left", maintain_order="left").with_columns(
        pl.col("stock").fill_null(0)
    )
    findings: list[dict[str, object]] = []

    demands, lost = located_demands(facts, nodes)
    existing = (
        facts.supplies.filter(pl.col("quantity") > 0)
        .join(nodes.select("item_id", "warehouse_id", "node"), on=["item_id", "warehouse_id"], how="left")
        .with_columns(
            due=pl.col("due_date").to_physical().cast(pl.Int64),
            is_released=pl.col("is_released").fill_null(True),
        )
        .with_columns(day=pl.max_horizontal("due", pl.lit(as_of)))
    )
    for name, frame in (("demand", lost), ("supply", existing.filter(pl.col("node").is_null()))):
        findings += [
            {
                "finding": "item_not_planned",
                "item_id": row["item_id"],
                "warehouse_id": row["warehouse_id"],
                "message": f"{name.capitalize()} {row[name + '_id']}: item {row['item_id']} has no planning parameters "
                f"in warehouse {row['warehouse_id']}; it is left out.",
            }
            for row in frame.sort(f"{name}_id").iter_rows(named=True)
        ]
    existing = (
        existing.filter(pl.col("node").is_not_null()).sort("node", "day", "due", "supply_id").with_row_index("row")
    )

    parent = (
        demands.select(supply_id=pl.coalesce("for_supply_id", pl.lit("WO:") + pl.col("work_order_id")))
        .join(
            existing.filter(pl.col("kind").is_in(["work_order", "transfer"])).select(
                "supply_id", pl.col("row").cast(pl.Int64)
            ),
            on="supply_id",
            how="left",
            maintain_order="left",
        )["row"]
        .fill_null(-1)
        .to_numpy()
    )
    demand_node = demands["node"].to_numpy()
    existing_node = existing["node"].to_numpy()
    has_parent = parent >= 0
    arcs_from, arcs_to = existing_node[parent[has_parent]], demand_node[has_parent]
    apart = arcs_from != arcs_to
    structure = network(facts, nodes, usable, (arcs_from[apart], arcs_to[apart]))
    findings += structure.findings

    lines = (
        demands.select(line="line", margin="margin_amount", quantity="quantity")
        .filter(pl.col("line").is_not_null())
        .group_by("line")
        .agg(pl.col("margin").drop_nulls().first(), pl.col("quantity").sum())
        .sort("line")
    )
    demand_line = (
        demands.select("line")
        .join(
            lines.select("line", pl.int_range(pl.len()).alias("number")), on="line", how="left", maintain_order="left"
        )["number"]
        .fill_null(-1)
        .to_numpy()
    )

    decisions, decided = decisions_in_force(facts)
    offers = shared_offers(facts, nodes)
    calendar = planning_calendar(facts, nodes, structure, demands, existing, offers, parent, as_of)
    node_table = node_parameters(nodes, structure, as_of)
    existing_start = np.searchsorted(existing_node, np.arange(nodes.height + 1)).astype(np.int64)
    item_hash = text_identities(nodes["item_id"], 3)
    # A component of an open order is named by its item: its path starts with the order, which stands where the
    # suggestion stood that it came from.
    component_hash = item_hash[demand_node]
    repeated = demands.select(
        (pl.col("demand_id").cum_count().over("work_order_id", "for_supply_id", "node") - 1).cast(pl.Int64)
    )
    component_hash = np.where(
        repeated["demand_id"].to_numpy() == 0, component_hash, text_identities(demands["demand_id"], 1)
    )
    demand_start = np.searchsorted(demand_node, np.arange(nodes.height + 1)).astype(np.int64)
    rows = expected_rows(structure, demand_start)
    supply_rows = supply_table(existing, rows)
    is_transfer = existing["kind"].to_numpy() == "transfer"
    is_carried = has_parent & is_transfer[np.maximum(parent, 0)] if existing.height else has_parent
    supply_rows[S_FROM, parent[is_carried]] = demand_node[is_carried]
    order = structure.order.copy()
    requirements, supplies, pegs, fate, bounds = net(
        order,
        structure.pool,
        node_table,
        demand_start,
        demands.height,
        asked_table(demands, demand_line, parent, rows),
        existing_start,
        existing.height,
        supply_rows,
        np.searchsorted(offers["node"].to_numpy(), np.arange(nodes.height + 1)).astype(np.int64),
        offer_table(offers),
        np.empty((R_WIDTH, rows), dtype=np.int64),
        np.empty((P_WIDTH, rows + rows // 2), dtype=np.int64),
        structure.version_start,
        structure.version_day,
        structure.version_end,
        structure.version_alternate,
        structure.line_start,
        structure.line_node,
        structure.line_numerator,
        structure.line_denominator,
        structure.beside_start,
        structure.beside_node,
        structure.beside_numerator,
        structure.beside_denominator,
        item_hash,
        component_hash,
        np.where(demands["kind"].to_numpy() == "expiry", demands["quantity"].to_numpy(), 0),
        decided,
        as_of,
        last_day,
        calendar.first,
        calendar.worked,
        calendar.until,
    )
    expected = np.full(supplies.shape[1], -1, dtype=np.int64)
    expected[: existing.height] = existing["expected_date"].to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return Solution(
        facts=facts,
        as_of=as_of,
        last_day=last_day,
        calendar=calendar,
        network=structure,
        nodes=nodes,
        offers=offers,
        node_table=node_table,
        demands=demands,
        existing=existing,
        decisions=decisions,
        lines=lines,
        requirements=requirements,
        supplies=supplies,
        pegs=pegs,
        fate=fate,
        bounds=bounds,
        expected=expected,
        existing_start=existing_start,
        order=order,
        demand_line=demand_line,
        findings=findings,
    )
