"""Masters by reference: code (or integer id) → row, remembered within and between transactions until masters change."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Table, bindparam, select

from transactions.kernel.refusal import AlreadyExists, NotFound, Refusal
from transactions.master import tables

if TYPE_CHECKING:
    from transactions.kernel.work import Work

_GLOBAL = {"item", "partner", "unit"}  # shared by all companies; everything else belongs to one
_statements: dict[tuple[str, str], Any] = {}


class IsBlocked(Refusal):
    """The item or partner is blocked for new documents."""


def named(work: "Work", table: Table, reference: str | int, field: str, company_id: int | None = None) -> Row[Any]:
    """The row of that code or id; `NotFound` names the field and what stood there."""
    key = (table.name, company_id, reference)
    known = work.masters.get(key)
    if known is None:
        column = "id" if isinstance(reference, int) else "code"
        statement = _statements.get((table.name, column))
        if statement is None:
            statement = select(table).where(table.c[column] == bindparam("reference"))
            if table.name not in _GLOBAL:
                statement = statement.where(table.c.company_id == bindparam("company_id"))
            _statements[table.name, column] = statement
        parameters = {} if table.name in _GLOBAL else {"company_id": company_id}
        known = work.first(statement, reference=reference, **parameters)
        if known is None:
            noun = table.name.replace("_", " ")
            raise NotFound(f"there is no {noun} {reference!r}", field=field, value=reference)
        work.masters[key] = known
    return known


def item_named(work: "Work", reference: str | int, field: str = "item") -> Row[Any]:
    found = named(work, tables.item, reference, field)
    if found.is_blocked:
        raise IsBlocked("the item is blocked", field=field, value=reference)
    return found


def customer_named(
    work: "Work", reference: str | int, field: str = "customer", *, blocked_too: bool = False
) -> Row[Any]:
    """blocked_too: for what ends old business, such as a payment; new documents refuse the blocked."""
    found = named(work, tables.partner, reference, field)
    if not found.is_customer:
        raise NotFound("the partner is no customer", field=field, value=reference)
    if found.is_blocked and not blocked_too:
        raise IsBlocked("the customer is blocked", field=field, value=reference)
    return found


def supplier_named(
    work: "Work", reference: str | int, field: str = "supplier", *, blocked_too: bool = False
) -> Row[Any]:
    """blocked_too: for what ends old business, such as a payment; new documents refuse the blocked."""
    found = named(work, tables.partner, reference, field)
    if not found.is_supplier:
        raise NotFound("the partner is no supplier", field=field, value=reference)
    if found.is_blocked and not blocked_too:
        raise IsBlocked("the supplier is blocked", field=field, value=reference)
    return found


def warehouse_named(work: "Work", company_id: int, reference: str | int | None, field: str = "warehouse") -> Row[Any]:
    """The warehouse; left out, the company's first."""
    if reference is not None:
        return named(work, tables.warehouse, reference, field, company_id)
    known = work.masters.get(("first warehouse", company_id))
    if known is None:
        statement = select(tables.warehouse).where(tables.warehouse.c.company_id == company_id)
        known = work.first(statement.order_by(tables.warehouse.c.id).limit(1))
        if known is None:
            raise NotFound("the company has no warehouse yet; create_warehouse makes one", field=field, value=None)
        work.masters["first warehouse", company_id] = known
    return known


def location_of(work: "Work", company_id: int, kind: str, warehouse_id: int | None = None) -> int:
    """Id of the company's virtual location (supplier, customer, production, loss, opening) or of a warehouse's
    (stock, inspection)."""
    key = ("location", company_id, kind, warehouse_id)
    known = work.masters.get(key)
    if known is None:
        location = tables.location
        statement = select(location.c.id).where(
            location.c.company_id == company_id, location.c.kind == kind, location.c.warehouse_id == warehouse_id
        )
        known = work.masters[key] = work.rows(statement)[0].id
    assert isinstance(known, int)
    return known


def versions(work: "Work", table: Table, **subject: int | str) -> Sequence[Row[Any]]:
    """All versions of a subject, the one in force longest ago first."""
    key = ("versions", table.name, *sorted(subject.items()))
    known = work.masters.get(key)
    if known is None:
        statement = select(table).where(*(table.c[name] == value for name, value in subject.items()))
        known = work.rows(statement.order_by(table.c.effective_date, table.c.recorded_at, table.c.id))
        work.masters[key] = known
    assert isinstance(known, list)
    return known


def in_force(work: "Work", table: Table, on: date, **subject: int | str) -> Row[Any] | None:
    """The version of a subject in force on the date, or None."""
    known = versions(work, table, **subject)
    position = bisect_right(known, on, key=_effective_date)
    if position == 0:
        return None
    found = known[position - 1]
    if "end_date" in table.c and found.end_date is not None and found.end_date < on:
        return None
    return found


def _effective_date(version: Row[Any]) -> date:
    on: date = version.effective_date
    return on


def version_added(work: "Work", table: Table, **subject: int | str) -> None:
    """Forget the remembered versions of one subject, here and in other processes."""
    work.masters.pop(("versions", table.name, *sorted(subject.items())), None)
    work.state.master_version += 1


def refuse_known_code(work: "Work", table: Table, code: str, company_id: int | None = None) -> None:
    """`AlreadyExists` if the code is taken, within the company where the master belongs to one."""
    statement = select(table.c.id).where(table.c.code == code)
    if company_id is not None:
        statement = statement.where(table.c.company_id == company_id)
    if work.first(statement) is not None:
        noun = table.name.replace("_", " ")
        raise AlreadyExists(f"another {noun} has that code", field="code", value=code)
