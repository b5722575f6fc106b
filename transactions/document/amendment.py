"""An amendment of an order: what changed on which line, from what to what, and why. The line holds what holds now.

Quantities never fall below what was followed up already. A line is priced anew when its quantity or price changes; what
was invoiced or billed of it keeps the price it had. Tax by code is computed anew on the document; a tax that was stated
follows its line's net amount.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from transactions.document.document import base_quantity, lines_of
from transactions.document.pricing import spread_tax, totals
from transactions.document.tables import document, document_line, document_revision
from transactions.kernel.exact import MICRO, from_micro, micro, priced, rounded_ratio
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.work import Work
from transactions.master.company import Company
from transactions.master.lookup import named
from transactions.master.tables import tax_code


class QuantityIsBelowDone(Refusal):
    """Less would be ordered than was already delivered, received, invoiced or billed."""

    status = 409


class NothingIsAmended(Refusal):
    """An amendment names a line and what of it changes."""


@dataclass(frozen=True)
class LineAmendment:
    """What a line shall say from now on; None: as before. In the line's own unit."""

    line_number: int
    quantity: Decimal | None
    unit_price: Decimal | None
    dates: Mapping[str, date | None]  # by column


def amend_order(
    work: Work,
    company: Company,
    head: Row[Any],
    amendments: Sequence[LineAmendment],
    done: Mapping[int, int],
    reason: str,
    on: date,
) -> None:
    """Write the lines as they are now, their head's amounts, and a revision for every field that changed.

    done: by line id, how much (micro, base unit) was followed up and cannot be taken back. on: the business date.
    """
    lines = {line.line_number: dict(line._mapping) for line in lines_of(work, head.id)}
    net_before = {line["id"]: line["net_amount"] for line in lines.values()}
    changed: dict[int, dict[str, Any]] = defaultdict(dict)
    for position, amendment in enumerate(amendments):
        field = f"lines.{position}"
        line = lines.get(amendment.line_number)
        if line is None:
            raise NotFound("the document has no such line", field=f"{field}.line", value=amendment.line_number)
        said = _said(line, amendment, field)
        if not said:
            raise NothingIsAmended("say what of the line changes", field=field, value=amendment.line_number)
        if said.get("quantity", line["quantity"]) < done.get(line["id"], 0):
            raise QuantityIsBelowDone(
                f"{from_micro(done[line['id']])} of line {amendment.line_number} are done already",
                field=f"{field}.quantity", value=str(amendment.quantity),
            )  # fmt: skip
        for name, value in said.items():
            if value != line[name]:
                changed[line["id"]][name] = value
                if name in REVISED:
                    _revise(work, head.id, line["id"], name, line[name], value, reason, on)
                line[name] = value
        # What a draft says is no promise yet: the first one is what stands there when it is confirmed.
        is_first = line["first_promised_date"] is None or (head.state == "draft" and "promised_date" in said)
        if is_first and line["promised_date"] != line["first_promised_date"]:
            line["first_promised_date"] = changed[line["id"]]["first_promised_date"] = line["promised_date"]
    _price_anew(work, company, lines.values(), changed)
    for line_id, values in changed.items():
        net = values.get("net_amount", net_before[line_id])
        if (
            net != net_before[line_id]
        ):  # what was known of a price is told by its net amount, also where that was stated
            _revise(work, head.id, line_id, "net_amount", net_before[line_id], net, reason, on)
        if values:
            work.update(document_line, line_id, **values)
    amounts: dict[str, Any] = dict(totals(list(lines.values()), head.freight_amount))
    if any(amounts[name] != getattr(head, name) for name in amounts):
        _revise(work, head.id, None, "gross_amount", head.gross_amount, amounts["gross_amount"], reason, on)
        work.update(document, head.id, **amounts)


REVISED = ("entered_quantity", "unit_price", "requested_date", "promised_date")


def _said(line: Mapping[str, Any], amendment: LineAmendment, field: str) -> dict[str, Any]:
    """The columns that the amendment states."""
    said: dict[str, Any] = {name: value for name, value in amendment.dates.items() if value is not None}
    if amendment.quantity is not None:
        entered = micro(amendment.quantity)
        said["entered_quantity"] = entered
        said["quantity"] = base_quantity(entered, line["unit_numerator"], line["unit_denominator"], f"{field}.quantity")
    if amendment.unit_price is not None:
        said["unit_price"] = micro(amendment.unit_price)
    return said


def _price_anew(work: Work, company: Company, lines: Any, changed: dict[int, dict[str, Any]]) -> None:
    """Net, tax and gross of the lines whose quantity or price changed, and the tax of their tax codes."""
    lines = list(lines)
    codes: set[int] = set()
    for line in lines:
        if changed[line["id"]].keys() & {"quantity", "unit_price"}:
            before = line["net_amount"]
            line["net_amount"] = priced(
                line["entered_quantity"], line["unit_price"], company.amount_exponent, line["discount_rate"]
            )
            if line["tax_code_id"] is not None:
                codes.add(line["tax_code_id"])
            elif before:
                line["tax_amount"] = rounded_ratio(line["tax_amount"] * line["net_amount"], before)
    for code_id in sorted(codes):
        of_code = [position for position, line in enumerate(lines) if line["tax_code_id"] == code_id]
        rate = named(work, tax_code, code_id, "lines", company.id).rate
        net = sum(lines[position]["net_amount"] for position in of_code)
        spread_tax(lines, of_code, rounded_ratio(net * rate, MICRO))
    for line in lines:
        gross = line["net_amount"] + line["tax_amount"]
        if gross != line["gross_amount"] or "unit_price" in changed[line["id"]] or "quantity" in changed[line["id"]]:
            line["gross_amount"] = gross
            changed[line["id"]] |= {name: line[name] for name in ("net_amount", "tax_amount", "gross_amount")}


def _revise(
    work: Work, document_id: int, line_id: int | None, field: str, old: Any, new: Any, reason: str, on: date
) -> None:
    """Append the revision; quantities and prices as decimals, amounts in minor units, dates as ISO."""

    def written(value: Any) -> str | None:
        if value is None:
            return None
        if field in ("entered_quantity", "unit_price"):
            return format(from_micro(value), "f")
        return str(value)

    work.insert(
        document_revision, document_id=document_id, line_id=line_id,
        field="quantity" if field == "entered_quantity" else field, old_value=written(old), new_value=written(new),
        reason=reason, user_id=work.user_id, effective_date=on, recorded_at=work.recorded_at,
    )  # fmt: skip
