"""A work order amended: it makes more or less, as long as nothing has happened on it."""

from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import bindparam, select

from transactions.document.document import document_named, require_state
from transactions.document.tables import (
    document_line,
    document_revision,
    work_order,
    work_order_by_product,
    work_order_component,
)
from transactions.inventory.tables import stock_move, time_entry
from transactions.kernel.command import Answer, Command, Reference, handles
from transactions.kernel.exact import Quantity, from_micro, micro
from transactions.kernel.work import Work
from transactions.ledger.period import open_period_on
from transactions.master.bom import by_products_of, requirements
from transactions.master.company import company_named, today
from transactions.master.tables import bom
from transactions.production.work_order import OrderHasFacts, plan_of


class AmendWorkOrder(Command):
    """Make more or less of an order on which nothing has happened yet, with the reason."""

    order: Reference
    quantity: Quantity = Field(description="in the item's base unit")
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


_version = select(bom).where(bom.c.id == bindparam("bom_id"))
_components = select(work_order_component).where(work_order_component.c.document_id == bindparam("document_id"))
_by_products = select(work_order_by_product).where(work_order_by_product.c.document_id == bindparam("document_id"))


@handles(AmendWorkOrder, permission="production.work_order", stage=3)
def amend_work_order(work: Work, amendment: AmendWorkOrder) -> Answer:
    """Make more or less of an order on which nothing has happened yet; its BOM says anew what it needs."""
    company = company_named(work, amendment.company)
    head = document_named(work, company, "work_order", amendment.order, "order")
    require_state(head, "confirmed", "released", field="order")
    on = today(work, company)
    open_period_on(work, company.id, on)
    for ledger in (stock_move, time_entry):
        if work.first(select(ledger.c.id).where(ledger.c.work_order_id == head.id).limit(1)) is not None:
            raise OrderHasFacts(
                "material, time or output was reported on the order; its quantity stays", field="order",
                value=amendment.order,
            )  # fmt: skip
    plan, planned = plan_of(work, head.id), micro(amendment.quantity)
    if planned == plan.planned_quantity:
        return {"id": head.id, "number": head.number}
    version = None if plan.bom_id is None else work.first(_version, bom_id=plan.bom_id)
    if version is not None:
        needed = requirements(work, version, planned, plan.start_date)
        for row in work.rows(_components, document_id=head.id):
            work.update(work_order_component, row.id, quantity=needed[row.item_id])
        beside = {item_id: quantity for item_id, quantity, _share in by_products_of(work, version, planned)}
        for row in work.rows(_by_products, document_id=head.id):
            work.update(work_order_by_product, row.id, quantity=beside[row.item_id])
    work.insert(
        document_revision, document_id=head.id, line_id=plan.line_id, field="entered_quantity",
        old_value=str(from_micro(plan.planned_quantity)),
        new_value=str(from_micro(planned)), reason=amendment.reason, user_id=work.user_id, effective_date=on,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    work.update(work_order, plan.id, planned_quantity=planned)
    work.update(document_line, plan.line_id, quantity=planned, entered_quantity=planned)
    return {"id": head.id, "number": head.number}
