"""What the build says of itself: its stamp, its companies, the models and tests behind the figures."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, asks


@asks(Filters, permission="board.overview", past="stock")
def stamp(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: the build, its day, proofs that do not hold, postings pending."""
    pending = "(select count(*) from marts.fct_settlement_due)" if edition.has("fct_settlement_due", "event") else "0"
    return edition.rows(
        f"select build_id, as_of, built_at, is_green, proofs_failed, {pending} as postings_pending from meta.meta_build"
    )


@asks(Filters, permission="board.overview", past="stock")
def companies(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Companies with the currency of their books."""
    return edition.rows(
        "select company_id, company_code, company_name, currency, stage from marts.dim_company order by company_id"
    )


class ModelFilters(Filters):
    model: str


@asks(ModelFilters, permission="board.overview")
def model_described(edition: Edition, filters: ModelFilters) -> pl.DataFrame:
    """What one row of a model is."""
    return edition.rows(
        "select schema_name, comment as description from duckdb_tables() where table_name = ?", [filters.model]
    )


@asks(ModelFilters, permission="board.overview")
def model_columns(edition: Edition, filters: ModelFilters) -> pl.DataFrame:
    """The columns of a model and their meaning."""
    return edition.rows(
        "select column_name, comment as meaning from duckdb_columns() where table_name = ? order by column_index",
        [filters.model],
    )


@asks(ModelFilters, permission="board.overview")
def model_tested(edition: Edition, filters: ModelFilters) -> pl.DataFrame:
    """How many tests judge a model, and how many of them passed."""
    if not edition.has("meta_tests", "status"):
        return pl.DataFrame({"tests": [0], "passed": [0]})
    return edition.rows(
        "select count(*) as tests, count(*) filter (where status = 'pass') as passed from meta.meta_tests "
        "where split_part(judged_table, '.', 2) = ?",
        [filters.model],
    )
