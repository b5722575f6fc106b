"""Where is profit made? Revenue, cost and profit by customer, item, salesperson, period, or several of them."""

from datetime import date
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BeforeValidator, Field

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

COMPONENTS = ("material_cost", "labour_cost", "overhead_cost", "subcontract_cost", "landed_cost", "other_cost")
GROUPS = {  # by: its columns
    "customer": ("profit.customer_code", "profit.customer_name"),
    "item": ("profit.item_code", "profit.item_name"),
    "category": ("item.category as item_category",),
    "salesperson": ("salesperson.employee_code as salesperson_code", "salesperson.employee_name as salesperson_name"),
    "order": ("profit.sales_order_id", "profit.order_number"),
    "month": ("strftime(profit.order_date, '%Y-%m') as month",),
    "quarter": ("year(profit.order_date) || '-Q' || quarter(profit.order_date) as quarter",),
    "year": ("cast(year(profit.order_date) as varchar) as year",),
}
PERIODS = {"month", "quarter", "year"}
Group = Literal["customer", "item", "category", "salesperson", "order", "month", "quarter", "year"]


def _listed(told: Any) -> Any:
    """`customer,month` as an address says it."""
    return [name.strip() for name in told.split(",")] if isinstance(told, str) else told


class ProfitGroupedFilters(Filters):
    """by: names joined by commas, of customer, item, category, salesperson, order, month, quarter, year."""

    by: Annotated[tuple[Group, ...], BeforeValidator(_listed), Field(min_length=1, max_length=4)] = ("customer",)
    first_day: date | None = None
    last_day: date | None = None
    customer: str | None = None
    item: str | None = None
    salesperson: str | None = None


@asks(ProfitGroupedFilters, permission="board.order_profit", past="orders")
def profit_grouped(edition: Edition, filters: ProfitGroupedFilters) -> pl.DataFrame:
    """Revenue, cost by component and profit by the groups named; periods in order, else the most profitable first."""
    where = Where(
        ("profit.company_id = ?", filters.company),
        ("profit.order_date >= ?", filters.first_day),
        ("profit.order_date <= ?", filters.last_day),
        ("profit.customer_code = ?", filters.customer),
        ("profit.item_code = ?", filters.item),
        ("salesperson.employee_code = ?", filters.salesperson),
    )
    names = dict.fromkeys(filters.by)
    columns = [column for name in names for column in GROUPS[name]]
    groups = [column.rpartition(" as ")[2].rpartition(".")[2] for column in columns]
    sums = ", ".join(
        f"cast(sum({name}) as decimal(18, 4)) as {name}" for name in ("revenue", *COMPONENTS, "total_cost", "profit")
    )
    order = [GROUPS[name][0].rpartition(" as ")[2] for name in names if name in PERIODS]
    return edition.rows(
        f"""with grouped as (
            select {", ".join(columns)}, profit.sales_order_id as of_order, profit.revenue,
                {", ".join(f"profit.{name}" for name in COMPONENTS)}, profit.total_cost, profit.profit
            from marts.fct_order_profit as profit
            left join marts.dim_item as item on item.item_id = profit.item_id and item.company_id = profit.company_id
            left join marts.dim_employee as salesperson
                on salesperson.employee_id = profit.salesperson_id and salesperson.company_id = profit.company_id
            where {where.sql}
        )
        select {", ".join(groups)}, count(distinct of_order) as order_count, {sums},
            cast(case when sum(revenue) <> 0 then sum(profit) / sum(revenue) end as decimal(18, 4)) as margin_rate
        from grouped group by {", ".join(groups)}
        order by {", ".join([*order, "sum(profit) desc", *groups])}""",
        where.parameters,
    )
