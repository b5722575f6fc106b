"""Stages: a company switches on what it has learnt to use; a command of a later stage is refused in a sentence."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from transactions.kernel.database import metadata
from transactions.kernel.refusal import StageIsOff

if TYPE_CHECKING:
    from transactions.kernel.work import Work

STAGES = {1: "trade", 2: "books", 3: "make", 4: "loop"}


def require_stage(work: "Work", stage: int, company_code: str | None) -> None:
    """Refuse if the company (left out: the first made) has not switched the stage on; before any company all are on."""
    stages = work.masters.get("stages")
    if stages is None:
        company = metadata.tables["company"]
        rows = work.rows(select(company.c.code, company.c.stage).order_by(company.c.id))
        stages = work.masters["stages"] = {row.code: row.stage for row in rows}
    reached = stages.get(company_code, 4) if company_code else next(iter(stages.values()), 4)
    if stage > reached:
        raise StageIsOff(
            f"stage {stage} ({STAGES[stage]}) is switched off; the company stands at {reached} ({STAGES[reached]})",
            field="stage", value=stage,
        )  # fmt: skip
