"""The facts as the tables that netting works on."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numba import njit

from dbt_project.engines.planning.calendar import WorkingCalendar, day_number
from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.identity import read, text_identities
from dbt_project.engines.planning.lead_times import MOST_RUN_DAYS
from dbt_project.engines.planning.lots import POLICY_CODES
from dbt_project.engines.planning.netting import LAST_RANK
from dbt_project.engines.planning.network import Network
from dbt_project.engines.planning.records import (
    A_DAY,
    A_HASH,
    A_HELD,
    A_PARENT,
    A_QUANTITY,
    A_RANK,
    A_TOP,
    A_WIDTH,
    APPROVED,
    CHANGED,
    D_DUE,
    D_HASH,
    D_QUANTITY,
    D_STATE,
    D_WIDTH,
    EXISTING,
    N_FENCE,
    N_FROM,
    N_FROZEN,
    N_HASH,
    N_IS_MADE,
    N_IS_PLANNED,
    N_LEAD,
    N_MAXIMUM,
    N_MINIMUM,
    N_MOVE_HASH,
    N_MULTIPLE,
    N_PART_PERIOD,
    N_PERIOD,
    N_POLICY,
    N_RUN,
    N_SAFETY,
    N_SETUP,
    N_STOCK,
    N_SUPPLIER_MINIMUM,
    N_TARGET,
    N_WIDTH,
    O_GIVEN,
    O_LEAD,
    O_MINIMUM,
    O_SHARE,
    O_WIDTH,
    REJECTED,
    S_DAY,
    S_DECISION,
    S_DUE,
    S_FIRST,
    S_FROM,
    S_HASH,
    S_KIND,
    S_NODE,
    S_OFFER,
    S_QUANTITY,
    S_RANK,
    S_RELEASE,
    S_TOP,
    S_WIDTH,
    SNOOZED,
    UNSEEN,
    Int64s,
    Table,
)


def located_demands(facts: PlanningInput, nodes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Demands with node, day, rank and line number, by node, day and id, what is reserved for one as a row of its own
    (is_held); and those of items that are not planned."""
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
    expiring = _expiring(facts, nodes)
    if expiring.height:
        located = pl.concat([located, expiring], how="diagonal")
    ranked = located.with_columns(
        rank=(pl.col("priority").rank("dense").cast(pl.Int64) - 1).fill_null(LAST_RANK),
        day=pl.col("need_date").to_physical().cast(pl.Int64),
        line=pl.when(pl.col("kind") == "sales_order").then(pl.col("sales_order_line_id")),
        is_held=pl.lit(False),
    ).sort("node", "day", "demand_id")
    return _with_reserved_apart(ranked, nodes), lost


