"""An inspection asked for: goods that came in, from a supplier or back from a customer, wait for somebody's decision.

One inspection per line and lot, confirmed when it is made; `decide_inspection` ends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from transactions.document.document import add_document, add_line, link
from transactions.document.tables import inspection
from transactions.kernel.refusal import StageIsOff
from transactions.kernel.stage import require_stage
from transactions.master.company import Company

if TYPE_CHECKING:
    from transactions.kernel.work import Work


@dataclass(frozen=True)
class Waiting:
    """So much (micro) of the line that brought it, of one lot or none."""

    line_id: int
    item_id: int
    description: str | None
    quantity: int
    lot_id: int | None


INSPECTION_STAGE = 3


def require_inspections(work: "Work", company_code: str | None) -> None:
    """Refuse goods that wait for an inspection in a company that has not switched on how one is decided."""
    try:
        require_stage(work, INSPECTION_STAGE, company_code)
    except StageIsOff:
        raise StageIsOff(
            "inspections are decided from stage 3 (make) on; until then goods go straight into stock",
            field="inspect", value=True,
        ) from None  # fmt: skip


def add_inspections(
    work: "Work",
    company: Company,
    on: date,
    waiting: Sequence[Waiting],
    *,
    origin_document_id: int,
    partner_id: int | None,
    warehouse_id: int,
    external_number: str | None,
) -> list[dict[str, Any]]:
    """Id and number of an inspection for each that waits.

    external_number: of the document that brought the goods; several inspections add their position to it.
    """
    made = []
    for position, goods in enumerate(waiting, start=1):
        document_id, number = add_document(
            work, company, "inspection", effective_date=on, state="confirmed", partner_id=partner_id,
            warehouse_id=warehouse_id, origin_document_id=origin_document_id,
            external_number=(
                external_number
                if external_number is None or len(waiting) == 1
                else f"{external_number}-{position}"
            ),
        )  # fmt: skip
        line_id = add_line(
            work, document_id, 1, item_id=goods.item_id, description=goods.description, quantity=goods.quantity,
            lot_id=goods.lot_id,
        )  # fmt: skip
        work.insert(inspection, document_id=document_id, accepted_quantity=0, rejected_quantity=0)
        link(work, "inspection", goods.line_id, line_id, goods.quantity, on)
        made.append({"id": document_id, "number": number})
    return made
