"""A document: found by reference, numbered when confirmed, its states appended as events, its lines linked onwards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, bindparam, case, func, or_, select

from transactions.document.tables import document, document_event, document_line, line_link
from transactions.kernel.exact import NANO, from_micro
from transactions.kernel.numbering import next_number, series_questions
from transactions.kernel.refusal import AlreadyExists, NotFound, Refusal, WrongState
from transactions.master.company import Company
from transactions.master.lookup import in_force
from transactions.master.tables import exchange_rate

if TYPE_CHECKING:
    from transactions.kernel.work import Work

NUMBER_PREFIX = {
    "sales_order": "SO", "delivery": "DN", "customer_invoice": "SI", "customer_return": "CR", "customer_payment": "CP",
    "purchase_requisition": "RQ", "purchase_order": "PO", "goods_receipt": "GR", "inspection": "QI",
    "supplier_bill": "PB", "supplier_return": "SR", "supplier_payment": "SP", "landed_cost": "LC",
    "opening_stock": "OS", "adjustment": "AJ", "transfer": "TR", "work_order": "WO", "material_issue": "MI",
    "time_booking": "TB", "output": "OP", "journal_entry": "JE", "credit_note": "CN", "debit_note": "DB",
    "scrap": "SC",
}  # fmt: skip


class QuantityExceedsOpen(Refusal):
    """More is asked for than is still open on the line."""

    status = 409


class QuantityIsTooFine(Refusal):
    """In the base unit the quantity would have more than six decimals."""


class RateIsMissing(Refusal):
    """There is no exchange rate for a foreign currency on the date."""


_head = select(document).where(
    document.c.company_id == bindparam("company_id"), document.c.document_type == bindparam("document_type")
)
_by_id = _head.where(document.c.id == bindparam("reference"))
_by_number = _head.where(
    or_(document.c.number == bindparam("reference"), document.c.external_number == bindparam("reference"))
).order_by(case((document.c.number == bindparam("reference"), 0), else_=1))  # our own number before another's
_lines = select(document_line).where(document_line.c.document_id == bindparam("document_id")).order_by(
    document_line.c.line_number
)  # fmt: skip


@cache
def _followed(link_types: tuple[str, ...]) -> Select[Any]:
    """The lines of a document, and beside each how much of it links of these types follow up."""
    followed = [
        select(func.sum(line_link.c.quantity))
        .where(line_link.c.from_line_id == document_line.c.id, line_link.c.link_type == link_type)
        .scalar_subquery()
        .label(f"followed_{link_type}")
        for link_type in link_types
    ]
    return (
        select(document_line, *followed)
        .where(document_line.c.document_id == bindparam("document_id"))
        .order_by(document_line.c.line_number)
    )


_linked = (
    select(line_link.c.from_line_id, func.sum(line_link.c.quantity).label("quantity"))
    .select_from(line_link.join(document_line, document_line.c.id == line_link.c.from_line_id))
    .where(document_line.c.document_id == bindparam("document_id"), line_link.c.link_type == bindparam("link_type"))
    .group_by(line_link.c.from_line_id)
)


def add_document(
    work: "Work",
    company: Company,
    document_type: str,
    *,
    effective_date: date,
    state: str | tuple[str, ...],
    partner_id: int | None = None,
    currency: str | None = None,
    rate: int | None = None,
    **columns: Any,
) -> tuple[int, str | None]:
    """Add a head with its first event; drafts get no number, everything else draws one. Returns id and number.

    Amounts left out are 0. The exchange rate is the one in force on the day unless given (nano). Several
    states are taken one after the other, the same day.
    """
    external_number = columns.get("external_number")
    if external_number is not None:
        _refuse_known_external_number(work, company, document_type, external_number)
    currency = currency or company.currency
    states = (state,) if isinstance(state, str) else state
    number = None if states[-1] == "draft" else next_number(work, company.id, document_type, effective_date)
    row = {
        "net_amount": 0, "tax_amount": 0, "freight_amount": 0, "gross_amount": 0,
        "exchange_rate": rate or rate_on(work, company, currency, effective_date),
    } | columns  # fmt: skip
    document_id = work.insert(
        document, company_id=company.id, document_type=document_type, number=number, state=states[-1],
        effective_date=effective_date, partner_id=partner_id, currency=currency, created_by=work.user_id,
        recorded_at=work.recorded_at, **row,
    )  # fmt: skip
    for taken in states:
        _append_event(work, document_id, taken, effective_date)
    return document_id, number


def add_line(work: "Work", document_id: int, line_number: int, **columns: Any) -> int:
    """Add a line; entered quantity and unit are the base ones unless given, amounts left out are 0. Returns its id."""
    row = {
        "entered_quantity": columns.get("quantity", 0), "unit_numerator": 1, "unit_denominator": 1, "unit_price": 0,
        "discount_rate": 0, "net_amount": 0, "tax_amount": 0, "gross_amount": 0, "quantity": 0,
    } | columns  # fmt: skip
    return work.insert(document_line, document_id=document_id, line_number=line_number, **row)


def add_lines(work: "Work", document_id: int, count: int, **columns: Any) -> list[int]:
    """Add so many lines, numbered from one: as `add_line`; a list holds a value for each line. Returns their ids."""
    row = {
        "line_number": list(range(1, count + 1)), "entered_quantity": columns.get("quantity", 0), "unit_numerator": 1,
        "unit_denominator": 1, "unit_price": 0, "discount_rate": 0, "net_amount": 0, "tax_amount": 0, "gross_amount": 0,
        "quantity": 0,
    } | columns  # fmt: skip
    return work.insert_many(document_line, count, document_id=document_id, **row)


def link(
    work: "Work", link_type: str, from_line_id: int, to_line_id: int, quantity: int, on: date, amount: int = 0
) -> None:
    """Say that the later line follows up the earlier one with so much of it. amount: minor, company currency."""
    work.insert(
        line_link, link_type=link_type, from_line_id=from_line_id, to_line_id=to_line_id, quantity=quantity,
        amount=amount, effective_date=on, recorded_at=work.recorded_at,
    )  # fmt: skip


def document_named(work: "Work", company: Company, document_type: str, reference: str | int, field: str) -> Row[Any]:
    """The document of that number, external number or id."""
    statement = _by_id if isinstance(reference, int) else _by_number
    found = work.first(statement, company_id=company.id, document_type=document_type, reference=reference)
    if found is None:
        raise NotFound(f"there is no {_noun(document_type)} {reference!r}", field=field, value=reference)
    return found


def lines_of(work: "Work", document_id: int) -> list[Row[Any]]:
    return work.rows(_lines, document_id=document_id)


def foresee_document(
    work: "Work", company: Company, document_type: str, reference: str | int, link_types: Sequence[str], *draws: str
) -> None:
    """Ask at once for a document that is named by its id, its lines as `followed_lines` does, and for the series of
    numbers that will be drawn from."""
    questions = series_questions(company.id, *draws)
    if isinstance(reference, int):
        head = {"company_id": company.id, "document_type": document_type, "reference": reference}
        questions.append((_by_id, head))
        if link_types:
            questions.append((_followed(tuple(link_types)), {"document_id": reference}))
    work.foresee(*questions)


def followed_lines(work: "Work", document_id: int, *link_types: str) -> tuple[list[Row[Any]], list[dict[int, int]]]:
    """The document's lines, and for each type of link what `linked_quantities` says, all read at once."""
    lines = work.rows(_followed(link_types), document_id=document_id)
    names = [f"followed_{link_type}" for link_type in link_types]
    return lines, [
        {line.id: int(line._mapping[name]) for line in lines if line._mapping[name] is not None} for name in names
    ]


