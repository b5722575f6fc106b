"""A build is published whole, and only when its structural tests are green; a failed one leaves the last standing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import delete, func, insert, select

from dbt_project.published import NothingIsPublished, published_build
from orchestration.dbt_run import DbtRun
from orchestration.refresh import RefreshFailed, RefreshIsRunning, refresh
from tests.clean_process import started
from tests.orchestration.conftest import SMALL_PROJECT, SmallHome
from transactions import make_home, open_home
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


def test_both_databases_give_the_same_warehouse(small_home: SmallHome, migrated_postgres_database: str) -> None:
    question = "select unit_id, unit_code, as_of from dim_unit order by unit_id"
    engine = make_home(url=migrated_postgres_database)[0].engine
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


AS_OF = date(2024, 5, 17)


def refresh_until(killed_at: str, url: str, home: Path) -> None:
    """In a process of its own, which ends itself at the step."""

    def step(name: str) -> None:
        if name == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    refresh(home, open_home(url).engine, as_of=AS_OF, dbt=DbtRun(home / "dbt", SMALL_PROJECT), progress=step)


def test_a_killed_refresh_leaves_the_published_build(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    good = small_home.refresh()
    for units, step in enumerate(["replicate", "models", "tests", "publish"], start=1):
        small_home.add_unit(f"unit {units}")
        process = started(refresh_until, step, str(small_home.engine.url), small_home.path)
        process.join()
        assert process.exitcode == -signal.SIGKILL, step
        assert published_build(small_home.path).build_id == good.build_id
        assert asked(small_home.path, "select count(*) from dim_unit") == [(units,)]
        good = small_home.refresh()
        assert asked(small_home.path, "select count(*) from dim_unit") == [(units + 1,)]
        assert len(list(small_home.warehouse.builds.iterdir())) == units + 1  # what the killed one left is gone


def publish_on_and_on(url: str, home: Path, told: Path) -> None:
    """In a process of its own: one unit more in each build, whose id is told when it is published."""
    engine, dbt = open_home(url).engine, DbtRun(home / "dbt", SMALL_PROJECT)
    with told.open("a", encoding="utf-8") as lines:
        while True:
            with engine.begin() as connection:
                number = connection.execute(select(func.coalesce(func.max(unit.c.id), 0))).scalar_one() + 1
                connection.execute(insert(unit).values(id=number, code=f"unit {number}", name="unit"))
            lines.write(refresh(home, engine, as_of=AS_OF, dbt=dbt).build_id + "\n")
            lines.flush()


READING = """
import sys, threading, time
from pathlib import Path
from dbt_project.published import published_build
home, wrong, seen, going = Path(sys.argv[1]), [], set(), threading.Event()
def read():
    while not going.is_set():
        try:
            build = published_build(home)
            with build.open("full") as connection:
                said = connection.execute("select build_id from meta_build").fetchall()
                count = connection.execute("select count(*) from dim_unit").fetchall()
            if said != [(build.build_id,)] or count != [(build.manifest["row_counts"]["marts.dim_unit"],)]:
                wrong.append(f"{build.build_id}: {said} {count}")
            seen.add(build.build_id)
        except Exception as error:
            wrong.append(repr(error))
        time.sleep(0.5)
readers = [threading.Thread(target=read) for _ in range(int(sys.argv[2]))]
for reader in readers: reader.start()
sys.stdin.read()
going.set()
for reader in readers: reader.join()
print(len(seen), *wrong, sep="\\n")
"""


@pytest.mark.parametrize(
    ("publications", "readers", "kills"), [(2, 8, 1), pytest.param(20, 8, 10, marks=pytest.mark.soak)]
)
def test_readers_see_whole_builds_only(
    small_home: SmallHome, tmp_path: Path, publications: int, readers: int, kills: int
) -> None:
    """Each build says its number of units twice; readers compare while builds are published and publishers killed."""
    small_home.add_unit("first")
    small_home.refresh()
    chance = random.Random(20240517)
    reading = subprocess.Popen(
        [sys.executable, "-c", READING, str(small_home.path), str(readers)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    told = tmp_path / "published"
    told.touch()
    published: list[str] = []
    for turn in range(kills + 1):
        publishing = started(publish_on_and_on, str(small_home.engine.url), small_home.path, told)
        wanted = publications if turn == kills else len(published) + 1 + chance.randrange(2)
        while len(told.read_text().splitlines()) < wanted:
            assert publishing.is_alive()
            time.sleep(0.05)
        time.sleep(chance.random())
        publishing.kill()
        publishing.join()
        published = told.read_text().splitlines()
        assert published_build(small_home.path).build_id >= published[-1]  # what was said to be published, is
    seen, *wrong = reading.communicate()[0].splitlines()
    assert wrong == []
    assert int(seen) >= publications // 2
    small_home.next_id = 10_000
    small_home.add_unit("last")
    small_home.refresh()
    units = asked(small_home.path, "select count(*) from dim_unit")
    small_home.refresh(full=True)
    assert asked(small_home.path, "select count(*) from dim_unit") == units
