"""What did goods kept at standard cost beyond it? Receipts, outputs, returns and revaluations by cause."""

from datetime import date

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.stock"  # whoever sees production sees stock
CAUSES = (
    "purchase_price", "landed", "material_price", "material_usage", "labour_rate", "labour_efficiency",
    "overhead_spending", "overhead_efficiency", "subcontract", "yield", "standard", "return", "revaluation",
)  # fmt: skip


class StandardFilters(Filters):
    """warehouse, category, item: a code. on: up to the end of that day. month: a fiscal period, as 2026-01."""

    first_month: str | None = None
    month: str | None = None
    item: str | None = None
    cause: str | None = None
    warehouse: str | None = None
    category: str | None = None
    on: date | None = None


def _where(filters: StandardFilters) -> Where:
    return Where(
        ("variances.company_id = ?", filters.company), ("variances.period_code >= ?", filters.first_month),
        ("variances.period_code = ?", filters.month), ("variances.item_code = ?", filters.item),
        ("variances.cause = ?", filters.cause), ("warehouses.warehouse_code = ?", filters.warehouse),
        ("items.category = ?", filters.category), ("variances.effective_date <= ?", filters.on),
    )  # fmt: skip


VARIANCES = """marts.fct_cost_variances as variances
left join marts.dim_warehouse as warehouses on warehouses.warehouse_id = variances.warehouse_id
left join marts.dim_item as items
    on items.item_id = variances.item_id and items.company_id = variances.company_id"""


@asks(StandardFilters, permission=PERMISSION)
def standard_variances_by_cause(edition: Edition, filters: StandardFilters) -> pl.DataFrame:
    """What items at standard cost beyond their standard, by cause, the largest first; empty where cost is not shown."""
    if not edition.has("fct_cost_variances", "variance_amount"):
        return pl.DataFrame()
    where = _where(filters)
    return edition.rows(
        f"""select variances.cause, count(*) as row_count, sum(variances.variance_amount) as variance_amount
        from {VARIANCES} where {where.sql} group by variances.cause
        order by abs(sum(variances.variance_amount)) desc, variances.cause""",
        where.parameters,
    )


@asks(StandardFilters, permission=PERMISSION)
def standard_variances_by_item(edition: Edition, filters: StandardFilters) -> pl.DataFrame:
    """The same by month and item, bought or made, the latest month first: actual_cost − standard_cost of what came in
    with a difference, and revaluations of what was there, are variance_amount, the sum of the causes."""
    if not edition.has("fct_cost_variances", "variance_amount"):
        return pl.DataFrame()
    where = _where(filters)
    causes = ", ".join(
        f"coalesce(sum(variance_amount) filter (where cause = '{cause}'), 0) as \"{cause}\"" for cause in CAUSES
    )
    return edition.rows(
        f"""with chosen as (select variances.* from {VARIANCES} where {where.sql}),
        came_in as (
            select differing.period_code, differing.item_code, sum(moves.value_amount) as standard_cost,
                sum(moves.value_amount + moves.variance_amount) as actual_cost
            from (select distinct period_code, item_code, move_id from chosen) as differing
            inner join marts.fct_stock_moves as moves on moves.move_id = differing.move_id
            group by differing.period_code, differing.item_code
        ),
        parted as (
            select period_code, item_code, any_value(item_name) as item_name,
                sum(variance_amount) as variance_amount, {causes}
            from chosen group by period_code, item_code
        )
        select parted.period_code as month, parted.item_code, parted.item_name,
            coalesce(came_in.actual_cost, 0) as actual_cost, coalesce(came_in.standard_cost, 0) as standard_cost,
            parted.* exclude (period_code, item_code, item_name)
        from parted
        left join came_in
            on came_in.period_code = parted.period_code and came_in.item_code = parted.item_code
        order by month desc, abs(parted.variance_amount) desc, parted.item_code""",
        where.parameters,
    )


@asks(StandardFilters, permission=PERMISSION)
def standard_variances(edition: Edition, filters: StandardFilters) -> pl.DataFrame:
    """Each difference to standard with its document, component and work centre, the largest first."""
    if not edition.has("fct_cost_variances", "variance_amount"):
        return pl.DataFrame()
    where = _where(filters)
    return edition.rows(
        f"""select variances.* exclude (company_id) from {VARIANCES} where {where.sql}
        order by abs(variances.variance_amount) desc, variances.cost_variance_key""",
        where.parameters,
    )
