"""As known at a past moment: whatever was recorded since, the figures are those noted then, to the last unit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dbt_project.published import PublishedBuild, ask_for_known, known_build, published_build
from orchestration.command_line import run
from orchestration.dbt_run import DbtRun
from orchestration.known import KNOWN_MODELS, Known, MomentHasNotCome, known_at_moment, make_asked, moment_of
from orchestration.refresh import Outcome, refresh
from orchestration.warehouse_folder import WarehouseFolder
from tests.orchestration.company_of_chance import START, CompanyOfChance
from transactions import make_home
from transactions.kernel.clock import SetClock

AS_OF = START.date()
SEEDS = [11, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(12, 22))]


@dataclass
class Past:
    """A company of chance that went on since a moment. noted: its build of then; expected: the figures of that one."""

    home: Path
    company: CompanyOfChance
    dbt: DbtRun
    noted: Outcome
    moment: datetime
    expected: dict[str, list[tuple[Any, ...]]]
    today: Outcome

    def known(self, moment: datetime, subject: str = "orders") -> Known:
        return known_at_moment(self.home, moment, now=self.company.clock.now(), subject=subject, dbt=self.dbt)


@pytest.fixture(scope="module", params=SEEDS)
def past(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, dbt: DbtRun
) -> Iterator[Past]:
    home, clock = tmp_path_factory.mktemp("past"), SetClock(START)
    shutil.copyfile(migrated_sqlite, home / "bihuan.sqlite")
    door, _password = make_home(password="a long password", url=f"sqlite:///{home / 'bihuan.sqlite'}", clock=clock)
    company = CompanyOfChance(door, clock, seed=request.param).found()
    company.go_on(60)
    noted = refresh(home, door.engine, clock=clock, as_of=AS_OF, dbt=dbt)
    then, expected = clock.moment, figures(published_build(home))
    company.go_on(60)
    today = refresh(home, door.engine, clock=clock, as_of=AS_OF, dbt=dbt)
    yield Past(home, company, dbt, noted, then, expected, today)
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


def test_what_was_known_comes_back_whatever_happened_since(past: Past) -> None:
    home, expected = past.home, past.expected
    proofs = past.today.manifest["proofs"]
    assert [proof["holds"] for proof in proofs if proof["check_name"] == "stock_layers"] == [True]
    assert {"fct_order_profit", "fct_stock_ageing", "fct_stock_on_hand"} <= set(
        differing(expected, figures(published_build(home)))
    )

    kept = past.known(past.moment)
    assert (kept.how, kept.build.build_id) == ("kept build", past.noted.build_id)
    shutil.rmtree(WarehouseFolder.of_home(home).build_folder(past.noted.build_id))
    of_stock = past.known(past.moment, "stock")
    assert of_stock.how == "made"
    told = figures(of_stock.build, "stock")
    assert differing({table: expected[table] for table in told}, told) == []
    assert known_build(home, past.moment, AS_OF, "orders") is None
    assert known_build(home, past.moment, AS_OF, "stock") is not None
    shutil.rmtree(of_stock.build.folder)
    made = past.known(past.moment)
    assert made.how == "made"
    assert differing(expected, figures(made.build)) == []
    for subject in KNOWN_MODELS:  # who knows of orders knows of stock
        again = past.known(past.moment, subject)
        assert (again.how, again.build.build_id) == ("made before", made.build.build_id)


def test_editions_of_the_past_hide_what_today_hides(
    past: Past, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    then = past.moment - timedelta(hours=12)
    made = past.known(then)
    columns = {}
    for edition in ("full", "cost", "nocost"):
        with made.build.open(edition) as known, published_build(past.home).open(edition) as today:
            listed = "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by all"
            columns[edition] = set(known.execute(listed).fetchall())
            assert columns[edition] <= set(today.execute(listed).fetchall())
            record = known.execute("select known_at, is_green, proofs_failed, as_of from meta_build").fetchall()
            assert record == [(then.replace(tzinfo=None), None, None, min(then.date(), AS_OF))]
    assert ("fct_stock_on_hand", "value_amount") not in columns["nocost"]
    assert ("fct_work_costs", "labour_amount") in columns["full"] - columns["cost"]
    assert [path.name for path in made.build.folder.iterdir() if "work" in path.name] == []

    # the command line finds it again
    monkeypatch.setenv("BIHUAN_HOME", str(past.home))
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


def test_boards_and_api_ask_the_worker(past: Past) -> None:
    moment, now = past.moment - timedelta(days=1), past.company.clock.now()
    assert known_build(past.home, moment, subject="stock") is None
    assert ask_for_known(past.home, moment, subject="stock") == ""
    assert make_asked(past.home, now, past.dbt) == 1
    assert known_build(past.home, moment, subject="stock") is not None
    early = datetime(2020, 1, 1, tzinfo=UTC)
    ask_for_known(past.home, early)
    make_asked(past.home, now, past.dbt)
    assert "nothing was known" in ask_for_known(past.home, early)
    with pytest.raises(MomentHasNotCome):
        past.known(now + timedelta(days=1))


def test_moments_as_people_write_them() -> None:
    assert moment_of("2012-06-30T18:00Z", "Asia/Shanghai") == datetime(2012, 6, 30, 18, tzinfo=UTC)
    assert moment_of("2012-06-30T18:00+02:00", "Asia/Shanghai") == datetime(2012, 6, 30, 16, tzinfo=UTC)
    assert moment_of("2012-06-30T18:00", "Asia/Shanghai") == datetime(2012, 6, 30, 10, tzinfo=UTC)
    assert moment_of("2012-06-30", "Asia/Shanghai") == datetime(2012, 6, 30, 15, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(ValueError, match="isoformat"):
        moment_of("last year", "UTC")
