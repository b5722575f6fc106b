"""The PostgreSQL of the tests is a real one, is empty each time, speaks Chinese, and is gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import pytest
import sqlalchemy as sa

from tests.conftest import REPOSITORY
from tests.embedded_postgres import EmbeddedPostgres


def test_a_fresh_database_is_empty_on_both_systems(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    assert sa.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sa.text("create table item (name text)"))
        connection.execute(sa.text("insert into item values ('闭环'), ('Zebra'), ('apple')"))
        names: Sequence[str] = connection.execute(sa.text("select name from item order by name")).scalars().all()
    engine.dispose()
    assert names == ["Zebra", "apple", "闭环"], "both sort by code point"


@pytest.mark.parametrize("time_of_asking", [1, 2])
def test_databases_do_not_see_each_other(postgres_database: str, time_of_asking: int) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(sa.text("create table seen (it int)"))
        assert connection.execute(sa.text("select count(*) from seen")).scalar_one() == 0
        assert connection.execute(sa.text("show server_encoding")).scalar_one() == "UTF8"
    engine.dispose()


def test_arrow_driver_reaches_the_same_rows(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(sa.text("create table item (name text)"))
        connection.execute(sa.text("insert into item values ('齿轮')"))
    engine.dispose()
    address = postgres_database.replace("postgresql+psycopg", "postgresql")
    with adbc.connect(address) as arrow, arrow.cursor() as cursor:
        cursor.execute("select name from item")
        assert cursor.fetch_arrow_table().to_pydict() == {"name": ["齿轮"]}


def test_nothing_is_left_after_stopping() -> None:
    with EmbeddedPostgres(durable=True) as server:
        folder = server.folder
        with sa.create_engine(server.url()).connect() as connection:
            assert connection.execute(sa.text("show fsync")).scalar_one() == "on"
    assert not folder.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_the_server_ends_when_the_tests_are_killed() -> None:
    program = (
        "import time; from tests.embedded_postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres().__enter__(); print(server.process_id, server.folder, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    server_id, folder = child.stdout.readline().split()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 20
    while _is_running(int(server_id)):
        assert time.monotonic() < deadline, "PostgreSQL outlived its tests"
        time.sleep(0.05)
    assert Path(folder).exists(), "a killed run cannot clean up its files"
    shutil.rmtree(folder)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
        return "postgres" in Path(f"/proc/{process_id}/cmdline").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
