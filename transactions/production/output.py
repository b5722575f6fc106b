"""An output: what a released work order made on a day, good and scrapped, and what came out beside.

One document of type output, done at once, whose first line follows up the order's. Scrapped output touches no stock and
bears no value: the good output bears all but what by-products bear. With back-flush the components that the output took
are issued the same day, by a material issue of its own. What was reported wrongly is taken back whole, by an output
of less than nothing whose moves go the other way and name those they take back, and reported anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import add_document, add_line, document_named, lines_of, link
from transactions.document.pricing import share
from transactions.document.tables import document, work_order_by_product
from transactions.inventory.lot import lot_entering, only_lot
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.inventory.tables import stock_move
from transactions.kernel.command import Answer, Code, Command, Line, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import MICRO, Quantity, ZeroOrQuantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item
from transactions.production.material_issue import add_issue, components_due, due_for_outputs
from transactions.production.work_order import (
    NOTHING_YET,
    close_order,
    order_to_correct,
    plan_of,
    progress_of,
    refuse_taking_back_again,
    released_order,
)


class NothingIsPutOut(Refusal):
    """An output has a good or a scrapped quantity."""


class ByProductLine(Line):
    item: Reference
    quantity: Quantity
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial")
    expiry_date: Day | None = None


class ReportOutput(Command):
    """Report what a work order made, good and scrapped."""

    order: Reference
    effective_date: Day
    good_quantity: ZeroOrQuantity
    scrap_quantity: ZeroOrQuantity | None = None
    back_flush: bool = Field(False, description="issue what good and scrapped output took, the same day")
    close: bool = Field(False, description="close the order as of the day")
    warehouse: Reference | None = Field(None, description="left out: the order's")
    external_number: Code | None = None
    lot: Code | None = Field(None, description="of a tracked item: lot or serial of the good output")
    expiry_date: Day | None = None
    by_products: tuple[ByProductLine, ...] | None = Field(
        None, description="left out: what the BOM says beside so much good output"
    )


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
    planned_beside = work.rows(_planned_beside, document_id=order.id)
    progress = progress_of(work, order.id) if new.back_flush or planned_beside else NOTHING_YET
    answer: Answer = {}
    if new.back_flush:
        # The planned issue is for what is started, good and scrapped alike, of which the yield comes out good.
        whole, before, now = (
            plan.planned_quantity * MICRO, progress.put_out * plan.yield_rate, (good + scrapped) * plan.yield_rate
        )  # fmt: skip
        within = min(max(whole - before, 0), now)
        due = due_for_outputs(progress, whole, within, now - within)
        issued = components_due(work, due, "back_flush")
        if issued:
            answer["material_issue"] = add_issue(work, company, order, new.effective_date, issued)
    target = warehouse_named(work, company.id, order.warehouse_id if new.warehouse is None else new.warehouse)
    document_id, number = add_document(
        work, company, "output", effective_date=new.effective_date, state="done", warehouse_id=target.id,
        origin_document_id=order.id, external_number=new.external_number,
    )  # fmt: skip
    made = named(work, item, plan.item_id, "order")
    lot_id = lot_entering(work, made, new.lot, good, "", new.expiry_date) if good else None
    line_id = add_line(
        work, document_id, 1, item_id=made.id, entered_unit_id=made.unit_id, quantity=good, warehouse_id=target.id,
        lot_id=lot_id,
    )  # fmt: skip
    if good:
        link(work, "output", plan.line_id, line_id, good, new.effective_date)
    stock, production = location_of(work, company.id, "stock", target.id), location_of(work, company.id, "production")
    ends = (
        ("output", good, stock, lot_id, "good_quantity"),
        ("output_scrap", scrapped, location_of(work, company.id, "loss"), None, "scrap_quantity"),
    )
    moves = [
        Move(
            move_type=move_type, item_id=made.id, to_location_id=location_id, quantity=quantity, lot_id=of_lot,
            from_location_id=production, document_id=document_id, document_line_id=line_id, work_order_id=order.id,
            field=field,
        )
        for move_type, quantity, location_id, of_lot, field in ends
        if quantity
    ]  # fmt: skip
    besides = _by_products(work, new, planned_beside, progress.good, good, plan.planned_quantity)
    for position, beside in enumerate(besides):
        beside_id = add_line(
            work, document_id, position + 2, item_id=beside.item.id, entered_unit_id=beside.item.unit_id,
            quantity=beside.quantity, warehouse_id=target.id, lot_id=beside.lot_id,
        )  # fmt: skip
        moves.append(
            Move(
                move_type="by_product", item_id=beside.item.id, from_location_id=production, to_location_id=stock,
                quantity=beside.quantity, document_id=document_id, document_line_id=beside_id, work_order_id=order.id,
                lot_id=beside.lot_id, cost_share=beside.cost_share, field=f"by_products.{position}.quantity",
            )
        )  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    if new.close:
        close_order(work, order, new.effective_date)
    return {"id": document_id, "number": number, "lines": [line_id], **answer}


@dataclass(frozen=True)
class Beside:
    """So much (micro) of a by-product; cost_share: of the order's cost, for all that comes of it together."""

    item: Row[Any]
    quantity: int
    lot_id: int | None
    cost_share: int | None


