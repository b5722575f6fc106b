"""A reservation: stock of a warehouse that is held for a line of a sales order, of a lot where the item has lots.

reserve_stock → used up by the order's own deliveries; given back by release_reservation, and as far as the line is
amended below it or the order cancelled. It is no document: each change is appended, and what is held is their sum per
line, location and lot. Reserved is never more than what lies there, nor more than what of the line is open; nobody
else takes what is reserved (`StockIsReserved`). It moves nothing and promises nothing that is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import (
    QuantityExceedsOpen,
    base_quantity,
    chosen_lines,
    document_named,
    followed_lines,
    require_state,
)
from transactions.document.pricing import LineQuantity, asked
from transactions.document.tables import document_line
from transactions.inventory.lot import free_lots, lot_named
from transactions.inventory.stock import StockIsReserved, StockWouldGoNegative, available, balance_of
from transactions.inventory.stocked_item import ServiceIsNotStocked
from transactions.inventory.tables import stock_balance, stock_reservation
from transactions.kernel.command import Answer, Code, Command, Line, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Quantity, from_micro, micro
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import location_of, named, warehouse_named
from transactions.master.tables import item


class NothingIsFree(Refusal):
    """All that lies there is reserved, or nothing lies there."""

    status = 409


class NothingIsReserved(Refusal):
    """Only what is reserved can be released."""

    status = 409


class ReservedLine(LineQuantity):
    lot: Code | None = Field(None, description="of a tracked item; left out: first expired first out, then oldest")


class ReserveStock(Command):
    """Hold stock of a warehouse for an order; lines left out: all that is open, as far as it is free there."""

    order: Reference
    warehouse: Reference | None = Field(None, description="left out: the order's")
    lines: Annotated[list[ReservedLine], Field(min_length=1)] | None = None
    effective_date: Day | None = Field(None, description="left out: today")


class ReleasedLine(Line):
    """What of a line is no longer held, in the line's own unit; the last reserved is given back first."""

    line: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = Field(None, description="left out: all that is reserved for the line")


class ReleaseReservation(Command):
    """Give back stock that is held for an order; lines left out: all of it."""

    order: Reference
    lines: Annotated[list[ReleasedLine], Field(min_length=1)] | None = None
    effective_date: Day | None = Field(None, description="left out: today")


class Place(NamedTuple):
    """Where a reservation lies; lot_id 0: no lot."""

    item_id: int
    location_id: int
    lot_id: int


@dataclass
class Held:
    """What is held for a line at a place: micro base units, and the last day on which that changed."""

    line_id: int
    place: Place
    quantity: int
    changed_on: date


question = (
    select(
        stock_reservation.c.document_line_id, stock_reservation.c.item_id, stock_reservation.c.location_id,
        stock_reservation.c.lot_id, func.sum(stock_reservation.c.quantity).label("quantity"),
        func.max(stock_reservation.c.effective_date).label("changed_on"),
    )
    .join_from(stock_reservation, document_line, document_line.c.id == stock_reservation.c.document_line_id)
    .where(document_line.c.document_id == bindparam("document_id"))
    .group_by(
        stock_reservation.c.document_line_id, stock_reservation.c.item_id, stock_reservation.c.location_id,
        stock_reservation.c.lot_id,
    )
    .order_by(func.max(stock_reservation.c.id))
)  # fmt: skip


