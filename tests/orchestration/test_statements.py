"""The text that dbt made of a model is used again for the same catalog and values, and never against dbt's word."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.dbt_run import DbtRun
from orchestration.parsed_project import ParsedProject
from orchestration.statements import Statement, Statements
from tests.orchestration.conftest import SMALL_PROJECT, SmallHome

DIM_UNIT = "model.small.dim_unit"


def test_a_text_serves_the_values_that_it_names_and_no_others() -> None:
    statements = Statements()
    dated = Statement("select date '2024-05-17'", "create table dated as select date '2024-05-17'")
    timeless = Statement("select 1", "create table timeless as select 1")
    on_17th, on_18th = ({"as_of": f"2024-05-{day}", "build_id": f"build {day}"} for day in (17, 18))
    statements.learn("dated", "work", on_17th, dated)
    statements.learn("timeless", "work", on_17th, timeless)
    assert statements.of("dated", "work", {**on_17th, "build_id": "another"}) == dated
    assert statements.of("dated", "work", on_18th) is None
    assert statements.of("dated", "other", on_17th) is None
    assert statements.of("timeless", "work", on_18th) == timeless
    assert statements.of("unheard", "work", on_17th) is None


def test_a_text_of_one_day_serves_the_next_where_the_day_is_marked() -> None:
    statements = Statements()
    text = "select date '2024-05-17' /* as_of */ as today, date '2024-05-16' as founded"
    statements.learn("days", "work", {"as_of": "2024-05-17"}, Statement(text, f"create view days as {text}"))
    found = statements.of("days", "work", {"as_of": "2024-05-18"})
    assert found is not None
    assert (
        found.text == "create view days as select date '2024-05-18' /* as_of */ as today, date '2024-05-16' as founded"
    )
    statements.learn("days", "work", {"as_of": "2024-05-16"}, Statement(found.compiled, found.text))
    assert statements.of("days", "work", {"as_of": "2024-05-17"}) is None  # a day that is not marked holds for itself


def test_a_build_from_kept_texts_is_the_same(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    first = small_home.refresh()
    assert _text(small_home, date(2024, 5, 17)) is not None
    again = small_home.refresh(full=True)
    assert again.build_id != first.build_id
    assert again.manifest["row_counts"] == first.manifest["row_counts"]


def test_a_text_that_fails_goes_to_dbt_and_is_learnt_anew(small_home: SmallHome) -> None:
    small_home.add_unit("pcs")
    good = small_home.refresh()
    text = _text(small_home, date(2024, 5, 17))
    parsed = small_home.dbt.parsed()
    parsed.statements.learn(DIM_UNIT, "work", {"as_of": "2024-05-17"}, Statement("select", "create table of nothing"))
    again = small_home.refresh(full=True)
    assert again.manifest["row_counts"] == good.manifest["row_counts"]
    assert _text(small_home, date(2024, 5, 17)) == text


def test_the_next_process_finds_the_project_parsed_and_its_texts(tmp_path: Path) -> None:
    """And one that finds a file that is not whole does as if there were none; other files give another project."""
    project = tmp_path / "project"
    shutil.copytree(SMALL_PROJECT, project, ignore=shutil.ignore_patterns("target"))
    asked: list[Any] = []

    def parse() -> Any:
        asked.append(DbtRun(tmp_path / "dbt", project).parse())
        return asked[-1]

    first = ParsedProject.of(project, "one", parse)
    first.statements.learn(DIM_UNIT, "work", {"as_of": "2024-05-17"}, Statement("select 1", "create view one"))
    first.keep_texts()
    again = ParsedProject.of(project, "one", parse)
    assert len(asked) == 1
    assert again.statements.of(DIM_UNIT, "work", {"as_of": "2024-05-19"}) == Statement("select 1", "create view one")
    assert set(again.manifest.nodes) == set(first.manifest.nodes)
    assert again.manifest.nodes[DIM_UNIT].raw_code == first.manifest.nodes[DIM_UNIT].raw_code

    for file in (project / "target" / "parsed").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert ParsedProject.of(project, "one", parse).statements.rows() == []
    assert len(asked) == 2
    assert ParsedProject.of(project, "two", parse).statements.rows() == []
    assert len(asked) == 3
    kept = [file.suffix for file in (project / "target" / "parsed").iterdir()]
    assert kept == [".msgpack"]  # what nobody will ask for again is gone


def _text(home: SmallHome, day: date) -> Statement | None:
    return home.dbt.parsed().statements.of(DIM_UNIT, "work", {"as_of": day.isoformat()})
