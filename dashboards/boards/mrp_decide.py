"""The part of the MRP workbench where decisions are made: what is urgent, by supplier or work centre, down to one.

One suggestion is in hand at a time, with its reason and its money; keys approve, reject and go on. Several are chosen
in the list, or all of a supplier: before anything is made of them, the documents are shown with their totals.
"""

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.boards.mrp_columns import (
    CHOSEN,
    DIFFERENCES,
    DOCUMENTS,
    PEGGING,
    SOURCES,
    SUBMITTED,
    SUGGESTIONS,
    TO_DECIDE,
)
from dashboards.boards.mrp_follow import messages_to_follow
from dashboards.charts import bars
from dashboards.decisions import (
    ORDERING,
    PERMISSION,
    as_now,
    ask_for,
    asked_for,
    decide,
    decisions_made,
    documents_made,
    order,
    report_decisions,
    right_of,
    undecided,
)
from dashboards.filters import choice, held, hold, pick, switch, turn
from dashboards.frame import View, empty_state, explain
from dashboards.language import _, own_part, shown_amount, shown_date, shown_number
from dashboards.table import table
from dashboards.words import said

URGENCIES = ("today", "week", "later")
OPEN_STATES = ("open", "submitted", "snoozed", "rejected")
STATES = ("open", "submitted", "snoozed", "rejected", "approved", "firm", "closed")
AT = "mrp-at"  # in the session: the place of the suggestion in hand
PICKED, ORDER = "mrp-source-picked", "mrp-sources-order"  # in the session: the source that the table shows as chosen
CONFIRMED = "mrp-confirmed"  # in the session: what to submit, what to approve, and whether to order what is bought
SOURCES_HEIGHT, LIST_HEIGHT = 9, 11  # rows, with the heading


def to_decide(view: View) -> None:
    """Sources by urgency and money, beside them the one in hand; below the suggestions and messages of one or all."""
    left = undecided(view)
    counts = {row["urgency"]: row for row in view.ask("mrp_urgencies", **left).iter_rows(named=True)}
    names = {"today": _("today"), "week": _("within a week"), "later": _("can wait")}
    sizes = {key: row["suggestion_count"] + row["message_count"] for key, row in counts.items()}
    if "when" not in st.session_state and "when" not in st.query_params and not sizes["today"]:
        st.session_state["when"] = next((key for key in URGENCIES if sizes[key]), "today")

    def shown(urgency: str) -> str:
        return _("all") if urgency == "all" else f"{names[urgency]} {shown_number(sizes[urgency])}"

    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        when = turn(_("When"), (*URGENCIES, "all"), "when", shown=shown)
        kind = pick(_("Do"), ["buy", "make", "move"], "kind", shown=said)
        explain(view, "fct_mrp_suggestions", "fct_mrp_messages")
    urgency = None if when == "all" else when
    sources = view.ask("mrp_sources", urgency=urgency, kind=kind, **left).with_columns(source_name=_named())
    by_source, hand = st.columns([9, 11], gap="small")
    with by_source:
        source = _source_in_hand(view, sources, f"{when}-{kind}")
    filters = {"urgency": urgency, "source": source, "kind": kind, **left}
    suggestions = view.ask("mrp_suggestions", **filters)
    _list(view, suggestions, f"{urgency}-{source}", hand)
    if source is not None and suggestions.is_empty():
        with hand:
            _go_on(sources, source)
    messages = view.ask("mrp_messages", **filters)
    if messages.height:
        st.subheader(_("Orders on their way that should change"), anchor=False)
        messages_to_follow(view, messages, "messages-of-source", height=_height(messages, LIST_HEIGHT))
    settle(view)


