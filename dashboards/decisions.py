"""A planner's decisions on suggestions: what is sent to the door, and what this session has decided since the build.

A decision is on suggestions as they were seen: the rows that the page showed when its button was drawn. It names the
build that they come from; where a newer one says otherwise the difference is shown before anything is decided. The key
of the command is made of its content, so that a second click, or a second try after a lost answer, makes nothing twice.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards.door import carry_out, door
from dashboards.frame import View
from dashboards.language import _
from dashboards.refusals import refused_because
from transactions import approval_limit_of
from transactions.kernel.refusal import Refusal

PERMISSION = "planning.decision"
ORDERING = "purchasing.order"
DECIDED, FOLLOWED = "decided", "messages-followed"  # in the session: what was done, with its document and moment
PENDING = "decision-asked"
LINKS_SHOWN, REFUSALS_SHOWN = 4, 5
COMPARED = ("kind", "item_code", "warehouse_code", "from_warehouse_code", "supplier_code", "quantity", "due_date")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Right:
    """What the user may approve: up to limit (None: any value) in company currency, and nothing they submitted."""

    username: str
    limit: Decimal | None

    def is_own(self, suggestion: Row) -> bool:
        return bool(suggestion["decision"] == "submit" and suggestion["decided_by"] == self.username)

    def is_above(self, suggestion: Row) -> bool:
        """Whether it is worth more than the limit, or nobody knows what it is worth."""
        value = suggestion.get("value_amount")
        return self.limit is not None and (value is None or bool(value > self.limit))


def right_of(view: View) -> Right:
    """The right of whoever looks."""
    limit = approval_limit_of(door(), view.actor, view.company_code or None)
    return Right(view.actor.username, limit)


@dataclass
class Outcome:
    """What came of decisions: documents made (number, id) by suggestion, refusals by item. submitted: to another."""

    count: int = 0
    submitted: int = 0
    made: list[tuple[str, int]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def ask_for(decision: str, rows: Sequence[Row]) -> None:
    """As a button's callback: remember what is to be decided on which rows, as they were seen."""
    st.session_state[PENDING] = {"decision": decision, "rows": [dict(row) for row in rows]}


def asked_for() -> tuple[str, list[dict[str, Any]]] | None:
    """What a button asked for in this run; told once."""
    pending = st.session_state.pop(PENDING, None)
    return (pending["decision"], pending["rows"]) if pending and pending["rows"] else None


def as_now(view: View, seen: Sequence[Row]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the present build that are still to decide, and how they differ from what was seen.

    A difference: item_code, figure (or None where the suggestion has gone or was decided), before, now.
    """
    ids = " ".join(str(row["suggestion_id"]) for row in seen)
    found = {row["suggestion_id"]: row for row in view.ask("mrp_chosen", suggestions=ids).iter_rows(named=True)}
    present: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for row in seen:
        now = found.get(row["suggestion_id"])
        if now is None or now["state"] in ("approved", "firm", "closed"):
            differences.append({"item_code": row["item_code"], "figure": None, "before": row["quantity"], "now": None})
            continue
        present.append(now)
        differences += [
            {"item_code": row["item_code"], "figure": name, "before": row.get(name), "now": now.get(name)}
            for name in COMPARED
            if name in row and row[name] != now[name]
        ]
    return present, differences


def decide(
    view: View, suggestions: Sequence[Row], decision: str, *, told: Callable[[int], None] | None = None, **figures: Any
) -> Outcome:
    """Carry out one decision on each suggestion, and remember for the page what became of it.

    told: is given how many are done.
    """
    outcome = Outcome()
    for place, suggestion in enumerate(suggestions, start=1):
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
            outcome.refused.append(f"{suggestion['item_code']}: {refused_because(refusal)}")
            continue
        finally:
            if told is not None:
                told(place)
        note_done(DECIDED, str(suggestion["suggestion_id"]), str(answer.get("number") or ""))
        outcome.count += 1
        outcome.submitted += decision == "submit"
        if answer.get("number"):
            outcome.made.append((str(answer["number"]), int(answer["document_id"])))
    remember(outcome)
    return outcome


def order(view: View, outcome: Outcome, bought: Sequence[str]) -> None:
    """Order what the requisitions just made ask for, one purchase order per supplier; told with the decisions.

    bought: the numbers of the requisitions.
    """
    data = {
        "requisitions": list(bought),
        "order_date": view.edition.as_of.isoformat(),
        **({"company": view.company_code} if view.company_code else {}),
    }
    try:
        answer = carry_out(view.actor, "order_requisitions", data, command_key(view.actor.username, data))
    except Refusal as refusal:
        outcome.refused.append(refused_because(refusal))
    else:
        outcome.made = [(str(made["number"]), int(made["id"])) for made in answer["orders"]] + outcome.made
    remember(outcome)


def remember(outcome: Outcome) -> None:
    st.session_state["decisions_made"] = decisions_made() + 1
    st.session_state["decided_now"] = outcome


def command_key(username: str, data: Mapping[str, Any]) -> str:
    """The same for the same decision of the same user."""
    content = json.dumps([username, data], sort_keys=True, default=str, ensure_ascii=False)
    return "board-" + hashlib.sha256(content.encode()).hexdigest()[:40]


def note_done(kind: str, name: str, number: str = "") -> None:
    """Remember that something was decided or carried out just now, and which document it made."""
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    st.session_state.setdefault(kind, {})[name] = (number, moment)


def documents_made(names: Sequence[str]) -> list[str]:
    """The numbers of the documents that this session made of these suggestions."""
    done: Mapping[str, tuple[str, str]] = st.session_state.get(DECIDED, {})
    return [done[name][0] for name in names if name in done and done[name][0]]


def undecided(view: View) -> dict[str, str]:
    """As filters of the plan's questions: without what this session decided or carried out after the build began.

    The id of a build is the moment at which it began; it knows all that was recorded before.
    """
    filters = {}
    for name, kind in (("decided", DECIDED), ("followed", FOLLOWED)):
        done: Mapping[str, tuple[str, str]] = st.session_state.get(kind, {})
        ids = sorted(each for each, (_number, moment) in done.items() if moment >= view.edition.build_id)
        if ids:
            filters[name] = " ".join(ids)
    return filters


def decisions_made() -> int:
    """How often this session decided; a table named by it forgets the rows that were chosen before."""
    return int(st.session_state.get("decisions_made", 0))


def report_decisions(view: View) -> None:
    """Say once what came of the last decision, in a line with links to the documents made."""
    outcome: Outcome | None = st.session_state.pop("decided_now", None)
    if outcome is None:
        return
    if outcome.count:
        said = _("{count} decided. The next refresh plans with it.", count=outcome.count)
        if outcome.submitted:
            said += " " + _("Of them {count} wait for somebody who may approve more.", count=outcome.submitted)
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="decisions-report"):
            st.markdown(f":green[:material/check:] {said}", width="content")
            for number, document_id in outcome.made[:LINKS_SHOWN]:
                view.link("document", number, ":material/description:", id=str(document_id))
            if len(outcome.made) > LINKS_SHOWN:
                st.caption(_("and {count} more", count=len(outcome.made) - LINKS_SHOWN), width="content")
    report_refused(outcome.refused)


def report_refused(refused: Sequence[str]) -> None:
    """What was refused and why, the first few in full."""
    if refused:
        rest = len(refused) - REFUSALS_SHOWN
        more = [_("and {count} more", count=rest)] if rest > 0 else []
        st.error("  \n".join([*refused[:REFUSALS_SHOWN], *more]), icon=":material/block:")
