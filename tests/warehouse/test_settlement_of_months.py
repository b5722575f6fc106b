"""Months that are corrected, settled and locked in any order: the ledger says what goods are worth, to the last unit.

At the end of every open month posted and pending entries are the value as corrected; a locked month keeps what was
settled when it was locked, and what is corrected of it afterwards is one named entry in the first open month.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.replication import replicate
from tests.warehouse.standing_build import StandingBuild
from tests.warehouse.warehouse_run import WarehouseRun
from transactions import make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.interruption import POINTS
from transactions.kernel.refusal import Refusal

AS_OF = "2026-04-30"
MONTH_ENDS = {1: date(2026, 1, 31), 2: date(2026, 2, 28), 3: date(2026, 3, 31), 4: date(2026, 4, 30)}
SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "MONTHS", "name": "Months", "currency": "CNY"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main", "allow_negative": True}),
    ("create_partner", {"code": "S", "name": "Supplier", "is_customer": False, "is_supplier": True}),
    ("create_partner", {"code": "C", "name": "Customer", "is_customer": True, "is_supplier": False}),
    ("create_work_center", {"code": "WC", "name": "Bench", "labour_rate": "37", "overhead_rate": "11"}),
    ("create_item", {"code": "F", "name": "First", "unit": "pcs", "kind": "bought"}),
    ("create_item", {"code": "A", "name": "Average", "unit": "pcs", "kind": "bought",
                     "valuation_method": "moving_average"}),
    ("create_item", {"code": "T", "name": "Standard", "unit": "pcs", "kind": "bought",
                     "valuation_method": "standard"}),
    ("set_standard_cost", {"item": "T", "cost": "4.37", "effective_date": "2026-01-01"}),
    ("set_standard_cost", {"item": "T", "cost": "4.51", "effective_date": "2026-03-10"}),
    ("create_item", {"code": "B", "name": "Made", "unit": "pcs", "kind": "made"}),
    ("create_bom", {"item": "B", "effective_date": "2026-01-01",
                    "lines": [{"item": "F", "quantity": 2}, {"item": "A", "quantity": 1}]}),
]  # fmt: skip


class Months:
    """A company with the commands of a careless year: everything is recorded late, prices change, months are locked."""

    def __init__(self, run: WarehouseRun, folder: Path, seed: int) -> None:
        self.url = f"sqlite:///{folder / 'bihuan.sqlite'}"
        self.clock = SetClock(datetime(2026, 4, 30, 8, tzinfo=UTC))
        self.door, _ = make_home(password="a long password", url=self.url, clock=self.clock)
        self.chance = random.Random(seed)
        self.commands = 0
        self.locked = 0
        self.receipts: list[tuple[str, int]] = []
        self.deliveries: list[str] = []
        self.kept: dict[int, list[tuple[Any, ...]]] = {}
        for command, data in SETTING:
            self.do(command, data)
        self.path = folder / "work.duckdb"
        replicate(self.door.engine, self.path)
        self.build = StandingBuild(
            run, self.path, AS_OF, ("/planning/", "engine_planning"),
            ("fct_settlement_due", "fct_stock_balances_daily", "fct_proofs"),
        )  # fmt: skip

    def refresh(self) -> None:
        """The build of what is recorded now, made again if anything was recorded since."""
        with self.build.released():
            done = replicate(self.door.engine, self.path)
        if done.changed:
            self.build.make_all()

    def do(self, command: str, data: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, or nothing if the command is refused, as a careless year has it."""
        self.commands += 1
        try:
            return dict(self.door.execute(command, data, "administrator", f"months-{self.commands}"))
        except Refusal:
            assert command not in {name for name, _ in SETTING}
            return None

    def day(self) -> str:
        """Any day of a month that is open."""
        month = self.chance.randint(self.locked + 1, 4)
        return f"2026-{month:02}-{self.chance.randint(1, 28):02}"

    def first_day(self) -> str:
        """Of the first open month."""
        return f"2026-{self.locked + 1:02}-01"

    def price(self) -> str:
        return f"{self.chance.randint(100, 999) / 100}"

    def purchase(self) -> None:
        quantity, item = self.chance.randint(3, 40), self.chance.choice("FAT")
        line = {"item": item, "quantity": quantity, "unit_price": self.price()}
        order = self.do(
            "create_purchase_order", {"supplier": "S", "order_date": self.first_day(), "confirm": True, "lines": [line]}
        )
        assert order is not None
        if self.do("receive_goods", {"order": order["id"], "effective_date": self.day(),
                                     "external_number": f"R{self.commands}"}):  # fmt: skip
            self.receipts.append((str(order["id"]), self.commands))

    def bill(self) -> None:
        if self.receipts:
            order, _ = self.chance.choice(self.receipts)
            line = {"line": 1, "quantity": self.chance.randint(1, 20), "unit_price": self.price()}
            self.do("bill_supplier", {"order": int(order), "bill_date": self.day(), "lines": [line]})

    def landed(self) -> None:
        if self.receipts:
            _, number = self.chance.choice(self.receipts)
            self.do("add_landed_cost", {"receipts": [f"R{number}"], "bill_date": self.day(), "supplier": "S",
                                        "amount": self.price(), "basis": "value"})  # fmt: skip

    def give_back(self) -> None:
        if self.receipts:
            _, number = self.chance.choice(self.receipts)
            self.do("return_to_supplier", {"receipt": f"R{number}", "effective_date": self.day(),
                                           "lines": [{"line": 1, "quantity": self.chance.randint(1, 5)}]})  # fmt: skip

    def make(self) -> None:
        day, worked = sorted((self.day(), self.day()))
        quantity = self.chance.randint(1, 7)
        order = self.do("create_work_order", {"item": "B", "quantity": quantity, "start_date": day, "due_date": day,
                                              "release": True})  # fmt: skip
        assert order is not None
        self.do("issue_material", {"order": order["id"], "effective_date": day})
        self.do("book_time", {"order": order["id"], "effective_date": worked, "work_center": "WC",
                              "minutes": self.chance.randint(7, 190)})  # fmt: skip
        if self.chance.random() < 0.8:
            self.do("report_output", {"order": order["id"], "effective_date": worked, "good_quantity": quantity,
                                      "close": self.chance.random() < 0.7})  # fmt: skip

    def sell(self) -> None:
        item, quantity = self.chance.choice("FATB"), self.chance.randint(1, 12)
        line = {"item": item, "quantity": quantity, "unit_price": 20}
        order = self.do(
            "create_sales_order", {"customer": "C", "order_date": self.first_day(), "confirm": True, "lines": [line]}
        )
        assert order is not None
        if self.do("deliver_goods", {"order": order["id"], "effective_date": self.day(),
                                     "external_number": f"D{self.commands}"}):  # fmt: skip
            self.deliveries.append(f"D{self.commands}")

    def take_back(self) -> None:
        if self.deliveries:
            delivery = self.chance.choice(self.deliveries)
            lines = [{"line": 1, "quantity": 1}]
            self.do("return_from_customer", {"delivery": delivery, "effective_date": self.day(), "lines": lines})

    def count(self) -> None:
        self.do("adjust_stock", {"warehouse": "MAIN", "effective_date": self.day(), "reason": "count", "lines": [
            {"item": self.chance.choice("FA"), "quantity": self.chance.choice([-3, -1, 2])}]})  # fmt: skip

    def work(self, steps: int) -> None:
        kinds = [
            self.purchase,
            self.bill,
            self.landed,
            self.give_back,
            self.make,
            self.sell,
            self.take_back,
            self.count,
        ]
        for _ in range(steps):
            self.chance.choices(kinds, [5, 4, 2, 1, 3, 4, 1, 1])[0]()

    def settlement(self) -> dict[str, Any]:
        """The command that settles what is due now."""
        names = ("period", "account", "event", "item", "sales_order_line_id", "debit", "credit")
        rows = self.build.ask(f"select {', '.join(names)} from marts.fct_settlement_due")
        [(newest,)] = self.build.ask("select coalesce(max(id), 0) from raw.cost_settlement")
        due = []
        for row in rows:
            told = dict(zip(names, row, strict=True))
            due.append(told | {"debit": str(told["debit"]), "credit": str(told["credit"])})
        build_id = f"build-{self.commands}"
        return {"build_id": build_id, "as_of": AS_OF, "last_settlement_id": newest, "rows": due}

    def settle(self) -> None:
        """What is due is posted, once; then nothing is due."""
        self.refresh()
        order = self.settlement()
        self.do("settle_cost", order)
        again = self.do("settle_cost", order)
        assert again is not None
        assert (again["already_settled"], again["entries"]) == (True, [])
        self.refresh()
        assert self.build.ask("select * from marts.fct_settlement_due") == []

    def lock(self) -> None:
        if self.locked < 3:
            self.refresh()
            answer = self.do("lock_period", {"period": f"2026-{self.locked + 1:02}"})
            assert answer is not None
            self.locked += 1
            self.kept[self.locked] = self.posted_until(MONTH_ENDS[self.locked])

    def posted_until(self, end: date) -> list[tuple[Any, ...]]:
        return self.build.ask(
            "select account_code, sum(debit_amount - credit_amount) from marts.fct_journal_lines "
            f"where not is_pending and entry_date <= date '{end}' group by all "
            "having sum(debit_amount - credit_amount) <> 0 order by all"
        )

    def check(self) -> None:
        self.refresh()
        assert self.build.ask("select check_name, difference from marts.fct_proofs where not is_green") == []
        for month, end in MONTH_ENDS.items():
            if month <= self.locked:
                assert self.posted_until(end) == self.kept[month], f"month {month} was locked"
                continue
            booked = (
                "select account_role, cast(sum(debit_amount - credit_amount) * 100 as bigint) "
                f"from marts.fct_journal_lines where posting = 'settlement' and entry_date <= date '{end}' "
                "group by all having sum(debit_amount - credit_amount) <> 0 order by all"
            )
            worth = (
                "select account_role, cast(sum(amount_minor) as bigint) from intermediate.int_settlement_expected "
                f"where effective_date <= date '{end}' group by all having sum(amount_minor) <> 0 order by all"
            )
            assert self.build.ask(booked) == self.build.ask(worth), f"month {month}"
            [(on_hand,)] = self.build.ask(
                "select coalesce(sum(value_amount), 0) from marts.fct_stock_balances_daily "
                f"where valid_from <= date '{end}' and valid_to >= date '{end}'"
            )
            assert dict(self.build.ask(booked)).get("inventory", 0) == on_hand * 100, (
                f"stock at the end of month {month}"
            )
        corrections = self.build.ask(
            "select description, entry_date, count(distinct entry_number) from marts.fct_journal_lines "
            "where description like 'correction of period%' group by all"
        )
        assert all(day.day == 1 for _, day, _ in corrections)


