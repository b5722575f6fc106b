"""Odds learnt from history: what they are on cases small enough to count, that nothing of the future is seen, and how
well they hold on months that they have not seen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from dbt_project.engines.planning.delivery_odds import delivery_odds
from dbt_project.engines.planning.odds import HistoryIsInvalid, Odds, learn, learned_of
from tests.engines.held_out import HeldOut, held_out

AS_OF = date(2026, 3, 2)  # a Monday
WORKED = pl.Series([AS_OF + timedelta(n) for n in range(-900, 400) if (AS_OF + timedelta(n)).weekday() < 5])


def order(item: str, ago: int, took: int | None, supplier: str | None = "S") -> dict[str, Any]:
    """An order of so many days ago that took so many days; None: under way."""
    begun = AS_OF - timedelta(ago)
    known = None if took is None else begun + timedelta(took)
    return {"group": supplier, "item": item, "begun": begun, "counted_from": begun, "known": known}


def history(*orders: dict[str, Any]) -> pl.DataFrame:
    kinds: dict[str, Any] = {
        "group": pl.String, "item": pl.String, "begun": pl.Date, "counted_from": pl.Date, "known": pl.Date,
    }  # fmt: skip
    return pl.DataFrame(list(orders), schema=kinds)


def test_what_was_always_so_is_expected() -> None:
    odds = learn(history(*(order("A", 40 + n, 7) for n in range(30))), AS_OF)
    assert (odds.p50("S", "A"), odds.p90("S", "A")) == (7, 7)
    assert odds.estimated_from("S", "A") == ("item", 30)


def test_half_and_nine_in_ten_of_a_spread() -> None:
    """Ten different durations, equally often; the level stays plain because all of it is too long ago to calibrate."""
    odds = learn(history(*(order("A", 500 + n % 10, 1 + n % 10) for n in range(200))), AS_OF)
    assert (odds.p50("S", "A"), odds.p90("S", "A"), odds.level) == (5, 9, 0.9)


def test_few_samples_lean_on_the_supplier_and_on_all() -> None:
    slow = [order("A", 50 + n, 20, "SLOW") for n in range(40)]
    fast = [order("B", 50 + n, 4, "FAST") for n in range(40)]
    odds = learn(history(*slow, *fast, order("NEW", 30, 3, "SLOW")), AS_OF)
    assert odds.p50("SLOW", "NEW") == 20  # one quick order is not believed yet
    assert odds.estimated_from("SLOW", "NEW") == ("group", 41)
    assert odds.p50("SLOW", "NEVER") == 20
    assert odds.p50("FAST", "NEVER") == 4
    assert odds.p90("NOBODY", "NEVER") == 20
    assert odds.estimated_from("NOBODY", "NEVER") == ("all", 81)


def test_newer_orders_count_more() -> None:
    before = [order("A", 400 + n, 5) for n in range(40)]
    since = [order("A", 40 + n, 12) for n in range(40)]
    assert learn(history(*before, *since), AS_OF).p50("S", "A") == 12


def test_what_is_under_way_counts_as_longer_than_it_has_taken() -> None:
    """Without the open ones only the quick half of the last month would be seen."""
    done = [order("A", 100 + n, 5 if n % 2 else 30) for n in range(60)]
    open_ones = [order("A", 20, None) for _n in range(30)]
    quick = [order("A", 20, 5) for _n in range(30)]
    seen = learn(history(*done, *quick, *open_ones), AS_OF)
    blind = learn(history(*done, *quick), AS_OF)
    assert blind.p50("S", "A") == 5
    assert blind.quantile("S", "A", 0.6) == 5
    assert seen.quantile("S", "A", 0.4) == 5
    assert seen.quantile("S", "A", 0.6) == 30


def test_what_has_not_come_yet_comes_later() -> None:
    odds = learn(history(*(order("A", 60 + n, 9 if n % 3 == 0 else 4) for n in range(40))), AS_OF)
    assert odds.p50("S", "A") == 4
    assert odds.p50("S", "A", after=4) == 9
    assert odds.p90("S", "A", after=9) == 10  # nothing ever took longer: tomorrow


def test_days_are_worked_days_where_a_calendar_is_given() -> None:
    friday = AS_OF - timedelta(31)
    one = {"group": None, "item": "A", "begun": friday, "counted_from": friday, "known": friday + timedelta(3)}
    assert learn(history(one), AS_OF, WORKED).p50(None, "A") == 1
    assert learn(history(one), AS_OF).p50(None, "A") == 3


def test_nothing_of_the_future_is_seen() -> None:
    """What is known later changes nothing today, whatever it says: only that it is under way."""
    random = Random(5)
    past = [order(random.choice("ABC"), random.randint(5, 500), random.randint(1, 25)) for _n in range(300)]
    for when in (AS_OF, AS_OF - timedelta(100)):

        def known(took: int) -> pl.DataFrame:
            """All that ends after that day ends so much later instead."""
            changed = [
                each | {"known": when + timedelta(took)} if each["known"] > when else each  # noqa: B023
                for each in past
            ]
            return history(*changed, order("A", -3, took), order("D", -8, took))

        one, other = learn(known(2), when), learn(known(90), when)
        assert one.level == other.level
        assert one.counts == other.counts
        assert {key: list(shares) for key, shares in one.shares.items()} == {
            key: list(shares) for key, shares in other.shares.items()
        }


def test_without_history_nothing_is_said() -> None:
    odds = learn(history(), AS_OF)
    assert (odds.p50("S", "A"), odds.p90("S", "A"), odds.estimated_from("S", "A")) == (None, None, ("all", 0))
    with pytest.raises(HistoryIsInvalid):
        learn(history().drop("known"), AS_OF)


def chain(*steps: dict[str, Any]) -> pl.DataFrame:
    """Steps of line 1 from the line down, needed today, there on 2026-03-09 as planned."""
    plain = {
        "sales_order_line_id": 1, "supply_kind": "buy", "supplier_id": 7, "item_id": 1, "due_date": None,
        "lead_time_days": 5, "days": 0, "capacity_days": 0, "available_date": date(2026, 3, 9), "need_date": AS_OF,
    }  # fmt: skip
    kinds: dict[str, Any] = {"due_date": pl.Date, "supplier_id": pl.Int64}
    return pl.DataFrame(
        [plain | {"step_number": n} | step for n, step in enumerate(steps, start=1)], schema_overrides=kinds
    )


def always(days: int, supplier: int | None) -> Odds:
    rows = [order("x", 60 + n, days) | {"group": supplier, "item": 1} for n in range(20)]
    return learn(pl.DataFrame(rows), AS_OF)


def dates_of(steps: pl.DataFrame, learned: dict[tuple[str, str], Odds]) -> tuple[Any, ...]:
    [row] = delivery_odds(steps, learned, WORKED, AS_OF).rows()
    return row[1:]


def test_a_chain_is_as_late_as_its_steps_together() -> None:
    """Bought takes 8 days instead of 5, making 3 instead of 2: four working days later than planned."""
    learned = {("purchase", "lead"): always(8, 7), ("make", "lead"): always(3, None)}
    steps = chain({"supply_kind": "make", "supplier_id": None, "lead_time_days": 2}, {})
    assert dates_of(steps, learned) == (date(2026, 3, 13), date(2026, 3, 13), 20, "item")


def test_an_order_that_is_overdue_comes_after_today() -> None:
    """It was due on Wednesday; suppliers are three days late as a rule: tomorrow. What is due next week, on its day."""
    learned = {("purchase", "late"): always(3, 7)}
    overdue = {"supply_kind": "purchase_order", "due_date": date(2026, 2, 25), "available_date": AS_OF}
    assert dates_of(chain(overdue), learned)[:2] == (date(2026, 3, 3), date(2026, 3, 3))
    coming = {"supply_kind": "purchase_order", "due_date": date(2026, 3, 9)}
    assert dates_of(chain(coming), learned)[:2] == (date(2026, 3, 12), date(2026, 3, 12))


def test_odds_are_not_before_work_centres_can_finish() -> None:
    """Due on Wednesday the 4th, and its work centre has time on Monday the 9th: usual lateness of one or eight days."""
    rows = [order("x", 60 + n, 1 if n % 4 else 8) | {"group": None, "item": 1} for n in range(20)]
    learned = {("make", "late"): learn(pl.DataFrame(rows), AS_OF)}
    work = {"supply_kind": "work_order", "supplier_id": None, "due_date": date(2026, 3, 4)}
    free = chain(work | {"available_date": date(2026, 3, 4)})
    full = chain(work | {"capacity_days": 3})
    assert dates_of(free, learned)[:2] == (date(2026, 3, 5), date(2026, 3, 16))
    assert dates_of(full, learned)[:2] == (date(2026, 3, 9), date(2026, 3, 16))
    never = {("make", "late"): always(1, None)}
    assert dates_of(full, never)[:2] == (date(2026, 3, 9), date(2026, 3, 9))


def test_work_that_waits_for_parts_takes_from_its_first_issue() -> None:
    """Four days late as a rule, three of them by its parts: they are late only once."""
    learned = {("purchase", "late"): always(3, 7), ("make", "late"): always(4, None), ("make", "lead"): always(3, None)}
    work = {"supply_kind": "work_order", "supplier_id": None, "due_date": date(2026, 3, 6), "days": 2}
    parts = {"supply_kind": "purchase_order", "due_date": date(2026, 3, 5), "available_date": date(2026, 3, 5)}
    assert dates_of(chain(work, parts), learned)[:2] == (date(2026, 3, 13), date(2026, 3, 13))
    assert dates_of(chain(work | {"available_date": date(2026, 3, 6)}), learned)[0] == date(2026, 3, 12)


def deliveries(*late: tuple[date, int | None]) -> pl.DataFrame:
    """Order lines of twenty weeks each that were due on the weekday of a day, and delivered so many days after it."""
    rows = [
        {
            "kind": "delivery", "supplier_id": None, "item_id": 1, "begun_date": due - timedelta(20),
            "started_date": due - timedelta(20), "expected_date": due,
            "known_date": None if days is None else due + timedelta(days),
        }
        for day, days in late
        for due in (day - timedelta(7 * week) for week in range(5, 25))
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"known_date": pl.Date, "supplier_id": pl.Int64})


def test_what_is_there_leaves_when_such_lines_usually_leave() -> None:
    """What is due on a Thursday leaves on Monday, one in five on Friday; what is due on a Monday leaves on Friday."""
    monday, thursday = AS_OF, AS_OF + timedelta(3)
    observed = deliveries((monday, -3), *[(thursday, -3)] * 4, (thursday, 1))
    learned = learned_of(observed, AS_OF, WORKED, {("delivery", "late"): 0.9})

    def of_stock(need: date, **more: Any) -> tuple[Any, ...]:
        return dates_of(chain({"supply_kind": "stock", "available_date": AS_OF, "need_date": need} | more), learned)

    assert of_stock(date(2026, 3, 19)) == (date(2026, 3, 16), date(2026, 3, 20), 100, "all")
    assert of_stock(date(2026, 3, 16)) == (date(2026, 3, 13), date(2026, 3, 13), 20, "all")
    # Due on Thursday and still here on Monday evening: with those that go out on Friday.
    assert of_stock(date(2026, 3, 5))[:2] == (date(2026, 3, 6), date(2026, 3, 6))
    assert of_stock(date(2026, 2, 26))[0] > AS_OF  # overdue
    never_worked = WORKED[-1] + timedelta(30)
    assert of_stock(never_worked)[:2] == (never_worked, never_worked)  # beyond the calendar the day it is due
    late = {"supply_kind": "purchase_order", "due_date": date(2026, 3, 19), "available_date": date(2026, 3, 19)}
    learned["purchase", "late"] = always(3, 7)
    assert dates_of(chain(late | {"need_date": date(2026, 3, 19)}), learned) == (
        date(2026, 3, 24), date(2026, 3, 24), 20, "item",
    )  # fmt: skip


def test_stock_has_no_odds_and_what_cannot_be_planned_no_date() -> None:
    learned = {("purchase", "late"): always(3, 7)}
    assert dates_of(chain({"supply_kind": "stock", "available_date": AS_OF}), learned) == (AS_OF, AS_OF, None, None)
    assert dates_of(chain({"available_date": None}), learned) == (None, None, None, None)
    early = chain({"supply_kind": "purchase_order", "due_date": date(2026, 3, 9), "need_date": date(2026, 4, 1)})
    assert dates_of(early, learned)[:2] == (date(2026, 4, 1), date(2026, 4, 1))  # not before it is due


def test_lateness_of_work_at_adventureworks(shared_data: Path) -> None:
    """Work orders begun from July to November 2012, month by month, each by what was known before. All days count.

    Against the static lead time of the item, its days to manufacture, the error falls by three quarters; against the
    due date, eleven days after every start, by a sixth: half of the orders always end a day before it, the others on
    days that nothing known before tells apart.
    """
    folder = shared_data / "adventureworks"
    orders = pl.read_csv(folder / "Production.WorkOrder.csv.gz", try_parse_dates=True).with_columns(
        pl.col("StartDate", "EndDate", "DueDate").cast(pl.Date)
    )
    products = pl.read_csv(folder / "Production.Product.csv.gz", infer_schema_length=None)
    known = orders.join(products.select("ProductID", "DaysToManufacture"), on="ProductID").select(
        group=pl.lit(None, pl.Int64), item="ProductID", begun="StartDate", counted_from="StartDate", known="EndDate",
        stated="DaysToManufacture", planned=(pl.col("DueDate") - pl.col("StartDate")).dt.total_days(),
    )  # fmt: skip
    found = held_out(known, date(2012, 7, 1), date(2012, 12, 1), every=31)
    assert found.count > 8_000
    assert 0.87 <= found.under_p90 <= 0.93, found
    assert found.gain >= 0.2, found
    against_due_date = held_out(known.with_columns(stated="planned"), date(2012, 7, 1), date(2012, 12, 1), every=31)
    assert 0.14 <= against_due_date.gain < 0.2, against_due_date


def test_a_supplier_that_changes_is_followed() -> None:
    """Quick: a made-up company whose suppliers drift; the five demo companies are in the long tests."""
    random = Random(11)
    rows = []
    for _n in range(4_000):
        supplier, ago = random.randrange(12), random.randrange(30, 700)
        habit = supplier % 5 + (3 if supplier % 3 == 0 and ago < 200 else 0)
        days = 8 + habit + int(random.gammavariate(2, 1.2))
        rows.append(order(f"I{random.randrange(4)}", ago, days, f"S{supplier}") | {"stated": 8})
    found: HeldOut = held_out(pl.DataFrame(rows), AS_OF - timedelta(300), AS_OF - timedelta(60))
    assert found.count > 400
    assert 0.87 <= found.under_p90 <= 0.93, found
    assert found.gain >= 0.2, found
