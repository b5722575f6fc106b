"""The solved plan in numbers, before it is put into frames, and how the facts become those numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning.availability import available_days
from dbt_project.engines.planning.calendar import WorkingCalendar, day_number
from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.identity import read, text_identities, written
from dbt_project.engines.planning.lots import POLICY_CODES
from dbt_project.engines.planning.margins import margins_at_risk, margins_behind
from dbt_project.engines.planning.netting import LAST_RANK, net
from dbt_project.engines.planning.network import Network, network, planned_nodes
from dbt_project.engines.planning.records import (
    CHANGED,
    D_DUE,
    D_HASH,
    D_QUANTITY,
    D_STATE,
    D_WIDTH,
    N_HASH,
    N_IS_MADE,
    N_IS_PLANNED,
    N_LEAD,
    N_MINIMUM,
    N_MULTIPLE,
    N_POLICY,
    N_SAFETY,
    N_STOCK,
    N_SUPPLIER_MINIMUM,
    N_WIDTH,
    R_DAY,
    R_HASH,
    R_LEVEL,
    R_NEXT,
    R_NODE,
    R_PARENT,
    R_QUANTITY,
    R_RANK,
    R_SIBLING,
    R_SOURCE,
    R_TOP,
    R_WIDTH,
    REJECTED,
    S_COMPONENT,
    S_DAY,
    S_DUE,
    S_FIRST,
    S_HASH,
    S_KIND,
    S_NEEDED,
    S_NODE,
    S_QUANTITY,
    S_RANK,
    S_RELEASE,
    S_SOURCE,
    S_TOP,
    S_VERSION,
    S_WIDTH,
    SNOOZED,
    STOCK,
    UNSEEN,
)

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Solution:
    """The tables of records.py, with the frames whose rows they point to and what was computed along the pegs."""

    facts: PlanningInput
    as_of: int
    last_day: int
    calendar: WorkingCalendar
    network: Network
    nodes: pl.DataFrame
    node_table: Table
    demands: pl.DataFrame
    existing: pl.DataFrame
    decisions: pl.DataFrame
    lines: pl.DataFrame
    requirements: Table
    supplies: Table
    pegs: Table
    existing_start: Int64s
    own_start: Int64s
    own_end: Int64s
    short_day: Int64s
    supply_day: Int64s
    supply_binding: Int64s
    requirement_day: Int64s
    requirement_binding: Int64s
    requirement_order: Int64s
    requirement_start: Int64s
    line_count: Int64s
    margin_behind: Int64s
    margin_at_risk: Int64s
    margin_late: Int64s
    findings: list[dict[str, object]]

    def of_node(self, column: str, nodes: Int64s) -> pl.Series:
        """A column of the nodes for each of the given node numbers."""
        return self.nodes[column].gather(nodes)

    @cached_property
    def places(self) -> pl.Series:
        """Item@warehouse of each node."""
        return self.nodes.select(
            pl.format("{}@{}", pl.col("item_id").cast(pl.String), pl.col("warehouse_id").cast(pl.String)).alias("place")
        )["place"]

    @cached_property
    def supply_ids(self) -> pl.Series:
        """Existing supplies by their own name, planned ones by their suggestion, stock as STOCK:item@warehouse."""
        count = self.existing.height
        own = self.supplies[count:]
        names = written(own[:, S_HASH], "S")
        is_stock = own[:, S_KIND] == STOCK
        if is_stock.any():
            where = np.flatnonzero(is_stock)
            stock = pl.select(pl.lit("STOCK:") + self.places.gather(own[where, S_NODE])).to_series()
            names = names.scatter(where, stock)
        return pl.concat([self.existing["supply_id"], names.rename("supply_id")]).rename("supply_id")

    @cached_property
    def requirement_ids(self) -> pl.Series:
        """Demands by their own name, components of planned orders by their identity."""
        below = written(self.requirements[self.demands.height :, R_HASH], "R")
        return pl.concat([self.demands["demand_id"], below.rename("demand_id")]).rename("requirement_id")


def dates(days: Int64s) -> pl.Series:
    """Day numbers as dates."""
    return pl.Series(np.ascontiguousarray(days).astype(np.int32)).cast(pl.Date)


def _demands(facts: PlanningInput, nodes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Demands with node, rank and line number in the order in which they are served; and those of items that are not planned."""
    located = facts.demands.filter(pl.col("quantity") > 0).join(
        nodes.select("item_id", "warehouse_id", "node"), on=["item_id", "warehouse_id"], how="left"
    )
    lost = located.filter(pl.col("node").is_null())
    owed = nodes.filter(pl.col("stock") < 0).select(
        demand_id=pl.format("STOCK:{}@{}", pl.col("item_id").cast(pl.String), pl.col("warehouse_id").cast(pl.String)),
        kind=pl.lit("negative_stock"),
        item_id="item_id",
        warehouse_id="warehouse_id",
        quantity=-pl.col("stock"),
        need_date=pl.lit(facts.as_of, dtype=pl.Date),
        priority=pl.lit(-1, dtype=pl.Int64),
        node="node",
    )
    located = located.filter(pl.col("node").is_not_null())
    if owed.height:
        located = pl.concat([located, owed], how="diagonal")
    ranked = located.with_columns(
        rank=(pl.col("priority").rank("dense").cast(pl.Int64) - 1).fill_null(LAST_RANK),
        day=pl.col("need_date").to_physical().cast(pl.Int64),
        line=pl.when(pl.col("kind") == "sales_order").then(pl.col("sales_order_line_id")),
    ).sort("node", "day", "rank", "demand_id")
    return ranked, lost


