"""Do books and goods agree? Each check with both sides, their difference, and the first voucher where they part."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.proofs"


class ProofFilters(Filters):
    failing: bool | None = None


@asks(ProofFilters, permission=PERMISSION)
def proofs(edition: Edition, filters: ProofFilters) -> pl.DataFrame:
    """The checks, those that do not hold first."""
    where = Where(("proofs.company_id = ?", filters.company), ("proofs.is_green = not ?", filters.failing))
    return edition.rows(
        f"""select proofs.* exclude (company_id), documents.document_id as first_document_id
        from marts.fct_proofs as proofs
        left join marts.fct_documents as documents on documents.company_id = proofs.company_id
            and documents.document_number = proofs.first_document_number
        where {where.sql} order by proofs.is_green, proofs.check_name""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def proofs_total(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: checks, those that do not hold, keys compared."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select count(*) as check_count, count(*) filter (where not is_green) as failed_count,
            coalesce(sum(key_count), 0) as key_count
        from marts.fct_proofs where {where.sql}""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def proofs_pending(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Postings that the build computed and nobody settled yet, by month and event."""
    where = Where(("company_id = ?", filters.company))
    amounts = ", sum(debit) as debit, sum(credit) as credit" if edition.has("fct_settlement_due", "debit") else ""
    return edition.rows(
        f"""select period, event, count(*) as posting_count {amounts} from marts.fct_settlement_due where {where.sql}
        group by period, event order by period, event""",
        where.parameters,
    )


class PostingFilters(Filters):
    period: str
    event: str


@asks(PostingFilters, permission=PERMISSION)
def proofs_postings(edition: Edition, filters: PostingFilters) -> pl.DataFrame:
    """The pending postings of a month and an event by account, item and order, the largest first."""
    where = Where(
        ("due.company_id = ?", filters.company), ("due.period = ?", filters.period), ("due.event = ?", filters.event)
    )
    amounts = ", due.debit, due.credit" if edition.has("fct_settlement_due", "debit") else ""
    order = "greatest(due.debit, due.credit) desc, " if amounts else ""
    return edition.rows(
        f"""select due.entry_date, due.account, due.account_name, due.item, lines.order_number, lines.sales_order_id
            {amounts}
        from marts.fct_settlement_due as due
        left join marts.fct_sales_order_lines as lines on lines.sales_order_line_id = due.sales_order_line_id
        where {where.sql} order by {order} due.account, due.item, due.sales_order_line_id""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def costing_findings(edition: Edition, filters: Filters) -> pl.DataFrame:
    """What costing could not take at face value: issues without stock behind them, orders without output."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_costing_findings where {where.sql}
        order by effective_date, move_id""",
        where.parameters,
    )
