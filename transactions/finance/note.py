"""Notes: what is taken back of an invoice or bill, never more than stands on it and was not taken back before.

A line with a quantity is for goods, one with only an amount is a price allowance. A note is at the rate of what it
takes back from, settles that first, and what is left of it is an advance, for `allocate_payment` to use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, func, select

from transactions.document.document import QuantityExceedsOpen, base_quantity, lines_of
from transactions.document.tables import document_line, line_link
from transactions.finance.allocation import Direction, allocate, as_open
from transactions.kernel.command import Line
from transactions.kernel.exact import PositiveAmount, Quantity, converted, from_micro, micro, rounded_ratio, split
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.ledger.journal import Posting, account_of
from transactions.master.company import Company


class NoteExceedsInvoice(Refusal):
    """More is taken back than stands on the invoice or bill and was not taken back before."""

    status = 409


class NoteBeforeInvoice(Refusal):
    """A note is of the day of its invoice or bill, or later."""


class QuantityOrAmount(Refusal):
    """A line of a note has a quantity, an amount or both."""


class NoteLine(Line):
    """quantity: of goods, in the line's own unit; amount: net, in the currency of the invoice or bill."""

    line: Annotated[int, Field(ge=1)]
    quantity: Quantity | None = Field(None, description="left out: a price allowance")
    amount: PositiveAmount | None = Field(None, description="net; left out: the share of the quantity in what is left")


@dataclass(frozen=True)
class Left:
    """What stands on a line and was not taken back: micro base quantity, minor net and tax."""

    quantity: int
    net: int
    tax: int


@dataclass(frozen=True)
class Taken:
    """What a note takes back of a line; quantity 0: a price allowance."""

    line: Row[Any]
    quantity: int
    net: int
    tax: int

    def only(self, quantity: int) -> "Taken":
        """As much of it as belongs to a smaller quantity."""
        return Taken(
            self.line, quantity, rounded_ratio(self.net * quantity, self.quantity),
            rounded_ratio(self.tax * quantity, self.quantity),
        )  # fmt: skip


_note_line = document_line.alias("note_line")
_taken_back = (
    select(
        line_link.c.from_line_id,
        func.sum(line_link.c.quantity).label("quantity"),
        func.sum(_note_line.c.net_amount).label("net"),
        func.sum(_note_line.c.tax_amount).label("tax"),
    )
    .join_from(line_link, document_line, document_line.c.id == line_link.c.from_line_id)
    .join(_note_line, _note_line.c.id == line_link.c.to_line_id)
    .where(document_line.c.document_id == bindparam("document_id"), line_link.c.link_type == bindparam("link_type"))
    .group_by(line_link.c.from_line_id)
)


def taken_back(
    work: Work, company: Company, invoice: Row[Any], link_type: str, asked: Sequence[NoteLine] | None
) -> list[Taken]:
    """What a note takes back of an invoice or bill; asked None: all that is left of every line.

    A quantity takes its share of what is left of the line's amounts; the last one takes the rest. Tax goes with net.
    """
    lines = lines_of(work, invoice.id)
    left = {line.id: Left(line.quantity, line.net_amount, line.tax_amount) for line in lines}
    for row in work.rows(_taken_back, document_id=invoice.id, link_type=link_type):
        known = left[row.from_line_id]
        left[row.from_line_id] = Left(
            known.quantity - int(row.quantity), known.net - int(row.net), known.tax - int(row.tax)
        )
    if asked is None:
        return [
            Taken(line, rest.quantity, rest.net, rest.tax)
            for line in lines
            if (rest := left[line.id]).quantity > 0 or rest.net
        ]
    by_number = {line.line_number: line for line in lines}
    found = []
    for position, said in enumerate(asked):
        line = by_number.get(said.line)
        if line is None:
            raise NotFound("the document has no such line", field=f"lines.{position}.line", value=said.line)
        taken = _taken(company, line, left[line.id], said, f"lines.{position}")
        rest = left[line.id]
        left[line.id] = Left(rest.quantity - taken.quantity, rest.net - taken.net, rest.tax - taken.tax)
        found.append(taken)
    return found


