"""Settlement: the pending cost rows of the published build become journal entries, through the door.

It runs daily and at period close, never per refresh. A build settles once: its id is in the command and in its key.
A period is closed by settling what is pending and then locking it; what comes later corrects the first open one.
"""

from datetime import date
from pathlib import Path
from typing import Any

from dbt_project.published import published_build
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from transactions import Door

PENDING = """
    select company, last_settlement_id, period, account, event, item, sales_order_line_id, debit, credit
    from marts.fct_settlement_due
    order by company, period, event, account, item, sales_order_line_id
"""


def settle_published_build(home: Path, door: Door, actor: str) -> list[dict[str, Any]]:
    """Posts what the published build says is due; one answer of `settle_cost` per company that has pending rows."""
    build = published_build(home)
    with build.open("full") as connection:
        pending = connection.execute(PENDING).fetchall()
    orders: dict[str, dict[str, Any]] = {}
    for company, last_settlement_id, period, account, event, item, sales_order_line_id, debit, credit in pending:
        order = orders.setdefault(
            company,
            {
                "company": company,
                "build_id": build.build_id,
                "as_of": build.manifest["as_of"],
                "last_settlement_id": last_settlement_id,
                "rows": [],
            },
        )
        row = {"period": period, "account": account, "event": event, "debit": str(debit), "credit": str(credit)}
        if item is not None:
            row["item"] = item
        if sales_order_line_id is not None:
            row["sales_order_line_id"] = sales_order_line_id
        order["rows"].append(row)
    return [
        {"company": company}
        | door.execute("settle_cost", order, actor, f"settle {company} {build.build_id}")
        | {"row_count": len(order["rows"])}
        for company, order in orders.items()
    ]


def close_period(
    home: Path,
    door: Door,
    actor: str,
    period: str,
    *,
    company: str | None = None,
    as_of: date | None = None,
    dbt: DbtRun | None = None,
) -> list[dict[str, Any]]:
    """Settles a new build, then locks the period, so that it keeps what is known of it; the answers of `settle_cost`.

    company: code, by default the first. as_of: business date of the build, by default today. Errors: `RefreshFailed`,
    and the refusals of `settle_cost` and `lock_period`; what was settled before a refused lock stays.
    """
    refresh(home, door.engine, clock=door.clock, as_of=as_of, wait=True, dbt=dbt)
    answers = settle_published_build(home, door, actor)
    lock = {"period": period} | ({"company": company} if company else {})
    door.execute("lock_period", lock, actor)
    return answers
