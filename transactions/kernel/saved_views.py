"""Saved views as boards read them: a user's own, and those that others share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select

from transactions.kernel.database import reading
from transactions.kernel.door import storage_errors_as_refusals
from transactions.kernel.tables import saved_view, user_account

if TYPE_CHECKING:
    from transactions.kernel.door import Door


@dataclass(frozen=True)
class SavedView:
    """A board with its filters. address: the part of a link behind the question mark. owner: who saved it."""

    board: str
    name: str
    address: str
    is_shared: bool
    owner: str
    is_own: bool


_of_board = (
    select(saved_view, user_account.c.display_name, user_account.c.username)
    .join_from(saved_view, user_account, saved_view.c.user_id == user_account.c.id)
    .where(
        saved_view.c.board == bindparam("board"),
        or_(saved_view.c.user_id == bindparam("user_id"), saved_view.c.is_shared),
    )
    .order_by(saved_view.c.user_id != bindparam("user_id"), saved_view.c.name, saved_view.c.id)
)


def views_of(door: "Door", user_id: int, board: str) -> Sequence[SavedView]:
    """The views of a board that a user may open: the own ones first, then those that others share; by name."""
    with storage_errors_as_refusals(), reading(door.engine) as connection:
        rows = connection.execute(_of_board, {"board": board, "user_id": user_id}).all()
    return [
        SavedView(
            row.board, row.name, row.address, row.is_shared, row.display_name or row.username, row.user_id == user_id
        )
        for row in rows
    ]
