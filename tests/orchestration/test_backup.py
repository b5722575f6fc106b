"""A backup is taken while people work and restored elsewhere: every invariant holds, and a flipped byte is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, select

from ingestion.replication import replicate
from orchestration.backup import BackupIsDamaged, HomeIsNotEmpty, back_up, restore
from orchestration.doctor import DATABASE_CHECKS
from tests.embedded_postgres import EmbeddedPostgres
from transactions import Door, make_home
from transactions.kernel.database import metadata, open_engine, reading
from transactions.kernel.schema import require_current

NOW = datetime(2026, 5, 1, tzinfo=UTC)
COMPANY: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "A", "name": "A", "currency": "EUR"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_item", {"code": "X", "name": "X", "unit": "pcs", "kind": "bought"}),
    ("create_partner", {"code": "P", "name": "P", "is_customer": True, "is_supplier": True}),
]  # fmt: skip


def buy(door: Door, number: int) -> None:
    order = {"supplier": "P", "order_date": "2026-04-01", "external_number": f"PO{number}", "confirm": True,
             "lines": [{"item": "X", "quantity": 10, "unit_price": "4"}]}  # fmt: skip
    door.execute("create_purchase_order", order, "administrator", f"order {number}")
    door.execute(
        "receive_goods", {"order": f"PO{number}", "effective_date": "2026-04-02"}, "administrator", f"receipt {number}"
    )


@pytest.fixture
def other_url(request: pytest.FixtureRequest, migrated_database_url: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of the same system elsewhere."""
    if migrated_database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'bihuan.sqlite'}"
        return
    server = request.getfixturevalue("postgres_server")
    assert isinstance(server, EmbeddedPostgres)
    name = server.create_database()
    yield server.url(name).render_as_string(hide_password=False)
    server.drop_database(name)


def rows(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table without its stamp, which PostgreSQL sets anew."""
    with reading(engine) as connection:
        return {
            name: {
                tuple(str(value) for column, value in row._mapping.items() if column != "row_version")
                for row in connection.execute(select(table))
            }
            for name, table in metadata.tables.items()
        }


def test_a_backup_under_load_restores_elsewhere(migrated_database_url: str, other_url: str, tmp_path: Path) -> None:
    door, _ = make_home(url=migrated_database_url)
    for position, (command, data) in enumerate(COMPANY):
        door.execute(command, data, "administrator", str(position))
    buy(door, 0)
    going = threading.Event()

    def work() -> None:
        number = 0
        while not going.is_set():
            number += 1
            buy(door, number)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        taken = [back_up(door.engine, tmp_path / f"{number}.backup", NOW) for number in range(3)]
    finally:
        going.set()
        worker.join()
    assert taken[2]["rows"]["stock_move"] >= taken[0]["rows"]["stock_move"] >= 1
    buy(door, 1_000_000)  # not in the backup

    described = restore(tmp_path / "2.backup", other_url)
    engine = open_engine(other_url)
    require_current(engine)
    with reading(engine) as connection:
        for name, check in DATABASE_CHECKS.items():
            assert check(connection), name
    restored, original = rows(engine), rows(door.engine)
    assert len(restored["stock_move"]) == described["rows"]["stock_move"] < len(original["stock_move"])
    assert all(restored[name] <= original[name] for name in ("stock_move", "journal_line", "audit_record", "document"))
    Door(engine).execute(*("create_partner", {"code": "Q", "name": "Q", "is_customer": True}, "administrator"))
    done = replicate(engine, tmp_path / "work.duckdb", check_all=True)
    assert done.full == "a new build"
    again = replicate(engine, tmp_path / "work.duckdb")
    assert (again.full, again.changed < 50) == ("", True)  # its stamps are of this database
    with pytest.raises(HomeIsNotEmpty):
        restore(tmp_path / "2.backup", other_url)
    engine.dispose()
    door.engine.dispose()


def test_a_flipped_byte_is_noticed(migrated_sqlite_database: str, tmp_path: Path) -> None:
    door, _ = make_home(url=migrated_sqlite_database)
    backup = tmp_path / "one.backup"
    back_up(door.engine, backup, NOW)
    content = backup.read_bytes()
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere' / 'bihuan.sqlite'}"
    for position in (0, 40, len(content) // 3, len(content) // 2, len(content) - 100, len(content) - 1):
        flipped = bytearray(content)
        flipped[position] ^= 1
        backup.write_bytes(flipped)
        with pytest.raises(BackupIsDamaged):
            restore(backup, elsewhere)
    backup.write_bytes(content[:-10])
    with pytest.raises(BackupIsDamaged):
        restore(backup, elsewhere)
    assert not Path(str(make_url(elsewhere).database)).exists()
    backup.write_bytes(content)
    assert restore(backup, elsewhere)["system"] == "sqlite"
