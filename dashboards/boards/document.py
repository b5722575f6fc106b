"""What is this document, and what did it move? Head, lines, links both ways, stock moves, journal entries."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.margin import answer as margin_in_words
from dashboards.boards.margin import preview
from dashboards.boards.taking_back import take_back
from dashboards.filters import words
from dashboards.frame import Board, Tile, View, empty_state, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_date
from dashboards.table import Column, table
from dashboards.words import said

LINES = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "description": Column("Description"),
    "entered_quantity": Column("Quantity", "quantity"),
    "entered_unit": Column("Unit"),
    "unit_price_document_currency": Column("Unit price", "price"),
    "net_amount_document_currency": Column("Net amount", "amount"),
    "tax_amount_document_currency": Column("Tax", "amount"),
    "sales_unit_price_document_currency": Column("Sales price", "price"),
    "sales_net_amount_document_currency": Column("Net amount of sale", "amount"),
    "requested_date": Column("Wanted", "date"),
    "promised_date": Column("Promised", "date"),
    "warehouse_code": Column("Warehouse"),
}
LINKS = {
    "link_type": Column("Link", "word"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "first_date": Column("Date", "date"),
}
EVENTS = {
    "status": Column("State", "word"),
    "effective_date": Column("Date", "date"),
    "recorded_at": Column("Recorded (UTC)", "time"),
    "recorded_by": Column("By"),
}
MOVES = {
    "effective_date": Column("Date", "date"),
    "move_type": Column("Move", "word"),
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "from_warehouse_code": Column("From"),
    "to_warehouse_code": Column("To"),
    "is_taken_back": Column("Taken back", "flag", help="As if it had never been: it has no value"),
    "value_amount": Column("Value", "amount"),
    "material_amount": Column("Material", "amount"),
    "labour_amount": Column("Labour", "amount"),
    "overhead_amount": Column("Overhead", "amount"),
    "subcontract_amount": Column("Subcontracting", "amount"),
    "landed_amount": Column("Landed cost", "amount"),
}
ENTRIES = {
    "entry_number": Column("Entry"),
    "entry_date": Column("Date", "date"),
    "account_code": Column("Account"),
    "account_name": Column("Account name", "name"),
    "debit_amount": Column("Debit", "amount"),
    "credit_amount": Column("Credit", "amount"),
    "is_pending": Column("Pending", "flag", help="Computed by the build, not yet settled into the books"),
    "description": Column("Text"),
}
FOUND = {
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "external_number": Column("External number"),
    "effective_date": Column("Date", "date"),
    "partner_name": Column("Partner"),
    "status": Column("State", "word"),
}
WITHOUT_PRICES = (
    "delivery", "goods_receipt", "inspection", "material_issue", "time_booking", "output", "work_order", "transfer",
    "adjustment", "opening_stock", "purchase_requisition", "customer_return", "supplier_return",
    "scrap",
)  # fmt: skip


def render(view: View) -> None:
    asked = st.query_params.get("id", "")
    head = view.one("document_head", document=int(asked)) if asked.isdigit() else {}
    if not head:
        _find(view, asked)
        return
    name = f"{said(head['document_type'])} {head['document_number'] or head['external_number'] or head['document_id']}"
    parts = [
        said(head["status"]),
        shown_date(head["effective_date"]),
        head["partner_name"] or "",
        head["warehouse_name"] or "",
        _("recorded by {name}", name=head["recorded_by"]) if head["recorded_by"] else "",
    ]
    heading(name, " · ".join(part for part in parts if part))
    _figures(view, head)
    document = int(head["document_id"])
    links = view.ask("document_links", document=document)
    _related(view, links)
    take_back(view, head, links)
    lines = view.ask("document_lines", document=document)
    if lines.height:
        st.subheader(_("Lines"), anchor=False)
        table(view, lines, _line_columns(view, head), key="document-lines", currency=head["document_currency"])
    if head["document_type"] == "sales_order":
        if head["status"] in ("draft", "confirmed"):
            view.link("promise", _("When can it be delivered?"), ":material/event_available:", order=str(document))
        _margin(view, head)
    moves = view.ask("document_moves", document=document)
    if moves.height:
        st.subheader(_("Stock moves"), anchor=False)
        table(view, moves, MOVES, key="document-moves", opens="document_id")
    entries = view.ask("document_entries", document=document)
    if entries.height:
        st.subheader(_("Journal entries"), anchor=False)
        table(view, entries, ENTRIES, key="document-entries")
    if head["document_type"] == "sales_order":
        settled = view.ask("document_settlement", document=document)
        if settled.height:
            st.subheader(_("Its lines in the books: revenue and cost"), anchor=False)
            table(view, settled, ENTRIES, key="document-settlement")
    with st.expander(_("States and who changed them")):
        table(view, view.ask("document_events", document=document), EVENTS, key="document-events")


def _margin(view: View, head: dict[str, Any]) -> None:
    """What an order that is not delivered in full would earn if it were delivered today."""
    if head["status"] not in ("draft", "confirmed") or not view.sees("fct_item_costs", "unit_cost"):
        return
    if not view.actor.may("board.order_profit"):
        return
    draft = head["status"] == "draft"
    with st.expander(
        _("What would it earn? What is not delivered yet, at the stock of today"), expanded=draft,
        icon=":material/price_check:", key="document-margin", on_change="rerun",
    ) as opened:  # fmt: skip
        if not opened.open:
            return
        filters = {"order": int(head["document_id"])}
        with st.spinner(_("Asking…"), show_time=True):
            total = view.one("margin_preview_total", **filters)
        if total:
            st.markdown(margin_in_words(view, total))
            preview(view, filters, total)
        else:
            empty_state(_("Nothing is left to deliver"), _("Its profit stands under Order profit."))


def _figures(view: View, head: dict[str, Any]) -> None:
    def basis(column: str, formula: str) -> Basis:
        by = column if view.sees("fct_document_lines", column) else f"sales_{column}"
        return Basis(
            view, "fct_document_lines", by, formula, "document_lines", {"document": int(head["document_id"])}, by,
            _line_columns(view, head), ("entered_quantity", "unit_price_document_currency"),
        )  # fmt: skip

    shown = []
    net = basis("net_amount_document_currency", _("Σ net amount of the lines"))
    if head["document_type"] not in WITHOUT_PRICES:
        if "net_amount" in head:
            gross = basis("gross_amount_document_currency", _("Σ net amount + tax of the lines, and freight"))
            tax = basis("tax_amount_document_currency", _("Σ tax of the lines and of freight"))
            shown += [
                Tile(_("Net"), shown_amount(head["net_amount"]), view.currency, basis=net),
                Tile(_("Tax"), shown_amount(head["tax_amount"]), view.currency, basis=tax),
                Tile(_("Gross"), shown_amount(head["gross_amount"]), view.currency, basis=gross),
            ]
            if head["document_currency"] != view.currency:
                amount = shown_amount(head["gross_amount_document_currency"])
                shown.append(Tile(_("Gross"), amount, head["document_currency"], basis=gross))
        elif head["sales_net_amount"] is not None:
            shown.append(Tile(_("Net"), shown_amount(head["sales_net_amount"]), view.currency, basis=net))
    if head["due_date"] is not None:
        shown.append(Tile(_("Due"), shown_date(head["due_date"])))
    if shown:
        tiles(shown, "document")
    if head["reason"]:
        st.caption(_("Reason: {reason}", reason=head["reason"]))


def _line_columns(view: View, head: dict[str, Any]) -> dict[str, Column]:
    """Prices only on documents that have some; the open sales columns only where the full ones are not shown."""
    full = view.sees("fct_document_lines", "unit_price_document_currency")
    priced = head["document_type"] not in WITHOUT_PRICES
    return {
        name: column
        for name, column in LINES.items()
        if not (name.endswith("_document_currency") and not priced) and not (name.startswith("sales_") and full)
    }


def _related(view: View, links: pl.DataFrame) -> None:
    if links.is_empty():
        return
    before, after = links.filter(pl.col("side") == "before"), links.filter(pl.col("side") == "after")
    with st.container(border=True):
        for title, rows in ((_("Follows"), before), (_("Followed by"), after)):
            if rows.is_empty():
                continue
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.caption(title, width="content")
                for row in rows.head(16).iter_rows(named=True):
                    label = f"{said(row['document_type'])} {row['document_number'] or row['other_document_id']}"
                    view.link("document", label, ":material/description:", id=str(row["other_document_id"]))


def _find(view: View, asked: str) -> None:
    heading(_("Which document are you looking for?"), _("Type the beginning of its number, or of the number outside."))
    number = words(_("Number"), "number", placeholder="SO0000")
    if asked:
        empty_state(
            _("This build has no document {id}", id=asked),
            _("It may be newer than the build; wait for the next refresh."),
        )
    if number:
        table(view, view.ask("documents_found", number=number), FOUND, key="documents-found", opens="document_id")


BOARD = Board("document", noted("Document"), ":material/description:", noted("Trust"), "board.document", render)
