"""Numbers without gaps: a series per company and document type, drawn inside the command's own transaction.

A refused command gives its number back with everything else; with one writer at a time numbers follow commit order.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.sql import Executable

from transactions.kernel.tables import number_series

if TYPE_CHECKING:
    from transactions.kernel.work import Work

_series = select(number_series).where(
    number_series.c.company_id == bindparam("company_id"),
    number_series.c.document_type == bindparam("document_type"),
).order_by(number_series.c.id)  # fmt: skip


def add_series(work: "Work", company_id: int, document_type: str, prefix: str, reset: str = "never") -> None:
    """Found a series; its numbers are the prefix, the year or month where it resets by these, and six digits."""
    work.insert(
        number_series, company_id=company_id, document_type=document_type, prefix=prefix, reset=reset, reset_value=""
    )


def series_questions(company_id: int, *document_types: str) -> list[tuple[Executable, dict[str, Any]]]:
    """What `next_number` is going to ask, for `Work.foresee`."""
    return [(_series, {"company_id": company_id, "document_type": name}) for name in document_types]


def next_number(work: "Work", company_id: int, document_type: str, on: date) -> str:
    """Draw the next number for a document of that date."""
    known = work.series.get((company_id, document_type))
    if known is None:
        rows = work.rows(_series, company_id=company_id, document_type=document_type)
        known = {row.reset_value: dict(row._mapping) for row in rows}
        work.series[company_id, document_type] = known
    founding = known[""]
    reset_value = {"never": "", "year": f"{on:%Y}", "month": f"{on:%Y%m}"}[founding["reset"]]
    series = known.get(reset_value)
    if series is None:
        series = {**founding, "id": work.next_id(), "reset_value": reset_value, "next_value": 1}
        known[reset_value] = series
        work.insert(number_series, **{name: value for name, value in series.items() if name != "row_version"})
    drawn = series["next_value"]
    series["next_value"] = drawn + 1
    work.touched_series[series["id"]] = series
    return f"{series['prefix']}{reset_value}{'-' if reset_value else ''}{drawn:06d}"
