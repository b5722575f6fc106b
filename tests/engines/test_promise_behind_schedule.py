"""Promises take their place on work centres behind what is scheduled there: a plain reference, minute by minute, agrees
on random small shops; stories have their days counted by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dbt_project.engines.planning import Capacity, PlanningInput, Promise, promise
from dbt_project.engines.scheduling import ScheduleInput, shop_of

EXAMPLES = 2_000 if os.environ.get("BIHUAN_SOAK") else 40
MICRO = 1_000_000
DAY = 1440
AS_OF = date(2026, 3, 2)  # a Monday
FIRST = (AS_OF - date(1970, 1, 1)).days


@dataclass
class Item:
    """parts: (item, quantity per unit); operations: (work centre, set-up, run per unit) in minutes. Made if it has
    parts."""

    lead: int = 0
    stock: int = 0
    parts: list[tuple[str, int]] = field(default_factory=list)
    operations: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass
class Shop:
    """centers: by id the machines and the minutes of the day [from, to) at which they work, Monday to Friday. taken:
    per machine (work centre, number) the minutes that the schedule has given away. lines: by id item, quantity, wanted
    day."""

    centers: dict[int, tuple[int, int, int]]
    taken: dict[tuple[int, int], list[tuple[int, int]]]
    items: dict[str, Item]
    lines: dict[str, tuple[str, int, date]]

    def is_open(self, center: int, minute: int) -> bool:
        _machines, opens, closes = self.centers[center]
        day = date(1970, 1, 1) + timedelta(minute // DAY)
        return day.weekday() < 5 and opens <= minute % DAY < closes

    def capacity(self) -> Capacity:
        """As the engine takes it: what is scheduled is pinned."""
        worked = [FIRST + day for day in range(400) if (AS_OF + timedelta(day)).weekday() < 5]
        pins = [
            {"operation_id": number, "job_id": number, "sequence": 1, "work_center_id": center, "pinned_start": begin,
             "setup": 0, "run": sum(self.is_open(center, minute) for minute in range(begin, end))}
            for number, (center, begin, end) in enumerate(
                (center, begin, end) for (center, _), times in self.taken.items() for begin, end in times
            )
        ]  # fmt: skip
        columns = ("operation_id", "job_id", "sequence", "work_center_id", "pinned_start", "setup", "run")
        rows = [
            {"item_id": name, "sequence": place, "work_center_id": center, "setup_minutes": setup * MICRO,
             "run_minutes": run * MICRO}
            for name, item in self.items.items()
            for place, (center, setup, run) in enumerate(item.operations)
        ]  # fmt: skip
        schema = {"item_id": pl.String, "sequence": pl.Int64, "work_center_id": pl.Int64, "setup_minutes": pl.Int64,
                  "run_minutes": pl.Int64}  # fmt: skip
        facts = ScheduleInput(
            start=FIRST * DAY,
            operations=pl.DataFrame(pins, schema=dict.fromkeys(columns, pl.Int64)),
            work_centers=pl.DataFrame(
                [
                    {"work_center_id": center, "machine_count": machines, "calendar_id": str(center)}
                    for center, (machines, _, _) in self.centers.items()
                ]
            ),
            calendars=pl.DataFrame(
                [
                    {"calendar_id": str(center), "start": day * DAY + opens, "end": day * DAY + closes}
                    for center, (_, opens, closes) in self.centers.items()
                    for day in worked
                ]
            ),
        )
        return Capacity(shop_of(facts.conformed()), pl.DataFrame(rows, schema=schema))

    def facts(self) -> PlanningInput:
        boms = {name: number for number, (name, item) in enumerate(self.items.items()) if item.parts}
        return PlanningInput(
            as_of=AS_OF,
            horizon_days=365,
            items=pl.DataFrame(
                [
                    {"item_id": name, "warehouse_id": "W", "kind": "made" if item.parts else "bought",
                     "lead_time_days": item.lead}
                    for name, item in self.items.items()
                ]
            ),
            stock=pl.DataFrame(
                [
                    {"item_id": name, "warehouse_id": "W", "quantity": item.stock * MICRO}
                    for name, item in self.items.items()
                ]
            ),
            bom_versions=pl.DataFrame(
                [
                    {"bom_id": bom, "item_id": name, "effective_date": date(2020, 1, 1), "output_quantity": MICRO}
                    for name, bom in boms.items()
                ]
            ),
            bom_lines=pl.DataFrame(
                [
                    {"bom_id": bom, "item_id": part, "quantity": quantity * MICRO}
                    for name, bom in boms.items()
                    for part, quantity in self.items[name].parts
                ]
            ),
        )  # fmt: skip

    def promised(self, *, is_finite: bool = True) -> Promise:
        asked = pl.DataFrame(
            [
                {"promise_id": line, "item_id": item, "warehouse_id": "W", "quantity": quantity * MICRO,
                 "need_date": wanted}
                for line, (item, quantity, wanted) in self.lines.items()
            ]
        )  # fmt: skip
        return promise(self.facts(), asked, capacity=self.capacity() if is_finite else None)

    def days(self, *, is_finite: bool = True) -> dict[str, date]:
        return dict(self.promised(is_finite=is_finite).dates.select("promise_id", "predicted_date").iter_rows())


def counted(shop: Shop) -> dict[str, date]:
    """The days, minute by minute: line by line in the order of their days, parts before what is made of them."""
    busy: dict[tuple[int, int], set[int]] = {
        (center, machine): set() for center, (machines, _, _) in shop.centers.items() for machine in range(machines)
    }
    for machine, times in shop.taken.items():
        for begin, end in times:
            busy[machine].update(range(begin, end))

    def worked_after(day: int, count: int) -> int:
        while (day + 3) % 7 > 4:
            day += 1
        for _ in range(count):
            day += 1
            while (day + 3) % 7 > 4:
                day += 1
        return day

    def done(center: int, machine: int, begin: int, duration: int) -> int | None:
        """When it ends, from begin on; None where the machine is taken on the way."""
        minute, left = begin, duration
        while left:
            if minute in busy[center, machine]:
                return None
            left -= shop.is_open(center, minute)
            minute += 1
        return minute

    def place(center: int, duration: int, ready: int) -> int:
        begin = ready
        while True:
            if shop.is_open(center, begin):
                for machine in range(shop.centers[center][0]):
                    end = done(center, machine, begin, duration)
                    if end is not None:
                        busy[center, machine].update(range(begin, end))
                        return end
            begin += 1

    def there(name: str, quantity: int) -> tuple[int, int]:
        """Minute and day."""
        item = shop.items[name]
        left = max(quantity - item.stock, 0)
        minute, day = FIRST * DAY, FIRST
        if not left:
            return minute, day
        for part, per_unit in item.parts:
            part_minute, part_day = there(part, per_unit * left)
            minute, day = max(minute, part_minute), max(day, part_day)
        day = worked_after(day, item.lead)
        for center, setup, run in item.operations:
            if setup + run * left:
                minute = place(center, setup + run * left, minute)
                last = (minute - 1) // DAY
        if item.operations and any(setup + run * left for _, setup, run in item.operations):
            day = max(day, last)
        return max(minute, day * DAY), day

    found = {}
    for line, (item, quantity, wanted) in sorted(shop.lines.items(), key=lambda pair: (pair[1][2], pair[0])):
        found[line] = max(wanted, date(1970, 1, 1) + timedelta(there(item, quantity)[1]))
    return found


def shop_of_number(number: int) -> Shop:
    """One to three work centres, full for some days; one to three lines of items that share nothing else."""
    random = Random(number)
    centers = {}
    for center in range(1, random.randint(1, 3) + 1):
        opens = random.choice([0, 480, 600])
        centers[center] = (random.choice([1, 1, 2]), opens, opens + random.choice([60, 240, 480]))
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for center, (machines, opens, closes) in centers.items():
        times: list[tuple[int, int]] = []
        for _machine in range(machines):
            at = FIRST * DAY + opens
            for _ in range(random.choice([0, 1, 3])):
                begin = at + random.choice([0, 0, random.randint(1, 900)])
                length = random.randint(1, 2 * (closes - opens))
                end, left = begin, length
                is_open = [begin % DAY >= opens, begin % DAY < closes, (begin // DAY + 3) % 7 < 5]
                if not all(is_open):
                    continue
                while left:
                    left -= opens <= end % DAY < closes and (end // DAY + 3) % 7 < 5
                    end += 1
                times.append((begin, end))
                at = end
        # Machines are alike: whoever begins first takes the first that is free.
        for begin, end in sorted(times):
            machine = next(n for n in range(machines) if all(e <= begin for _, e in taken.get((center, n), ())))
            taken.setdefault((center, machine), []).append((begin, end))
    items: dict[str, Item] = {}

    def made(name: str, depth: int) -> None:
        operations = [
            (random.choice(list(centers)), random.choice([0, 0, 30]), random.choice([0, 20, 45]))
            for _ in range(random.randint(0, 3))
        ]
        items[name] = Item(random.choice([0, 0, 2]), random.choice([0, 0, 3]), [], operations)
        for place in range(random.randint(1, 2)):
            part = f"{name}{place}"
            items[name].parts.append((part, random.randint(1, 2)))
            if depth and random.random() < 0.5:
                made(part, depth - 1)
            else:
                items[part] = Item(random.randint(1, 4), random.choice([0, 100]))

    lines = {}
    for number_of_line in range(1, random.randint(1, 3) + 1):
        name = "ABC"[number_of_line - 1]
        made(name, 2)
        wanted = AS_OF + timedelta(random.choice([0, 0, 3, 14, 40]))
        lines[str(number_of_line)] = (name, random.randint(1, 12), wanted)
    return Shop(centers, taken, items, lines)


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate), deadline=None)
@given(st.integers(0, 2**32))
def test_a_plain_count_agrees(number: int) -> None:
    shop = shop_of_number(number)
    dates = shop.promised().dates
    days = dict(dates.select("promise_id", "predicted_date").iter_rows())
    assert days == counted(shop)
    infinite = shop.days(is_finite=False)
    assert all(day >= infinite[line] for line, day in days.items())
    for step in dates.explode("steps")["steps"]:
        assert 0 <= step["capacity_days"] <= step["days"]


# One machine, eight hours a day from 08:00, taken until Wednesday evening.
UNTIL_WEDNESDAY = [(FIRST * DAY + 480, (FIRST + 2) * DAY + 960)]


def workshop(*lines: tuple[str, int, date], taken: list[tuple[int, int]] = UNTIL_WEDNESDAY) -> Shop:
    """It is asked for these lines, which are named 1, 2 …"""
    items = {
        "LAMP": Item(0, 0, [("WIRE", 1)], [(1, 0, 60)]),
        "SIGN": Item(0, 0, [("PLATE", 1)], [(1, 0, 60)]),
        "WIRE": Item(1),
        "PLATE": Item(1),
    }
    asked = {str(number): line for number, line in enumerate(lines, start=1)}
    return Shop({1: (1, 480, 960)}, {(1, 0): taken}, items, asked)


def march(day: int) -> date:
    return date(2026, 3, day)


def test_the_second_line_waits_for_what_the_first_takes() -> None:
    """The wire is there on Tuesday. Eight hours of lamps on Thursday the 5th, as many of signs on Friday the 6th."""
    shop = workshop(("LAMP", 8, AS_OF), ("SIGN", 8, AS_OF))
    assert shop.days(is_finite=False) == {"1": march(3), "2": march(3)}
    assert shop.days() == {"1": march(5), "2": march(6)}
    other_way_round = workshop(("LAMP", 8, march(4)), ("SIGN", 8, march(3)))
    assert other_way_round.days() == {"1": march(6), "2": march(5)}


def test_the_step_says_where_it_waits_and_how_long() -> None:
    found = workshop(("LAMP", 8, AS_OF)).promised()
    [line] = found.dates.to_dicts()
    assert (line["predicted_date"], line["reason_key"], line["capacity_days"]) == (march(5), "lead_time", 2)
    assert line["reason"] == (
        "Waits for WIRE, which takes 1 worked days, until 2026-03-03. "
        "Work centres take 2 worked days more than planned."
    )
    assert [(step["item_id"], step["days"], step["capacity_days"]) for step in line["steps"]] == [
        ("LAMP", 2, 2), ("WIRE", 1, 0),
    ]  # fmt: skip
    assert found.work_centers.rows() == [(line["steps"][0]["supply_id"], 1)]


def test_where_parts_are_in_stock_the_work_centre_is_the_reason() -> None:
    shop = workshop(("LAMP", 8, AS_OF))
    shop.items["WIRE"].stock = 8
    [line] = shop.promised().dates.to_dicts()
    assert (line["predicted_date"], line["reason_key"], line["capacity_days"]) == (march(5), "capacity", 3)
    assert (
        line["reason"]
        == "Waits for LAMP, which its work centre can finish on 2026-03-05, 3 worked days later than if it were free."
    )


def test_a_gap_in_the_schedule_is_used_if_it_is_long_enough() -> None:
    """Two hours are free on Tuesday: for two lamps, not for three, which come on Thursday."""
    tuesday = (FIRST + 1) * DAY
    gap = [(FIRST * DAY + 480, tuesday + 720), (tuesday + 840, (FIRST + 2) * DAY + 960)]
    assert workshop(("LAMP", 2, AS_OF), taken=gap).days() == {"1": march(3)}
    assert workshop(("LAMP", 3, AS_OF), taken=gap).days() == {"1": march(5)}


def test_what_is_free_and_what_is_wanted_later_does_not_wait() -> None:
    shop = workshop(("LAMP", 8, march(20)))
    assert shop.days() == {"1": march(20)}
    shop = workshop(("LAMP", 8, AS_OF))
    shop.items["LAMP"].stock = 8
    assert shop.days() == {"1": AS_OF}


def test_what_no_work_centre_makes_is_promised_as_before() -> None:
    shop = workshop(("LAMP", 8, AS_OF))
    shop.items["LAMP"].operations = []
    shop.items["LAMP"].lead = 1
    assert shop.days() == shop.days(is_finite=False) == {"1": march(4)}