_planned_beside = (
    select(work_order_by_product)
    .where(work_order_by_product.c.document_id == bindparam("document_id"))
    .order_by(work_order_by_product.c.id)
)


def _by_products(
    work: Work, new: ReportOutput, rows: Sequence[Row[Any]], before: int, good: int, planned: int
) -> list[Beside]:
    """As stated, else the order's by-products (rows) in proportion to the good output."""
    shares = {row.item_id: row.cost_share for row in rows}
    found = []
    if new.by_products is None:
        for row in rows:
            quantity = share(row.quantity, before, good, planned)
            if quantity > 0:
                beside = named(work, item, row.item_id, "by_products")
                lot_id = lot_entering(work, beside, None, quantity, "by_products.")
                found.append(Beside(beside, quantity, lot_id, row.cost_share))
        return found
    for position, line in enumerate(new.by_products):
        prefix = f"by_products.{position}."
        beside, quantity = stocked_item_named(work, line.item, f"{prefix}item"), micro(line.quantity)
        lot_id = lot_entering(work, beside, line.lot, quantity, prefix, line.expiry_date)
        found.append(Beside(beside, quantity, lot_id, shares.get(beside.id)))
    return found


class TakeBackOutput(Command):
    """Take an output back whole: good, scrapped and beside, and what its back-flush issued."""

    output: Reference
    effective_date: Day
    reason: Note | None = None
    external_number: Code | None = None


_moves = select(stock_move).where(stock_move.c.document_id == bindparam("document_id")).order_by(stock_move.c.id)
_taken_back = select(stock_move.c.origin_move_id).where(
    stock_move.c.work_order_id == bindparam("order_id"), stock_move.c.origin_move_id.is_not(None)
)
_back_flushed = (  # what one command records bears one time
    select(document)
    .where(
        document.c.document_type == "material_issue",
        document.c.origin_document_id == bindparam("order_id"),
        document.c.recorded_at == bindparam("recorded_at"),
    )
    .order_by(document.c.id)
)
_returned = (
    select(stock_move.c.origin_move_id, func.sum(stock_move.c.quantity).label("quantity"))
    .where(stock_move.c.work_order_id == bindparam("order_id"), stock_move.c.move_type == "issue_return")
    .group_by(stock_move.c.origin_move_id)
)


