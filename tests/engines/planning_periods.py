"""Textbook records are in periods; here a period is one worked day, so that the engine's dates read as their
periods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from dbt_project.engines.planning import PlanningInput, PlanningResult, plan

MICRO = 1_000_000
START = date(2026, 1, 4)

Periods = dict[int, int]


def day(period: int) -> date:
    """Period 1 is the first day of the plan."""
    return START + timedelta(period)


def period(day: date) -> int:
    return (day - START).days


def micro(number: Any) -> int:
    """A number of a case file, exactly."""
    return int(Decimal(str(number)) * MICRO)


@dataclass
class Record:
    """One item of a textbook: requirements and receipts by period."""

    name: str
    gross: Periods = field(default_factory=dict)
    on_hand: int = 0
    lead_time: int = 0
    scheduled: Periods = field(default_factory=dict)
    rule: dict[str, Any] = field(default_factory=dict)
    components: dict[str, int] = field(default_factory=dict)


def planned(records: list[Record], horizon: int = 400, first: int = 1) -> PlanningResult:
    """The plan of these items, made at the start of period `first`."""
    made = [record for record in records if record.components]
    return plan(
        PlanningInput(
            as_of=day(first),
            horizon_days=horizon,
            items=pl.DataFrame(
                [
                    {
                        "item_id": record.name,
                        "warehouse_id": "W",
                        "company_id": "C",
                        "kind": "made" if record.components else "bought",
                        "lead_time_days": record.lead_time,
                        "preferred_supplier_id": "S",
                        **record.rule,
                    }
                    for record in records
                ],
                infer_schema_length=None,
            ),
            stock=pl.DataFrame(
                [{"item_id": record.name, "warehouse_id": "W", "quantity": micro(record.on_hand)} for record in records]
            ),
            demands=pl.DataFrame(
                [
                    {
                        "demand_id": f"{record.name}:{at}",
                        "kind": "forecast",
                        "item_id": record.name,
                        "warehouse_id": "W",
                        "quantity": micro(quantity),
                        "need_date": day(at),
                    }
                    for record in records
                    for at, quantity in record.gross.items()
                ]
            ),
            supplies=pl.DataFrame(
                [
                    {
                        "supply_id": f"PO:{record.name}:{at}",
                        "kind": "purchase_order",
                        "item_id": record.name,
                        "warehouse_id": "W",
                        "quantity": micro(quantity),
                        "due_date": day(at),
                    }
                    for record in records
                    for at, quantity in record.scheduled.items()
                ]
            ),
            bom_versions=pl.DataFrame(
                [
                    {
                        "bom_id": record.name,
                        "item_id": record.name,
                        "effective_date": day(-100),
                        "output_quantity": MICRO,
                    }
                    for record in made
                ]
            ),
            bom_lines=pl.DataFrame(
                [
                    {"bom_id": record.name, "item_id": component, "quantity": micro(quantity)}
                    for record in made
                    for component, quantity in record.components.items()
                ]
            ),
            working_days=pl.DataFrame({"date": [day(n) for n in range(-400, 500)]}),
        )
    )


def by_period(result: PlanningResult, item: str, column: str) -> dict[int, Decimal]:
    """A column of the item's record where it is not zero."""
    rows = result.projection.filter((pl.col("item_id") == item) & (pl.col(column) != 0))
    return {period(at): Decimal(value) / MICRO for at, value in rows.select("date", column).iter_rows()}


def balances(result: PlanningResult, item: str, periods: int) -> list[Decimal]:
    """The projected balance at the end of periods 1 to n."""
    rows = result.projection.filter(pl.col("item_id") == item)
    known = {period(at): Decimal(value) / MICRO for at, value in rows.select("date", "projected_balance").iter_rows()}
    found: list[Decimal] = []
    balance = Decimal(0)
    for at in range(min([*known, 1]), periods + 1):
        balance = known.get(at, balance)
        if at >= 1:
            found.append(balance)
    return found


def numbered(values: list[int]) -> Periods:
    """A row of a record by period, without zeros."""
    return {at: value for at, value in enumerate(values, start=1) if value}