def solve(given: PlanningInput) -> Solution:
    """The whole plan in numbers."""
    facts = given.conformed()
    as_of = day_number(facts.as_of)
    last_day = as_of + facts.horizon_days
    nodes = planned_nodes(facts)
    stock = facts.stock.group_by("item_id", "warehouse_id").agg(stock=pl.col("quantity").sum())
    nodes = nodes.join(stock, on=["item_id", "warehouse_id"], how="left", maintain_order="left").with_columns(
        pl.col("stock").fill_null(0)
    )
    findings: list[dict[str, object]] = []

    demands, lost = _demands(facts, nodes)
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
        for row in frame.sort(f"{name}_id").iter_rows(named=True):
            findings.append(
                {
                    "finding": "item_not_planned",
                    "item_id": row["item_id"],
                    "warehouse_id": row["warehouse_id"],
                    "message": f"{name.capitalize()} {row[name + '_id']}: item {row['item_id']} has no planning parameters in "
                    f"warehouse {row['warehouse_id']}; it is left out.",
                }
            )
    existing = (
        existing.filter(pl.col("node").is_not_null()).sort("node", "day", "due", "supply_id").with_row_index("row")
    )

    parent = (
        demands.select(supply_id=pl.lit("WO:") + pl.col("work_order_id"))
        .join(
            existing.filter(pl.col("kind") == "work_order").select("supply_id", pl.col("row").cast(pl.Int64)),
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
    structure = network(facts, nodes, (arcs_from[apart], arcs_to[apart]))
    findings += structure.findings

    lines = (
        demands.select(line="line", margin="margin_amount", quantity="quantity", row=pl.int_range(pl.len()))
        .filter(pl.col("line").is_not_null())
        .group_by("line")
        .agg(pl.col("margin").drop_nulls().first(), pl.col("quantity").sum(), pl.col("row").sort())
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

    requirements = _requirement_table(demands, demand_line, parent)
    supplies = _supply_table(existing, has_parent, parent, requirements)
    decisions, decision_table = _decisions(facts)
    calendar = _calendar(facts, nodes, structure, demands, existing, parent, as_of)
    node_table = _node_table(nodes, structure)
    existing_start = np.searchsorted(existing_node, np.arange(nodes.height + 1)).astype(np.int64)
    item_hash = text_identities(nodes["item_id"], 3)
    # A component of an open order is named by its item: its path starts with the order, which stands where the suggestion stood that it came from.
    component_hash = item_hash[demand_node]
    repeated = demands.select((pl.col("demand_id").cum_count().over("work_order_id", "node") - 1).cast(pl.Int64))
    component_hash = np.where(
        repeated["demand_id"].to_numpy() == 0, component_hash, text_identities(demands["demand_id"], 1)
    )
    requirements, supplies, pegs, own_start, own_end, short_day = net(
        structure.order,
        node_table,
        np.searchsorted(demand_node, np.arange(nodes.height + 1)).astype(np.int64),
        demands.height,
        requirements,
        existing_start,
        existing.height,
        supplies,
        structure.version_start,
        structure.version_day,
        structure.line_start,
        structure.line_node,
        structure.line_numerator,
        structure.line_denominator,
        item_hash,
        component_hash,
        decision_table,
        as_of,
        last_day,
        calendar.first,
        calendar.worked,
        calendar.until,
    )
    supply_day, supply_binding, requirement_day, requirement_binding = available_days(
        structure.order,
        node_table,
        requirements,
        supplies,
        pegs,
        existing_start,
        own_start,
        own_end,
        as_of,
        calendar.first,
        calendar.worked,
        calendar.until,
    )
    requirement_order = np.lexsort((requirements[:, R_DAY], requirements[:, R_NODE])).astype(np.int64)
    requirement_start = np.searchsorted(requirements[requirement_order, R_NODE], np.arange(nodes.height + 1)).astype(
        np.int64
    )
    margin = lines["margin"].fill_null(0).cast(pl.Int64).to_numpy()
    line_rows = lines["row"].explode().cast(pl.Int64).to_numpy() if lines.height else np.zeros(0, dtype=np.int64)
    line_start = np.concatenate([[0], np.cumsum(lines["row"].list.len().to_numpy())]).astype(np.int64)
    line_count, behind, gains = margins_behind(requirements, supplies, pegs, line_start, line_rows, margin)
    all_lines = np.full(len(requirements), -1, dtype=np.int64)
    all_lines[: demands.height] = demand_line
    risk, late = margins_at_risk(
        structure.order,
        requirement_order,
        requirement_start,
        requirements,
        supplies,
        pegs,
        margin,
        lines["quantity"].cast(pl.Int64).to_numpy(),
        all_lines,
        supply_day,
    )
    return Solution(
        facts=facts,
        as_of=as_of,
        last_day=last_day,
        calendar=calendar,
        network=structure,
        nodes=nodes,
        node_table=node_table,
        demands=demands,
        existing=existing,
        decisions=decisions,
        lines=lines,
        requirements=requirements,
        supplies=supplies,
        pegs=pegs,
        existing_start=existing_start,
        own_start=own_start,
        own_end=own_end,
        short_day=short_day,
        supply_day=supply_day,
        supply_binding=supply_binding,
        requirement_day=requirement_day,
        requirement_binding=requirement_binding,
        requirement_order=requirement_order,
        requirement_start=requirement_start,
        line_count=line_count,
        margin_behind=behind,
        margin_at_risk=np.minimum(risk, gains),
        margin_late=np.minimum(late, gains),
        findings=findings,
    )


def _requirement_table(demands: pl.DataFrame, demand_line: Int64s, parent: Int64s) -> Table:
    table = np.zeros((demands.height, R_WIDTH), dtype=np.int64)
    table[:, R_NODE] = demands["node"].to_numpy()
    table[:, R_DAY] = demands["day"].to_numpy()
    table[:, R_QUANTITY] = demands["quantity"].to_numpy()
    table[:, R_RANK] = demands["rank"].to_numpy()
    table[:, R_HASH] = text_identities(demands["demand_id"], 1)
    table[:, R_TOP] = demand_line
    table[:, R_PARENT] = parent
    table[:, R_NEXT] = -1
    table[:, R_SIBLING] = -1
    table[:, R_LEVEL] = 0
    table[:, R_SOURCE] = np.arange(demands.height)
    return table


def _supply_table(
    existing: pl.DataFrame, has_parent: npt.NDArray[np.bool_], parent: Int64s, requirements: Table
) -> Table:
    table = np.zeros((existing.height, S_WIDTH), dtype=np.int64)
    table[:, S_NODE] = existing["node"].to_numpy()
    table[:, S_DAY] = existing["day"].to_numpy()
    table[:, S_DUE] = existing["due"].to_numpy()
    table[:, S_RELEASE] = existing["due"].to_numpy()
    table[:, S_QUANTITY] = existing["quantity"].to_numpy()
    table[:, S_KIND] = 1
    table[:, S_HASH] = text_identities(existing["supply_id"], 2)
    table[:, S_TOP] = -1
    table[:, S_RANK] = LAST_RANK
    table[:, S_SOURCE] = np.arange(existing.height)
    table[:, S_NEEDED] = -1
    table[:, S_FIRST] = UNSEEN
    table[:, S_COMPONENT] = -1
    table[:, S_VERSION] = -1
    for row in np.flatnonzero(has_parent)[::-1]:
        requirements[row, R_SIBLING] = table[parent[row], S_COMPONENT]
        table[parent[row], S_COMPONENT] = row
    return table


def _node_table(nodes: pl.DataFrame, structure: Network) -> Table:
    table = np.zeros((nodes.height, N_WIDTH), dtype=np.int64)
    table[:, N_STOCK] = nodes["stock"].to_numpy()
    table[:, N_SAFETY] = nodes["safety_stock"].to_numpy()
    table[:, N_LEAD] = nodes["lead_time_days"].to_numpy()
    table[:, N_POLICY] = nodes["lot_policy"].replace_strict(POLICY_CODES, return_dtype=pl.Int64).to_numpy()
    table[:, N_MINIMUM] = nodes["minimum_quantity"].to_numpy()
    table[:, N_MULTIPLE] = nodes["multiple_quantity"].to_numpy()
    table[:, N_SUPPLIER_MINIMUM] = nodes["supplier_minimum"].to_numpy()
    table[:, N_IS_MADE] = (nodes["kind"] == "made").to_numpy()
    table[:, N_IS_PLANNED] = nodes["has_source"].to_numpy() & ~structure.is_cyclic
    names = nodes.select(
        pl.concat_str(
            pl.when(pl.col("kind") == "made").then(pl.lit("make")).otherwise(pl.lit("buy")),
            pl.col("item_id").cast(pl.String),
            pl.col("warehouse_id").cast(pl.String),
            separator="\x1f",
        ).alias("name")
    )["name"]
    table[:, N_HASH] = text_identities(names, 4)
    return table


def _decisions(facts: PlanningInput) -> tuple[pl.DataFrame, Table]:
    """The last decision on each suggestion, by identity, and those of them that change this plan."""
    last = (
        facts.decisions.with_row_index("entered")
        .sort("decided_at", "entered", nulls_last=False)
        .unique("suggestion_id", keep="last", maintain_order=True)
    )
    last = last.with_columns(identity=pl.Series(read(last["suggestion_id"]), dtype=pl.Int64)).sort("identity")
    is_sleeping = (pl.col("decision") == "snooze") & (pl.col("until").is_null() | (pl.col("until") > facts.as_of))
    last = last.with_columns(
        state=pl.when(pl.col("decision") == "reject")
        .then(REJECTED)
        .when(is_sleeping)
        .then(SNOOZED)
        .when(pl.col("decision") == "change")
        .then(CHANGED)
        .otherwise(0)
        .cast(pl.Int64)
    )
    table = np.zeros((last.height, D_WIDTH), dtype=np.int64)
    table[:, D_HASH] = last["identity"].to_numpy()
    table[:, D_STATE] = last["state"].to_numpy()
    table[:, D_QUANTITY] = last["quantity"].fill_null(0).to_numpy()
    table[:, D_DUE] = last["due_date"].to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return last, table


def _calendar(
    facts: PlanningInput,
    nodes: pl.DataFrame,
    structure: Network,
    demands: pl.DataFrame,
    existing: pl.DataFrame,
    parent: Int64s,
    as_of: int,
) -> WorkingCalendar:
    """A table long enough for every lead time one after the other, before the first day and after the last."""
    days = [as_of, as_of + max(facts.horizon_days, 0)]
    for frame, column in (
        (demands, "need_date"),
        (existing, "due_date"),
        (facts.working_days, "date"),
        (facts.decisions, "due_date"),
    ):
        column_days = frame[column].drop_nulls()
        for day in (column_days.min(), column_days.max()):
            if isinstance(day, date):
                days.append(day_number(day))
    depth = int(structure.level.max()) + 1 if nodes.height else 0
    lead = 0
    leads = nodes["lead_time_days"].to_numpy()
    for level in range(depth):
        lead += int(leads[structure.level == level].max())
    has_parent = parent >= 0
    rest = 0
    if has_parent.any():
        rest = int((existing["due"].to_numpy()[parent[has_parent]] - demands["day"].to_numpy()[has_parent]).max())
    span = 2 * (lead + max(rest, 0) * depth) + 60
    return WorkingCalendar.of(facts.working_days, min(days) - span, max(days) + span)
