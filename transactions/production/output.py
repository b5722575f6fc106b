"""An output: what a released work order made on a day, good and scrapped.

One document of type output, done at once, whose line follows up the order's. Scrapped output touches no stock and bears
no value: the good output bears all. With back-flush the components that the output took are issued the same day, by a
material issue of its own.
"""

from datetime import date

from pydantic import Field

from transactions.document.document import add_document, add_line, change_state, link
from transactions.inventory.stock import Move, move_stock
from transactions.kernel.command import Answer, Code, Command, Reference, handles
from transactions.kernel.exact import ZeroOrQuantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.production.material_issue import add_issue, components_due, due_for_outputs
from transactions.production.work_order import plan_of, progress_of, released_order


class NothingIsPutOut(Refusal):
    """An output has a good or a scrapped quantity."""


class ReportOutput(Command):
    """Report what a work order made, good and scrapped."""

    order: Reference
    effective_date: date
    good_quantity: ZeroOrQuantity
    scrap_quantity: ZeroOrQuantity | None = None
    back_flush: bool = Field(False, description="issue what good and scrapped output took, the same day")
    close: bool = Field(False, description="close the order as of the day")
    warehouse: Reference | None = Field(None, description="left out: the order's")
    external_number: Code | None = None


@handles(ReportOutput, permission="production.output", stage=3)
def report_output(work: Work, new: ReportOutput) -> Answer:
    """Report what a work order made, good and scrapped."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    order = released_order(work, company, new.order)
    good, scrapped = micro(new.good_quantity), micro(new.scrap_quantity)
    if not good and not scrapped:
        raise NothingIsPutOut("an output has a good or a scrapped quantity", field="good_quantity", value=0)
    plan = plan_of(work, order.id)
    answer: Answer = {}
    if new.back_flush:
        progress = progress_of(work, order.id)
        within = min(max(plan.planned_quantity - progress.put_out, 0), good + scrapped)
        due = due_for_outputs(progress, plan.planned_quantity, within, good + scrapped - within)
        issued = components_due(work, due, "back_flush")
        if issued:
            answer["material_issue"] = add_issue(work, company, order, new.effective_date, issued)
    target = warehouse_named(work, company.id, order.warehouse_id if new.warehouse is None else new.warehouse)
    document_id, number = add_document(
        work, company, "output", effective_date=new.effective_date, state="done", warehouse_id=target.id,
        origin_document_id=order.id, external_number=new.external_number,
    )  # fmt: skip
    made = named(work, item, plan.item_id, "order")
    line_id = add_line(
        work, document_id, 1, item_id=made.id, entered_unit_id=made.unit_id, quantity=good, warehouse_id=target.id
    )
    if good:
        link(work, "output", plan.line_id, line_id, good, new.effective_date)
    ends = (
        ("output", good, location_of(work, company.id, "stock", target.id), "good_quantity"),
        ("output_scrap", scrapped, location_of(work, company.id, "loss"), "scrap_quantity"),
    )
    move_stock(
        work, company, new.effective_date,
        [
            Move(
                move_type=move_type, item_id=made.id, to_location_id=location_id, quantity=quantity,
                from_location_id=location_of(work, company.id, "production"), document_id=document_id,
                document_line_id=line_id, work_order_id=order.id, field=field,
            )
            for move_type, quantity, location_id, field in ends
            if quantity
        ],
    )  # fmt: skip
    if new.close:
        change_state(work, order, "done", new.effective_date)
    return {"id": document_id, "number": number, "lines": [line_id], **answer}
