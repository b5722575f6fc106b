"""What if? The facts of a plan with something changed: demand, lead times, arrivals, stock, capacity, prices."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

import polars as pl

from dbt_project.engines.planning.capacity import MOST_DAYS
from dbt_project.engines.planning.facts import PlanningFactIsInvalid, PlanningInput
from dbt_project.engines.scheduling import DAY

Kind = Literal["demand", "lead_time", "delay", "stock", "safety_stock", "purchase_price", "sales_price"]
MOST = 10**18


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise. item, warehouse, supplier: of which it holds; None: of all.

    demand: open order lines and forecasts times `rate`; or `quantity` (micro-units) more of the item on `on`.
    lead_time: new orders take `days` longer (negative: shorter, not below 0). delay: what is ordered or in work comes
    so many calendar days later, also than the schedule has it. stock: `quantity` more of the item in the warehouse
    (negative: less). safety_stock: times `rate`. purchase_price: what is bought costs times `rate`. sales_price:
    nothing of the plan changes; the profit of orders does.
    """

    kind: Kind
    item: object = None
    warehouse: object = None
    supplier: object = None
    rate: Fraction | None = None
    days: int | None = None
    quantity: int | None = None
    on: date | None = None


def changed(facts: PlanningInput, changes: Iterable[Change]) -> PlanningInput:
    """The facts with the changes, one after the other; the given facts stay as they are. Raises PlanningFactIsInvalid
    where a change lacks what its kind needs."""
    found = facts.conformed()
    for place, change in enumerate(changes):
        found = _with(found, change, place)
    return found


