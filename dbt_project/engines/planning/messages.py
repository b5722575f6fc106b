"""What to do about supplies that exist already: expedite, defer, cancel, decrease, release, and what is past due."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from dbt_project.engines.planning.calendar import worked_back
from dbt_project.engines.planning.lead_times import lead_days
from dbt_project.engines.planning.lots import lot_quantity
from dbt_project.engines.planning.records import (
    E_EXCESS,
    E_NEEDED,
    N_MINIMUM,
    N_MULTIPLE,
    N_POLICY,
    N_SUPPLIER_MINIMUM,
    S_DUE,
    S_NODE,
    S_QUANTITY,
)
from dbt_project.engines.planning.solution import Solution, dates
from dbt_project.engines.planning.suggestions import plain

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]


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


def messages(plan: Solution) -> pl.DataFrame:
    """One row per existing supply and action.

    cancel: nothing needs it. past_due: its date is before as_of. expedite, defer: without it the balance falls below
        the safety stock before or after its date, by more than the tolerance. decrease: the lot rule would do with less
        (quantity = the smaller quantity). release: not released, though its lead time has begun. quantity is the
        supply's; from_date its due date (release: the day to release), to_date where it should be. margin_at_risk
        (minor units): expedite and past_due, the margin of what comes late; release, all that hangs on it; else 0.
        Goods in inspection are here: they are expedited or past due, never deferred, cancelled or decreased.
    """
    count = plan.existing.height
    nodes, due = plan.supplies[S_NODE, :count], plan.supplies[S_DUE, :count]
    quantity, excess = plan.supplies[S_QUANTITY, :count], plan.fate[E_EXCESS]
    used = quantity - excess
    lots = _needed_lots(used, nodes, plan.node_table)
    calendar = plan.calendar
    release = _releases(due, quantity, nodes, plan.node_table, calendar.first, calendar.worked, calendar.until)
    needed = np.where(plan.fate[E_NEEDED] < 0, due, plan.fate[E_NEEDED])
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
        risk=pl.Series(plan.margin_at_risk[:count]),
        late=pl.Series(plan.margin_late[:count]),
    )
    tolerance = pl.col("tolerance")
    is_unused = pl.col("excess") == pl.col("quantity")
    is_here = pl.col("supply_kind") == "inspection"
    is_past = pl.col("due") < plan.as_of
    timing = frame.with_columns(
        action=pl.when(is_unused & ~is_here)
        .then(pl.lit("cancel"))
        .when(is_unused)
        .then(None)
        .when(is_past)
        .then(pl.lit("past_due"))
        .when((pl.col("due") > pl.col("wanted") + tolerance) & (pl.col("due") > plan.as_of))
        .then(pl.lit("expedite"))
        .when((pl.col("due") + tolerance < pl.col("wanted")) & ~is_here)
        .then(pl.lit("defer"))
    ).with_columns(
        from_day=pl.col("due"),
        to_day=pl.when(pl.col("action") == "cancel").then(None).otherwise(pl.col("needed")),
        margin_at_risk=pl.when(pl.col("action").is_in(["expedite", "past_due"])).then(pl.col("late")).otherwise(0),
    )
    smaller = frame.filter(~is_unused & ~is_here & (pl.col("lot") < pl.col("quantity"))).with_columns(
        action=pl.lit("decrease"),
        from_day=pl.col("due"),
        to_day=pl.col("due"),
        quantity=pl.col("lot"),
        margin_at_risk=pl.lit(0, dtype=pl.Int64),
    )
    to_release = frame.filter(
        ~is_unused & ~pl.col("is_released") & (pl.col("release") <= plan.as_of) & ~is_here
    ).with_columns(
        action=pl.lit("release"),
        from_day=pl.col("release"),
        to_day=pl.lit(plan.as_of, dtype=pl.Int64),
        margin_at_risk=pl.col("risk"),
    )
    columns = [
        "action", "supply_id", "supply_kind", "document_number", "company_id", "item_id", "warehouse_id",
        "from_day", "to_day", "quantity", "excess", "margin_at_risk",
    ]  # fmt: skip
    result = pl.concat(
        [
            timing.filter(pl.col("action").is_not_null()).select(columns),
            smaller.select(columns),
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
        .otherwise(pl.format("{} had to be released on {} to be on time.", who, start))
    )
    return result.with_columns(reason=sentence).select(
        "action", "supply_id", "supply_kind", "document_number", "company_id", "item_id", "warehouse_id",
        "from_date", "to_date", "quantity", "margin_at_risk", "reason",
    )  # fmt: skip
