"""A better schedule than the build's, looked for on demand: how long, how far it has come, and both side by side before
anything is approved."""

from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.boards.schedule_decide import DECIDES, approval, carry_decision
from dashboards.charts import ACCENT, GANTT_ROW, LOSS, gantt
from dashboards.filters import turn
from dashboards.frame import Tile, View, empty_state, tiles
from dashboards.language import _, noted, shown_number, shown_share
from dashboards.schedule_search import (
    LEAST_SECONDS,
    MOST_SECONDS,
    USUAL_SECONDS,
    AnotherSearchRuns,
    ScheduleSearch,
    forget_search,
    improved_operations,
    improved_orders,
    search_of,
    start_search,
    stop_search,
)
from dashboards.table import Column, table

ROWS_DRAWN, DAYS_DRAWN = 60, 28
SIDES = {"then": noted("the better one"), "now": noted("this build's")}
ORDERS = {
    "work_order_number": Column("Work order"),
    "item_code": Column("Item"),
    "days_gained": Column("Days gained", "count", help="Working days by which it is less late"),
    "days_late": Column("Days late", "count"),
    "days_late_then": Column("Would be", "count"),
    "due_date": Column("Due", "date"),
    "order_end": Column("Ends", "time"),
    "order_end_then": Column("Would end", "time"),
}


def improve(view: View) -> None:
    """The search, as far as it is."""
    company = view.company or int(view.one("schedule_company")["company_id"])
    search = search_of(view.edition, company)
    if search is None or search.state in ("stopped", "failed"):
        _offer(view, company, search)
    elif search.state == "searching":
        _running(view, search)
    else:
        _both(view, company, search)


