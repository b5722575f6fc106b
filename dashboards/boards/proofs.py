"""Do books and goods agree? Each check with both sides, their difference, and the first voucher where they part."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.filters import switch
from dashboards.frame import Board, Tile, View, explain, heading, tiles
from dashboards.language import _, noted, shown_date, shown_number
from dashboards.table import Column, table
from dashboards.words import said

CHECKS = {
    "verdict": Column("Verdict"),
    "check_name": Column("Check", "word"),
    "scope": Column("Company"),
    "left_amount": Column("One side", "amount"),
    "right_amount": Column("Other side", "amount"),
    "difference": Column("Difference", "amount"),
    "key_count": Column("Keys", "count"),
    "failing_key_count": Column("Keys that differ", "count"),
    "first_document_number": Column("First voucher"),
    "first_document_date": Column("Its date", "date"),
    "left_side": Column("One side is", "word"),
    "right_side": Column("The other side is", "word"),
}
PENDING = {
    "period": Column("Month"),
    "event": Column("Event", "word"),
    "posting_count": Column("Postings", "count"),
    "debit": Column("Debit", "amount"),
    "credit": Column("Credit", "amount"),
}
POSTINGS = {
    "entry_date": Column("Date", "date"),
    "account": Column("Account"),
    "account_name": Column("Account name", "name"),
    "item": Column("Item"),
    "order_number": Column("Order"),
    "debit": Column("Debit", "amount"),
    "credit": Column("Credit", "amount"),
}
DOCUMENTS = {
    "effective_date": Column("Date", "date"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "item_code": Column("Item"),
    "quantity": Column("Quantity", "quantity"),
    "amount": Column("Amount", "amount", help="Debit positive, credit negative"),
}
FINDINGS = {
    "rule": Column("What", "word"),
    "item_code": Column("Item"),
    "effective_date": Column("Date", "date"),
    "document_number": Column("Document"),
    "quantity": Column("Quantity", "quantity"),
    "value_amount": Column("Value", "amount"),
}


def basis_of_proofs(view: View, by: str = "difference") -> Basis:
    """The checks, those with the largest difference first."""
    formula = (
        _("checks in which some key differs")
        if by == "difference"
        else _("keys (items, orders, partners, entries) whose two sides were compared one by one")
    )
    return Basis(
        view, "fct_proofs", "is_green" if by == "difference" else by, formula, "proofs", {}, by, CHECKS,
        ("left_amount", "right_amount", "difference"), "first_document_id",
    )  # fmt: skip


def basis_of_pending(view: View) -> Basis:
    """Postings that are computed and not settled."""
    return Basis(
        view, "fct_settlement_due", "debit", _("computed cost less what was settled, by month, account and event"),
        "proofs_pending", {}, "debit", PENDING, ("event", "account", "period"),
    )  # fmt: skip


def render(view: View) -> None:
    total = view.one("proofs_total")
    failed = int(total["failed_count"])
    heading(
        _("Do books and goods agree?"),
        _("Yes: all {count} checks hold.", count=total["check_count"])
        if not failed
        else _("No: {failed} of {count} checks do not hold.", failed=failed, count=total["check_count"]),
    )
    facts = view.one("stamp")
    tiles(
        [
            Tile(_("Checks"), shown_number(total["check_count"]), basis=basis_of_proofs(view)),
            Tile(_("Not holding"), shown_number(failed), alarm=failed > 0, basis=basis_of_proofs(view)),
            Tile(_("Keys compared"), shown_number(total["key_count"]), basis=basis_of_proofs(view, "key_count")),
            Tile(_("Postings pending"), shown_number(facts["postings_pending"]), basis=basis_of_pending(view)),
        ]
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        failing = switch(_("Only what differs"), "differs")
        explain(view, "fct_proofs", "fct_costing_findings", "fct_settlement_due")
    _checks(view, failing)
    st.caption(_("The two sides of a check come from different tables, written by different code."))
    st.subheader(_("Postings pending"), anchor=False)
    chosen = table(
        view, view.ask("proofs_pending"), PENDING, key="proofs-pending", chooses=True, height=360,
        nothing=_("Nothing is pending"), what_next=_("All computed cost stands in the books."),
    )  # fmt: skip
    if chosen:
        period, event = chosen[0]["period"], chosen[0]["event"]
        st.subheader(_("Postings of {month}: {event}", month=period, event=said(event)), anchor=False)
        rows = view.ask("proofs_postings", period=period, event=event)
        _behind(view, table(view, rows, POSTINGS, key="proofs-postings", chooses=True, height=360), period, event)
    st.subheader(_("What costing could not take at face value"), anchor=False)
    table(
        view, view.ask("costing_findings"), FINDINGS, key="costing-findings", opens="document_id",
        nothing=_("No finding"), what_next=_("Every issue is covered by stock, every closed order has output."),
    )  # fmt: skip


def _behind(view: View, chosen: list[dict[str, Any]], period: str, event: str) -> None:
    """The documents behind the chosen posting, and its sales order where it has one."""
    if not chosen:
        st.caption(_("Choose a posting to see the documents that it follows from."))
        return
    item, order = chosen[0]["item"], chosen[0]["sales_order_id"]
    posting = {"period": period, "event": event, "account": chosen[0]["account"], "item": item}
    st.subheader(_("Documents of {item} in {month}: {event}", item=item or "–", month=period, event=said(event)),
                 anchor=False)  # fmt: skip
    st.caption(_("They add up to the posting: what each adds to the account, less what was settled of it before."))
    documents = view.ask("proofs_posting_documents", **posting, order_line=chosen[0]["sales_order_line_id"])
    table(
        view, documents, DOCUMENTS, key=f"proofs-documents-{posting['account']}-{item}", opens="document_id",
        height=360, nothing=_("No document of that month"),
        what_next=_("It follows from a new standard cost, or takes back what was settled and is not so any more."),
    )  # fmt: skip
    if order is not None:
        number = chosen[0]["order_number"]
        view.link("document", _("Open order {number}", number=number), ":material/description:", id=str(order))


def _checks(view: View, only_failing: bool) -> None:
    rows = view.ask("proofs", failing=only_failing or None)
    verdict = [_("✓ agrees") if holds else _("✗ differs") for holds in rows["is_green"]]
    chosen = table(
        view, rows.with_columns(pl.Series("verdict", verdict, dtype=pl.String)), CHECKS, key="proofs", chooses=True,
        height="content", nothing=_("Every check holds"), what_next=_("Both sides of each agree, key by key."),
    )  # fmt: skip
    apart = [row for row in rows.iter_rows(named=True) if not row["is_green"]]
    for row in chosen or apart[:3]:
        _check(view, row)


def _check(view: View, row: dict[str, Any]) -> None:
    """One check in words, with the voucher at which its sides part."""
    with st.container(border=True):
        st.markdown(f"**{said(row['check_name'])}**")
        if "left_amount" in row:
            st.markdown(
                _("{left}: {left_amount}. {right}: {right_amount}. Difference: {difference}.",
                  left=said(row["left_side"]), left_amount=shown_number(row["left_amount"], 6),
                  right=said(row["right_side"]), right_amount=shown_number(row["right_amount"], 6),
                  difference=shown_number(row["difference"], 6))
            )  # fmt: skip
        st.markdown(
            _("All {count} keys agree.", count=shown_number(row["key_count"]))
            if row["is_green"]
            else _("{failing} of {count} keys differ.", failing=shown_number(row["failing_key_count"]),
                   count=shown_number(row["key_count"]))
        )  # fmt: skip
        if row["first_document_number"]:
            label = _("First voucher where they part: {number}, {day}", number=row["first_document_number"],
                      day=shown_date(row["first_document_date"]))  # fmt: skip
            if row["first_document_id"]:
                view.link("document", label, ":material/description:", id=str(row["first_document_id"]))
            else:
                st.markdown(label)


BOARD = Board("proofs", noted("Proofs"), ":material/balance:", noted("Trust"), "board.proofs", render)