def _source_in_hand(view: View, sources: pl.DataFrame, narrowed: str) -> str | None:
    """The source whose row is chosen; None for all. Where the last of one is decided, the next one is chosen.

    narrowed: what the sources were narrowed by.
    """
    codes = sources["source"].to_list()
    asked, (narrowed_before, before) = st.session_state.get("source"), st.session_state.get(ORDER, ("", []))
    if narrowed == narrowed_before and asked in before and asked not in codes:
        following = before[before.index(asked) :] + before
        hold("source", next((code for code in following if code in codes), None))
        st.session_state[AT] = 0
    st.session_state[ORDER] = narrowed, codes
    chosen = held("source", codes)
    if chosen != st.session_state.get(PICKED):  # by a link, or because the one before is done
        st.session_state[PICKED] = chosen
        st.session_state["mrp-sources-turn"] = st.session_state.get("mrp-sources-turn", 0) + 1
    if not codes:
        return None
    picked = table(
        view, sources, SOURCES, chooses=True,
        key=f"sources-{narrowed}-{view.edition.build_id}-{decisions_made()}-{st.session_state.get('mrp-sources-turn')}",
        height=_height(sources, SOURCES_HEIGHT), begins_with=codes.index(chosen) if chosen in codes else None,
    )  # fmt: skip
    clicked = picked[0]["source"] if picked else None
    if clicked != chosen:
        st.session_state[PICKED] = clicked
        st.session_state[AT] = 0
        hold("source", clicked)
    return clicked


def _go_on(sources: pl.DataFrame, source: str) -> None:
    """To the next source with suggestions, from one that only messages are left of."""
    rows = sources.to_dicts()
    place = next(place for place, row in enumerate(rows) if row["source"] == source)
    following = next((row for row in rows[place + 1 :] + rows[:place] if row["suggestion_count"]), None)
    if following is not None:
        st.button(
            _("Go on with {source}", source=own_part(following["source_name"])), icon=":material/chevron_right:",
            key="next-source", shortcut="N", on_click=hold, args=("source", following["source"]),
        )  # fmt: skip


def _named() -> pl.Expr:
    """The name of a source, also where nobody said where something is bought or made."""
    unnamed = {"buy": _("without a supplier"), "make": _("without a work centre")}
    return pl.coalesce("source_name", pl.col("kind").replace_strict(unnamed, default=None, return_dtype=pl.String))


def _height(rows: pl.DataFrame, most: int) -> int:
    return 36 * min(rows.height + 1, most) + 3


def _list(view: View, rows: pl.DataFrame, key: str, hand: Any) -> None:
    """The suggestions, with what may be done with all or several of them; in hand: the one that is looked at."""
    may = view.actor.may(PERMISSION)
    above = st.container(horizontal=True, gap="small", vertical_alignment="center")
    with above:
        buttons = st.container(horizontal=True, gap="small", width="content")
        report_decisions(view)
    if rows.is_empty():
        with hand:
            empty_state(
                _("Nothing to decide here"),
                _("The plan covers what is ordered. New demand brings suggestions at the next refresh."),
            )
        return
    chosen = table(
        view, rows, TO_DECIDE, key=f"suggestions-{key}-{view.edition.build_id}-{decisions_made()}", several=True,
        height=_height(rows, LIST_HEIGHT),
    )  # fmt: skip
    with hand:
        if len(chosen) <= 1:
            at = min(int(st.session_state.get(AT, 0)), rows.height - 1)
            first = chosen[0] if chosen else rows.row(at, named=True)
            _in_hand(view, first, at, rows.height, may=may, alone=not chosen)
        else:
            _money_of(view, chosen)
    if may:
        with buttons:
            _of_several(chosen, rows)


def _money_of(view: View, chosen: list[dict[str, Any]]) -> None:
    """What hangs on several that are chosen."""
    ids = " ".join(str(row["suggestion_id"]) for row in chosen)
    with st.container(border=True):
        st.markdown(f"**{_total(view, view.one('mrp_chosen_total', suggestions=ids))}**")


def _of_several(chosen: list[dict[str, Any]], rows: pl.DataFrame) -> None:
    """Decide on what is chosen, or on the whole list where nothing is."""
    whole = not chosen
    wanted = rows.to_dicts() if whole else chosen
    if len(wanted) < 2:
        return
    label = _("Approve all {count}…", count=len(wanted)) if whole else _("Approve {count}…", count=len(wanted))
    with st.container(horizontal=True, gap="small", width="content"):
        st.button(
            label, icon=":material/done_all:", key="approve-several", on_click=ask_for, args=("approve", wanted),
            type="secondary" if whole else "primary", shortcut="Shift+A" if whole else "A",
            help=_("Shows first which documents it makes"),
        )  # fmt: skip
        if not whole:
            st.button(
                _("Snooze"), icon=":material/snooze:", key="snooze-several", on_click=ask_for, args=("snooze", wanted)
            )
            st.button(
                _("Reject"), icon=":material/close:", key="reject-several", on_click=ask_for, args=("reject", wanted),
                shortcut="X",
            )  # fmt: skip


