"""Requisitions taken up by purchase orders: one order per supplier, warehouse and currency, at the supplier's prices.

Planners approve many suggestions at once, and each becomes a requisition of its own, so that each can be walked from
requirement to payment; the supplier gets one order for all of them.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row

from transactions.document.document import document_named, lines_of, open_quantities, require_state
from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import MICRO
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.company import company_named, today
from transactions.master.lookup import item_named, named, supplier_named, versions
from transactions.master.tables import partner, supplier_price
from transactions.purchasing.purchase_order import CreatePurchaseOrder, PurchaseOrderLine, create_purchase_order


class SupplierIsMissing(Refusal):
    """The requisition names no supplier, and none was given."""


class PriceIsMissing(Refusal):
    """The supplier has no price for the item in force on the day of the order."""


class OrderRequisitions(Command):
    """Order what is open on requisitions: one purchase order per supplier, warehouse and currency."""

    requisitions: Annotated[tuple[Reference, ...], Field(min_length=1)]
    supplier: Reference | None = Field(None, description="left out: the one that each requisition names")
    order_date: Day | None = Field(None, description="left out: today")
    confirm: bool = True


@handles(OrderRequisitions, permission="purchasing.order", stage=1)
def order_requisitions(work: Work, command: OrderRequisitions) -> Answer:
    """Order what is open on requisitions: one purchase order per supplier, warehouse and currency."""
    company = company_named(work, command.company)
    on = command.order_date or today(work, company)
    open_period_on(work, company.id, on, "order_date")
    given = None if command.supplier is None else supplier_named(work, command.supplier)
    orders: dict[tuple[int, int | None, str], list[PurchaseOrderLine]] = {}
    for position, reference in enumerate(dict.fromkeys(command.requisitions)):
        field = f"requisitions.{position}"
        requisition = document_named(work, company, "purchase_requisition", reference, field)
        require_state(requisition, "confirmed", field=field)
        if given is None and requisition.partner_id is None:
            raise SupplierIsMissing("say from whom to order it", field=field, value=requisition.number)
        supplier = given or named(work, partner, requisition.partner_id, field)
        lines = lines_of(work, requisition.id)
        still_open = open_quantities(work, lines, "requisition")
        for line in lines:
            if still_open[line.id] <= 0:
                continue
            wanted = item_named(work, line.item_id, field)
            price = price_in_force(versions(work, supplier_price, item_id=wanted.id, supplier_id=supplier.id), on,
                                   still_open[line.id])  # fmt: skip
            if price is None:
                raise PriceIsMissing(
                    f"{supplier.code} has no price for {wanted.code} on {on}; set_supplier_price records one",
                    field=field, value=requisition.number,
                )  # fmt: skip
            currency = price.currency or supplier.currency or company.currency
            orders.setdefault((supplier.id, line.warehouse_id, currency), []).append(
                PurchaseOrderLine(
                    item=wanted.id, quantity=Decimal(still_open[line.id]) / MICRO,
                    unit_price=Decimal(price.unit_price) / MICRO, expected_date=line.requested_date,
                    requisition=requisition.id, requisition_line=line.line_number,
                )
            )  # fmt: skip
    made: list[dict[str, Any]] = []
    for (supplier_id, warehouse_id, currency), order_lines in orders.items():
        answer = create_purchase_order(
            work,
            CreatePurchaseOrder(
                company=command.company, supplier=supplier_id, order_date=on, warehouse=warehouse_id,
                currency=currency, confirm=command.confirm, lines=order_lines,
            ),
        )  # fmt: skip
        made.append({"id": answer["id"], "number": answer["number"], "supplier_id": supplier_id})
    return {"orders": made}


def price_in_force(prices: Sequence[Row[Any]], on: date, quantity: int) -> Row[Any] | None:
    """The price for `quantity` (micro) of the newest list in force on the day; below its least quantity, that one's.

    prices: of one supplier and item, oldest first. Of one day and quantity the last recorded counts.
    """
    known = [price for price in prices if price.effective_date <= on]
    if not known:
        return None
    breaks = {price.minimum_quantity: price for price in known if price.effective_date == known[-1].effective_date}
    reached = [least for least in breaks if least <= quantity]
    return breaks[max(reached) if reached else min(breaks)]
