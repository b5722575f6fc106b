"""What is there, what is it worth, where does money lie idle? On hand, the card of an item, ageing."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.as_known import as_known
from dashboards.boards.standard_cost import against_standard
from dashboards.charts import bars, heat_map, stepped
from dashboards.filters import choice, day, moment, pick
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, own_part, shown_amount, shown_date, shown_number, shown_short
from dashboards.questions.stock import BUCKETS
from dashboards.table import Column, table
from dashboards.words import said

ON_HAND = {
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "item_category": Column("Category"),
    "warehouse_code": Column("Warehouse"),
    "lot_code": Column("Lot"),
    "quantity": Column("On hand", "quantity"),
    "reserved_quantity": Column("Reserved", "quantity"),
    "blocked_quantity": Column("Blocked", "quantity"),
    "available_quantity": Column("Available", "quantity"),
    "unit": Column("Unit"),
    "value_amount": Column("Value", "amount"),
    "unit_cost": Column("Unit cost", "price"),
    "safety_stock": Column("Safety stock", "quantity"),
    "expiry_date": Column("Expires", "date"),
}
CARD = {
    "effective_date": Column("Date", "date"),
    "move_type": Column("Move", "word"),
    "document_number": Column("Document"),
    "received_quantity": Column("In", "quantity"),
    "issued_quantity": Column("Out", "quantity"),
    "balance_quantity": Column("Balance", "quantity"),
    "value_change": Column("Value change", "amount"),
    "value_balance": Column("Value after", "amount"),
    "lot_code": Column("Lot"),
}
RESERVED = {
    "order_number": Column("Order"),
    "line_number": Column("Line", "count"),
    "customer_name": Column("Customer"),
    "lot_code": Column("Lot"),
    "reserved_quantity": Column("Reserved", "quantity"),
    "changed_on": Column("Since", "date"),
}
AGEING = {
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "category": Column("Category"),
    "warehouse_code": Column("Warehouse"),
    "layer_document_number": Column("Came with"),
    "received_date": Column("Received", "date"),
    "age_days": Column("Age in days", "count"),
    "age_bucket": Column("Class of age", "word"),
    "quantity": Column("Quantity", "quantity"),
    "unit": Column("Unit"),
    "value_amount": Column("Value", "amount"),
}


def render(view: View) -> View:
    top = st.container()
    filters, on, known_at = _filters(view)
    if known_at is not None:
        known = as_known(view, known_at, "stock")
        if known is None:
            with top:
                heading(_("What is there, what is it worth?"))
            return view
        view = known
    if on is not None and on < view.edition.as_of:
        filters["on"] = on.isoformat()
    total = view.one("stock_total", **filters)
    with top:
        _answer(view, total, filters)
    _figures(view, total, filters)
    parts: dict[str, Callable[[], None]] = {
        _("On hand"): lambda: _on_hand(view, filters),
        _("Card of an item"): lambda: _card(view, filters.get("warehouse")),
        _("Ageing"): lambda: _ageing(view, filters),
    }
    if view.sees("fct_cost_variances", "variance_amount"):
        parts[_("Against standard cost")] = lambda: against_standard(view, filters)
    sections("stock", parts)
    return view


def _filters(view: View) -> tuple[dict[str, Any], date | None, datetime | None]:
    """Where and of what; at the end of which day; as known when."""
    places = view.ask("stock_places")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        warehouse = choice(_("Warehouse"), places["warehouse_code"].unique().sort().to_list(), "warehouse", width=150)
        category = choice(
            _("Category"), places["item_category"].drop_nulls().unique().sort().to_list(), "category", width=180
        )
        on = day(_("At the end of"), "on", width=150)
        known_at = moment(_("As known at"), "known")
        explain(view, "fct_stock_on_hand", "fct_stock_reservations", "fct_stock_ageing", "fct_stock_moves",
                "fct_stock_balances_daily")  # fmt: skip
    return {"warehouse": warehouse, "category": category}, on, known_at


def _answer(view: View, total: dict[str, Any], filters: dict[str, Any]) -> None:
    if "value_amount" in total:
        answer = _(
            "{value} {currency} in {items} items; {idle} {currency} of it has not moved for more than 180 days.",
            value=shown_amount(total["value_amount"]), currency=view.currency, items=shown_number(total["item_count"]),
            idle=shown_amount(total["idle_amount"] or 0),
        )  # fmt: skip
    else:
        answer = _("{items} items are in stock.", items=shown_number(total.get("item_count")))
    heading(_("What is there, what is it worth?"), answer)
    if "on" in filters:
        on = shown_date(date.fromisoformat(filters["on"]))
        st.caption(
            _("As it was at the end of {day}, valued with all that was known then.", day=on)
            if view.edition.known_at
            else _("As it was at the end of {day}, valued with all that is known now.", day=on)
        )


def _figures(view: View, total: dict[str, Any], filters: dict[str, Any]) -> None:
    valued = "value_amount" in total

    def of_stock(column: str, formula: str, by: str, *inputs: str) -> Basis:
        return Basis(
            view, "fct_stock_on_hand", column, formula, "stock_on_hand", filters, by, ON_HAND, inputs
        )  # fmt: skip

    idle = Basis(
        view, "fct_stock_ageing", "age_days", _("Σ value of layers that came more than 180 days before"),
        "stock_ageing", {**filters, "idle": True}, "value_amount", AGEING, ("received_date", "value_amount"),
        "layer_document_id",
    )  # fmt: skip
    shown = []
    if valued:
        shown.append(
            Tile(_("Stock value"), shown_amount(total["value_amount"]), view.currency,
                 basis=of_stock("value_amount", _("Σ value of what is on hand"), "value_amount", "quantity",
                                "unit_cost"))
        )  # fmt: skip
    largest = "value_amount" if valued else "quantity"
    shown.append(
        Tile(_("Items in stock"), shown_number(total["item_count"]),
             basis=of_stock("quantity", _("items of which some warehouse holds stock"), largest))
    )  # fmt: skip
    if valued:
        shown.append(Tile(_("Idle over 180 days"), shown_amount(total["idle_amount"] or 0), view.currency, basis=idle))
    negative = Basis(
        view, "fct_stock_on_hand", "quantity", _("places whose quantity is below zero"), "stock_on_hand",
        {**filters, "negative": True}, "quantity", ON_HAND, ("quantity",),
    )  # fmt: skip
    shown += [
        Tile(_("Items with idle stock"), shown_number(total["idle_items"] or 0), basis=idle),
        Tile(_("Below zero"), shown_number(total["negative_count"]), alarm=total["negative_count"] > 0, basis=negative),
    ]
    tiles(shown)


def _on_hand(view: View, filters: dict[str, Any]) -> None:
    largest = view.ask("stock_by_item", **filters)
    if largest.height:
        st.subheader(_("Where the value lies"), anchor=False)
        labels = [own_part(str(name)) for name in largest["item_name"]]
        st.echarts_chart(
            bars(labels, [(_("Value"), [float(v) for v in largest["value_amount"]])], horizontal=True),
            height=max(160, 40 + 26 * largest.height), key="stock-value",
        )  # fmt: skip
    chosen = table(
        view, view.ask("stock_on_hand", **filters), ON_HAND, key="on-hand", chooses=True, height=420,
        nothing=_("No stock here"),
        what_next=_("Record opening stock or a goods receipt; it appears after the next refresh."),
    )  # fmt: skip
    if chosen:
        code, warehouse = chosen[0]["item_code"], chosen[0]["warehouse_code"]
        subject = {"item": f"{code} {chosen[0]['item_name']}", "warehouse": warehouse}
        if chosen[0].get("reserved_quantity"):
            st.subheader(_("Orders for which {item} in {warehouse} is reserved", **subject), anchor=False)
            held = view.ask("stock_reserved", item=code, warehouse=warehouse)
            table(view, held, RESERVED, key="on-hand-reserved", opens="sales_order_id")
        st.subheader(_("Card of {item} in {warehouse}", **subject), anchor=False)
        rows = view.ask("stock_card", item=code, warehouse=warehouse)
        table(view, rows, CARD, key="on-hand-card", opens="document_id", height=360)
    else:
        st.caption(_("Choose a row to see the moves behind it."))


def _card(view: View, warehouse: str | None) -> None:
    items = dict(view.ask("stock_items").iter_rows())
    if not items:
        empty_state(
            _("Nothing has moved yet"), _("Record opening stock or a goods receipt; it appears after the next refresh.")
        )
        return
    code = choice(_("Item"), list(items), "item", shown=lambda key: f"{key} · {items[key]}", optional=False, width=340)
    history = view.ask("stock_history", item=code, warehouse=warehouse)
    if history.height:
        days = [at.isoformat() for at in history["day"]]
        series = [(_("Quantity"), [float(quantity) for quantity in history["quantity"]])]
        if "value_amount" in history.columns:
            series.append((_("Value"), [float(value) for value in history["value_amount"]]))
        st.echarts_chart(stepped(days, series), height=PICTURE_HEIGHT - 60, key="stock-history")
    table(
        view, view.ask("stock_card", item=code, warehouse=warehouse), CARD, key="card", opens="document_id", height=420
    )


def _ageing(view: View, filters: dict[str, Any]) -> None:
    cells = view.ask("stock_age_by_category", **filters)
    if cells.is_empty():
        empty_state(
            _("No stock here"), _("Record opening stock or a goods receipt; it appears after the next refresh.")
        )
        return
    categories = cells["category"].unique().sort().to_list()
    places = [
        (BUCKETS.index(row["age_bucket"]), categories.index(row["category"]), float(row["measure"]))
        for row in cells.iter_rows(named=True)
        if row["age_bucket"] in BUCKETS
    ]
    valued = view.sees("fct_stock_ageing", "value_amount")
    title = (
        _("Value by category and age in days, {currency}", currency=view.currency)
        if valued
        else _("Layers by age in days")
    )
    st.subheader(title, anchor=False)
    picked = st.echarts_chart(
        heat_map([str(category) for category in categories], [said(bucket) for bucket in BUCKETS], places, shown_short),
        height=150 + 44 * len(categories), key="age-map", on_select="rerun",
    )  # fmt: skip
    cell = _chosen_cell(picked)
    bucket = pick(_("Age in days"), BUCKETS, "bucket", shown=said)
    if cell is not None and cell < len(places):
        bucket, category = BUCKETS[places[cell][0]], categories[places[cell][1]]
        st.subheader(_("Layers: {category}, {age} days", category=category, age=said(bucket)), anchor=False)
        filters = {**filters, "category": category}
    else:
        st.caption(_("Choose a cell of the picture, or an age, to see the layers behind it."))
    rows = view.ask("stock_ageing", bucket=bucket, **filters)
    table(view, rows, AGEING, key="ageing", opens="layer_document_id", height=420)


def _chosen_cell(picked: Any) -> int | None:
    """The place of the chosen cell among those of the heat map."""
    chosen = [place for series in picked.selection.selected for place in series["data_indices"]]
    return int(chosen[0]) if chosen else None


BOARD = Board("stock", noted("Stock & ageing"), ":material/inventory_2:", noted("Stock"), "board.stock", render)