@handles(ReserveStock, permission="inventory.reservation", stage=1)
def reserve_stock(work: Work, new: ReserveStock) -> Answer:
    """Hold stock of a warehouse for an order; lines left out: all that is open, as far as it is free there."""
    company = company_named(work, new.company)
    on = new.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    order = document_named(work, company, "sales_order", new.order, "order")
    require_state(order, "confirmed", field="order")
    where = warehouse_named(work, company.id, new.warehouse or order.warehouse_id)
    stock = location_of(work, company.id, "stock", where.id)
    reservations = Reservations(work, company, order.id)
    lines, (delivered,) = followed_lines(work, order.id, "delivery")
    still_open = {line.id: line.quantity - delivered.get(line.id, 0) - reservations.of_line(line.id) for line in lines}
    if new.lines is None:
        goods = [line for line in lines if line.item_id and named(work, item, line.item_id, "lines").kind != "service"]
        wanted = [(line, still_open[line.id], "lines") for line in goods if still_open[line.id] > 0]
        if not wanted:
            raise QuantityExceedsOpen("nothing of the order is open and not reserved", field="lines", value=None)
    else:
        wanted = chosen_lines(lines, still_open, asked(new.lines))
    taken = 0
    for position, (line, quantity, field) in enumerate(wanted):
        goods_item = named(work, item, line.item_id, field)
        if goods_item.kind == "service":
            raise ServiceIsNotStocked("a service is not kept in stock", field=field, value=goods_item.code)
        code = new.lines[position].lot if new.lines is not None else None
        for lot_id, part in _parts(work, goods_item, stock, quantity, on, code, field, must=new.lines is not None):
            reservations.change(line.id, Place(line.item_id, stock, lot_id), part, "reserve", on)
            taken += part
    if not taken:
        raise NothingIsFree(f"nothing of what is open is free in {where.code}", field="order", value=new.order)
    reservations.keep()
    return {"id": order.id, "number": order.number, "reserved": reservations.told(lines)}


def _parts(
    work: Work, goods: Row[Any], stock: int, quantity: int, on: date, code: str | None, field: str, *, must: bool
) -> list[tuple[int, int]]:
    """(lot id or 0, quantity) of what is free; if it `must` be all, less is refused."""
    if goods.tracked_by == "none" or code is not None:
        prefix = field.removesuffix("quantity")
        lot_id = (lot_named(work, goods, code, quantity, prefix) if code is not None else 0) or 0
        found = [(lot_id, min(quantity, available(work, (goods.id, stock, lot_id), on)))]
    else:
        found = free_lots(work, goods, stock, quantity, on)
    free = sum(part for _, part in found if part > 0)
    if must and free < quantity:
        places = [(goods.id, stock, lot_id) for lot_id, _ in found]
        held = [(place, balance.reserved) for place in places if (balance := balance_of(work, place))]
        lying = sum(available(work, place, on, reserved) for place, reserved in held)
        rule = f"{from_micro(free)} of {goods.code} are free, {from_micro(quantity)} asked"
        refusal = StockIsReserved if lying >= quantity else StockWouldGoNegative
        raise refusal(rule, field=field, value=str(from_micro(quantity)))
    return [(lot_id, part) for lot_id, part in found if part > 0]


@handles(ReleaseReservation, permission="inventory.reservation", stage=1)
def release_reservation(work: Work, release: ReleaseReservation) -> Answer:
    """Give back stock that is held for an order; lines left out: all of it."""
    company = company_named(work, release.company)
    on = release.effective_date or today(work, company)
    open_period_on(work, company.id, on)
    order = document_named(work, company, "sales_order", release.order, "order")
    reservations = Reservations(work, company, order.id)
    lines, _ = followed_lines(work, order.id)
    by_number = {line.line_number: line for line in lines}
    if release.lines is None:
        if not any(held.quantity for held in reservations.held):
            raise NothingIsReserved("nothing is reserved for the order", field="order", value=release.order)
        reservations.keep_to({}, "release", on)
    for position, given in enumerate(release.lines or ()):
        field = f"lines.{position}."
        line = by_number.get(given.line)
        if line is None:
            raise NotFound("the document has no such line", field=f"{field}line", value=given.line)
        held = reservations.of_line(line.id)
        quantity = held
        if given.quantity is not None:
            ratio = (line.unit_numerator, line.unit_denominator)
            quantity = base_quantity(micro(given.quantity), *ratio, f"{field}quantity")
        if quantity > held or not held:
            raise NothingIsReserved(
                f"{from_micro(held)} of line {given.line} are reserved, {from_micro(quantity)} asked",
                field=f"{field}quantity", value=None if given.quantity is None else str(given.quantity),
            )  # fmt: skip
        reservations.lower(line.id, quantity, "release", on)
    reservations.keep()
    return {"id": order.id, "number": order.number, "reserved": reservations.told(lines)}


