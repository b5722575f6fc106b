"""A stocked item: one that is kept in stock, which a service is not."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from transactions.kernel.refusal import Refusal
from transactions.master.lookup import item_named

if TYPE_CHECKING:
    from transactions.kernel.work import Work


class ServiceIsNotStocked(Refusal):
    """A service makes no stock move."""


def stocked_item_named(work: "Work", reference: str | int, field: str = "item") -> Row[Any]:
    """The item of that code or id, refused if it is blocked or a service."""
    found = item_named(work, reference, field)
    if found.kind == "service":
        raise ServiceIsNotStocked("a service is not kept in stock", field=field, value=reference)
    return found
