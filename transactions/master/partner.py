"""A partner: a customer, a supplier, or both. It is never deleted, only blocked for new documents."""

from typing import Annotated

from pydantic import Field

from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Name, Reference, handles
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.item import NothingToChange
from transactions.master.lookup import named, refuse_known_code
from transactions.master.tables import partner

TermDays = Annotated[int, Field(ge=0, le=3650)]


class PartnerHasNoPart(Refusal):
    """A partner is a customer, a supplier, or both."""


class CreatePartner(Command):
    """Make a partner who buys from us, sells to us, or both."""

    code: Code
    name: Name
    is_customer: bool = False
    is_supplier: bool = False
    currency: CurrencyCode | None = Field(None, description="of its documents; left out: the company's")
    country: Code | None = None
    payment_term_days: TermDays = 0


@handles(CreatePartner, permission="master.partner", stage=1)
def create_partner(work: Work, new: CreatePartner) -> Answer:
    """Make a partner who buys from us, sells to us, or both."""
    company_named(work, new.company)
    if not (new.is_customer or new.is_supplier):
        raise PartnerHasNoPart("a partner is a customer, a supplier, or both", field="is_customer", value=False)
    refuse_known_code(work, partner, new.code)
    partner_id = work.insert(
        partner, code=new.code, name=new.name, is_customer=new.is_customer, is_supplier=new.is_supplier,
        currency=new.currency, country=new.country, payment_term_days=new.payment_term_days, is_blocked=False,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": partner_id, "code": new.code}


class ChangePartner(Command):
    """Change what is known of a partner, block it or free it again; what is left out stays as it is."""

    partner: Reference
    name: Name | None = None
    is_customer: bool | None = None
    is_supplier: bool | None = None
    currency: CurrencyCode | None = None
    country: Code | None = None
    payment_term_days: TermDays | None = None
    is_blocked: bool | None = None


@handles(ChangePartner, permission="master.partner", stage=1)
def change_partner(work: Work, change: ChangePartner) -> Answer:
    """Change what is known of a partner, block it or free it again; what is left out stays as it is."""
    subject = named(work, partner, change.partner, "partner")
    values = change.model_dump(exclude={"company", "partner"}, exclude_none=True)
    if not values:
        raise NothingToChange("say at least one field to change", field="partner", value=change.partner)
    after = {"is_customer": subject.is_customer, "is_supplier": subject.is_supplier} | values
    if not (after["is_customer"] or after["is_supplier"]):
        raise PartnerHasNoPart("a partner is a customer, a supplier, or both", field="is_customer", value=False)
    work.update(partner, subject.id, **values)
    work.masters_changed()
    return {"id": subject.id, "code": subject.code}
