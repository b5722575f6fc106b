"""An inspection: goods that came in lie blocked until somebody decides what is accepted and what becomes of the rest.

confirmed (made by the receipt or the customer's return) → done. Rejected goods go back to the supplier, are scrapped,
are accepted after all, or stay blocked for rework, which the next decision ends.
"""

from typing import Any, Literal

from sqlalchemy import Row, bindparam, select

from transactions.document.document import change_state, document_named, lines_of, require_state
from transactions.document.tables import document, document_line, inspection, line_link
from transactions.inventory.stock import Move, move_stock
from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import ZeroOrQuantity, from_micro, micro
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named
from transactions.master.lookup import location_of
from transactions.purchasing.purchase_order import close_if_complete
from transactions.purchasing.supplier_return import add_supplier_return


class QuantitiesDoNotAddUp(Refusal):
    """Accepted and rejected must make up what was received for inspection."""


class DispositionIsMissing(Refusal):
    """Rejected goods need to be told what becomes of them."""


class NotFromSupplier(Refusal):
    """What a customer sent back goes to no supplier from there; accept it and return it by its receipt."""


class DecidedBeforeReceipt(Refusal):
    """Goods are inspected on the day they were received or later."""


class DecideInspection(Command):
    """Accept and reject inspected goods."""

    inspection: Reference
    accepted_quantity: ZeroOrQuantity
    rejected_quantity: ZeroOrQuantity
    disposition: Literal["return", "rework", "scrap", "accept"] | None = None
    effective_date: Day | None = None


_of_receipt = (
    select(document)
    .where(
        document.c.document_type == "inspection",
        document.c.state == "confirmed",
        document.c.origin_document_id == bindparam("receipt_id"),
    )
    .order_by(document.c.id)
)
_inspected_line = (
    select(
        document_line.c.id,
        document.c.document_type,
        document.c.id.label("document_id"),
        document.c.origin_document_id.label("order_id"),
    )
    .join_from(line_link, document_line, document_line.c.id == line_link.c.from_line_id)
    .join(document, document.c.id == document_line.c.document_id)
    .where(line_link.c.to_line_id == bindparam("line_id"), line_link.c.link_type == "inspection")
)
_detail = select(inspection).where(inspection.c.document_id == bindparam("document_id"))


def _inspection_named(work: Work, company: Company, reference: str | int) -> Row[Any]:
    """By its own number, or by its receipt's while that has only one undecided inspection."""
    try:
        return document_named(work, company, "inspection", reference, "inspection")
    except NotFound as unknown:
        try:
            receipt = document_named(work, company, "goods_receipt", reference, "inspection")
        except NotFound:
            raise unknown from None
        waiting = work.rows(_of_receipt, receipt_id=receipt.id)
        if len(waiting) != 1:
            raise NotFound(
                f"the goods receipt has {len(waiting)} undecided inspections; name one by its number",
                field="inspection", value=reference,
            ) from None  # fmt: skip
        return waiting[0]


@handles(DecideInspection, permission="quality.inspection", stage=3)
def decide_inspection(work: Work, decision: DecideInspection) -> Answer:
    """Accept and reject inspected goods."""
    company = company_named(work, decision.company)
    head = _inspection_named(work, company, decision.inspection)
    require_state(head, "confirmed", field="inspection")
    [line] = lines_of(work, head.id)
    detail = work.rows(_detail, document_id=head.id)[0]
    accepted, rejected = micro(decision.accepted_quantity), micro(decision.rejected_quantity)
    waiting = line.quantity - detail.accepted_quantity - detail.rejected_quantity
    if accepted + rejected != waiting:
        raise QuantitiesDoNotAddUp(
            f"accepted and rejected make {from_micro(accepted + rejected)}, inspected are {from_micro(waiting)}",
            field="accepted_quantity", value=decision.accepted_quantity,
        )  # fmt: skip
    if rejected and decision.disposition is None:
        raise DispositionIsMissing(
            "say what becomes of the rejected: return, rework, scrap or accept", field="disposition", value=None
        )
    if decision.disposition == "accept":
        accepted, rejected = accepted + rejected, 0
    on = decision.effective_date or head.effective_date
    if on < head.effective_date:
        raise DecidedBeforeReceipt(f"the goods came on {head.effective_date}", field="effective_date", value=on)
    blocked = location_of(work, company.id, "inspection", head.warehouse_id)
    stock = location_of(work, company.id, "stock", head.warehouse_id)
    [inspected] = work.rows(_inspected_line, line_id=line.id)
    if rejected and decision.disposition == "return" and inspected.document_type != "goods_receipt":
        raise NotFromSupplier(
            "a customer sent the goods: accept, rework or scrap them", field="disposition", value="return"
        )
    shared = {
        "item_id": line.item_id, "lot_id": line.lot_id, "from_location_id": blocked, "document_id": head.id,
        "document_line_id": line.id, "field": "accepted_quantity",
    }  # fmt: skip
    moves = []
    if accepted:
        moves.append(Move(move_type="inspection", to_location_id=stock, quantity=accepted, **shared))
    if rejected and decision.disposition == "scrap":
        loss = location_of(work, company.id, "loss")
        moves.append(Move(move_type="scrap", to_location_id=loss, quantity=rejected, **shared))
    move_stock(work, company, on, moves)
    answer: Answer = {"id": head.id, "number": head.number}
    if rejected and decision.disposition == "return":
        returned = add_supplier_return(
            work, company, inspected.document_id, on, [(inspected.id, rejected, "rejected_quantity")], blocked
        )
        answer["supplier_return"] = returned["number"]
    if rejected and decision.disposition == "rework":
        work.update(inspection, detail.id, accepted_quantity=detail.accepted_quantity + accepted, disposition="rework")
        return answer
    work.update(
        inspection, detail.id, accepted_quantity=detail.accepted_quantity + accepted,
        rejected_quantity=detail.rejected_quantity + rejected, disposition=decision.disposition, decided_on=on,
    )  # fmt: skip
    change_state(work, head, "done", on)
    if inspected.document_type == "goods_receipt":
        close_if_complete(work, company, inspected.order_id, on)
    return answer