def _in_hand(view: View, suggestion: dict[str, Any], at: int, count: int, *, may: bool, alone: bool) -> None:
    """One suggestion: what, why, for how much; and the decision. alone: none was chosen, so it goes on by keys."""
    with st.container(border=True, key="in-hand"):
        place = _("{place} of {count}", place=at + 1, count=count) + " · " if alone else ""
        source = _source(suggestion)
        with st.container(horizontal=True, gap="xsmall", wrap=False, vertical_alignment="center"):
            st.markdown(f"{place}**{_what(suggestion)}**" + (f" · {own_part(source)}" if source else ""))
            if alone and count > 1:
                _turns(at, count)
        if may:
            with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
                _buttons(view, suggestion)
        if suggestion["decision"] == "submit":
            st.markdown(
                _("{user} submitted it as {quantity} {unit} for {day}: {reason}", user=suggestion["decided_by"],
                  quantity=shown_number(suggestion["decided_quantity"], 6), unit=suggestion["unit"],
                  day=shown_date(suggestion["decided_due_date"]), reason=suggestion["decision_reason"] or "–")
            )  # fmt: skip
        if suggestion["shortage_quantity"] is not None:
            st.markdown(arithmetic(suggestion))
        st.markdown(money(view, suggestion))
        pegs = view.ask("mrp_pegging", supply=suggestion["suggestion_id"])
        with st.expander(_("What it is for"), icon=":material/account_tree:"):
            table(view, pegs, PEGGING, key="pegging", opens="sales_order_id")
            view.link(
                "mrp_workbench", _("Record of {item}", item=suggestion["item_code"]), icon=":material/table_chart:",
                part="item", item=suggestion["item_code"],
            )  # fmt: skip


def _turns(at: int, count: int) -> None:
    """To the one before and the next; after the last comes the first."""
    for key, shortcut, icon, tip, place in (
        ("previous", "P", ":material/chevron_left:", _("Previous"), (at - 1) % count),
        ("next", "N", ":material/chevron_right:", _("Next"), (at + 1) % count),
    ):
        st.button("", type="tertiary", icon=icon, key=key, shortcut=shortcut, help=tip, on_click=_go, args=(place,))


def _buttons(view: View, suggestion: dict[str, Any]) -> None:
    one, right = [suggestion], right_of(view)
    if right.is_above(suggestion):
        st.button(
            _("Submit"), type="primary", icon=":material/forward_to_inbox:", key="submit", shortcut="A",
            on_click=ask_for, args=("submit", one),
            help=_("Worth more than the {limit} that you may approve: somebody else does",
                   limit=shown_amount(right.limit)),
        )  # fmt: skip
    else:
        st.button(
            _("Approve"), type="primary", icon=":material/check:", key="approve", shortcut="A", on_click=ask_for,
            args=("approve", one), disabled=right.is_own(suggestion),
            help=_("You submitted it, so another must approve it.") if right.is_own(suggestion)
            else _("Makes {document}", document=_document(suggestion)),
        )  # fmt: skip
    # Another popover for another suggestion: closed, and without what was typed for the one before.
    with st.popover(_("Change"), icon=":material/edit:", key=f"change-{suggestion['suggestion_id']}"):
        _change(view, suggestion)
    st.button(_("Snooze"), icon=":material/snooze:", key="snooze", on_click=ask_for, args=("snooze", one))
    st.button(_("Reject"), icon=":material/close:", key="reject", shortcut="X", on_click=ask_for, args=("reject", one))


def _go(place: int) -> None:
    st.session_state[AT] = place


