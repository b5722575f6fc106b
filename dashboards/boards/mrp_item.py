"""The record of one item as planners know it: grid by day, week or month, chart, pegs, arithmetic in words."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.boards.mrp_columns import RECORD, TO_DECIDE, TREE
from dashboards.boards.mrp_decide import arithmetic, money
from dashboards.charts import record
from dashboards.filters import choice, turn
from dashboards.frame import PICTURE_HEIGHT, View, empty_state
from dashboards.language import _, shown_date, shown_number
from dashboards.table import ROWS_SHOWN, table
from dashboards.words import said

FIGURES = (
    "gross_requirement", "scheduled_receipt", "projected_balance", "net_requirement", "planned_receipt",
    "planned_release",
)  # fmt: skip
MOST_COLUMNS = 60


def item_record(view: View) -> None:
    """Parameters, chart, grid, and the suggestions of an item with their arithmetic and pegging tree."""
    items = {row["item_code"]: row for row in view.ask("mrp_items").iter_rows(named=True)}
    if not items:
        empty_state(_("The plan speaks of no item yet"), _("Give items lead times and record demand; then refresh."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        code = choice(
            _("Item"), list(items), "item", optional=False, width=320,
            shown=lambda key: f"{key} · {items[key]['item_name']}",
        )  # fmt: skip
        chosen = items[str(code)]
        warehouse = choice(_("Warehouse"), list(chosen["warehouses"]), "warehouse", optional=False, width=160)
        buckets = {"day": _("day"), "week": _("week"), "month": _("month")}
        bucket = turn(_("By"), list(buckets), "bucket", shown=buckets.__getitem__, usual="week")
    st.caption(_parameters(chosen))
    rows = view.ask("mrp_record", item=code, warehouse=warehouse)
    labels = [shown_date(day) for day in rows["projection_date"]]
    series = {
        name: [float(q) for q in rows[name]] for name in ("projected_balance", "gross_requirement", "planned_receipt")
    }
    st.echarts_chart(
        record(labels, [(_(RECORD[name].label), points) for name, points in series.items()]), height=PICTURE_HEIGHT,
        key="mrp-balance",
    )  # fmt: skip
    _grid(view.ask("mrp_buckets", item=code, warehouse=warehouse, bucket=bucket))
    with st.expander(_("Day by day, to export")):
        table(view, rows, RECORD, key="record", first=ROWS_SHOWN)
    st.subheader(_("Suggestions for it"), anchor=False)
    suggestions = view.ask("mrp_suggestions", item=code)
    picked = table(
        view, suggestions, TO_DECIDE, key=f"item-suggestions-{view.edition.build_id}", chooses=True,
        nothing=_("No suggestion for it"), what_next=_("Its supplies cover what is required."),
    )  # fmt: skip
    if suggestions.height:
        _why(view, picked[0] if picked else suggestions.row(0, named=True))


def _parameters(item: dict[str, Any]) -> str:
    """How it is planned; a least lot and steps are said where there are any."""
    told = [
        _("Lead time {lead} working days · safety stock {safety} {unit} · {rule}",
          lead=shown_number(item["lead_time_days"]), safety=shown_number(item["safety_stock"] or 0, 6),
          unit=item["unit"], rule=said(item["lot_policy"]) or said("lot_for_lot"))
    ]  # fmt: skip
    if item["minimum_quantity"]:
        told.append(_("at least {minimum}", minimum=shown_number(item["minimum_quantity"], 6)))
    if item["multiple_quantity"]:
        told.append(_("in steps of {multiple}", multiple=shown_number(item["multiple_quantity"], 6)))
    return " · ".join(told)


def _grid(rows: pl.DataFrame) -> None:
    """Time runs to the right, one line per figure, as planners read it."""
    if rows.is_empty():
        return
    shown = rows.head(MOST_COLUMNS)
    labels = [shown_date(day) for day in shown["bucket_start"]]
    lines = [
        {"": _(RECORD[name].label)} | {
            label: None if not value else float(value) for label, value in zip(labels, shown[name], strict=True)
        }
        for name in FIGURES
    ]  # fmt: skip
    configuration: dict[str, Any] = {
        label: st.column_config.NumberColumn(label, format="localized", width="small") for label in labels
    }
    configuration[""] = st.column_config.TextColumn("", pinned=True)
    st.dataframe(
        pl.DataFrame(lines, infer_schema_length=None), hide_index=True, column_config=configuration, key="mrp-grid",
        placeholder="", height="content",
    )  # fmt: skip


def _why(view: View, suggestion: dict[str, Any]) -> None:
    st.subheader(
        _("Why {kind} {quantity} {unit} of {item}?", kind=said(suggestion["kind"]),
          quantity=shown_number(suggestion["quantity"], 6), unit=suggestion["unit"], item=suggestion["item_name"]),
        anchor=False,
    )  # fmt: skip
    if suggestion["shortage_quantity"] is not None:
        st.markdown(arithmetic(suggestion))
    st.markdown(money(view, suggestion))
    tree = view.ask("mrp_tree", supply=suggestion["suggestion_id"])
    for title, is_above in ((_("Up to the orders it serves"), True), (_("Down to what it waits for"), False)):
        branch = tree.filter((pl.col("step") < 0) == is_above)
        if branch.height:
            st.markdown(f"**{title}**")
            shown = branch.with_columns(
                branch=pl.Series(["\u2003" * (abs(step) - 1) + ("└ " if abs(step) > 1 else "") + str(item)
                                  for step, item in branch.select("step", "item_code").iter_rows()])
            )  # fmt: skip
            table(view, shown, TREE, key=f"tree-{'above' if is_above else 'below'}", opens="sales_order_id")
