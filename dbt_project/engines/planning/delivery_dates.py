"""When each open sales order line can really be delivered, and the chain of supplies that decides it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numba import njit

from dbt_project.engines.planning.availability import NEVER
from dbt_project.engines.planning.records import (
    BESIDE,
    EXISTING,
    N_IS_PLANNED,
    PLANNED,
    R_NEED,
    R_NODE,
    R_SOURCE,
    REJECTED,
    S_FROM,
    S_KIND,
    S_LEAD,
    S_STATE,
    SNOOZED,
    STOCK,
    Int64s,
)
from dbt_project.engines.planning.solution import Solution, dates, dates_or_null, gathered


@njit(cache=True)
def _chains(starts: Int64s, requirement_binding: Int64s, supply_binding: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """From each demand down: where its steps begin, and per step the requirement and its deciding supply (-1 where
    nothing covers it)."""
    offsets = np.zeros(len(starts) + 1, dtype=np.int64)
    for line in range(len(starts)):
        row = starts[line]
        steps = 0
        while row >= 0:
            steps += 1
            supply = requirement_binding[row]
            row = supply_binding[supply] if supply >= 0 else -1
        offsets[line + 1] = offsets[line] + steps
    requirement = np.empty(offsets[-1], dtype=np.int64)
    supplies = np.empty(offsets[-1], dtype=np.int64)
    for line in range(len(starts)):
        row = starts[line]
        at = offsets[line]
        while row >= 0:
            requirement[at] = row
            supplies[at] = requirement_binding[row]
            row = supply_binding[supplies[at]] if supplies[at] >= 0 else -1
            at += 1
    return offsets, requirement, supplies


def delivery_dates(plan: Solution) -> pl.DataFrame:
    """One row per open sales order line.

    predicted_date: the latest availability through the line's pegs, not before its need date nor as_of; null where
        nothing can be planned.
    days_late: worked days from need_date to predicted_date, never negative. binding_supply_id: the supply that decides.
    steps: from the line down, each step with its supply, item, lead time, the day it is available, the worked days it
        takes after the step below it (after as_of for the last), and capacity_days, those of them that its work centres
        take on top of what was planned; the days sum to the worked days from as_of to the day the line is covered.
        capacity_days of the line: of all its steps. reason_key, with reason_item_id, reason_supply_id,
        reason_document_number, reason_lead_time_days and reason_date as its parameters: in_stock · on_time ·
        late_supply (an existing supply comes late) · capacity (an existing supply comes late because its work centres
        cannot finish it before; capacity_days say how much later) · lead_time (no time is left to buy or make) ·
        held_suggestion (a snoozed or rejected suggestion would have to be followed) · beyond_horizon (not planned yet)
        · accepted_shortage (the floor of the item is below zero) · no_source (the item cannot be planned).
    """
    there = plan.as_expected
    count = plan.demands.height
    source = plan.requirements[R_SOURCE]
    row = np.empty(count, dtype=np.int64)
    row[source[source >= 0]] = np.flatnonzero(source >= 0)
    ask = (
        plan.demands.select("line", "demand_id", "item_id", "warehouse_id", "node", row=pl.Series(row))
        .with_columns(day=pl.Series(there.requirement_day[row]))
        .filter(pl.col("line").is_not_null())
        .sort("line", "day", "row", descending=[False, True, False])
        .unique("line", keep="first", maintain_order=True)
    )
    starts = ask["row"].to_numpy()
    offsets, chain_rows, chain_supplies = _chains(starts, there.requirement_binding, there.supply_binding)
    until, first = plan.calendar.until, plan.calendar.first
    last = offsets[1:] - 1

    covered = chain_supplies >= 0
    safe = np.where(covered, chain_supplies, 0)
    has_supplies = plan.supplies.shape[1] > 0
    day = np.where(covered, there.supply_day[safe], NEVER) if has_supplies else np.full(len(safe), NEVER)
    kind = np.where(covered, plan.supplies[S_KIND, safe], -1) if has_supplies else np.full(len(safe), -1)
    state = np.where(covered, plan.supplies[S_STATE, safe], 0) if has_supplies else np.zeros(len(safe), np.int64)
    node = plan.requirements[R_NODE, chain_rows]
    below = np.full(len(day), plan.as_of, dtype=np.int64)
    is_last = np.zeros(len(day), dtype=np.bool_)
    is_last[last] = True
    below[~is_last] = day[np.flatnonzero(~is_last) + 1]
    is_known = day < NEVER
    days = np.where(
        is_known,
        until[np.where(is_known, day, first) - first] - until[np.where(below < NEVER, below, first) - first],
        0,
    )
    lead = plan.supplies[S_LEAD, safe] if has_supplies else np.zeros(len(safe), dtype=np.int64)
    held_up = np.where(covered, there.held_up[safe], 0) if has_supplies else np.zeros(len(safe), dtype=np.int64)

    steps = pl.DataFrame(
        {
            "supply_id": plan.named_supplies(chain_supplies),
            "supply_kind": _kinds(plan, chain_supplies, kind, node),
            "document_number": gathered(
                plan.existing["document_number"], np.where(kind == EXISTING, chain_supplies, -1)
            ),
            "item_id": plan.of_node("item_id", node),
            "warehouse_id": plan.of_node("warehouse_id", node),
            "lead_time_days": np.where(kind == PLANNED, lead, 0),
            "available_date": dates_or_null(day),
            "days": days,
            "capacity_days": held_up,
        }
    )
    latest = there.requirement_day[starts]
    need = plan.requirements[R_NEED, starts]
    open_end = np.where(
        (latest >= NEVER) & (plan.node_table[node[last], N_IS_PLANNED] == 1) & ~covered[last], True, False
    )
    predicted = np.where(open_end, need, np.maximum(np.maximum(latest, need), plan.as_of))
    in_time = np.where(predicted >= NEVER, need, predicted)
    late = np.where(predicted >= NEVER, 0, np.maximum(until[in_time - first] - until[need - first], 0))
    is_held = (
        np.logical_or.reduceat((state == SNOOZED) | (state == REJECTED), offsets[:-1]) if len(starts) else late > 0
    )
    bottom = kind[last]
    reason = pl.select(
        pl.when(pl.Series(open_end & (plan.requirements[R_NEED, chain_rows[last]] > plan.last_day)))
        .then(pl.lit("beyond_horizon"))
        .when(pl.Series(open_end))
        .then(pl.lit("accepted_shortage"))
        .when(pl.Series(predicted >= NEVER))
        .then(pl.lit("no_source"))
        .when(pl.Series(is_held))
        .then(pl.lit("held_suggestion"))
        .when(pl.Series(kind[offsets[:-1]] == STOCK))
        .then(pl.lit("in_stock"))
        .when(pl.Series(latest <= need))
        .then(pl.lit("on_time"))
        .when(pl.Series(held_up[last] > 0))
        .then(pl.lit("capacity"))
        .when(pl.Series(bottom == EXISTING))
        .then(pl.lit("late_supply"))
        .otherwise(pl.lit("lead_time"))
        .alias("reason_key")
    ).to_series()
    last_index = pl.Series(last)
    frame = pl.DataFrame(
        {
            "sales_order_line_id": ask["line"],
            "demand_id": ask["demand_id"],
            "company_id": plan.of_node("company_id", ask["node"].to_numpy()),
            "item_id": ask["item_id"],
            "warehouse_id": ask["warehouse_id"],
            "need_date": dates(need),
            "predicted_date": dates_or_null(predicted),
            "days_late": late,
            "binding_supply_id": steps["supply_id"].gather(pl.Series(offsets[:-1])),
            "reason_key": reason,
            "reason_item_id": steps["item_id"].gather(last_index),
            "reason_supply_id": steps["supply_id"].gather(last_index),
            "reason_document_number": steps["document_number"].gather(last_index),
            "reason_lead_time_days": steps["lead_time_days"].gather(last_index),
            "reason_date": steps["available_date"].gather(last_index),
            "capacity_days": np.add.reduceat(held_up, offsets[:-1]) if len(starts) else held_up,
            "steps": _lists(steps, offsets),
        }
    )
    item = pl.col("reason_item_id").cast(pl.String)
    day_text = pl.col("reason_date").cast(pl.String)
    who = pl.coalesce("reason_document_number", "reason_supply_id")
    own = pl.lit(pl.Series(held_up[last]))
    further = pl.col("capacity_days") - pl.when(pl.col("reason_key") == "capacity").then(own).otherwise(0)
    is_late = pl.col("reason_key").is_in(["late_supply", "capacity", "lead_time", "held_suggestion"])
    sentence = (
        pl.when(pl.col("reason_key") == "in_stock")
        .then(pl.lit("Covered by stock."))
        .when(pl.col("reason_key") == "on_time")
        .then(pl.format("Covered in time, last by {} of {} on {}.", who, item, day_text))
        .when(pl.col("reason_key") == "late_supply")
        .then(pl.format("Waits for {} of {}, which comes on {}.", who, item, day_text))
        .when(pl.col("reason_key") == "capacity")
        .then(
            pl.format(
                "Waits for {} of {}, which its work centre can finish on {}, {} worked days later than planned.",
                who,
                item,
                day_text,
                own,
            )
        )
        .when(pl.col("reason_key") == "lead_time")
        .then(
            pl.format(
                "Waits for {}, which takes {} worked days, until {}.", item, pl.col("reason_lead_time_days"), day_text
            )
        )
        .when(pl.col("reason_key") == "held_suggestion")
        .then(
            pl.format(
                "Waits for {}, of which a suggestion is snoozed or rejected; followed now it comes on {}.",
                item,
                day_text,
            )
        )
        .when(pl.col("reason_key") == "beyond_horizon")
        .then(pl.lit("Needed after the planning horizon; not planned yet."))
        .when(pl.col("reason_key") == "accepted_shortage")
        .then(pl.format("{} may stay short by its parameters; nothing is planned for it.", item))
        .otherwise(pl.format("{} cannot be planned (no source, or a circle of BOMs), so no date can be given.", item))
    )
    after_that = pl.format(" Work centres take {} worked days more than planned.", further)
    return frame.with_columns(reason=sentence + pl.when(is_late & (further > 0)).then(after_that).otherwise(pl.lit("")))


def delivery_steps(found: pl.DataFrame) -> pl.DataFrame:
    """One row per step of the way to each of these delivery dates, numbered from 1, from the order line down."""
    return (
        found.select("company_id", "sales_order_line_id", "steps")
        .explode("steps", empty_as_null=False)
        .with_columns(step_number=pl.int_range(1, pl.len() + 1).over("sales_order_line_id"))
        .unnest("steps")
    )


def _kinds(plan: Solution, rows: Int64s, kind: Int64s, node: Int64s) -> pl.Series:
    moved = np.zeros(len(rows), dtype=np.bool_)
    moved[rows >= 0] = plan.supplies[S_FROM, rows[rows >= 0]] >= 0
    return pl.select(
        pl.when(pl.Series(kind == EXISTING))
        .then(gathered(plan.existing["kind"], np.where(kind == EXISTING, rows, -1)))
        .when(pl.Series(kind == STOCK))
        .then(pl.lit("stock"))
        .when(pl.Series(kind == BESIDE))
        .then(pl.lit("by_product"))
        .when(pl.Series(kind < 0))
        .then(pl.lit("none"))
        .when(pl.Series(moved))
        .then(pl.lit("move"))
        .when(plan.of_node("kind", node) == "made")
        .then(pl.lit("make"))
        .otherwise(pl.lit("buy"))
        .alias("supply_kind")
    ).to_series()


def _lists(steps: pl.DataFrame, offsets: Int64s) -> pl.Series:
    """The steps as one list of structs per line."""
    values = steps.to_struct("steps").to_arrow()
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pl.Series("steps", pa.LargeListArray.from_arrays(pa.array(offsets, type=pa.int64()), values))
