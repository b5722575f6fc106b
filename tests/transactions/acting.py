"""How tests speak: one command per line, as the administrator or another user, ending in rows and balances."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import and_, func, or_, select

from transactions import Door, Refusal
from transactions.inventory.tables import stock_balance, stock_move
from transactions.kernel.clock import SetClock
from transactions.kernel.database import metadata, reading
from transactions.kernel.exact import from_micro
from transactions.kernel.tables import writer_state
from transactions.master.tables import item, location

START = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)  # the moment at which every test begins
PASSWORD = "a long enough password"


class Acting:
    """Commands by one user into one door: `acting("create_item", code="A", …)`."""

    def __init__(self, door: Door, clock: SetClock, username: str = "administrator") -> None:
        self.door, self.clock, self.username = door, clock, username

    def __call__(self, command: str, /, **data: Any) -> dict[str, Any]:
        return self.door.execute(command, data, self.username)

    def refused(self, command: str, /, **data: Any) -> Refusal:
        """The refusal of the command, of which nothing is kept."""
        before = self.state()
        with pytest.raises(Refusal) as caught:
            self(command, **data)
        assert self.state() == before
        return caught.value

    def as_user(self, username: str) -> Acting:
        return Acting(self.door, self.clock, username)

    def state(self) -> tuple[Any, ...]:
        """Next id, length and end of the audit chain, version of master data."""
        with reading(self.door.engine) as connection:
            return tuple(connection.execute(writer_state.select()).one())

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        """The rows of the table with these values, in the order of their ids."""
        source = metadata.tables[table]
        statement = select(source).where(*(source.c[name] == value for name, value in where.items()))
        with reading(self.door.engine) as connection:
            return [dict(row._mapping) for row in connection.execute(statement.order_by(source.c.id))]

    def row(self, table: str, **where: Any) -> dict[str, Any]:
        """The only row of the table with these values."""
        (found,) = self.rows(table, **where)
        return found

    def stock(self, item_code: str, place: str) -> Decimal:
        """What lies at the place (`MAIN/stock`): the balance kept, which agrees with the moves."""
        with reading(self.door.engine) as connection:
            item_id = connection.execute(select(item.c.id).where(item.c.code == item_code)).scalar_one()
            location_id = connection.execute(select(location.c.id).where(location.c.code == place)).scalar_one()
            kept = connection.execute(
                select(func.coalesce(func.sum(stock_balance.c.quantity), 0)).where(
                    stock_balance.c.item_id == item_id, stock_balance.c.location_id == location_id
                )
            ).scalar_one()
            moves = connection.execute(
                select(stock_move.c.to_location_id, stock_move.c.quantity).where(
                    and_(
                        stock_move.c.item_id == item_id,
                        or_(stock_move.c.to_location_id == location_id, stock_move.c.from_location_id == location_id),
                    )
                )
            )
            assert kept == sum(
                move.quantity if move.to_location_id == location_id else -move.quantity for move in moves
            )
        return from_micro(int(kept))
