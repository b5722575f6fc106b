"""What if demand, lead times, arrivals, stock or capacity were otherwise? Dates, cash and stock beside the base."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.delivery_dates import LOST_DAYS, where_lost
from dashboards.charts import lines
from dashboards.filters import rows_of_address, rows_to_address
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_number
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from dashboards.views import saved_views
from transactions.kernel.refusal import Refusal

PERMISSION = "board.delivery_dates"
KINDS = {
    "demand": noted("Demand"),
    "lead_time": noted("Lead time of new orders"),
    "delay": noted("Delay of what is on its way"),
    "stock": noted("Stock"),
    "safety_stock": noted("Safety stock"),
    "capacity": noted("Capacity"),
    "purchase_price": noted("Purchase prices"),
    "sales_price": noted("Sales prices"),
}
RATES = (
    "demand",
    "safety_stock",
    "capacity",
    "purchase_price",
    "sales_price",
)  # in percent of today; the others in days or units
# What is compared stands first, so that it is in sight on a narrow screen.
LINES = {
    "order_number": Column("Order"),
    "days_moved": Column("Days later", "count"),
    "predicted_date_then": Column("Would be", "date"),
    "predicted_date": Column("Predicted", "date"),
    "promised_date": Column("Promised", "date"),
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "customer_name": Column("Customer"),
    "open_quantity": Column("Open", "quantity"),
    "reason_key": Column("Because", "word"),
    "reason_item_code": Column("Of item"),
    "capacity_days": LOST_DAYS,
}
MONTHS = {
    "month": Column("Month"),
    "bought_amount": Column("To pay", "amount", help="For planned purchases"),
    "bought_amount_then": Column("Would be", "amount"),
    "bought_difference": Column("Difference", "amount"),
    "stock_amount": Column("Planned stock", "amount"),
    "stock_amount_then": Column("Stock would be", "amount"),
    "stock_difference": Column("Difference of stock", "amount"),
}
PROFITS = {
    "order_number": Column("Order"),
    "profit_difference": Column("Difference", "amount"),
    "profit_then": Column("Would be", "amount"),
    "profit": Column("Profit", "amount"),
    "customer_name": Column("Customer"),
    "revenue": Column("Revenue", "amount"),
    "revenue_then": Column("Revenue would be", "amount"),
}
EMPTY_LINES = 2


def render(view: View) -> None:
    top = st.container()
    explain(view, "fct_planning_items", "fct_planning_demands", "fct_planning_supplies", "fct_planning_operations")
    changes = _changes(view)
    with st.expander(_("Scenarios"), icon=":material/bookmark:"):
        saved_views(
            view, "what_if", "scenario", _("Say what would be otherwise, then keep it here under a name."),
            _("Save this scenario"),
        )  # fmt: skip
    question = _("What if?")
    if not changes:
        with top:
            heading(question, _("Say what would be otherwise; nothing is recorded, nothing of the plan changes."))
        empty_state(
            _("Nothing is otherwise yet"), _("A line needs a kind and a figure; without an item it holds for all.")
        )
        return
    filters = {"changes": json.dumps(changes)}
    try:
        with st.spinner(_("Planning…"), show_time=True):
            both = view.ask("what_if_total", **filters)
    except Refusal as refusal:
        with top:
            heading(question)
        st.error(refused_because(refusal))
        return
    base, then = both.row(0, named=True), both.row(1, named=True)
    moved = where_lost(view.ask("what_if_lines", **filters))
    with top:
        heading(
            question,
            _(
                "{late} open order lines would be late instead of {before}; {moved} would get another date.",
                late=shown_number(then["late_count"]), before=shown_number(base["late_count"]),
                moved=shown_number(moved.height),
            ),
        )  # fmt: skip
    _figures(view, filters, base, then)
    months = view.ask("what_if_months", **filters)
    if months.height:
        stock = [(_("Planned stock"), _numbers(months["stock_amount"]))]
        stock.append((_("Stock would be"), _numbers(months["stock_amount_then"])))
        st.echarts_chart(lines(months["month"].to_list(), stock), height=PICTURE_HEIGHT - 60, key="what-if-stock")
    table(
        view, moved, LINES, key="what-if-lines", opens="sales_order_id", height=300,
        nothing=_("No date moves"), what_next=_("All open order lines keep their predicted date."),
    )  # fmt: skip
    _profits(view, filters)
    if months.height:
        st.subheader(_("Cash and stock by month"), anchor=False)
        table(view, months, MONTHS, key="what-if-months", height="content")


def _profits(view: View, filters: dict[str, Any]) -> None:
    """What open orders would earn at other prices."""
    profits = view.ask("what_if_profit", **filters)
    if profits.is_empty():
        return
    st.subheader(_("Profit of open orders"), anchor=False)
    st.markdown(
        _("{count} open orders would earn {then} {currency} instead of {now}: {difference}.",
          count=shown_number(profits.height), then=shown_amount(profits["profit_then"].sum()), currency=view.currency,
          now=shown_amount(profits["profit"].sum()), difference=shown_amount(profits["profit_difference"].sum()))
    )  # fmt: skip
    table(view, profits, PROFITS, key="what-if-profits", opens="sales_order_id", height=300)


def _numbers(values: Sequence[Any] | pl.Series) -> list[float]:
    return [float(value or 0) for value in values]


def _figures(view: View, filters: dict[str, Any], base: dict[str, Any], then: dict[str, Any]) -> None:
    def was(column: str, amount: bool = False) -> str:
        value = base[column] or 0
        return _("base: {value}", value=shown_amount(value) if amount else shown_number(value))

    def basis(formula: str) -> Basis:
        return Basis(
            view, "fct_delivery_dates", "predicted_date", formula, "what_if_lines", filters, "days_moved", LINES,
            ("promised_date", "reason_key"), "sales_order_id",
        )  # fmt: skip

    shown = [
        Tile(_("Will be late"), shown_number(then["late_count"]), delta=was("late_count"),
             alarm=then["late_count"] > base["late_count"],
             basis=basis(_("open order lines that the changed plan covers after their day"))),
        Tile(_("Longest delay, days"), shown_number(then["longest_days_late"] or 0), delta=was("longest_days_late"),
             basis=basis(_("the largest number of working days from promised to predicted date"))),
        Tile(_("Suggestions"), shown_number(then["suggestion_count"]), delta=was("suggestion_count"),
             basis=basis(_("what the changed plan would buy, make and move"))),
    ]  # fmt: skip
    if "bought_amount" in then:
        shown += [
            Tile(_("Planned purchases"), shown_amount(then["bought_amount"] or 0), view.currency,
                 delta=was("bought_amount", amount=True), basis=basis(_("Σ value of what would be bought"))),
            Tile(_("Stock at the end"), shown_amount(then["stock_amount"] or 0), view.currency,
                 delta=was("stock_amount", amount=True),
                 basis=basis(_("Σ planned balance × unit cost at the end of the plan"))),
        ]  # fmt: skip
    tiles(shown, "what-if")


def _changes(view: View) -> list[dict[str, Any]]:
    """The complete lines of the form as changes; they also stand in the address: kind, item or work centre, figure."""
    items = dict(view.ask("promise_items").iter_rows())
    centers = dict(view.ask("what_if_work_centers").iter_rows())
    kept, turn = rows_of_address("changes")
    start = [
        {
            "kind": row[0],
            "item": row[1] if row[0] != "capacity" and row[1] in items else None,
            "figure": _figure(row[2]),
            "work_center": row[1] if row[0] == "capacity" and row[1] in centers else None,
        }
        for row in kept
        if len(row) == 3 and row[0] in KINDS
    ]
    config = st.column_config
    st.caption(
        _("Demand, safety stock, capacity and prices in percent of today; lead time and delay in days; stock in units.")
    )
    typed: pl.DataFrame = st.data_editor(
        pl.DataFrame(
            start or [{}] * EMPTY_LINES,
            schema={"kind": pl.String, "item": pl.String, "figure": pl.Float64, "work_center": pl.String},
        ),
        num_rows="dynamic", hide_index=True, key=f"what-if-editor-{turn}", width="stretch", placeholder="",
        column_config={
            "kind": config.SelectboxColumn(
                _("Otherwise"), options=list(KINDS), width=125,
                format_func=lambda kind: _(KINDS.get(str(kind), str(kind))),
            ),
            "item": config.SelectboxColumn(
                _("Item (all)"), options=sorted(items), format_func=lambda code: f"{code} · {items.get(str(code), '')}",
                width=85,
            ),
            "figure": config.NumberColumn(_("Figure"), format="localized", width=70),
            "work_center": config.SelectboxColumn(
                _("Work centre (all)"), options=sorted(centers), help=_("Of capacity alone"),
                format_func=lambda code: f"{code} · {centers.get(str(code), '')}",
            ),
        },
    )  # fmt: skip
    rows = [
        [
            str(row["kind"]),
            str(row["work_center" if row["kind"] == "capacity" else "item"] or ""),
            f"{row['figure']:.6g}",
        ]
        for row in typed.to_dicts()
        if row["kind"] and row["figure"] is not None and (row["kind"] != "stock" or row["item"])
    ]
    rows_to_address("changes", rows)
    return [_change(*row) for row in rows]


def _change(kind: str, whose: str, figure: str) -> dict[str, Any]:
    named = {"work_center" if kind == "capacity" else "item": whose} if whose else {}
    if kind in RATES:
        return {"kind": kind, **named, "rate": f"{float(figure) / 100:.6f}"}
    if kind == "stock":
        return {"kind": kind, **named, "quantity": figure}
    return {"kind": kind, **named, "days": int(float(figure))}


def _figure(text: Any) -> float | None:
    """What the editor shows for a figure of the address."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


BOARD = Board("what_if", noted("What if"), ":material/alt_route:", noted("Planning"), PERMISSION, render, stage=4)
