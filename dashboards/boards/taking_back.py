"""Hours and outputs that were recorded wrongly are taken back where they are looked at: on the page of the document."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.decisions import command_key
from dashboards.door import carry_out
from dashboards.frame import View
from dashboards.language import _
from dashboards.refusals import refused_because
from transactions.kernel.refusal import Refusal

# By document type: the command, its field, the right that it asks for.
TAKES_BACK = {
    "time_booking": ("take_back_time", "booking", "production.time"),
    "output": ("take_back_output", "output", "production.output"),
}


def take_back(view: View, head: dict[str, Any], links: pl.DataFrame) -> None:
    """The form that takes the document back, for whoever may and as long as nothing says that it was."""
    _report()
    command, field, right = TAKES_BACK.get(head["document_type"], ("", "", ""))
    if not command or not view.actor.may(right) or "taken_back" in links["link_type"].to_list():
        return
    with (
        st.expander(_("Was it wrong? Take it back"), icon=":material/undo:"),
        st.form("take-back", border=False),
    ):
        if head["document_type"] == "output":
            st.caption(_("All of it: what was good, scrapped and beside, and the material that its back-flush issued."))
        else:
            st.caption(_("All of it: its minutes count no more, as if they had never been booked."))
        latest = max(head["effective_date"], view.edition.as_of)
        day = st.date_input(_("Day"), latest, min_value=head["effective_date"], format="YYYY-MM-DD")
        reason = st.text_input(_("Reason"), max_chars=2000)
        if not st.form_submit_button(_("Take it back"), icon=":material/undo:"):
            return
    data = {field: int(head["document_id"]), "effective_date": str(day)}
    data |= {"reason": reason} if reason else {}
    data |= {"company": view.company_code} if view.company_code else {}
    try:
        answer = carry_out(view.actor, command, data, command_key(view.actor.username, data))
    except Refusal as refusal:
        st.session_state["taken-back"] = (False, refused_because(refusal))
    else:
        told = _("{number} takes it back; boards show it after the next refresh.", number=str(answer["number"]))
        st.session_state["taken-back"] = (True, told)
    st.rerun()


def _report() -> None:
    """What became of the last try."""
    done, told = st.session_state.pop("taken-back", (None, ""))
    if done:
        st.success(told, icon=":material/check:")
    elif done is not None:
        st.error(told, icon=":material/error:")
