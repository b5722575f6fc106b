"""Which orders earn money? Orders with cost by component, the waterfall of one order, customers and items by profit."""

from typing import Any

import streamlit as st

from dashboards.charts import bars, waterfall
from dashboards.filters import choice, switch, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_number, shown_share, shown_short
from dashboards.questions.order_profit import COMPONENTS
from dashboards.table import Column, table

COMPONENT_LABELS = {
    "material_cost": noted("Material"),
    "labour_cost": noted("Labour"),
    "overhead_cost": noted("Overhead"),
    "subcontract_cost": noted("Subcontracting"),
    "landed_cost": noted("Landed cost"),
    "other_cost": noted("Other"),
}
FIGURES = {
    "revenue": Column("Revenue", "amount", help="Invoiced, and what is still to be invoiced of what was ordered"),
    "total_cost": Column("Cost", "amount"),
    "profit": Column("Profit", "amount"),
    "margin_rate": Column("Margin", "share"),
}
COSTS = {name: Column(label, "amount") for name, label in COMPONENT_LABELS.items()}
COST_STATUS = Column("Cost is", "word", help="actual: delivered in full; estimated: nothing delivered; mixed: in part")
ORDERS = {
    "order_number": Column("Order"),
    "customer_name": Column("Customer"),
    "order_date": Column("Ordered", "date"),
    **FIGURES,
    "cost_status": COST_STATUS,
    **COSTS,
}
LINES = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "ordered_quantity": Column("Ordered", "quantity"),
    "delivered_quantity": Column("Delivered", "quantity"),
    **FIGURES,
    "cost_status": COST_STATUS,
    **COSTS,
}


def render(view: View) -> None:
    heading_place = st.container()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        first = choice(_("Ordered from"), _months(view), "from", placeholder=_("the beginning"), width=180)
        loss_only = switch(_("Only at a loss"), "loss")
        explain(view, "fct_order_profit", largest=view.ask("order_profit_by", by="customer").select("label", "profit"))
    filters = {"first_day": f"{first}-01" if first else None, "loss_only": loss_only or None}
    total = view.one("order_profit_total", **filters)
    with heading_place:
        _answer(total)
    if not total["line_count"]:
        empty_state(
            _("No order here"),
            _("Widen the filters, or record a sales order: its profit appears after the next refresh."),
        )
        return
    tiles(
        [
            Tile(_("Revenue"), shown_amount(total["revenue"]), view.currency),
            Tile(_("Cost"), shown_amount(total["total_cost"]), view.currency),
            Tile(_("Profit"), shown_amount(total["profit"]), view.currency, alarm=total["profit"] < 0),
            Tile(_("Margin"), shown_share(total["margin_rate"])),
            Tile(_("Orders at a loss"), shown_number(total["loss_order_count"]), alarm=total["loss_order_count"] > 0),
        ]
    )
    orders_tab, by_tab = st.tabs([_("Orders"), _("Customers, items, months")])
    with orders_tab:
        _orders(view, filters, total)
    with by_tab:
        _profit_by(view, filters)


def _answer(total: dict[str, Any]) -> None:
    answer = ""
    if total["line_count"]:
        answer = _(
            "{share} of revenue is profit; {loss} of {orders} orders lose money.",
            share=shown_share(total["margin_rate"]), loss=shown_number(total["loss_order_count"]),
            orders=shown_number(total["order_count"]),
        )  # fmt: skip
    heading(_("Which orders earn money?"), answer)


def _orders(view: View, filters: dict[str, Any], total: dict[str, Any]) -> None:
    picture = st.container()
    chosen = table(view, view.ask("order_profit_orders", **filters), ORDERS, key="orders", chooses=True, height=380)
    subject = chosen[0] if chosen else total
    with picture:
        title = _("order {number}", number=chosen[0]["order_number"]) if chosen else _("all orders shown")
        st.subheader(_("From revenue to profit: {subject}", subject=title), anchor=False)
        st.echarts_chart(_waterfall_of(subject), height=PICTURE_HEIGHT, key="waterfall")
    if chosen:
        number, order_id = chosen[0]["order_number"], int(chosen[0]["sales_order_id"])
        st.subheader(_("Lines of order {number}", number=number), anchor=False)
        table(view, view.ask("order_profit_lines", order=order_id), LINES, key="order-lines")
        view.link("document", _("Open order {number}", number=number), ":material/description:", id=str(order_id))
    else:
        st.caption(_("Choose an order to see its lines and its own way from revenue to profit."))


def _profit_by(view: View, filters: dict[str, Any]) -> None:
    names = {"customer": _("Customers"), "item": _("Items"), "month": _("Months")}
    by = turn(_("Profit by"), list(names), "by", shown=names.__getitem__)
    grouped = view.ask("order_profit_by", by=by, **filters)
    shown = grouped if by == "month" else grouped.head(12)
    st.echarts_chart(
        bars(
            [str(label) for label in shown["label"]], [(_("Profit"), [float(p) for p in shown["profit"]])],
            horizontal=by != "month",
        ),
        height=PICTURE_HEIGHT, key="by-chart",
    )  # fmt: skip
    label = {"customer": noted("Customer"), "item": noted("Item"), "month": noted("Month")}[str(by)]
    table(view, grouped, {"label": Column(label), **FIGURES}, key="by-table")


def _months(view: View) -> list[str]:
    return [str(label) for label in view.ask("order_profit_by", by="month")["label"]]


def _waterfall_of(row: dict[str, Any]) -> dict[str, Any]:
    steps = [(_("Revenue"), float(row["revenue"]), "total")]
    for name in COMPONENTS:
        amount = float(row[name])
        if amount:
            steps.append((_(COMPONENT_LABELS[name]), -amount, "change"))
    return waterfall([*steps, (_("Profit"), float(row["profit"]), "total")], shown_short)


BOARD = Board("order_profit", noted("Order profit"), ":material/paid:", noted("Sales"), "board.order_profit", render)
