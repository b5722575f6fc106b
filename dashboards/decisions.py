"""A planner's decisions on suggestions: what is sent to the door, and what this session has decided since the build.

A decision names the build it was made from. The key of the command is made of its content, so that a second click, or
a second try after a lost answer, makes nothing twice.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.door import carry_out
from dashboards.frame import View
from dashboards.language import _
from transactions.kernel.refusal import Refusal

PERMISSION = "planning.decision"
MEMORY = "decided"


def decide(view: View, suggestions: Sequence[Mapping[str, Any]], decision: str, **figures: Any) -> None:
    """Carry out one decision on each suggestion, and remember for the page what became of it."""
    memory: dict[str, str] = st.session_state.setdefault(MEMORY, {})
    made, refused = [], []
    for suggestion in suggestions:
        data = {
            "suggestion_id": suggestion["suggestion_id"],
            "build_id": suggestion["build_id"],
            "decision": decision,
            **({"company": view.company_code} if view.company_code else {}),
            **{name: value for name, value in figures.items() if value not in (None, "")},
        }
        try:
            answer = carry_out(view.actor, "decide_suggestion", data, command_key(view.actor.username, data))
        except Refusal as refusal:
            refused.append(f"{suggestion['item_code']}: {refusal}")
            continue
        memory[str(suggestion["suggestion_id"])] = str(answer.get("number") or "")
        if answer.get("number"):
            made.append((str(answer["number"]), int(answer["document_id"])))
    st.session_state["decisions_made"] = decisions_made() + 1
    st.session_state["decided_now"] = {"made": made, "refused": refused, "count": len(suggestions) - len(refused)}


def command_key(username: str, data: Mapping[str, Any]) -> str:
    """The same for the same decision of the same user."""
    content = json.dumps([username, data], sort_keys=True, default=str, ensure_ascii=False)
    return "board-" + hashlib.sha256(content.encode()).hexdigest()[:40]


def decided_here() -> set[str]:
    """Suggestions that this session decided; the next build knows them."""
    return set(st.session_state.get(MEMORY, {}))


def decisions_made() -> int:
    """How often this session decided; a table named by it forgets the rows that were chosen before."""
    return int(st.session_state.get("decisions_made", 0))


def report_decisions(view: View) -> None:
    """Say once what came of the last decision, with links to the documents made."""
    outcome = st.session_state.pop("decided_now", None)
    if not outcome:
        return
    if outcome["count"]:
        st.success(
            _("{count} decided. The next refresh plans with it.", count=outcome["count"]), icon=":material/check:"
        )
        with st.container(horizontal=True, gap="small"):
            for number, document_id in outcome["made"][:12]:
                st.page_link(
                    view.pages["document"],
                    label=number,
                    icon=":material/description:",
                    query_params={"id": str(document_id)},
                )
    for text in outcome["refused"][:5]:
        st.error(text)
