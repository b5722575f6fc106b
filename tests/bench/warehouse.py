"""The warehouse of a company with many moves: built from nothing, and refreshed after one order.

A month of the demo company is recorded through commands; then its documents, moves and entries are copied in the
database with other ids and numbers until there are as many moves as wanted. That bypasses the door, which a benchmark
may and nobody else does: what it gives is a company that ties in itself, made in a minute instead of an hour.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, Index, Table, UniqueConstraint, func, select, text

from dashboards.edition import Edition
from dashboards.questions.question import answered
from dbt_project.published import published_build
from ingestion.sources.demo import make_demo
from orchestration.known import known_at_moment
from orchestration.refresh import Outcome, refresh
from tests.bench.figure import Measured, median
from transactions import Door, make_home
from transactions.kernel.clock import EPOCH
from transactions.kernel.database import metadata, reading
from transactions.master.tables import item, partner

LAST_DAY = date(2026, 6, 30)
# What a company does, as against what it is; each with its lines and links.
DEEDS = (
    "document", "document_line", "document_event", "document_revision", "line_link", "payment_allocation", "work_order",
    "work_order_component", "work_order_operation", "work_order_by_product", "time_entry", "lot", "stock_move",
    "inspection", "subcontract_cost", "journal_entry", "journal_line",
)  # fmt: skip


@contextmanager
def company(moves: int, days: int) -> Iterator[tuple[Path, Door]]:
    """A home with the demo company of so many days, grown to at least so many stock moves."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        home = Path(folder)
        os.environ["BIHUAN_HOME"] = folder
        door, _ = make_home(password="a long enough password", url=f"sqlite:///{home / 'bihuan.sqlite'}")
        make_demo(door, home, end=LAST_DAY, days=days)
        grow(door, moves)
        yield home, door
        door.engine.dispose()


def count_of(door: Door, table: str) -> int:
    with reading(door.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())


