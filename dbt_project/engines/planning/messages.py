"""What to do about supplies that exist already: expedite, defer, cancel, increase, decrease, release, and what is past
due."""

from __future__ import annotations

import numpy as np
import polars as pl
from numba import njit

from dbt_project.engines.planning.calendar import worked_back
from dbt_project.engines.planning.lead_times import lead_days
from dbt_project.engines.planning.lots import lot_quantity
from dbt_project.engines.planning.ratio import divided
from dbt_project.engines.planning.records import (
    E_EXCESS,
    E_NEEDED,
    N_ECONOMIC,
    N_MINIMUM,
    N_MULTIPLE,
    N_POLICY,
    N_SUPPLIER_MINIMUM,
    P_SUPPLY,
    PLANNED,
    PROPOSED,
    R_PEG_END,
    R_PEG_START,
    S_DUE,
    S_FIRST,
    S_FROM,
    S_KIND,
    S_NODE,
    S_QUANTITY,
    S_SHORTAGE,
    S_STATE,
    Int64s,
    Table,
)
from dbt_project.engines.planning.solution import Solution, dates
from dbt_project.engines.planning.suggestions import plain


@njit(cache=True)
def _needed_lots(used: Int64s, nodes: Int64s, table: Table) -> Int64s:
    result = np.zeros(len(used), dtype=np.int64)
    for row in range(len(used)):
        if used[row] > 0:
            node = nodes[row]
            result[row] = lot_quantity(
                used[row],
                table[node, N_POLICY],
                table[node, N_MINIMUM],
                table[node, N_MULTIPLE],
                table[node, N_SUPPLIER_MINIMUM],
                0,
                table[node, N_ECONOMIC],
            )
    return result


@njit(cache=True)
def _releases(
    due: Int64s, quantity: Int64s, nodes: Int64s, table: Table, first: int, worked: Int64s, until: Int64s
) -> Int64s:
    result = np.empty(len(due), dtype=np.int64)
    for row in range(len(due)):
        result[row] = worked_back(due[row], lead_days(table, nodes[row], quantity[row]), first, worked, until)
    return result


@njit(cache=True)
def _increases_of(
    requirements: Table,
    supplies: Table,
    pegs: Table,
    table: Table,
    unit_cost: Int64s,
    order_cost: Int64s,
    margin_at_risk: Int64s,
    count: int,
) -> tuple[Int64s, Int64s]:
    increase = np.zeros(count, dtype=np.int64)
    spared = np.zeros(count, dtype=np.int64)
    for supply in range(count, supplies.shape[1]):
        first = supplies[S_FIRST, supply]
        if supplies[S_KIND, supply] != PLANNED or supplies[S_STATE, supply] != PROPOSED or first < 0:
            continue
        if supplies[S_FROM, supply] >= 0:
            continue
        # The supply that covers the rest of the requirement that the suggestion completes.
        start = requirements[R_PEG_START, first]
        before = pegs[P_SUPPLY, start]
        for peg in range(start + 1, requirements[R_PEG_END, first]):
            if pegs[P_SUPPLY, peg] == supply:
                before = pegs[P_SUPPLY, peg - 1]
        if before < 0 or before >= count:
            continue
        node = supplies[S_NODE, supply]
        short = supplies[S_SHORTAGE, supply]
        lot = lot_quantity(
            short,
            table[node, N_POLICY],
            table[node, N_MINIMUM],
            table[node, N_MULTIPLE],
            table[node, N_SUPPLIER_MINIMUM],
            0,
            table[node, N_ECONOMIC],
        )
        value, _ = divided(short, unit_cost[node], 1_000_000)
        if lot > short or value < order_cost[node] or 10 * short <= supplies[S_QUANTITY, before]:
            increase[before] = short
            spared[before] = margin_at_risk[supply]
    return increase, spared