def _taken(company: Company, line: Row[Any], left: Left, said: NoteLine, field: str) -> Taken:
    if said.quantity is None and said.amount is None:
        raise QuantityOrAmount("say a quantity, an amount or both", field=f"{field}.quantity", value=None)
    quantity = 0
    if said.quantity is not None:
        quantity = base_quantity(micro(said.quantity), line.unit_numerator, line.unit_denominator, f"{field}.quantity")
        if quantity > left.quantity:
            raise QuantityExceedsOpen(
                f"{from_micro(left.quantity)} of line {line.line_number} are left, {from_micro(quantity)} asked",
                field=f"{field}.quantity", value=str(said.quantity),
            )  # fmt: skip
    if said.amount is not None:
        net = company.minor(said.amount, f"{field}.amount")
        if net > left.net:
            raise NoteExceedsInvoice(
                f"{company.decimal(left.net)} of line {line.line_number} are left", field=f"{field}.amount",
                value=said.amount,
            )  # fmt: skip
    else:
        net = rounded_ratio(left.net * quantity, left.quantity)
    tax = left.tax if net == left.net else rounded_ratio(left.tax * net, left.net)
    return Taken(line, quantity, net, tax)


def note_columns(taken: Sequence[Taken]) -> list[dict[str, Any]]:
    """The columns of the note's lines."""
    return [
        {
            "item_id": part.line.item_id, "description": part.line.description, "quantity": part.quantity,
            "entered_quantity": rounded_ratio(
                part.quantity * part.line.unit_denominator, part.line.unit_numerator
            ),
            "entered_unit_id": part.line.entered_unit_id, "unit_numerator": part.line.unit_numerator,
            "unit_denominator": part.line.unit_denominator,
            "unit_price": part.line.unit_price if part.quantity else 0, "discount_rate": part.line.discount_rate,
            "tax_code_id": part.line.tax_code_id, "net_amount": part.net, "tax_amount": part.tax,
            "gross_amount": part.net + part.tax,
        }
        for part in taken
    ]  # fmt: skip


@dataclass(frozen=True)
class Settled:
    """How a note is posted, company currency: its partner's side, and its net per part, freight and tax (positive)."""

    partner_side: list[Posting]
    nets: list[int]
    freight: int
    tax: int
    advance: int  # minor units of the document's currency


def settled(
    work: Work,
    company: Company,
    direction: Direction,
    invoice: Row[Any],
    note_id: int,
    on: date,
    nets: Sequence[int],
    freight: int,
    tax: int,
) -> Settled:
    """Allocate a note to its invoice as far as that is open, keep the rest as an advance, and spread what it is worth.

    Receivable or payable leave with the share that they were posted with, so nets take what rounding leaves over.
    """
    gross = sum(nets) + freight + tax
    opened = as_open(work, company, invoice.id)
    part = min(gross, opened.gross_amount - int(opened.allocated))
    side = allocate(work, company, direction, note_id, on, [(opened, part)]) if part else []
    if gross > part:
        in_company = converted(gross - part, invoice.exchange_rate)
        side.append(
            Posting(
                account_id=account_of(work, company.id, direction.advance_role), amount=-direction.sign * in_company,
                document_amount=-direction.sign * (gross - part), partner_id=invoice.partner_id,
            )
        )  # fmt: skip
    worth = -direction.sign * sum(posting.amount for posting in side)
    tax_worth, freight_worth = converted(tax, invoice.exchange_rate), converted(freight, invoice.exchange_rate)
    spread = split(worth - tax_worth - freight_worth, nets)
    if not any(nets) and any(spread):
        spread, tax_worth = [0] * len(nets), worth - freight_worth
    return Settled(side, spread, freight_worth, tax_worth, gross - part)
