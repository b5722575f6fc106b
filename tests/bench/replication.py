"""Replicating a million changed rows, against the bare limit of reading them through ADBC and Arrow into DuckDB."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from sqlalchemy import Engine, insert, text

from ingestion.replication import replicate
from ingestion.replication.columns import raw_tables
from ingestion.replication.refresh import source_of
from ingestion.replication.snapshot import snapshot_of
from transactions import make_home
from transactions.document.tables import document, document_line
from transactions.inventory.tables import stock_move
from transactions.master.tables import company, item, location, unit

ROWS = 1_000_000


@dataclass(frozen=True)
class ReplicationMeasured:
    """rows: changed and replicated. raw_seconds: the same rows by ADBC, Arrow and DuckDB alone. peak_memory: bytes."""

    rows: int
    seconds: float
    raw_seconds: float
    peak_memory: int


def measure_replication(rows: int = ROWS, url: str | None = None) -> ReplicationMeasured:
    """Stamps `rows` stock moves after a first build and replicates them; on SQLite unless a database is named."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        engine = make_home(url=url or f"sqlite:///{folder}/bihuan.sqlite")[0].engine
        build = Path(folder) / "work.duckdb"
        _found_company(engine)
        replicate(engine, build)
        _add_moves(engine, rows)
        raw_seconds = _raw_seconds(engine, Path(folder) / "raw.duckdb")
        done = replicate(engine, build)
        assert done.full == ""
        assert done.changed >= rows
        engine.dispose()
        return ReplicationMeasured(done.changed, done.seconds, raw_seconds, done.peak_memory)


def _raw_seconds(engine: Engine, path: Path) -> float:
    """The stock moves as they come, into a fresh table: nothing merged, nothing compared."""
    table = next(table for table in raw_tables() if table.name == "stock_move")
    started = time.perf_counter()
    with snapshot_of(source_of(engine)) as snapshot, duckdb.connect(str(path)) as target:
        target.register("arriving", snapshot.read(table, None))
        target.execute("create table stock_move as from arriving where id is not null")
    return time.perf_counter() - started


def _found_company(engine: Engine) -> None:
    with engine.begin() as connection:
        user = connection.execute(text("select min(id) from user_account")).scalar_one()
        recorded = {"recorded_at": 0}
        connection.execute(
            insert(company).values(
                id=10, code="B", name="B", currency="EUR", amount_exponent=2, time_zone="UTC", chart="-", stage=4,
                **recorded,
            )
        )  # fmt: skip
        connection.execute(insert(unit).values(id=11, code="pcs", name="piece"))
        connection.execute(insert(item).values(id=12, code="I", name="I", unit_id=11, kind="bought", **recorded))
        connection.execute(insert(location).values(id=13, company_id=10, code="SUPPLIER", kind="supplier"))
        connection.execute(insert(location).values(id=14, company_id=10, code="STOCK", kind="stock"))
        amounts = {f"{kind}_amount": 0 for kind in ("net", "tax", "freight", "gross")}
        connection.execute(
            insert(document).values(
                id=15, company_id=10, document_type="goods_receipt", state="done", effective_date=date(2024, 1, 1),
                currency="EUR", exchange_rate=10**9, created_by=user, **amounts, **recorded,
            )
        )  # fmt: skip
        connection.execute(
            insert(document_line).values(
                id=16, document_id=15, line_number=1, entered_quantity=1, unit_numerator=1, unit_denominator=1,
                quantity=1, unit_price=0, discount_rate=0, net_amount=0, tax_amount=0, gross_amount=0,
            )
        )  # fmt: skip


def _add_moves(engine: Engine, rows: int) -> None:
    """As the kernel writes them: on SQLite stamped with the counter's next value."""
    is_sqlite = engine.dialect.name == "sqlite"
    names = (
        "id, company_id, move_type, item_id, from_location_id, to_location_id, quantity, effective_date, document_id, "
        "document_line_id, recorded_at"
    )
    first_day = date(2024, 1, 1)
    with engine.begin() as connection:
        stamp = 0
        if is_sqlite:
            connection.execute(text("update change_counter set value = value + 1"))
            stamp = connection.execute(text("select value from change_counter")).scalar_one()
        mark = "?" if is_sqlite else "%s"
        marks = ", ".join([mark] * (12 if is_sqlite else 11))
        columns = f"{names}, row_version" if is_sqlite else names
        sql = f"insert into {stock_move.name} ({columns}) values ({marks})"
        for start in range(0, rows, 50_000):
            batch = []
            for number in range(start, min(start + 50_000, rows)):
                on = (first_day + timedelta(days=number % 365)).isoformat()
                row = (1000 + number, 10, "receipt", 12, 13, 14, 1_000_000 + number, on, 15, 16, number)
                batch.append((*row, stamp) if is_sqlite else row)
            connection.exec_driver_sql(sql, batch)


if __name__ == "__main__":
    print(measure_replication())
