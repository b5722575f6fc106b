"""What is this document, and what did it move? Head, lines, links both ways, states, moves, journal entries."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.document"


class DocumentFilters(Filters):
    document: int


@asks(DocumentFilters, permission=PERMISSION)
def document_head(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """The document, in the state it has on the day of the build."""
    return edition.rows("select * from marts.fct_documents where document_id = ?", [filters.document])


@asks(DocumentFilters, permission=PERMISSION)
def document_lines(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """Its lines, with prices in its own currency where the edition shows them."""
    return edition.rows(
        "select * from marts.fct_document_lines where document_id = ? order by line_number", [filters.document]
    )


@asks(DocumentFilters, permission=PERMISSION)
def document_links(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """What it follows (before) and what follows it (after)."""
    return edition.rows(
        """
        select 'before' as side, link_type, from_document_id as other_document_id, from_document_type as document_type,
            from_document_number as document_number, first_date
        from marts.fct_document_links where to_document_id = ?
        union all
        select 'after', link_type, to_document_id, to_document_type, to_document_number, first_date
        from marts.fct_document_links where from_document_id = ?
        order by side desc, first_date, other_document_id
        """,
        [filters.document, filters.document],
    )


@asks(DocumentFilters, permission=PERMISSION)
def document_events(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """Its changes of state, first to last."""
    return edition.rows(
        "select * from marts.fct_document_events where document_id = ? order by recorded_at, document_event_id",
        [filters.document],
    )


@asks(DocumentFilters, permission=PERMISSION)
def document_moves(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """The stock moves it made or, of a work order, those made for it."""
    return edition.rows(
        """select * from marts.fct_stock_moves where document_id = ? or work_order_id = ?
        order by effective_date, move_id""",
        [filters.document, filters.document],
    )


@asks(DocumentFilters, permission=PERMISSION)
def document_entries(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """The journal lines it posted; empty in an edition without cost."""
    if not edition.has("fct_journal_lines", "debit_amount"):
        return pl.DataFrame()
    return edition.rows(
        """select entry_number, entry_date, account_code, account_name, debit_amount, credit_amount, is_pending,
            description
        from marts.fct_journal_lines where document_id = ? order by entry_date, entry_number, journal_line_key""",
        [filters.document],
    )


@asks(DocumentFilters, permission=PERMISSION)
def document_settlement(edition: Edition, filters: DocumentFilters) -> pl.DataFrame:
    """Cost of sales that its order lines carry in the books, posted or pending; only for sales orders."""
    if not edition.has("fct_journal_lines", "debit_amount"):
        return pl.DataFrame()
    return edition.rows(
        """select entries.entry_number, entries.entry_date, entries.account_code, entries.account_name,
            entries.debit_amount, entries.credit_amount, entries.is_pending, entries.description
        from marts.fct_journal_lines as entries
        inner join marts.fct_sales_order_lines as lines on lines.sales_order_line_id = entries.sales_order_line_id
        where lines.sales_order_id = ? and entries.document_id is distinct from ?
        order by entries.entry_date, entries.journal_line_key""",
        [filters.document, filters.document],
    )


class NumberFilters(Filters):
    number: str


@asks(NumberFilters, permission=PERMISSION)
def documents_found(edition: Edition, filters: NumberFilters) -> pl.DataFrame:
    """Documents whose number or external number begins like this, newest first; at most 50."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select document_id, document_type, document_number, external_number, effective_date, partner_name, status
        from marts.fct_documents
        where {where.sql}
            and (starts_with(lower(document_number), lower(?)) or starts_with(lower(external_number), lower(?)))
        order by effective_date desc, document_id desc limit 50""",
        [*where.parameters, filters.number, filters.number],
    )
