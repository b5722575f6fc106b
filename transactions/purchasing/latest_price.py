"""The latest known price of received goods: billed where they are billed, else the order's at the rate of the receipt.

Bills cover the receipts of their order line oldest first, as far as the goods were kept. A price allowance lowers its
bill; a debit note for goods takes them off it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from transactions.document.tables import document, document_line, line_link
from transactions.kernel.exact import NANO, rounded_ratio

if TYPE_CHECKING:
    from transactions.kernel.work import Work

THOUSANDTHS = 1000

_order_line_ids = select(line_link.c.from_line_id).where(
    line_link.c.to_line_id.in_(bindparam("receipt_line_ids", expanding=True)), line_link.c.link_type == "receipt"
)
_returned = line_link.alias("returned")
_sent_back = (
    select(func.coalesce(func.sum(_returned.c.quantity), 0))
    .where(_returned.c.from_line_id == line_link.c.to_line_id, _returned.c.link_type == "supplier_return")
    .scalar_subquery()
)
_order_line = document_line.alias("order_line")
_receipts = (
    select(
        line_link.c.from_line_id, line_link.c.to_line_id, line_link.c.quantity, _sent_back.label("returned"),
        document.c.exchange_rate, _order_line.c.net_amount, _order_line.c.quantity.label("ordered"),
    )
    .join_from(line_link, document_line, document_line.c.id == line_link.c.to_line_id)
    .join(document, document.c.id == document_line.c.document_id)
    .join(_order_line, _order_line.c.id == line_link.c.from_line_id)
    .where(line_link.c.from_line_id.in_(bindparam("order_line_ids", expanding=True)),
           line_link.c.link_type == "receipt")
    .order_by(document.c.effective_date, document.c.recorded_at, line_link.c.id)
)  # fmt: skip
_note = line_link.alias("note")
_bills = (
    select(
        line_link.c.from_line_id,
        (line_link.c.quantity - func.coalesce(func.sum(_note.c.quantity), 0)).label("quantity"),
        (line_link.c.amount - func.coalesce(func.sum(_note.c.amount), 0)).label("amount"),
    )
    .join_from(line_link, document_line, document_line.c.id == line_link.c.to_line_id)
    .join(document, document.c.id == document_line.c.document_id)
    .outerjoin(_note, (_note.c.from_line_id == line_link.c.to_line_id) & (_note.c.link_type == "debit_note"))
    .where(line_link.c.from_line_id.in_(bindparam("order_line_ids", expanding=True)), line_link.c.link_type == "bill")
    .group_by(line_link.c.id, document.c.id)
    .order_by(document.c.effective_date, document.c.recorded_at, line_link.c.id)
)


def latest_known_amounts(work: "Work", receipt_line_ids: Sequence[int]) -> dict[int, int]:
    """By receipt line: what its goods that were kept cost, in thousandths of minor units of company currency."""
    order_line_ids = sorted({row[0] for row in work.rows(_order_line_ids, receipt_line_ids=receipt_line_ids)})
    bills: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for bill in work.rows(_bills, order_line_ids=order_line_ids):
        if bill.quantity > 0:
            bills[bill.from_line_id].append((int(bill.quantity), int(bill.amount)))
    received = defaultdict(list)
    for receipt in work.rows(_receipts, order_line_ids=order_line_ids):
        received[receipt.from_line_id].append(receipt)
    amounts: dict[int, int] = {}
    for order_line_id, receipts in received.items():
        kept = [max(receipt.quantity - int(receipt.returned), 0) for receipt in receipts]
        covered = covered_by_bills(kept, bills[order_line_id])
        for receipt, quantity, (billed, amount) in zip(receipts, kept, covered, strict=True):
            at_order_price = rounded_ratio(
                receipt.net_amount * receipt.exchange_rate * (quantity - billed) * THOUSANDTHS, receipt.ordered * NANO
            )
            amounts[receipt.to_line_id] = amount * THOUSANDTHS + at_order_price
    return amounts


def covered_by_bills(kept: Iterable[int], bills: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(billed quantity, billed amount) of each receipt's kept quantity, both in order, oldest first.

    bills: (quantity, amount). A bill's parts are rounded so that they add up to as much of it as is covered.
    """
    ends = [0]
    for quantity, _amount in bills:
        ends.append(ends[-1] + quantity)
    covered, start = [], 0
    for quantity in kept:
        end, billed, amount = start + quantity, 0, 0
        for (bill_start, bill_end), (whole, bill_amount) in zip(pairwise(ends), bills, strict=True):
            first, last = max(start, bill_start) - bill_start, min(end, bill_end) - bill_start
            if last > first:
                billed += last - first
                amount += rounded_ratio(bill_amount * last, whole) - rounded_ratio(bill_amount * first, whole)
        covered.append((billed, amount))
        start = end
    return covered
