"""The time-phased record of each item and warehouse, as planners read it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from dbt_project.engines.planning.records import (
    PLANNED,
    R_DAY,
    R_QUANTITY,
    REJECTED,
    S_DAY,
    S_DUE,
    S_KIND,
    S_QUANTITY,
    S_RELEASE,
    S_SHORTAGE,
    S_STATE,
    SNOOZED,
)
from dbt_project.engines.planning.solution import Solution, dates

Int64s = npt.NDArray[np.int64]
Table = npt.NDArray[np.int64]

NODE = 0
DAY = 1
GROSS = 2
SCHEDULED = 3
BALANCE = 4
NET = 5
RECEIPT = 6
RELEASE = 7
WIDTH = 8

FAR = 1 << 60


@njit(cache=True)
def _by(supplies: Table, rows: Int64s, column: int) -> Int64s:
    """Rows in order of a column; they mostly are already."""
    for i in range(1, len(rows)):
        if supplies[rows[i], column] < supplies[rows[i - 1], column]:
            keys = np.empty(len(rows), dtype=np.int64)
            for j in range(len(rows)):
                keys[j] = supplies[rows[j], column]
            return rows[np.argsort(keys, kind="mergesort")]
    return rows


@njit(cache=True)
def _record(
    requirements: Table,
    requirement_order: Int64s,
    requirement_start: Int64s,
    supplies: Table,
    existing_start: Int64s,
    own_start: Int64s,
    own_end: Int64s,
    stock: Int64s,
    safety: Int64s,
    as_of: int,
) -> Table:
    count = len(stock)
    table = np.empty((len(requirements) + 3 * len(supplies) + count, WIDTH), dtype=np.int64)
    size = 0
    for node in range(count):
        i, i_end = requirement_start[node], requirement_start[node + 1]
        j, j_end = existing_start[node], existing_start[node + 1]
        rows = np.empty(own_end[node] - own_start[node], dtype=np.int64)
        planned = 0
        for supply in range(own_start[node], own_end[node]):
            if supplies[supply, S_KIND] == PLANNED:
                rows[planned] = supply
                planned += 1
        if i == i_end and j == j_end and planned == 0 and stock[node] == 0 and safety[node] == 0:
            continue
        by_day = rows[:planned]
        followed = 0
        kept = np.empty(planned, dtype=np.int64)
        for k in range(planned):
            state = supplies[by_day[k], S_STATE]
            if state != REJECTED and state != SNOOZED:
                kept[followed] = by_day[k]
                followed += 1
        by_due = _by(supplies, kept[:followed], S_DUE)
        by_release = _by(supplies, kept[:followed], S_RELEASE)
        n = 0
        p = 0
        q = 0
        balance = max(stock[node], 0)
        today_seen = False
        while True:
            day = FAR if today_seen else as_of
            if i < i_end:
                day = min(day, requirements[requirement_order[i], R_DAY])
            if j < j_end:
                day = min(day, supplies[j, S_DAY])
            if n < planned:
                day = min(day, supplies[by_day[n], S_DAY])
            if p < followed:
                day = min(day, supplies[by_due[p], S_DUE])
            if q < followed:
                day = min(day, supplies[by_release[q], S_RELEASE])
            if day == FAR:
                break
            if day == as_of:
                today_seen = True
            row = table[size]
            size += 1
            row[:] = 0
            row[NODE] = node
            row[DAY] = day
            while i < i_end and requirements[requirement_order[i], R_DAY] == day:
                row[GROSS] += requirements[requirement_order[i], R_QUANTITY]
                i += 1
            while j < j_end and supplies[j, S_DAY] == day:
                row[SCHEDULED] += supplies[j, S_QUANTITY]
                j += 1
            while n < planned and supplies[by_day[n], S_DAY] == day:
                row[NET] += supplies[by_day[n], S_SHORTAGE]
                n += 1
            while p < followed and supplies[by_due[p], S_DUE] == day:
                row[RECEIPT] += supplies[by_due[p], S_QUANTITY]
                p += 1
            while q < followed and supplies[by_release[q], S_RELEASE] == day:
                row[RELEASE] += supplies[by_release[q], S_QUANTITY]
                q += 1
            balance += row[SCHEDULED] + row[RECEIPT] - row[GROSS]
            row[BALANCE] = balance
    return table[:size]


def projection(plan: Solution) -> pl.DataFrame:
    """One row per item, warehouse and date on which something happens, and as_of.

    projected_balance is the stock at the end of the date with scheduled and planned receipts; scheduled receipts that
    are past due count on as_of. net_requirement is what is short before the lot rule. Snoozed and rejected suggestions
    are short but neither received nor released.
    """
    table = _record(
        plan.requirements,
        plan.requirement_order,
        plan.requirement_start,
        plan.supplies,
        plan.existing_start,
        plan.own_start,
        plan.own_end,
        plan.nodes["stock"].to_numpy(),
        plan.nodes["safety_stock"].to_numpy(),
        plan.as_of,
    )
    node = np.ascontiguousarray(table[:, NODE])
    return pl.DataFrame(
        {
            "company_id": plan.of_node("company_id", node),
            "item_id": plan.of_node("item_id", node),
            "warehouse_id": plan.of_node("warehouse_id", node),
            "date": dates(table[:, DAY]),
            "gross_requirement": table[:, GROSS],
            "scheduled_receipt": table[:, SCHEDULED],
            "projected_balance": table[:, BALANCE],
            "net_requirement": table[:, NET],
            "planned_receipt": table[:, RECEIPT],
            "planned_release": table[:, RELEASE],
        }
    )
