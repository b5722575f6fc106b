"""Where do we lose time and material? Variances by cause, work orders down to vouchers, work in progress, yield."""

from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.standard_cost import against_standard
from dashboards.charts import bars, lines
from dashboards.filters import choice, pick, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, own_part, shown_amount, shown_number, shown_share
from dashboards.table import Column, table
from dashboards.words import said

VARIANCES = {
    "material_price_variance": Column("Material price", "amount"),
    "material_usage_variance": Column("Material usage", "amount"),
    "labour_rate_variance": Column("Labour rate", "amount"),
    "labour_efficiency_variance": Column("Labour efficiency", "amount"),
    "overhead_spending_variance": Column("Overhead spending", "amount"),
    "overhead_efficiency_variance": Column("Overhead efficiency", "amount"),
    "subcontract_variance": Column("Subcontracting variance", "amount"),
    "yield_variance": Column(
        "Yield variance", "amount", help="What scrapped output beyond the plan should have cost in material and work"
    ),
    "standard_variance": Column(
        "Standard variance",
        "amount",
        help="What BOM and routing say it should cost, less the standard it is compared with",
    ),
}
ORDERS = {
    "work_order_number": Column("Work order"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "actual_end_date": Column("Closed", "date"),
    "good_quantity": Column("Good", "quantity"),
    "scrap_quantity": Column("Scrapped", "quantity"),
    "yield_rate": Column("Yield", "share", help="Good output of all output"),
    "labour_minutes": Column("Minutes", "quantity"),
    "total_cost": Column("Cost", "amount"),
    "standard_cost": Column(
        "Should have cost",
        "amount",
        help="By the standard, else by BOM and routing, of the day of closing; empty where there is neither",
    ),
    "total_variance": Column("Variance", "amount", help="More cost than it should have cost is positive"),
    **VARIANCES,
    "loss_amount": Column("Lost without output", "amount"),
}
IN_PROGRESS = {
    "work_order_number": Column("Work order"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "status": Column("State", "word"),
    "planned_quantity": Column("Planned", "quantity"),
    "good_quantity": Column("Good", "quantity"),
    "open_quantity": Column("Still to make", "quantity"),
    "planned_end_date": Column("Due", "date"),
    "days_overdue": Column("Days overdue", "count"),
    "labour_minutes": Column("Minutes", "quantity"),
    "wip_amount": Column("Work in progress", "amount"),
}
BY = {
    "label": Column("Item"),
    "order_count": Column("Closed orders", "count"),
    "good_quantity": Column("Good", "quantity"),
    "scrap_quantity": Column("Scrapped", "quantity"),
    "yield_rate": Column("Yield", "share", help="Good output of all output"),
    "labour_minutes": Column("Minutes", "quantity"),
    "efficiency_rate": Column(
        "Efficiency", "share", help="Planned labour of the output, of all labour worked, at the rates in force"
    ),
    "total_variance": Column("Variance", "amount", help="More cost than it should have cost is positive"),
    **VARIANCES,
}
BY_MONTH_AND_ITEM = {
    "month": Column("Month"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "order_count": Column("Closed orders", "count"),
    "actual_cost": Column("Actual cost", "amount", help="What by-products took is taken off"),
    "standard_cost": ORDERS["standard_cost"],
    "total_variance": ORDERS["total_variance"],
    **VARIANCES,
}
CAUSES = {
    "cause_name": Column("Cause"),
    "order_count": Column("Orders", "count"),
    "amount": Column("Amount", "amount"),
}
VOUCHERS = {
    "effective_date": Column("Date", "date"),
    "kind": Column("Move", "word"),
    "document_number": Column("Document"),
    "item_code": Column("Item or employee"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "minutes": Column("Minutes", "quantity"),
    "amount": Column("Value", "amount", help="Into the order positive, out of it negative"),
}


def render(view: View) -> None:
    top = st.container()
    items = dict(view.ask("production_items").iter_rows())
    months = view.ask("production_months")["month"].to_list()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        first = choice(_("Closed from"), months, "from", placeholder=_("the beginning"), width=180)
        item = choice(_("Item"), list(items), "item", shown=lambda key: f"{key} · {items[key]}", width=260)
        explain(view, "fct_work_orders", "fct_labour_hours")
    filters = {"first_month": first, "item": item}
    total = view.one("production_total", **filters)
    with top:
        heading(_("Where do we lose time and material?"), _answer(view, total))
    if not total["order_count"]:
        empty_state(
            _("No work order here"),
            _("Widen the filters, or create and release a work order; it appears after the next refresh."),
        )
        return
    _figures(view, total, filters)
    parts: dict[str, Callable[[], None]] = {
        _("Work orders"): lambda: _orders(view, filters),
        _("Work in progress"): lambda: _in_progress(view, filters),
        _("Yield and efficiency"): lambda: _rates(view, filters),
    }
    if view.sees("fct_work_orders", "total_variance"):
        parts[_("Variances by month and item")] = lambda: _variances(view, filters)
    if view.sees("fct_cost_variances", "variance_amount"):
        parts[_("Against standard cost")] = lambda: against_standard(view, filters)
    sections("production", parts)


def _answer(view: View, total: dict[str, Any]) -> str:
    if not total["order_count"]:
        return ""
    if "variance_amount" not in total:
        return _(
            "{open} work orders are open; {share} of all output was good.", open=shown_number(total["open_count"]),
            share=shown_share(total["yield_rate"]),
        )  # fmt: skip
    more = total["variance_amount"] + total["loss_amount"]
    said_so = {
        "closed": shown_number(total["closed_count"]), "amount": shown_amount(abs(more)), "currency": view.currency,
        "share": shown_share(total["yield_rate"]),
    }  # fmt: skip
    if more > 0:
        return _(
            "{closed} closed orders cost {amount} {currency} more than they should; {share} of all output was good.",
            **said_so,
        )
    return _(
        "{closed} closed orders cost {amount} {currency} less than they should; {share} of all output was good.",
        **said_so,
    )


def _figures(view: View, total: dict[str, Any], filters: dict[str, Any]) -> None:
    def basis(
        column: str, formula: str, by: str, *inputs: str, question: str = "production_orders", **more: Any
    ) -> Basis:
        shows = IN_PROGRESS if question == "production_in_progress" else ORDERS
        return Basis(
            view, "fct_work_orders", column, formula, question, {**filters, **more}, by, shows, inputs, "work_order_id",
            only=by,
        )  # fmt: skip

    shown = []
    if "wip_amount" in total:
        variance = total["variance_amount"]
        shown = [
            Tile(_("Variance"), shown_amount(variance), view.currency, alarm=variance > 0,
                 basis=basis("total_variance", _("Σ cost less standard cost of closed orders"), "total_variance",
                             "total_cost", "standard_cost", state="closed")),
            Tile(_("Work in progress"), shown_amount(total["wip_amount"]), view.currency,
                 basis=basis("wip_amount", _("Σ cost in less value out of open orders"), "wip_amount", "total_cost",
                             "output_amount", question="production_in_progress", first_month=None)),
        ]  # fmt: skip
    shown.append(
        Tile(_("Yield"), shown_share(total["yield_rate"]),
             basis=basis("good_quantity", _("good output ÷ (good + scrapped output)"), "scrap_quantity",
                         "scrap_quantity"))
    )  # fmt: skip
    if "efficiency_rate" in total:
        shown.append(
            Tile(_("Efficiency"), shown_share(total["efficiency_rate"]),
                 basis=basis("labour_efficiency_variance",
                             _("planned labour of the output ÷ labour worked, of closed orders, at the rates in force"),
                             "labour_efficiency_variance", "labour_rate_variance", "labour_cost", state="closed"))
        )  # fmt: skip
    shown.append(
        Tile(_("Open work orders"), shown_number(total["open_count"]),
             basis=basis("planned_quantity", _("orders released or confirmed and not closed"), "open_quantity",
                         question="production_in_progress", first_month=None))
    )  # fmt: skip
    tiles(shown, "production")


def _orders(view: View, filters: dict[str, Any]) -> None:
    causes, cause = view.ask("production_by_cause", **filters), None
    if causes.height:
        st.subheader(_("Variances by cause"), anchor=False)
        names = [said(cause) for cause in causes["cause"]]
        st.echarts_chart(
            bars(names, [(_("Variance"), [float(a) for a in causes["amount"]])], horizontal=True),
            height=60 + 44 * causes.height, key="causes",
        )  # fmt: skip
        named = causes.with_columns(pl.Series("cause_name", names, dtype=pl.String))
        with st.expander(_("The rows of the picture")):
            table(view, named, CAUSES, key="causes-rows", height="content")
        cause = pick(_("Orders that differ by"), causes["cause"].to_list(), "by-cause", shown=said)
    st.subheader(_("Work orders: {cause}", cause=said(cause)) if cause else _("Work orders"), anchor=False)
    rows = view.ask("production_orders", **filters, state="closed", cause=cause)
    first = ("work_order_number", "item_code", *([cause] if cause else []))
    chosen = table(
        view, rows, {name: ORDERS[name] for name in first} | ORDERS, key="work-orders", chooses=True, height=400,
        nothing=_("No closed work order here"),
        what_next=_("Close a work order; its yield and variances appear after the next refresh."),
    )  # fmt: skip
    _vouchers(view, chosen)


def _in_progress(view: View, filters: dict[str, Any]) -> None:
    rows = view.ask("production_in_progress", item=filters["item"])
    chosen = table(
        view, rows, IN_PROGRESS, key="in-progress", chooses=True, height=420, nothing=_("Nothing is in progress"),
        what_next=_("Release a work order; what it takes in and gives out appears after the next refresh."),
    )  # fmt: skip
    _vouchers(view, chosen)


def _vouchers(view: View, chosen: list[dict[str, Any]]) -> None:
    """What went into the chosen order and came out of it, each with its document."""
    if not chosen:
        st.caption(_("Choose a work order to see what went in and what came out."))
        return
    number, order = chosen[0]["work_order_number"], int(chosen[0]["work_order_id"])
    st.subheader(_("Into and out of work order {number}", number=number), anchor=False)
    table(
        view, view.ask("work_order_vouchers", order=order), VOUCHERS, key=f"vouchers-{order}", opens="document_id",
        nothing=_("Nothing was issued or booked yet"), what_next=_("Issue material or book time on the order."),
    )  # fmt: skip
    view.link("document", _("Open order {number}", number=number), ":material/description:", id=str(order))


def _rates(view: View, filters: dict[str, Any]) -> None:
    months = view.ask("production_by", by="month", **filters)
    if months.is_empty():
        empty_state(
            _("No closed work order here"),
            _("Close a work order; its yield and variances appear after the next refresh."),
        )
        return
    series = [(_("Yield, %"), _percent(months["yield_rate"]))]
    if "efficiency_rate" in months.columns:
        series.append((_("Efficiency, %"), _percent(months["efficiency_rate"])))
    st.echarts_chart(lines([str(m) for m in months["label"]], series), height=PICTURE_HEIGHT - 40, key="rates")
    names = {"item": _("Items"), "month": _("Months")}
    by = turn(_("By"), list(names), "by", shown=names.__getitem__)
    grouped = view.ask("production_by", by=by, **filters)
    labelled = grouped.with_columns(pl.Series("label", [own_part(str(text)) for text in grouped["label"]]))
    label = Column("Month") if by == "month" else Column("Item")
    chosen = table(view, labelled, {**BY, "label": label}, key=f"rates-{by}", chooses=True, height=400)
    if not chosen:
        st.caption(_("Choose a row to see its orders."))
        return
    st.subheader(_("Orders of {what}", what=chosen[0]["label"]), anchor=False)
    rows = view.ask("production_orders", **{**filters, str(by): chosen[0]["key"], "state": "closed"})
    table(view, rows, ORDERS, key="rates-orders", opens="work_order_id", height=360)


def _variances(view: View, filters: dict[str, Any]) -> None:
    """Actual less standard cost of each item and month with its causes, down to the orders."""
    chosen = table(
        view, view.ask("production_variances", **filters), BY_MONTH_AND_ITEM, key="variances", chooses=True, height=400,
        nothing=_("No closed work order here"),
        what_next=_("Close a work order; its yield and variances appear after the next refresh."),
    )  # fmt: skip
    if not chosen:
        st.caption(_("Choose a row to see its orders."))
        return
    month, item = chosen[0]["month"], chosen[0]["item_code"]
    st.subheader(_("Orders of {what}", what=f"{item} · {month}"), anchor=False)
    rows = view.ask("production_orders", **{**filters, "item": item, "month": month, "state": "closed"})
    table(view, rows, ORDERS, key="variances-orders", opens="work_order_id", height=360)


def _percent(rates: pl.Series) -> list[float | None]:
    return [None if rate is None else float(rate * 100) for rate in rates]


BOARD = Board(
    "production",
    noted("Production"),
    ":material/precision_manufacturing:",
    noted("Planning"),
    "board.production",
    render,
    stage=3,
)
