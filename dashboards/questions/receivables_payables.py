"""Who owes what, since when? Open invoices and bills by age, the statement of one partner, cash to come."""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.receivables_payables"
TABLES = {"receivables": "fct_receivables", "payables": "fct_payables"}
CLASS_ORDER = "case when min(days_overdue) <= 0 then -1 else min(days_overdue) end"


class OpenFilters(Filters):
    side: Literal["receivables", "payables"] = "receivables"
    partner: str | None = None
    bucket: str | None = None
    is_overdue: bool | None = None


def _where(filters: OpenFilters) -> Where:
    return Where(
        ("company_id = ?", filters.company), ("partner_code = ?", filters.partner),
        ("age_bucket = ?", filters.bucket), ("(days_overdue > 0) = ?", filters.is_overdue),
    )  # fmt: skip


@asks(OpenFilters, permission=PERMISSION)
def open_items(edition: Edition, filters: OpenFilters) -> pl.DataFrame:
    """Open invoices or bills, the longest overdue first."""
    where = _where(filters)
    return edition.rows(
        f"""select * exclude (company_id) from marts.{TABLES[filters.side]} where {where.sql}
        order by days_overdue desc, invoice_id""",
        where.parameters,
    )


@asks(OpenFilters, permission=PERMISSION)
def open_by_age(edition: Edition, filters: OpenFilters) -> pl.DataFrame:
    """Open amounts by class of age, the youngest first."""
    where = _where(filters)
    return edition.rows(
        f"""select age_bucket, sum(open_amount) as open_amount, count(*) as document_count
        from marts.{TABLES[filters.side]} where {where.sql} group by age_bucket order by {CLASS_ORDER}""",
        where.parameters,
    )


@asks(OpenFilters, permission=PERMISSION)
def open_by_partner(edition: Edition, filters: OpenFilters) -> pl.DataFrame:
    """Open and overdue amounts by partner, the largest first."""
    where = _where(filters)
    return edition.rows(
        f"""select partner_code, any_value(partner_name) as partner_name, count(*) as document_count,
            sum(open_amount) as open_amount,
            coalesce(sum(open_amount) filter (where days_overdue > 0), 0) as overdue_amount,
            max(days_overdue) as longest_days_overdue
        from marts.{TABLES[filters.side]} where {where.sql}
        group by partner_code order by open_amount desc, partner_code""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def open_total(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: receivables and payables, each open and overdue."""
    where = Where(("company_id = ?", filters.company))
    parts = []
    for side, table in TABLES.items():
        parts.append(f"(select coalesce(sum(open_amount), 0) from marts.{table} where {where.sql}) as {side}")
        parts.append(
            f"(select coalesce(sum(open_amount), 0) from marts.{table} where {where.sql} and days_overdue > 0) "
            f"as {side}_overdue"
        )
    return edition.rows(f"select {', '.join(parts)}", where.parameters * 4)


@asks(Filters, permission=PERMISSION)
def cash_by_week(edition: Edition, filters: Filters) -> pl.DataFrame:
    """What falls due by week: receivables in, payables out, added up from the cash of today; overdue is now."""
    where = Where(("company_id = ?", filters.company))
    today = f"date '{edition.as_of.isoformat()}'"
    cash = (
        "(select coalesce(sum(balance_amount), 0) from reports.rpt_balance_sheet "
        f"where {where.sql} and account_role = 'bank' and period_code = '{edition.as_of:%Y-%m}')"
    )
    return edition.rows(
        f"""with due as (
            select date_trunc('week', greatest(due_date, {today})) as week, open_amount as incoming, 0 as outgoing
            from marts.fct_receivables where {where.sql}
            union all
            select date_trunc('week', greatest(due_date, {today})), 0, open_amount
            from marts.fct_payables where {where.sql}
        ),
        weeks as (
            select week, cast(sum(incoming) as decimal(18, 4)) as incoming,
                cast(sum(outgoing) as decimal(18, 4)) as outgoing
            from due group by week
        )
        select cast(week as date) as week, incoming, outgoing,
            cast({cash} + sum(incoming - outgoing) over (order by week) as decimal(18, 4)) as cash_after
        from weeks order by week""",
        where.parameters * 3,
    )


@asks(Filters, permission=PERMISSION)
def statement_partners(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Partners with a statement, and the sides on which they have one."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select partner_code, any_value(partner_name) as partner_name, list(distinct side order by side) as sides
        from reports.rpt_partner_statement where {where.sql} group by partner_code order by partner_name""",
        where.parameters,
    )


class StatementFilters(Filters):
    partner: str
    side: Literal["customer", "supplier"] = "customer"
    first_day: str | None = None


@asks(StatementFilters, permission=PERMISSION)
def partner_statement(edition: Edition, filters: StatementFilters) -> pl.DataFrame:
    """The statement of account (对账单) of a partner: documents in order, with the balance after each."""
    where = Where(
        ("company_id = ?", filters.company), ("partner_code = ?", filters.partner), ("side = ?", filters.side),
        ("document_date >= cast(? as date)", filters.first_day),
    )  # fmt: skip
    return edition.rows(
        f"""select document_date, document_type, document_number, document_id, delivered_amount, invoiced_amount,
            paid_amount, running_balance
        from reports.rpt_partner_statement where {where.sql} order by document_date, document_id""",
        where.parameters,
    )


@asks(StatementFilters, permission=PERMISSION)
def partner_statement_total(edition: Edition, filters: StatementFilters) -> pl.DataFrame:
    """One row: balance brought forward, delivered, invoiced, paid since then, and the balance now."""
    where = Where(
        ("company_id = ?", filters.company), ("partner_code = ?", filters.partner), ("side = ?", filters.side)
    )
    since = "document_date >= cast(? as date)" if filters.first_day else "true"
    day = [filters.first_day] * 4 if filters.first_day else []
    return edition.rows(
        f"""select coalesce(sum(invoiced_amount - paid_amount) filter (where not ({since})), 0) as brought_forward,
            coalesce(sum(delivered_amount) filter (where {since}), 0) as delivered_amount,
            coalesce(sum(invoiced_amount) filter (where {since}), 0) as invoiced_amount,
            coalesce(sum(paid_amount) filter (where {since}), 0) as paid_amount,
            coalesce(sum(invoiced_amount - paid_amount), 0) as balance
        from reports.rpt_partner_statement where {where.sql}""",
        [*day, *where.parameters],
    )
