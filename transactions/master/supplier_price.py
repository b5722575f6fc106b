"""A supplier's price: what one base unit of an item costs from a supplier from a date on, and how long it takes.

A price list of quantity breaks is several prices of one date with different minimum quantities.
"""

from typing import Annotated

from pydantic import Field

from transactions.kernel.command import Answer, Command, CurrencyCode, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Rate, UnitPrice, ZeroOrQuantity, micro, micro_or_none
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import item_named, supplier_named, version_added
from transactions.master.tables import supplier_price


class SetSupplierPrice(Command):
    """Record a supplier's price and lead time for an item from a date on."""

    supplier: Reference
    item: Reference
    unit_price: UnitPrice
    lead_time_days: Annotated[int, Field(ge=0, le=3650)]
    effective_date: Day
    minimum_quantity: ZeroOrQuantity | None = None
    currency: CurrencyCode | None = Field(None, description="left out: the supplier's, else the company's")
    share: Rate | None = Field(None, description="0.6: the supplier gets six tenths of what is bought")


@handles(SetSupplierPrice, permission="master.supplier_price", stage=1)
def set_supplier_price(work: Work, new: SetSupplierPrice) -> Answer:
    """Record a supplier's price and lead time for an item from a date on."""
    company_named(work, new.company)
    supplier = supplier_named(work, new.supplier)
    bought = item_named(work, new.item)
    price_id = work.insert(
        supplier_price, supplier_id=supplier.id, item_id=bought.id, unit_price=micro(new.unit_price),
        currency=new.currency, minimum_quantity=micro(new.minimum_quantity), lead_time_days=new.lead_time_days,
        effective_date=new.effective_date, recorded_at=work.recorded_at, share_rate=micro_or_none(new.share),
    )  # fmt: skip
    version_added(work, supplier_price, supplier_id=supplier.id, item_id=bought.id)
    return {"id": price_id}
