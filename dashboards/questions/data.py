"""Can I trust this? Tests of the build, the catalogue of models and columns."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, asks

PERMISSION = "board.data"


@asks(Filters, permission=PERMISSION)
def data_tests(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Tests of the build with their outcome, those that did not pass first."""
    if not edition.has("meta_tests", "status"):
        return pl.DataFrame()
    return edition.rows(
        """select test_name, judged_table, status, failing_rows, is_structural, seconds from meta.meta_tests
        order by status = 'pass', judged_table, test_name"""
    )


@asks(Filters, permission=PERMISSION)
def data_tests_total(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: tests and those that passed."""
    if not edition.has("meta_tests", "status"):
        return pl.DataFrame({"test_count": [0], "passed_count": [0]})
    return edition.rows(
        "select count(*) as test_count, count(*) filter (where status = 'pass') as passed_count from meta.meta_tests"
    )


@asks(Filters, permission=PERMISSION)
def data_models(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Tables of the edition with their rows and what one row is."""
    return edition.rows(
        """select tables.schema_name, tables.table_name, tables.estimated_size as row_count, tables.column_count,
            tables.comment as description
        from duckdb_tables() as tables where not tables.internal order by tables.schema_name, tables.table_name"""
    )


@asks(Filters, permission=PERMISSION)
def data_columns(edition: Edition, filters: Filters) -> pl.DataFrame:
    """The metric catalogue: every column of the edition with its type and meaning."""
    return edition.rows(
        """select table_name, column_name, lower(data_type) as data_type, comment as meaning
        from duckdb_columns() where not internal and schema_name in ('marts', 'reports', 'meta')
        order by table_name, column_index"""
    )
