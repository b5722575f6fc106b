"""Messages of the plan on orders on their way: chosen, shown as what would be done, then carried out order by order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.boards.mrp_columns import MESSAGES
from dashboards.decisions import PERMISSION, command_key, right_of
from dashboards.door import carry_out
from dashboards.frame import View
from dashboards.language import _, noted, shown_date, shown_number
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from transactions.kernel.refusal import Refusal

FOLLOWED = "messages-followed"  # in the session: what was carried out since the build
OUTCOME = "messages-outcome"
BY_QUANTITY = ("cancel", "increase", "decrease")
# What the record does by itself; the rest is a call to the supplier or a look at the document.
CAN = {
    "purchase_order": ("expedite", "defer", "cancel", "increase", "decrease"),
    "work_order": ("expedite", "defer", "cancel", "increase", "decrease", "release"),
    "transfer": ("cancel",),
}
PREVIEW = {
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "what": Column("What is done", width="large"),
    "why_not": Column("Why not", width="large"),
}
NOT_BY_COMMAND = noted("Done on its document, or with the supplier")
ABOVE_LIMIT = noted("Worth more than you may approve")


def messages_to_follow(view: View, rows: pl.DataFrame, key: str, height: int | None = None) -> None:
    """The messages; chosen ones, or all, are previewed and carried out."""
    _report()
    done: set[tuple[str, str]] = st.session_state.get(FOLLOWED, set())
    left = rows.filter(
        ~pl.struct("supply_id", "action").map_elements(
            lambda each: (each["supply_id"], each["action"]) in done, return_dtype=pl.Boolean
        )
    ) if done and rows.height else rows  # fmt: skip
    may = view.actor.may(PERMISSION)
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    chosen = table(
        view, left, MESSAGES, key=f"{key}-{view.edition.build_id}-{len(done)}", several=may, height=height or 420,
        nothing=_("Nothing left to carry out"), what_next=_("The next refresh plans with what was changed."),
        opens=None if may else "document_id",
    )  # fmt: skip
    if not may or left.is_empty():
        return
    wanted = chosen or left.to_dicts()
    label = _("Carry out {count}…", count=len(wanted)) if chosen else _("Carry out all {count}…", count=len(wanted))
    with above:
        if st.button(
            label, key=f"{key}-follow", icon=":material/done_all:", type="primary" if chosen else "secondary",
            help=_("Shows first what is done to which order"),
        ):  # fmt: skip
            title = _("What carrying out {count} changes", count=len(wanted))
            st.dialog(title, width="large", icon=":material/done_all:")(_preview)(view, wanted)
        if len(chosen) == 1 and chosen[0]["document_id"] is not None:
            number = chosen[0]["document_number"] or "–"
            view.link(
                "document", _("Open order {number}", number=number), ":material/description:",
                id=str(chosen[0]["document_id"]),
            )  # fmt: skip


def what_is_done(message: Mapping[str, Any]) -> str:
    """The change in words."""
    day = shown_date(message["to_date"]) if message["to_date"] else "–"
    quantity = shown_number(message["quantity"], 6)
    texts = {
        "expedite": _("comes on {day} instead of {before}", day=day, before=shown_date(message["from_date"])),
        "defer": _("comes on {day} instead of {before}", day=day, before=shown_date(message["from_date"])),
        "increase": _("is made larger: {quantity} {unit} are still to come", quantity=quantity, unit=message["unit"]),
        "decrease": _("is made smaller: {quantity} {unit} are still to come", quantity=quantity, unit=message["unit"]),
        "cancel": _("what has not come is given up: {quantity} {unit}", quantity=quantity, unit=message["unit"]),
        "release": _("is released to the shop"),
        "past_due": _("is past its day"),
    }
    return texts[message["action"]]


def obstacle(view: View, message: Mapping[str, Any], limit: Decimal | None) -> str:
    """Why the message is not carried out by this user; empty where nothing stands against it."""
    if message["action"] not in CAN.get(message["supply_kind"], ()):
        return _(NOT_BY_COMMAND)
    value = message.get("value_amount")
    if message["action"] in BY_QUANTITY and limit is not None and (value is None or value > limit):
        return _(ABOVE_LIMIT)
    return ""


def _preview(view: View, wanted: Sequence[Mapping[str, Any]]) -> None:
    limit = right_of(view).limit
    rows = [{**each, "what": what_is_done(each), "why_not": obstacle(view, each, limit)} for each in wanted]
    possible = [row for row in rows if not row["why_not"]]
    above = st.container()  # the button in sight however long the list is
    shown = pl.DataFrame(
        [{name: row[name] for name in PREVIEW} for row in rows], schema=dict.fromkeys(PREVIEW, pl.String)
    )
    table(view, shown, PREVIEW, key="follow-preview", height="content", first=30)
    if not possible:
        st.info(_("Nothing of it is carried out here; open the orders and see to them one by one."))
        return
    if above.button(
        _("Carry out {count}", count=len(possible)), type="primary", icon=":material/check:", key="follow-confirm"
    ):
        bar = above.progress(0.0)
        follow(view, possible, lambda done: bar.progress(done / len(possible)) and None)
        st.rerun()


def follow(view: View, messages: Sequence[Mapping[str, Any]], told: Any = None) -> None:
    """Carry the messages out, each by its own command; what was refused is told, the others stand."""
    done: set[tuple[str, str]] = st.session_state.setdefault(FOLLOWED, set())
    count, refused = 0, []
    for place, message in enumerate(messages, start=1):
        data = {
            "supply_id": message["supply_id"],
            "build_id": view.edition.build_id,
            "action": message["action"],
            **({"company": view.company_code} if view.company_code else {}),
        }
        try:
            carry_out(view.actor, "follow_message", data, command_key(view.actor.username, data))
        except Refusal as refusal:
            refused.append(f"{message['document_number'] or message['supply_id']}: {refused_because(refusal)}")
        else:
            done.add((message["supply_id"], message["action"]))
            count += 1
        if told is not None:
            told(place)
    st.session_state[OUTCOME] = (count, refused)


def _report() -> None:
    count, refused = st.session_state.pop(OUTCOME, (0, []))
    if count:
        st.success(_("{count} orders are changed. The next refresh plans with them.", count=shown_number(count)),
                   icon=":material/check:")  # fmt: skip
    for text in refused[:5]:
        st.error(text)
