"""From command to settlement: what is settled counts whatever its day, so nothing is posted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_project.published import completed_lock, published_build
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from orchestration.settlement import close_period, settle_published_build
from transactions import make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.refusal import Refusal

SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "AUD", "name": "Audit", "currency": "USD", "stage": 4}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_partner", {"code": "S", "name": "Supplier", "is_supplier": True}),
    ("create_item", {"code": "A", "name": "A", "unit": "pcs", "kind": "bought"}),
]


class Books:
    """A company whose goods are received, settled and looked at on one day after another."""

    def __init__(self, home: Path, dbt: DbtRun) -> None:
        self.home, self.dbt = home, dbt
        self.clock = SetClock(datetime(2026, 4, 20, 9, tzinfo=UTC))
        self.door, _ = make_home(clock=self.clock)
        for command, data in SETTING:
            self.do(command, **data)

    def do(self, command: str, **data: Any) -> None:
        self.door.execute(command, data, "administrator")

    def receive(self, quantity: int, price: int, on: str) -> None:
        line = {"item": "A", "quantity": quantity, "unit_price": price}
        name = f"P{on}"
        self.do("create_purchase_order", supplier="S", order_date=on, external_number=name, confirm=True, lines=[line])
        self.do("receive_goods", order=name, effective_date=on)

    def build(self, as_of: date) -> None:
        """A build of the day; all its proofs hold, and posted and pending are the goods on hand."""
        self.clock.moment += timedelta(minutes=5)
        made = refresh(self.home, self.door.engine, clock=self.clock, as_of=as_of, dbt=self.dbt)
        red = [proof for proof in made.manifest["proofs"] if not proof["holds"]]
        assert red == []
        [(on_hand,)] = self.ask("select coalesce(sum(value_amount), 0) from fct_stock_on_hand")
        assert sum(amount for _, _, amount in self.inventory()) == on_hand

    def settle(self) -> list[str]:
        """Numbers of the entries that were posted."""
        answers = settle_published_build(self.home, self.door, "administrator")
        return [number for answer in answers for number in answer["entries"]]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with published_build(self.home).open("full") as build:
            return build.execute(sql).fetchall()

    def inventory(self) -> list[tuple[bool, date, Decimal]]:
        """Whether it is pending, the day of the entry, debit less credit."""
        return self.ask(
            "select is_pending, entry_date, sum(debit_amount - credit_amount) from fct_journal_lines "
            "where account_role = 'inventory' group by all order by all"
        )


@pytest.fixture
def books(migrated_home: Path, dbt: DbtRun) -> Books:
    return Books(migrated_home, dbt)


def test_nothing_is_posted_twice(books: Books) -> None:
    """The running month is locked, so its correction lies after the day of the build; later an earlier day is asked."""
    books.receive(10, 5, "2026-04-05")
    books.do("lock_period", period="2026-04")
    posted = []
    for day in (20, 21):
        books.build(date(2026, 4, day))
        posted += books.settle()
    assert posted == ["JE000001"]
    assert books.inventory() == [(False, date(2026, 5, 1), Decimal(50))]

    books.receive(10, 7, "2026-05-05")
    books.receive(10, 3, "2026-05-09")
    books.build(date(2026, 5, 10))
    assert books.settle() == ["JE000002"]
    books.build(date(2026, 5, 7))
    assert books.inventory() == [
        (False, date(2026, 5, 1), Decimal(50)),
        (False, date(2026, 5, 10), Decimal(100)),
        (True, date(2026, 5, 7), Decimal(-30)),
    ]
    with pytest.raises(Refusal) as refused:
        books.settle()
    refusal = refused.value
    assert (type(refusal).__name__, refusal.field, str(refusal.value)) == ("LaterDayIsSettled", "as_of", "2026-05-07")


def test_a_period_keeps_what_was_pending_when_it_is_closed(books: Books) -> None:
    books.receive(10, 5, "2026-04-05")
    [answer] = close_period(books.home, books.door, "administrator", "2026-04", as_of=date(2026, 5, 2), dbt=books.dbt)
    assert answer["entries"] == ["JE000001"]
    books.build(date(2026, 5, 2))
    assert books.inventory() == [(False, date(2026, 4, 30), Decimal(50))]
    with pytest.raises(Refusal, match="the period 2026-04 is locked already"):
        books.do("lock_period", period="2026-04")


def test_a_lock_brings_along_what_the_build_would_still_post_by_then(books: Books) -> None:
    """Amounts of the month and, where it is the one that they would correct, of locked months before it."""
    assert completed_lock(books.home, {"period": "2026-04"}) == {"period": "2026-04"}  # nothing is published
    books.do("create_company", code="NEW", name="New", currency="USD")
    books.receive(10, 5, "2026-04-05")
    books.build(date(2026, 4, 20))
    build_id = published_build(books.home).build_id
    claimed = {"pending_amount": "1", "build_id": "b"}
    for company, period, pending in (
        (None, "2026-03", None), (None, "2026-04", "50"), ("AUD", "2026-05", "50"), ("NEW", "2026-04", None),
        ("NONE", "2026-04", None),
    ):  # fmt: skip
        lock = {"period": period} | ({"company": company} if company else {})
        told = completed_lock(books.home, lock | claimed)
        figures = {} if pending is None else {"pending_amount": f"{pending}.0000", "build_id": build_id}
        assert told == lock | figures
    despite = {"period": "2026-04", "despite_pending": True}
    assert completed_lock(books.home, despite) == despite

    books.settle()
    books.build(date(2026, 4, 20))
    assert completed_lock(books.home, {"period": "2026-04"}) == {"period": "2026-04"}
    books.receive(10, 7, "2026-04-10")
    books.do("lock_period", period="2026-04")
    books.build(date(2026, 4, 21))
    for period, pending in (("2026-04", None), ("2026-05", "70.0000")):
        assert completed_lock(books.home, {"period": period}).get("pending_amount") == pending
