"""A build is published whole, and only when its structural tests are green; a failed one leaves the last standing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import delete

from dbt_project.published import NothingIsPublished, published_build
from orchestration.refresh import RefreshFailed, RefreshIsRunning
from tests.orchestration.conftest import SMALL_PROJECT, SmallHome
from transactions import make_home
from transactions.master.tables import unit


def asked(home: Path, question: str, edition: str = "full") -> list[tuple[object, ...]]:
    with published_build(home).open(edition) as connection:
        return connection.execute(question).fetchall()


def test_before_the_first_build_nothing_is_published(small_home: SmallHome) -> None:
    with pytest.raises(NothingIsPublished, match="bihuan refresh"):
        published_build(small_home.path)


def test_a_build_is_published_with_its_record(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    outcome = small_home.refresh()
    assert outcome.state == "published"
    assert asked(small_home.path, "select unit_code, as_of from dim_unit") == [("pcs", date(2024, 5, 17))]
    record = asked(small_home.path, "select build_id, as_of, is_green, proofs_failed from meta_build")
    assert record == [(outcome.build_id, date(2024, 5, 17), True, 0)]
    manifest = published_build(small_home.path).manifest
    assert manifest["row_counts"]["marts.dim_unit"] == 1
    assert {test["name"] for test in manifest["tests"]} >= {"no_unit_is_forbidden"}
    assert small_home.warehouse.status()["state"] == "published"


def test_each_edition_holds_what_its_readers_may_see(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    small_home.refresh()
    build = published_build(small_home.path)
    seen = {"full": {"cost", "pay", "unlabelled"}, "cost": {"cost"}, "nocost": set[str]()}
    for edition, kinds in seen.items():
        content = build.edition_file(edition).read_bytes()
        with build.open(edition) as connection:
            columns = {name for (name,) in connection.execute("select column_name from duckdb_columns()").fetchall()}
            schemas = connection.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        for kind in ("cost", "pay", "unlabelled"):
            assert (f"{kind}_text" in columns) == (kind in kinds)
            assert (f"canary-{kind}-".encode() in content) == (kind in kinds), (edition, kind)
        assert schemas == [("marts",), ("meta",)]


def test_published_files_open_in_older_clients(small_home: SmallHome) -> None:
    small_home.refresh()
    with published_build(small_home.path).open("full") as connection:
        tags = connection.execute("select tags from duckdb_databases() where database_name = 'full'").fetchall()
    assert "v1.0.0" in str(tags[0][0]["storage_version"])


def test_a_published_file_leads_nowhere_else(small_home: SmallHome) -> None:
    small_home.refresh()
    other = published_build(small_home.path).edition_file("full")
    with published_build(small_home.path).open("nocost") as connection:
        for question in (
            "select * from read_text('/etc/hostname')",
            f"attach '{other}'",
            "set enable_external_access = true",
            "create table marts.mine (a int)",
            "copy dim_unit to 'out.csv'",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(question)


def test_nothing_changed_makes_no_build(small_home: SmallHome) -> None:
    first = small_home.refresh()
    assert small_home.refresh().state == "unchanged"
    assert small_home.refresh(on=date(2024, 5, 18)).state == "published"
    small_home.add_unit("pcs")
    third = small_home.refresh(on=date(2024, 5, 18))
    assert third.state == "published"
    assert third.manifest["replication"]["full"] == ""
    assert third.build_id != first.build_id


def test_a_red_structural_test_blocks_publication(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    good = small_home.refresh()
    small_home.add_unit("red")
    with pytest.raises(RefreshFailed, match="no_unit_is_forbidden"):
        small_home.refresh()
    assert published_build(small_home.path).build_id == good.build_id
    status = small_home.warehouse.status()
    assert (status["state"], status["build_id"]) == ("failed", good.build_id)
    assert "no_unit_is_forbidden" in status["reason"]
    with small_home.engine.begin() as connection:
        connection.execute(delete(unit).where(unit.c.code == "red"))
    small_home.refresh()
    assert asked(small_home.path, "select unit_code from dim_unit") == [("pcs",)]


def test_another_red_test_is_stamped_and_blocks_nothing(small_home: SmallHome) -> None:
    small_home.add_unit("odd")
    assert small_home.refresh().manifest["is_green"]  # a refresh runs the structural tests only
    outcome = small_home.refresh(all_tests=True)
    assert not outcome.manifest["is_green"]
    red = asked(small_home.path, "select test_name, failing_rows from meta_tests where status = 'fail'")
    assert red == [("no_unit_is_odd", 1)]


def test_a_proof_that_does_not_hold_is_stamped_and_blocks_nothing(small_home: SmallHome) -> None:
    small_home.add_unit("broken")
    outcome = small_home.refresh()
    assert outcome.manifest["proofs_failed"] == 1
    assert asked(small_home.path, "select proofs_failed from meta_build") == [(1,)]


def test_two_refreshes_never_run_at_once(small_home: SmallHome) -> None:
    with small_home.warehouse.refresh_lock(), pytest.raises(RefreshIsRunning):
        small_home.refresh()
    assert small_home.refresh().state == "published"


def test_full_and_step_by_step_are_the_same(small_home: SmallHome) -> None:
    question = "select * from dim_unit order by unit_id"
    for code in ("a", "b", "c"):
        small_home.add_unit(code)
        small_home.refresh()
    step_by_step = asked(small_home.path, question)
    small_home.refresh(full=True)
    assert asked(small_home.path, question) == step_by_step


def test_both_databases_give_the_same_warehouse(small_home: SmallHome, postgres_database: str) -> None:
    question = "select unit_id, unit_code, as_of from dim_unit order by unit_id"
    engine = make_home(url=postgres_database)[0].engine
    on_postgresql = SmallHome(small_home.path / "other", engine, small_home.clock, small_home.dbt)
    for home in (small_home, on_postgresql):
        for code in ("a", "b"):
            home.add_unit(code)
            home.refresh()
        assert home.refresh().state == "unchanged"
    assert asked(on_postgresql.path, question) == asked(small_home.path, question)
    engine.dispose()


def test_a_damaged_work_file_is_made_anew(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    first = small_home.refresh()
    (small_home.warehouse.build_folder(first.build_id) / "work.duckdb").write_text("damaged")
    small_home.add_unit("kg")
    assert small_home.refresh().manifest["replication"]["full"] == "asked for"
    assert asked(small_home.path, "select count(*) from dim_unit") == [(2,)]


KILLED = """
import os, signal, sys
from pathlib import Path
import orchestration.refresh as r
from orchestration.dbt_run import DbtRun
from transactions import open_home
from datetime import date
home, project, dbt, at = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
def step(name):
    if name == at: os.kill(os.getpid(), signal.SIGKILL)