def _what(suggestion: dict[str, Any]) -> str:
    return _(
        "{kind} {quantity} {unit} of {item}", kind=said(suggestion["kind"]).capitalize(),
        quantity=shown_number(suggestion["quantity"], 6), unit=suggestion["unit"],
        item=f"{suggestion['item_code']} {suggestion['item_name']}",
    )  # fmt: skip


def _source(suggestion: dict[str, Any]) -> str:
    return suggestion["supplier_name"] or suggestion["work_center_name"] or suggestion.get("from_warehouse_code") or ""


def _document(suggestion: dict[str, Any]) -> str:
    return {"buy": _("a purchase requisition"), "make": _("a work order"), "move": _("a planned transfer")}[
        suggestion["kind"]
    ]


def arithmetic(suggestion: dict[str, Any]) -> str:
    """Why so much and why then, in words."""
    return _(
        "On {day} {required} are required and {safety} kept as safety stock; "
        "{available} are available: {short} short. "
        "The lot rule ({rule}) makes it {quantity}. Lead time {lead} working days; "
        "released today it is there on {ready}.",
        day=shown_date(suggestion["need_date"]), required=shown_number(suggestion["required_quantity"], 6),
        safety=shown_number(suggestion["safety_stock"], 6),
        available=shown_number(suggestion["available_quantity"], 6),
        short=shown_number(suggestion["shortage_quantity"], 6), rule=said(suggestion["lot_rule"]),
        quantity=shown_number(suggestion["quantity"], 6), lead=shown_number(suggestion["lead_time_days"]),
        ready=shown_date(suggestion["available_date"]),
    )  # fmt: skip


def money(view: View, suggestion: dict[str, Any]) -> str:
    """What it costs and when, whom it serves, what hangs on it, what would lie."""
    lines = shown_number(suggestion["sales_order_line_count"])
    if not view.sees("fct_mrp_suggestions", "value_amount"):
        return _("Customer order lines that wait for it: {count}.", count=lines)
    parts = []
    if suggestion["value_amount"] is None:
        parts.append(_("Its price is not known."))
    elif suggestion["cash_out_date"] is not None:
        parts.append(
            _("It costs {value} {currency}, to be paid on {day}.", value=shown_amount(suggestion["value_amount"]),
              currency=view.currency, day=shown_date(suggestion["cash_out_date"]))
        )  # fmt: skip
    else:
        parts.append(
            _("It is worth {value} {currency}.", value=shown_amount(suggestion["value_amount"]), currency=view.currency)
        )
    if suggestion["sales_order_line_count"]:
        parts.append(
            _("Customer order lines that wait for it: {count}, with a margin of {margin}; "
              "{risk} is lost or late without it.",
              count=lines, margin=shown_amount(suggestion["margin_of_pegged_orders"]),
              risk=shown_amount(suggestion["margin_at_risk"]))
        )  # fmt: skip
    else:
        parts.append(_("No customer order waits for it."))
    if suggestion["ageing_value_amount"]:
        parts.append(
            _("{value} of it would lie for more than 90 days.", value=shown_amount(suggestion["ageing_value_amount"]))
        )
    return " ".join(parts)


def _change(view: View, suggestion: dict[str, Any]) -> None:
    with st.form(f"change-form-{suggestion['suggestion_id']}", border=False):
        quantity = st.text_input(
            _("Quantity, {unit}", unit=suggestion["unit"]), f"{suggestion['quantity'].normalize():f}"
        )
        due = st.date_input(_("Due"), max(suggestion["due_date"], view.edition.as_of), format="YYYY-MM-DD")
        reason = st.text_input(_("Reason"))
        if st.form_submit_button(_("Approve as changed"), type="primary"):
            figures = {"quantity": quantity.strip(), "due_date": due.isoformat(), "reason": reason.strip()}
            decide(view, [suggestion], "change", **figures)
            st.rerun()
        if st.form_submit_button(_("Submit as changed")):
            figures = {"quantity": quantity.strip(), "due_date": due.isoformat(), "reason": reason.strip()}
            decide(view, [suggestion], "submit", **figures)
            st.rerun()


