"""Opening stock: what lay in a warehouse on the day the company cut over, with what it cost and since when it lies.

One document of type opening_stock, done at once; its moves come from the virtual location `opening`.
"""

from pydantic import Field

from transactions.document.document import add_document, add_line
from transactions.inventory.lot import lot_entering
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, UnitPrice, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, warehouse_named


class ReceivedAfterCutOver(Refusal):
    """Opening stock was received on the day of the cut-over at the latest."""


class OpeningStockLine(Line):
    """unit_cost is in company currency per base unit; received_date left out: the day of the cut-over."""

    item: Reference
    quantity: Quantity
    unit_cost: UnitPrice
    received_date: Day | None = None
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial")
    expiry_date: Day | None = None


class RecordOpeningStock(Command):
    """Record what lay in a warehouse on the day of the cut-over."""

    effective_date: Day
    warehouse: Reference | None = None
    lines: tuple[OpeningStockLine, ...] = Field(min_length=1)
    external_number: Code | None = None


@handles(RecordOpeningStock, permission="inventory.opening", stage=1)
def record_opening_stock(work: Work, new: RecordOpeningStock) -> Answer:
    """Record what lay in a warehouse on the day of the cut-over."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    into = warehouse_named(work, company.id, new.warehouse)
    opening, stock = location_of(work, company.id, "opening"), location_of(work, company.id, "stock", into.id)
    document_id, number = add_document(
        work, company, "opening_stock", effective_date=new.effective_date, state="done", warehouse_id=into.id,
        external_number=new.external_number,
    )  # fmt: skip
    moves, line_ids = [], []
    for position, line in enumerate(new.lines):
        field = f"lines.{position}"
        stocked = stocked_item_named(work, line.item, f"{field}.item")
        received = line.received_date or new.effective_date
        if received > new.effective_date:
            raise ReceivedAfterCutOver(
                "opening stock was received by the day of the cut-over", field=f"{field}.received_date", value=received
            )
        quantity, unit_cost = micro(line.quantity), micro(line.unit_cost)
        lot_id = lot_entering(work, stocked, line.lot, quantity, f"{field}.", line.expiry_date)
        line_id = add_line(
            work, document_id, position + 1, item_id=stocked.id, entered_unit_id=stocked.unit_id, quantity=quantity,
            unit_price=unit_cost, warehouse_id=into.id, lot_id=lot_id,
        )  # fmt: skip
        line_ids.append(line_id)
        moves.append(
            Move(
                move_type="opening", item_id=stocked.id, from_location_id=opening, to_location_id=stock,
                quantity=quantity, document_id=document_id, document_line_id=line_id, unit_cost=unit_cost,
                received_date=received, lot_id=lot_id, field=f"{field}.quantity",
            )
        )  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    return {"id": document_id, "number": number, "lines": line_ids}
