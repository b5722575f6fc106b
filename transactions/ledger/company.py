"""Founding a company, with its chart of accounts, number series and virtual locations; and its stages."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field
from sqlalchemy import select

from transactions.document.document import NUMBER_PREFIX
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Name, handles
from transactions.kernel.numbering import add_series
from transactions.kernel.refusal import AlreadyExists, NotFound
from transactions.kernel.work import Work
from transactions.ledger.chart import CHARTS
from transactions.ledger.tables import account
from transactions.master.company import company_named
from transactions.master.item import take_over_items
from transactions.master.tables import company, location

Stage = Annotated[int, Field(ge=1, le=4)]
VIRTUAL_LOCATIONS = ("supplier", "customer", "production", "loss", "opening")


class CreateCompany(Command):
    """Found a company with its chart of accounts, monthly periods and number series."""

    code: Code
    name: Name
    currency: CurrencyCode
    amount_exponent: Annotated[int, Field(ge=0, le=4)] = 2
    time_zone: str = "UTC"
    chart: Literal["standard"] = "standard"
    stage: Stage = 4


class SetStage(Command):
    """Switch on the stages up to this one (1 trade, 2 books, 3 make, 4 loop) and off those beyond; facts stay."""

    stage: Stage


@handles(CreateCompany, permission="settings.company", stage=1)
def create_company(work: Work, new: CreateCompany) -> Answer:
    """Found a company with its chart of accounts, monthly periods and number series."""
    if new.time_zone not in available_timezones():
        raise NotFound("there is no such time zone", field="time_zone", value=new.time_zone)
    if work.first(select(company.c.id).where(company.c.code == new.code)):
        raise AlreadyExists("there is a company of that code", field="code", value=new.code)
    company_id = work.insert(
        company, code=new.code, name=new.name, currency=new.currency, amount_exponent=new.amount_exponent,
        time_zone=new.time_zone, chart=new.chart, stage=new.stage, recorded_at=work.recorded_at,
    )  # fmt: skip
    for kind in VIRTUAL_LOCATIONS:
        work.insert(location, company_id=company_id, warehouse_id=None, code=kind.upper(), kind=kind)
    for code, name, account_type, role in CHARTS[new.chart]:
        work.insert(
            account, company_id=company_id, code=code, name=name, account_type=account_type,
            role=role.rstrip("*") or None, is_manual=not role.endswith("*"),
        )  # fmt: skip
    for document_type, prefix in NUMBER_PREFIX.items():
        add_series(work, company_id, document_type, prefix)
    work.masters_changed()
    take_over_items(work, company_id)
    return {"id": company_id, "code": new.code}


@handles(SetStage, permission="settings.company", stage=1)
def set_stage(work: Work, new: SetStage) -> Answer:
    """Switch on the stages up to this one (1 trade, 2 books, 3 make, 4 loop) and off those beyond; facts stay."""
    chosen = company_named(work, new.company)
    work.update(company, chosen.id, stage=new.stage)
    work.masters_changed()
    return {"id": chosen.id, "code": chosen.code, "stage": new.stage}
