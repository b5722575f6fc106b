"""Do books and goods agree? Each check with both sides, their difference, and the first voucher where they part."""

import polars as pl
import streamlit as st

from dashboards.frame import Board, Tile, View, explain, heading, tiles
from dashboards.language import _, noted, shown_number
from dashboards.table import Column, table

CHECKS = {
    "verdict": Column("Verdict"),
    "check_name": Column("Check", "word"),
    "left_amount": Column("One side", "amount"),
    "right_amount": Column("Other side", "amount"),
    "difference": Column("Difference", "amount"),
    "key_count": Column("Compared", "count"),
    "failing_key_count": Column("Differing", "count"),
    "first_document_number": Column("First voucher"),
    "first_document_date": Column("Its date", "date"),
}
PENDING = {
    "period": Column("Month"),
    "event": Column("Event", "word"),
    "posting_count": Column("Postings", "count"),
    "debit": Column("Debit", "amount"),
    "credit": Column("Credit", "amount"),
}
FINDINGS = {
    "rule": Column("What", "word"),
    "item_code": Column("Item"),
    "effective_date": Column("Date", "date"),
    "document_number": Column("Document"),
    "quantity": Column("Quantity", "quantity"),
    "value_amount": Column("Value", "amount"),
}


def render(view: View) -> None:
    total = view.one("proofs_total")
    pending = view.ask("proofs_pending")
    failed = int(total["failed_count"])
    heading(
        _("Do books and goods agree?"),
        _("Yes: all {count} checks hold.", count=total["check_count"])
        if not failed
        else _("No: {failed} of {count} checks do not hold.", failed=failed, count=total["check_count"]),
    )
    tiles(
        [
            Tile(_("Checks"), shown_number(total["check_count"])),
            Tile(_("Not holding"), shown_number(failed), alarm=failed > 0),
            Tile(_("Keys compared"), shown_number(total["key_count"]),
                 help=_("Moves, orders, accounts and partners whose two sides were compared one by one.")),
        ]
    )  # fmt: skip
    explain(view, "fct_proofs", "fct_costing_findings", "fct_settlement_due")
    rows = view.ask("proofs")
    verdict = pl.Series(
        "verdict", [_("✓ agrees") if holds else _("✗ differs") for holds in rows["is_green"]], dtype=pl.String
    )
    table(view, rows.with_columns(verdict), CHECKS, key="proofs", opens="first_document_id", height="content")
    st.caption(_("The two sides of a check come from different tables, written by different code."))
    st.subheader(_("Postings pending"), anchor=False)
    table(
        view, pending, PENDING, key="proofs-pending", nothing=_("Nothing is pending"),
        what_next=_("All computed cost stands in the books."),
    )  # fmt: skip
    st.subheader(_("What costing could not take at face value"), anchor=False)
    table(
        view, view.ask("costing_findings"), FINDINGS, key="costing-findings", opens="document_id",
        nothing=_("No finding"), what_next=_("Every issue is covered by stock, every closed order has output."),
    )  # fmt: skip


BOARD = Board("proofs", noted("Proofs"), ":material/balance:", noted("Trust"), "board.proofs", render)
