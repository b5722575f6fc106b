"""The time-phased record of each item and warehouse, as planners read it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from dbt_project.engines.planning.records import (
    B_REQUIREMENT,
    B_REQUIREMENT_END,
    B_SUPPLY,
    B_SUPPLY_END,
    R_NEED,
    R_QUANTITY,
    REJECTED,
    S_DAY,
    S_DUE,
    S_NODE,
    S_QUANTITY,
    S_RELEASE,
    S_SHORTAGE,
    S_STATE,
    SNOOZED,
    Int64s,
    Table,
)
from dbt_project.engines.planning.solution import Solution, dates

GROSS = 0
SCHEDULED = 1
BALANCE = 2
NET = 3
RECEIPT = 4
RELEASE = 5
WIDTH = 6

FAR = 1 << 60


@njit(cache=True)
def _by(days: Int64s, rows: Int64s) -> Int64s:
    """Rows in order of their days; they mostly are already."""
    for i in range(1, len(rows)):
        if days[rows[i]] < days[rows[i - 1]]:
            return rows[np.argsort(days[rows], kind="mergesort")]
    return rows


@njit(cache=True, nogil=True)
def _record(
    order: Int64s,
    requirements: Table,
    supplies: Table,
    existing_start: Int64s,
    beside: Int64s,
    beside_start: Int64s,
    bounds: Table,
    stock: Int64s,
    safety: Int64s,
    as_of: int,
    places: npt.NDArray[np.uint32],
    days: npt.NDArray[np.int32],
    table: Table,
) -> int:
    size = 0
    for node in order:
        i, i_end = bounds[B_REQUIREMENT, node], bounds[B_REQUIREMENT_END, node]
        j, j_end = existing_start[node], existing_start[node + 1]
        n, n_end = bounds[B_SUPPLY, node], bounds[B_SUPPLY_END, node]
        b, b_end = beside_start[node], beside_start[node + 1]
        if i == i_end and j == j_end and n == n_end and b == b_end and stock[node] == 0 and safety[node] == 0:
            continue
        kept = np.empty(n_end - n, dtype=np.int64)
        followed = 0
        for k in range(n, n_end):
            state = supplies[S_STATE, k]
            if state not in (REJECTED, SNOOZED):
                kept[followed] = k
                followed += 1
        # Each requirement on the day it is needed, also where stock is reserved for it.
        needed = _by(requirements[R_NEED], np.arange(i, i_end))
        g, g_end = 0, i_end - i
        by_due = _by(supplies[S_DUE], kept[:followed])
        by_release = _by(supplies[S_RELEASE], kept[:followed])
        p = 0
        q = 0
        balance = max(stock[node], 0)
        today_seen = False
        while True:
            day = FAR if today_seen else as_of
            if g < g_end:
                day = min(day, requirements[R_NEED, needed[g]])
            if j < j_end:
                day = min(day, supplies[S_DAY, j])
            if n < n_end:
                day = min(day, supplies[S_DAY, n])
            if b < b_end:
                day = min(day, supplies[S_DAY, beside[b]])
            if p < followed:
                day = min(day, supplies[S_DUE, by_due[p]])
            if q < followed:
                day = min(day, supplies[S_RELEASE, by_release[q]])
            if day == FAR:
                break
            if day == as_of:
                today_seen = True
            gross = 0
            while g < g_end and requirements[R_NEED, needed[g]] == day:
                gross += requirements[R_QUANTITY, needed[g]]
                g += 1
            scheduled = 0
            while j < j_end and supplies[S_DAY, j] == day:
                scheduled += supplies[S_QUANTITY, j]
                j += 1
            net = 0
            while n < n_end and supplies[S_DAY, n] == day:
                # Further supplies of the day are made for what the first one leaves open.
                if net == 0:
                    net = supplies[S_SHORTAGE, n]
                n += 1
            receipt = 0
            while p < followed and supplies[S_DUE, by_due[p]] == day:
                receipt += supplies[S_QUANTITY, by_due[p]]
                p += 1
            while b < b_end and supplies[S_DAY, beside[b]] == day:
                receipt += supplies[S_QUANTITY, beside[b]]
                b += 1
            release = 0
            while q < followed and supplies[S_RELEASE, by_release[q]] == day:
                release += supplies[S_QUANTITY, by_release[q]]
                q += 1
            balance += scheduled + receipt - gross
            places[size] = node
            days[size] = day
            table[GROSS, size] = gross
            table[SCHEDULED, size] = scheduled
            table[BALANCE, size] = balance
            table[NET, size] = net
            table[RECEIPT, size] = receipt
            table[RELEASE, size] = release
            size += 1
    return size


def projection(plan: Solution) -> pl.DataFrame:
    """One row per item, warehouse and date on which something happens, and as_of.

    projected_balance is the stock at the end of the date with scheduled and planned receipts; scheduled receipts that
    are past due count on as_of; by-products of planned orders are planned receipts. net_requirement is what is short
    before the lot rule. Snoozed and rejected suggestions are short but neither received nor released.
    """
    most = plan.requirements.shape[1] + 3 * plan.supplies.shape[1] + plan.nodes.height
    # Memory that is not touched costs nothing; the quantities become columns as they lie.
    places, days = np.empty(most, dtype=np.uint32), np.empty(most, dtype=np.int32)
    table = np.empty((WIDTH, most), dtype=np.int64)
    size = _record(
        np.arange(plan.nodes.height),
        plan.requirements,
        plan.supplies,
        plan.existing_start,
        plan.beside,
        np.searchsorted(plan.supplies[S_NODE, plan.beside], np.arange(plan.nodes.height + 1)).astype(np.int64),
        plan.bounds,
        plan.nodes["stock"].to_numpy(),
        plan.nodes["safety_stock"].to_numpy(),
        plan.as_of,
        places,
        days,
        table,
    )
    table = table[:, :size]
    node = pl.Series(places[:size])
    return pl.DataFrame(
        {
            "company_id": plan.of_node("company_id", node),
            "item_id": plan.of_node("item_id", node),
            "warehouse_id": plan.of_node("warehouse_id", node),
            "date": dates(days[:size]),
            "gross_requirement": table[GROSS],
            "scheduled_receipt": table[SCHEDULED],
            "projected_balance": table[BALANCE],
            "net_requirement": table[NET],
            "planned_receipt": table[RECEIPT],
            "planned_release": table[RELEASE],
        }
    )