def linked_quantities(work: "Work", document_id: int, link_type: str) -> dict[int, int]:
    """By line id: how much of the document's lines has been followed up by links of that type."""
    rows = work.rows(_linked, document_id=document_id, link_type=link_type)
    return {row.from_line_id: int(row.quantity) for row in rows}


_first, _second = line_link.alias("first"), line_link.alias("second")
_followed_on = (
    select(_first.c.from_line_id, func.sum(_second.c.quantity).label("quantity"))
    .select_from(
        _first.join(_second, _second.c.from_line_id == _first.c.to_line_id).join(
            document_line, document_line.c.id == _first.c.from_line_id
        )
    )
    .where(
        document_line.c.document_id == bindparam("document_id"),
        _first.c.link_type == bindparam("link_type"),
        _second.c.link_type == bindparam("then_link_type"),
    )
    .group_by(_first.c.from_line_id)
)


def followed_quantities(work: "Work", document_id: int, link_type: str, then_link_type: str) -> dict[int, int]:
    """By line id: how much of what followed the document's lines up was itself followed up: received and sent back."""
    rows = work.rows(_followed_on, document_id=document_id, link_type=link_type, then_link_type=then_link_type)
    return {row.from_line_id: int(row.quantity) for row in rows}


def open_quantities(work: "Work", lines: Iterable[Row[Any]], link_type: str) -> dict[int, int]:
    """By line id: quantity − Σ links of that type, for the lines of one document."""
    lines = list(lines)
    done = linked_quantities(work, lines[0].document_id, link_type) if lines else {}
    return {line.id: line.quantity - done.get(line.id, 0) for line in lines}