r.refresh(home, open_home().engine, as_of=date(2024, 5, 17), dbt=DbtRun(dbt, project), progress=step)
"""


@pytest.mark.parametrize("step", ["replicate", "models", "tests", "publish"])
def test_a_killed_refresh_leaves_the_published_build(small_home: SmallHome, step: str) -> None:
    small_home.add_unit("pcs")
    good = small_home.refresh()
    small_home.add_unit("kg")
    arguments = [str(small_home.path), str(SMALL_PROJECT), str(small_home.path / "warehouse" / "dbt"), step]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert published_build(small_home.path).build_id == good.build_id
    assert asked(small_home.path, "select count(*) from dim_unit") == [(1,)]
    small_home.refresh()
    assert asked(small_home.path, "select count(*) from dim_unit") == [(2,)]
    assert len(list(small_home.warehouse.builds.iterdir())) == 2  # what the killed one left is gone


def test_readers_see_whole_builds_only(small_home: SmallHome) -> None:
    """Each build says its number of units in two tables; readers compare them while builds are published."""
    small_home.add_unit("first")
    small_home.refresh()
    wrong: list[str] = []
    seen: set[str] = set()
    going = threading.Event()

    def read() -> None:
        while not going.is_set():
            try:
                build = published_build(small_home.path)
                with build.open("full") as connection:
                    said = connection.execute("select build_id from meta_build").fetchall()
                    count = connection.execute("select count(*) from dim_unit").fetchall()
                if said != [(build.build_id,)] or count != [(build.manifest["row_counts"]["marts.dim_unit"],)]:
                    wrong.append(f"{build.build_id}: {said} {count}")
                seen.add(build.build_id)
            except Exception as error:
                wrong.append(repr(error))
            time.sleep(0.01)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for number in range(4):
            small_home.add_unit(f"unit {number}")
            small_home.refresh()
    finally:
        going.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert len(seen) >= 3
