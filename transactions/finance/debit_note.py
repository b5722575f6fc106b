"""A debit note: what we need not pay of a supplier's bill, for goods that went back or as a price allowance.

Done at once, posted when it is made: debit payables as far as the bill is open, the rest is our advance to the
supplier; credit what the bill debited (goods received not billed, expense of services, landed cost or subcontract
clearing) and input tax. A price allowance lowers the latest known price of what the bill was for; for goods that went
back the note settles what their return credited.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import (
    add_document,
    add_line,
    followed_quantities,
    link,
    linked_quantities,
)
from transactions.document.pricing import spread_tax, totals
from transactions.document.tables import document, document_line, line_link, subcontract_cost
from transactions.finance.allocation import TO_SUPPLIER
from transactions.finance.invoice_reference import invoice_named
from transactions.finance.note import (
    NoteBeforeInvoice,
    NoteExceedsInvoice,
    NoteLine,
    Taken,
    note_columns,
    settled,
    taken_back,
)
from transactions.kernel.command import Answer, Code, Command, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount, from_micro, split
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.ledger.period import open_period_on
from transactions.ledger.tables import journal_line
from transactions.master.company import company_named
from transactions.master.lookup import named
from transactions.master.tables import item

BILLS = ("supplier_bill", "landed_cost")


class GoodsWereKept(Refusal):
    """Goods are debited when they went back or never came; for kept goods there is the price allowance."""

    status = 409


class DebitSupplier(Command):
    """Debit a supplier for a bill or part of it; lines left out: all that was billed and not kept."""

    bill: Reference
    effective_date: Day
    lines: Annotated[list[NoteLine], Field(min_length=1)] | None = None
    tax_amount: Amount | None = Field(None, description="left out: the bill's tax goes with its net amount")
    external_number: Code | None = None
    reason: Note | None = None


_order_lines = (
    select(line_link.c.to_line_id, line_link.c.from_line_id, document_line.c.document_id)
    .join_from(line_link, document_line, document_line.c.id == line_link.c.from_line_id)
    .where(line_link.c.to_line_id.in_(bindparam("line_ids", expanding=True)), line_link.c.link_type == "bill")
)
_subcontracts = select(subcontract_cost).where(subcontract_cost.c.document_id == bindparam("document_id"))
_work_order_lines = select(line_link.c.to_line_id, line_link.c.from_line_id).where(
    line_link.c.to_line_id.in_(bindparam("line_ids", expanding=True)), line_link.c.link_type == "subcontract"
)
_landed_shares = (
    select(line_link.c.from_line_id, func.sum(line_link.c.amount).label("amount"))
    .join_from(line_link, document_line, document_line.c.id == line_link.c.to_line_id)
    .join(document, document.c.id == document_line.c.document_id)
    .where(
        line_link.c.link_type == "landed_cost",
        (document.c.id == bindparam("bill_id"))
        | ((document.c.origin_document_id == bindparam("bill_id")) & (document.c.document_type == "debit_note")),
    )
    .group_by(line_link.c.from_line_id)
    .order_by(line_link.c.from_line_id)
)


@handles(DebitSupplier, permission="finance.debit_note", stage=2)
def debit_supplier(work: Work, debit: DebitSupplier) -> Answer:
    """Debit a supplier for a bill or part of it; lines left out: all that was billed and not kept."""
    company = company_named(work, debit.company)
    on = debit.effective_date
    open_period_on(work, company.id, on)
    bill = invoice_named(work, company, BILLS, debit.bill, "bill")
    if on < bill.effective_date:
        raise NoteBeforeInvoice(f"the bill is of {bill.effective_date}", field="effective_date", value=on)
    taken = taken_back(work, company, bill, "debit_note", debit.lines)
    subcontracts = {row.document_line_id: row for row in work.rows(_subcontracts, document_id=bill.id)}
    if bill.document_type == "supplier_bill" and not subcontracts:
        taken = _not_kept(work, taken, asked=debit.lines is not None)
    if not taken:
        raise NoteExceedsInvoice("nothing is left to debit for", field="bill", value=bill.number)
    columns = note_columns(taken)
    if debit.tax_amount is not None:
        spread_tax(columns, list(range(len(columns))), company.minor(debit.tax_amount, "tax_amount"))
        for column in columns:
            column["gross_amount"] = column["net_amount"] + column["tax_amount"]
    amounts = totals(columns)
    document_id, number = add_document(
        work, company, "debit_note", effective_date=on, state="done", partner_id=bill.partner_id,
        origin_document_id=bill.id, currency=bill.currency, rate=bill.exchange_rate,
        external_number=debit.external_number, reason=debit.reason, **amounts,
    )  # fmt: skip
    worth = settled(
        work, company, TO_SUPPLIER, bill, document_id, on, [part.net for part in taken], 0, amounts["tax_amount"]
    )
    credits = []
    for line_number, (part, column, net) in enumerate(zip(taken, columns, worth.nets, strict=True), start=1):
        line_id = add_line(work, document_id, line_number, **column)
        link(work, "debit_note", part.line.id, line_id, part.quantity, on, net)
        role = "goods_received_not_billed"
        if bill.document_type == "landed_cost":
            role = "landed_cost_clearing"
            _take_back_shares(work, bill.id, line_id, on, net)
        elif subcontracts:
            role = "subcontract_clearing"
            _take_back_subcontract(work, subcontracts[part.line.id], document_id, line_id, part, on, net)
        elif named(work, item, part.line.item_id, "lines").kind == "service":
            role = "service_expense"
        credit = Posting(
            account_id=account_of(work, company.id, role), amount=-net, document_amount=-part.net,
            partner_id=bill.partner_id, item_id=part.line.item_id,
        )  # fmt: skip
        credits += _as_borne(work, bill.id, credit) if role == "service_expense" else [credit]
    if amounts["tax_amount"] or worth.tax:
        credits.append(
            Posting(
                account_id=account_of(work, company.id, "input_tax"), amount=-worth.tax,
                document_amount=-amounts["tax_amount"], partner_id=bill.partner_id,
            )
        )  # fmt: skip
    post_entry(
        work, company, posting="debit_note", entry_date=on, lines=[*worth.partner_side, *credits],
        document_id=document_id, currency=bill.currency,
    )  # fmt: skip
    return {
        "id": document_id, "number": number, "gross_amount": str(company.decimal(amounts["gross_amount"])),
        "advance": str(company.decimal(worth.advance)),
    }  # fmt: skip


def _not_kept(work: Work, taken: Sequence[Taken], *, asked: bool) -> list[Taken]:
    """Of goods only those that were billed and are not with us: sent back, or never come. Services pass.

    asked: more than that is refused; else what is too much is left out.
    """
    order_lines = {row.to_line_id: row for row in work.rows(_order_lines, line_ids=[part.line.id for part in taken])}
    beyond: dict[int, int] = defaultdict(int)
    for order_id in sorted({row.document_id for row in order_lines.values()}):
        received = linked_quantities(work, order_id, "receipt")
        returned = followed_quantities(work, order_id, "receipt", "supplier_return")
        billed = linked_quantities(work, order_id, "bill")
        debited = followed_quantities(work, order_id, "bill", "debit_note")
        for line_id, quantity in billed.items():
            kept = received.get(line_id, 0) - returned.get(line_id, 0)
            beyond[line_id] = max(quantity - debited.get(line_id, 0) - kept, 0)
    found = []
    for position, part in enumerate(taken):
        if part.quantity and named(work, item, part.line.item_id, "lines").kind != "service":
            line_id = order_lines[part.line.id].from_line_id
            if part.quantity > beyond[line_id]:
                if asked:
                    raise GoodsWereKept(
                        f"{from_micro(beyond[line_id])} of line {part.line.line_number} were billed and not kept: "
                        "return the goods first, or state only an amount",
                        field=f"lines.{position}.quantity", value=str(from_micro(part.quantity)),
                    )  # fmt: skip
                part = part.only(beyond[line_id])
            beyond[line_id] -= part.quantity
        if part.quantity or asked:
            found.append(part)
    return found


def _take_back_shares(work: Work, bill_id: int, line_id: int, on: date, amount: int) -> None:
    """What receipts bear of a landed cost falls in proportion, exactly."""
    shares = work.rows(_landed_shares, bill_id=bill_id)
    parts = split(amount, [max(int(row.amount), 0) for row in shares])
    for row, part in zip(shares, parts, strict=True):
        if part:
            link(work, "landed_cost", row.from_line_id, line_id, 0, on, -part)


def _take_back_subcontract(
    work: Work, billed: Row[Any], document_id: int, line_id: int, part: Taken, on: date, amount: int
) -> None:
    """The work order's cost falls by as much."""
    [order_line] = work.rows(_work_order_lines, line_ids=[part.line.id])
    link(work, "subcontract", order_line.from_line_id, line_id, -part.quantity, on, -amount)
    work.insert(
        subcontract_cost, company_id=billed.company_id, document_id=document_id, document_line_id=line_id,
        work_order_id=billed.work_order_id, partner_id=billed.partner_id, sequence=billed.sequence, amount=-amount,
        effective_date=on, recorded_at=work.recorded_at,
    )  # fmt: skip


_borne = (
    select(journal_line.c.sales_order_line_id, func.sum(journal_line.c.debit_amount).label("amount"))
    .where(
        journal_line.c.document_id == bindparam("bill_id"),
        journal_line.c.item_id == bindparam("item_id"),
        journal_line.c.account_id == bindparam("account_id"),
    )
    .group_by(journal_line.c.sales_order_line_id)
    .order_by(func.coalesce(journal_line.c.sales_order_line_id, 0))
)


def _as_borne(work: Work, bill_id: int, credit: Posting) -> list[Posting]:
    """The credit, shared like the bill's expense by the orders that it was for."""
    found = work.rows(_borne, bill_id=bill_id, item_id=credit.item_id, account_id=credit.account_id)
    weights = [int(row.amount) for row in found]
    amounts, in_document = split(credit.amount, weights), split(credit.document_amount or 0, weights)
    return [
        replace(credit, amount=amount, document_amount=document_amount, sales_order_line_id=row.sales_order_line_id)
        for row, amount, document_amount in zip(found, amounts, in_document, strict=True)
    ]
