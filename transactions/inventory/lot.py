"""A lot: goods of one item that are told apart from others of it; a serial is a lot of quantity one.

A lot comes into being when goods of it first enter stock, with its expiry date where it has one. Goods that leave
without naming their lot are taken first expired first out, then oldest first; lots that expired before the day are
passed over.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, func, select

from transactions.inventory.stock import StockWouldGoNegative, available
from transactions.inventory.tables import lot, stock_balance, stock_move
from transactions.kernel.exact import MICRO, from_micro
from transactions.kernel.refusal import NotFound, Refusal

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class LotIsMissing(Refusal):
    """An item that is tracked says which lot or serial."""


class ItemIsNotTracked(Refusal):
    """Only items that are tracked have lots."""


class LotHasAnotherExpiry(Refusal):
    """A lot has one expiry date."""

    status = 409


class SerialIsOne(Refusal):
    """A serial is a lot of quantity one."""


_by_code = select(lot).where(lot.c.item_id == bindparam("item_id"), lot.c.code == bindparam("code"))
_oldest = (
    select(func.min(func.coalesce(stock_move.c.received_date, stock_move.c.effective_date)))
    .where(stock_move.c.lot_id == lot.c.id)
    .scalar_subquery()
)
_lying = (
    select(stock_balance.c.lot_id)
    .join_from(stock_balance, lot, lot.c.id == stock_balance.c.lot_id)
    .where(
        stock_balance.c.item_id == bindparam("item_id"),
        stock_balance.c.location_id == bindparam("location_id"),
        stock_balance.c.quantity > 0,
        lot.c.expiry_date.is_(None) | (lot.c.expiry_date >= bindparam("on")),
    )
    .order_by(lot.c.expiry_date.is_(None), lot.c.expiry_date, _oldest, lot.c.id)
)


def lot_entering(
    work: "Work", item: Row[Any], code: str | None, quantity: int, prefix: str, expiry_date: date | None = None
) -> int | None:
    """Id of the lot as which goods come in, made if it is new; None for an item that is not tracked.

    prefix: of the fields `lot`, `expiry_date` and `quantity` in the command's data.
    """
    if not _is_tracked(item, code, prefix, expiry_date):
        return None
    _refuse_several_of_a_serial(item, quantity, prefix)
    known = work.first(_by_code, item_id=item.id, code=code)
    if known is None:
        return work.insert(
            lot, item_id=item.id, code=code, expiry_date=expiry_date, recorded_at=work.recorded_at
        )  # fmt: skip
    if expiry_date is not None and expiry_date != known.expiry_date:
        raise LotHasAnotherExpiry(
            f"the lot expires on {known.expiry_date}" if known.expiry_date else "the lot has no expiry date",
            field=f"{prefix}expiry_date", value=expiry_date,
        )  # fmt: skip
    found: int = known.id
    return found


def lot_named(work: "Work", item: Row[Any], code: str | None, quantity: int, prefix: str) -> int | None:
    """Id of a lot that is known and must be said; None for an item that is not tracked."""
    if not _is_tracked(item, code, prefix):
        return None
    _refuse_several_of_a_serial(item, quantity, prefix)
    return _known_lot(work, item, code, prefix)


def lots_taken(
    work: "Work",
    item: Row[Any],
    location_id: int,
    quantity: int,
    on: date,
    code: str | None,
    field: str,
    taken: Counter[int],
    own: Mapping[int, int] | None = None,
) -> list[tuple[int | None, int]]:
    """(lot id, quantity) of what leaves the location: of the lot that is said, else of those that expire first.

    field: where the quantity stood. taken: by lot id what earlier lines of the document take; this one is added.
    own: by lot id (0: no lot) what is reserved for the line: it is taken first, what others reserved never.
    """
    if item.tracked_by == "none" and code is None:
        return [(None, quantity)]
    if code is not None:
        lot_id = lot_named(work, item, code, quantity, field.removesuffix("quantity"))
        assert lot_id is not None
        taken[lot_id] += quantity
        return [(lot_id, quantity)]
    parts: list[tuple[int | None, int]] = []
    left = quantity
    reserved = own or {}
    lying = work.rows(_lying, item_id=item.id, location_id=location_id, on=on)
    for row in sorted(lying, key=lambda row: row.lot_id not in reserved):
        held = reserved.get(row.lot_id, 0)
        part = min(left, available(work, (item.id, location_id, row.lot_id), on, held) - taken[row.lot_id])
        if part > 0:
            parts.append((row.lot_id, part))
            taken[row.lot_id] += part
            left -= part
        if not left:
            return parts
    raise StockWouldGoNegative(
        f"{from_micro(quantity - left)} of {item.code} lie there in lots that are not expired, "
        f"{from_micro(quantity)} asked",
        field=field, value=str(from_micro(quantity)),
    )  # fmt: skip


def free_lots(work: "Work", item: Row[Any], location_id: int, quantity: int, on: date) -> list[tuple[int, int]]:
    """(lot id, quantity) of what is neither expired nor reserved there, up to the quantity, in the same order; 0 where
    a lot is all reserved."""
    parts: list[tuple[int, int]] = []
    for row in work.rows(_lying, item_id=item.id, location_id=location_id, on=on):
        part = max(min(quantity, available(work, (item.id, location_id, row.lot_id), on)), 0)
        parts.append((row.lot_id, part))
        quantity -= part
    return parts


def lot_filter(work: "Work", item: Row[Any], code: str | None, prefix: str) -> int | None:
    """Id of the lot that is said, None for all of them: for goods whose earlier moves tell their lots."""
    if code is None:
        return None
    _is_tracked(item, code, prefix)
    return _known_lot(work, item, code, prefix)


def only_lot(parts: Iterable[tuple[int | None, int]]) -> int | None:
    """The lot of a line, if all of it is of one."""
    found = {lot_id for lot_id, _quantity in parts}
    return found.pop() if len(found) == 1 else None


def _known_lot(work: "Work", item: Row[Any], code: str | None, prefix: str) -> int:
    known = work.first(_by_code, item_id=item.id, code=code)
    if known is None:
        raise NotFound(f"there is no {item.tracked_by} {code!r} of {item.code}", field=f"{prefix}lot", value=code)
    found: int = known.id
    return found


def _is_tracked(item: Row[Any], code: str | None, prefix: str, expiry_date: date | None = None) -> bool:
    if item.tracked_by == "none":
        if code is not None or expiry_date is not None:
            raise ItemIsNotTracked(
                f"{item.code} is not tracked by lot or serial", field=f"{prefix}{'lot' if code else 'expiry_date'}",
                value=code or expiry_date,
            )  # fmt: skip
        return False
    if code is None:
        raise LotIsMissing(f"{item.code} is tracked: say its {item.tracked_by}", field=f"{prefix}lot", value=None)
    return True


def _refuse_several_of_a_serial(item: Row[Any], quantity: int, prefix: str) -> None:
    if item.tracked_by == "serial" and quantity != MICRO:
        raise SerialIsOne(
            "a serial is one piece: a line for each", field=f"{prefix}quantity", value=str(from_micro(quantity))
        )
