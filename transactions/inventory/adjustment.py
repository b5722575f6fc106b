"""An adjustment: what was found or lost, with the reason. Found goods may state what they cost.

One document of type adjustment, done at once. What is found comes from the location `loss`, what is lost goes there.
"""

from datetime import date
from typing import Any

from pydantic import Field
from sqlalchemy import Row, bindparam, exists, or_, select

from transactions.document.document import add_document, add_line
from transactions.inventory.lot import lot_entering, lot_named
from transactions.inventory.stock import Move, move_stock
from transactions.inventory.stocked_item import stocked_item_named
from transactions.inventory.tables import stock_move
from transactions.kernel.command import Answer, Code, Command, Line, Note, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import SignedQuantity, UnitPrice, micro, micro_or_none
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named
from transactions.master.lookup import location_of, warehouse_named
from transactions.master.tables import standard_cost


class ReasonIsMissing(Refusal):
    """An adjustment says why, for each line or for all."""


class NothingIsAdjusted(Refusal):
    """An adjustment by zero."""


class LossHasNoPrice(Refusal):
    """What is lost leaves at the value that the stock has."""


class CostIsUnknown(Refusal):
    """What is found enters at what the item costs; where nothing says that, somebody states it, were it 0."""


class AdjustmentLine(Line):
    """quantity: found > 0, lost < 0, base unit. unit_cost: company currency, only for what is found.

    Left out, what is found enters at the item's cost of the day, which opening stock, a receipt, an output that was not
    taken back, a standard or a find with its cost says, of that day or before; where none does it is refused.
    """

    item: Reference
    quantity: SignedQuantity
    unit_cost: UnitPrice | None = None
    reason: Note | None = None
    lot: Code | None = Field(None, description="of a tracked item: its lot or serial")
    expiry_date: Day | None = Field(None, description="of a lot that was found and is new")


class AdjustStock(Command):
    """Correct the stock of a warehouse by what was found or lost."""

    effective_date: Day
    warehouse: Reference | None = None
    lines: tuple[AdjustmentLine, ...] = Field(min_length=1)
    reason: Note | None = Field(None, description="of all lines that state none")
    external_number: Code | None = None


_taking = stock_move.alias("taking")
_stands = stock_move.c.origin_move_id.is_(None) & ~exists().where(
    _taking.c.work_order_id == stock_move.c.work_order_id, _taking.c.origin_move_id == stock_move.c.id
)
_cost_in_moves = (
    select(stock_move.c.id)
    .where(
        stock_move.c.company_id == bindparam("company_id"), stock_move.c.item_id == bindparam("item_id"),
        stock_move.c.effective_date <= bindparam("on"),
        or_(
            stock_move.c.move_type.in_(("opening", "receipt")), stock_move.c.unit_cost.is_not(None),
            (stock_move.c.move_type == "output") & _stands,
        ),
    )
    .limit(1)
)  # fmt: skip
_standard = (
    select(standard_cost.c.id)
    .where(
        standard_cost.c.company_id == bindparam("company_id"), standard_cost.c.item_id == bindparam("item_id"),
        standard_cost.c.effective_date <= bindparam("on"),
    )
    .limit(1)
)  # fmt: skip


@handles(AdjustStock, permission="inventory.adjustment", stage=1)
def adjust_stock(work: Work, new: AdjustStock) -> Answer:
    """Correct the stock of a warehouse by what was found or lost."""
    company = company_named(work, new.company)
    open_period_on(work, company.id, new.effective_date)
    where = warehouse_named(work, company.id, new.warehouse)
    loss, stock = location_of(work, company.id, "loss"), location_of(work, company.id, "stock", where.id)
    document_id, number = add_document(
        work, company, "adjustment", effective_date=new.effective_date, state="done", warehouse_id=where.id,
        reason=new.reason, external_number=new.external_number,
    )  # fmt: skip
    moves, line_ids = [], []
    with_cost = set()
    for position, line in enumerate(new.lines):
        field = f"lines.{position}"
        stocked = stocked_item_named(work, line.item, f"{field}.item")
        quantity, unit_cost = micro(line.quantity), micro_or_none(line.unit_cost)
        reason = line.reason or new.reason
        if not reason:
            raise ReasonIsMissing("an adjustment says why", field=f"{field}.reason", value=line.reason)
        if quantity == 0:
            raise NothingIsAdjusted("the quantity is more or less than 0", field=f"{field}.quantity", value=0)
        if quantity < 0 and unit_cost is not None:
            raise LossHasNoPrice(
                "what is lost leaves at the value that the stock has", field=f"{field}.unit_cost",
                value=str(line.unit_cost),
            )  # fmt: skip
        lot_id = (
            lot_entering(work, stocked, line.lot, quantity, f"{field}.", line.expiry_date)
            if quantity > 0
            else lot_named(work, stocked, line.lot, -quantity, f"{field}.")
        )
        if quantity > 0 and unit_cost is None and stocked.id not in with_cost:
            _require_cost(work, company.id, stocked, new.effective_date, f"{field}.unit_cost")
        if quantity > 0:
            with_cost.add(stocked.id)
        line_id = add_line(
            work, document_id, position + 1, item_id=stocked.id, entered_unit_id=stocked.unit_id, quantity=quantity,
            unit_price=unit_cost or 0, description=reason, warehouse_id=where.id, lot_id=lot_id,
        )  # fmt: skip
        line_ids.append(line_id)
        source, target = (loss, stock) if quantity > 0 else (stock, loss)
        moves.append(
            Move(
                move_type="adjustment", item_id=stocked.id, from_location_id=source, to_location_id=target,
                quantity=abs(quantity), document_id=document_id, document_line_id=line_id, unit_cost=unit_cost,
                lot_id=lot_id, field=f"{field}.quantity",
            )
        )  # fmt: skip
    move_stock(work, company, new.effective_date, moves)
    return {"id": document_id, "number": number, "lines": line_ids}


def _require_cost(work: Work, company_id: int, stocked: Row[Any], on: date, field: str) -> None:
    """Refuse what is found of an item for which nothing says in this company by that day what it costs."""
    asked = {"company_id": company_id, "item_id": stocked.id, "on": on}
    if any(work.first(said, **asked) for said in (_cost_in_moves, _standard)):
        return
    raise CostIsUnknown(
        f"nothing says yet what {stocked.code} costs: state unit_cost, 0 if it costs nothing",
        field=field,
        value=None,
    )
