"""Is the business healthy today? Money, punctuality, stock; what asks for action; the loop with its open ends."""

from datetime import timedelta
from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.overview"


def _months(edition: Edition) -> tuple[str, str]:
    """This month and the one before, as period codes."""
    last = edition.as_of.replace(day=1) - timedelta(days=1)
    return f"{edition.as_of:%Y-%m}", f"{last:%Y-%m}"


@asks(Filters, permission=PERMISSION)
def overview_money(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: revenue, profit of this month so far and of last month, cash and stock value now and at its end."""
    if not edition.has("rpt_profit_and_loss", "profit_amount"):
        return pl.DataFrame()
    this, last = _months(edition)
    where = Where(("company_id = ?", filters.company))
    month_end = edition.as_of.replace(day=1) - timedelta(days=1)

    def profit(period: str, only: str = "") -> str:
        return (
            "(select coalesce(sum(profit_amount), 0) from reports.rpt_profit_and_loss "
            f"where {where.sql} and period_code = '{period}' {only})"
        )

    def cash(period: str) -> str:
        return (
            "(select sum(balance_amount) from reports.rpt_balance_sheet "
            f"where {where.sql} and period_code = '{period}' and account_role = 'bank')"
        )

    def stock(day: str) -> str:
        return (
            "(select coalesce(sum(value_amount), 0) from marts.fct_stock_balances_daily "
            f"where {where.sql} and date '{day}' between valid_from and valid_to)"
        )

    only = "and account_type = 'revenue'"
    return edition.rows(
        f"""select {profit(this, only)} as revenue, {profit(last, only)} as revenue_last_month,
            {profit(this)} as profit, {profit(last)} as profit_last_month,
            {cash(this)} as cash, {cash(last)} as cash_last_month,
            {stock(edition.as_of.isoformat())} as stock_value,
            {stock(month_end.isoformat())} as stock_value_last_month""",
        where.parameters * 8,
    )


@asks(Filters, permission=PERMISSION)
def overview_punctuality(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: share of order lines delivered by the day first promised, last 90 days and the 90 before."""
    where = Where(("company_id = ?", filters.company))
    day = edition.as_of
    recent, before = day - timedelta(days=90), day - timedelta(days=180)

    def share(condition: str) -> str:
        return (
            f"cast(count(*) filter (where days_late <= 0 and {condition}) * 1.0 "
            f"/ nullif(count(*) filter (where {condition}), 0) as decimal(18, 4))"
        )

    now = f"last_delivery_date > date '{recent}'"
    earlier = f"last_delivery_date > date '{before}' and last_delivery_date <= date '{recent}'"
    return edition.rows(
        f"""select {share(now)} as on_time_rate, {share(earlier)} as on_time_rate_before,
            count(*) filter (where is_open and days_late > 0) as late_open_lines
        from marts.fct_sales_order_lines where {where.sql} and (delivered_quantity >= ordered_quantity or is_open)""",
        where.parameters,
    )


class LateLinesFilters(Filters):
    which: Literal["delivered", "open"] = "delivered"


@asks(LateLinesFilters, permission=PERMISSION)
def overview_late_lines(edition: Edition, filters: LateLinesFilters) -> pl.DataFrame:
    """Order lines after the day first promised, the latest first: delivered in the last 90 days, or still open."""
    where = Where(("company_id = ?", filters.company))
    since = edition.as_of - timedelta(days=90)
    which = (
        "is_open"
        if filters.which == "open"
        else f"last_delivery_date > date '{since}' and (delivered_quantity >= ordered_quantity or is_open)"
    )
    return edition.rows(
        f"""select sales_order_id, order_number, line_number, customer_name, item_code, item_name,
            first_promised_date, last_delivery_date, days_late
        from marts.fct_sales_order_lines where {where.sql} and days_late > 0 and {which}
        order by days_late desc, sales_order_line_id""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def overview_months(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Revenue and profit by month, the last 13."""
    if not edition.has("rpt_profit_and_loss", "profit_amount"):
        return pl.DataFrame()
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select period_code,
            coalesce(sum(profit_amount) filter (where account_type = 'revenue'), 0) as revenue,
            sum(profit_amount) as profit
        from reports.rpt_profit_and_loss where {where.sql} group by period_code order by period_code desc limit 13""",
        where.parameters,
    ).reverse()


class AlertFilters(Filters):
    rule: str | None = None
    severity: Literal["critical", "warning"] | None = None


@asks(AlertFilters, permission=PERMISSION)
def overview_alerts(edition: Edition, filters: AlertFilters) -> pl.DataFrame:
    """Alerts, critical ones and those since longest first, with the document they speak of."""
    where = Where(
        ("alerts.company_id = ?", filters.company), ("rule = ?", filters.rule), ("severity = ?", filters.severity)
    )
    where.sql += _without_cost(edition)
    return edition.rows(
        f"""select alerts.* exclude (company_id), documents.document_id
        from marts.fct_alerts as alerts
        left join marts.fct_documents as documents on documents.company_id = alerts.company_id
            and documents.document_number = alerts.document_number
        where {where.sql}
        order by severity = 'critical' desc, first_seen, alert_key""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def overview_alert_counts(edition: Edition, filters: Filters) -> pl.DataFrame:
    """How many alerts each rule raises."""
    where = Where(("company_id = ?", filters.company))
    where.sql += _without_cost(edition)
    return edition.rows(
        f"""select rule, count(*) as alert_count, count(*) filter (where severity = 'critical') as critical_count
        from marts.fct_alerts where {where.sql} group by rule order by alert_count desc, rule""",
        where.parameters,
    )


def _without_cost(edition: Edition) -> str:
    """Who may not see cost is not told either which orders lose money and which proofs do not hold."""
    return "" if edition.has("fct_alerts", "amount") else " and rule not in ('loss_making_line', 'proof_failed')"


LOOP = (
    ("suggested", "mrp_workbench", "fct_mrp_suggestions", "value_amount", "release_date",
     "state in ('proposed', 'changed')"),
    ("ordered_not_received", "mrp_workbench", "fct_purchase_order_lines", "net_amount", "expected_date", "is_open"),
    ("received_not_billed", "receivables_payables", "fct_purchase_order_lines", None, "received_date",
     "received_quantity - returned_quantity > billed_quantity"),
    ("billed_not_paid", "receivables_payables", "fct_payables", "open_amount", "due_date", "true"),
    ("in_production", "mrp_workbench", "fct_work_orders", "wip_amount", "planned_end_date",
     "not is_closed and status not in ('cancelled', 'done')"),
    ("ordered_not_delivered", "delivery_dates", "fct_sales_order_lines", "net_amount", "promised_date", "is_open"),
    ("delivered_not_invoiced", "receivables_payables", "fct_sales_order_lines", None, "last_delivery_date",
     "delivered_quantity - returned_quantity > invoiced_quantity"),
    ("invoiced_not_paid", "receivables_payables", "fct_receivables", "open_amount", "due_date", "true"),
    ("not_settled", "finance", "fct_settlement_due", "debit", "entry_date", "true"),
)  # fmt: skip


@asks(Filters, permission=PERMISSION)
def overview_loop(edition: Edition, filters: Filters) -> pl.DataFrame:
    """The steps from plan to cash, each with what is still open: count, amount where shown, the oldest day."""
    where = Where(("company_id = ?", filters.company))
    parts, parameters = [], []
    for place, (step, board, table, amount, day, condition) in enumerate(LOOP):
        if not edition.has(table, day):
            continue
        sums = f"sum({amount})" if amount and edition.has(table, amount) else "null"
        parts.append(
            f"select {place} as place, '{step}' as step, '{board}' as board, count(*) as open_count, "
            f"cast({sums} as decimal(18, 4)) as amount, min({day}) as oldest_date "
            f"from marts.{table} where {where.sql} and {condition}"
        )
        parameters += where.parameters
    return edition.rows(" union all ".join(parts) + " order by place", parameters)
