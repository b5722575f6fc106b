"""A message of the plan followed: an order on its way is moved, made larger or smaller, given up or released.

Messages are computed in the warehouse and never stored here. Following one changes the purchase order line, work order
or planned transfer that it speaks of, with a revision that names the build; the next plan has no more to say about it.
"""

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.amendment import LineAmendment, amend_order
from transactions.document.document import document_named, lines_of, linked_quantities, require_state
from transactions.document.tables import document, document_line
from transactions.kernel.command import Answer, Code, Command, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import NANO, Quantity, UnitPrice, from_micro, micro, priced, rounded_ratio
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.planning.approval_limit import limit_of_user
from transactions.planning.planned_transfer import CancelTransfer, cancel_transfer
from transactions.planning.suggestion import FigureIsMissing, ValueExceedsApprovalLimit
from transactions.production.amendment import AmendWorkOrder, amend_work_order
from transactions.production.schedule import RescheduleWorkOrder, reschedule_work_order
from transactions.production.work_order import (
    CancelWorkOrder,
    ReleaseWorkOrder,
    cancel_work_order,
    plan_of,
    release_work_order,
)
from transactions.purchasing.purchase_order import CancelPurchaseOrder, cancel_purchase_order, close_if_complete

NEEDS = {"expedite": "to_date", "defer": "to_date", "increase": "quantity", "decrease": "quantity"}
TYPES = {"PO": "purchase_order", "WO": "work_order", "TR": "transfer"}
CAN = {
    "purchase_order": ("expedite", "defer", "cancel", "increase", "decrease"),
    "work_order": ("expedite", "defer", "cancel", "increase", "decrease", "release"),
    "transfer": ("cancel",),
}


class MessageCannotBeFollowed(Refusal):
    """What the message asks is not done by a command: the supply is of another kind, or has begun."""

    status = 409


class FollowMessage(Command):
    """Do what the plan asks of an order on its way: another day, another quantity, none at all, or released."""

    supply_id: Code = Field(description="PO, WO or TR and the number of its line or document, as the message names it")
    build_id: Code
    action: Literal["expedite", "defer", "cancel", "increase", "decrease", "release"]
    to_date: Day | None = Field(None, description="for expedite and defer")
    quantity: Quantity | None = Field(None, description="for increase and decrease: what is still to come, base unit")
    unit_price: UnitPrice | None = Field(None, description="what a base unit costs by the build, company currency")


@handles(FollowMessage, permission="planning.decision", stage=3)
def follow_message(work: Work, message: FollowMessage) -> Answer:
    """Do what the plan asks of an order on its way: another day, another quantity, none at all, or released."""
    company = company_named(work, message.company)
    open_period_on(work, company.id, today(work, company))
    kind, _colon, number = message.supply_id.partition(":")
    supply = TYPES.get(kind)
    if supply is None or not number.isdigit() or message.action not in CAN[supply]:
        raise MessageCannotBeFollowed(
            f"{message.action} of {message.supply_id} is done on its document", field="supply_id",
            value=message.supply_id,
        )  # fmt: skip
    needs = NEEDS.get(message.action)
    if needs is not None and getattr(message, needs) is None:
        raise FigureIsMissing(f"{message.action} needs {needs}", field=needs, value=None)
    if supply == "purchase_order":
        return _bought(work, company, message, int(number))
    if supply == "work_order":
        return _made(work, company, message, int(number))
    head = work.first(_document_of, line_id=int(number))
    if head is None:
        raise NotFound("there is no such transfer", field="supply_id", value=message.supply_id)
    return cancel_transfer(work, CancelTransfer(transfer=head.document_id, company=message.company))


_document_of = select(document_line.c.document_id).where(document_line.c.id == bindparam("line_id"))
_line = (
    select(document_line, document.c.exchange_rate)
    .join_from(document_line, document, document_line.c.document_id == document.c.id)
    .where(document_line.c.id == bindparam("line_id"), document.c.document_type == "purchase_order")
)


