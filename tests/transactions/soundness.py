"""What must hold of every database of record at any moment, whatever happened to it before."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, func, select

from transactions.document.tables import document, document_line, line_link
from transactions.inventory.stock import STOCK_KINDS
from transactions.inventory.tables import stock_balance, stock_move, stock_reservation
from transactions.kernel.audit import first_broken_record
from transactions.kernel.tables import number_series
from transactions.ledger.tables import journal_entry, journal_line
from transactions.master.tables import location, warehouse


def assert_sound(connection: Connection) -> None:
    """Entries balance, balances are sums of moves, nothing is below zero, no number is missing, the trail is whole."""
    _assert_entries_balance(connection)
    _assert_stock(connection)
    _assert_numbers(connection)
    assert first_broken_record(connection) is None


def _assert_entries_balance(connection: Connection) -> None:
    lines = journal_line.c
    rows = connection.execute(
        select(
            journal_entry.c.is_posted,
            func.sum(lines.debit_amount - lines.credit_amount),
            func.sum(lines.document_debit_amount - lines.document_credit_amount),
            func.count(lines.currency.distinct()),
        )
        .select_from(journal_entry.outerjoin(journal_line, lines.entry_id == journal_entry.c.id))
        .group_by(journal_entry.c.id, journal_entry.c.is_posted)
    )
    for is_posted, company, foreign, currencies in rows:
        assert is_posted
        assert company == 0
        assert currencies != 1 or foreign == 0


def _assert_stock(connection: Connection) -> None:
    kinds = {row.id: row.kind for row in connection.execute(select(location.c.id, location.c.kind))}
    moved: dict[tuple[int, int, int], int] = defaultdict(int)
    for move in connection.execute(select(stock_move)):
        for place, sign in ((move.from_location_id, -1), (move.to_location_id, 1)):
            if kinds[place] in STOCK_KINDS:
                moved[move.item_id, place, move.lot_id or 0] += sign * move.quantity
    rows = connection.execute(
        select(stock_balance, warehouse.c.allow_negative)
        .join_from(stock_balance, location, location.c.id == stock_balance.c.location_id)
        .join(warehouse, warehouse.c.id == location.c.warehouse_id)
    ).all()
    assert {(row.item_id, row.location_id, row.lot_id): row.quantity for row in rows} == moved
    assert all(row.quantity >= 0 or row.allow_negative for row in rows)
    reserved: dict[tuple[int, int, int], int] = defaultdict(int)
    of_line: dict[int, int] = defaultdict(int)
    for change in connection.execute(select(stock_reservation)):
        reserved[change.item_id, change.location_id, change.lot_id] += change.quantity
        of_line[change.document_line_id] += change.quantity
    found = {(row.item_id, row.location_id, row.lot_id): row.reserved_quantity for row in rows}
    assert {key: quantity for key, quantity in found.items() if quantity} == {k: v for k, v in reserved.items() if v}
    assert all(row.reserved_quantity <= max(row.quantity, 0) for row in rows)
    delivered = {
        row.from_line_id: int(row.quantity)
        for row in connection.execute(
            select(line_link.c.from_line_id, func.sum(line_link.c.quantity).label("quantity"))
            .where(line_link.c.link_type == "delivery")
            .group_by(line_link.c.from_line_id)
        )
    }
    ordered = {row.id: row.quantity for row in connection.execute(select(document_line.c.id, document_line.c.quantity))}
    assert all(0 <= held <= ordered[line] - delivered.get(line, 0) for line, held in of_line.items() if held)


def _assert_numbers(connection: Connection) -> None:
    for series in connection.execute(select(number_series)).all():
        source = journal_entry if series.document_type == "journal_entry" else document
        statement = select(source.c.number).where(
            source.c.company_id == series.company_id, source.c.number.is_not(None)
        )
        if source is document:
            statement = statement.where(document.c.document_type == series.document_type)
        start = f"{series.prefix}{series.reset_value}{'-' if series.reset_value else ''}"
        drawn = [number for number in connection.execute(statement).scalars() if number.startswith(start)]
        assert sorted(drawn) == [f"{start}{number:06d}" for number in range(1, series.next_value)]
