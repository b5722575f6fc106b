"""Messages of the plan on orders on their way: chosen, shown as what would be done, then carried out order by order."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.boards.mrp_columns import MESSAGES
from dashboards.decisions import FOLLOWED, PERMISSION, command_key, note_done, report_refused, right_of
from dashboards.door import carry_out
from dashboards.frame import View
from dashboards.language import _, noted, shown_date, shown_number
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from transactions.kernel.refusal import Refusal

# In the session: what is to be carried out, from which build; what came of it; how often it was done.
ASKED, OUTCOME, TURN = "messages-asked", "messages-outcome", "messages-turn"
MOVED = ("expedite", "defer")
BY_QUANTITY = ("cancel", "increase", "decrease")
# What the record does by itself; the rest is a call to the supplier or a look at the document.
CAN = {
    "purchase_order": ("expedite", "defer", "cancel", "increase", "decrease"),
    "work_order": ("expedite", "defer", "cancel", "increase", "decrease", "release"),
    "transfer": ("cancel",),
}
SUMMARY = {
    "action": Column("Do", "word"),
    "done_count": Column("Carried out", "count"),
    "left_count": Column("Not done here", "count"),
    "supply_kind": Column("Kind", "word"),
}
DONE = {
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "what": Column("What is done", width="large"),
}
LEFT = {
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "action": Column("Do", "word"),
    "why_not": Column("Why not", width="large"),
}
FIRST = 20  # of each list in the preview
NOT_BY_COMMAND = noted("Done on its document, or with the supplier")
ABOVE_LIMIT = noted("Worth more than you may approve")


def messages_to_follow(view: View, rows: pl.DataFrame, key: str, height: int | None = None) -> None:
    """The messages; chosen ones, or all, are previewed and carried out."""
    may = view.actor.may(PERMISSION)
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    _report()
    turn = st.session_state.get(TURN, 0)
    chosen = table(
        view, rows, MESSAGES, key=f"{key}-{view.edition.build_id}-{turn}", several=may, height=height or 420,
        nothing=_("Nothing left to carry out"), what_next=_("The next refresh plans with what was changed."),
        opens=None if may else "document_id",
    )  # fmt: skip
    if not may or rows.is_empty():
        return
    wanted = _without_settled(chosen or rows.to_dicts())
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
    """What would be done, in sum and one by one, and what is not done here, with the reason."""
    limit = right_of(view).limit
    rows = [{**each, "what": what_is_done(each), "why_not": obstacle(view, each, limit)} for each in wanted]
    possible = [row for row in rows if not row["why_not"]]
    above = st.container()  # the button in sight however long the list is
    if len(rows) > 1:
        table(view, summed_up(rows), SUMMARY, key="follow-summary", height="content")
    if possible:
        table(view, _frame(possible, DONE), DONE, key="follow-preview", height="content", first=FIRST)
    if len(possible) < len(rows):
        st.markdown(f"**{_('Not done here')}**")
        left = [row for row in rows if row["why_not"]]
        table(view, _frame(left, LEFT), LEFT, key="follow-left", height="content", first=FIRST)
    if not possible:
        st.info(_("Nothing of it is carried out here; open the orders and see to them one by one."))
        return
    confirmed = above.button(
        _("Carry out {count}", count=len(possible)), type="primary", icon=":material/check:", key="follow-confirm",
        shortcut="Mod+Enter", on_click=_ask, args=(view.edition.build_id, possible),
    )  # fmt: skip
    if confirmed:
        st.rerun()


def _ask(build_id: str, messages: Sequence[Mapping[str, Any]]) -> None:
    st.session_state[ASKED] = build_id, messages


def _without_settled(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without those that say an order is past its day where another of them gives it a new one."""
    moved = {message["supply_id"] for message in messages if message["action"] in MOVED}
    return [each for each in messages if each["action"] != "past_due" or each["supply_id"] not in moved]


def follow_at_once(view: View) -> None:
    """Before the page is drawn: carry out what was confirmed, from the build that it was seen in."""
    build_id, messages = st.session_state.pop(ASKED, ("", ()))
    if not messages:
        return
    bar = st.progress(0.0)

    def told(done: int) -> None:
        bar.progress(done / len(messages), _("{done} of {count}", done=done, count=len(messages)))

    follow(view, build_id, messages, told)
    bar.empty()


def _frame(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: row[name] for name in columns} for row in rows], schema=dict.fromkeys(columns, pl.String)
    )


def summed_up(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """One row per action and kind of order: how many are carried out, and how many have a reason not to be."""
    kinds: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        kinds.setdefault((row["action"], row["supply_kind"]), []).append(not row["why_not"])
    return pl.DataFrame(
        [
            {"action": action, "supply_kind": kind, "done_count": sum(done), "left_count": len(done) - sum(done)}
            for (action, kind), done in kinds.items()
        ]
    )


def follow(
    view: View, build_id: str, messages: Sequence[Mapping[str, Any]], told: Callable[[int], None] | None = None
) -> None:
    """Carry the messages of a build out, each by its own command; what was refused is told, the others stand."""
    count, refused = 0, list[str]()
    for place, message in enumerate(messages, start=1):
        data = {
            "supply_id": message["supply_id"],
            "build_id": build_id,
            "action": message["action"],
            **({"company": view.company_code} if view.company_code else {}),
        }
        try:
            carry_out(view.actor, "follow_message", data, command_key(view.actor.username, data))
        except Refusal as refusal:
            refused.append(f"{message['document_number'] or message['supply_id']}: {refused_because(refusal)}")
        else:
            settled = (message["action"], "past_due") if message["action"] in MOVED else (message["action"],)
            for action in settled:
                note_done(FOLLOWED, f"{message['supply_id']}/{action}")
            count += 1
        if told is not None:
            told(place)
    st.session_state[OUTCOME] = (count, refused)
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _report() -> None:
    count, refused = st.session_state.pop(OUTCOME, (0, []))
    if count:
        said = _("{count} carried out. The next refresh plans with it.", count=shown_number(count))
        st.markdown(f":green[:material/check:] {said}")
    report_refused(refused)