def decide_at_once(view: View) -> None:
    """Before the page is drawn: carry out what was confirmed, or what a button asked for where all was in sight."""
    confirmed = st.session_state.pop(CONFIRMED, None)
    if confirmed is not None:
        _make(view, *confirmed)
    asked = asked_for()
    if asked is None:
        return
    decision, seen = asked
    if decision in ("approve", "submit") and len(seen) == 1:
        present, differences = as_now(view, seen)
        if not differences:
            decide(view, present, decision)
            return
    ask_for(decision, seen)  # it is shown first


def settle(view: View) -> None:
    """Show what a button asked for, to be confirmed or with what else it needs."""
    asked = asked_for()
    if asked is None:
        return
    decision, seen = asked
    present, differences = as_now(view, seen)
    if decision == "reject":
        st.dialog(_("Reject {count}", count=len(seen)), icon=":material/close:")(_reject)(view, present)
    elif decision == "snooze":
        st.dialog(_("Snooze {count}", count=len(seen)), icon=":material/snooze:")(_snooze)(view, present)
    else:
        title = _("What approving {count} makes", count=len(present))
        st.dialog(title, width="large", icon=":material/done_all:")(_preview)(view, present, differences)


def _reject(view: View, rows: list[dict[str, Any]]) -> None:
    with st.form("reject-form", border=False):
        reason = st.text_input(_("Reason"), key="reject-reason")
        if st.form_submit_button(_("Reject"), type="primary"):
            if reason.strip():
                decide(view, rows, "reject", reason=reason.strip())
                st.rerun()
            st.error(_("Say why, so that others understand it later."))


def _snooze(view: View, rows: list[dict[str, Any]]) -> None:
    with st.form("snooze-form", border=False):
        until = st.date_input(_("Until"), view.edition.as_of + timedelta(days=7), format="YYYY-MM-DD")
        if st.form_submit_button(_("Snooze"), type="primary"):
            decide(view, rows, "snooze", until=until.isoformat())
            st.rerun()


def _preview(view: View, rows: list[dict[str, Any]], differences: list[dict[str, Any]]) -> None:
    """The documents that would be made with their totals; what has changed since it was seen comes first."""
    if differences:
        st.warning(_("A newer plan says otherwise than what you looked at:"), icon=":material/sync_problem:")
        table(view, _as_frame(differences), DIFFERENCES, key="differences", height="content")
    if not rows:
        return
    right = right_of(view)
    above = [row for row in rows if right.is_above(row) and not right.is_own(row)]
    mine = [row for row in rows if right.is_own(row)]
    rows = [row for row in rows if not right.is_above(row) and not right.is_own(row)]
    if above:
        st.info(
            _("{count} are worth more than the {limit} that you may approve; they are submitted to somebody who may.",
              count=len(above), limit=shown_amount(right.limit)),
            icon=":material/forward_to_inbox:",
        )  # fmt: skip
    if mine:
        st.info(_("{count} you submitted yourself; another must approve them.", count=len(mine)))
    ids = " ".join(str(row["suggestion_id"]) for row in rows)
    documents = view.ask("mrp_documents", suggestions=ids)
    st.markdown(_total(view, view.one("mrp_chosen_total", suggestions=ids)))
    buys = documents.filter((pl.col("kind") == "buy") & pl.col("supplier_id").is_not_null())
    orders = buys.height > 0 and view.actor.may(ORDERING)
    ordered = orders and st.checkbox(
        _("Order at once, one purchase order per supplier: {count}", count=buys.n_unique("supplier_id")),
        key="order-at-once",
    )
    confirmed = st.button(  # in sight however long the list is
        _("Make them") if not differences else _("Make them as they are now"), type="primary", key="make-them",
        icon=":material/done_all:", shortcut="Mod+Enter", on_click=_confirm, args=(above, rows, bool(ordered)),
    )  # fmt: skip
    if confirmed:
        st.rerun()
    table(view, documents, DOCUMENTS, key="documents-to-make", height="content")
    with st.expander(_("{count} suggestions, one by one", count=len(rows))):
        table(view, view.ask("mrp_chosen", suggestions=ids), CHOSEN, key="documents-one-by-one")


def _confirm(above: list[dict[str, Any]], rows: list[dict[str, Any]], ordered: bool) -> None:
    st.session_state[CONFIRMED] = above, rows, ordered


