"""Which orders earn money? Lines, orders, customers and items by profit."""

from datetime import date
from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, asks

COMPONENTS = ("material_cost", "labour_cost", "overhead_cost", "subcontract_cost", "landed_cost", "other_cost")
GROUPS = {  # by: (key, label)
    "customer": ("customer.partner_code", "any_value(customer.partner_name)"),
    "item": ("item.item_code", "any_value(item.item_name)"),
    "salesperson": ("salesperson.employee_code", "any_value(salesperson.employee_name)"),
    "month": ("strftime(profit.order_date, '%Y-%m')", "any_value(strftime(profit.order_date, '%Y-%m'))"),
}


class OrderProfitFilters(Filters):
    """customer, item, salesperson: a code; empty text: those that have none."""

    first_day: date | None = None
    last_day: date | None = None
    customer: str | None = None
    item: str | None = None
    salesperson: str | None = None
    month: str | None = None
    loss_only: bool = False
    order: int | None = None


def narrowed(filters: OrderProfitFilters) -> tuple[str, list[object]]:
    """The where clause over LINES and its parameters; only names from this list become SQL."""
    conditions, parameters = ["true"], list[object]()
    for condition, value in (
        ("profit.company_id = ?", filters.company),
        ("profit.order_date >= ?", filters.first_day),
        ("profit.order_date <= ?", filters.last_day),
        ("coalesce(customer.partner_code, '') = ?", filters.customer),
        ("coalesce(item.item_code, '') = ?", filters.item),
        ("coalesce(salesperson.employee_code, '') = ?", filters.salesperson),
        ("strftime(profit.order_date, '%Y-%m') = ?", filters.month),
        ("profit.sales_order_id = ?", filters.order),
    ):
        if value is not None:
            conditions.append(condition)
            parameters.append(value)
    if filters.loss_only:
        conditions.append(
            "profit.sales_order_id in "
            "(select sales_order_id from marts.fct_order_profit group by sales_order_id having sum(profit) < 0)"
        )
    return " and ".join(conditions), parameters


LINES = """
from marts.fct_order_profit as profit
left join marts.dim_partner as customer
    on customer.partner_id = profit.customer_id and customer.company_id = profit.company_id
left join marts.dim_item as item on item.item_id = profit.item_id and item.company_id = profit.company_id
left join marts.dim_employee as salesperson
    on salesperson.employee_id = profit.salesperson_id and salesperson.company_id = profit.company_id
"""


