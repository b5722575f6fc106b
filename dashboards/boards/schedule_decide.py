"""What planners decide on the Schedule board, sent to the door: pins, and approvals of a schedule."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.decisions import command_key
from dashboards.door import carry_out
from dashboards.frame import View
from dashboards.refusals import refused_because
from transactions.kernel.refusal import Refusal

DECIDES = "production.schedule"


def approval(build_id: str, operations: pl.DataFrame) -> dict[str, Any]:
    """The command that approves these operations of a build, order by order."""
    orders: dict[str, list[dict[str, Any]]] = {}
    for row in operations.sort("work_order_number", "sequence").iter_rows(named=True):
        orders.setdefault(row["work_order_number"], []).append(
            {
                "sequence": row["sequence"],
                "start": row["planned_start"].isoformat(),
                "end": row["planned_end"].isoformat(),
            }
        )
    return {
        "build_id": build_id,
        "orders": [{"order": number, "operations": parts} for number, parts in orders.items()],
    }


def carry_decision(view: View, command: str, data: dict[str, Any], done: str) -> None:
    """Carry a decision out and say after the next run what became of it."""
    if view.company_code:
        data = {**data, "company": view.company_code}
    turn_of = st.session_state.get("schedule-decisions", 0)
    try:
        carry_out(view.actor, command, data, command_key(view.actor.username, {**data, "turn": turn_of, "do": command}))
    except Refusal as refusal:
        st.session_state["schedule-refused"] = refused_because(refusal)
    else:
        st.session_state["schedule-done"] = done
        st.session_state["schedule-decisions"] = turn_of + 1
    st.rerun()


def report_decision() -> None:
    """What became of the last decision."""
    done, refused = (st.session_state.pop(f"schedule-{name}", None) for name in ("done", "refused"))
    if done:
        st.success(done, icon=":material/check:")
    if refused:
        st.error(refused, icon=":material/error:")
