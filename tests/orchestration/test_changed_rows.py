"""A table that is brought up to date holds what its select gives, and its editions what they may show of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.changed_rows import TableVersion, changes_place, forget_changes, store_changes
from orchestration.edition import PublishedColumn, PublishedModel, write_editions

Rows = list[tuple[int | None, str | None]]
ROWS = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.sampled_from([None, "", "a", "b"])), max_size=12)
COLUMNS = "code integer, name varchar"


def file_with(rows: Rows, path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(path)
    connection.execute("create schema marts")
    connection.execute(f"create table marts.fct_told ({COLUMNS}, check (coalesce(code, 0) >= 0))")
    forget_changes(connection)
    fill(connection, "marts.fct_told", rows)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, place: str, rows: Rows) -> None:
    if rows:
        connection.executemany(f"insert into {place} (code, name) values (?, ?)", rows)


def version_of(connection: duckdb.DuckDBPyConnection, rows: Rows) -> TableVersion:
    """Of another table, which holds these rows."""
    connection.execute(f"create or replace table marts.fct_other ({COLUMNS})")
    fill(connection, "marts.fct_other", rows)
    return TableVersion.of_table(connection, "marts", "fct_other")


def rows_of(connection: duckdb.DuckDBPyConnection, place: str, columns: str = "code, name") -> Counter[Any]:
    return Counter(connection.execute(f"select {columns} from {place}").fetchall())


def brought_to(connection: duckdb.DuckDBPyConnection, rows: Rows) -> TableVersion:
    connection.execute(f"create or replace temp table source ({COLUMNS})")
    fill(connection, "temp.source", rows)
    before = TableVersion.of_table(connection, "marts", "fct_told")
    # The columns in another order, and of another type, as a model may write them.
    select = "select name, cast(code as bigint) as code from temp.source -- as told"
    return store_changes(connection, "marts", "fct_told", select, before, is_told=True)


@settings(max_examples=60, deadline=None)
@given(before=ROWS, after=ROWS)
def test_a_table_becomes_what_its_select_gives(before: Rows, after: Rows) -> None:
    with file_with(before) as connection:
        version = brought_to(connection, after)
        assert rows_of(connection, "marts.fct_told") == Counter(after)
        assert version == TableVersion.of_table(connection, "marts", "fct_told")
        assert TableVersion.of_text(str(version)) == version
        assert version_of(connection, after) == version
        if Counter(before) != Counter(after):
            assert version_of(connection, before) != version
        told = connection.execute("select count(*) from duckdb_tables() where schema_name = 'changed'").fetchall()
        if told == [(1,)]:
            place = changes_place("marts", "fct_told")
            gone, came = (rows_of(connection, f"{place} where {which} _is_gone") for which in ("", "not"))
            assert Counter(before) - gone + came == Counter(after)
            assert gone <= Counter(before)


def test_what_cannot_be_stored_leaves_the_table_as_it_was() -> None:
    with file_with([(1, "a"), (2, "b"), (3, None)]) as connection:
        for wrong in ([(1, "a"), (2, "b"), (-1, "no")], [(-1, "b")]):
            with pytest.raises(duckdb.ConstraintException):
                brought_to(connection, wrong)  # type: ignore[arg-type]
            connection.execute("rollback")
            assert rows_of(connection, "marts.fct_told") == Counter([(1, "a"), (2, "b"), (3, None)])
        version = TableVersion.of_table(connection, "marts", "fct_told")
        with pytest.raises(duckdb.BinderException):
            store_changes(connection, "marts", "fct_told", "select 1 as code, 2 as another", version, is_told=False)
        assert rows_of(connection, "marts.fct_told") == Counter([(1, "a"), (2, "b"), (3, None)])


def test_only_what_came_and_went_is_told() -> None:
    with file_with([(n, "same") for n in range(100)]) as connection:
        brought_to(connection, [*((n, "same") for n in range(1, 100)), (7, "same"), (200, None)])
        told = connection.execute(f"from {changes_place('marts', 'fct_told')} order by all").fetchall()
        assert told == [
            (0, "same", True),
            (7, "same", False),
            (7, "same", False),
            (7, "same", True),
            (200, None, False),
        ]
        forget_changes(connection)
        assert connection.execute("from duckdb_tables() where schema_name = 'changed'").fetchall() == []


@settings(max_examples=15, deadline=None)
@given(before=ROWS, after=ROWS)
def test_editions_hold_what_they_may_show_of_it(
    tmp_path_factory: pytest.TempPathFactory, before: Rows, after: Rows
) -> None:
    """nocost does not show the names, so that rows of one code look alike there, nor any row with code 3."""
    folder = tmp_path_factory.mktemp("builds")
    code, name = PublishedColumn("code", "open", "The code."), PublishedColumn("name", "cost", "The name.")
    told = PublishedModel("marts", "fct_told", "A row.", {"code": code, "name": name}, {"cost": "code = 3"})
    large = PublishedModel("marts", "dim_large", "A row.", {"code": code})
    models = {("marts", "fct_told"): told, ("marts", "dim_large"): large}
    first = folder / "first" / "work.duckdb"
    first.parent.mkdir()
    with file_with(before, str(first)) as connection:
        # Most of a build stays as it was, so that its editions begin as copies.
        connection.execute("create table marts.dim_large as select range as code from range(1000)")
        version = str(TableVersion.of_table(connection, "marts", "fct_told"))
    versions = {"marts.dim_large": "1"}
    write_editions(first, models, {}, {}, versions=versions | {"marts.fct_told": version})
    second = folder / "second" / "work.duckdb"
    second.parent.mkdir()
    second.write_bytes(first.read_bytes())
    with duckdb.connect(str(second)) as connection:
        version = str(brought_to(connection, after))
    written = write_editions(
        second, models, {}, {}, versions=versions | {"marts.fct_told": version}, before=first.parent
    )
    for edition in written:
        with duckdb.connect(str(edition.path), read_only=True) as connection:
            if edition.name == "nocost":
                shown = Counter((code,) for code, _name in after if code != 3)
                assert rows_of(connection, "marts.fct_told", "code") == shown
            else:
                assert rows_of(connection, "marts.fct_told") == Counter(after)
            assert edition.tables["marts.fct_told"] == rows_of(connection, "marts.fct_told", "code").total()
