"""A decision on a planning suggestion: approve, change, submit, snooze or reject.

Suggestions are computed in the warehouse and never stored here; what is stored is the decision, with the figures that
the board showed. Approving (as suggested or changed) makes one document, once: to buy a confirmed purchase requisition,
to make a confirmed work order, to move a planned transfer that `carry_out_transfer` completes. Who may not approve such
a value submits it, as suggested or changed, and somebody else with the right approves it.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import bindparam, select

from transactions.document.tables import document, suggestion_decision
from transactions.inventory.stocked_item import stocked_item_named
from transactions.kernel.command import Answer, Code, Command, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import NANO, Quantity, UnitPrice, micro, micro_or_none, priced, rounded_ratio
from transactions.kernel.refusal import AlreadyExists, Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import in_force, item_named, supplier_named, versions, warehouse_named
from transactions.master.tables import exchange_rate, standard_cost, supplier_price
from transactions.planning.approval_limit import limit_of_user
from transactions.planning.planned_transfer import add_planned_transfer
from transactions.production.work_order import add_work_order
from transactions.purchasing.requisition import RequisitionLine, add_requisition
from transactions.purchasing.requisitions_ordered import price_in_force

APPROVALS = ("approve", "change")
FIGURES = {"snooze": ("until",), "reject": ("reason",)}  # what a decision needs; all others what a document needs


class FigureIsMissing(Refusal):
    """The decision needs a figure that was not given."""


class ValueExceedsApprovalLimit(Refusal):
    """The user may approve suggestions up to a value only."""

    status = 403


class NobodyApprovesTheirOwn(Refusal):
    """What a user submitted is approved by another one."""

    status = 403


class DecideSuggestion(Command):
    """Approve a suggestion (as it is or changed), submit it to another, snooze it until a day, or reject it."""

    suggestion_id: Code
    build_id: Code
    decision: Literal["approve", "change", "submit", "snooze", "reject"]
    kind: Literal["buy", "make", "move"] | None = None
    item: Reference | None = None
    warehouse: Reference | None = None
    from_warehouse: Reference | None = Field(None, description="where a move comes from")
    supplier: Reference | None = None
    quantity: Quantity | None = None
    due_date: Day | None = None
    release_date: Day | None = Field(None, description="when to start; left out: today, or the due date if earlier")
    unit_price: UnitPrice | None = Field(None, description="what a base unit costs by the build, company currency")
    alternate: int | None = Field(None, ge=1, description="of the BOM that it is made by; left out: the main one")
    until: Day | None = None
    reason: Note | None = None
    effective_date: Day | None = Field(
        None, description="the day of the build that it was decided from; left out or later: today"
    )


_approved = (
    select(suggestion_decision.c.id, suggestion_decision.c.document_id, document.c.number)
    .join_from(suggestion_decision, document, suggestion_decision.c.document_id == document.c.id)
    .where(
        suggestion_decision.c.company_id == bindparam("company_id"),
        suggestion_decision.c.suggestion_id == bindparam("suggestion_id"),
    )
)


@handles(DecideSuggestion, permission="planning.decision", stage=3)
def decide_suggestion(work: Work, decision: DecideSuggestion) -> Answer:
    """Approve a suggestion (as it is or changed), submit it to another, snooze it until a day, or reject it."""
    company = company_named(work, decision.company)
    on = min(decision.effective_date or date.max, today(work, company))
    open_period_on(work, company.id, on)
    earlier = work.first(_approved, company_id=company.id, suggestion_id=decision.suggestion_id)
    if earlier is not None:
        if decision.decision in APPROVALS:
            return {"id": earlier.id, "document_id": earlier.document_id, "number": earlier.number, "lines": []}
        raise AlreadyExists(
            f"the suggestion was approved as {earlier.number}", field="suggestion_id", value=decision.suggestion_id
        )
    for name in FIGURES.get(decision.decision, ("kind", "item", "quantity", "due_date")):
        if not getattr(decision, name):
            raise FigureIsMissing(f"{decision.decision} needs {name}", field=name, value=None)
    if decision.decision in APPROVALS:
        _require_right(work, company, decision)
    answer = _made_document(work, decision, on) if decision.decision in APPROVALS else {}
    decision_id = work.insert(
        suggestion_decision, company_id=company.id, suggestion_id=decision.suggestion_id, build_id=decision.build_id,
        decision=decision.decision, kind=decision.kind,
        item_id=None if decision.item is None else item_named(work, decision.item).id,
        warehouse_id=None if decision.warehouse is None else warehouse_named(work, company.id, decision.warehouse).id,
        supplier_id=None if decision.supplier is None else supplier_named(work, decision.supplier).id,
        quantity=micro_or_none(decision.quantity), due_date=decision.due_date, until=decision.until,
        reason=decision.reason, document_id=answer.get("document_id"), user_id=work.user_id, effective_date=on,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": decision_id, **answer}


_last = (
    select(suggestion_decision.c.decision, suggestion_decision.c.user_id)
    .where(
        suggestion_decision.c.company_id == bindparam("company_id"),
        suggestion_decision.c.suggestion_id == bindparam("suggestion_id"),
    )
    .order_by(suggestion_decision.c.recorded_at.desc(), suggestion_decision.c.id.desc())
    .limit(1)
)


def _require_right(work: Work, company: Company, decision: DecideSuggestion) -> None:
    """Refuse what the user submitted, and what is worth more than the user may approve, or nobody knows how much.

    Rights and prices are those of today, whatever day the decision is of.
    """
    on = today(work, company)
    last = work.first(_last, company_id=company.id, suggestion_id=decision.suggestion_id)
    if last is not None and last.decision == "submit" and last.user_id == work.user_id:
        raise NobodyApprovesTheirOwn(
            "you submitted it, so another must approve it", field="suggestion_id", value=decision.suggestion_id
        )
    limit = limit_of_user(work, company, on)
    if limit is None:
        return
    value = _value(work, company, decision, on)
    if value is None:
        raise ValueExceedsApprovalLimit(
            "its value is not known, and you may approve up to a value only; submit it to somebody without a limit",
            field="unit_price", value=None,
        )  # fmt: skip
    if value > limit:
        worth, most = (Decimal(amount).scaleb(-company.amount_exponent) for amount in (value, limit))
        raise ValueExceedsApprovalLimit(
            f"it is worth {worth:,f} {company.currency}, you may approve up to {most:,f}; "
            "submit it to somebody who may approve more",
            field="quantity", value=decision.quantity,
        )  # fmt: skip


def _value(work: Work, company: Company, decision: DecideSuggestion, on: date) -> int | None:
    """Minor units of company currency: the highest of what the build, the supplier and the standard cost say."""
    assert decision.item is not None
    assert decision.quantity is not None
    item_id, quantity = item_named(work, decision.item).id, micro(decision.quantity)
    known = [] if decision.unit_price is None else [micro(decision.unit_price)]
    standard = in_force(work, standard_cost, on, company_id=company.id, item_id=item_id)
    if standard is not None:
        known.append(standard.unit_cost)
    if decision.supplier is not None:
        supplier = supplier_named(work, decision.supplier)
        price = price_in_force(versions(work, supplier_price, item_id=item_id, supplier_id=supplier.id), on, quantity)
        currency = None if price is None else price.currency or supplier.currency or company.currency
        if price is not None and currency == company.currency:
            known.append(price.unit_price)
        elif price is not None:
            rate = in_force(work, exchange_rate, on, company_id=company.id, currency=str(currency))
            known += [] if rate is None else [rounded_ratio(price.unit_price * rate.rate, NANO)]
    return priced(quantity, max(known), company.amount_exponent) if known else None


def _made_document(work: Work, decision: DecideSuggestion, on: date) -> dict[str, Any]:
    """The document that the approval makes: its id, number and line ids."""
    company = company_named(work, decision.company)
    assert decision.item is not None
    assert decision.quantity is not None
    assert decision.due_date is not None
    wanted = stocked_item_named(work, decision.item)
    if decision.kind == "move":
        if decision.from_warehouse is None:
            raise FigureIsMissing("to move needs from_warehouse", field="from_warehouse", value=None)
        made = add_planned_transfer(
            work, company, wanted, micro(decision.quantity),
            warehouse_named(work, company.id, decision.from_warehouse, "from_warehouse"),
            warehouse_named(work, company.id, decision.warehouse),
            leaves=decision.release_date or decision.due_date, arrives=decision.due_date, on=on,
            reason=decision.reason,
        )  # fmt: skip
    elif decision.kind == "make":
        made = add_work_order(
            work, company, wanted, micro(decision.quantity),
            decision.release_date or min(on, decision.due_date), decision.due_date,
            warehouse=warehouse_named(work, company.id, decision.warehouse), on=on, alternate=decision.alternate or 1,
        )  # fmt: skip
    else:
        line = RequisitionLine(item=wanted.id, quantity=decision.quantity, needed_date=decision.due_date)
        supplier = supplier_named(work, decision.supplier) if decision.supplier is not None else None
        made = add_requisition(
            work, company, [line], on, warehouse=decision.warehouse, supplier_id=supplier.id if supplier else None,
            reason=decision.reason,
        )  # fmt: skip
    return {"document_id": made["id"], "number": made["number"], "lines": made["lines"]}
