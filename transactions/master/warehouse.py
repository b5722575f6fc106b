"""A warehouse: where goods lie, with one location for free stock and one for goods that wait for inspection.

It is made once and never deleted; whether its stock may fall below zero is said when it is made.
"""

from transactions.kernel.command import Answer, Code, Command, Name, handles
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import refuse_known_code
from transactions.master.tables import location, warehouse

LOCATION_KINDS = ("stock", "inspection")


class CreateWarehouse(Command):
    """Make a warehouse with its locations for stock and for inspection."""

    code: Code
    name: Name
    allow_negative: bool = False


@handles(CreateWarehouse, permission="master.warehouse", stage=1)
def create_warehouse(work: Work, new: CreateWarehouse) -> Answer:
    """Make a warehouse with its locations for stock and for inspection."""
    company = company_named(work, new.company)
    refuse_known_code(work, warehouse, new.code, company.id)
    warehouse_id = work.insert(
        warehouse, company_id=company.id, code=new.code, name=new.name, allow_negative=new.allow_negative,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    for kind in LOCATION_KINDS:
        work.insert(location, company_id=company.id, warehouse_id=warehouse_id, code=f"{new.code}/{kind}", kind=kind)
    return {"id": warehouse_id, "code": new.code}