def _with_reserved_apart(demands: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Each demand of which a part is reserved as two rows, the reserved one first; of all reserved at a node so much
    counts as lies there."""
    is_asked = (pl.col("kind") == "sales_order") & (pl.col("reserved_quantity") > 0)
    if not demands.select(is_asked.any()).item():
        return demands
    wanted = pl.when(is_asked).then(pl.min_horizontal("reserved_quantity", "quantity")).otherwise(0)
    parted = (
        demands.with_row_index("place")
        .join(nodes.select("node", lying="stock"), on="node", how="left", maintain_order="left")
        .with_columns(wanted=wanted)
        .with_columns(left=pl.col("lying").clip(0) - pl.col("wanted").cum_sum().over("node") + pl.col("wanted"))
        .with_columns(held=pl.min_horizontal("wanted", pl.col("left").clip(0)))
    )
    held = parted.filter(pl.col("held") > 0).with_columns(quantity=pl.col("held"), is_held=pl.lit(True))
    rest = parted.with_columns(quantity=pl.col("quantity") - pl.col("held")).filter(pl.col("quantity") > 0)
    both = pl.concat([held, rest]).sort("place", "is_held", descending=[False, True])
    return both.select(demands.columns)


def _expiring(facts: PlanningInput, nodes: pl.DataFrame) -> pl.DataFrame:
    """What of the stock expires, the day after its last day, before anything else of that day."""
    place = pl.format("EX:{}@{}:{}", *(pl.col(n).cast(pl.String) for n in ("item_id", "warehouse_id", "expiry_date")))
    return (
        facts.stock.filter((pl.col("expiry_date") >= facts.as_of) & (pl.col("quantity") > 0))
        .group_by("item_id", "warehouse_id", "expiry_date")
        .agg(pl.col("quantity").sum())
        .join(nodes.select("item_id", "warehouse_id", "node"), on=["item_id", "warehouse_id"])
        .select(
            place.alias("demand_id"),
            pl.lit("expiry").alias("kind"),
            "item_id",
            "warehouse_id",
            "quantity",
            pl.col("expiry_date").dt.offset_by("1d").alias("need_date"),
            pl.lit(-2, dtype=pl.Int64).alias("priority"),
            "node",
        )
    )


MOST_ROWS = 4_000_000


@njit(cache=True)
def _expected(
    order: Int64s, demands: Int64s, version_start: Int64s, line_start: Int64s, line_node: Int64s, most: int
) -> int:
    asked = demands.copy()
    total = 0
    for node in order:
        total = min(total + asked[node], most)
        version = version_start[node]
        if version < version_start[node + 1]:
            for line in range(line_start[version], line_start[version + 1]):
                asked[line_node[line]] = min(asked[line_node[line]] + asked[node], most)
    return total


def expected_rows(structure: Network, demand_start: Int64s) -> int:
    """How many requirements there will be if every one of them asks for its components; MOST_ROWS at most.

    Tables of that size are made at once: memory that is not touched costs nothing, tables that grow are copied.
    """
    demands = np.diff(demand_start)
    return 1024 + int(
        _expected(
            structure.order, demands, structure.version_start, structure.line_start, structure.line_node, MOST_ROWS
        )
    )


def asked_table(demands: pl.DataFrame, demand_line: Int64s, parent: Int64s, rows: int) -> Table:
    """The demands as what is asked for, with room for components."""
    whole = np.empty((demands.height + rows, A_WIDTH), dtype=np.int64)
    table = whole[: demands.height]
    table[:] = 0
    table[:, A_DAY] = demands["day"].to_numpy()
    table[:, A_QUANTITY] = demands["quantity"].to_numpy()
    table[:, A_RANK] = demands["rank"].to_numpy()
    table[:, A_HASH] = text_identities(demands["demand_id"], 1)
    held = demands["is_held"].to_numpy()
    if held.any():
        # What hangs on the rest of a demand keeps its name, whatever of it is reserved.
        table[held, A_HASH] = text_identities(demands.filter(held)["demand_id"] + "\x1freserved", 1)
    table[:, A_HELD] = held
    table[:, A_TOP] = demand_line
    table[:, A_PARENT] = parent
    return whole


def supply_table(existing: pl.DataFrame, rows: int) -> Table:
    """The supplies that exist, with room for planned ones."""
    whole = np.empty((S_WIDTH, existing.height + rows), dtype=np.int64)
    table = whole[:, : existing.height]
    table[:] = 0
    table[S_NODE] = existing["node"].to_numpy()
    table[S_DAY] = existing["day"].to_numpy()
    table[S_QUANTITY] = existing["quantity"].to_numpy()
    table[S_KIND] = EXISTING
    table[S_HASH] = text_identities(existing["supply_id"], 2)
    table[S_TOP] = -1
    table[S_RANK] = LAST_RANK
    table[S_RELEASE] = existing["due"].to_numpy()
    table[S_DUE] = existing["due"].to_numpy()
    table[S_FIRST] = UNSEEN
    table[S_DECISION] = -1
    table[S_FROM] = -1
    table[S_OFFER] = -1
    return whole


def node_parameters(nodes: pl.DataFrame, structure: Network, as_of: int) -> Table:
    table = np.zeros((nodes.height, N_WIDTH), dtype=np.int64)
    table[:, N_STOCK] = nodes["stock"].to_numpy()
    table[:, N_SAFETY] = nodes["safety_stock"].to_numpy()
    table[:, N_LEAD] = nodes["lead_time_days"].to_numpy()
    table[:, N_POLICY] = nodes["lot_policy"].replace_strict(POLICY_CODES, return_dtype=pl.Int64).to_numpy()
    table[:, N_MINIMUM] = nodes["minimum_quantity"].to_numpy()
    table[:, N_MULTIPLE] = nodes["multiple_quantity"].to_numpy()
    from_node = nodes["from_node"].to_numpy()
    is_made = pl.when((pl.col("kind") == "made") & (pl.col("from_node") < 0))
    table[:, N_SETUP] = nodes.select(is_made.then(pl.col("setup_days_nano")).fill_null(0)).to_series().to_numpy()
    table[:, N_RUN] = nodes.select(is_made.then(pl.col("run_days_nano")).fill_null(0)).to_series().to_numpy()
    table[:, N_MAXIMUM] = nodes["maximum_quantity"].to_numpy()
    frozen = nodes["frozen_days"].to_numpy()
    # Without frozen days what should have come before as_of keeps its day.
    table[:, N_FROZEN] = np.where(frozen > 0, as_of + frozen, 0)
    fence = nodes["release_fence_days"].to_numpy()
    table[:, N_FENCE] = np.where(fence > 0, as_of + fence, 0)
    table[:, N_PERIOD] = nodes["period_days"].to_numpy()
    table[:, N_TARGET] = nodes["target_quantity"].to_numpy()
    table[:, N_PART_PERIOD] = nodes["part_period"].to_numpy()
    table[:, N_SUPPLIER_MINIMUM] = nodes["supplier_minimum"].to_numpy()
    table[:, N_IS_MADE] = (nodes["kind"] == "made").to_numpy() & (from_node < 0)
    table[:, N_FROM] = from_node
    table[:, N_IS_PLANNED] = nodes["has_source"].to_numpy() & ~structure.is_cyclic
    place = [pl.col("item_id").cast(pl.String), pl.col("warehouse_id").cast(pl.String)]
    own = pl.when(pl.col("kind") == "made").then(pl.lit("make")).otherwise(pl.lit("buy"))
    names = nodes.select(
        own=pl.concat_str(own, *place, separator="\x1f"), move=pl.concat_str(pl.lit("move"), *place, separator="\x1f")
    )
    table[:, N_MOVE_HASH] = text_identities(names["move"], 4) if nodes["item_id"].n_unique() < nodes.height else 0
    table[:, N_HASH] = np.where(from_node < 0, text_identities(names["own"], 4), table[:, N_MOVE_HASH])
    return table


def offer_table(offers: pl.DataFrame) -> Table:
    """The offers of suppliers with shares."""
    table = np.zeros((offers.height, O_WIDTH), dtype=np.int64)
    table[:, O_SHARE] = offers["share"].to_numpy()
    table[:, O_LEAD] = offers["supplier_lead_time_days"].to_numpy()
    table[:, O_MINIMUM] = offers["supplier_minimum"].to_numpy()
    table[:, O_GIVEN] = offers["given"].to_numpy()
    return table


def decisions_in_force(facts: PlanningInput) -> tuple[pl.DataFrame, Table]:
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
        .when(pl.col("decision") == "approve")
        .then(APPROVED)
        .otherwise(0)
        .cast(pl.Int64)
    )
    table = np.zeros((last.height, D_WIDTH), dtype=np.int64)
    table[:, D_HASH] = last["identity"].to_numpy()
    table[:, D_STATE] = last["state"].to_numpy()
    table[:, D_QUANTITY] = last["quantity"].fill_null(0).to_numpy()
    table[:, D_DUE] = last["due_date"].to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return last, table


def planning_calendar(
    facts: PlanningInput,
    nodes: pl.DataFrame,
    structure: Network,
    demands: pl.DataFrame,
    existing: pl.DataFrame,
    offers: pl.DataFrame,
    parent: Int64s,
    as_of: int,
) -> WorkingCalendar:
    """A table long enough for every lead time one after the other, before the first day and after the last."""
    days = [as_of, as_of + max(facts.horizon_days, 0)]
    days += [as_of + int(nodes[name].to_numpy().max(initial=0)) for name in ("frozen_days", "release_fence_days")]
    given = [demands["need_date"], existing["due_date"], existing["expected_date"]]
    given += [facts.working_days["date"], facts.decisions["due_date"]]
    ends = [day for column in given for day in (column.min(), column.max())]
    days += [day_number(day) for day in ends if isinstance(day, date)]
    depth = int(structure.level.max()) + 1 if nodes.height else 0
    lead = 0
    leads = nodes["lead_time_days"].to_numpy().copy()
    np.maximum.at(leads, offers["node"].to_numpy(), offers["supplier_lead_time_days"].to_numpy())
    takes_longer = ((nodes["run_days_nano"].fill_null(0) > 0) | (nodes["setup_days_nano"].fill_null(0) > 0)).to_numpy()
    for level in range(depth):
        of_level = structure.level == level
        lead += int(leads[of_level].max()) + MOST_RUN_DAYS * int(takes_longer[of_level].any())
    has_parent = parent >= 0
    rest = 0
    if has_parent.any():
        rest = int((existing["due"].to_numpy()[parent[has_parent]] - demands["day"].to_numpy()[has_parent]).max())
    span = 2 * (lead + max(rest, 0) * depth) + 60
    return WorkingCalendar.of(facts.working_days, min(days) - span, max(days) + span)
