"""Do books and goods agree? Each check with both sides, their difference, and the first voucher where they part."""

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.proofs"
DEBITED = {  # event of a posting: role of the account that it debits; the other one is credited
    "opening": "inventory", "goods_receipt": "inventory", "landed_cost": "inventory", "delivery": "cost_of_sales",
    "customer_return": "cost_of_sales", "material_issue": "work_in_progress", "time_booking": "work_in_progress",
    "subcontracting": "work_in_progress", "output": "inventory", "work_order_loss": "scrap_loss",
    "work_order_variance": "production_variance", "adjustment": "inventory", "scrap": "scrap_loss",
    "transfer": "inventory", "price_variance": "purchase_price_difference", "output_variance": "production_variance",
    "return_variance": "inventory_gain_loss", "revaluation": "inventory_gain_loss",
}  # fmt: skip
MOVES_OF = {  # event: the moves that it follows from with all that they carry
    "opening": ("opening",), "supplier_return": ("supplier_return",), "material_issue": ("issue", "issue_return"),
    "output": ("output", "by_product"), "adjustment": ("adjustment",), "scrap": ("scrap",),
}  # fmt: skip
TURNED = "move_type = 'issue_return' or (move_type = 'adjustment' and to_warehouse_id is null)"
VARIANCES_OF = {  # event: causes of its variances
    "price_variance": "('purchase_price', 'landed')", "return_variance": "('return')", "revaluation": "('revaluation')",
    "output_variance": "('material_price', 'material_usage', 'labour_rate', 'labour_efficiency', 'overhead_spending', "
    "'overhead_efficiency', 'subcontract', 'yield', 'standard')",
}  # fmt: skip
LOST = {"work_order_loss": "loss_amount", "work_order_variance": "residual_amount"}
WORK: dict[str | None, tuple[str, ...]] = {  # role of an account: its part of the cost of hours; else all
    "labour_absorbed": ("labour_amount",), "overhead_absorbed": ("overhead_amount",),
}  # fmt: skip
NOTHING = "cast(null as decimal(18, 4))"
FACT = "effective_date, document_type, document_number, document_id, item_code"


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
        f"""select due.entry_date, due.account, due.account_name, due.item, lines.order_number, lines.sales_order_id,
            due.sales_order_line_id {amounts}
        from marts.fct_settlement_due as due
        left join marts.fct_sales_order_lines as lines on lines.sales_order_line_id = due.sales_order_line_id
        where {where.sql} order by {order} due.account, due.item, due.sales_order_line_id""",
        where.parameters,
    )


class PostingDocumentFilters(PostingFilters):
    """account: its code. order_line: of cost of sales, the sales order line that bears it."""

    account: str
    item: str | None = None
    order_line: int | None = None


@asks(PostingDocumentFilters, permission=PERMISSION)
def proofs_posting_documents(edition: Edition, filters: PostingDocumentFilters) -> pl.DataFrame:
    """The documents that a pending posting follows from, the latest first, with what each adds to the account (+ debit,
    − credit), and the entries that settled some of it before, turned round; they add up to the posting.

    What a supplier credits for a return is known for all returns of a month and item together: with several, their
    documents bear no amount. Amounts are left out where cost is not shown, and null where pay is not.
    """
    [account] = edition.rows(
        "select account_id, account_role from marts.dim_account "
        "where account_code = ? and (? is null or company_id = ?)",
        [filters.account, filters.company, filters.company],
    ).rows()[:1] or [(None, None)]
    facts, parameters = _facts(edition, filters.event, account[1])
    turned = "" if account[1] == DEBITED.get(filters.event, account[1]) else "-"
    of_line = ""
    if account[1] == "cost_of_sales":
        of_line = "and sales_order_line_id is not distinct from ?"
        parameters = [*parameters, filters.order_line]
    valued = edition.has("fct_settlement_due", "debit")
    documents = edition.rows(
        f"""select {FACT}, sum(quantity) as quantity {f", {turned}sum(amount) as amount" if valued else ""}
        from ({facts}) as facts
        where true {of_line} and strftime(effective_date, '%Y-%m') = ? and (? is null or company_id = ?)
            and (? is null or item_code = ?)
        group by {FACT} {"having sum(amount) is distinct from 0" if valued else ""}
        order by effective_date desc, document_id desc""",
        [*parameters, filters.period, filters.company, filters.company, filters.item, filters.item],
    )
    if not valued:
        return documents
    settled = edition.rows(
        """select max(lines.entry_date) as effective_date, 'settlement' as document_type,
            lines.entry_number as document_number, cast(null as bigint) as document_id,
            any_value(items.item_code) as item_code, cast(null as decimal(18, 6)) as quantity,
            sum(lines.credit_amount - lines.debit_amount) as amount
        from marts.fct_journal_lines as lines
        left join marts.dim_item as items on items.item_id = lines.item_id and items.company_id = lines.company_id
        where lines.posting = 'settlement' and not lines.is_pending and lines.account_id = ?
            and lines.settled_period = ? and lines.settled_event = ? and items.item_code is not distinct from ?
            and lines.sales_order_line_id is not distinct from ?
        group by lines.entry_number order by lines.entry_number""",
        [account[0], filters.period, filters.event, filters.item, filters.order_line],
    )
    rows = pl.concat([documents, settled], how="vertical_relaxed")
    if rows["amount"].null_count() != 1:
        return rows
    [posting] = edition.rows(
        """select coalesce(sum(debit - credit), 0) from marts.fct_settlement_due
        where period = ? and event = ? and account = ? and item is not distinct from ?
            and sales_order_line_id is not distinct from ? and (? is null or company_id = ?)""",
        [filters.period, filters.event, filters.account, filters.item, filters.order_line, filters.company,
         filters.company],
    ).rows()  # fmt: skip
    return rows.with_columns(pl.col("amount").fill_null(posting[0] - (rows["amount"].sum() or 0)))


