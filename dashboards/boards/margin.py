"""What would this order earn? Lines as somebody thinks of them, with cost, margin and cover at today's stock."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.charts import waterfall
from dashboards.filters import choice, rows_of_address, rows_to_address
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_amount, shown_number, shown_share, shown_short
from dashboards.questions.margin_preview import COMPONENTS
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from transactions.kernel.refusal import Refusal

COMPONENT_LABELS = {
    "material": noted("Material"),
    "labour": noted("Labour"),
    "overhead": noted("Overhead"),
    "subcontract": noted("Subcontracting"),
    "landed": noted("Landed cost"),
}
PREVIEW = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "revenue": Column("Revenue", "amount"),
    "total_cost": Column("Cost", "amount"),
    "margin": Column("Profit", "amount"),
    "margin_rate": Column("Margin", "share"),
    "cost_source": Column("Cost from", "word", help="What is in stock at its own cost, the rest at the cost in force"),
    "stock_quantity": Column("Of it from stock", "quantity"),
    "available_quantity": Column("Available", "quantity"),
    "is_covered": Column("Covered", "flag", help="What is available suffices, lines above counted first"),
    **{f"{name}_cost": Column(label, "amount") for name, label in COMPONENT_LABELS.items()},
}
LINE = ("item", "quantity", "unit_price", "discount")
EMPTY_LINES = 3
ITEM_WIDTH = 150  # so that quantity and price stand beside it on a narrow screen


def render(view: View) -> None:
    top = st.container()
    if not view.sees("fct_item_costs", "unit_cost"):
        heading(_("What would this order earn?"))
        empty_state(
            _("Your roles do not show cost"), _("Ask an administrator for a role that has it, or choose another.")
        )
        return
    filters = _asked(view)
    if filters is None:
        with top:
            heading(_("What would this order earn?"), _("Name items, quantities and prices; nothing is recorded."))
        return
    try:
        total = view.one("margin_preview_total", **filters)
    except Refusal as refusal:
        with top:
            heading(_("What would this order earn?"))
        st.error(refused_because(refusal))
        return
    with top:
        heading(_("What would this order earn?"), answer(view, total))
    preview(view, filters, total)


def answer(view: View, total: dict[str, Any]) -> str:
    """The preview in a line."""
    return _(
        "{margin} {currency}, that is {share} of {revenue}; {loss} of {count} lines lose money.",
        margin=shown_amount(total["margin"]), currency=view.currency, share=shown_share(total["margin_rate"]),
        revenue=shown_amount(total["revenue"]), loss=shown_number(total["loss_line_count"]),
        count=shown_number(total["line_count"]),
    )  # fmt: skip


def preview(view: View, filters: dict[str, Any], total: dict[str, Any]) -> None:
    """Figures, picture and lines of a preview; also on the page of an order."""

    def basis(column: str, formula: str, by: str) -> Basis:
        return Basis(
            view, "fct_item_costs", column, formula, "margin_preview", filters, by, PREVIEW,
            ("material_unit_cost", "labour_unit_cost", "overhead_unit_cost"),
        )  # fmt: skip

    uncovered = total["uncovered_line_count"]
    tiles(
        [
            Tile(_("Revenue"), shown_amount(total["revenue"]), view.currency,
                 basis=basis("", _("Σ quantity × price less discount"), "revenue")),
            Tile(_("Cost"), shown_amount(total["total_cost"]), view.currency,
                 basis=basis("unit_cost", _("layers in stock, oldest first; the rest at the unit cost in force"),
                             "total_cost")),
            Tile(_("Profit"), shown_amount(total["margin"]), view.currency, alarm=total["margin"] < 0,
                 basis=basis("unit_cost", _("revenue − cost of the lines"), "margin")),
            Tile(_("Margin"), shown_share(total["margin_rate"]),
                 basis=basis("unit_cost", _("profit ÷ revenue of the lines"), "margin")),
            Tile(_("Lines not covered"), shown_number(uncovered), alarm=uncovered > 0,
                 basis=basis("unit_cost", _("lines for which what is available does not suffice"), "quantity")),
        ],
        "margin",
    )  # fmt: skip
    if total["unknown_cost_count"]:
        st.warning(_("{count} lines have no known cost; their margin is too good.", count=total["unknown_cost_count"]))
    steps = [(_("Revenue"), float(total["revenue"]), "total")]
    steps += [
        (_(COMPONENT_LABELS[name]), -float(total[f"{name}_cost"]), "change")
        for name in COMPONENTS
        if total[f"{name}_cost"]
    ]
    steps.append((_("Profit"), float(total["margin"]), "total"))
    st.echarts_chart(waterfall(steps, shown_short), height=PICTURE_HEIGHT - 60, key="margin-waterfall")
    table(view, view.ask("margin_preview", **filters), PREVIEW, key="margin-lines", height="content")


def _asked(view: View) -> dict[str, Any] | None:
    """The filters of the question, from the form or from the address; None as long as no line is complete."""
    known = view.ask("margin_items")
    items = dict(known.select("item_code", "item_name").iter_rows())
    customers = dict(view.ask("margin_customers").iter_rows())
    warehouses = view.ask("stock_places")["warehouse_code"].unique().sort().to_list()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        customer = choice(_("Customer"), list(customers), "customer", shown=customers.__getitem__, width=240)
        warehouse = choice(_("Deliver from"), warehouses, "warehouse", width=160)
        explain(view, "fct_item_costs", "fct_stock_ageing")
    rows = _lines(items)
    if not rows:
        return None
    lines = [
        {"item": item, "quantity": quantity, "unit_price": price, "discount_rate": str(Decimal(discount) / 100)}
        for item, quantity, price, discount in rows
    ]
    return {"lines": json.dumps(lines), "customer": customer, "warehouse": warehouse}


def _lines(items: dict[str, str]) -> list[list[str]]:
    """The complete lines of the form: item, quantity, price, discount in percent; they also stand in the address."""
    kept, turn = rows_of_address("lines")
    start = [dict(zip(LINE, row, strict=False)) for row in kept if len(row) == len(LINE) and row[0] in items]
    table_of_lines = pl.DataFrame(
        [{**row, **{name: _typed(row[name]) for name in LINE[1:]}} for row in start] or [{}] * EMPTY_LINES,
        schema=dict.fromkeys(LINE, pl.Float64) | {"item": pl.String},
    )
    config = st.column_config
    st.caption(_("One line for each item; the discount in percent."))
    typed: pl.DataFrame = st.data_editor(
        table_of_lines, num_rows="dynamic", hide_index=True, key=f"margin-editor-{turn}", width="stretch",
        placeholder="",
        column_config={
            "item": config.SelectboxColumn(
                _("Item"), options=sorted(items), format_func=lambda code: f"{code} · {items.get(str(code), '')}",
                width=ITEM_WIDTH,
            ),
            "quantity": config.NumberColumn(_("Quantity"), min_value=0, format="localized"),
            "unit_price": config.NumberColumn(_("Unit price"), min_value=0, format="localized"),
            "discount": config.NumberColumn(_("Discount, %"), min_value=0, max_value=100, format="localized"),
        },
    )  # fmt: skip
    rows = [
        [str(row["item"]), *(_exact(row[name] or 0) for name in LINE[1:])]
        for row in typed.to_dicts()
        if row["item"] and row["quantity"] and row["unit_price"] is not None
    ]
    rows_to_address("lines", rows)
    return rows


def _typed(text: Any) -> float | None:
    """What the editor shows for a number of the address."""
    try:
        return float(Decimal(str(text)))
    except InvalidOperation:
        return None


def _exact(typed: float) -> str:
    """The number as it was typed, not as it is stored in binary."""
    return f"{Decimal(repr(typed)).quantize(Decimal('0.000001')).normalize():f}"


BOARD = Board(
    "margin", noted("Margin preview"), ":material/price_check:", noted("Sales"), "board.order_profit", render, stage=2
)
