"""Backup and restore of the system of record: one file, taken while people work, every byte checked on the way back.

A backup is a zip: what it is (`backup.json`), and the database as of one moment: the SQLite file (`bihuan.sqlite`, by
SQLite's own backup), or the rows of each table of PostgreSQL in its COPY format (`rows/<table>.copy`, in one snapshot).
The zip's comment is the SHA-256 of everything before it. The warehouse is not in it: it is made again from the facts.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.engine import Connection

from orchestration.edition import flush_file
from orchestration.warehouse_folder import flush_folder
from transactions.kernel.database import open_engine, reading, sqlite
from transactions.kernel.schema import check_not_newer, upgrade

FORMAT = 1
DIGEST_BYTES = 64
CHUNK_BYTES = 1 << 20
COUNTED = ("audit_record", "document", "stock_move", "journal_entry")
FOREIGN_KEYS = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where contype = 'f' and connamespace = current_schema()::regnamespace order by 1, 2
"""


class BackupIsDamaged(Exception):
    """The file is not, byte for byte, what the backup wrote; nothing was restored."""


class HomeIsNotEmpty(Exception):
    """A backup is restored into an empty place only; nothing was touched."""


def back_up(engine: Engine, target: Path, now: datetime) -> dict[str, Any]:
    """Writes the backup, flushed to the disk, under its name only when it is whole; returns what it is.

    Commands go on meanwhile: the backup holds what was committed when it began. An existing file is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as archive:
            write = _write_sqlite if engine.dialect.name == "sqlite" else _write_postgresql
            described = {"format": FORMAT, "taken_at": now.isoformat(), "program_version": version("bihuan")}
            described |= write(engine, archive)
            archive.writestr("backup.json", json.dumps(described, indent=1))
            archive.comment = b"0" * DIGEST_BYTES
        with unfinished.open("r+b") as file:
            digest = _digest(file, unfinished.stat().st_size - DIGEST_BYTES)
            file.write(digest)
        flush_file(unfinished)
        unfinished.replace(target)
        flush_folder(target.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return described | {"bytes": target.stat().st_size}


def read_backup(source: Path) -> dict[str, Any]:
    """What the backup is, after every byte of it was checked; `BackupIsDamaged` if one is not as it was written."""
    with source.open("rb") as file:
        size = source.stat().st_size - DIGEST_BYTES
        if size <= 0 or _digest(file, size) != file.read(DIGEST_BYTES):
            raise BackupIsDamaged(f"{source} is not as it was written; nothing was restored")
    with zipfile.ZipFile(source) as archive:
        described: dict[str, Any] = json.loads(archive.read("backup.json"))
    if described["format"] != FORMAT:
        raise BackupIsDamaged(f"{source} was written by program {described['program_version']} in another form")
    return described


def restore(source: Path, url: str) -> dict[str, Any]:
    """Puts the backup's database at an address where there is none yet, moved forward to this program's schema.

    Errors: `BackupIsDamaged`, `HomeIsNotEmpty`, `DatabaseIsNewer`. Whoever restores runs the doctor afterwards.
    """
    described = read_backup(source)
    engine = open_engine(url)
    if engine.dialect.name != described["system"]:
        raise HomeIsNotEmpty(
            f"the backup is of {described['system']}; it cannot be restored into {engine.dialect.name}"
        )
    try:
        with zipfile.ZipFile(source) as archive:
            if engine.dialect.name == "sqlite":
                _restore_sqlite(archive, Path(engine.url.database or ""))
            else:
                _restore_postgresql(archive, engine, described)
        upgrade(engine)
    finally:
        engine.dispose()
    return described


def _digest(file: Any, size: int) -> bytes:
    """Hexadecimal SHA-256 of the first bytes; the file stands behind them afterwards."""
    digest = hashlib.sha256()
    while size > 0:
        chunk = file.read(min(CHUNK_BYTES, size))
        if not chunk:
            break
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest().encode()


def _counts(connection: Connection) -> dict[str, int]:
    return {table: connection.execute(text(f"select count(*) from {table}")).scalar_one() for table in COUNTED}


def _revision(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    assert revision is not None
    return revision


def _write_sqlite(engine: Engine, archive: zipfile.ZipFile) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bihuan-backup-", dir=Path(str(engine.url.database)).parent) as folder:
        copy = Path(folder) / "bihuan.sqlite"
        with reading(engine) as connection, closing(sqlite.connect(copy)) as into:
            connection.connection.driver_connection.backup(into)  # type: ignore[union-attr]  # all pages at once
        archive.write(copy, "bihuan.sqlite")
        copied = open_engine(f"sqlite:///{copy}")
        with reading(copied) as connection:
            described = {"system": "sqlite", "revision": _revision(connection), "rows": _counts(connection)}
        copied.dispose()
    return described


def _restore_sqlite(archive: zipfile.ZipFile, path: Path) -> None:
    if path.exists() and path.stat().st_size:
        raise HomeIsNotEmpty(f"there is a database at {path} already; nothing was touched")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with archive.open("bihuan.sqlite") as packed, unfinished.open("wb") as file:
            shutil.copyfileobj(packed, file, CHUNK_BYTES)
        flush_file(unfinished)
        unfinished.replace(path)
        flush_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_postgresql(engine: Engine, archive: zipfile.ZipFile) -> dict[str, Any]:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("set transaction read only"))
        tables = {
            table: [column["name"] for column in inspect(connection).get_columns(table)]
            for table in sorted(inspect(connection).get_table_names())
            if table != "alembic_version"
        }
        for table, columns in tables.items():
            names = ", ".join(f'"{name}"' for name in columns)
            with (
                archive.open(f"rows/{table}.copy", "w", force_zip64=True) as packed,
                _cursor(connection).copy(f'copy "{table}" ({names}) to stdout') as rows,
            ):
                for block in rows:
                    packed.write(block)
        revision, counts = _revision(connection), _counts(connection)
    return {"system": "postgresql", "revision": revision, "rows": counts, "tables": tables}


def _restore_postgresql(archive: zipfile.ZipFile, engine: Engine, described: dict[str, Any]) -> None:
    """All rows or none. Guards of ledgers rest meanwhile, stamps are set anew, foreign keys are checked at the end."""
    if inspect(engine).get_table_names():
        raise HomeIsNotEmpty(f"the database {engine.url.database} holds tables already; nothing was touched")
    check_not_newer(engine)
    upgrade(engine, described["revision"])
    with engine.begin() as connection, _without_foreign_keys(connection):
        guards = connection.execute(
            text(
                "select tgrelid::regclass::text, tgname from pg_trigger inner join pg_class on pg_class.oid = tgrelid "
                "where not tgisinternal and tgname <> 'stamp_row' and relnamespace = current_schema()::regnamespace"
            )
        ).all()
        for table, name in guards:
            connection.exec_driver_sql(f'alter table {table} disable trigger "{name}"')
        for table, columns in described["tables"].items():
            connection.exec_driver_sql(f'delete from "{table}"')  # what a migration may have put there
            names = ", ".join(f'"{name}"' for name in columns)
            with (
                archive.open(f"rows/{table}.copy") as packed,
                _cursor(connection).copy(f'copy "{table}" ({names}) from stdin') as rows,
            ):
                while block := packed.read(CHUNK_BYTES):
                    rows.write(block)
        connection.exec_driver_sql("select setval('row_tombstone_id', coalesce(max(id), 0) + 1) from row_tombstone")
        for table, name in guards:
            connection.exec_driver_sql(f'alter table {table} enable trigger "{name}"')


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Tables are filled in any order; the keys come back, checked, before the transaction ends."""
    keys = connection.exec_driver_sql(FOREIGN_KEYS).all()
    for table, name, _definition in keys:
        connection.exec_driver_sql(f'alter table {table} drop constraint "{name}"')
    yield
    connection.exec_driver_sql("set constraints all immediate")
    for table, name, definition in keys:
        connection.exec_driver_sql(f'alter table {table} add constraint "{name}" {definition}')
