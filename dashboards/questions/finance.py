"""Do we earn, what do we own? Profit and loss, balance sheet, trial balance, and the entries behind each account."""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.finance"


@asks(Filters, permission=PERMISSION)
def finance_periods(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Months of the books, the latest first, not beyond the day of the build."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select distinct period_code from reports.rpt_trial_balance
        where {where.sql} and period_code <= '{edition.as_of:%Y-%m}' order by period_code desc""",
        where.parameters,
    )


class PeriodFilters(Filters):
    period: str


@asks(PeriodFilters, permission=PERMISSION)
def finance_total(edition: Edition, filters: PeriodFilters) -> pl.DataFrame:
    """One row: revenue, expense and profit of the month and of the year so far; assets, liabilities, equity."""
    where = Where(("company_id = ?", filters.company))
    period, year = filters.period, filters.period[:4]
    profit = f"from reports.rpt_profit_and_loss where {where.sql} and period_code"
    sheet = f"from reports.rpt_balance_sheet where {where.sql} and period_code = ? and account_type"
    return edition.rows(
        f"""select
            (select coalesce(sum(profit_amount), 0) {profit} = ? and account_type = 'revenue') as revenue,
            (select coalesce(sum(profit_amount), 0) {profit} = ?) as profit,
            (select coalesce(sum(profit_amount), 0) {profit} between ? and ?) as profit_of_year,
            (select coalesce(sum(balance_amount), 0) {sheet} = 'asset') as assets,
            (select coalesce(sum(balance_amount), 0) {sheet} = 'liability') as liabilities,
            (select coalesce(sum(balance_amount), 0) {sheet} = 'equity') as equity""",
        [
            *where.parameters, period, *where.parameters, period, *where.parameters, f"{year}-01", period,
            *where.parameters, period, *where.parameters, period, *where.parameters, period,
        ],
    )  # fmt: skip


@asks(PeriodFilters, permission=PERMISSION)
def profit_and_loss(edition: Edition, filters: PeriodFilters) -> pl.DataFrame:
    """Revenue and expense accounts: the month, the month before, the year so far; with a row for each total."""
    where = Where(("company_id = ?", filters.company))
    year = filters.period[:4]
    before = f"{int(year) - 1}-12" if filters.period.endswith("-01") else f"{year}-{int(filters.period[5:]) - 1:02d}"
    return edition.rows(
        f"""with figures as (
            select account_type, account_code, account_name,
                coalesce(sum(profit_amount) filter (where period_code = ?), 0) as this_month,
                coalesce(sum(profit_amount) filter (where period_code = ?), 0) as month_before,
                coalesce(sum(profit_amount) filter (where period_code between ? and ?), 0) as year_so_far,
                coalesce(-sum(pending) filter (where period_code = ?), 0) as pending
            from reports.rpt_profit_and_loss where {where.sql}
            group by grouping sets ((account_type, account_code, account_name), (account_type), ())
        )
        select * from figures
        where account_type is null or this_month <> 0 or month_before <> 0 or year_so_far <> 0
        order by account_type is null, account_type desc, account_code is null, account_code""",
        [filters.period, before, f"{year}-01", filters.period, filters.period, *where.parameters],
    )


@asks(PeriodFilters, permission=PERMISSION)
def balance_sheet(edition: Edition, filters: PeriodFilters) -> pl.DataFrame:
    """Assets, liabilities and equity at the end of the month; with a row for each total."""
    where = Where(("company_id = ?", filters.company), ("period_code = ?", filters.period))
    return edition.rows(
        f"""select account_type, account_code, account_name, sum(balance_amount) as balance_amount,
            sum(debit - credit) as change_amount, sum(pending) as pending
        from reports.rpt_balance_sheet where {where.sql}
        group by grouping sets ((account_type, account_code, account_name), (account_type))
        having account_code is null or sum(balance_amount) <> 0 or sum(debit) <> 0 or sum(credit) <> 0
        order by case account_type when 'asset' then 1 when 'liability' then 2 else 3 end, account_code is null,
            account_code""",
        where.parameters,
    )


@asks(PeriodFilters, permission=PERMISSION)
def trial_balance(edition: Edition, filters: PeriodFilters) -> pl.DataFrame:
    """Every account with opening, debit, credit and closing of the month; debits positive; with the totals."""
    where = Where(("company_id = ?", filters.company), ("period_code = ?", filters.period))
    return edition.rows(
        f"""select account_code, account_name, sum(opening) as opening, sum(debit) as debit, sum(credit) as credit,
            sum(closing) as closing, sum(pending) as pending
        from reports.rpt_trial_balance where {where.sql}
        group by grouping sets ((account_code, account_name), ())
        order by account_code is null, account_code""",
        where.parameters,
    )


class EntryFilters(Filters):
    period: str
    account: str | None = None


@asks(EntryFilters, permission=PERMISSION)
def journal(edition: Edition, filters: EntryFilters) -> pl.DataFrame:
    """Journal lines of a month, of one account or all, posted and pending, in order."""
    where = Where(
        ("company_id = ?", filters.company), ("period_code = ?", filters.period), ("account_code = ?", filters.account)
    )
    return edition.rows(
        f"""select entry_date, entry_number, account_code, account_name, debit_amount, credit_amount, document_type,
            document_number, document_id, is_pending, settled_event, description
        from marts.fct_journal_lines where {where.sql} order by entry_date, entry_number, journal_line_key""",
        where.parameters,
    )


FIGURES = {
    "revenue": ("account_type = 'revenue'", "credit_amount - debit_amount", "period_code = ?"),
    "profit": ("account_type in ('revenue', 'expense')", "credit_amount - debit_amount", "period_code = ?"),
    "assets": ("account_type = 'asset'", "debit_amount - credit_amount", "period_code <= ?"),
    "liabilities": ("account_type = 'liability'", "credit_amount - debit_amount", "period_code <= ?"),
    "equity": (
        "account_type in ('equity', 'revenue', 'expense')", "credit_amount - debit_amount", "period_code <= ?"
    ),
    "cash": ("account_role = 'bank'", "debit_amount - credit_amount", "period_code <= ?"),
}  # fmt: skip


class FigureFilters(Filters):
    figure: Literal["revenue", "profit", "assets", "liabilities", "equity", "cash"]
    period: str


@asks(FigureFilters, permission="board.overview")
def ledger_contributors(edition: Edition, filters: FigureFilters) -> pl.DataFrame:
    """Journal lines behind a figure of the books by document (pending ones by event), the largest first.

    Profit and revenue of the month; the others as balances at its end.
    """
    if not edition.has("fct_journal_lines", "debit_amount"):
        return pl.DataFrame()
    where = Where(("entries.company_id = ?", filters.company))
    condition, amount, months = FIGURES[filters.figure]
    return edition.rows(
        f"""select entries.document_id, any_value(entries.document_type) as document_type,
            any_value(entries.document_number) as document_number, entries.settled_event,
            max(entries.entry_date) as entry_date, any_value(partners.partner_name) as partner_name,
            any_value(entries.account_name) as account_name, sum({amount}) as amount
        from marts.fct_journal_lines as entries
        left join marts.dim_partner as partners on partners.company_id = entries.company_id
            and partners.partner_id = entries.partner_id
        where {where.sql} and {condition} and {months}
        group by entries.document_id, entries.settled_event, entries.is_pending,
            case when entries.document_id is null then entries.entry_number end
        having sum({amount}) <> 0
        order by abs(sum({amount})) desc, entries.document_id limit 500""",
        [*where.parameters, filters.period],
    )


@asks(Filters, permission=PERMISSION)
def finance_months(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Revenue, expense and profit by month, the last 13."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select period_code, coalesce(sum(profit_amount) filter (where account_type = 'revenue'), 0) as revenue,
            coalesce(-sum(profit_amount) filter (where account_type = 'expense'), 0) as expense,
            sum(profit_amount) as profit
        from reports.rpt_profit_and_loss where {where.sql} and period_code <= '{edition.as_of:%Y-%m}'
        group by period_code order by period_code desc limit 13""",
        where.parameters,
    ).reverse()
