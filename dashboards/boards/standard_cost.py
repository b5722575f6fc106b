"""What goods kept at standard cost beyond it: by cause, by month and item, down to the documents."""

from typing import Any

import streamlit as st

from dashboards.charts import bars
from dashboards.filters import pick
from dashboards.frame import View, empty_state, explain
from dashboards.language import _
from dashboards.questions.standard_cost import CAUSES
from dashboards.table import Column, table
from dashboards.words import WORDS, said

BY_MONTH_AND_ITEM = {
    "month": Column("Month"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "actual_cost": Column("Actual cost", "amount", help="Of what came in at another cost than standard"),
    "standard_cost": Column("At standard", "amount", help="The same at the standard of its day"),
    "variance_amount": Column("Variance", "amount", help="Actual cost less standard, and revaluations"),
}
ROWS = {
    "effective_date": Column("Date", "date"),
    "cause": Column("Cause", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "document_number": Column("Document"),
    "work_order_number": Column("Work order"),
    "cause_item_code": Column("Component used"),
    "work_center_code": Column("Work centre"),
    "variance_amount": Column("Variance", "amount", help="More cost than it should have cost is positive"),
}


def against_standard(view: View, filters: dict[str, Any]) -> None:
    """The section: a picture by cause, the months and items behind it, and the rows of the chosen ones."""
    causes = view.ask("standard_variances_by_cause", **filters)
    if causes.is_empty():
        empty_state(
            _("No item differs from its standard cost"),
            _("Set a standard cost and the valuation method standard for an item; its differences appear here."),
        )
        return
    present = causes["cause"].to_list()
    amounts = [float(amount) for amount in causes["variance_amount"]]
    st.echarts_chart(
        bars([said(cause) for cause in present], [(_("Variance"), amounts)], horizontal=True),
        height=60 + 40 * causes.height, key="standard-causes",
    )  # fmt: skip
    st.subheader(_("By month and item"), anchor=False)
    columns = {cause: Column(WORDS[cause], "amount") for cause in CAUSES if cause in present}
    chosen = table(
        view, view.ask("standard_variances_by_item", **filters), BY_MONTH_AND_ITEM | columns, key="standard-items",
        chooses=True, height="content",
    )  # fmt: skip
    if chosen:
        filters = {**filters, "month": chosen[0]["month"], "item": chosen[0]["item_code"]}
        st.subheader(_("Differences of {what}", what=f"{filters['item']} · {filters['month']}"), anchor=False)
    else:
        st.caption(_("Choose a row to see its differences."))
    cause = pick(_("Cause"), present, "cause", shown=said)
    explain(view, "fct_cost_variances")
    rows = view.ask("standard_variances", **filters, cause=cause)
    table(view, rows, ROWS, key="standard-variances", opens="document_id", height=420)