def _make(view: View, above: list[dict[str, Any]], rows: list[dict[str, Any]], ordered: bool) -> None:
    """Submit what is above the limit, approve the rest, and order what of it is bought, where that was asked for."""
    bar = st.progress(0.0, _("Recording the decision…"))

    def told(done: int) -> None:
        bar.progress(done / len(rows), _("{done} of {count}", done=done, count=len(rows)))

    submitted = decide(view, above, "submit")
    outcome = decide(view, rows, "approve", told=told)
    outcome.count += submitted.count
    outcome.submitted += submitted.submitted
    outcome.refused += submitted.refused
    if ordered:
        made = {number for number, _id in outcome.made}
        named = [str(row["suggestion_id"]) for row in rows if row["kind"] == "buy" and row["supplier_id"]]
        bought = made & set(documents_made(named))
        if bought:
            order(view, outcome, sorted(bought))
    bar.empty()


def _as_frame(differences: list[dict[str, Any]]) -> pl.DataFrame:
    def text(value: Any) -> str:
        if value is None:
            return "–"
        if hasattr(value, "year"):
            return shown_date(value)
        return str(value) if isinstance(value, str) else shown_number(value, 6)

    return pl.DataFrame(
        [
            {
                "item_code": row["item_code"],
                "figure": row["figure"] or "decided_or_gone",
                "before": text(row["before"]),
                "now": text(row["now"]),
            }
            for row in differences
        ],
        schema={"item_code": pl.String, "figure": pl.String, "before": pl.String, "now": pl.String},
    )


def _total(view: View, whole: dict[str, Any]) -> str:
    if "value_amount" not in whole:
        return _("{count} suggestions.", count=shown_number(whole["suggestion_count"]))
    text = _(
        "{count} suggestions worth {value} {currency}; {risk} of margin hangs on them.",
        count=shown_number(whole["suggestion_count"]), value=shown_amount(whole["value_amount"]),
        currency=view.currency, risk=shown_amount(whole["margin_at_risk"]),
    )  # fmt: skip
    if whole["ageing_value_amount"]:
        text += " " + _("{value} of it would lie for more than 90 days.",
                        value=shown_amount(whole["ageing_value_amount"]))  # fmt: skip
    if whole["cash_out_date"] is not None:
        text += " " + _("The first payment is due on {day}.", day=shown_date(whole["cash_out_date"]))
    return text


def all_suggestions(view: View) -> None:
    """Every suggestion in any state, with the money that the purchases need by week."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        states = {name: _("to decide") if name == "open" else said(name) for name in STATES}
        state = turn(_("State"), list(states), "state", shown=states.__getitem__)
        suppliers = dict(view.ask("mrp_suppliers").iter_rows())
        supplier = choice(_("Supplier"), list(suppliers), "supplier", shown=suppliers.__getitem__)
        urgent = switch(_("Only overdue"), "urgent")
    filters = {"state": state, "supplier": supplier, "urgent": urgent or None, **undecided(view)}
    cash = view.ask("mrp_cash_by_week", **filters)
    if cash.height:
        st.subheader(_("Money that the purchases need, by week"), anchor=False)
        st.echarts_chart(
            bars([shown_date(day) for day in cash["week"]], [(_("Cash out"), [float(a) for a in cash["amount"]])]),
            height=220, key="mrp-cash",
        )  # fmt: skip
    rows = view.ask("mrp_suggestions", **filters)
    report_decisions(view)
    chosen = table(
        view, rows, {"open": TO_DECIDE, "submitted": SUBMITTED}.get(state, SUGGESTIONS), several=True, height=420,
        key=f"all-suggestions-{state}-{view.edition.build_id}-{decisions_made()}",
        nothing=_("Nothing to decide here"),
        what_next=_("The plan covers what is ordered. New demand brings suggestions at the next refresh."),
    )  # fmt: skip
    if chosen and state in OPEN_STATES and view.actor.may(PERMISSION):
        _of_several(chosen, rows)
    if len(chosen) == 1:
        may = state in OPEN_STATES and view.actor.may(PERMISSION)
        _in_hand(view, chosen[0], 0, 1, may=may, alone=False)
    settle(view)
