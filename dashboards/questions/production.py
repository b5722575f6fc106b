"""Where do we lose time and material? Work orders with yield, efficiency and variances by cause; work in progress.

Variances are those of closed orders: while an order is open, cost without output is work in progress and no loss.
A month is that in which an order was closed; a view from some month on holds closed orders only.
"""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.production"
CAUSES = (
    "material_price_variance", "material_usage_variance", "labour_rate_variance", "labour_efficiency_variance",
    "overhead_spending_variance", "overhead_efficiency_variance", "subcontract_variance", "yield_variance",
    "standard_variance",
)  # fmt: skip
COUNTED = dict.fromkeys(CAUSES, "is_closed") | {"loss_amount": "total_variance is null"}  # cause: of which orders
MONTH = "strftime(orders.actual_end_date, '%Y-%m')"
# good output of all output; planned labour of the output, of all worked, at the rates in force: above 1 is possible
YIELD = """cast(sum(orders.good_quantity) / nullif(sum(orders.good_quantity + orders.scrap_quantity), 0)
    as decimal(18, 4))"""
WORKED = "orders.labour_cost - orders.labour_rate_variance"
EFFICIENCY = f"""cast(sum({WORKED} - orders.labour_efficiency_variance) filter (where orders.is_closed)
    / nullif(sum({WORKED}) filter (where orders.is_closed), 0)
    as decimal(18, 4))"""


class ProductionFilters(Filters):
    first_month: str | None = None
    month: str | None = None
    item: str | None = None
    state: Literal["open", "closed"] | None = None
    order: int | None = None


def _where(filters: ProductionFilters) -> Where:
    where = Where(
        ("orders.company_id = ?", filters.company),
        (f"orders.is_closed and {MONTH} >= ?", filters.first_month),
        (f"orders.is_closed and {MONTH} = ?", filters.month),
        ("orders.item_code = ?", filters.item),
        ("orders.work_order_id = ?", filters.order),
        ("orders.is_closed = (? = 'closed')", filters.state),
    )
    where.sql += " and orders.status not in ('draft', 'cancelled')"
    return where


class ProductionOrdersFilters(ProductionFilters):
    """cause: orders that differ by it, the largest first; none where cost is not shown."""

    cause: Literal[
        "material_price_variance", "material_usage_variance", "labour_rate_variance", "labour_efficiency_variance",
        "overhead_spending_variance", "overhead_efficiency_variance", "subcontract_variance", "yield_variance",
        "standard_variance", "loss_amount",
    ] | None = None  # fmt: skip


@asks(ProductionOrdersFilters, permission=PERMISSION)
def production_orders(edition: Edition, filters: ProductionOrdersFilters) -> pl.DataFrame:
    """Work orders with quantities, yield, minutes and, where shown, cost and variances; the largest loss first."""
    where = _where(filters)
    costed = edition.has("fct_work_orders", "total_variance")
    order = "abs(coalesce(orders.total_variance, orders.loss_amount)) desc," if costed else ""
    if filters.cause is not None:
        if not costed:
            return pl.DataFrame()
        where.sql += f" and orders.{COUNTED[filters.cause]} and orders.{filters.cause} <> 0"
        order = f"abs(orders.{filters.cause}) desc,"
    return edition.rows(
        f"""select orders.* exclude (company_id),
            cast(orders.good_quantity / nullif(orders.good_quantity + orders.scrap_quantity, 0) as decimal(18, 4))
                as yield_rate
        from marts.fct_work_orders as orders where {where.sql}
        order by orders.is_closed desc, {order} orders.planned_end_date desc, orders.work_order_id""",
        where.parameters,
    )


