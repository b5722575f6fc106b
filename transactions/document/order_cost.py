"""What is paid for a sales order besides its goods: outgoing freight, commission, packing, insurance.

Such a cost is an expense like others; its journal lines name the order's lines, shared by their net amounts, so that
the profit of every line bears its part.
"""

from typing import TYPE_CHECKING

from transactions.document.document import document_named, lines_of, require_state
from transactions.kernel.exact import split
from transactions.master.company import Company

if TYPE_CHECKING:
    from transactions.kernel.work import Work


def shared_by_order(
    work: "Work", company: Company, order: str | int, field: str, *amounts: int
) -> list[tuple[int, ...]]:
    """For each line of the sales order its id and its part of each amount; the parts add up to the amounts."""
    head = document_named(work, company, "sales_order", order, field)
    require_state(head, "confirmed", "done", field=field)
    lines = lines_of(work, head.id)
    weights = [max(line.net_amount, 0) for line in lines]
    return list(zip((line.id for line in lines), *(split(amount, weights) for amount in amounts), strict=True))
