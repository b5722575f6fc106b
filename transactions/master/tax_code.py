"""A tax code: the name and rate of a tax that a document line is under."""

from transactions.kernel.command import Answer, Code, Command, Name, handles
from transactions.kernel.exact import Rate, micro
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.lookup import refuse_known_code
from transactions.master.tables import tax_code


class CreateTaxCode(Command):
    """Make a tax code; its rate is a share (0.13 is 13 %)."""

    code: Code
    name: Name
    rate: Rate


@handles(CreateTaxCode, permission="master.tax", stage=1)
def create_tax_code(work: Work, new: CreateTaxCode) -> Answer:
    """Make a tax code; its rate is a share (0.13 is 13 %)."""
    company = company_named(work, new.company)
    refuse_known_code(work, tax_code, new.code, company.id)
    tax_code_id = work.insert(tax_code, company_id=company.id, code=new.code, name=new.name, rate=micro(new.rate))
    return {"id": tax_code_id, "code": new.code}
