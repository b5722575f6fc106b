"""Which orders earn money? Lines, orders, customers and items by profit."""

from datetime import date
from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, asks

COMPONENTS = ("material_cost", "labour_cost", "overhead_cost", "subcontract_cost", "landed_cost", "other_cost")
GROUPS = {
    "customer": "any_value(customer.partner_name)",
    "item": "any_value(item.item_name)",
    "month": "any_value(strftime(profit.order_date, '%Y-%m'))",
}
GROUP_KEYS = {
    "customer": "profit.customer_id",
    "item": "profit.item_id",
    "month": "strftime(profit.order_date, '%Y-%m')",
}


class OrderProfitFilters(Filters):
    first_day: date | None = None
    last_day: date | None = None
    customer: str | None = None
    item: str | None = None
    loss_only: bool = False
    order: int | None = None


def _narrowed(filters: OrderProfitFilters) -> tuple[str, list[object]]:
    """The where clause and its parameters; only names from this list become SQL."""
    conditions, parameters = ["true"], list[object]()
    for condition, value in (
        ("profit.company_id = ?", filters.company),
        ("profit.order_date >= ?", filters.first_day),
        ("profit.order_date <= ?", filters.last_day),
        ("customer.partner_code = ?", filters.customer),
        ("item.item_code = ?", filters.item),
        ("profit.sales_order_id = ?", filters.order),
    ):
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    if filters.loss_only:
        conditions.append("profit.profit < 0")
    return " and ".join(conditions), parameters


_FROM = """
from marts.fct_order_profit as profit
left join marts.dim_partner as customer on customer.partner_id = profit.customer_id
left join marts.dim_item as item on item.item_id = profit.item_id
"""


@asks(OrderProfitFilters, permission="board.order_profit")
def order_profit_orders(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """Orders with revenue, cost by component and profit; thinnest first."""
    where, parameters = _narrowed(filters)
    components = ", ".join(f"sum(profit.{name}) as {name}" for name in COMPONENTS)
    return edition.rows(
        f"""
        select profit.sales_order_id, profit.order_number, any_value(customer.partner_name) as customer_name,
            min(profit.order_date) as order_date, count(*) as line_count, sum(profit.revenue) as revenue, {components},
            sum(profit.total_cost) as total_cost, sum(profit.profit) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate,
            case when min(profit.cost_status) = max(profit.cost_status) then min(profit.cost_status) else 'mixed' end
                as cost_status
        {_FROM} where {where}
        group by profit.sales_order_id, profit.order_number
        order by sum(profit.profit), profit.sales_order_id
        """,
        parameters,
    )


@asks(OrderProfitFilters, permission="board.order_profit")
def order_profit_lines(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """Order lines with every component of cost."""
    where, parameters = _narrowed(filters)
    return edition.rows(
        f"""
        select profit.* exclude (company_id)
        {_FROM} where {where}
        order by profit.order_date desc, profit.sales_order_line_id
        """,
        parameters,
    )


@asks(OrderProfitFilters, permission="board.order_profit")
def order_profit_total(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """One row: revenue, cost by component, profit, orders, lines, loss-making orders."""
    where, parameters = _narrowed(filters)
    components = ", ".join(f"coalesce(sum(profit.{name}), 0) as {name}" for name in COMPONENTS)
    return edition.rows(
        f"""
        with orders as (
            select profit.sales_order_id, sum(profit.profit) as order_profit
            {_FROM} where {where} group by profit.sales_order_id
        )
        select coalesce(sum(profit.revenue), 0) as revenue, {components},
            coalesce(sum(profit.total_cost), 0) as total_cost, coalesce(sum(profit.profit), 0) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate,
            count(*) as line_count, (select count(*) from orders) as order_count,
            (select count(*) from orders where order_profit < 0) as loss_order_count
        {_FROM} where {where}
        """,
        [*parameters, *parameters],
    )


class ProfitByFilters(OrderProfitFilters):
    by: Literal["customer", "item", "month"] = "customer"


@asks(ProfitByFilters, permission="board.order_profit")
def order_profit_by(edition: Edition, filters: ProfitByFilters) -> pl.DataFrame:
    """Revenue, cost and profit by customer, item or month; most profitable first, months in order."""
    where, parameters = _narrowed(filters)
    order = "label" if filters.by == "month" else "profit desc, label"
    return edition.rows(
        f"""
        select {GROUPS[filters.by]} as label, sum(profit.revenue) as revenue, sum(profit.total_cost) as total_cost,
            sum(profit.profit) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate
        {_FROM} where {where}
        group by {GROUP_KEYS[filters.by]}
        order by {order}
        """,
        parameters,
    )