@asks(ProductionFilters, permission=PERMISSION)
def production_total(edition: Edition, filters: ProductionFilters) -> pl.DataFrame:
    """One row: orders open and closed, yield, efficiency, variances of closed orders, work in progress, and the losses
    of orders that nothing says the cost of; any other loss is a variance already."""
    where = _where(filters)
    money = ""
    if edition.has("fct_work_orders", "total_variance"):
        money = f""", {EFFICIENCY} as efficiency_rate,
            coalesce(sum(orders.total_variance) filter (where orders.is_closed), 0) as variance_amount,
            coalesce(sum(orders.loss_amount) filter (where orders.total_variance is null), 0) as loss_amount,
            (select coalesce(sum(wip_amount), 0) from marts.fct_work_orders as orders where {_open(filters).sql})
                as wip_amount"""
    parameters = [*(_open(filters).parameters if money else []), *where.parameters]
    return edition.rows(
        f"""select count(*) as order_count, count(*) filter (where orders.is_closed) as closed_count,
            count(*) filter (where not orders.is_closed) as open_count, {YIELD} as yield_rate,
            coalesce(sum(orders.scrap_quantity), 0) as scrap_quantity,
            coalesce(sum(orders.labour_minutes), 0) as labour_minutes {money}
        from marts.fct_work_orders as orders where {where.sql}""",
        parameters,
    )


def _open(filters: ProductionFilters) -> Where:
    return Where(("orders.company_id = ?", filters.company), ("orders.item_code = ?", filters.item))


@asks(ProductionFilters, permission=PERMISSION)
def production_by_cause(edition: Edition, filters: ProductionFilters) -> pl.DataFrame:
    """Variances of closed orders by cause, and the losses of orders that nothing says the cost of; empty where cost is
    not shown."""
    if not edition.has("fct_work_orders", "total_variance"):
        return pl.DataFrame()
    where = _where(filters)
    parts = [
        f"select '{cause}' as cause, {place} as place, coalesce(sum({cause}) filter (where {counts}), 0) as amount, "
        f"count(*) filter (where {counts} and {cause} <> 0) as order_count from chosen"
        for place, (cause, counts) in enumerate(COUNTED.items())
    ]
    return edition.rows(
        f"""with chosen as (select * from marts.fct_work_orders as orders where {where.sql})
        select cause, amount, order_count from ({" union all ".join(parts)}) as causes
        where amount <> 0 order by abs(amount) desc, place""",
        where.parameters,
    )


class ProductionByFilters(ProductionFilters):
    by: Literal["month", "item"] = "item"


@asks(ProductionByFilters, permission=PERMISSION)
def production_by(edition: Edition, filters: ProductionByFilters) -> pl.DataFrame:
    """Yield, efficiency and variances of closed orders by item (the largest variance first) or month (in order)."""
    where = _where(filters)
    costed = edition.has("fct_work_orders", "total_variance")
    sums = ", ".join(f"sum(orders.{cause}) as {cause}" for cause in CAUSES)
    money = f", {EFFICIENCY} as efficiency_rate, sum(orders.total_variance) as total_variance, {sums}" if costed else ""
    label = MONTH if filters.by == "month" else "any_value(orders.item_name)"
    key = MONTH if filters.by == "month" else "orders.item_code"
    largest = "abs(coalesce(sum(orders.total_variance), 0)) desc, " if costed else ""
    order = "label" if filters.by == "month" else f"{largest}key"
    return edition.rows(
        f"""select {key} as key, {label} as label, count(*) as order_count, sum(orders.good_quantity) as good_quantity,
            sum(orders.scrap_quantity) as scrap_quantity, sum(orders.labour_minutes) as labour_minutes,
            {YIELD} as yield_rate {money}
        from marts.fct_work_orders as orders where {where.sql} and orders.is_closed
        group by {key} order by {order}""",
        where.parameters,
    )


