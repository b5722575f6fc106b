"""Which orders earn money? Orders and lines by component, one order's waterfall down to vouchers, who earns it."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.as_known import as_known, changes
from dashboards.charts import GAIN, LOSS, NEUTRAL, ranked, waterfall
from dashboards.filters import choice, moment, switch, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, own_part, shown_amount, shown_number, shown_share, shown_short
from dashboards.questions.order_profit import COMPONENTS
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from transactions.kernel.refusal import Refusal

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
COST_STATUS = Column(
    "Cost is",
    "word",
    help="actual: delivered in full, at final cost; estimated: nothing delivered, or goods of work orders still open; "
    "mixed: some of each",
)
ORDERS = {
    "order_number": Column("Order"),
    "customer_name": Column("Customer"),
    "order_date": Column("Ordered on", "date"),
    **FIGURES,
    "cost_status": COST_STATUS,
    **COSTS,
    "salesperson_name": Column("Salesperson"),
}
LINES = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "ordered_quantity": Column("Ordered", "quantity"),
    "delivered_quantity": Column("Delivered", "quantity"),
    **FIGURES,
    "actual_cost": Column("Actual cost", "amount", help="Of what was delivered, less what came back"),
    "estimated_cost": Column("Estimated cost", "amount", help="Of what is not yet delivered, at the cost in force"),
    "cost_status": COST_STATUS,
    **COSTS,
}
ALL_LINES = {
    "order_number": Column("Order"),
    **LINES,
    "customer_name": Column("Customer"),
    "order_date": Column("Ordered on", "date"),
    "salesperson_name": Column("Salesperson"),
}
VOUCHERS = {
    "document_date": Column("Date", "date"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "revenue": Column("Revenue", "amount"),
    "cost": Column("Cost", "amount"),
    "cost_status": Column("Cost is", "word", help="estimated: goods of a work order that is still open"),
    "material_amount": Column("Material", "amount"),
    "labour_amount": Column("Labour", "amount"),
    "overhead_amount": Column("Overhead", "amount"),
    "subcontract_amount": Column("Subcontracting", "amount"),
    "landed_amount": Column("Landed cost", "amount"),
    "other_amount": Column("Other", "amount"),
}
ROOTS = {
    "what": Column("What", "word"),
    "component": Column("Component", "word"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "item_code": Column("Item"),
    "quantity": Column("Quantity", "quantity"),
    "value_amount": Column("Cost", "amount"),
}
GROUPS = {
    "customer": noted("Customer"),
    "item": noted("Item"),
    "salesperson": noted("Salesperson"),
    "month": noted("Month"),
}
BARS = 12


def render(view: View) -> View:
    heading_place = st.container()
    filters, known_at = _filters(view)
    current = view
    if known_at is not None:
        known = as_known(view, known_at, "orders")
        if known is None:
            with heading_place:
                heading(_("Which orders earn money?"))
            return view
        view = known
    total = view.one("order_profit_total", **filters)
    with heading_place:
        _answer(total)
    if not total["line_count"]:
        empty_state(
            _("No order here"),
            _("Widen the filters, or record a sales order: its profit appears after the next refresh."),
        )
        return view
    _figures(view, total, filters)
    compared = _("As known, as corrected")
    sections(
        "order-profit",
        {
            _("Orders"): lambda: _orders(view, filters, total),
            _("Order lines"): lambda: _lines(view, filters),
            _("Who and what earns it"): lambda: _profit_by(view, filters),
            compared: lambda: changes(current, known_at, filters),
        },
        first=compared if known_at else None,
    )
    return view


def _lines(view: View, filters: dict[str, Any]) -> None:
    rows = view.ask("order_profit_lines", **filters)
    table(view, rows, ALL_LINES, key="profit-lines", opens="sales_order_id", height=520)


def _filters(view: View) -> tuple[dict[str, Any], datetime | None]:
    groups = {by: view.ask("order_profit_by", by=by) for by in GROUPS}
    names = {
        by: {str(key): own_part(str(label)) for key, label in rows.select("key", "label").iter_rows() if key}
        for by, rows in groups.items()
    }
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        first = choice(_("Ordered from"), sorted(names["month"]), "from", placeholder=_("the beginning"), width=132)
        chosen = {by: _chosen(by, names[by]) for by in ("customer", "item", "salesperson") if names[by]}
        known_at = moment(_("As known at"), "known")
        loss_only = switch(_("Only at a loss"), "loss")
        explain(view, "fct_order_profit")
    return {"first_day": f"{first}-01" if first else None, "loss_only": loss_only or None, **chosen}, known_at


def _chosen(by: str, names: dict[str, str]) -> str | None:
    codes = sorted(names, key=names.__getitem__)
    code: str | None = choice(_(GROUPS[by]), codes, by, shown=names.__getitem__, width=132)
    return code


def _answer(total: dict[str, Any]) -> None:
    answer = ""
    if total["line_count"]:
        answer = _(
            "{share} of revenue is profit; {loss} of {orders} orders lose money.",
            share=shown_share(total["margin_rate"]), loss=shown_number(total["loss_order_count"]),
            orders=shown_number(total["order_count"]),
        )  # fmt: skip
    heading(_("Which orders earn money?"), answer)


def _figures(view: View, total: dict[str, Any], filters: dict[str, Any]) -> None:
    def basis(column: str, formula: str, *inputs: str, by: str = "", **more: Any) -> Basis:
        return Basis(
            view, "fct_order_profit", column, formula, "order_profit_orders", {**filters, **more}, by or column, ORDERS,
            inputs, "sales_order_id",
        )  # fmt: skip

    components = [_(COMPONENT_LABELS[name]) for name in COMPONENTS if total[name]]
    tiles(
        [
            Tile(_("Revenue"), shown_amount(total["revenue"]), view.currency,
                 basis=basis("revenue", _("Σ actual + expected revenue of the order lines shown"), "actual_revenue",
                             "expected_revenue")),
            Tile(_("Cost"), shown_amount(total["total_cost"]), view.currency,
                 basis=basis("total_cost", " + ".join(components), "actual_cost", "estimated_cost", "other_cost")),
            Tile(_("Profit"), shown_amount(total["profit"]), view.currency, alarm=total["profit"] < 0,
                 basis=basis("profit", _("revenue − cost of the order lines shown"), "revenue", "total_cost")),
            Tile(_("Margin"), shown_share(total["margin_rate"]),
                 basis=basis("margin_rate", _("profit ÷ revenue of the order lines shown"), "profit", "revenue",
                             by="profit")),
            Tile(_("Orders at a loss"), shown_number(total["loss_order_count"]), alarm=total["loss_order_count"] > 0,
                 basis=basis("profit", _("orders whose lines together cost more than they bring"), "profit",
                             loss_only=True)),
        ]
    )  # fmt: skip


def _orders(view: View, filters: dict[str, Any], total: dict[str, Any]) -> None:
    picture = st.container()
    chosen = table(view, view.ask("order_profit_orders", **filters), ORDERS, key="orders", chooses=True, height=380)
    subject = chosen[0] if chosen else total
    with picture:
        title = _("order {number}", number=chosen[0]["order_number"]) if chosen else _("all orders shown")
        st.subheader(_("From revenue to profit: {subject}", subject=title), anchor=False)
        st.echarts_chart(_waterfall_of(subject), height=PICTURE_HEIGHT, key="waterfall")
    if chosen:
        _one_order(view, chosen[0]["order_number"], int(chosen[0]["sales_order_id"]))
    else:
        st.caption(_("Choose an order to see its lines and its own way from revenue to profit."))


def _one_order(view: View, number: str, order: int) -> None:
    st.subheader(_("Lines of order {number}", number=number), anchor=False)
    table(view, view.ask("order_profit_lines", order=order), LINES, key="order-lines")
    st.subheader(_("What made its revenue and cost so far"), anchor=False)
    table(
        view, view.ask("order_profit_vouchers", order=order), VOUCHERS, key=f"order-vouchers-{order}",
        opens="document_id", nothing=_("Nothing was delivered or invoiced yet"),
        what_next=_("Its cost is an estimate at the rolled-up cost in force until it is delivered."),
    )  # fmt: skip
    if view.sees("fct_costing_entries", "given_material_amount"):
        st.subheader(_("Walked back to receipts and hours"), anchor=False)
        try:
            with st.spinner(_("Walking its cost back…"), show_time=True):
                roots = view.ask("cost_trace", order=order)
        except Refusal as refusal:
            st.warning(refused_because(refusal))
            roots = pl.DataFrame()
        table(
            view, roots, ROOTS, key=f"order-roots-{order}", opens="document_id", height=360,
            nothing=_("Nothing was delivered yet"),
            what_next=_("Its cost is an estimate at the rolled-up cost in force until it is delivered."),
        )  # fmt: skip
    view.link("document", _("Open order {number}", number=number), ":material/description:", id=str(order))


def _profit_by(view: View, filters: dict[str, Any]) -> None:
    by = str(turn(_("Profit by"), list(GROUPS), "by", shown=lambda key: _(GROUPS[key])))
    grouped = view.ask("order_profit_by", by=by, **filters)
    grouped = grouped.with_columns(pl.Series("label", [own_part(str(label)) for label in grouped["label"]]))
    _margins(grouped.filter(pl.col("revenue") > 0).head(BARS), by)
    given_away = grouped.filter((pl.col("revenue") <= 0) & (pl.col("profit") < 0)).height
    if given_away:
        st.caption(_("Losing money without any revenue, so without a margin: {count}.", count=shown_number(given_away)))
    columns = {
        "label": Column(GROUPS[by]),
        "order_count": Column("Orders", "count"),
        **FIGURES,
        **COSTS,
    }
    chosen = table(view, grouped, columns, key=f"by-{by}", chooses=True, height=360)
    if not chosen:
        st.caption(_("Choose a row to see its orders."))
        return
    narrowed = {**filters, by: chosen[0]["key"] or ""}
    st.subheader(_("Orders of {what}", what=chosen[0]["label"]), anchor=False)
    table(
        view, view.ask("order_profit_orders", **narrowed), ORDERS, key="by-orders", opens="sales_order_id", height=360
    )


def _margins(shown: pl.DataFrame, by: str) -> None:
    if shown.is_empty():
        return
    if by == "month":
        shown = shown.reverse()
    st.subheader(
        _("Margin by month, %")
        if by == "month"
        else _("The thinnest margins, %: the first {count}", count=shown.height),
        anchor=False,
    )
    percents = [float(rate * 100) for rate in shown["margin_rate"]]
    st.echarts_chart(
        ranked(
            [
                (str(label), percent, LOSS if percent < 0 else NEUTRAL if percent < 10 else GAIN)
                for label, percent in zip(shown["label"], percents, strict=True)
            ],
            _("Margin"), lambda percent: f"{shown_number(percent, 1)}%",
        ),
        height=40 + 28 * shown.height, key="by-chart",
    )  # fmt: skip


def _waterfall_of(row: dict[str, Any]) -> dict[str, Any]:
    steps = [(_("Revenue"), float(row["revenue"]), "total")]
    for name in COMPONENTS:
        amount = float(row[name])
        if amount:
            steps.append((_(COMPONENT_LABELS[name]), -amount, "change"))
    return waterfall([*steps, (_("Profit"), float(row["profit"]), "total")], shown_short)


BOARD = Board(
    "order_profit", noted("Order profit"), ":material/paid:", noted("Sales"), "board.order_profit", render, stage=2
)