@handles(TakeBackOutput, permission="production.output", stage=3)
def take_back_output(work: Work, mistaken: TakeBackOutput) -> Answer:
    """Take an output back whole: good, scrapped and beside, and what its back-flush issued."""
    company = company_named(work, mistaken.company)
    on = mistaken.effective_date
    open_period_on(work, company.id, on)
    head = document_named(work, company, "output", mistaken.output, "output")
    order = order_to_correct(work, company, head, mistaken.output, on)
    reported = work.rows(_moves, document_id=head.id)
    origins = {row.origin_move_id for row in work.rows(_taken_back, order_id=order.id)}
    refuse_taking_back_again(head, mistaken.output, reported, origins, "origin_move_id")
    answer: Answer = {}
    for issue in work.rows(_back_flushed, order_id=order.id, recorded_at=head.recorded_at):
        returned = _return_back_flushed(work, company, order, issue, on)
        if returned is not None:
            answer["material_issue"] = returned
    document_id, number = add_document(
        work, company, "output", effective_date=on, state="done", warehouse_id=head.warehouse_id,
        origin_document_id=order.id, external_number=mistaken.external_number, reason=mistaken.reason,
    )  # fmt: skip
    line_ids = {
        line.id: add_line(
            work, document_id, line.line_number, item_id=line.item_id, entered_unit_id=line.entered_unit_id,
            quantity=-line.quantity, warehouse_id=line.warehouse_id, lot_id=line.lot_id,
        )
        for line in lines_of(work, head.id)
    }  # fmt: skip
    first, good = next(iter(line_ids.values())), sum(m.quantity for m in reported if m.move_type == "output")
    if good:
        link(work, "output", plan_of(work, order.id).line_id, first, -good, on)
    moves = [
        Move(
            move_type=move.move_type, item_id=move.item_id, from_location_id=move.to_location_id,
            to_location_id=move.from_location_id, quantity=move.quantity, document_id=document_id,
            document_line_id=line_ids[move.document_line_id], work_order_id=order.id, lot_id=move.lot_id,
            origin_move_id=move.id, cost_share=move.cost_share, field="output",
        )
        for move in reported
    ]  # fmt: skip
    move_stock(work, company, on, moves)
    return {"id": document_id, "number": number, "lines": [first], **answer}


def _return_back_flushed(work: Work, company: Company, order: Row[Any], issue: Row[Any], on: date) -> Answer | None:
    """Carry what a back-flush issued, and what of that is not back yet, to where it came from; None if all is back."""
    back = {row.origin_move_id: int(row.quantity) for row in work.rows(_returned, order_id=order.id)}
    issued = work.rows(_moves, document_id=issue.id)
    left = {move.id: move.quantity - back.get(move.id, 0) for move in issued}
    lines = [
        line for line in lines_of(work, issue.id) if any(left[m.id] for m in issued if m.document_line_id == line.id)
    ]
    if not lines:
        return None
    document_id, number = add_document(
        work, company, "material_issue", effective_date=on, state="done", warehouse_id=issue.warehouse_id,
        origin_document_id=order.id,
    )  # fmt: skip
    moves: list[Move] = []
    line_ids = []
    for line_number, line in enumerate(lines, start=1):
        of_line = [move for move in issued if move.document_line_id == line.id and left[move.id]]
        line_id = add_line(
            work, document_id, line_number, item_id=line.item_id, entered_unit_id=line.entered_unit_id,
            quantity=-sum(left[move.id] for move in of_line), warehouse_id=line.warehouse_id,
            lot_id=only_lot((move.lot_id, left[move.id]) for move in of_line),
        )  # fmt: skip
        line_ids.append(line_id)
        moves += [
            Move(
                move_type="issue_return", item_id=move.item_id, from_location_id=move.to_location_id,
                to_location_id=move.from_location_id, quantity=left[move.id], document_id=document_id,
                document_line_id=line_id, work_order_id=order.id, lot_id=move.lot_id, origin_move_id=move.id,
                field="output",
            )
            for move in of_line
        ]  # fmt: skip
    move_stock(work, company, on, moves)
    return {"id": document_id, "number": number, "lines": line_ids}