def _offer(view: View, company: int, before: ScheduleSearch | None) -> None:
    st.markdown(
        _("Each build schedules by rules and exchanges in a second. With more time a search may find an order in which "
          "less is late. It runs beside everything else; nothing changes until you approve it.")
    )  # fmt: skip
    if before is not None and before.state == "failed":
        st.error(_("The search ended by itself: {reason}", reason=before.failure or "–"))
    if before is not None and before.state == "stopped":
        st.caption(_("The search was stopped; the schedule is as it was."))
    if not view.actor.may(DECIDES):
        empty_state(_("Nothing was looked for yet"), _("Whoever may approve schedules can start a search here."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        seconds = st.number_input(
            _("Seconds at most"), LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS, step=5, key="search-seconds", width=160
        )
        asked = st.button(_("Look for a better schedule"), type="primary", icon=":material/search:", key="search-start")
    if asked:
        try:
            start_search(view.edition, company, int(seconds), view.actor.username)
        except AnotherSearchRuns as other:
            st.warning(_("{user} is looking for a better schedule at the moment; one search runs at a time.",
                         user=str(other.value)))  # fmt: skip
        else:
            st.rerun()


@st.fragment(run_every=1.0)
def _running(view: View, search: ScheduleSearch) -> None:
    if search.state != "searching":
        st.rerun()
    share = min(search.elapsed / search.seconds, 1.0)
    text = _("{seconds} of {limit} seconds", seconds=shown_number(min(int(search.elapsed), search.seconds)),
             limit=shown_number(search.seconds))  # fmt: skip
    if len(search.found) > 1:
        count, gain = shown_number(len(search.found) - 1), shown_share(round(search.gain, 4))
        text += " · " + _("{count} better ones found, the last by {share}", count=count, share=gain)
    st.progress(share, text=text)
    if view.actor.may(DECIDES) and st.button(_("Stop"), icon=":material/stop_circle:", key="search-stop"):
        stop_search(search)
        st.rerun()


def _both(view: View, company: int, search: ScheduleSearch) -> None:
    orders = improved_orders(view.edition, company, search)
    operations = improved_operations(view.edition, company, search)
    late, late_then = ((orders[name] > 0).sum() for name in ("days_late", "days_late_then"))
    days, days_then = (int(orders[name].sum()) for name in ("days_late", "days_late_then"))
    gained = days - days_then
    is_better = gained > 0 or late_then < late
    if is_better:
        said = _("{days} days of delay less, {late} late orders instead of {before}.", days=shown_number(gained),
                 late=shown_number(late_then), before=shown_number(late))  # fmt: skip
        st.success(said + " " + (_("There is no better one.") if search.is_best else ""), icon=":material/trending_up:")
    elif search.is_best:
        st.info(_("No schedule is better than this build's: the search has proved it."), icon=":material/verified:")
    else:
        st.info(_("In {seconds} seconds nothing better was found for late orders.",
                  seconds=shown_number(round(search.took))))  # fmt: skip
    if not is_better:
        if view.actor.may(DECIDES) and st.button(_("Look again"), icon=":material/search:", key="search-drop"):
            forget_search(view.edition, company)
            st.rerun()
        return
    ends = [operations[name].max() for name in ("planned_end", "end_then")]
    shown_ends = [f"{end:%m-%d %H:%M}" if isinstance(end, datetime) else "–" for end in ends]
    tiles(
        [
            Tile(_("Late orders"), shown_number(late_then), delta=_("base: {value}", value=shown_number(late))),
            Tile(
                _("Days late, all orders"), shown_number(days_then), delta=_("base: {value}", value=shown_number(days))
            ),
            Tile(_("All done by"), shown_ends[1], delta=_("base: {value}", value=shown_ends[0])),
        ],
        "search",
    )
    with st.container(horizontal=True, gap="small"):
        if view.actor.may(DECIDES):
            if st.button(_("Approve the better one"), type="primary", icon=":material/check:", key="search-approve"):
                chosen = operations.with_columns(planned_start="start_then", planned_end="end_then")
                forget_search(view.edition, company)
                carry_decision(
                    view, "approve_schedule", approval(view.edition.build_id, chosen),
                    _("{count} orders have the dates of the better schedule; the next refresh schedules by it.",
                      count=shown_number(orders.height)),
                )  # fmt: skip
            if st.button(_("Drop it"), icon=":material/close:", key="search-drop"):
                forget_search(view.edition, company)
                st.rerun()
    _gantts(view, operations)
    moved = orders.filter(pl.col("order_end") != pl.col("order_end_then"))
    table(view, moved, ORDERS, key="search-orders", opens="work_order_id", height=320)


def _gantts(view: View, operations: pl.DataFrame) -> None:
    """The better schedule, or the build's, on the same axis."""
    side = turn(_("Shown"), list(SIDES), "side", shown=lambda key: _(SIDES[key]))
    lane, begin, end, is_late = (
        ("machine_then", "start_then", "end_then", "is_late_then")
        if side == "then"
        else ("machine", "planned_start", "planned_end", "is_late")
    )
    lanes = operations[lane].unique().sort().to_list()[:ROWS_DRAWN]
    places = {name: place for place, name in enumerate(lanes)}
    bars = [
        (places[row[lane]], row[begin], row[end], _hover(row, begin, end), row["work_order_number"],
         LOSS if row[is_late] else ACCENT)
        for row in operations.filter(pl.col(lane).is_in(lanes)).iter_rows(named=True)
    ]  # fmt: skip
    first = datetime.combine(view.edition.as_of, time())
    ends = [end for name in ("planned_end", "end_then") for end in operations[name].to_list()]
    last = min(max(ends, default=first), first + timedelta(days=DAYS_DRAWN))
    st.echarts_chart(
        gantt(lanes, bars, first, max(last, first + timedelta(days=1))), height=90 + GANTT_ROW * max(len(lanes), 4),
        key=f"search-gantt-{side}", alt=_("The schedule over time, one row each machine."),
    )  # fmt: skip


def _hover(row: dict[str, Any], begin: str, end: str) -> str:
    """What a bar says when it is pointed at."""
    times = f"{row[begin]:%m-%d %H:%M} – {row[end]:%m-%d %H:%M}"
    return f"{row['work_order_number']}/{row['sequence']} · {row['item_code']} · {times}"
