"""Scenarios as stories: a file of commands, and the figures that the marts must show afterwards, on both databases.

`<name>.jsonl` runs as it is with `bihuan do --file`; `<name>.expected.json` lists, per business date (`as_of`), queries
and the rows that they answer. Numbers compare as exact decimals.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_project.published import published_build
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from orchestration.warehouse_folder import WarehouseFolder
from transactions import Door, make_home

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def written(value: Any) -> str:
    """A value as the expectations write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return format(Decimal(str(value)).normalize() + 0, "f")
    return str(value)


def run(door: Door, scenario: str) -> None:
    for line in (FOLDER / f"{scenario}.jsonl").read_text().splitlines():
        command = json.loads(line)
        door.execute(command["command"], command["data"], "administrator", command["key"])


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """One dbt with one kept manifest for all scenarios: the project is parsed once."""
    return DbtRun(WarehouseFolder.of_home(tmp_path_factory.mktemp("dbt")).dbt)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_marts_show_what_the_scenario_expects(scenario: str, database_url: str, home: Path, dbt: DbtRun) -> None:
    from datetime import date

    door, _password = make_home(password="a long password", url=database_url)
    run(door, scenario)
    stages = json.loads((FOLDER / f"{scenario}.expected.json").read_text())
    if database_url.startswith("postgresql"):
        stages = stages[-1:]  # the stages before are the same models on the same rows
    wrong = []
    for stage in stages:
        refresh(home, door.engine, as_of=date.fromisoformat(stage["as_of"]), dbt=dbt)
        with published_build(home).open("full") as connection:
            for check in stage["checks"]:
                found = [[written(value) for value in row] for row in connection.execute(check["sql"]).fetchall()]
                if found != check["rows"]:
                    wrong.append((stage["as_of"], check["sql"], "expected", check["rows"], "found", found))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_scenario_says_what_it_expects() -> None:
    assert len(SCENARIOS) >= 6
    assert {path.name.removesuffix(".expected.json") for path in FOLDER.glob("*.expected.json")} == set(SCENARIOS)