@asks(ProductionFilters, permission=PERMISSION)
def production_variances(edition: Edition, filters: ProductionFilters) -> pl.DataFrame:
    """Why closed orders cost more than they should, by month and item, the latest month first: actual cost (by-products
    taken off) − standard cost = total_variance, the sum of its causes. Orders that nothing says the cost of are left
    out; empty where cost is not shown."""
    if not edition.has("fct_work_orders", "total_variance"):
        return pl.DataFrame()
    where = _where(filters)
    sums = ", ".join(f"sum(orders.{cause}) as {cause}" for cause in CAUSES)
    return edition.rows(
        f"""select {MONTH} as month, orders.item_code, any_value(orders.item_name) as item_name,
            count(*) as order_count, sum(orders.total_cost - orders.by_product_amount) as actual_cost,
            sum(orders.standard_cost) as standard_cost, sum(orders.total_variance) as total_variance, {sums}
        from marts.fct_work_orders as orders
        where {where.sql} and orders.is_closed and orders.total_variance is not null
        group by {MONTH}, orders.item_code
        order by month desc, abs(sum(orders.total_variance)) desc, orders.item_code""",
        where.parameters,
    )


@asks(ProductionFilters, permission=PERMISSION)
def production_in_progress(edition: Edition, filters: ProductionFilters) -> pl.DataFrame:
    """Open work orders with what is still to come, days past their due date and, where shown, the value they hold."""
    where = _where(filters)
    order = "orders.wip_amount desc," if edition.has("fct_work_orders", "wip_amount") else ""
    return edition.rows(
        f"""select orders.* exclude (company_id),
            greatest(orders.planned_quantity - orders.good_quantity, 0) as open_quantity,
            greatest(date_diff('day', orders.planned_end_date, date '{edition.as_of.isoformat()}'), 0) as days_overdue
        from marts.fct_work_orders as orders where {where.sql} and not orders.is_closed
        order by {order} orders.planned_end_date, orders.work_order_id""",
        where.parameters,
    )


class ProductionFacets(Filters):
    pass


@asks(ProductionFacets, permission=PERMISSION)
def production_items(edition: Edition, filters: ProductionFacets) -> pl.DataFrame:
    """Items that were ever made."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select item_code, any_value(item_name) as item_name from marts.fct_work_orders where {where.sql}
        group by item_code order by item_code""",
        where.parameters,
    )


@asks(ProductionFacets, permission=PERMISSION)
def production_months(edition: Edition, filters: ProductionFacets) -> pl.DataFrame:
    """Months in which orders were closed, the latest first."""
    where = Where(("orders.company_id = ?", filters.company))
    return edition.rows(
        f"""select distinct {MONTH} as month from marts.fct_work_orders as orders
        where {where.sql} and orders.is_closed and orders.actual_end_date is not null order by month desc""",
        where.parameters,
    )


class WorkOrderFilters(Filters):
    order: int


@asks(WorkOrderFilters, permission=PERMISSION)
def work_order_vouchers(edition: Edition, filters: WorkOrderFilters) -> pl.DataFrame:
    """What went into a work order and what came out: issues, returns, hours, subcontracted work, outputs, each with its
    document."""
    into = edition.has("fct_stock_moves", "value_amount")
    pay = edition.has("fct_work_costs", "labour_amount")
    value = "case when move_type in ('issue', 'output_scrap') then value_amount else -value_amount end"
    work = "labour_amount + overhead_amount + subcontract_amount" if pay else "null"
    charge = f"case when costs.cost_kind = 'subcontract' then subcontract_amount else {work} end"
    return edition.rows(
        f"""select effective_date, move_type as kind, document_id, document_number, item_code, item_name,
            case when move_type in ('issue_return', 'output', 'output_scrap') then -quantity else quantity end
                as quantity, cast(null as decimal(18, 6)) as minutes {f", {value} as amount" if into else ""}
        from marts.fct_stock_moves where work_order_id = ?
        union all
        select costs.effective_date, costs.document_type, costs.document_id, costs.document_number,
            coalesce(employees.employee_code, documents.partner_code),
            coalesce(employees.employee_name, documents.partner_name),
            null, case when costs.cost_kind = 'hours' then costs.minutes end {f", {charge}" if into else ""}
        from marts.fct_work_costs as costs
        left join marts.dim_employee as employees on employees.employee_id = costs.employee_id
        left join marts.fct_documents as documents on documents.document_id = costs.document_id
        where costs.work_order_id = ?
        order by effective_date, kind""",
        [filters.order] * 2,
    )
