"""As known at a past moment: whatever was recorded since, the figures are those noted then, to the last unit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dbt_project.published import PublishedBuild, ask_for_known, known_build, published_build
from orchestration.command_line import run
from orchestration.dbt_run import DbtRun
from orchestration.known import KNOWN_MODELS, MomentHasNotCome, known_at_moment, make_asked, moment_of
from orchestration.refresh import refresh
from orchestration.warehouse_folder import WarehouseFolder
from tests.orchestration.company_of_chance import START, CompanyOfChance
from transactions import make_home
from transactions.kernel.clock import SetClock

AS_OF = date(2026, 6, 25)


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    return DbtRun(WarehouseFolder.of_home(tmp_path_factory.mktemp("dbt")).dbt)


@pytest.fixture
def company(home: Path) -> Iterator[CompanyOfChance]:
    clock = SetClock(START)
    door, _password = make_home(password="a long password", clock=clock)
    yield CompanyOfChance(door, clock, seed=1)
    door.engine.dispose()


def figures(build: PublishedBuild, subject: str = "orders") -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that tells of the past, but the build's own record."""
    found = {}
    with build.open("full") as connection:
        for table in KNOWN_MODELS[subject]:
            if table != "meta_build":
                found[table] = connection.execute(f"select * from marts.{table} order by all").fetchall()
    return found


def differing(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [table for table in expected if expected[table] != found[table]]


@pytest.mark.parametrize("seed", [11, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 22))])
def test_what_was_known_comes_back_whatever_happened_since(
    company: CompanyOfChance, home: Path, dbt: DbtRun, seed: int
) -> None:
    company.chance.seed(seed)
    door, clock = company.door, company.clock
    company.found().go_on(60)
    noted = refresh(home, door.engine, clock=clock, as_of=AS_OF, dbt=dbt)
    then, expected = clock.moment, figures(published_build(home))
    company.go_on(60)
    now = refresh(home, door.engine, clock=clock, as_of=AS_OF, dbt=dbt)
    assert [proof["holds"] for proof in now.manifest["proofs"] if proof["check_name"] == "stock_layers"] == [True]
    assert {"fct_order_profit", "fct_stock_ageing", "fct_stock_on_hand"} <= set(
        differing(expected, figures(published_build(home)))
    )

    kept = known_at_moment(home, then, now=clock.now(), as_of=AS_OF, dbt=dbt)
    assert (kept.how, kept.build.build_id) == ("kept build", noted.build_id)
    shutil.rmtree(WarehouseFolder.of_home(home).build_folder(noted.build_id))
    made = known_at_moment(home, then, now=clock.now(), as_of=AS_OF, dbt=dbt)
    assert made.how == "made"
    assert differing(expected, figures(made.build)) == []
    for subject in KNOWN_MODELS:  # who knows of orders knows of stock
        again = known_at_moment(home, then, now=clock.now(), as_of=AS_OF, subject=subject, dbt=dbt)
        assert (again.how, again.build.build_id) == ("made before", made.build.build_id)
    shutil.rmtree(made.build.folder)
    of_stock = known_at_moment(home, then, now=clock.now(), as_of=AS_OF, subject="stock", dbt=dbt)
    assert of_stock.how == "made"
    told = figures(of_stock.build, "stock")
    assert differing({table: expected[table] for table in told}, told) == []
    assert known_build(home, then, AS_OF, "orders") is None
    assert known_build(home, then, AS_OF, "stock") is not None


def test_editions_of_the_past_hide_what_today_hides(
    company: CompanyOfChance, home: Path, dbt: DbtRun, capsys: pytest.CaptureFixture[str]
) -> None:
    company.found().go_on(25)
    then = company.clock.moment
    company.go_on(10)
    refresh(home, company.door.engine, clock=company.clock, as_of=AS_OF, dbt=dbt)
    made = known_at_moment(home, then, now=company.clock.now(), dbt=dbt)
    columns = {}
    for edition in ("full", "cost", "nocost"):
        with made.build.open(edition) as past, published_build(home).open(edition) as today:
            listed = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by all"
            columns[edition] = set(past.execute(listed).fetchall())
            assert columns[edition] <= set(today.execute(listed).fetchall())
            known = past.execute("select known_at, is_green, proofs_failed, as_of from meta_build").fetchall()
            assert known == [(then.replace(tzinfo=None), None, None, min(then.date(), AS_OF))]
    assert ("fct_stock_on_hand", "value_amount") not in columns["nocost"]
    assert ("fct_work_costs", "labour_amount") in columns["full"] - columns["cost"]
    assert [path.name for path in made.build.folder.iterdir() if "work" in path.name] == []

    # the command line finds it again
    assert run(["known", "--at", then.isoformat()]) == 0
    said = capsys.readouterr().out
    assert f"{made.build.build_id} (made before)" in said
    assert "stock_value" in said
    question = "select count(*) as n from meta_build where known_at is not null"
    assert run(["sql", "--known-at", then.isoformat(), "--format", "csv", question]) == 0
    assert capsys.readouterr().out.split() == ["n", "1"]
    assert run(["known", "--at", "soon"]) == 2
    assert run(["sql", "--known-at", "2026-06-20", "--build", "x", "select 1"]) == 2
    assert run(["known", "--at", "2126-01-01"]) == 1
    assert "has not come yet" in capsys.readouterr().err

    # boards and API ask the worker
    moment = then - timedelta(minutes=1)
    assert known_build(home, moment) is None
    assert ask_for_known(home, moment) == ""
    assert make_asked(home, company.clock.now(), dbt) == 1
    assert known_build(home, moment) is not None
    early = datetime(2020, 1, 1, tzinfo=UTC)
    ask_for_known(home, early)
    make_asked(home, company.clock.now(), dbt)
    assert "nothing was known" in ask_for_known(home, early)
    with pytest.raises(MomentHasNotCome):
        known_at_moment(home, company.clock.now() + timedelta(days=1), now=company.clock.now(), dbt=dbt)


def test_moments_as_people_write_them() -> None:
    assert moment_of("2012-06-30T18:00Z", "Asia/Shanghai") == datetime(2012, 6, 30, 18, tzinfo=UTC)
    assert moment_of("2012-06-30T18:00+02:00", "Asia/Shanghai") == datetime(2012, 6, 30, 16, tzinfo=UTC)
    assert moment_of("2012-06-30T18:00", "Asia/Shanghai") == datetime(2012, 6, 30, 10, tzinfo=UTC)
    assert moment_of("2012-06-30", "Asia/Shanghai") == datetime(2012, 6, 30, 15, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(ValueError, match="isoformat"):
        moment_of("last year", "UTC")
