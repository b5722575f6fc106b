"""How a command's rows reach the database: whole, stamped, in few statements, and over a connection that lives."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text

from tests.transactions.acting import Acting
from tests.transactions.trading import Trading
from transactions import Door
from transactions.kernel import database
from transactions.kernel.database import open_engine, reading, turn_to_write
from transactions.kernel.work import Work
from transactions.master.tables import partner

STRANGE = ["None", "NULL", "null", 'a "quoted" one', "back\\slash", "{brace}, comma", " 空格 ", "'", "a\nb", "$1 ?"]
PARTNER = {"code": "P", "name": "Partner", "is_customer": True}


def test_texts_of_many_rows_come_back_as_they_were(acting: Acting) -> None:
    for place, name in enumerate(STRANGE):
        acting("create_item", code=f"I{place}", name=name, unit="pcs", kind="bought")
    acting("create_partner", **PARTNER)
    lines = [
        {"item": f"I{place}", "quantity": "1.000001", "unit_price": 1, "promised_date": "2026-01-07" if place else None}
        for place in range(len(STRANGE))
    ]
    made = acting("create_sales_order", customer="P", order_date="2026-01-05", lines=lines)
    rows = acting.rows("document_line", document_id=made["id"])
    assert [row["id"] for row in rows] == made["lines"]
    assert [row["description"] for row in rows] == [row["name"] for row in acting.rows("item")]
    assert {row["quantity"] for row in rows} == {1_000_001}
    assert [row["promised_date"] is None for row in rows] == [True] + [False] * (len(STRANGE) - 1)


def test_rows_of_a_command_have_one_stamp_and_changed_rows_a_later_one(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    acting("create_partner", **PARTNER)
    lines = [{"item": "A", "quantity": 1, "unit_price": 1}] * 3
    order = acting("create_sales_order", customer="P", order_date="2026-01-05", lines=lines)
    (first,) = {row["row_version"] for table in ("document", "document_line") for row in acting.rows(table)}
    acting("confirm_sales_order", order=order["id"])
    later = acting.row("document", id=order["id"])["row_version"]
    assert later > first
    assert [row["row_version"] for row in acting.rows("document_event")] == [first, later]
    assert acting.row("number_series", document_type="sales_order")["row_version"] == later
    assert {row["row_version"] for row in acting.rows("document_line")} == {first}


def _stocked(acting: Acting, count: int) -> list[dict[str, Any]]:
    """So many items of which 5 lie in MAIN, a second warehouse EAST, and lines that carry 5 of each there."""
    acting("create_warehouse", code="EAST", name="East")
    for place in range(count):
        acting("create_item", code=f"I{place}", name=f"I{place}", unit="pcs", kind="bought")
    lines = [{"item": f"I{place}", "quantity": 5} for place in range(count)]
    acting("record_opening_stock", effective_date="2026-01-01", lines=[line | {"unit_cost": 1} for line in lines])
    return lines


def test_many_moves_are_kept_or_refused_whole(acting: Acting) -> None:
    lines = _stocked(acting, 30)
    carry = {"from_warehouse": "MAIN", "to_warehouse": "EAST", "effective_date": "2026-01-05"}
    refusal = acting.refused("transfer_stock", **carry, lines=[*lines[:-1], {"item": "I29", "quantity": 6}])
    assert (refusal.fact, refusal.field) == ("StockWouldGoNegative", "lines.29.quantity")
    assert acting.rows("document", document_type="transfer") == []
    made = acting("transfer_stock", **carry, lines=lines)
    assert made["number"] == "TR000001"
    moves = acting.rows("stock_move", document_id=made["id"])
    assert [move["document_line_id"] for move in moves] == made["lines"]
    assert [
        (acting.stock(f"I{place}", "MAIN/stock"), acting.stock(f"I{place}", "EAST/stock")) for place in (0, 29)
    ] == [(Decimal(0), Decimal(5))] * 2


def test_what_the_database_has_against_rows_sent_ahead_is_said_of_their_command(postgres_door: Door) -> None:
    acting = Acting(postgres_door, postgres_door.clock)  # type: ignore[arg-type]
    lines = _stocked(acting, 30)
    carry = {"from_warehouse": "MAIN", "to_warehouse": "EAST", "effective_date": "2026-01-05", "lines": lines}
    with postgres_door.engine.begin() as connection:
        connection.execute(text("alter table document_line add constraint few check (line_number <= 29) not valid"))
    try:
        assert acting.refused("transfer_stock", **carry).fact == "DatabaseRefused"
        with postgres_door.batch("administrator") as batch:
            batch.execute("create_partner", PARTNER)
            with pytest.raises(Exception, match="DatabaseRefused"):
                batch.execute("transfer_stock", carry)
            batch.execute("create_partner", PARTNER | {"code": "Q"})
    finally:
        with postgres_door.engine.begin() as connection:
            connection.execute(text("alter table document_line drop constraint few"))
    assert [row["code"] for row in acting.rows("partner")] == ["P", "Q"]
    assert acting("transfer_stock", **carry)["number"] == "TR000001"


def test_what_was_foreseen_counts_until_it_is_written(postgres_door: Door) -> None:
    postgres_door.execute("create_partner", PARTNER, "administrator")
    named = select(partner.c.id, partner.c.name).where(partner.c.code == bindparam("code"))
    with postgres_door.engine.begin() as connection:
        work = Work(connection, {})
        (found,) = work.rows(named, code="P")  # the first time a question is asked it is only made ready
        assert work.rows(named, code="P") == [found]
        work.foresee((named, {"code": "P"}), (named, {"code": "Q"}))
        connection.execute(text("update partner set name = 'Unheard' where code = 'P'"))
        assert work.rows(named, code="P") == [found]
        assert work.rows(named, code="Q") == []
        work.change_rows(partner, ("name",), [("Changed", found.id)])
        assert work.rows(named, code="P") == [(found.id, "Changed")]


@pytest.mark.parametrize("rested", [0.0, 3600.0])
def test_a_server_that_came_back_is_not_noticed(
    postgres_door: Door, rested: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a connection that rested and is asked, nor by one that was in use a moment ago."""
    monkeypatch.setattr(database, "RESTED", rested)
    postgres_door.execute("create_partner", PARTNER, "administrator")
    other = open_engine(postgres_door.engine.url.render_as_string(hide_password=False))
    with reading(other) as connection:
        others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        connection.execute(text(f"select pg_terminate_backend(pid) {others}"))
        while connection.execute(text(f"select count(*) {others}")).scalar_one():
            connection.rollback()  # within a transaction the activity stays as it was seen first
            time.sleep(0.01)
    other.dispose()
    answer = postgres_door.execute("create_partner", PARTNER | {"code": "Q"}, "administrator")
    assert answer["code"] == "Q"


def test_writers_of_sqlite_take_turns_but_never_wait_for_ever(shop: Trading, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def post() -> None:
        shop("create_partner", **PARTNER)
        done.set()

    poster = threading.Thread(target=post)
    with turn_to_write(shop.door.engine):
        poster.start()
        assert not done.wait(0.2)
    poster.join(10)
    assert done.is_set()
    monkeypatch.setattr(database, "TURN_SECONDS", 0.05)
    with turn_to_write(shop.door.engine):
        shop("create_partner", **PARTNER | {"code": "Q"})
    assert len(shop.rows("partner")) == 6


def test_a_delivery_of_many_lines_takes_no_more_questions_than_one_of_few(shop: Trading) -> None:
    asked: list[str] = []

    def deliver(lines: int) -> int:
        order = shop.sell(*[{"quantity": 1} for _ in range(lines)])
        asked.clear()
        shop("deliver_goods", order=order["id"], effective_date="2026-01-06")
        return sum(1 for sql in asked if sql.lstrip().lower().startswith("select"))

    deliver(1), deliver(1)
    with shop.door.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
    driver.set_trace_callback(asked.append)
    assert deliver(20) == deliver(2) <= 6
    driver.set_trace_callback(None)
