"""Do we earn, what do we own? Profit and loss, balance sheet, trial balance; each account opens to its entries."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.charts import columns_and_line
from dashboards.filters import choice
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, shown_amount
from dashboards.table import Column, table
from dashboards.words import said

PROFIT = {
    "account_code": Column("Account"),
    "account_name": Column("Account name", "name"),
    "this_month": Column("This month", "amount"),
    "month_before": Column("Month before", "amount"),
    "year_so_far": Column("Year so far", "amount"),
    "pending": Column("Of it pending", "amount", help="Computed by the build, not yet settled into the books"),
}
SHEET = {
    "account_code": Column("Account"),
    "account_name": Column("Account name", "name"),
    "balance_amount": Column("Balance", "amount"),
    "change_amount": Column("Change this month", "amount", help="Debit less credit of the month"),
    "pending": Column("Of it pending", "amount", help="Computed by the build, not yet settled into the books"),
}
TRIAL = {
    "account_code": Column("Account"),
    "account_name": Column("Account name", "name"),
    "opening": Column("Opening", "amount"),
    "debit": Column("Debit", "amount"),
    "credit": Column("Credit", "amount"),
    "closing": Column("Closing", "amount"),
    "pending": Column("Of it pending", "amount", help="Computed by the build, not yet settled into the books"),
}
ENTRIES = {
    "entry_date": Column("Date", "date"),
    "entry_number": Column("Entry"),
    "account_code": Column("Account"),
    "account_name": Column("Account name", "name"),
    "debit_amount": Column("Debit", "amount"),
    "credit_amount": Column("Credit", "amount"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "settled_event": Column("Event", "word"),
    "is_pending": Column("Pending", "flag", help="Computed by the build, not yet settled into the books"),
    "description": Column("Text"),
}


def render(view: View) -> None:
    periods = view.ask("finance_periods")["period_code"].to_list()
    if not periods:
        heading(_("Do we earn, what do we own?"))
        empty_state(_("Nothing is booked yet"), _("Invoices, bills and payments post by themselves; then refresh."))
        return
    top = st.container()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        period = choice(_("Month"), periods, "period", optional=False, width=160)
        explain(view, "rpt_profit_and_loss", "rpt_balance_sheet", "rpt_trial_balance", "fct_journal_lines")
    total = view.one("finance_total", period=period)
    with top:
        heading(
            _("Do we earn, what do we own?"),
            _(
                "{profit} {currency} earned in {month}, {year} in the year so far; "
                "we own {assets} and owe {liabilities}.",
                profit=shown_amount(total["profit"]), currency=view.currency, month=period,
                year=shown_amount(total["profit_of_year"]), assets=shown_amount(total["assets"]),
                liabilities=shown_amount(total["liabilities"]),
            ),
        )  # fmt: skip
    tiles(
        [
            Tile(_("Revenue"), shown_amount(total["revenue"]), view.currency,
                 basis=basis(view, "revenue", str(period))),
            Tile(_("Profit"), shown_amount(total["profit"]), view.currency, alarm=total["profit"] < 0,
                 basis=basis(view, "profit", str(period))),
            Tile(_("Assets"), shown_amount(total["assets"]), view.currency, basis=basis(view, "assets", str(period))),
            Tile(_("Liabilities"), shown_amount(total["liabilities"]), view.currency,
                 basis=basis(view, "liabilities", str(period))),
            Tile(_("Equity"), shown_amount(total["equity"]), view.currency, basis=basis(view, "equity", str(period))),
        ]
    )  # fmt: skip
    months = view.ask("finance_months")
    st.echarts_chart(
        columns_and_line(
            [str(code) for code in months["period_code"]], (_("Revenue"), [float(a) for a in months["revenue"]]),
            (_("Profit"), [float(a) for a in months["profit"]]),
        ),
        height=PICTURE_HEIGHT - 60, key="finance-months",
    )  # fmt: skip
    month = str(period)
    sections(
        "finance",
        {
            _("Profit and loss"): lambda: _statement(
                view, month, _with_totals(view.ask("profit_and_loss", period=month)), PROFIT, "profit-and-loss"
            ),
            _("Balance sheet"): lambda: _statement(
                view, month, _with_totals(view.ask("balance_sheet", period=month)), SHEET, "balance-sheet"
            ),
            _("Trial balance"): lambda: _statement(
                view, month, _with_totals(view.ask("trial_balance", period=month)), TRIAL, "trial-balance"
            ),
            _("Journal entries"): lambda: _journal(view, month),
        },
    )


def _journal(view: View, period: str) -> None:
    table(view, view.ask("journal", period=period), ENTRIES, key="journal", opens="document_id", height=520)


FORMULAS = {
    "revenue": noted("Σ credits less debits of the revenue accounts in the month, posted and pending"),
    "profit": noted("Σ credits less debits of the revenue and expense accounts in the month, posted and pending"),
    "assets": noted("Σ debits less credits of the asset accounts up to the end of the month"),
    "liabilities": noted("Σ credits less debits of the liability accounts up to the end of the month"),
    "equity": noted("Σ credits less debits of the equity accounts up to the end of the month, with the open result"),
    "cash": noted("Σ debits less credits of the bank accounts up to the end of the month"),
}
CONTRIBUTORS = {
    "document_number": Column("Document"),
    "document_type": Column("Kind", "word"),
    "settled_event": Column("Event", "word"),
    "partner_name": Column("Partner"),
    "account_name": Column("Account name", "name"),
    "entry_date": Column("Date", "date"),
    "amount": Column("Amount", "amount"),
}


def basis(view: View, figure: str, period: str) -> Basis:
    """What a figure of the books rests on: its entries by document."""
    report = "rpt_profit_and_loss" if figure in ("revenue", "profit") else "rpt_balance_sheet"
    return Basis(
        view, report, "profit_amount" if figure in ("revenue", "profit") else "balance_amount", _(FORMULAS[figure]),
        "ledger_contributors", {"figure": figure, "period": period}, "amount", CONTRIBUTORS,
        ("opening", "debit", "credit", "pending"), "document_id",
    )  # fmt: skip


def _with_totals(rows: pl.DataFrame) -> pl.DataFrame:
    """Names for the rows of totals, which the question answers without an account, and for the open result."""
    names = []
    for row in rows.iter_rows(named=True):
        if row["account_code"] == "result":
            names.append(said("unclosed_result"))
        elif row["account_code"] is not None:
            names.append(row["account_name"])
        elif row.get("account_type"):
            names.append(_("Total: {what}", what=said(row["account_type"])))
        else:
            names.append(_("Profit") if "this_month" in row else _("Total"))
    return rows.with_columns(
        pl.Series("account_name", names, dtype=pl.String), account_code=_blank(rows["account_code"])
    )


def _blank(codes: pl.Series) -> pl.Series:
    return codes.replace("result", "").fill_null("")


def _statement(view: View, period: str, rows: pl.DataFrame, columns: dict[str, Column], key: str) -> None:
    chosen: list[dict[str, Any]] = table(view, rows, columns, key=key, chooses=True)
    if chosen and chosen[0]["account_code"]:
        code, name = chosen[0]["account_code"], chosen[0]["account_name"]
        st.subheader(_("Entries of {account} in {month}", account=f"{code} {name}", month=period), anchor=False)
        rows = view.ask("journal", period=period, account=code)
        table(view, rows, ENTRIES, key=f"{key}-entries", opens="document_id", height=400)
    else:
        st.caption(_("Choose an account to see its entries."))


BOARD = Board(
    "finance", noted("Finance"), ":material/account_balance:", noted("Money"), "board.finance", render, stage=2
)
