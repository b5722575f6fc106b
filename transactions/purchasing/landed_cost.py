"""A landed cost: freight, duty, insurance of goods received, spread over their receipts; posted when it is recorded.

By value means by the latest known price at that moment: billed where the goods are billed, else the order's.
Debit landed cost clearing and input tax; credit payables. Settlement moves the clearing on to where the goods are.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from transactions.document.document import (
    add_document,
    add_line,
    document_named,
    lines_of,
    link,
    linked_quantities,
    rate_on,
)
from transactions.kernel.command import Answer, Code, Command, CurrencyCode, Reference, handles
from transactions.kernel.day import Day
from transactions.kernel.exact import Amount, PositiveAmount, converted, micro, split
from transactions.kernel.refusal import Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of, post_entry
from transactions.master.company import company_named
from transactions.master.lookup import named, supplier_named
from transactions.master.tables import item
from transactions.purchasing.latest_price import latest_known_amounts


class WeightIsMissing(Refusal):
    """Spreading by weight needs the weight of every item."""


class NoGoodsReceived(Refusal):
    """The receipts hold no goods, or all went back: there is nothing that could bear the charge."""


class ReceiptIsNamedTwice(Refusal):
    """A receipt bears a charge once."""


class AddLandedCost(Command):
    """Spread a charge over goods receipts: by value, weight or quantity."""

    receipts: Annotated[list[Reference], Field(min_length=1)]
    bill_date: Day
    supplier: Reference
    amount: PositiveAmount
    basis: Literal["value", "weight", "quantity"] = "value"
    tax_amount: Amount | None = None
    currency: CurrencyCode | None = None
    due_date: Day | None = None
    external_number: Code | None = None


@handles(AddLandedCost, permission="finance.bill", stage=2)
def add_landed_cost(work: Work, cost: AddLandedCost) -> Answer:
    """Spread a charge over goods receipts: by value, weight or quantity."""
    company = company_named(work, cost.company)
    supplier = supplier_named(work, cost.supplier)
    currency = cost.currency or supplier.currency or company.currency
    rate = rate_on(work, company, currency, cost.bill_date)
    receipt_lines, weights = [], []
    named_before: set[int] = set()
    for position, reference in enumerate(cost.receipts):
        field = f"receipts.{position}"
        receipt = document_named(work, company, "goods_receipt", reference, field)
        if receipt.id in named_before:
            raise ReceiptIsNamedTwice("a receipt bears a charge once", field=field, value=reference)
        named_before.add(receipt.id)
        returned = linked_quantities(work, receipt.id, "supplier_return")
        for line in lines_of(work, receipt.id):
            received = named(work, item, line.item_id, field)
            if received.kind == "service":
                continue
            kept = line.quantity - returned.get(line.id, 0)
            if kept <= 0:
                continue
            if cost.basis == "value":
                weight = 0  # known when all lines are
            elif cost.basis == "weight":
                each = (received.extra or {}).get("weight")
                if each is None:
                    raise WeightIsMissing("the item has no weight", field=field, value=received.code)
                weight = kept * micro(Decimal(each))
            else:
                weight = kept
            receipt_lines.append(line)
            weights.append(weight)
    if not receipt_lines:
        raise NoGoodsReceived("these receipts hold no goods of ours", field="receipts", value=cost.receipts[0])
    if cost.basis == "value":
        amounts = latest_known_amounts(work, [line.id for line in receipt_lines])
        weights = [max(amounts[line.id], 0) for line in receipt_lines]
    net = company.minor(cost.amount, "amount")
    tax = company.minor(cost.tax_amount, "tax_amount") if cost.tax_amount is not None else 0
    due_date = cost.due_date or cost.bill_date + timedelta(days=supplier.payment_term_days)
    document_id, number = add_document(
        work, company, "landed_cost", effective_date=cost.bill_date, state="done", partner_id=supplier.id,
        currency=currency, external_number=cost.external_number, due_date=due_date, basis=cost.basis,
        net_amount=net, tax_amount=tax, gross_amount=net + tax,
    )  # fmt: skip
    line_id = add_line(
        work, document_id, 1, description="landed cost", net_amount=net, tax_amount=tax, gross_amount=net + tax
    )
    in_company = converted(net, rate)
    for line, amount in zip(receipt_lines, split(in_company, weights), strict=True):
        link(work, "landed_cost", line.id, line_id, line.quantity, cost.bill_date, amount)
    tax_in_company = converted(tax, rate)
    postings = [
        Posting(
            account_id=account_of(work, company.id, "landed_cost_clearing"), amount=in_company, document_amount=net,
            partner_id=supplier.id,
        ),
        Posting(
            account_id=account_of(work, company.id, "input_tax"), amount=tax_in_company, document_amount=tax,
            partner_id=supplier.id,
        ),
        Posting(
            account_id=account_of(work, company.id, "payables"), amount=-in_company - tax_in_company,
            document_amount=-net - tax, partner_id=supplier.id, due_date=due_date,
        ),
    ]  # fmt: skip
    post_entry(
        work, company, posting="landed_cost", entry_date=cost.bill_date, lines=postings, document_id=document_id,
        currency=currency, date_field="bill_date",
    )  # fmt: skip
    return {"id": document_id, "number": number}
