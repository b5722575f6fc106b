"""A saved view: a board with its filters, kept by a user under a name, and shared where the user says so.

It is a setting, no business fact: the address holds codes of filters only, so who opens a shared view sees what the own
roles show. Saving under the same name replaces it.
"""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, select

from transactions.kernel.command import Answer, Command, handles
from transactions.kernel.refusal import NotFound
from transactions.kernel.tables import saved_view
from transactions.kernel.work import Work

Board = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
ViewName = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[\w.~%=&+:,*()-]*$")]


class SaveView(Command):
    """Keep a board with its filters under a name, for oneself or for everybody; the same name is replaced."""

    board: Board
    name: ViewName
    address: Address = Field("", description="the filters as they stand in a link behind the question mark")
    is_shared: bool = False


@handles(SaveView, permission="settings.view", stage=1)
def save_view(work: Work, view: SaveView) -> Answer:
    """Keep a board with its filters under a name, for oneself or for everybody; the same name is replaced."""
    known = work.first(select(saved_view.c.id).where(*_own(work, view.board, view.name)))
    if known is not None:
        work.update(
            saved_view, known.id, address=view.address, is_shared=view.is_shared, recorded_at=work.recorded_at
        )  # fmt: skip
        return {"id": known.id, "name": view.name}
    view_id = work.insert(
        saved_view, user_id=work.user_id, board=view.board, name=view.name, address=view.address,
        is_shared=view.is_shared, recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": view_id, "name": view.name}


class DeleteView(Command):
    """Forget a view of one's own."""

    board: Board
    name: ViewName


@handles(DeleteView, permission="settings.view", stage=1)
def delete_view(work: Work, view: DeleteView) -> Answer:
    """Forget a view of one's own."""
    known = work.first(select(saved_view.c.id).where(*_own(work, view.board, view.name)))
    if known is None:
        raise NotFound(f"you have no view {view.name!r} of this board", field="name", value=view.name)
    work.delete(saved_view, saved_view.c.id == known.id)
    return {"id": known.id, "name": view.name}


def _own(work: Work, board: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return saved_view.c.user_id == work.user_id, saved_view.c.board == board, saved_view.c.name == name