def grow(door: Door, moves: int) -> None:
    """Copies what the company did until there are as many moves; balances grow along, so that all still ties."""
    copies = -(-moves // max(count_of(door, "stock_move"), 1)) - 1
    if copies < 1:
        return
    deeds = [table for table in metadata.sorted_tables if table.name in DEEDS]
    with door.engine.begin() as connection:
        span = int(connection.execute(text("select next_id from writer_state")).scalar_one())
        for copy in range(1, copies + 1):
            for table in deeds:
                _copy(connection, table, copy * span, copy)
            # A posted entry refuses further lines: its copy is posted after its lines were copied.
            copied = f"id between {copy * span} and {(copy + 1) * span}"
            connection.execute(text(f"update journal_entry set is_posted = true where {copied}"))
        connection.execute(text(f"update stock_balance set quantity = quantity * {copies + 1}"))
        connection.execute(text(f"update writer_state set next_id = {(copies + 2) * span}"))


def _copy(connection: Connection, table: Table, shift: int, copy: int) -> None:
    unique = {
        column.name
        for rule in [*table.constraints, *(index for index in table.indexes if index.unique)]
        if isinstance(rule, (UniqueConstraint, Index))
        for column in rule.columns
    }
    terms = []
    for column in table.columns:
        targets = {key.column.table.name for key in column.foreign_keys}
        if column.name == "row_version":
            continue
        if column.name == "id" or targets & set(DEEDS):
            terms.append((column.name, f"{column.name} + {shift}"))
        elif column.name in unique and column.type.python_type is str and not column.foreign_keys:
            is_number = column.name in ("number", "external_number", "code")
            terms.append((column.name, f"{column.name} || '-{copy}'" if is_number else column.name))
        elif column.name == "is_posted":
            terms.append((column.name, "false"))
        else:
            terms.append((column.name, column.name))
    names, values = ", ".join(name for name, _ in terms), ", ".join(value for _, value in terms)
    connection.execute(
        text(f"insert into {table.name} ({names}) select {values} from {table.name} where id < {shift // copy}")
    )


def known_then(moves: int, quick: bool) -> Measured:
    """Stock and its age as known half way through what was recorded: rows taken back, models, editions, in a warm
    process; beside it the same of orders, their cost and profit."""
    with company(3_000 if quick else moves, 10 if quick else 90) as (home, door):
        refresh(home, door.engine, as_of=LAST_DAY, full=True)
        with reading(door.engine) as connection:
            times = connection.execute(text("select min(recorded_at), max(recorded_at) from stock_move")).one()
        then = EPOCH + timedelta(microseconds=(int(times[0]) + int(times[1])) // 2)
        seconds = []
        for turn in range(1 if quick else 3):
            start = time.perf_counter()
            moment = then + timedelta(seconds=turn)
            found = known_at_moment(home, moment, now=door.clock.now(), subject="stock")
            seconds.append(time.perf_counter() - start)
        steps = {step: f"{took:.1f} s" for step, took in found.seconds.items()}
        start = time.perf_counter()
        known_at_moment(home, then - timedelta(seconds=1), now=door.clock.now(), subject="orders")
        steps["of orders"] = f"{time.perf_counter() - start:.1f} s"
        return Measured(median(seconds), count_of(door, "stock_move"), seconds, parts=steps)


def stock_on_past_days(moves: int, quick: bool) -> Measured:
    """Value and age of stock at the end of past days, as the board asks; value is the slowest question's median."""
    with company(3_000 if quick else moves, 10 if quick else 90) as (home, door):
        refresh(home, door.engine, as_of=LAST_DAY, full=True)
        edition = Edition(published_build(home), "full")
        days = [LAST_DAY - timedelta(days=back) for back in ((5, 7) if quick else (20, 40, 60, 80))]
        asked: dict[str, list[float]] = {}
        for question in ("stock_total", "stock_on_hand", "stock_by_item", "stock_ageing", "stock_age_by_category"):
            for day in days:
                start = time.perf_counter()
                answered(edition, question, {"on": day.isoformat()})
                asked.setdefault(question, []).append(time.perf_counter() - start)
        slowest = max(asked.values(), key=median)
        parts = {question: f"{median(seconds):.2f} s" for question, seconds in asked.items()}
        return Measured(median(slowest), count_of(door, "stock_move"), slowest, parts=parts)


def peak_steps(outcome: Outcome) -> dict[str, str]:
    return {step: f"{seconds:.1f} s" for step, seconds in outcome.manifest["seconds"].items()}


def built(moves: int, quick: bool) -> Measured:
    with company(3_000 if quick else moves, 10 if quick else 90) as (home, door):
        start = time.perf_counter()
        outcome = refresh(home, door.engine, as_of=LAST_DAY, full=True)
        seconds = time.perf_counter() - start
        parts = peak_steps(outcome) | {
            "orders": f"{count_of(door, 'document'):,} documents",
            "proofs that do not hold": str(outcome.manifest["proofs_failed"]),
        }
        return Measured(seconds, count_of(door, "stock_move"), [seconds], parts=parts)


def built_at_sizes(moves: int, quick: bool) -> Measured:
    """The company at 1, 4 and 16 times its size: how much longer the largest build takes than n log n lets expect."""
    if quick:
        moves //= 40
    found: list[tuple[int, float, str]] = []
    for times in (1, 4, 16):
        with company(moves * times, 10 if quick else 90) as (home, door):
            if not found:
                refresh(home, door.engine, as_of=LAST_DAY, full=True)  # warm
            start = time.perf_counter()
            outcome = refresh(home, door.engine, as_of=LAST_DAY, full=True)
            found.append((count_of(door, "stock_move"), time.perf_counter() - start, peak_steps(outcome)["models"]))
    (smallest, first, _), *_, (largest, last, _) = found
    expected = first * largest * math.log(largest) / (smallest * math.log(smallest))
    parts = {f"{size:,}": f"{took:.1f} s, models {models}" for size, took, models in found}
    return Measured(last / expected, largest, [took for _, took, _ in found], parts=parts)


def seen_after_one_order(moves: int, quick: bool) -> Measured:
    """A new order. See `_seen`."""
    return _seen(moves, quick, _new_order)


def seen_after_a_late_bill(moves: int, quick: bool) -> Measured:
    """A bill of goods that were received at another price, and used since. See `_seen`."""
    return _seen(moves, quick, _late_bill)


def _seen(moves: int, quick: bool, record: Callable[[Path, Door], None]) -> Measured:
    """From the commit to the switched pointer, in a warm process; value is the slowest of the repetitions."""
    with company(3_000 if quick else moves, 30 if quick else 90) as (home, door):
        refresh(home, door.engine, as_of=LAST_DAY, full=True)
        seconds = []
        for _ in range(1 if quick else 5):
            record(home, door)
            start = time.perf_counter()
            outcome = refresh(home, door.engine, as_of=LAST_DAY)
            seconds.append(time.perf_counter() - start)
            if outcome.state != "published":
                raise RuntimeError(f"it was not seen: {outcome.state}")
        parts = peak_steps(outcome) | {"median": f"{median(seconds):.1f} s"}
        return Measured(max(seconds), count_of(door, "stock_move"), seconds, parts=parts)


def _new_order(_home: Path, door: Door) -> None:
    with reading(door.engine) as connection:
        code = connection.execute(select(item.c.code).where(item.c.kind == "made").limit(1)).scalar_one()
        customer = connection.execute(select(partner.c.code).where(partner.c.is_customer).limit(1)).scalar_one()
    line = {"item": code, "quantity": "1", "unit_price": "100", "promised_date": LAST_DAY.isoformat()}
    order = {"customer": customer, "order_date": LAST_DAY.isoformat(), "confirm": True, "lines": [line]}
    door.execute("create_sales_order", order, "administrator")


def _late_bill(home: Path, door: Door) -> None:
    """Of the line that was received first and is not wholly billed, at an eighth above its price."""
    with published_build(home).open("full") as edition:
        number, line, quantity, price = edition.execute(
            "select order_number, line_number, received_quantity - billed_quantity, unit_price * 1.125"
            " from fct_purchase_order_lines where received_quantity > billed_quantity"
            " order by received_date, order_number, line_number limit 1"
        ).fetchall()[0]
    charged = {"line": line, "quantity": str(quantity), "unit_price": f"{price:.4f}"}
    bill = {"order": number, "bill_date": LAST_DAY.isoformat(), "external_number": f"late {number}", "lines": [charged]}
    door.execute("bill_supplier", bill, "administrator")