def _facts(edition: Edition, event: str, role: str | None) -> tuple[str, list[object]]:
    """What an event follows from, as it debits its account: company_id, the document, item_code, sales_order_line_id,
    quantity, amount."""
    shown = edition.has("fct_stock_moves", "value_amount")
    no_line = "cast(null as bigint) as sales_order_line_id"
    if event in ("delivery", "customer_return"):
        amount = "value_amount" if shown else NOTHING
        return (
            f"select company_id, {FACT}, sales_order_line_id, quantity, {amount} as amount from marts.fct_sales_costs "
            "where move_type = ?"
        ), [event]
    if event in ("goods_receipt", "landed_cost"):
        return (
            f"""select company_id, receipt_date as effective_date, 'goods_receipt' as document_type,
                receipt_number as document_number, receipt_id as document_id, item_code, {no_line},
                case when price_fact in ('order_price', 'bill', 'returned') then quantity end as quantity,
                {"amount" if shown else NOTHING} as amount
            from marts.fct_receipt_costs where (cost_component = 'landed') = ?""",
            [event == "landed_cost"],
        )
    if event in VARIANCES_OF:
        return (
            f"""select variances.company_id, variances.effective_date, variances.document_type,
                variances.document_number, variances.document_id, variances.item_code, {no_line},
                cast(null as decimal(18, 6)) as quantity, {"variances.variance_amount" if shown else NOTHING} as amount
            from marts.fct_cost_variances as variances where variances.cause in {VARIANCES_OF[event]}""",
            [],
        )
    if event == "transfer":
        parts = " + ".join(
            f"entries.{name}_amount + entries.{name}_variance_amount"
            for name in ("material", "labour", "overhead", "subcontract", "landed")
        )
        return (
            f"""select moves.company_id, moves.effective_date, moves.document_type, moves.document_number,
                moves.document_id, moves.item_code, {no_line},
                case when entries.quantity > 0 then entries.quantity end as quantity,
                {parts if shown else NOTHING} as amount
            from marts.fct_stock_moves as moves
            inner join marts.fct_costing_entries as entries on entries.move_id = moves.move_id
            where moves.move_type = 'transfer'""",
            [],
        )
    if event in ("time_booking", "subcontracting"):
        columns: tuple[str, ...] = WORK.get(role, ("labour_amount", "overhead_amount"))
        if event == "subcontracting":
            columns = ("subcontract_amount",)
        paid = all(edition.has("fct_work_costs", column) for column in columns)
        amount = " + ".join(f"costs.{column}" for column in columns) if paid else NOTHING
        return (
            f"""select costs.company_id, costs.effective_date, costs.document_type, costs.document_number,
                costs.document_id, orders.item_code, {no_line}, cast(null as decimal(18, 6)) as quantity,
                {amount} as amount
            from marts.fct_work_costs as costs
            inner join marts.fct_work_orders as orders on orders.work_order_id = costs.work_order_id
            where costs.cost_kind = ?""",
            ["hours" if event == "time_booking" else "subcontract"],
        )
    if event in LOST:
        return (
            f"""select company_id, actual_end_date as effective_date, 'work_order' as document_type,
                work_order_number as document_number, work_order_id as document_id, item_code, {no_line},
                cast(null as decimal(18, 6)) as quantity, {LOST[event] if shown else NOTHING} as amount
            from marts.fct_work_orders where is_closed""",
            [],
        )
    carried = "value_amount + variance_amount" if shown else NOTHING
    if event == "supplier_return":
        carried = f"-({carried})" if role == "inventory" else NOTHING
    return (
        f"""select company_id, {FACT}, {no_line}, case when {TURNED} then -quantity else quantity end as quantity,
            case when {TURNED} then -({carried}) else {carried} end as amount
        from marts.fct_stock_moves where list_contains(?, move_type) and not is_taken_back""",
        [list(MOVES_OF.get(event, ()))],
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
