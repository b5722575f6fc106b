"""Each edition holds what its right may see, as it stands in the work file, and not a byte more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.edition import PublishedColumn, PublishedModel, write_editions

SECRET_COST, SECRET_PAY = "cost-of-a-canary", "pay-of-a-canary"


def model(name: str, /, rows: dict[str, str] | None = None, **sensitivities: str) -> PublishedModel:
    columns = {column: PublishedColumn(column, kind, f"The {column}.") for column, kind in sensitivities.items()}
    return PublishedModel("marts", name, f"One row per {name}.", columns, rows or {})


MODELS = {
    (described.schema, described.name): described
    for described in (
        model("dim_open", code="open", name="open"),
        model("dim_cost", code="open", cost="cost"),
        model("dim_pay", code="open", pay="pay"),
        model("dim_alert", rows={"cost": "rule = 'loss'"}, rule="open"),
        model("dim_hidden", cost="cost"),
    )
}
EVERYBODY = {"marts.dim_open": ["code", "name"], "marts.dim_cost": ["code"], "marts.dim_pay": ["code"]}
WITH_COST = {"marts.dim_cost": ["code", "cost"], "marts.dim_hidden": ["cost"]}
ALERTS = {"marts.dim_alert": ["rule"], "meta.meta_tests": ["name"]}
SHOWN = {
    "nocost": EVERYBODY | ALERTS,
    "cost": EVERYBODY | ALERTS | WITH_COST,
    "full": EVERYBODY | ALERTS | WITH_COST | {"marts.dim_pay": ["code", "pay"], "marts.dim_unsaid": ["anything"]},
}


@pytest.fixture
def work_file(tmp_path: Path) -> Path:
    path = tmp_path / "work.duckdb"
    with duckdb.connect(str(path)) as work:
        work.execute("create schema marts")
        work.execute("create table marts.dim_open as select range as code, 'n' || range as name from range(3000)")
        work.execute(f"create table marts.dim_cost as select 1 as code, '{SECRET_COST}' as cost")
        work.execute(f"create table marts.dim_pay as select 1 as code, '{SECRET_PAY}' as pay")
        work.execute("create table marts.dim_alert as from (values ('loss'), ('late'), (null)) as told (rule)")
        work.execute(f"create view marts.dim_hidden as select '{SECRET_COST}' as cost")
        work.execute("create table marts.dim_unsaid as select 'x' as anything")
    return path


def content(path: Path) -> tuple[Any, ...]:
    """Columns with types and comments, tables with comments, and the rows of each table."""
    with duckdb.connect(str(path), read_only=True) as edition:
        columns = edition.execute(
            "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
        tables = edition.execute("select table_name, comment from duckdb_tables() order by all").fetchall()
        rows = {name: edition.execute(f"from {name} order by all").fetchall() for name in {row[0] for row in columns}}
    return columns, tables, rows


@pytest.mark.parametrize("edition", SHOWN)
def test_an_edition_shows_what_its_right_may_see(work_file: Path, edition: str) -> None:
    catalogue = {"meta_tests": {"columns": {"name": "varchar"}, "rows": [["unique"]]}}
    written = {one.name: one for one in write_editions(work_file, MODELS, {}, catalogue)}
    assert list(written) == ["nocost", "cost", "full"]
    columns, _tables, rows = content(written[edition].path)
    shown: dict[str, list[str]] = {}
    for table, column, _kind, _comment in columns:
        shown.setdefault(table, []).append(column)
    assert shown == SHOWN[edition]
    assert {table: len(found) for table, found in rows.items()} == written[edition].tables
    assert written[edition].bytes == written[edition].path.stat().st_size
    told = {"late", None} if edition == "nocost" else {"late", "loss", None}
    assert {rule for (rule,) in rows["marts.dim_alert"]} == told
    held = written[edition].path.read_bytes()
    assert (SECRET_COST.encode() in held) == (edition != "nocost")
    assert (SECRET_PAY.encode() in held) == (edition == "full")


def test_a_kept_form_changes_nothing(work_file: Path, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    plain = [content(one.path) for one in write_editions(work_file, MODELS, {}, {})]
    for _first_and_second in range(2):
        assert [content(one.path) for one in write_editions(work_file, MODELS, {}, {}, forms)] == plain
    assert len(list(forms.iterdir())) == 2


def test_another_project_has_another_form(work_file: Path, tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    write_editions(work_file, MODELS, {}, {}, forms)
    told = MODELS | {("marts", "dim_open"): model("dim_open", code="open", name="cost")}
    nocost, cost, _full = write_editions(work_file, told, {}, {}, forms)
    assert ("marts.dim_open", "name", "VARCHAR", "The name.") in content(cost.path)[0]
    assert ("marts.dim_open", "name", "VARCHAR", "The name.") not in content(nocost.path)[0]
    assert len(list(forms.iterdir())) == 2


def in_a_new_build(work_file: Path, *changes: str) -> Path:
    """A copy of the work file in another folder, changed."""
    folder = work_file.parent / f"{len(list(work_file.parent.iterdir()))}"
    folder.mkdir()
    copy = folder / work_file.name
    copy.write_bytes(work_file.read_bytes())
    with duckdb.connect(str(copy)) as work:
        for change in changes:
            work.execute(change)
    return copy


VERSIONS = {"marts.dim_open": "1", "marts.dim_cost": "1", "marts.dim_pay": "1", "marts.dim_hidden": ""}
TESTS = {"meta_tests": {"columns": {"name": "varchar"}, "rows": [["unique"], ["found"]]}}


def test_what_did_not_change_is_copied_from_the_build_before(work_file: Path) -> None:
    write_editions(work_file, MODELS, {}, TESTS, versions=VERSIONS)
    # Of dim_open, too, a row is changed here: that it stays shows that only versions are asked.
    next_file = in_a_new_build(
        work_file,
        "delete from marts.dim_open where code = 1",
        f"insert into marts.dim_cost values (2, '{SECRET_COST}')",
        "delete from marts.dim_alert where rule = 'late'",
        "create or replace view marts.dim_hidden as select 'other' as cost",
    )
    changed = VERSIONS | {"marts.dim_cost": "2"}
    written = write_editions(next_file, MODELS, {}, TESTS, versions=changed, before=work_file.parent)
    plain = in_a_new_build(next_file, "insert into marts.dim_open values (1, 'n1')")
    expected = write_editions(plain, MODELS, {}, TESTS, versions=changed)
    assert [content(one.path) for one in written] == [content(one.path) for one in expected]
    assert [one.tables for one in written] == [one.tables for one in expected]
    for one in written:
        held = one.path.read_bytes()
        assert (SECRET_COST.encode() in held) == (one.name != "nocost")
        assert (SECRET_PAY.encode() in held) == (one.name == "full")


@pytest.mark.parametrize(
    "told", ["another sensitivity", "no record", "a damaged record", "most of it changed", "no file", "a damaged file"]
)
def test_all_is_written_anew_where_nothing_can_stay(work_file: Path, told: str) -> None:
    _nocost, cost_before, _full = write_editions(work_file, MODELS, {}, {}, versions=VERSIONS)
    next_file = in_a_new_build(work_file, "delete from marts.dim_open where code = 1")
    models, versions = MODELS, VERSIONS
    record = work_file.parent / "editions.json"
    if told == "another sensitivity":
        models = MODELS | {("marts", "dim_cost"): model("dim_cost", code="open", cost="pay")}
    elif told == "no record":
        record.unlink()
    elif told == "a damaged record":
        record.write_text(record.read_text()[:40])
    elif told == "no file":
        cost_before.path.unlink()
    elif told == "a damaged file":
        cost_before.path.write_bytes(cost_before.path.read_bytes()[:3000])
    else:
        versions = VERSIONS | {"marts.dim_open": "2"}
    written = write_editions(next_file, models, {}, {}, versions=versions, before=work_file.parent)
    assert {one.tables["marts.dim_open"] for one in written} == {2999}
    cost = next(one.path for one in written if one.name == "cost")
    is_shown = ("marts.dim_cost", "cost", "VARCHAR", "The cost.") in content(cost)[0]
    assert is_shown == (told != "another sensitivity")