def _increases(plan: Solution) -> tuple[Int64s, Int64s]:
    """By how much each existing supply should be larger, 0 for not at all, and the margin that hangs on that.

    A new order is not worth while for a shortage that the lot rule would exceed, whose value is below the cost of an
    order, or that is at most a tenth of the supply that serves the same requirement.
    """
    costs = plan.nodes.select(pl.col("unit_cost", "order_cost").fill_null(0))
    return _increases_of(
        plan.requirements,
        plan.supplies,
        plan.pegs,
        plan.node_table,
        costs["unit_cost"].clip(lower_bound=0).to_numpy(),
        costs["order_cost"].to_numpy(),
        plan.margin_at_risk,
        plan.existing.height,
    )


def messages(plan: Solution) -> pl.DataFrame:
    """One row per existing supply and action.

    cancel: nothing needs it. past_due: its date is before as_of. expedite, defer: without it the balance falls below
        the safety stock before or after its date, by more than the tolerance; what is past due is expedited by that
        word, and deferred beside it. decrease: the lot rule would do with less (quantity = the smaller quantity).
        increase: what is short beside it is less than a new order is worth (quantity = the larger quantity). release:
        not released, though the lead time of the day it is needed on, or of its date if that is later, has begun; what
        has to be released is not deferred. quantity is the supply's; from_date its due date (release: the day to
        release), to_date where it should be. margin_of_pegged_orders (minor units) sums each
        waiting sales order line once. margin_at_risk (minor units): expedite and past_due, the margin of what
        comes late; release, all that hangs on it; increase, all that hangs on the suggestion that it spares; else 0.
        Goods in inspection are here, and by-products come with their order: they are expedited or past due, never
        deferred, cancelled, increased or decreased.
    """
    count = plan.existing.height
    nodes, due = plan.supplies[S_NODE, :count], plan.supplies[S_DUE, :count]
    quantity, excess = plan.supplies[S_QUANTITY, :count], plan.fate[E_EXCESS]
    used = quantity - excess
    lots = _needed_lots(used, nodes, plan.node_table)
    calendar = plan.calendar
    needed = np.where(plan.fate[E_NEEDED] < 0, due, plan.fate[E_NEEDED])
    # What comes before it is needed may be released as late as for that day.
    release = _releases(
        np.maximum(due, needed), quantity, nodes, plan.node_table, calendar.first, calendar.worked, calendar.until
    )
    increase, spared = _increases(plan)
    frame = plan.existing.select(
        "supply_id", "document_number", "item_id", "warehouse_id", "is_released", supply_kind="kind"
    ).with_columns(
        company_id=plan.of_node("company_id", nodes),
        tolerance=plan.of_node("tolerance_days", nodes).fill_null(plan.facts.tolerance_days),
        due=pl.Series(due),
        needed=pl.Series(np.maximum(needed, plan.as_of)),
        wanted=pl.Series(needed),
        release=pl.Series(release),
        quantity=pl.Series(quantity),
        excess=pl.Series(excess),
        lot=pl.Series(lots),
        margin_of_pegged_orders=pl.Series(plan.margin_behind[:count]),
        risk=pl.Series(plan.margin_at_risk[:count]),
        late=pl.Series(plan.margin_late[:count]),
        increase=pl.Series(increase),
        spared=pl.Series(spared),
    )
    tolerance = pl.col("tolerance")
    is_unused = pl.col("excess") == pl.col("quantity")
    is_here = pl.col("supply_kind").is_in(["inspection", "by_product"])
    is_past = pl.col("due") < plan.as_of
    has_to_start = ~pl.col("is_released") & (pl.col("release") <= plan.as_of) & ~is_here & ~is_unused
    has_time = (pl.max_horizontal("due", pl.lit(plan.as_of)) + tolerance < pl.col("wanted")) & ~is_here & ~has_to_start
    timing = frame.with_columns(
        action=pl.when(is_unused & ~is_here)
        .then(pl.lit("cancel"))
        .when(is_unused)
        .then(None)
        .when(is_past)
        .then(pl.lit("past_due"))
        .when((pl.col("due") > pl.col("wanted") + tolerance) & (pl.col("due") > plan.as_of))
        .then(pl.lit("expedite"))
        .when(has_time)
        .then(pl.lit("defer"))
    ).with_columns(
        from_day=pl.col("due"),
        to_day=pl.when(pl.col("action") == "cancel").then(None).otherwise(pl.col("needed")),
        margin_at_risk=pl.when(pl.col("action").is_in(["expedite", "past_due"])).then(pl.col("late")).otherwise(0),
    )
    nothing_at_risk = pl.lit(0, dtype=pl.Int64)
    past_and_early = frame.filter(~is_unused & is_past & has_time).with_columns(
        action=pl.lit("defer"), from_day=pl.col("due"), to_day=pl.col("needed"), margin_at_risk=nothing_at_risk
    )
    smaller = frame.filter(~is_unused & ~is_here & (pl.col("lot") < pl.col("quantity"))).with_columns(
        action=pl.lit("decrease"),
        from_day=pl.col("due"),
        to_day=pl.col("due"),
        quantity=pl.col("lot"),
        margin_at_risk=nothing_at_risk,
    )
    larger = frame.filter(~is_here & (pl.col("increase") > 0)).with_columns(
        action=pl.lit("increase"),
        from_day=pl.col("due"),
        to_day=pl.col("due"),
        quantity=pl.col("quantity") + pl.col("increase"),
        margin_at_risk=pl.col("spared"),
    )
    to_release = frame.filter(has_to_start).with_columns(
        action=pl.lit("release"),
        from_day=pl.col("release"),
        to_day=pl.lit(plan.as_of, dtype=pl.Int64),
        margin_at_risk=pl.col("risk"),
    )
    columns = [
        "action", "supply_id", "supply_kind", "document_number", "company_id", "item_id", "warehouse_id",
        "from_day", "to_day", "quantity", "excess", "increase", "margin_of_pegged_orders", "margin_at_risk",
    ]  # fmt: skip
    result = pl.concat(
        [
            timing.filter(pl.col("action").is_not_null()).select(columns),
            past_and_early.select(columns),
            smaller.select(columns),
            larger.select(columns),
            to_release.select(columns),
        ]
    ).sort("item_id", "warehouse_id", "supply_id", "action")
    result = result.with_columns(
        from_date=dates(result["from_day"].to_numpy()),
        to_date=pl.col("to_day").cast(pl.Int32).cast(pl.Date),
    )
    who = pl.coalesce("document_number", "supply_id")
    start = pl.col("from_date").cast(pl.String)
    end = pl.col("to_date").cast(pl.String)
    sentence = (
        pl.when(pl.col("action") == "cancel")
        .then(pl.format("{} is not needed: stock and other supplies cover all requirements.", who))
        .when(pl.col("action") == "past_due")
        .then(pl.format("{} was due on {} and is needed on {}.", who, start, end))
        .when(pl.col("action") == "expedite")
        .then(pl.format("{} comes on {}, but without it the balance is below its floor from {}.", who, start, end))
        .when(pl.col("action") == "defer")
        .then(pl.format("{} comes on {}, but is not needed before {}.", who, start, end))
        .when(pl.col("action") == "decrease")
        .then(
            pl.format(
                "{} brings {} more than is needed; {} would do.",
                who,
                plain(pl.col("excess")),
                plain(pl.col("quantity")),
            )
        )
        .when(pl.col("action") == "increase")
        .then(
            pl.format(
                "{} is short by {}, less than a new order is worth; {} would do.",
                who,
                plain(pl.col("increase")),
                plain(pl.col("quantity")),
            )
        )
        .otherwise(pl.format("{} had to be released on {} to be on time.", who, start))
    )
    return result.with_columns(reason=sentence).select(
        "action", "supply_id", "supply_kind", "document_number", "company_id", "item_id", "warehouse_id",
        "from_date", "to_date", "quantity", "margin_of_pegged_orders", "margin_at_risk", "reason",
    )  # fmt: skip
