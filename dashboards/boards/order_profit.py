"""Which orders earn money? Orders with cost by component, the waterfall of one order, customers and items by profit."""

import streamlit as st

from dashboards.charts import bars, waterfall
from dashboards.frame import Board, Column, Tile, View, empty_state, explain, heading, table, tiles
from dashboards.language import _, shown_amount, shown_number, shown_share
from dashboards.questions.order_profit import COMPONENTS

COMPONENT_LABELS = {
    "material_cost": "Material",
    "labour_cost": "Labour",
    "overhead_cost": "Overhead",
    "subcontract_cost": "Subcontracting",
    "landed_cost": "Landed cost",
    "other_cost": "Other",
}
ORDERS = {
    "order_number": Column("Order"),
    "customer_name": Column("Customer"),
    "order_date": Column("Ordered", "date"),
    "revenue": Column("Revenue", "amount"),
    "total_cost": Column("Cost", "amount"),
    "profit": Column("Profit", "amount"),
    "margin_rate": Column("Margin", "share"),
    "cost_status": Column("Cost is", help="actual: delivered in full; estimated: nothing delivered yet; mixed: in part"),
    **{name: Column(label, "amount") for name, label in COMPONENT_LABELS.items()},
}
LINES = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    **{name: column for name, column in ORDERS.items() if name not in ("order_number", "customer_name", "order_date")},
}


def render(view: View) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        period = st.selectbox(
            _("Order date from"), _months(view), index=None, key="from", bind="query-params", width=180,
            placeholder=_("the beginning"),
        )  # fmt: skip
        loss_only = st.toggle(_("Only at a loss"), key="loss", bind="query-params")
        explain(view, "fct_order_profit")
    filters = {"first_day": f"{period}-01" if period else None, "loss_only": loss_only or None}
    total = view.ask("order_profit_total", **filters).row(0, named=True)
    if not total["line_count"]:
        heading(_("Which orders earn money?"))
        empty_state(_("No order yet"), _("Record a sales order; its profit appears here after the next refresh."))
        return
    heading(
        _("Which orders earn money?"),
        _(
            "{share} of revenue is profit; {loss} of {orders} orders lose money.",
            share=shown_share(total["margin_rate"]), loss=shown_number(total["loss_order_count"]),
            orders=shown_number(total["order_count"]),
        ),
    )  # fmt: skip
    tiles(
        [
            Tile(_("Revenue"), shown_amount(total["revenue"])),
            Tile(_("Cost"), shown_amount(total["total_cost"])),
            Tile(_("Profit"), shown_amount(total["profit"])),
            Tile(_("Margin"), shown_share(total["margin_rate"])),
            Tile(_("Orders at a loss"), shown_number(total["loss_order_count"])),
        ]
    )
    chosen = st.session_state.get("chosen_order")
    orders_tab, by_tab = st.tabs([_("Orders"), _("Customers, items, months")])
    with orders_tab:
        row = table(view, view.ask("order_profit_orders", **filters), ORDERS, key="orders", height=380)
        if row is not None:
            chosen = row
        subject = chosen or total
        title = _("Order {number}", number=chosen["order_number"]) if chosen else _("All orders shown")
        st.subheader(_("From revenue to profit: {subject}", subject=title))
        st.echarts_chart(_waterfall_of(subject), height=320, key="waterfall")
        if chosen:
            table(view, view.ask("order_profit_lines", order=chosen["sales_order_id"]), LINES, key="order-lines")
    with by_tab:
        names = {"customer": _("Customers"), "item": _("Items"), "month": _("Months")}
        by = st.segmented_control(
            _("Profit by"), list(names), format_func=names.__getitem__, default="customer", key="by",
            bind="query-params", required=True,
        )  # fmt: skip
        grouped = view.ask("order_profit_by", by=by, **filters)
        shown = grouped if by == "month" else grouped.head(12)
        st.echarts_chart(
            bars(
                [str(label) for label in shown["label"]], [(_("Profit"), [float(p) for p in shown["profit"]])],
                horizontal=by != "month",
            ),
            height=380, key="by-chart",
        )  # fmt: skip
        columns = {"label": Column({"customer": "Customer", "item": "Item", "month": "Month"}[by]), **_BY}
        table(view, grouped, columns, key="by-table", selectable=False)


_BY = {name: ORDERS[name] for name in ("revenue", "total_cost", "profit", "margin_rate")}


def _months(view: View) -> list[str]:
    return [str(label) for label in view.ask("order_profit_by", by="month")["label"]]


def _waterfall_of(row: dict[str, object]) -> dict[str, object]:
    steps = [(_("Revenue"), float(row["revenue"]), "total")]  # type: ignore[arg-type]
    for name in COMPONENTS:
        amount = float(row[name])  # type: ignore[arg-type]
        if amount:
            steps.append((_(COMPONENT_LABELS[name]), -amount, "change"))
    return waterfall([*steps, (_("Profit"), float(row["profit"]), "total")])  # type: ignore[arg-type]


BOARD = Board(
    "order_profit", "Order profit", ":material/paid:", "Sales", "board.order_profit", render
)
