"""Which invoice or bill is meant: by its own number, external number or id, or by the reference of its order.

Invoices and bills need no external number, so scripts name them by their order's, as long as that has only one.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select

from transactions.document.document import document_named
from transactions.document.tables import document
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.master.company import Company

ORDER_OF = {"customer_invoice": "sales_order", "supplier_bill": "purchase_order"}


class OrderHasSeveral(Refusal):
    """The order has more than one invoice or bill: its reference names none of them."""

    status = 409


_of_order = (
    select(document)
    .where(
        document.c.company_id == bindparam("company_id"),
        document.c.document_type == bindparam("document_type"),
        document.c.origin_document_id == bindparam("order_id"),
    )
    .order_by(document.c.id)
)


def invoice_named(
    work: Work, company: Company, document_types: Sequence[str], reference: str | int, field: str
) -> Row[Any]:
    """The invoice or bill of one of the types; `OrderHasSeveral` names those of an order that has more than one."""
    for document_type in document_types:
        try:
            return document_named(work, company, document_type, reference, field)
        except NotFound:
            continue
    for document_type in document_types:
        if document_type in ORDER_OF:
            found = _of_its_order(work, company, document_type, reference, field)
            if found is not None:
                return found
    noun = document_types[0].replace("_", " ")
    raise NotFound(f"there is no {noun} {reference!r}", field=field, value=reference)


def _of_its_order(
    work: Work, company: Company, document_type: str, reference: str | int, field: str
) -> Row[Any] | None:
    try:
        order = document_named(work, company, ORDER_OF[document_type], reference, field)
    except NotFound:
        return None
    made = work.rows(_of_order, company_id=company.id, document_type=document_type, order_id=order.id)
    if len(made) == 1:
        return made[0]
    noun, own = ORDER_OF[document_type].replace("_", " "), document_type.replace("_", " ")
    if not made:
        raise NotFound(f"the {noun} has no {own} yet", field=field, value=reference)
    raise OrderHasSeveral(
        f"the {noun} has more than one {own}: {', '.join(row.number for row in made)}; name one by its number",
        field=field, value=reference,
    )  # fmt: skip
