"""A scrapping: goods that are thrown away, with the reason. Their value is lost.

One document of type scrap, done at once, from the warehouse's free stock to the location `loss`.
"""

from pydantic import Field

from transactions.document.document import add_document, add_line
from transactions.inventory.adjustment import ReasonIsMissing
from transactions.inventory.lot import lot_named
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.kernel.command import Answer, Code, Command, Line, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, micro
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, warehouse_named


class ScrapLine(Line):
    item: Reference
    quantity: Quantity
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial")
    reason: Note | None = None


class ScrapStock(Command):
    """Throw goods of a warehouse away."""

    effective_date: Day
    warehouse: Reference | None = None
    lines: tuple[ScrapLine, ...] = Field(min_length=1)
    reason: Note | None = Field(None, description="of all lines that state none")
    external_number: Code | None = None


@handles(ScrapStock, permission="inventory.scrap", stage=1)
def scrap_stock(work: Work, new: ScrapStock) -> Answer:
    """Throw goods of a warehouse away."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    where = warehouse_named(work, company.id, new.warehouse)
    stock, loss = location_of(work, company.id, "stock", where.id), location_of(work, company.id, "loss")
    document_id, number = add_document(
        work, company, "scrap", effective_date=new.effective_date, state="done", warehouse_id=where.id,
        reason=new.reason, external_number=new.external_number,
    )  # fmt: skip
    moves, line_ids = [], []
    for position, line in enumerate(new.lines):
        field = f"lines.{position}"
        stocked, quantity = stocked_item_named(work, line.item, f"{field}.item"), micro(line.quantity)
        reason = line.reason or new.reason
        if not reason:
            raise ReasonIsMissing("whoever throws goods away says why", field=f"{field}.reason", value=line.reason)
        lot_id = lot_named(work, stocked, line.lot, quantity, f"{field}.")
        line_id = add_line(
            work, document_id, position + 1, item_id=stocked.id, entered_unit_id=stocked.unit_id, quantity=quantity,
            description=reason, warehouse_id=where.id, lot_id=lot_id,
        )  # fmt: skip
        line_ids.append(line_id)
        moves.append(
            Move(
                move_type="scrap", item_id=stocked.id, from_location_id=stock, to_location_id=loss, quantity=quantity,
                document_id=document_id, document_line_id=line_id, lot_id=lot_id, field=f"{field}.quantity",
            )
        )  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    return {"id": document_id, "number": number, "lines": line_ids}
