"""Do books and goods agree? Each check with both sides, their difference, and the first voucher where they part."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.proofs"
MOVES_OF = {  # event of a posting: the moves that it follows from
    "opening": ("opening",), "goods_receipt": ("receipt",), "landed_cost": ("receipt",),
    "supplier_return": ("supplier_return",), "delivery": ("delivery",), "customer_return": ("customer_return",),
    "material_issue": ("issue", "issue_return"), "output": ("output", "by_product"), "adjustment": ("adjustment",),
    "scrap": ("scrap",), "transfer": ("transfer",), "price_variance": ("receipt",),
    "output_variance": ("output", "by_product"),
    "return_variance": ("customer_return", "supplier_return", "adjustment", "issue_return", "transfer"),
}  # fmt: skip
WORK_OF = {"time_booking": "hours", "subcontracting": "subcontract"}  # event: kind of cost of a work order
OF_CLOSED_ORDERS = ("work_order_loss", "work_order_variance")


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


class PostingDocumentFilters(PostingFilters):
    item: str | None = None


@asks(PostingDocumentFilters, permission=PERMISSION)
def proofs_posting_documents(edition: Edition, filters: PostingDocumentFilters) -> pl.DataFrame:
    """The documents that the postings of a month, an event and an item follow from, the latest first."""
    valued = edition.has("fct_stock_moves", "value_amount")
    paid = edition.has("fct_work_costs", "labour_amount")
    booked = "costs.labour_amount + costs.overhead_amount + costs.subcontract_amount" if paid else "null"
    lost = "orders.loss_amount" if valued else "null"
    return edition.rows(
        f"""with facts as (
            select company_id, effective_date, document_type, document_number, document_id, item_code, quantity,
                {"value_amount" if valued else "null"} as value_amount
            from marts.fct_stock_moves where list_contains(?, move_type)
            union all
            select costs.company_id, costs.effective_date, costs.document_type, costs.document_number,
                costs.document_id, orders.item_code, null, {booked}
            from marts.fct_work_costs as costs
            inner join marts.fct_work_orders as orders on orders.work_order_id = costs.work_order_id
            where costs.cost_kind = ?
            union all
            select orders.company_id, orders.actual_end_date, 'work_order', orders.work_order_number,
                orders.work_order_id, orders.item_code, null, {lost}
            from marts.fct_work_orders as orders where orders.is_closed and ?
        )
        select effective_date, document_type, document_number, document_id, item_code, sum(quantity) as quantity
            {", sum(value_amount) as value_amount" if valued else ""}
        from facts
        where strftime(effective_date, '%Y-%m') = ? and (? is null or company_id = ?) and (? is null or item_code = ?)
        group by effective_date, document_type, document_number, document_id, item_code
        order by effective_date desc, document_id desc""",
        [
            list(MOVES_OF.get(filters.event, ())), WORK_OF.get(filters.event), filters.event in OF_CLOSED_ORDERS,
            filters.period, filters.company, filters.company, filters.item, filters.item,
        ],
    )  # fmt: skip


@asks(Filters, permission=PERMISSION)
def costing_findings(edition: Edition, filters: Filters) -> pl.DataFrame:
    """What costing could not take at face value: issues without stock behind them, orders without output."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_costing_findings where {where.sql}
        order by effective_date, move_id""",
        where.parameters,
    )
