"""Would this order earn money, all in all? The lines of a margin preview added up."""

from decimal import Decimal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.margin_preview import COMPONENTS, MarginPreviewFilters, margin_preview
from dashboards.questions.question import Filters, Where, asks

SUMS = ("revenue", *(f"{name}_cost" for name in COMPONENTS), "total_cost", "margin")


@asks(MarginPreviewFilters, permission="board.order_profit")
def margin_preview_total(edition: Edition, filters: MarginPreviewFilters) -> pl.DataFrame:
    """One row: revenue, cost by component, margin and its share of the lines, lines at a loss, lines without cover."""
    lines = margin_preview(edition, filters)
    if lines.is_empty():
        return lines
    total = lines.select(
        *(pl.col(name).sum() for name in SUMS),
        line_count=pl.len(),
        loss_line_count=(pl.col("margin") < 0).sum(),
        uncovered_line_count=(~pl.col("is_covered")).sum(),
        unknown_cost_count=(~pl.col("has_cost")).sum(),
    )
    revenue, margin = Decimal(total["revenue"][0]), Decimal(total["margin"][0])
    rate = round(margin / revenue, 4) if revenue else None
    return total.with_columns(margin_rate=pl.Series([rate], dtype=pl.Decimal(18, 4)))


@asks(Filters, permission="board.order_profit")
def margin_items(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Items that may be sold: everything that is not blocked."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"select item_code, item_name from marts.dim_item where {where.sql} and not is_blocked order by item_code",
        where.parameters,
    )


@asks(Filters, permission="board.order_profit")
def margin_customers(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Customers that may order."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select partner_code, partner_name from marts.dim_partner
        where {where.sql} and is_customer and not is_blocked order by partner_name""",
        where.parameters,
    )
