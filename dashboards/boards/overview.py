"""Is the business healthy today? Five figures against last month, what asks for action, the loop with its open ends."""

from typing import Any

import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.finance import basis as basis_of_books
from dashboards.charts import columns_and_line
from dashboards.filters import pick
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_number, shown_share
from dashboards.table import Column, table
from dashboards.words import said

STEPS = {
    "suggested": noted("Suggested, not decided"),
    "ordered_not_received": noted("Ordered, not received"),
    "received_not_billed": noted("Received, not billed"),
    "billed_not_paid": noted("Billed, not paid"),
    "in_production": noted("In production"),
    "ordered_not_delivered": noted("Ordered by customers, not delivered"),
    "delivered_not_invoiced": noted("Delivered, not invoiced"),
    "invoiced_not_paid": noted("Invoiced, not paid"),
    "not_settled": noted("Computed, not settled in the books"),
}
ALERTS = {
    "severity": Column("Severity", "word"),
    "rule": Column("What", "word"),
    "subject": Column("About"),
    "document_number": Column("Document"),
    "first_seen": Column("Since", "date"),
    "amount": Column("Amount", "amount"),
}
LOOP = {
    "step_name": Column("Step"),
    "open_count": Column("Open", "count"),
    "amount": Column("Amount", "amount"),
    "oldest_date": Column("Oldest", "date"),
}


def render(view: View) -> None:
    counts = view.ask("overview_alert_counts")
    money = view.one("overview_money")
    punctuality = view.one("overview_punctuality")
    critical = view.ask("overview_alerts", severity="critical").height
    answer = (
        _("{count} things need action today.", count=shown_number(critical))
        if critical
        else _("Nothing critical needs action today.")
    )
    heading(_("Is the business healthy today?"), answer)
    _figures(view, money, punctuality)
    months = view.ask("overview_months")
    if months.height:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_("Revenue and profit by month"), anchor=False)
            explain(view, "rpt_profit_and_loss", "fct_alerts", "fct_sales_order_lines", "fct_stock_balances_daily")
        st.echarts_chart(
            columns_and_line(
                [str(code) for code in months["period_code"]], (_("Revenue"), [float(a) for a in months["revenue"]]),
                (_("Profit"), [float(a) for a in months["profit"]]),
            ),
            height=PICTURE_HEIGHT - 40, key="overview-months",
        )  # fmt: skip
    act, loop = st.tabs([_("To act on"), _("The loop and its open ends")])
    with act:
        numbers = {row["rule"]: row["alert_count"] for row in counts.iter_rows(named=True)}
        if not numbers:
            empty_state(_("No alert"), _("Late, overdue, negative or loss-making things would be named here."))
        else:
            rule = pick(
                _("What"), list(numbers), "rule", shown=lambda key: f"{said(key)} {numbers[key]}", show_label=False
            )
            table(view, view.ask("overview_alerts", rule=rule), ALERTS, key="alerts", opens="document_id", height=420)
    with loop:
        steps = view.ask("overview_loop")
        named = steps.with_columns(step_name=steps["step"].replace({key: _(text) for key, text in STEPS.items()}))
        chosen = table(view, named, LOOP, key="loop", chooses=True)
        if chosen and chosen[0]["board"] in view.pages:
            st.switch_page(view.pages[chosen[0]["board"]])


PUNCTUALITY = {
    "order_number": Column("Order"),
    "line_number": Column("Line", "id"),
    "customer_name": Column("Customer"),
    "item_code": Column("Item"),
    "first_promised_date": Column("First promised", "date"),
    "last_delivery_date": Column("Delivered", "date"),
    "days_late": Column("Days late", "count"),
}
VALUES = {
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "warehouse_code": Column("Warehouse"),
    "quantity": Column("On hand", "quantity"),
    "value_amount": Column("Value", "amount"),
}


def _figures(view: View, money: dict[str, Any], punctuality: dict[str, Any]) -> None:
    shown = []
    if money:
        month = f"{view.edition.as_of:%Y-%m}"
        for name, label in (
            ("revenue", _("Revenue this month")),
            ("profit", _("Profit this month")),
            ("cash", _("Cash")),
        ):
            shown.append(
                Tile(
                    label, shown_amount(money[name]), view.currency,
                    delta=_("last month {amount}", amount=shown_amount(money[f"{name}_last_month"])),
                    alarm=name != "revenue" and (money[name] or 0) < 0, basis=basis_of_books(view, name, month),
                )
            )  # fmt: skip
    shown.append(
        Tile(
            _("Delivered on time"), shown_share(punctuality["on_time_rate"]),
            delta=_("before {share}", share=shown_share(punctuality["on_time_rate_before"])),
            basis=_lateness(
                view,
                _("Order lines delivered in the last 90 days by the day first promised; before: the 90 days before."),
                "delivered",
            ),
        )
    )  # fmt: skip
    if money:
        shown.append(
            Tile(
                _("Stock value"), shown_amount(money["stock_value"]), view.currency,
                delta=_("last month {amount}", amount=shown_amount(money["stock_value_last_month"])),
                basis=Basis(
                    view, "fct_stock_on_hand", "value_amount", _("Σ value of what is on hand"), "stock_on_hand", {},
                    "value_amount", VALUES, ("quantity", "unit_cost"),
                ),
            )
        )  # fmt: skip
    else:
        late = punctuality["late_open_lines"]
        late_lines = _lateness(view, _("open order lines whose first promised day has passed"), "open")
        shown.append(Tile(_("Late order lines"), shown_number(late), alarm=bool(late), basis=late_lines))
    tiles(shown)


def _lateness(view: View, formula: str, which: str) -> Basis:
    return Basis(
        view, "fct_sales_order_lines", "days_late", formula, "overview_late_lines", {"which": which}, "days_late",
        PUNCTUALITY, ("first_promised_date", "last_delivery_date"), "sales_order_id",
    )  # fmt: skip


BOARD = Board("overview", noted("Overview"), ":material/monitoring:", noted("Today"), "board.overview", render)
