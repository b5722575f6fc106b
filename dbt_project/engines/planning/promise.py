"""Promise dates for what a customer asks now: from what is free first, then by planning the rest, without taking from
anyone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import polars as pl

from dbt_project.engines.planning.availability import NEVER
from dbt_project.engines.planning.capacity import Capacity, behind_schedule
from dbt_project.engines.planning.delivery_dates import delivery_dates
from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.pegging import pegging
from dbt_project.engines.planning.records import (
    N_LEAD,
    P_SUPPLY,
    R_DAY,
    R_NODE,
    R_QUANTITY,
    R_SOURCE,
    REJECTED,
    S_NODE,
    S_QUANTITY,
    S_STATE,
    SNOOZED,
)
from dbt_project.engines.planning.solution import Solution, dates, dates_or_null, solve


@dataclass(frozen=True)
class Promise:
    """dates: one row per asked line, with the columns of delivery dates (promise_id in place of sales_order_line_id;
    need_date is what was asked, predicted_date what can be promised). parts: promise_id, available_date, quantity,
    supply_kind (stock, purchase_order for what is free on its way, make, buy): when which part of the line is there.
    work_centers: supply_id of what would be made, work_center_id: where it waits longest, or works longest."""

    dates: pl.DataFrame
    parts: pl.DataFrame
    work_centers: pl.DataFrame


def available_to_promise(facts: PlanningInput) -> pl.DataFrame:
    """What can be promised without taking from any requirement or from the safety stock: item_id, warehouse_id, date,
    quantity (further micro-units from that date on), cumulative_quantity.

    On a day that is the least, over it and all later days, of stock and supplies less requirements and safety stock:
    what a later requirement needs is not free before. Supplies count on the day they are really there.
    """
    return _free(solve(facts)).select("item_id", "warehouse_id", "date", "quantity", "cumulative_quantity")


def _free(plan: Solution) -> pl.DataFrame:
    held = np.isin(plan.supplies[S_STATE], (SNOOZED, REJECTED))
    coming = (plan.as_expected.supply_day < NEVER) & ~held
    needed = np.maximum(plan.requirements[R_DAY], plan.as_of)
    balance = pl.col("change").cum_sum().over("node") - pl.col("safety_stock")
    free = (
        pl.DataFrame(
            {
                "node": np.concatenate([plan.supplies[S_NODE, coming], plan.requirements[R_NODE]]),
                "day": np.concatenate([plan.as_expected.supply_day[coming], needed]),
                "change": np.concatenate([plan.supplies[S_QUANTITY, coming], -plan.requirements[R_QUANTITY]]),
            }
        )
        .group_by("node", "day")
        .agg(pl.col("change").sum())
        .join(plan.nodes.select("node", "item_id", "warehouse_id", "safety_stock"), on="node")
        .sort("node", "day")
        .with_columns(balance=balance)
        .with_columns(
            cumulative_quantity=pl.col("balance").reverse().cum_min().reverse().over("node").clip(lower_bound=0)
        )
        .with_columns(
            quantity=pl.col("cumulative_quantity") - pl.col("cumulative_quantity").shift(1, fill_value=0).over("node")
        )
        .filter(pl.col("quantity") > 0)
    )
    return free.with_columns(date=dates(free["day"].to_numpy()))


def promise(
    facts: PlanningInput, asked: pl.DataFrame, *, with_new_supplies: bool = True, capacity: Capacity | None = None
) -> Promise:
    """When the asked lines can be delivered, as things stand.

    asked: promise_id (text), item_id, warehouse_id, quantity (micro), need_date, and, if wanted, priority; several
        lines share what is free by need date, then priority. Raises PlanningFactIsInvalid.
    with_new_supplies: what is not free is bought or made, at the parameters of the items, from what is free of the
        components; else the lines wait for supplies that exist. Of waiting and making anew, the way with fewer days
        late is taken.
    capacity: what is made takes its place behind what is scheduled, line by line in that order; None: work centres take
        whatever comes.
    """
    base = solve(facts)
    free = _free(base)
    first_new = pl.Series(base.as_of + 2 * base.node_table[:, N_LEAD] + 7)
    ways = [free]
    if with_new_supplies:
        # What comes later than a new supply surely would is not waited for.
        ways.append(free.filter(free["day"] <= first_new.gather(free["node"])))
    plans = [solve(_rest(facts, way, asked, with_new_supplies)) for way in ways]
    placed = [behind_schedule(plan, capacity) if capacity else (plan, {}) for plan in plans]
    best, centers = min(placed, key=lambda way: _lateness(way[0]))
    is_short = pl.col("reason_key") == "beyond_horizon"
    # Neither what is free on its way nor what is planned for a promise has a document of its own.
    is_free = pl.col("reason_supply_id").str.starts_with("FREE:") & (pl.col("reason_key") == "late_supply")
    coming = pl.format("Waits for what is free of {} on {}.", pl.col("reason_item_id").cast(pl.String), "reason_date")
    in_time = pl.format("Covered in time, by {}.", "reason_date")
    full = pl.format(
        "Waits for {}, which its work centre can finish on {}, {} worked days later than if it were free.",
        pl.col("reason_item_id").cast(pl.String), "reason_date",
        pl.col("steps").list.last().struct.field("capacity_days"),
    )  # fmt: skip
    found = delivery_dates(best).rename({"sales_order_line_id": "promise_id"}).drop("demand_id")
    return Promise(
        dates=found.with_columns(
            predicted_date=pl.when(~is_short).then(pl.col("predicted_date")),
            reason=pl.when(is_short)
            .then(pl.lit("Not enough is free."))
            .when(is_free)
            .then(coming)
            .when(pl.col("reason_key") == "on_time")
            .then(in_time)
            .when(pl.col("reason_key") == "capacity")
            .then(full)
            .otherwise(pl.col("reason")),
            reason_key=pl.when(is_short).then(pl.lit("not_free")).otherwise(pl.col("reason_key")),
        ),
        parts=_parts(best),
        work_centers=pl.DataFrame(
            {
                "supply_id": best.named_supplies(np.array(list(centers), dtype=np.int64)),
                "work_center_id": pl.Series(list(centers.values()), dtype=pl.Int64),
            }
        ),
    )


def _rest(facts: PlanningInput, free: pl.DataFrame, asked: pl.DataFrame, with_new_supplies: bool) -> PlanningInput:
    """The facts with nothing but what is free, and with the asked lines for demands."""
    is_here = pl.col("date") <= facts.as_of
    where = pl.concat_str(
        pl.lit("FREE:"), pl.col("item_id"), pl.lit("@"), pl.col("warehouse_id"), pl.lit(":"), pl.col("date")
    )
    priority = pl.col("priority") if "priority" in asked.columns else pl.lit(None, dtype=pl.Int64)
    return dataclasses.replace(
        facts,
        horizon_days=100_000 if with_new_supplies else -1,
        items=facts.items.with_columns(safety_stock=pl.lit(0, dtype=pl.Int64)),
        stock=free.filter(is_here).select("item_id", "warehouse_id", "quantity"),
        demands=asked.select(
            pl.col("promise_id").cast(pl.String).alias("demand_id"),
            pl.lit("sales_order").alias("kind"),
            "item_id",
            "warehouse_id",
            "quantity",
            "need_date",
            priority.alias("priority"),
            pl.col("promise_id").cast(pl.String).alias("sales_order_line_id"),
        ),
        supplies=free.filter(~is_here).select(
            where.alias("supply_id"),
            pl.lit("purchase_order").alias("kind"),
            "item_id",
            "warehouse_id",
            "quantity",
            pl.col("date").alias("due_date"),
        ),
        decisions=pl.DataFrame(),
    )


def _lateness(plan: Solution) -> int:
    """Calendar days late, summed over the asked lines; what has no date counts most."""
    asked = plan.requirements[R_SOURCE] >= 0
    return int(np.maximum(plan.as_expected.requirement_day[asked] - plan.requirements[R_DAY, asked], 0).sum())


def _parts(plan: Solution) -> pl.DataFrame:
    """What covers each line, and when it is there."""
    supply = plan.pegs[P_SUPPLY]
    day = np.full(len(supply), NEVER, dtype=np.int64)
    day[supply >= 0] = plan.as_expected.supply_day[supply[supply >= 0]]
    return (
        pegging(plan)
        .with_columns(available_date=dates_or_null(day))
        .filter(pl.col("requirement_kind") == "sales_order")
        .select(pl.col("requirement_id").alias("promise_id"), "available_date", "quantity", "supply_kind")
    )
