"""What is there, what is it worth, where does money lie idle? On hand, the card of an item, ageing."""

from typing import Any

import streamlit as st

from dashboards.charts import bars, heat_map, stepped
from dashboards.filters import choice, pick
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, own_part, shown_amount, shown_number, shown_short
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


def render(view: View) -> None:
    top = st.container()
    filters = _filters(view)
    total = view.one("stock_total", **filters)
    with top:
        _answer(view, total)
    _figures(view, total)
    names = [_("On hand"), _("Card of an item"), _("Ageing")]
    on_hand, card, ageing = st.tabs(names)
    with on_hand:
        _on_hand(view, filters)
    with card:
        _card(view, filters.get("warehouse"))
    with ageing:
        _ageing(view, filters)


def _filters(view: View) -> dict[str, Any]:
    places = view.ask("stock_places")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        warehouse = choice(_("Warehouse"), places["warehouse_code"].unique().sort().to_list(), "warehouse", width=180)
        category = choice(_("Category"), places["item_category"].drop_nulls().unique().sort().to_list(), "category")
        explain(view, "fct_stock_on_hand", "fct_stock_ageing", "fct_stock_moves")
    return {"warehouse": warehouse, "category": category}


def _answer(view: View, total: dict[str, Any]) -> None:
    if "value_amount" in total:
        answer = _(
            "{value} {currency} in {items} items; {idle} {currency} of it has not moved for more than 180 days.",
            value=shown_amount(total["value_amount"]), currency=view.currency, items=shown_number(total["item_count"]),
            idle=shown_amount(total["idle_amount"] or 0),
        )  # fmt: skip
    else:
        answer = _("{items} items are in stock.", items=shown_number(total.get("item_count")))
    heading(_("What is there, what is it worth?"), answer)


def _figures(view: View, total: dict[str, Any]) -> None:
    shown = [Tile(_("Items in stock"), shown_number(total["item_count"]))]
    if "value_amount" in total:
        shown = [
            Tile(_("Stock value"), shown_amount(total["value_amount"]), view.currency),
            *shown,
            Tile(_("Idle over 180 days"), shown_amount(total["idle_amount"] or 0), view.currency),
        ]
    shown += [
        Tile(_("Items with idle stock"), shown_number(total["idle_items"] or 0)),
        Tile(_("Below zero"), shown_number(total["negative_count"]), alarm=total["negative_count"] > 0),
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
    table(
        view, view.ask("stock_on_hand", **filters), ON_HAND, key="on-hand", nothing=_("No stock here"),
        what_next=_("Record opening stock or a goods receipt; it appears after the next refresh."),
    )  # fmt: skip


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
        points = [(day.isoformat(), float(quantity)) for day, quantity in history.iter_rows()]
        st.echarts_chart(stepped(_("Quantity"), points), height=PICTURE_HEIGHT - 80, key="stock-history")
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
    st.echarts_chart(
        heat_map([str(category) for category in categories], [said(bucket) for bucket in BUCKETS], places, shown_short),
        height=150 + 44 * len(categories), key="age-map",
    )  # fmt: skip
    bucket = pick(_("Age in days"), BUCKETS, "bucket", shown=said)
    rows = view.ask("stock_ageing", bucket=bucket, **filters)
    table(view, rows, AGEING, key="ageing", opens="layer_document_id", height=420)


BOARD = Board("stock", noted("Stock & ageing"), ":material/inventory_2:", noted("Stock"), "board.stock", render)
