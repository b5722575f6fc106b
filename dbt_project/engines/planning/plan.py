"""The plan: suggestions, messages, pegs, the time-phased record and delivery dates, from one call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import polars as pl

from dbt_project.engines.planning.calendar import EPOCH
from dbt_project.engines.planning.delivery_dates import delivery_dates
from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.messages import messages
from dbt_project.engines.planning.pegging import pegging
from dbt_project.engines.planning.projection import projection
from dbt_project.engines.planning.records import (
    B_BOM_DAY,
    B_SHORT_DAY,
    N_IS_PLANNED,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    R_NODE,
)
from dbt_project.engines.planning.solution import Solution, solve
from dbt_project.engines.planning.suggestions import suggestions


@dataclass(frozen=True)
class PlanningResult:
    """What a plan says. Each frame's columns are described where it is made: suggestions.py, messages.py, pegging.py,
    projection.py, delivery_dates.py.

    findings: finding (bom_cycle, no_source, bom_ended, no_supplier, component_not_planned, item_not_planned,
        decision_without_ground), item_id, warehouse_id, message, and for what has no source the first day on which it
        is short (short_date) and how much of what is required nothing covers (short_quantity). Items of the first two
        are skipped: stock and existing supplies still serve their requirements, but nothing is planned for them. Of
        bom_ended nothing is planned below orders that start after the last version.
    """

    suggestions: pl.DataFrame
    messages: pl.DataFrame
    pegging: pl.DataFrame
    projection: pl.DataFrame
    delivery_dates: pl.DataFrame
    findings: pl.DataFrame


def plan(facts: PlanningInput) -> PlanningResult:
    """Plans one company group. Pure: the same facts give the same result. Raises PlanningFactIsInvalid.

    Decisions: a suggestion that was rejected, or snoozed until after as_of, stays in the result in that state and keeps
    covering its requirement, so that no other suggestion takes its place; it is not exploded, so nothing is suggested
    for its components, and the record shows it neither as receipt nor as release. A changed one keeps the planner's
    quantity and date; what its quantity leaves open becomes a further suggestion. An approved one is a document and so
    a supply; what is still short of its requirement is a further suggestion with an identity of its own.
    """
    solution = solve(facts)
    # The frames do not depend on each other, and most of the work on them runs outside Python's lock.
    with ThreadPoolExecutor(max_workers=2) as pool:
        pool.submit(lambda: solution.margin_at_risk)  # meanwhile suggestions write what needs no margins
        suggested = pool.submit(suggestions, solution)
        pegged = pool.submit(pegging, solution)
        projected = pool.submit(projection, solution)
        delivered = pool.submit(delivery_dates, solution)
        return PlanningResult(
            suggestions=suggested.result(),
            messages=messages(solution),
            pegging=pegged.result(),
            projection=projected.result(),
            delivery_dates=delivered.result(),
            findings=_findings(solution, suggested.result()),
        )


def predicted_dates(facts: PlanningInput) -> pl.DataFrame:
    """The delivery dates of plan(facts), without all the rest. Raises PlanningFactIsInvalid."""
    return delivery_dates(solve(facts))


def _findings(solution: Solution, suggested: pl.DataFrame) -> pl.DataFrame:
    found = list(solution.findings)
    nodes = solution.nodes
    short = nodes.with_columns(
        short_day=pl.Series(solution.bounds[B_SHORT_DAY]),
        is_planned=pl.Series(solution.node_table[:, N_IS_PLANNED] == 1),
        is_cyclic=pl.Series(solution.network.is_cyclic),
    ).filter((pl.col("short_day") >= 0) & ~pl.col("is_planned") & ~pl.col("is_cyclic"))
    uncovered = _uncovered(solution) if short.height else {}
    for row in short.iter_rows(named=True):
        lack = {"made": "no bill of material", "bought": "neither a supplier nor a lead time"}.get(
            row["kind"], "a kind that is neither bought nor made"
        )
        found.append(
            _finding("no_source", row, f"{row['item_id']} has {lack}; its shortage is not planned.")
            | {
                "short_date": date.fromordinal(EPOCH + row["short_day"]),
                "short_quantity": uncovered.get(row["node"], 0),
            }
        )
    ended = nodes.with_columns(day=pl.Series(solution.bounds[B_BOM_DAY])).filter(pl.col("day") >= 0)
    found += [
        _finding(
            "bom_ended",
            row,
            f"{row['item_id']} has no bill of material in force on {date.fromordinal(EPOCH + row['day'])}; "
            "nothing is planned below what starts then.",
        )
        for row in ended.iter_rows(named=True)
    ]
    without = (
        suggested.filter((pl.col("kind") == "buy") & pl.col("supplier_id").is_null())
        .select("item_id", "warehouse_id")
        .unique()
        .sort("item_id", "warehouse_id")
    )
    found += [
        _finding("no_supplier", row, f"{row['item_id']} has no supplier; it is suggested without one.")
        for row in without.iter_rows(named=True)
    ]
    lost = solution.decisions.filter(pl.col("decision") != "approve")
    if lost.height:
        lost = lost.join(suggested.select("suggestion_id"), on="suggestion_id", how="anti")
    found += [
        _finding(
            "decision_without_ground",
            {"item_id": None, "warehouse_id": None},
            f"The decision to {row['decision']} {row['suggestion_id']} has lost its ground: it is not suggested now.",
        )
        for row in lost.sort("suggestion_id").iter_rows(named=True)
    ]
    return pl.DataFrame(
        found,
        schema={
            "finding": pl.String,
            "item_id": nodes.schema["item_id"],
            "warehouse_id": nodes.schema["warehouse_id"],
            "message": pl.String,
            "short_date": pl.Date,
            "short_quantity": pl.Int64,
        },
    )


def _uncovered(solution: Solution) -> dict[int, int]:
    """Per node, what no supply covers of what is required."""
    pegs = solution.pegs[:, solution.pegs[P_SUPPLY] < 0]
    total: dict[int, int] = {}
    for requirement, quantity in zip(pegs[P_REQUIREMENT].tolist(), pegs[P_QUANTITY].tolist(), strict=True):
        node = int(solution.requirements[R_NODE, requirement])
        total[node] = total.get(node, 0) + quantity
    return total


def _finding(finding: str, row: dict[str, object], message: str) -> dict[str, object]:
    return {"finding": finding, "item_id": row["item_id"], "warehouse_id": row["warehouse_id"], "message": message}