def chosen_lines(
    lines: Sequence[Row[Any]],
    open_by_line: Mapping[int, int],
    asked: Sequence[tuple[int, int]] | None,
) -> list[tuple[Row[Any], int, str]]:
    """What a follow-up takes: (line, quantity, field in the command).

    asked: (line number, micro quantity in the line's entered unit) pairs, or None for all that is open. More than is
    open is refused, and so is nothing being open at all.
    """
    if asked is None:
        taken = [(line, open_by_line[line.id], "lines") for line in lines if open_by_line[line.id] > 0]
        if not taken:
            raise QuantityExceedsOpen("nothing is open on the document any more", field="lines", value=None)
        return taken
    by_number = {line.line_number: line for line in lines}
    taken, left = [], dict(open_by_line)
    for position, (line_number, entered) in enumerate(asked):
        line = by_number.get(line_number)
        if line is None:
            raise NotFound("the document has no such line", field=f"lines.{position}.line", value=line_number)
        field = f"lines.{position}.quantity"
        quantity = base_quantity(entered, line.unit_numerator, line.unit_denominator, field)
        if quantity > left[line.id]:
            raise QuantityExceedsOpen(
                f"{from_micro(max(left[line.id], 0))} of line {line_number} are open, {from_micro(quantity)} asked",
                field=field, value=str(from_micro(quantity)),
            )  # fmt: skip
        left[line.id] -= quantity
        taken.append((line, quantity, field))
    return taken


def require_state(head: Row[Any], *states: str, field: str) -> None:
    """Refuse a document that stands in another state."""
    if head.state not in states:
        raise WrongState(
            f"the {_noun(head.document_type)} is {head.state}; it must be {' or '.join(states)}",
            field=field, value=head.number or head.external_number or head.id,
        )  # fmt: skip


def change_state(work: "Work", head: Row[Any], state: str, on: date) -> str | None:
    """Move the document to a state and append the event; a draft draws its number, unless it is cancelled."""
    values: dict[str, Any] = {"state": state}
    number: str | None = head.number
    if number is None and state not in ("draft", "cancelled"):
        company_id = head.company_id
        number = values["number"] = next_number(work, company_id, head.document_type, head.effective_date)
    work.update(document, head.id, read=head, **values)
    _append_event(work, head.id, state, on)
    return number


def rate_on(work: "Work", company: Company, currency: str, on: date, field: str = "currency") -> int:
    """Nano company currency for one unit of the currency, in force on the day; 1 for the company's own."""
    if currency == company.currency:
        return NANO
    found = in_force(work, exchange_rate, on, company_id=company.id, currency=currency)
    if found is None:
        raise RateIsMissing(
            f"there is no exchange rate of {currency} on {on}; set_exchange_rate records one",
            field=field,
            value=currency,
        )
    rate: int = found.rate
    return rate


def base_quantity(entered: int, numerator: int, denominator: int, field: str = "quantity") -> int:
    """Micro base units of so many micro entered units; refused rather than rounded."""
    scaled, rest = divmod(entered * numerator, denominator)
    if rest:
        raise QuantityIsTooFine(
            "the quantity is no whole number of millionths of the base unit",
            field=field,
            value=str(from_micro(entered)),
        )
    return scaled


def _append_event(work: "Work", document_id: int, state: str, on: date) -> None:
    work.insert(
        document_event, document_id=document_id, state=state, effective_date=on, user_id=work.user_id,
        recorded_at=work.recorded_at,
    )  # fmt: skip


_external = select(document.c.id).where(
    document.c.company_id == bindparam("company_id"), document.c.document_type == bindparam("document_type"),
    document.c.external_number == bindparam("external_number"),
)  # fmt: skip


def _refuse_known_external_number(work: "Work", company: Company, document_type: str, external_number: str) -> None:
    known = work.first(_external, company_id=company.id, document_type=document_type, external_number=external_number)
    if known is not None:
        raise AlreadyExists(
            f"another {_noun(document_type)} has that external number", field="external_number", value=external_number
        )


def _noun(document_type: str) -> str:
    return document_type.replace("_", " ")
