"""A transfer: goods carried from one warehouse to another on one day.

One document of type transfer, done at once; its warehouse is where the goods come from, its lines' where they go.
"""

from pydantic import Field

from transactions.document.document import add_document, add_lines
from transactions.inventory.lot import lot_named
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, warehouse_named


class WarehousesAreTheSame(Refusal):
    """A transfer has two warehouses."""


class TransferLine(Line):
    item: Reference
    quantity: Quantity
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial")


class TransferStock(Command):
    """Carry goods from one warehouse to another."""

    from_warehouse: Reference
    to_warehouse: Reference
    effective_date: Day
    lines: tuple[TransferLine, ...] = Field(min_length=1)
    external_number: Code | None = None


@handles(TransferStock, permission="inventory.transfer", stage=1)
def transfer_stock(work: Work, new: TransferStock) -> Answer:
    """Carry goods from one warehouse to another."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    source = warehouse_named(work, company.id, new.from_warehouse, "from_warehouse")
    target = warehouse_named(work, company.id, new.to_warehouse, "to_warehouse")
    if source.id == target.id:
        raise WarehousesAreTheSame("a transfer has two warehouses", field="to_warehouse", value=new.to_warehouse)
    document_id, number = add_document(
        work, company, "transfer", effective_date=new.effective_date, state="done", warehouse_id=source.id,
        external_number=new.external_number,
    )  # fmt: skip
    from_location = location_of(work, company.id, "stock", source.id)
    to_location = location_of(work, company.id, "stock", target.id)
    goods = []
    for position, line in enumerate(new.lines):
        field = f"lines.{position}."
        stocked = stocked_item_named(work, line.item, f"{field}item")
        quantity = micro(line.quantity)
        goods.append((stocked.id, stocked.unit_id, quantity, lot_named(work, stocked, line.lot, quantity, field)))
    items, units, quantities, lots = map(list, zip(*goods, strict=True))
    line_ids = add_lines(
        work, document_id, len(goods), item_id=items, entered_unit_id=units, quantity=quantities,
        warehouse_id=target.id, lot_id=lots,
    )  # fmt: skip
    moves = [
        Move(
            move_type="transfer", item_id=item_id, quantity=quantity, from_location_id=from_location,
            to_location_id=to_location, document_id=document_id, document_line_id=line_id, lot_id=lot_id,
            field=f"lines.{position}.quantity",
        )
        for position, (line_id, (item_id, _unit, quantity, lot_id)) in enumerate(zip(line_ids, goods, strict=True))
    ]  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    return {"id": document_id, "number": number, "lines": line_ids}