class Reservations:
    """What is held for one order, and how a command changes it; `keep` writes the balances that it changed."""

    def __init__(self, work: Work, company: Company, order_id: int) -> None:
        self._work, self._company = work, company
        rows = work.rows(question, document_id=order_id)
        self.held = [
            Held(row.document_line_id, Place._make(row[1:4]), int(row.quantity), row.changed_on) for row in rows
        ]
        self._changed: set[Place] = set()

    def of_line(self, line_id: int) -> int:
        """What is held for the line, wherever; micro, base unit."""
        return sum(held.quantity for held in self.held if held.line_id == line_id)

    def at(self, line_id: int, location_id: int) -> dict[int, int]:
        """What is held for the line there, by lot id; 0: no lot."""
        return {
            held.place.lot_id: held.quantity
            for held in self.held
            if held.line_id == line_id and held.place.location_id == location_id and held.quantity
        }

    def change(self, line_id: int, place: Place, quantity: int, cause: str, on: date) -> None:
        """Hold so much more (less, if negative); no change is dated before the one that it follows."""
        work = self._work
        held = next((held for held in self.held if held.line_id == line_id and held.place == place), None)
        if held is None:
            self.held.append(held := Held(line_id, place, 0, on))
        held.quantity += quantity
        held.changed_on = max(held.changed_on, on)
        balance = balance_of(work, place)
        assert balance is not None
        balance.reserved += quantity
        self._changed.add(place)
        work.insert(
            stock_reservation, company_id=self._company.id, document_line_id=line_id, quantity=quantity, cause=cause,
            user_id=work.user_id, effective_date=held.changed_on, recorded_at=work.recorded_at, **place._asdict(),
        )  # fmt: skip

    def lower(self, line_id: int, quantity: int, cause: str, on: date) -> None:
        """Hold so much less for the line; the last reserved goes first."""
        for held in reversed(self.held):
            if held.line_id == line_id and (part := min(held.quantity, quantity)) > 0:
                self.change(line_id, held.place, -part, cause, on)
                quantity -= part

    def keep_to(self, still_open: Mapping[int, int], cause: str, on: date) -> None:
        """Of no line is more held than is open of it (by line id; a line that is not named has nothing open)."""
        for line_id in dict.fromkeys(held.line_id for held in self.held):
            excess = self.of_line(line_id) - max(still_open.get(line_id, 0), 0)
            if excess > 0:
                self.lower(line_id, excess, cause, on)

    def use(
        self, line_id: int, item_id: int, location_id: int, parts: Sequence[tuple[int | None, int]], on: date
    ) -> None:
        """What leaves for the order by these (lot, quantity) was held for it, as far as it was; the moves follow."""
        for lot_id, quantity in parts:
            used = min(self.at(line_id, location_id).get(lot_id or 0, 0), quantity)
            if used:
                self.change(line_id, Place(item_id, location_id, lot_id or 0), -used, "delivery", on)

    def keep(self) -> None:
        """Write what is held now into the balances, for the database to refuse what does not lie there."""
        balances = [balance for place in sorted(self._changed) if (balance := balance_of(self._work, place))]
        if balances:
            rows = [(balance.reserved, balance.id) for balance in balances]
            self._work.change_rows(stock_balance, ("reserved_quantity",), rows)
        self._changed.clear()

    def told(self, lines: Sequence[Row[Any]]) -> list[dict[str, Any]]:
        """Of each line of which something is held: how much, base unit, as decimal text."""
        return [
            {"line": line.line_number, "quantity": format(from_micro(quantity), "f")}
            for line in lines
            if (quantity := self.of_line(line.id))
        ]


def reservations_kept_to_open(
    work: Work, company: Company, order_id: int, still_open: Mapping[int, int], cause: str, on: date
) -> None:
    """Give back what is held of the order's lines beyond what is open of them, by line id."""
    reservations = Reservations(work, company, order_id)
    if any(held.quantity for held in reservations.held):
        reservations.keep_to(still_open, cause, on)
        reservations.keep()
