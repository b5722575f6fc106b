"""Who owes what, since when? Open invoices and bills by age, the statement of one partner (对账单), cash to come."""

from typing import Any

import streamlit as st

from dashboards.basis import Basis
from dashboards.charts import GAIN, LOSS, NEUTRAL, cash_flow, coloured_bars
from dashboards.filters import choice, day, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, shown_amount, shown_date
from dashboards.table import Column, table
from dashboards.words import said

ITEMS = {
    "partner_name": Column("Partner"),
    "document_number": Column("Document"),
    "external_number": Column("External number"),
    "invoice_date": Column("Date", "date"),
    "due_date": Column("Due", "date"),
    "days_overdue": Column("Days overdue", "count"),
    "gross_amount": Column("Gross", "amount"),
    "paid_amount": Column("Paid", "amount"),
    "open_amount": Column("Open", "amount"),
    "document_currency": Column("Currency"),
}
PARTNERS = {
    "partner_name": Column("Partner"),
    "document_count": Column("Documents", "count"),
    "open_amount": Column("Open", "amount"),
    "overdue_amount": Column("Overdue", "amount"),
    "longest_days_overdue": Column("Longest overdue, days", "count"),
}
STATEMENT = {
    "document_date": Column("Date", "date"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "delivered_amount": Column("Delivered or received", "amount"),
    "invoiced_amount": Column("Invoiced or billed", "amount"),
    "paid_amount": Column("Paid", "amount"),
    "running_balance": Column("Balance", "amount"),
}
CASH = {
    "week": Column("Week from", "date"),
    "incoming": Column("Receivables due", "amount"),
    "outgoing": Column("Payables due", "amount"),
    "cash_after": Column("Cash after it", "amount"),
}


def render(view: View) -> None:
    total = view.one("open_total")
    heading(
        _("Who owes what, since when?"),
        _(
            "Customers owe {receivables} {currency}, {overdue} of it overdue; we owe suppliers {payables}.",
            receivables=shown_amount(total["receivables"]), currency=view.currency,
            overdue=shown_amount(total["receivables_overdue"]), payables=shown_amount(total["payables"]),
        ),
    )  # fmt: skip
    tiles(
        [
            Tile(_("Receivables"), shown_amount(total["receivables"]), view.currency,
                 basis=_basis(view, "receivables")),
            Tile(_("Overdue"), shown_amount(total["receivables_overdue"]), view.currency,
                 alarm=total["receivables_overdue"] > 0, basis=_basis(view, "receivables", overdue=True)),
            Tile(_("Payables"), shown_amount(total["payables"]), view.currency, basis=_basis(view, "payables")),
            Tile(_("Payables overdue"), shown_amount(total["payables_overdue"]), view.currency,
                 alarm=total["payables_overdue"] > 0, basis=_basis(view, "payables", overdue=True)),
        ]
    )  # fmt: skip
    sections(
        "receivables-payables",
        {
            _("Receivables"): lambda: _open(view, "receivables", _("Nobody owes anything")),
            _("Payables"): lambda: _open(view, "payables", _("Nothing is owed")),
            _("Statement of account"): lambda: _statement(view),
            _("Cash to come"): lambda: _cash(view),
        },
    )


def _basis(view: View, side: str, overdue: bool = False) -> Basis:
    formula = (
        _("Σ open amount of documents whose due date has passed") if overdue else _("Σ open amount of open documents")
    )
    filters = {"side": side, "is_overdue": True} if overdue else {"side": side}
    inputs = ("gross_amount", "paid_amount", "due_date")
    return Basis(
        view, f"fct_{side}", "open_amount", formula, "open_items", filters, "open_amount", ITEMS, inputs, "invoice_id"
    )


def _open(view: View, side: str, nothing: str) -> None:
    ages = view.ask("open_by_age", side=side)
    if ages.is_empty():
        empty_state(nothing, _("Open invoices and bills appear here after the next refresh."))
        return
    shades = {"not due": GAIN, "not_due": GAIN, "1-30": "#e0a458", "0-30": "#e0a458", "31-60": "#d97745"}
    bars = [
        (said(row["age_bucket"]), round(float(row["open_amount"]), 2), shades.get(row["age_bucket"], LOSS))
        for row in ages.iter_rows(named=True)
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Open by days overdue"), anchor=False)
        explain(view, f"fct_{side}")
    st.echarts_chart(coloured_bars(bars, _("Open"), shown_amount), height=240, key=f"{side}-ages")
    chosen = table(view, view.ask("open_by_partner", side=side), PARTNERS, key=f"{side}-partners", chooses=True)
    partner = chosen[0]["partner_code"] if chosen else None
    title = chosen[0]["partner_name"] if chosen else _("all partners")
    st.subheader(_("Open documents: {partner}", partner=title), anchor=False)
    table(
        view,
        view.ask("open_items", side=side, partner=partner),
        ITEMS,
        key=f"{side}-items",
        opens="invoice_id",
        height=360,
    )


def _statement(view: View) -> None:
    partners = {row["partner_code"]: row for row in view.ask("statement_partners").iter_rows(named=True)}
    if not partners:
        empty_state(_("No partner has moved anything yet"), _("Deliver, invoice or pay; the statement follows."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        code = choice(
            _("Partner"), list(partners), "partner", shown=lambda key: str(partners[key]["partner_name"]),
            optional=False, width=280,
        )  # fmt: skip
        sides = list(partners[str(code)]["sides"])
        side = turn(_("As"), sides, "side", shown=said)
        first = day(_("From"), "since")
    filters: dict[str, Any] = {"partner": code, "side": side, "first_day": first.isoformat() if first else None}
    total = view.one("partner_statement_total", **filters)
    tiles(
        [
            Tile(_("Brought forward"), shown_amount(total["brought_forward"]), view.currency),
            Tile(_("Invoiced or billed"), shown_amount(total["invoiced_amount"]), view.currency),
            Tile(_("Paid"), shown_amount(total["paid_amount"]), view.currency),
            Tile(
                _("Balance on {day}", day=shown_date(view.edition.as_of)), shown_amount(total["balance"]), view.currency
            ),
        ],
        "statement",
    )
    rows = view.ask("partner_statement", **filters)
    table(view, rows, STATEMENT, key=f"statement-{code}", opens="document_id", height=440)


def _cash(view: View) -> None:
    weeks = view.ask("cash_by_week")
    if weeks.is_empty():
        empty_state(_("Nothing falls due"), _("Open invoices and bills appear here after the next refresh."))
        return
    st.caption(_("From the cash of today, if everybody pays on the day due; what is overdue counts to this week."))
    st.echarts_chart(
        cash_flow(
            [shown_date(week) for week in weeks["week"]],
            (_("Receivables due"), [float(a) for a in weeks["incoming"]]),
            (_("Payables due"), [-float(a) for a in weeks["outgoing"]]),
            (_("Cash after it"), [float(a) for a in weeks["cash_after"]]),
            (GAIN, NEUTRAL),
        ),
        height=PICTURE_HEIGHT, key="cash",
    )  # fmt: skip
    table(view, weeks, CASH, key="cash-weeks")


BOARD = Board(
    "receivables_payables", noted("Receivables & payables"), ":material/account_balance_wallet:", noted("Money"),
    "board.receivables_payables", render, stage=2,
)  # fmt: skip
