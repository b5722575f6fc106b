"""What should I buy, make, move now? Suggestions and messages by urgency and money; a decision makes the document."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.mrp_columns import CHANGES, FINDINGS, SUGGESTIONS
from dashboards.boards.mrp_decide import all_suggestions, decide_at_once, to_decide
from dashboards.boards.mrp_follow import follow_at_once, messages_to_follow
from dashboards.boards.mrp_item import item_record
from dashboards.decisions import undecided
from dashboards.filters import pick
from dashboards.frame import Board, Tile, View, empty_state, heading, sections, tiles
from dashboards.language import _, noted, shown_amount, shown_date, shown_number
from dashboards.table import table
from dashboards.words import said


def render(view: View) -> None:
    decide_at_once(view)
    follow_at_once(view)
    left = undecided(view)
    whole = view.one("mrp_total", **left)
    counts = {row["urgency"]: row for row in view.ask("mrp_urgencies", **left).iter_rows(named=True)}
    today = counts["today"]
    answer = _(
        "To decide today: suggestions {suggestions}, orders on their way {messages}; {rest} can wait.",
        suggestions=shown_number(today["suggestion_count"]), messages=shown_number(today["message_count"]),
        rest=shown_number(sum(row["suggestion_count"] + row["message_count"] for key, row in counts.items()
                              if key != "today")),
    )  # fmt: skip
    heading(_("What should I buy, make, move now?"), answer)
    unplanned = view.ask("mrp_findings")
    _name_unplanned(unplanned)
    if whole["submitted_count"]:
        st.info(
            _("{count} suggestions were submitted and wait for somebody else to approve them.",
              count=shown_number(whole["submitted_count"])),
            icon=":material/forward_to_inbox:",
        )  # fmt: skip
    tiles(_figures(view, whole))
    parts = {
        "decide": (_("To decide"), lambda: to_decide(view)),
        "all": (_("All suggestions"), lambda: all_suggestions(view)),
        "messages": (_("Messages"), lambda: _messages(view)),
        "item": (_("Item record"), lambda: item_record(view)),
        "changes": (_("Changes"), lambda: _changes(view)),
        "findings": (_("Findings"), lambda: _findings(view, unplanned)),
    }
    asked = parts.get(st.query_params.get("part", ""))
    sections("mrp", dict(parts.values()), asked[0] if asked else None)


def _changes(view: View) -> None:
    st.caption(_("What this plan suggests otherwise than the build before, and the figure that brought it about."))
    table(
        view, view.ask("mrp_changes"), CHANGES, key="mrp-changes", nothing=_("The plan says what it said before"),
        what_next=_("New orders, receipts and decisions change it at the next refresh."),
    )  # fmt: skip


def _findings(view: View, unplanned: pl.DataFrame) -> None:
    table(
        view, unplanned, FINDINGS, key="mrp-findings", nothing=_("The plan had no objections"),
        what_next=_("Items without a source, cycles and decisions without ground would be named here."),
    )  # fmt: skip


def _figures(view: View, whole: dict[str, Any]) -> list[Tile]:
    def basis(column: str, formula: str, *inputs: str, **filters: Any) -> Basis:
        by = column if view.sees("fct_mrp_suggestions", column) else "quantity"
        narrowed = {**undecided(view), **filters}
        return Basis(
            view, "fct_mrp_suggestions", column, formula, "mrp_suggestions", narrowed, by, SUGGESTIONS, inputs,
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
        if row["short_quantity"]
        else _("{item}, below its safety stock from {day}", item=row["item_code"], day=shown_date(row["short_date"]))
        for row in short.head(5).iter_rows(named=True)
    ]  # fmt: skip
    st.warning(
        _("Short and not planned, for want of a supplier, a lead time or a bill of material: {names}.",
          names="; ".join(names) + (" …" if short.height > 5 else "")),
        icon=":material/warning:",
    )  # fmt: skip


def _messages(view: View) -> None:
    left = undecided(view)
    counts = view.ask("mrp_message_counts", **left)
    if counts.is_empty():
        empty_state(
            _("No message on existing orders"), _("Orders that should come earlier, later or not at all appear here.")
        )
        return
    numbers = dict(counts.iter_rows())
    action = pick(_("Asks to"), list(numbers), "action", shown=lambda key: f"{said(key)} {numbers[key]}")
    messages_to_follow(view, view.ask("mrp_messages", action=action, **left), "messages", height=460)


BOARD = Board(
    "mrp_workbench",
    noted("MRP workbench"),
    ":material/checklist:",
    noted("Planning"),
    "board.mrp_workbench",
    render,
    stage=3,
)
