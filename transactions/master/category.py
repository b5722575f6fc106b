"""A category of items: a name that items carry, with the method by which new items that carry it are valued.

A default is a version by date, per company. It is looked at once, when an item is made; the item's own method counts
from then on.
"""

from typing import Literal

from pydantic import Field

from transactions.kernel.command import Answer, Command, Name, handles
from transactions.kernel.day import Day
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named, today
from transactions.master.lookup import in_force, version_added
from transactions.master.tables import category_valuation_method

Method = Literal["fifo", "moving_average", "month_average", "standard", "specific"]
COMPANY_DEFAULT: Method = "fifo"


class SetCategoryValuationMethod(Command):
    """Say by which method a category's items are valued that are made from a date on and name none; others stay."""

    category: Name
    method: Method = Field(description="items that are there already keep theirs: set_valuation_method changes them")
    effective_date: Day


@handles(SetCategoryValuationMethod, permission="master.cost", stage=1)
def set_category_valuation_method(work: Work, new: SetCategoryValuationMethod) -> Answer:
    """Say by which method a category's items are valued that are made from a date on and name none; others stay."""
    company = company_named(work, new.company)
    version_id = work.insert(
        category_valuation_method, company_id=company.id, category=new.category, method=new.method,
        effective_date=new.effective_date, recorded_at=work.recorded_at,
    )  # fmt: skip
    version_added(work, category_valuation_method, company_id=company.id, category=new.category)
    return {"id": version_id}


def default_method(work: Work, company: Company, category: str | None) -> Method:
    """The method of an item of that category that is made today and names none."""
    if category is not None:
        on = today(work, company)
        version = in_force(work, category_valuation_method, on, company_id=company.id, category=category)
        if version is not None:
            method: Method = version.method
            return method
    return COMPANY_DEFAULT
