"""An exchange rate: what one unit of a foreign currency is worth in company currency from a date on."""

from transactions.kernel.command import Answer, Command, CurrencyCode, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import ExchangeRate, nano
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.master.company import company_named
from transactions.master.locked import refuse_locked_day
from transactions.master.lookup import version_added
from transactions.master.tables import exchange_rate


class CurrencyIsTheCompanys(Refusal):
    """The company's own currency has no rate."""


class SetExchangeRate(Command):
    """Record what one unit of a currency is worth in company currency from a date on."""

    currency: CurrencyCode
    rate: ExchangeRate
    effective_date: Day


@handles(SetExchangeRate, permission="master.rate", stage=1)
def set_exchange_rate(work: Work, new: SetExchangeRate) -> Answer:
    """Record what one unit of a currency is worth in company currency from a date on."""
    company = company_named(work, new.company)
    if new.currency == company.currency:
        raise CurrencyIsTheCompanys("the company's own currency has no rate", field="currency", value=new.currency)
    refuse_locked_day(work, company.id, new.effective_date)
    rate_id = work.insert(
        exchange_rate, company_id=company.id, currency=new.currency, rate=nano(new.rate),
        effective_date=new.effective_date, recorded_at=work.recorded_at,
    )  # fmt: skip
    version_added(work, exchange_rate, company_id=company.id, currency=new.currency)
    return {"id": rate_id}