def _bought(work: Work, company: Company, message: FollowMessage, line_id: int) -> Answer:
    line = work.first(_line, line_id=line_id)
    if line is None:
        raise NotFound("there is no such purchase order line", field="supply_id", value=message.supply_id)
    head = document_named(work, company, "purchase_order", line.document_id, "supply_id")
    require_state(head, "draft", "confirmed", field="supply_id")
    received = linked_quantities(work, head.id, "receipt")
    billed = linked_quantities(work, head.id, "bill")
    came = received.get(line.id, 0)
    reason, on = _reason(message), today(work, company)
    if message.action in ("expedite", "defer"):
        amendment = LineAmendment(line.line_number, None, None, {"promised_date": message.to_date})
    else:
        wanted = came if message.action == "cancel" else came + micro(message.quantity)
        _require_right(work, company, message, abs(wanted - line.quantity), _base_price(line))
        if message.action == "cancel" and not came:  # the other lines of the order stay
            others = [each for each in lines_of(work, head.id) if each.id != line.id and each.quantity]
            if not others:
                return cancel_purchase_order(work, CancelPurchaseOrder(order=head.id, company=message.company))
        entered = -(-wanted * line.unit_denominator // line.unit_numerator)  # never less than is wanted
        amendment = LineAmendment(line.line_number, from_micro(entered), None, {})
    done = {each.id: max(received.get(each.id, 0), billed.get(each.id, 0)) for each in lines_of(work, head.id)}
    amend_order(work, company, head, [amendment], done, reason, on)
    close_if_complete(work, company, head.id, on)
    return {"id": head.id, "number": head.number}


def _made(work: Work, company: Company, message: FollowMessage, order: int) -> Answer:
    whose: dict[str, Any] = {"order": order, "company": message.company}
    reason = _reason(message)
    if message.action == "release":
        return release_work_order(work, ReleaseWorkOrder(**whose, effective_date=today(work, company)))
    if message.action in ("expedite", "defer"):
        assert message.to_date is not None
        head = document_named(work, company, "work_order", order, "supply_id")
        start = min(plan_of(work, head.id).start_date, message.to_date)
        return reschedule_work_order(
            work, RescheduleWorkOrder(**whose, start_date=start, due_date=message.to_date, reason=reason)
        )
    head = document_named(work, company, "work_order", order, "supply_id")
    planned = plan_of(work, head.id).planned_quantity
    wanted = 0 if message.action == "cancel" else micro(message.quantity)
    _require_right(work, company, message, abs(wanted - planned), None)
    if message.action == "cancel":
        return cancel_work_order(work, CancelWorkOrder(**whose))
    assert message.quantity is not None
    return amend_work_order(work, AmendWorkOrder(**whose, quantity=message.quantity, reason=reason))


def _base_price(line: Row[Any]) -> int:
    """Micro company currency per base unit, as the line says."""
    per_base = rounded_ratio(line.unit_price * line.unit_denominator, line.unit_numerator)
    return rounded_ratio(per_base * line.exchange_rate, NANO)


def _require_right(work: Work, company: Company, message: FollowMessage, changed: int, line_price: int | None) -> None:
    """Refuse a quantity whose change is worth more than the user may approve, or nobody knows how much."""
    limit = limit_of_user(work, company, today(work, company))
    if limit is None:
        return
    known = [
        price for price in (line_price, None if message.unit_price is None else micro(message.unit_price)) if price
    ]
    if not known or priced(changed, max(known), company.amount_exponent) > limit:
        raise ValueExceedsApprovalLimit(
            "the change is worth more than you may approve, or nobody knows how much; "
            "ask somebody who may approve more",
            field="quantity", value=message.quantity,
        )  # fmt: skip


def _reason(message: FollowMessage) -> str:
    return f"{message.action} by the plan of build {message.build_id}"
