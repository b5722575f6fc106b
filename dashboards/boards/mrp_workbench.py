"""What should I buy, make, move now? Suggestions and messages by urgency and money; a decision makes the document."""

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.charts import bars, record
from dashboards.decisions import PERMISSION, decide, decided_here, decisions_made, report_decisions
from dashboards.filters import choice, pick, switch, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_date, shown_number
from dashboards.table import Column, table
from dashboards.words import said

SUGGESTIONS = {
    "kind": Column("Do", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "unit": Column("Unit"),
    "release_date": Column("Release by", "date", help="Due date less lead time in working days; may lie in the past"),
    "due_date": Column("Due", "date"),
    "supplier_name": Column("Supplier"),
    "from_warehouse_code": Column("From warehouse"),
    "value_amount": Column("Value", "amount"),
    "margin_at_risk": Column(
        "Margin at risk", "amount", help="Margin of customer orders that is late or lost without it"
    ),
    "order_number": Column("For order"),
    "sales_order_line_count": Column("Order lines", "count", help="Customer order lines that wait for it"),
    "cash_out_date": Column("Cash out", "date"),
    "warehouse_code": Column("Warehouse"),
    "state": Column("State", "word"),
    "snoozed_until": Column("Snoozed until", "date"),
    "decision_reason": Column("Reason"),
    "document_number": Column("Document"),
    "order_document_number": Column("Ordered with"),
    "ground": Column("Since the decision", "word"),
    "decided_quantity": Column("Decided quantity", "quantity"),
    "decided_due_date": Column("Decided for", "date"),
}
# Of what is still to decide there is neither document nor decision.
DECIDED = ("document_number", "order_document_number", "ground", "decided_quantity", "decided_due_date")
TO_DECIDE = {name: column for name, column in SUGGESTIONS.items() if name not in DECIDED}
MESSAGES = {
    "action": Column("Do", "word"),
    "document_number": Column("Document"),
    "supply_kind": Column("Kind", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "from_date": Column("From", "date"),
    "to_date": Column("To", "date"),
    "margin_at_risk": Column("Margin at risk", "amount"),
    "warehouse_code": Column("Warehouse"),
}
PEGGING = {
    "requirement_kind": Column("Covers", "word"),
    "quantity": Column("Quantity", "quantity"),
    "need_date": Column("Needed", "date"),
    "order_number": Column("For order"),
    "order_line_number": Column("Line", "id"),
    "customer_name": Column("Customer"),
    "ordered_item_code": Column("Ordered item"),
    "promised_date": Column("Promised", "date"),
    "level": Column("Levels down", "count"),
}
RECORD = {
    "projection_date": Column("Day", "date"),
    "warehouse_code": Column("Warehouse"),
    "gross_requirement": Column("Gross requirement", "quantity"),
    "scheduled_receipt": Column("Scheduled receipt", "quantity"),
    "projected_balance": Column("Projected balance", "quantity"),
    "net_requirement": Column("Net requirement", "quantity"),
    "planned_receipt": Column("Planned receipt", "quantity"),
    "planned_release": Column("Planned release", "quantity"),
}
FINDINGS = {
    "finding": Column("What the plan could not do", "word", width="large"),
    "item_code": Column("Item"),
    "warehouse_code": Column("Warehouse"),
    "short_quantity": Column("Short", "quantity"),
    "short_date": Column("Short from", "date"),
}
CHANGES = {
    "change": Column("Change", "word"),
    "kind": Column("Do", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "warehouse_code": Column("Warehouse"),
    "order_number": Column("For order"),
    "quantity_before": Column("Quantity before", "quantity"),
    "quantity": Column("Quantity", "quantity"),
    "due_date_before": Column("Due before", "date"),
    "due_date": Column("Due", "date"),
    "cause": Column("Because of", "word"),
    "cause_before": Column("From", "quantity"),
    "cause_after": Column("To", "quantity"),
    "document_number": Column("Document"),
}
STATES = ("open", "snoozed", "rejected", "approved", "firm", "closed")


def render(view: View) -> None:
    whole = view.one("mrp_total")
    messages = view.ask("mrp_message_counts")
    answer = _(
        "{count} suggestions wait for a decision; {urgent} should have been released before today.",
        count=shown_number(whole["suggestion_count"]), urgent=shown_number(whole["urgent_count"]),
    )  # fmt: skip
    heading(_("What should I buy, make, move now?"), answer)
    unplanned = view.ask("mrp_findings")
    _name_unplanned(unplanned)
    report_decisions(view)
    tiles(_figures(view, whole))
    names = [_("Suggestions"), _("Messages"), _("Item record"), _("Changes"), _("Findings")]
    suggestions, on_supplies, item, changes, findings = st.tabs(names)
    with suggestions:
        _suggestions(view)
    with on_supplies:
        _messages(view, messages)
    with item:
        _item(view)
    with changes:
        st.caption(_("What this plan suggests otherwise than the build before, and the figure that brought it about."))
        table(
            view, view.ask("mrp_changes"), CHANGES, key="mrp-changes", nothing=_("The plan says what it said before"),
            what_next=_("New orders, receipts and decisions change it at the next refresh."),
        )  # fmt: skip
    with findings:
        table(
            view, unplanned, FINDINGS, key="mrp-findings", nothing=_("The plan had no objections"),
            what_next=_("Items without a source, cycles and decisions without ground would be named here."),
        )  # fmt: skip


def _figures(view: View, whole: dict[str, Any]) -> list[Tile]:
    def basis(column: str, formula: str, *inputs: str, **filters: Any) -> Basis:
        by = column if view.sees("fct_mrp_suggestions", column) else "quantity"
        return Basis(
            view, "fct_mrp_suggestions", column, formula, "mrp_suggestions", filters, by, SUGGESTIONS, inputs,
            "document_id",
        )  # fmt: skip

    shown = [
        Tile(_("Suggestions"), shown_number(whole["suggestion_count"]),
             basis=basis("value_amount", _("suggestions that wait for a decision"), "state")),
        Tile(_("Release overdue"), shown_number(whole["urgent_count"]), alarm=whole["urgent_count"] > 0,
             basis=basis("value_amount", _("suggestions whose release date has passed"), "release_date", urgent=True)),
    ]  # fmt: skip
    if "buy_amount" in whole:
        value = _("Σ value of the suggestions that wait for a decision")
        shown += [
            Tile(_("To buy"), shown_amount(whole["buy_amount"]), view.currency,
                 basis=basis("value_amount", value, "quantity", "unit_cost", kind="buy")),
            Tile(_("To make"), shown_amount(whole["make_amount"]), view.currency,
                 basis=basis("value_amount", value, "quantity", "unit_cost", kind="make")),
            Tile(_("Margin at risk"), shown_amount(whole["margin_at_risk"]), view.currency,
                 alarm=whole["margin_at_risk"] > 0,
                 basis=basis("margin_at_risk", _("Σ margin that is late or lost without the suggestion"),
                             "margin_of_pegged_orders")),
        ]  # fmt: skip
    return shown


def _name_unplanned(findings: pl.DataFrame) -> None:
    """What is short and cannot be planned is said before anything else."""
    short = findings.filter(pl.col("finding") == "no_source").sort("short_date", "item_code")
    if not short.height:
        return
    names = [
        _("{item}, {quantity} from {day}", item=row["item_code"], quantity=shown_number(row["short_quantity"], 6),
          day=shown_date(row["short_date"]))
        for row in short.head(5).iter_rows(named=True)
    ]  # fmt: skip
    st.warning(
        _("{count} items are short and nothing is planned for them, because they have no source: {names}. "
          "Give them a supplier, a lead time or a bill of material.",
          count=shown_number(short.height), names="; ".join(names) + (" …" if short.height > 5 else "")),
        icon=":material/warning:",
    )  # fmt: skip


def _suggestions(view: View) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = pick(_("Do"), ["buy", "make", "move"], "kind", shown=said)
        states = {name: _("to decide") if name == "open" else said(name) for name in STATES}
        state = turn(_("State"), list(states), "state", shown=states.__getitem__)
        suppliers = dict(view.ask("mrp_suppliers").iter_rows())
        supplier = choice(_("Supplier"), list(suppliers), "supplier", shown=suppliers.__getitem__)
        urgent = switch(_("Only overdue"), "urgent")
        explain(view, "fct_mrp_suggestions", "fct_mrp_messages")
    filters = {"kind": kind, "state": state, "supplier": supplier, "urgent": urgent or None}
    cash = view.ask("mrp_cash_by_week", **filters)
    if cash.height:
        st.subheader(_("Money that the purchases need, by week"), anchor=False)
        st.echarts_chart(
            bars([shown_date(day) for day in cash["week"]], [(_("Cash out"), [float(a) for a in cash["amount"]])]),
            height=220, key="mrp-cash",
        )  # fmt: skip
    rows = view.ask("mrp_suggestions", **filters)
    done = decided_here()
    if done and rows.height:
        rows = rows.filter(~pl.col("suggestion_id").is_in(list(done)))
    chosen = table(
        view, rows, TO_DECIDE if state == "open" else SUGGESTIONS, key=f"suggestions-{decisions_made()}",
        several=True, height=420,
        nothing=_("Nothing to decide here"),
        what_next=_("The plan covers what is ordered. New demand brings suggestions at the next refresh."),
    )  # fmt: skip
    if chosen:
        if view.actor.may(PERMISSION) and state in ("open", "snoozed", "rejected"):
            _decide(view, chosen)
        if chosen[0]["shortage_quantity"] is not None:
            _detail(view, chosen[0])
    elif rows.height:
        st.caption(_("Choose one or more suggestions to see why, and to decide."))


def _decide(view: View, chosen: list[dict[str, Any]]) -> None:
    with st.container(border=True):
        st.markdown(f"**{_('Decide on {count}', count=len(chosen))}**")
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            if st.button(_("Approve"), type="primary", icon=":material/check:", key="approve"):
                _carry(view, chosen, "approve")
            if len(chosen) == 1:
                with st.popover(_("Change"), icon=":material/edit:"):
                    _change(view, chosen[0])
            with st.popover(_("Snooze"), icon=":material/snooze:"), st.form("snooze-form", border=False):
                until = st.date_input(_("Until"), view.edition.as_of + timedelta(days=7), format="YYYY-MM-DD")
                if st.form_submit_button(_("Snooze")):
                    _carry(view, chosen, "snooze", until=until.isoformat())
            with st.popover(_("Reject"), icon=":material/close:"), st.form("reject-form", border=False):
                reason = st.text_input(_("Reason"))
                if st.form_submit_button(_("Reject")):
                    if reason.strip():
                        _carry(view, chosen, "reject", reason=reason.strip())
                    st.error(_("Say why, so that others understand it later."))


def _change(view: View, suggestion: dict[str, Any]) -> None:
    with st.form("change-form", border=False):
        quantity = st.text_input(
            _("Quantity, {unit}", unit=suggestion["unit"]), f"{suggestion['quantity'].normalize():f}"
        )
        due = st.date_input(_("Due"), max(suggestion["due_date"], view.edition.as_of), format="YYYY-MM-DD")
        reason = st.text_input(_("Reason"))
        if st.form_submit_button(_("Approve as changed"), type="primary"):
            _carry(
                view, [suggestion], "change", quantity=quantity.strip(), due_date=due.isoformat(), reason=reason.strip()
            )


def _carry(view: View, chosen: list[dict[str, Any]], decision: str, **figures: Any) -> None:
    with st.spinner(_("Recording the decision…")):
        decide(view, chosen, decision, **figures)
    st.rerun()


def _detail(view: View, suggestion: dict[str, Any]) -> None:
    st.subheader(
        _("Why {kind} {quantity} {unit} of {item}?", kind=said(suggestion["kind"]),
          quantity=shown_number(suggestion["quantity"], 6), unit=suggestion["unit"], item=suggestion["item_name"]),
        anchor=False,
    )  # fmt: skip
    st.markdown(
        _(
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
        )
    )  # fmt: skip
    pegs = view.ask("mrp_pegging", supply=suggestion["suggestion_id"])
    table(view, pegs, PEGGING, key="pegging", opens="sales_order_id")


def _messages(view: View, counts: pl.DataFrame) -> None:
    if counts.is_empty():
        empty_state(
            _("No message on existing orders"), _("Orders that should come earlier, later or not at all appear here.")
        )
        return
    numbers = dict(counts.iter_rows())
    action = pick(_("Asks to"), list(numbers), "action", shown=lambda key: f"{said(key)} {numbers[key]}")
    table(view, view.ask("mrp_messages", action=action), MESSAGES, key="messages", opens="document_id", height=460)


def _item(view: View) -> None:
    items = {row["item_code"]: row for row in view.ask("mrp_items").iter_rows(named=True)}
    if not items:
        empty_state(_("The plan speaks of no item yet"), _("Give items lead times and record demand; then refresh."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        code = choice(
            _("Item"),
            list(items),
            "item",
            shown=lambda key: f"{key} · {items[key]['item_name']}",
            optional=False,
            width=320,
        )
        chosen = items[str(code)]
        warehouse = choice(_("Warehouse"), list(chosen["warehouses"]), "warehouse", optional=False, width=160)
    st.caption(
        _("Lead time {lead} working days · safety stock {safety} {unit} · "
          "{rule}, at least {minimum}, in steps of {multiple}",
          lead=shown_number(chosen["lead_time_days"]), safety=shown_number(chosen["safety_stock"] or 0, 6),
          unit=chosen["unit"], rule=said(chosen["lot_policy"]) or said("lot_for_lot"),
          minimum=shown_number(chosen["minimum_quantity"] or 0, 6),
          multiple=shown_number(chosen["multiple_quantity"] or 0, 6))
    )  # fmt: skip
    rows = view.ask("mrp_record", item=code, warehouse=warehouse)
    labels = [shown_date(day) for day in rows["projection_date"]]
    series = {
        name: [float(q) for q in rows[name]] for name in ("projected_balance", "gross_requirement", "planned_receipt")
    }
    st.echarts_chart(
        record(labels, [(_(RECORD[name].label), points) for name, points in series.items()]), height=PICTURE_HEIGHT,
        key="mrp-balance",
    )  # fmt: skip
    table(view, rows, RECORD, key="record")
    st.subheader(_("Suggestions for it"), anchor=False)
    table(
        view, view.ask("mrp_suggestions", item=code), TO_DECIDE, key="item-suggestions",
        nothing=_("No suggestion for it"),
        what_next=_("Its supplies cover what is required."),
    )  # fmt: skip


BOARD = Board(
    "mrp_workbench", noted("MRP workbench"), ":material/checklist:", noted("Planning"), "board.mrp_workbench", render
)