@asks(OrderProfitFilters, permission="board.order_profit", past="orders")
def order_profit_orders(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """Orders with revenue, cost by component and profit; thinnest first."""
    where, parameters = narrowed(filters)
    components = ", ".join(f"sum(profit.{name}) as {name}" for name in COMPONENTS)
    return edition.rows(
        f"""
        select profit.sales_order_id, profit.order_number, any_value(customer.partner_name) as customer_name,
            any_value(salesperson.employee_name) as salesperson_name,
            min(profit.order_date) as order_date, count(*) as line_count, sum(profit.revenue) as revenue, {components},
            sum(profit.total_cost) as total_cost, sum(profit.profit) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate,
            case when min(profit.cost_status) = max(profit.cost_status) then min(profit.cost_status) else 'mixed' end
                as cost_status
        {LINES} where {where}
        group by profit.sales_order_id, profit.order_number
        order by sum(profit.profit), profit.sales_order_id
        """,
        parameters,
    )


@asks(OrderProfitFilters, permission="board.order_profit", past="orders")
def order_profit_lines(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """Order lines with every component of cost; the thinnest first."""
    where, parameters = narrowed(filters)
    return edition.rows(
        f"""
        select profit.* exclude (company_id), salesperson.employee_name as salesperson_name
        {LINES} where {where}
        order by profit.profit, profit.sales_order_line_id
        """,
        parameters,
    )


@asks(OrderProfitFilters, permission="board.order_profit", past="orders")
def order_profit_total(edition: Edition, filters: OrderProfitFilters) -> pl.DataFrame:
    """One row: revenue, cost by component, profit, orders, lines, loss-making orders."""
    where, parameters = narrowed(filters)
    components = ", ".join(f"coalesce(sum(profit.{name}), 0) as {name}" for name in COMPONENTS)
    return edition.rows(
        f"""
        with orders as (
            select profit.sales_order_id, sum(profit.profit) as order_profit
            {LINES} where {where} group by profit.sales_order_id
        )
        select coalesce(sum(profit.revenue), 0) as revenue, {components},
            coalesce(sum(profit.total_cost), 0) as total_cost, coalesce(sum(profit.profit), 0) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate,
            count(*) as line_count, (select count(*) from orders) as order_count,
            (select count(*) from orders where order_profit < 0) as loss_order_count
        {LINES} where {where}
        """,
        [*parameters, *parameters],
    )


class ProfitByFilters(OrderProfitFilters):
    by: Literal["customer", "item", "salesperson", "month"] = "customer"


@asks(ProfitByFilters, permission="board.order_profit", past="orders")
def order_profit_by(edition: Edition, filters: ProfitByFilters) -> pl.DataFrame:
    """Revenue, cost by component and profit by customer, item, salesperson or month; the thinnest margin first.

    What loses money without any revenue has no margin and comes before all others; what has no margin and loses
    nothing comes last.
    """
    where, parameters = narrowed(filters)
    key, label = GROUPS[filters.by]
    components = ", ".join(f"sum(profit.{name}) as {name}" for name in COMPONENTS)
    thinnest = (
        "sum(profit.revenue) <= 0 and sum(profit.profit) < 0 desc, margin_rate nulls last, sum(profit.profit), key"
    )
    order = "key desc" if filters.by == "month" else thinnest
    return edition.rows(
        f"""
        select {key} as key, coalesce({label}, '–') as label, count(distinct profit.sales_order_id) as order_count,
            sum(profit.revenue) as revenue, sum(profit.total_cost) as total_cost, sum(profit.profit) as profit,
            cast(case when sum(profit.revenue) <> 0 then sum(profit.profit) / sum(profit.revenue) end
                as decimal(18, 4)) as margin_rate, {components}
        {LINES} where {where}
        group by {key}
        order by {order}
        """,
        parameters,
    )


class OrderVouchersFilters(Filters):
    order: int


@asks(OrderVouchersFilters, permission="board.order_profit", past="orders")
def order_profit_vouchers(edition: Edition, filters: OrderVouchersFilters) -> pl.DataFrame:
    """What made an order's revenue and cost so far, by document: invoices, credits, deliveries, returns, expenses.

    Of a delivery that serves several orders what this one bears.
    """
    if not edition.has("fct_journal_lines", "debit_amount"):
        return pl.DataFrame()  # of a past moment: the books are not taken back
    parts = ("material_amount", "labour_amount", "overhead_amount", "subcontract_amount", "landed_amount")
    components = ", ".join(f"sum({part}) as {part}" for part in parts)
    return edition.rows(
        f"""
        with ordered as (
            select sales_order_line_id from marts.fct_sales_order_lines where sales_order_id = ?
        ),
        revenue as (
            select any_value(entries.document_type) as document_type, entries.document_id,
                any_value(entries.document_number) as document_number, min(entries.entry_date) as document_date,
                sum(entries.credit_amount - entries.debit_amount) as revenue, cast(null as decimal(18, 4)) as cost
            from marts.fct_journal_lines as entries
            inner join ordered on ordered.sales_order_line_id = entries.sales_order_line_id
            where entries.account_type = 'revenue' and entries.document_id is not null
            group by entries.document_id
        ),
        cost as (
            select any_value(document_type) as document_type, document_id,
                any_value(document_number) as document_number, min(effective_date) as document_date,
                sum(value_amount) as cost, {components},
                case when bool_or(is_estimated) then 'estimated' else 'actual' end as cost_status
            from marts.fct_sales_costs where sales_order_id = ?
            group by document_id
        ),
        paid as (
            select any_value(entries.document_type) as document_type, any_value(entries.document_id) as document_id,
                coalesce(any_value(entries.document_number), entries.entry_number) as document_number,
                min(entries.entry_date) as document_date, sum(entries.debit_amount - entries.credit_amount) as cost,
                sum(entries.debit_amount - entries.credit_amount) as other_amount
            from marts.fct_journal_lines as entries
            inner join ordered on ordered.sales_order_line_id = entries.sales_order_line_id
            where entries.is_order_cost
            group by entries.entry_number
        )
        select * from revenue union all by name select * from cost union all by name select * from paid
        order by document_date, document_id
        """,
        [filters.order, filters.order],
    )
