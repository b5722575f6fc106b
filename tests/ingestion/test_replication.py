"""Replication brings every change exactly once: by command or by hand, committed in any order, killed at any step."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

import ingestion.replication.refresh as replication
from ingestion.replication import BuildIsUnusable, Replication, replicate, replicate_here, source_signature
from ingestion.replication.columns import raw_tables
from tests.clean_process import started
from transactions import make_home
from transactions.kernel.database import metadata
from transactions.kernel.tables import database_identity, row_tombstone
from transactions.master.tables import unit


@pytest.fixture
def engine(migrated_database_url: str) -> Iterator[Engine]:
    engine = make_home(url=migrated_database_url)[0].engine
    add_units(engine, 1, 10)
    yield engine
    engine.dispose()


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return tmp_path / "work.duckdb"


def add_units(engine: Engine, first: int, last: int, name: str = "piece") -> None:
    write(engine, insert(unit).values([{"id": n, "code": f"u{n}", "name": name} for n in range(first, last + 1)]))


def write(engine: Engine, *statements: Any) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def bring(engine: Engine, build: Path, **how: Any) -> Replication:
    """In this process, which has let go of the file: its SQLite and the driver's do not see each other's locks."""
    engine.dispose()
    return replicate_here(replication.source_of(engine), build, **how)


def mirrored(build: Path, table: str = "unit") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(build), read_only=True) as connection:
        return connection.execute(f"select * from raw.{table} order by id").fetchall()


def stored(engine: Engine, table: str = "unit") -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(select(metadata.tables[table]).order_by(metadata.tables[table].c.id))
        return [tuple(row) for row in rows]


def assert_equal_everywhere(engine: Engine, build: Path) -> None:
    for table in raw_tables():
        assert len(mirrored(build, table.name)) == len(stored(engine, table.name)), table.name
    assert mirrored(build) == stored(engine)


def changed(done: Replication) -> dict[str, int]:
    return {table.name: table.changed for table in done.tables if table.changed}


def test_the_first_replication_brings_everything(engine: Engine, build: Path) -> None:
    done = replicate(engine, build, check_all=True)
    assert done.full == "a new build"
    assert changed(done)["unit"] == 10
    assert_equal_everywhere(engine, build)


def test_the_next_one_brings_only_what_changed(engine: Engine, build: Path) -> None:
    bring(engine, build)
    add_units(engine, 11, 12)
    write(engine, update(unit).where(unit.c.id == 3).values(name="changed by hand"))
    done = bring(engine, build)
    assert done.full == ""
    assert changed(done) == {"unit": 3}
    assert mirrored(build) == stored(engine)


def test_nothing_comes_twice(engine: Engine, build: Path) -> None:
    first = bring(engine, build)
    second = bring(engine, build)
    assert second.signature == first.signature
    assert mirrored(build) == stored(engine)


def test_deleted_rows_are_taken_out(engine: Engine, build: Path) -> None:
    bring(engine, build)
    write(engine, delete(unit).where(unit.c.id.in_([2, 5])))
    write(engine, update(unit).where(unit.c.id == 7).values(id=70))
    bring(engine, build)
    assert [row[0] for row in mirrored(build)] == [1, 3, 4, 6, 8, 9, 10, 70]


def test_a_row_deleted_and_made_again_is_there(engine: Engine, build: Path) -> None:
    bring(engine, build)
    write(engine, delete(unit).where(unit.c.id == 2))
    write(engine, insert(unit).values(id=2, code="u2", name="again"))
    bring(engine, build)
    assert mirrored(build) == stored(engine)


def test_signature_tells_whether_there_is_anything_new(engine: Engine, build: Path) -> None:
    done = bring(engine, build)
    assert source_signature(engine, done.watermark) == done.signature
    write(engine, update(unit).where(unit.c.id == 1).values(name="new"))
    assert source_signature(engine, done.watermark) != done.signature
    done = bring(engine, build)
    assert source_signature(engine, done.watermark) == done.signature
    write(engine, delete(unit).where(unit.c.id == 1))
    assert source_signature(engine, done.watermark) != done.signature


def test_another_database_is_read_from_its_beginning(engine: Engine, build: Path) -> None:
    bring(engine, build)
    write(engine, update(database_identity).values(identity="another"), delete(unit).where(unit.c.id > 4))
    write(engine, delete(row_tombstone))
    done = bring(engine, build)
    assert done.full == "another database"
    assert mirrored(build) == stored(engine)


def test_another_history_is_read_from_its_beginning(engine: Engine, build: Path) -> None:
    bring(engine, build)
    with duckdb.connect(str(build)) as connection:
        connection.execute("update raw._replication set audit_position = 1, audit_hash = 'of another life'")
    assert bring(engine, build).full == "another history of the database"


def test_a_new_column_and_a_new_table_are_filled(engine: Engine, build: Path) -> None:
    bring(engine, build)
    with duckdb.connect(str(build)) as connection:
        connection.execute("alter table raw.unit drop column name")
        connection.execute("drop table raw.partner")
        connection.execute("create table raw.gone (id bigint)")
    done = bring(engine, build)
    assert [table.name for table in done.tables if table.reloaded] == ["partner", "unit"]
    assert mirrored(build) == stored(engine)
    with duckdb.connect(str(build), read_only=True) as connection:
        assert connection.execute("from duckdb_tables() where table_name = 'gone'").fetchall() == []


def test_a_table_that_differs_is_read_anew(engine: Engine, build: Path) -> None:
    bring(engine, build)
    with duckdb.connect(str(build)) as connection:
        connection.execute("delete from raw.unit where id = 4")
    add_units(engine, 11, 11)  # the table is touched, so it is compared
    done = bring(engine, build)
    assert [table.name for table in done.tables if table.reloaded] == ["unit"]
    assert mirrored(build) == stored(engine)


def test_comparing_all_finds_a_changed_cell(engine: Engine, build: Path) -> None:
    bring(engine, build)
    with duckdb.connect(str(build)) as connection:
        connection.execute("update raw.unit set name = 'other text' where id = 4")
    assert not [table for table in bring(engine, build).tables if table.reloaded]
    assert [table.name for table in bring(engine, build, check_all=True).tables if table.reloaded] == ["unit"]
    assert mirrored(build) == stored(engine)


def test_types_are_those_of_the_warehouse(engine: Engine, build: Path) -> None:
    bring(engine, build)
    with duckdb.connect(str(build), read_only=True) as connection:
        types = dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns() "
                "where schema_name = 'raw' and table_name = 'document'"
            ).fetchall()
        )
    assert (types["id"], types["state"], types["effective_date"], types["extra"]) == (
        "BIGINT",
        "VARCHAR",
        "DATE",
        "VARCHAR",
    )
    assert not {"credential", "user_session", "remembered_answer"} & {table.name for table in raw_tables()}


def test_a_file_that_is_no_build_is_named(engine: Engine, build: Path) -> None:
    build.write_text("not a database at all")
    with pytest.raises(BuildIsUnusable, match="work"):
        replicate(engine, build)


def replicate_until(killed_at: str, url: str, build: Path) -> None:
    """In a process of its own, which ends itself at the step."""

    def step(name: str) -> None:
        if name == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    replicate_here(replication.source_of(url), build, step=step)


STEPS = ["open", "begin", "merge row_tombstone", "bury", "merge unit", "compare unit", "commit", "close"]


# What is written is the build file, whichever database is read: of PostgreSQL the middle steps are enough each time.
@pytest.mark.parametrize(
    ("migrated_database_url", "killed_at"),
    [
        *(("sqlite", step) for step in STEPS),
        *(pytest.param("postgresql", step, marks=pytest.mark.postgresql) for step in ("bury", "commit")),
        *(pytest.param("postgresql", step, marks=pytest.mark.soak) for step in STEPS if step not in ("bury", "commit")),
    ],
    indirect=["migrated_database_url"],
)
def test_killed_at_any_step_it_loses_nothing(engine: Engine, build: Path, killed_at: str) -> None:
    bring(engine, build)
    add_units(engine, 11, 12)
    write(engine, delete(unit).where(unit.c.id == 2), update(unit).where(unit.c.id == 3).values(name="new"))
    process = started(replicate_until, killed_at, engine.url.render_as_string(hide_password=False), build)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(mirrored(build)) in (10, 11)  # as before, or done: never between
    bring(engine, build)
    assert mirrored(build) == stored(engine)


def test_a_transaction_open_during_a_refresh_is_not_missed(migrated_postgres_database: str, build: Path) -> None:
    engine = make_home(url=migrated_postgres_database)[0].engine
    add_units(engine, 1, 10)
    with engine.connect() as held, held.begin() as transaction:
        held.execution_options(reading=True)
        held.execute(text("insert into unit (id, code, name) values (99, 'late', 'committed late')"))
        other = engine.execution_options(reading=True)
        with other.connect() as connection, connection.begin():  # a later transaction that commits first
            connection.execute(text("insert into unit (id, code, name) values (100, 'early', 'committed early')"))
        first = bring(engine, build)
        assert [row[0] for row in mirrored(build)][-1] == 100
        second = bring(engine, build)  # the idle transaction freezes nothing
        assert second.signature == first.signature
        transaction.commit()
    assert source_signature(engine, second.watermark) != second.signature
    bring(engine, build)
    assert mirrored(build) == stored(engine)
    engine.dispose()


def test_many_small_replications_amid_writers(engine: Engine, build: Path) -> None:
    actions: list[Callable[[int], Any]] = [
        lambda n: insert(unit).values(id=100 + n, code=f"n{n}", name="new"),
        lambda n: update(unit).where(unit.c.id % 7 == n % 7).values(name=f"turn {n}"),
        lambda n: delete(unit).where(unit.c.id == 100 + n - 4),
    ]
    for turn in range(12):
        write(engine, *(action(turn) for action in actions[: 1 + turn % 3]))
        bring(engine, build)
        assert mirrored(build) == stored(engine)


def test_many_changed_rows_are_merged_without_reading_the_table_anew(engine: Engine, build: Path) -> None:
    """More than DuckDB puts into one group of rows: new ones, and the same ones changed."""
    rows = 130_000
    bring(engine, build)
    numbers = "with recursive numbers (n) as (select 1001 union all select n + 1 from numbers where n < :last)"
    many = text(f"insert into unit (id, code, name) {numbers} select n, 'u' || n, 'piece' from numbers")
    write(engine, many.bindparams(last=1000 + rows))
    done = bring(engine, build)
    assert [(table.name, table.changed, table.reloaded) for table in done.tables if table.changed] == [
        ("unit", rows, False)
    ]
    write(engine, update(unit).where(unit.c.id > 500).values(name="changed"))
    done = bring(engine, build)
    assert [table.reloaded for table in done.tables if table.name == "unit"] == [False]
    with duckdb.connect(str(build), read_only=True) as connection:
        counts = connection.execute("select name, count(*) from raw.unit group by name order by name").fetchall()
    assert counts == [("changed", rows), ("piece", 10)]