def played(run: WarehouseRun, folder: Path, seed: int, rounds: int) -> Months:
    """Work; every second round is settled, every third closes a month; each round ends in the comparison."""
    months = Months(run, folder, seed)
    for turn in range(1, rounds + 1):
        months.work(months.chance.randint(6, 12))
        if turn % 2 == 0:
            months.settle()
        if turn % 3 == 0:
            months.lock()
        months.check()
    return months


def test_months_end_at_the_value_as_corrected(
    warehouse_run: WarehouseRun,
    tmp_path: Path,
    home: Path,  # home: out of the caller's way
) -> None:
    months = played(warehouse_run, tmp_path, seed=7, rounds=4)
    assert months.locked == 1
    [(corrected,)] = months.build.ask(
        "select count(*) from marts.fct_journal_lines where description like 'correction of period%'"
    )
    assert corrected > 0
    settling_is_interrupted(months, ("before_commit", "after_commit"))


@pytest.mark.soak
def test_settling_is_interrupted_anywhere(
    warehouse_run: WarehouseRun,
    tmp_path: Path,
    home: Path,  # home: out of the caller's way
) -> None:
    settling_is_interrupted(Months(warehouse_run, tmp_path, seed=3), POINTS)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20, 40))
def test_twenty_careless_years(seed: int, warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    played(warehouse_run, tmp_path, seed, rounds=9)


CHILD = """
import json, sys
from transactions import Door, open_home
command = json.loads(sys.argv[1])
open_home().execute("settle_cost", command, "administrator", sys.argv[2])
"""


def settling_is_interrupted(months: Months, points: Sequence[str]) -> None:
    """Killed at each of the points, then run again with the same key: posted once, and nothing is due."""
    [(settled,)] = months.build.ask("select count(*) from raw.cost_settlement")
    for number, point in enumerate(points, settled + 1):
        months.work(6)
        months.refresh()
        order = months.settlement()
        assert order["rows"]
        environment = {**os.environ, "BIHUAN_DATABASE_URL": months.url, "BIHUAN_KILL_AT": point}
        command = [sys.executable, "-c", CHILD, json.dumps(order, default=str), f"settle {point}"]
        killed = subprocess.run(command, env=environment, check=False, capture_output=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-500:]
        again = months.door.execute("settle_cost", order, "administrator", f"settle {point}")
        assert again["build_id"] == order["build_id"]
        months.refresh()
        assert months.build.ask("select * from marts.fct_settlement_due") == [], point
        [(posted,)] = months.build.ask("select count(*) from raw.cost_settlement")
        assert posted == number
    months.check()
