"""What the database itself refuses, and what the program says when there is none, another one, or no room."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from tests.transactions.acting import PASSWORD, Acting
from transactions import Door, Refusal, make_home, open_home
from transactions.kernel import command
from transactions.kernel.command import Command
from transactions.kernel.database import JOURNAL_MODE, flush_commits, open_engine, reading, turn_to_write
from transactions.kernel.work import Work
from transactions.master.tables import unit

PARTNER = {"code": "P", "name": "Partner", "is_customer": True}


class BreakUniqueness(Command):
    """Add the same unit twice."""


def break_uniqueness(work: Work, _command: BreakUniqueness) -> dict[str, int]:
    """Add the same unit twice."""
    return {"id": [work.insert(unit, code="twin", name="twin") for _ in range(2)][-1]}


@pytest.fixture
def faulty_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose handler forgets a rule that the database holds."""
    known = dict(command.registry())
    monkeypatch.setattr(command, "_registered", known)
    command.handles(BreakUniqueness, permission="test.database", stage=1)(break_uniqueness)


@pytest.mark.usefixtures("faulty_command")
def test_a_rule_that_only_the_database_knows_is_a_refusal_too(acting: Acting) -> None:
    assert acting.refused("break_uniqueness").fact == "DatabaseRefused"
    assert acting.rows("unit") == []
    acting("create_partner", **PARTNER)


def test_an_empty_database_and_an_older_one_are_told_apart_from_a_newer_one(database_url: str) -> None:
    with pytest.raises(Refusal, match="DatabaseIsEmpty: there is no company home here yet"):
        open_home(database_url)
    door, password = make_home(url=database_url)
    assert password is not None
    assert len(password) >= 8
    assert make_home(url=database_url)[1] is None  # a second time it only moves forward
    open_home(database_url).execute("create_company", {"code": "C", "name": "C", "currency": "USD"}, "administrator")
    with door.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(Refusal) as caught:
        open_home(database_url)
    assert (caught.value.fact, caught.value.value) == ("DatabaseIsNewer", "9999")
    with pytest.raises(Refusal, match="DatabaseIsNewer"):
        make_home(url=database_url)


def test_a_database_that_another_program_holds_is_busy(sqlite_door: Door) -> None:
    other = open_engine(str(sqlite_door.engine.url))
    with other.connect() as holding, holding.begin():
        with reading(sqlite_door.engine) as connection:
            connection.exec_driver_sql("pragma busy_timeout = 10")
        with pytest.raises(Refusal, match="DatabaseIsBusy"):
            sqlite_door.execute("create_partner", PARTNER, "administrator")
    other.dispose()
    sqlite_door.execute("create_partner", PARTNER, "administrator")


def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_kept(sqlite_door: Door) -> None:
    with sqlite_door.engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar_one()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    def fill_the_disk() -> None:
        with sqlite_door.batch("administrator") as batch:
            for number in range(500):
                batch.execute("create_partner", PARTNER | {"code": f"P{number}", "name": "P" * 200})

    with pytest.raises(Refusal) as caught:
        fill_the_disk()
    assert (caught.value.fact, caught.value.status) == ("StorageFailed", 507)
    with sqlite_door.engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1000000")
        assert connection.execute(text("select count(*) from partner")).scalar_one() == 0
    sqlite_door.execute("create_partner", PARTNER, "administrator")


@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Refusal, match="StorageFailed"):
        make_home(password=PASSWORD, url=f"sqlite:///{tmp_path / 'bihuan.sqlite'}")


def test_a_place_where_no_file_can_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refusal, match="StorageFailed"):
        make_home(password=PASSWORD, url=f"sqlite:///{tmp_path / 'folder'}")


@pytest.mark.skipif(JOURNAL_MODE != "wal", reason="this SQLite keeps no log: it flushes every commit itself")
def test_a_command_of_sqlite_is_on_the_disk_when_it_is_answered_and_flushes_when_its_turn_is_over(
    sqlite_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(str(sqlite_door.engine.url.database))
    flushed: list[tuple[int, int]] = []

    def fsync(handle: int) -> None:
        """Notes the length of the log, and finds the turn free."""
        flushed.append((os.fstat(handle).st_ino, os.fstat(handle).st_size))
        flush_commits(False)
        with turn_to_write(sqlite_door.engine):
            pass
        flush_commits(True)

    monkeypatch.setattr(os, "fsync", fsync)
    flush_commits(True)
    try:
        sqlite_door.execute("create_partner", PARTNER, "administrator", "a key")
        log = path.with_name(f"{path.name}-wal").stat()
        assert flushed == [(log.st_ino, log.st_size)]
        sqlite_door.execute("create_partner", PARTNER, "administrator", "a key")
        assert len(flushed) == 2, "the first answer may not have been flushed yet"
        with pytest.raises(Refusal):
            sqlite_door.execute("create_partner", {}, "administrator")
        assert len(flushed) == 2
    finally:
        flush_commits(False)


@pytest.mark.postgresql
def test_a_command_of_postgresql_is_on_the_disk_when_it_is_answered(postgres_database: str) -> None:
    door, _ = make_home(password=PASSWORD, url=postgres_database)
    door.execute("create_company", {"code": "C", "name": "C", "currency": "USD"}, "administrator")
    name = make_url(postgres_database).database
    with door.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f'alter database "{name}" set synchronous_commit = on')
        connection.exec_driver_sql("alter system set wal_writer_delay = '10s'")
        connection.exec_driver_sql("select pg_reload_conf()")
    door.engine.dispose()
    for number in (0, 1, 1, 2, 2):  # answered a second time, it is on the disk as well
        with reading(door.engine) as connection:
            before = connection.exec_driver_sql("select pg_current_wal_insert_lsn()").scalar_one()
        door.execute("create_partner", PARTNER | {"code": f"P{number}"}, "administrator", f"key {number}")
        with reading(door.engine) as connection:
            assert connection.exec_driver_sql(f"select pg_current_wal_flush_lsn() > '{before}'").scalar_one()
    with door.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("alter system reset wal_writer_delay")
        connection.exec_driver_sql("select pg_reload_conf()")
    door.engine.dispose()
