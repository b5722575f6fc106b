"""Moving stock: every move has two ends, and no balance falls below zero on any day where the warehouse forbids it.

A back-dated move is checked against every later day, not only against the present. What is reserved for an order stays
where it lies, also where a warehouse may go below zero.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select, union_all

from transactions.document.tables import document, document_line
from transactions.inventory.tables import lot, stock_balance, stock_move, stock_reservation
from transactions.kernel.exact import MICRO, from_micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.statement import one_of
from transactions.ledger.period import open_period_on
from transactions.master.company import Company
from transactions.master.tables import item, location, warehouse

if TYPE_CHECKING:
    from transactions.kernel.work import Work

MANY_MOVES = 20  # from so many on the database writes while the command computes
STOCK_KINDS = ("stock", "inspection")  # locations that hold goods of ours; all others are virtual


class StockWouldGoNegative(Refusal):
    status = 409


class StockIsReserved(Refusal):
    """What is held for one order goes nowhere else."""

    status = 409


class SerialIsInStock(Refusal):
    """What there is only one of lies at one place only."""

    status = 409


class Move(NamedTuple):
    """Goods from one location to another. quantity: micro, base unit, > 0; unit_cost: micro company currency."""

    move_type: str
    item_id: int
    from_location_id: int
    to_location_id: int
    quantity: int
    document_id: int
    document_line_id: int
    lot_id: int | None = None
    work_order_id: int | None = None
    origin_move_id: int | None = None
    unit_cost: int | None = None
    received_date: date | None = None
    cost_share: int | None = None
    field: str = "lines"  # where in the command's data the quantity stood


@dataclass(slots=True)
class Balance:
    """What lies somewhere, within the transaction; id None: no row yet."""

    id: int | None
    quantity: int
    last_effective_date: date
    reserved: int = 0


_balances = select(
    stock_balance.c.item_id, stock_balance.c.location_id, stock_balance.c.lot_id, stock_balance.c.id,
    stock_balance.c.quantity, stock_balance.c.last_effective_date, stock_balance.c.reserved_quantity,
).where(one_of(stock_balance.c.item_id, "item_ids"), one_of(stock_balance.c.location_id, "location_ids"))  # fmt: skip
_at_place = (
    (stock_move.c.item_id == bindparam("item_id"))
    & (func.coalesce(stock_move.c.lot_id, 0) == bindparam("lot_id"))
    & (stock_move.c.effective_date > bindparam("after"))
)
_later = union_all(
    select(stock_move.c.effective_date, stock_move.c.quantity).where(
        _at_place, stock_move.c.to_location_id == bindparam("location_id")
    ),
    select(stock_move.c.effective_date, -stock_move.c.quantity).where(
        _at_place, stock_move.c.from_location_id == bindparam("location_id")
    ),
).subquery()
_later_changes = (
    select(_later.c.effective_date, func.sum(_later.c.quantity).label("change"))
    .group_by(_later.c.effective_date)
    .order_by(_later.c.effective_date.desc())
)
_place = (
    select(location.c.kind, location.c.code, warehouse.c.allow_negative, warehouse.c.code.label("warehouse"))
    .select_from(location.outerjoin(warehouse, location.c.warehouse_id == warehouse.c.id))
    .where(location.c.id == bindparam("location_id"))
)  # fmt: skip


def move_stock(work: "Work", company: Company, effective_date: date, moves: Sequence[Move]) -> list[int]:
    """Record the moves of one document on one day and keep the balances. Returns the moves' ids, in order.

    Within the document what comes in counts before what goes out.
    """
    open_period_on(work, company.id, effective_date)
    if not moves:
        return []
    places = {place for move in moves for place in (move.from_location_id, move.to_location_id)}
    holding = {place for place in places if _place_of(work, place).kind in STOCK_KINDS}
    _load_balances(work, moves, holding)
    goes_ahead = len(moves) >= MANY_MOVES
    if goes_ahead:
        work.send_ahead()  # the lines, while the moves are made out
    columns: dict[str, Any] = dict(zip(Move._fields, map(list, zip(*moves, strict=True)), strict=True))
    del columns["field"]
    ids = work.insert_many(
        stock_move, len(moves), company_id=company.id, effective_date=effective_date, recorded_at=work.recorded_at,
        **columns,
    )  # fmt: skip
    if goes_ahead:
        work.send_ahead()  # the moves, while the balances are
    change: dict[tuple[int, int, int], int] = {}
    fields: dict[tuple[int, int, int], str] = {}
    for move in moves:
        lot_id = move.lot_id or 0
        if move.from_location_id in holding:
            key = (move.item_id, move.from_location_id, lot_id)
            change[key] = change.get(key, 0) - move.quantity
            fields[key] = move.field
        if move.to_location_id in holding:
            key = (move.item_id, move.to_location_id, lot_id)
            change[key] = change.get(key, 0) + move.quantity
            if lot_id:
                fields[key] = move.field
    changed = []
    for key, quantity in change.items():
        if quantity < 0:
            _refuse_negative(work, key, -quantity, effective_date, fields[key])
        balance = work.balances.get(key)
        if balance is None:
            balance = work.balances[key] = Balance(None, 0, effective_date)
        balance.quantity += quantity
        if quantity < 0 and balance.reserved and balance.quantity < balance.reserved:
            _refuse_reserved(work, key, balance, -quantity, fields[key])
        balance.last_effective_date = max(balance.last_effective_date, effective_date)
        if balance.id is None:
            balance.id = work.insert(
                stock_balance, item_id=key[0], location_id=key[1], lot_id=key[2], quantity=balance.quantity,
                last_effective_date=balance.last_effective_date,
            )  # fmt: skip
        else:
            changed.append((balance.quantity, balance.last_effective_date, balance.id))
    if changed:
        work.change_rows(stock_balance, ("quantity", "last_effective_date"), changed)
    for key, quantity in change.items():
        if key[2] and quantity > 0:
            _refuse_second_of_a_serial(work, key, fields[key])
    return ids


def _load_balances(work: "Work", moves: Sequence[Move], holding: set[int]) -> None:
    wanted = {
        (move.item_id, place, move.lot_id or 0)
        for move in moves
        for place in (move.from_location_id, move.to_location_id)
        if place in holding
    }
    missing = wanted - work.balances.keys()
    if missing:
        items, places = sorted({key[0] for key in missing}), sorted({key[1] for key in missing})
        for key, balance in _balances_of(work, items, places):
            if key in missing:
                work.balances[key] = balance


def _balances_of(work: "Work", items: list[int], places: list[int]) -> Iterator[tuple[tuple[int, int, int], Balance]]:
    """What the database says of these items at these places, by (item, location, lot or 0)."""
    for row in work.rows(_balances, item_ids=items, location_ids=places):
        key = (row.item_id, row.location_id, row.lot_id)
        yield key, Balance(row.id, row.quantity, row.last_effective_date, row.reserved_quantity)


_serials_lying = (
    select(func.sum(stock_balance.c.quantity).label("quantity"))
    .join_from(stock_balance, item, item.c.id == stock_balance.c.item_id)
    .where(stock_balance.c.lot_id == bindparam("lot_id"), item.c.tracked_by == "serial")
)
_item_code = select(item.c.code).where(item.c.id == bindparam("item_id"))
_lot_code = select(lot.c.code).where(lot.c.id == bindparam("lot_id"))


def _refuse_second_of_a_serial(work: "Work", key: tuple[int, int, int], field: str) -> None:
    lying = work.rows(_serials_lying, lot_id=key[2])[0].quantity
    if lying is not None and lying > MICRO:
        code = work.rows(_lot_code, lot_id=key[2])[0].code
        raise SerialIsInStock("the serial lies in stock already", field=field, value=code)


def balance_of(work: "Work", key: tuple[int, int, int]) -> Balance | None:
    """What lies of (item, location, lot or 0); None where nothing of it ever did."""
    if key not in work.balances:
        for place, found in _balances_of(work, [key[0]], [key[1]]):
            work.balances.setdefault(place, found)
    balance: Balance | None = work.balances.get(key)
    return balance


def available(work: "Work", key: tuple[int, int, int], on: date, own: int = 0) -> int:
    """What of (item, location, lot or 0) can be taken on the day without lacking then or later, micro; of what is
    reserved only `own`."""
    balance = balance_of(work, key)
    if balance is None:
        return 0
    free: int = balance.quantity - balance.reserved + own
    if balance.last_effective_date <= on:
        return free
    return min(free, _least_from(work, key, balance.quantity, on)[0])


def _refuse_negative(work: "Work", key: tuple[int, int, int], asked: int, effective_date: date, field: str) -> None:
    """Refuse if taking `asked` on the day would leave less than nothing on that or any later day."""
    item_id, location_id, _lot = key
    place = _place_of(work, location_id)
    if place.allow_negative and place.kind == "stock":
        return
    balance = work.balances.get(key)
    least, on = (balance.quantity if balance else 0), effective_date
    if balance and balance.last_effective_date > effective_date:
        least, on = _least_from(work, key, balance.quantity, effective_date)
    if least < asked:
        there, where = from_micro(max(least, 0)), place.warehouse or place.code
        what = work.rows(_item_code, item_id=item_id)[0].code
        if on == effective_date:
            rule = f"{there} of {what} in {where}, {from_micro(asked)} asked"
        else:
            rule = f"{there} of {what} in {where} on {on}, {from_micro(asked)} asked"
        raise StockWouldGoNegative(rule, field=field, value=str(from_micro(asked)))


_reserved_for = (
    select(document.c.number, func.sum(stock_reservation.c.quantity).label("quantity"))
    .join_from(stock_reservation, document_line, document_line.c.id == stock_reservation.c.document_line_id)
    .join(document, document.c.id == document_line.c.document_id)
    .where(
        stock_reservation.c.item_id == bindparam("item_id"),
        stock_reservation.c.location_id == bindparam("location_id"),
        stock_reservation.c.lot_id == bindparam("lot_id"),
    )
    .group_by(document.c.number)
    .having(func.sum(stock_reservation.c.quantity) > 0)
    .order_by(document.c.number)
)


def _refuse_reserved(work: "Work", key: tuple[int, int, int], balance: Balance, asked: int, field: str) -> None:
    """Say what is reserved there, and for which orders."""
    item_id, location_id, lot_id = key
    place = _place_of(work, location_id)
    holders = work.rows(_reserved_for, item_id=item_id, location_id=location_id, lot_id=lot_id)
    orders = ", ".join(f"{row.number} ({from_micro(int(row.quantity))})" for row in holders)
    code, where = work.rows(_item_code, item_id=item_id)[0].code, place.warehouse or place.code
    free = from_micro(max(balance.quantity + asked - balance.reserved, 0))
    raise StockIsReserved(
        f"of {code} in {where} are reserved for {orders}; {free} are free, {from_micro(asked)} asked",
        field=field, value=str(from_micro(asked)),
    )  # fmt: skip


def _least_from(work: "Work", key: tuple[int, int, int], now: int, effective_date: date) -> tuple[int, date]:
    """The least balance from the day on, and the day it is reached; walks back from the present."""
    least, least_on = now, effective_date
    later = work.rows(_later_changes, item_id=key[0], location_id=key[1], lot_id=key[2], after=effective_date)
    for row in later:
        if now <= least:
            least, least_on = now, row.effective_date
        now -= int(row.change)
    return (now, effective_date) if now <= least else (least, least_on)


def _place_of(work: "Work", location_id: int) -> Any:
    key = ("place", location_id)
    known = work.masters.get(key)
    if known is None:
        known = work.masters[key] = work.rows(_place, location_id=location_id)[0]
    return known
