"""The analysts' console answers one SELECT and nothing else, in a process with little time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.sql_console import ROWS, QueryRefused, answered_query
from tests.dashboards.test_cost_is_hidden import published_build_file


def test_a_select_is_answered(at_home: Path) -> None:
    answer = answered_query(published_build_file("full"), "select count(*) as orders from fct_sales_order_lines")
    assert answer.rows["orders"].to_list() == [1]
    assert answer.is_whole


def test_more_rows_than_allowed_are_cut_and_said_so(at_home: Path) -> None:
    answer = answered_query(published_build_file("full"), "select * from range(20000)")
    assert answer.rows.height == ROWS
    assert not answer.is_whole


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("create table x (a integer)", "only SELECT"),
        ("copy (select 1) to 'x.csv'", "only SELECT"),
        ("attach 'x.duckdb'", "only SELECT"),
        ("set memory_limit = '90GB'", "only SELECT"),
        ("select 1; select 2", "one query"),
        ("select * from read_csv('/etc/passwd')", "disabled by configuration"),
        ("select * from", "syntax error"),
    ],
)
def test_anything_else_is_refused(at_home: Path, query: str, reason: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        answered_query(published_build_file("full"), query)
    assert reason in refused.value.rule


def test_a_query_that_takes_too_long_is_ended(at_home: Path) -> None:
    endless = "select sum(a.range * b.range) from range(10000000) as a, range(10000000) as b"
    with pytest.raises(QueryRefused) as refused:
        answered_query(published_build_file("full"), endless, seconds=4)
    assert "longer" in refused.value.rule


def test_a_query_that_takes_too_much_memory_is_ended(at_home: Path) -> None:
    with pytest.raises(QueryRefused):
        answered_query(published_build_file("full"), "select list(range) from range(2000000000)", seconds=15)