def at_other_capacity(
    facts: PlanningInput, rates: Mapping[int, Fraction], operations: pl.DataFrame, ends: pl.DataFrame
) -> PlanningInput:
    """The facts where work centres do their work at other rates (above 0; 2: twice as fast).

    operations: of routings, what is done at a work centre: item_id, work_center_id, setup_days_nano, run_days_nano. New
    work takes its time there divided by the rate. ends: supply_id, end (minutes since 1970) of what is in work, as a
    schedule at these rates has it.
    """
    if any(rate <= 0 for rate in rates.values()):
        raise PlanningFactIsInvalid("what-if capacity: a rate above 0 is needed")
    given = facts.conformed()
    more: dict[object, list[int]] = {}
    for item, center, *days in operations.select(
        "item_id", "work_center_id", "setup_days_nano", "run_days_nano"
    ).iter_rows():
        of_item = more.setdefault(item, [0, 0])
        for place, nano in enumerate(days):
            of_item[place] += min(round((nano or 0) / rates.get(center, Fraction(1))), MOST) - (nano or 0)
    added = pl.DataFrame(
        [(item, *days) for item, days in more.items()],
        schema={"item_id": given.items.schema["item_id"], "more_setup": pl.Int64, "more_run": pl.Int64},
        orient="row",
    )
    items = given.items.join(added, on="item_id", how="left", maintain_order="left").with_columns(
        pl.col("setup_days_nano") + pl.col("more_setup").fill_null(0),
        pl.col("run_days_nano") + pl.col("more_run").fill_null(0),
    )
    last = pl.lit(given.as_of).dt.offset_by(f"{MOST_DAYS}d")
    ends_on = pl.min_horizontal(((pl.col("end") - 1) // DAY).clip(upper_bound=10**6).cast(pl.Int32).cast(pl.Date), last)
    supplies = given.supplies.join(
        ends.select("supply_id", ends_on=ends_on), on="supply_id", how="left", maintain_order="left"
    ).with_columns(
        expected_date=pl.when(pl.col("ends_on") > pl.max_horizontal("due_date", pl.lit(given.as_of))).then("ends_on")
    )
    return dataclasses.replace(given, items=items.drop("more_setup", "more_run"), supplies=supplies.drop("ends_on"))


def _with(facts: PlanningInput, change: Change, place: int) -> PlanningInput:
    of_item = _is("item_id", change.item) & _is("warehouse_id", change.warehouse)
    if change.kind == "demand" and change.rate is not None:
        wanted = facts.demands
        is_asked = of_item & pl.col("kind").is_in(["sales_order", "forecast"])
        return dataclasses.replace(
            facts,
            demands=_times(wanted, is_asked, change.rate, "quantity", "margin_amount").filter(pl.col("quantity") > 0),
        )
    if change.kind == "demand":
        more = {
            "demand_id": f"WHAT-IF:{place}", "kind": "forecast", "item_id": _needed(change, "item"),
            "warehouse_id": _needed(change, "warehouse"), "quantity": _needed(change, "quantity"),
            "need_date": _needed(change, "on"),
        }  # fmt: skip
        return dataclasses.replace(facts, demands=_appended(facts.demands, more))
    if change.kind == "stock":
        more = {
            "item_id": _needed(change, "item"), "warehouse_id": _needed(change, "warehouse"),
            "quantity": _needed(change, "quantity"),
        }  # fmt: skip
        return dataclasses.replace(facts, stock=_appended(facts.stock, more))
    if change.kind == "safety_stock":
        rate = _needed(change, "rate")
        assert isinstance(rate, Fraction)
        return dataclasses.replace(facts, items=_times(facts.items, of_item, rate, "safety_stock"))
    if change.kind == "purchase_price":
        rate = _needed(change, "rate")
        assert isinstance(rate, Fraction)
        of_price = _is("item_id", change.item) & _is("supplier_id", change.supplier)
        bought = of_item & (pl.col("kind") == "bought") & _is("preferred_supplier_id", change.supplier)
        return dataclasses.replace(
            facts,
            items=_times(facts.items, bought, rate, "unit_cost"),
            supplier_prices=_times(facts.supplier_prices, of_price, rate, "unit_price"),
        )
    if change.kind == "sales_price":
        _needed(change, "rate")
        return facts
    days = _needed(change, "days")
    assert isinstance(days, int)
    if change.kind == "delay":
        late = of_item & _is("supplier_id", change.supplier) & ~pl.col("kind").is_in(["inspection", "transfer"])
        later = [
            pl.when(late).then(pl.col(day) + pl.duration(days=days)).otherwise(pl.col(day)).alias(day)
            for day in ("due_date", "expected_date")
        ]
        return dataclasses.replace(facts, supplies=facts.supplies.with_columns(later))
    longer = (pl.col("lead_time_days") + days).clip(lower_bound=0)
    of_price = _is("item_id", change.item) & _is("supplier_id", change.supplier)
    prices = facts.supplier_prices.with_columns(
        lead_time_days=pl.when(of_price).then(longer).otherwise(pl.col("lead_time_days"))
    )
    items = facts.items
    if change.supplier is None:
        items = items.with_columns(lead_time_days=pl.when(of_item).then(longer).otherwise(pl.col("lead_time_days")))
    return dataclasses.replace(facts, items=items, supplier_prices=prices)


def _is(column: str, value: object) -> pl.Expr:
    return pl.lit(True) if value is None else (pl.col(column) == pl.lit(value)).fill_null(False)


def _needed(change: Change, name: str) -> object:
    value = getattr(change, name)
    if value is None:
        raise PlanningFactIsInvalid(f"what-if {change.kind}: {name} is needed")
    return value


def _times(frame: pl.DataFrame, which: pl.Expr, rate: Fraction, *columns: str) -> pl.DataFrame:
    """The columns of those rows times the rate, rounded half away from zero, exactly."""
    if rate < 0:
        raise PlanningFactIsInvalid("what-if: a rate below 0 has no meaning")
    chosen = frame.select(which.alias("chosen"))["chosen"] if frame.height else pl.Series([], dtype=pl.Boolean)

    def scaled(value: int | None, is_chosen: bool) -> int | None:
        if value is None or not is_chosen:
            return value
        exact = abs(value) * rate
        whole = min(int(exact + Fraction(1, 2)), MOST)
        return whole if value >= 0 else -whole

    many = chosen.to_list() if len(chosen) == frame.height else chosen.to_list() * frame.height
    return frame.with_columns(
        pl.Series(name, list(map(scaled, frame[name].to_list(), many)), dtype=frame.schema[name]) for name in columns
    )


def _appended(frame: pl.DataFrame, row: dict[str, object]) -> pl.DataFrame:
    kinds = {name: frame.schema[name] for name in row}
    return pl.concat([frame, pl.DataFrame([row], schema=kinds)], how="diagonal")
