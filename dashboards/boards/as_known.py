"""As known then, as corrected since: a view of a past moment, and why each order's cost is another one today."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.edition import AnswerIsBeingMade, known_edition
from dashboards.filters import switch
from dashboards.frame import View, empty_state
from dashboards.language import _, shown_amount, shown_date, shown_number
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from transactions.kernel.refusal import Refusal

LOOK_EVERY = "2s"  # while what was known then is being made
PATIENCE_SECONDS = 120
CHANGES = {
    "order_number": Column("Order"),
    "customer_name": Column("Customer"),
    "order_date": Column("Ordered on", "date"),
    "cost_before": Column("Cost as known", "amount"),
    "cost_after": Column("Cost as corrected", "amount"),
    "difference": Column("Difference", "amount"),
    "profit_before": Column("Profit as known", "amount"),
    "profit_after": Column("Profit as corrected", "amount"),
}
CAUSES = {
    "cause": Column("Why", "word", help="Not known then, another amount, or another part of the same amount"),
    "what": Column("What", "word"),
    "document_type": Column("Document", "word"),
    "document_number": Column("Number"),
    "item_code": Column("Item"),
    "cost_before": Column("Cost as known", "amount"),
    "cost_after": Column("Cost as corrected", "amount"),
    "difference": Column("Difference", "amount"),
}


def as_known(view: View, moment: datetime, subject: str) -> View | None:
    """The view of what was known at the moment; None while it is made (the page looks again by itself) or refused.

    subject: stock or orders, what the page asks about.
    """
    try:
        edition = known_edition(view.edition.name, moment, subject=subject)
    except AnswerIsBeingMade:
        _wait(view, moment, subject)
        return None
    except Refusal as refusal:
        st.error(refused_because(refusal))
        return None
    st.info(
        _("As known at {moment} UTC, on {day}. What became known later is left out.",
          moment=f"{moment:%Y-%m-%d %H:%M}", day=shown_date(edition.as_of)),
        icon=":material/history:",
    )  # fmt: skip
    return replace(view, edition=edition)


@st.fragment(run_every=LOOK_EVERY)
def _wait(view: View, moment: datetime, subject: str) -> None:
    """Looks whether the answer is there, and draws the page again when it is."""
    since = st.session_state.setdefault("known-asked", {})
    asked: datetime = since.setdefault((moment, subject), datetime.now(moment.tzinfo))
    try:
        known_edition(view.edition.name, moment, subject=subject)
    except AnswerIsBeingMade:
        seconds = (datetime.now(moment.tzinfo) - asked).total_seconds()
        with st.container(border=True):
            st.markdown(f":material/hourglass_top: **{_('What was known then is being made')}**")
            st.caption(_("{seconds} s so far; the page shows it by itself.", seconds=shown_number(round(seconds))))
            if seconds > PATIENCE_SECONDS:
                st.caption(_("It takes long. Is the worker running? `bihuan up` starts it beside the boards."))
        return
    except Refusal as refusal:
        st.error(refused_because(refusal))
        return
    since.pop((moment, subject), None)
    st.rerun()


def changes(view: View, moment: datetime | None, narrowed: dict[str, Any]) -> None:
    """Orders whose cost is another one since the moment, largest difference first, each with the facts that did it."""
    if moment is None:
        empty_state(
            _("No moment chosen"),
            _("Choose a day under “As known at” above: which orders cost more or less since, and because of what?"),
        )
        return
    with st.spinner(_("Comparing…"), show_time=True):
        rows = view.ask("order_cost_changes", known_at=moment.isoformat(), **narrowed)
    if not switch(_("Also orders that were not known then"), "new"):
        rows = rows.filter(pl.col("cost_before") != 0)
    st.caption(_("{count} orders cost something else today than was known then.", count=shown_number(rows.height)))
    chosen = table(
        view, rows, CHANGES, key="cost-changes", chooses=True, height=380, nothing=_("Nothing has changed since"),
        what_next=_("No later bill, cost, hour or back-dated move touched an order."),
    )  # fmt: skip
    if not chosen:
        if rows.height:
            st.caption(_("Choose an order to see which facts changed its cost."))
        return
    order, number = int(chosen[0]["sales_order_id"]), chosen[0]["order_number"]
    st.subheader(
        _("Why order {number} costs {difference} more", number=number, difference=shown_amount(chosen[0]["difference"]))
        if chosen[0]["difference"] > 0
        else _("Why order {number} costs {difference} less", number=number,
               difference=shown_amount(-chosen[0]["difference"])),
        anchor=False,
    )  # fmt: skip
    with st.spinner(_("Walking its cost back…"), show_time=True):
        causes = view.ask("order_cost_difference", known_at=moment.isoformat(), order=order)
    table(view, causes, CAUSES, key=f"cost-causes-{order}", opens="document_id", height=360)
    view.link("document", _("Open order {number}", number=number), ":material/description:", id=str(order))
