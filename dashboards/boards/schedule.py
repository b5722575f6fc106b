"""Who makes what when? The schedule of open work orders as a Gantt, load against capacity, what is late and why."""

from datetime import datetime, time, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.schedule_decide import DECIDES, approval, carry_decision, report_decision
from dashboards.boards.schedule_improve import improve
from dashboards.charts import ACCENT, GANTT_ROW, HELD, LOSS, columns_and_line, gantt, heat_map
from dashboards.filters import choice, day, pick, turn
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, shown_date, shown_number, shown_share
from dashboards.table import Column, table
from dashboards.words import said
from dbt_project.engines.scheduling import FROZEN_DAYS

DAYS_OF_LOAD = 10
ROWS_DRAWN = 60
SPANS = {
    "1": noted("1 day"), "3": noted("3 days"), "7": noted("1 week"), "14": noted("2 weeks"), "28": noted("4 weeks"),
    "all": noted("all"),
}  # fmt: skip
USUAL_SPAN = "14"
ROWS_OF = {"machine": noted("Machines"), "order": noted("Orders")}
MINUTE = 1 / 60
FROZEN = timedelta(days=FROZEN_DAYS)
OPERATIONS = {
    "work_order_number": Column("Work order"),
    "sequence": Column("Operation", "id"),
    "work_center_code": Column("Work centre"),
    "planned_start": Column("Starts", "time"),
    "planned_end": Column("Ends", "time"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "machine_number": Column("Machine", "id"),
    "setup_minutes": Column("Set-up, minutes", "count"),
    "run_minutes": Column("Run, minutes", "count"),
    "operation_state": Column("State", "word"),
    "start_reason": Column("Waits for", "word", help="What decides its start"),
    "waits_for_work_order_number": Column("Of order"),
    "wait_minutes": Column("Waits, minutes", "count", help="Working minutes that it is ready but no machine is free"),
    "held": Column("Held", "word"),
    "finding": Column("Does not fit", "word"),
    "approved_start": Column("Approved start", "time"),
    "due_date": Column("Due", "date"),
    "days_late": Column("Days late", "count"),
}
ORDERS = {
    "work_order_number": Column("Work order"),
    "item_code": Column("Item"),
    "days_late": Column("Days late", "count", help="Working days from the due date to the end"),
    "late_reason": Column("Because", "word"),
    "order_start": Column("Starts", "time"),
    "order_end": Column("Ends", "time"),
    "due_date": Column("Due", "date", help="Before an approved schedule moved the order"),
    "late_work_center_code": Column("Waits longest at"),
    "late_behind_work_order_number": Column("Behind order"),
    "material_item_code": Column("Waits for part"),
    "material_date": Column("Part comes", "date"),
    "order_wait_minutes": Column("Waits, minutes", "count"),
    "order_end_alone": Column("Alone it would end", "time", help="With every machine free for it"),
    "item_name": Column("Name"),
    "status": Column("State", "word"),
    "open_quantity": Column("Still to make", "quantity"),
    "operation_count": Column("Operations", "count"),
    "approved_end": Column("Approved end", "time"),
}
LOAD = {
    "work_center_code": Column("Work centre"),
    "work_center_name": Column("Name"),
    "load_date": Column("Day", "date"),
    "machine_count": Column("Machines", "count"),
    "capacity_minutes": Column("Capacity, minutes", "count"),
    "load_minutes": Column("Load, minutes", "count"),
    "setup_minutes": Column("Set-up, minutes", "count"),
    "utilisation_rate": Column("Full", "share"),
    "operation_count": Column("Operations", "count"),
}
FULLEST = {
    "work_center_code": Column("Work centre"),
    "work_center_name": Column("Name"),
    "load_minutes": Column("Load, minutes", "count"),
    "capacity_minutes": Column("Capacity, minutes", "count"),
    "utilisation_rate": Column("Full", "share"),
}


def render(view: View) -> None:
    top = st.container()
    centers = dict(view.ask("schedule_work_centers").iter_rows())
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        center = choice(
            _("Work centre"), list(centers), "center", shown=lambda key: f"{key} · {centers[key]}", width=240
        )
        late = pick(_("Work orders"), ["late", "changed"], "orders", shown=lambda key: _(SHOWN[key]))
        explain(view, "fct_schedule", "fct_work_center_load")
    filters = {
        "work_center": center,
        "is_late": True if late == "late" else None,
        "is_changed": True if late == "changed" else None,
    }
    total = view.one("schedule_total", **filters)
    with top:
        heading(_("Who makes what when?"), _answer(total) if total["operation_count"] else "")
    report_decision()
    if not total["operation_count"]:
        empty_state(
            _("Nothing is scheduled here"),
            _("Widen the filters, or confirm a work order of an item with a routing; it is scheduled at the next "
              "refresh."),
        )  # fmt: skip
        return
    tiles(_figures(view, total, filters))
    without = view.one("orders_without_operations")["order_count"]
    if without:
        st.caption(
            _("{count} open work orders have no routing; nothing of them is scheduled.", count=shown_number(without))
        )
    sections(
        "schedule",
        {
            _("Gantt"): lambda: _gantt(view, filters),
            _("Load"): lambda: _load(view, center),
            _("Late orders"): lambda: _late(view, filters),
            _("Operations"): lambda: _operations(view, filters),
            _("Improve"): lambda: improve(view),
            _("Approve"): lambda: _approve(view, filters),
        },
    )


SHOWN = {"late": noted("late"), "changed": noted("not approved as they are")}


def _answer(total: dict[str, Any]) -> str:
    figures = {
        "orders": shown_number(total["order_count"]), "operations": shown_number(total["operation_count"]),
        "day": shown_date(total["last_end"].date()),
    }  # fmt: skip
    if not total["late_order_count"]:
        return _("{orders} work orders with {operations} operations are scheduled until {day}; all end in time.",
                 **figures)  # fmt: skip
    return _(
        "{orders} work orders with {operations} operations are scheduled until {day}; {late} end late, the latest by "
        "{days} working days.",
        late=shown_number(total["late_order_count"]), days=shown_number(total["longest_days_late"]), **figures,
    )  # fmt: skip


def _figures(view: View, total: dict[str, Any], filters: dict[str, Any]) -> list[Tile]:
    def basis(column: str, formula: str, question: str, by: str, shows: Any, **more: Any) -> Basis:
        model = "fct_work_center_load" if question == "schedule_fullest" else "fct_schedule"
        opens = None if question == "schedule_fullest" else "work_order_id"
        return Basis(view, model, column, formula, question, {**filters, **more}, by, shows, (), opens, only=by)

    fullest = view.ask("schedule_fullest", **filters)
    first = fullest.row(0, named=True) if fullest.height else None
    shown = [
        Tile(_("Open work orders"), shown_number(total["order_count"]),
             basis=basis("work_order_number", _("confirmed and released orders with operations still to do"),
                         "schedule_orders", "operation_count", ORDERS)),
        Tile(_("End late"), shown_number(total["late_order_count"]), alarm=total["late_order_count"] > 0,
             basis=basis("is_late", _("orders whose last operation ends after the due date"), "schedule_orders",
                         "days_late", ORDERS, is_late=True)),
        Tile(_("Longest delay, days"), shown_number(total["longest_days_late"]),
             basis=basis("days_late", _("the largest number of working days from due date to end"), "schedule_orders",
                         "days_late", ORDERS, is_late=True)),
    ]  # fmt: skip
    if first is not None and first["utilisation_rate"] is not None:
        shown.append(
            Tile(_("Fullest: {center}", center=first["work_center_code"]), shown_share(first["utilisation_rate"]),
                 basis=basis("utilisation_rate", _("load ÷ capacity of the next five working days"),
                             "schedule_fullest", "utilisation_rate", FULLEST))
        )  # fmt: skip
    shown.append(
        Tile(_("Not approved as they are"), shown_number(total["changed_order_count"]),
             basis=basis("approved_start", _("orders of which an operation was approved for another time, or not yet"),
                         "schedule_orders", "operation_count", ORDERS, is_changed=True))
    )  # fmt: skip
    return shown


def _gantt(view: View, filters: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        chosen = day(_("From"), "from")
        span = turn(_("Time"), list(SPANS), "span", shown=lambda key: _(SPANS[key]), usual=USUAL_SPAN)
        by = turn(_("Bars by"), list(ROWS_OF), "rows", shown=lambda key: _(ROWS_OF[key]))
    begins = view.one("schedule_total", **filters)["first_start"].date()  # the days before are empty
    first = datetime.combine(chosen or max(begins, view.edition.as_of), time())
    until = None if span == "all" else (first + timedelta(int(span))).date()
    rows = view.ask("schedule_operations", **filters, from_day=chosen, until_day=until)
    if rows.is_empty():
        empty_state(_("Nothing starts in this time"), _("Choose a longer time."))
        return
    lane = "machine" if by == "machine" else "work_order_number"
    lanes = rows[lane].unique(maintain_order=True).to_list()
    if by == "machine":
        lanes.sort()
    drawn = lanes[:ROWS_DRAWN]
    last = datetime.combine(until, time()) if until else rows["planned_end"].max()
    assert isinstance(last, datetime)
    places = {name: place for place, name in enumerate(drawn)}
    bars = [
        (places[row[lane]], row["planned_start"], row["planned_end"], _hover(row),
         row["work_order_number"] if by == "machine" else row["work_center_code"],
         HELD if row["held"] else LOSS if row["is_late"] else ACCENT)
        for row in rows.filter(pl.col(lane).is_in(drawn)).iter_rows(named=True)
    ]  # fmt: skip
    frozen = datetime.combine(view.edition.as_of, time()), datetime.combine(view.edition.as_of, time()) + FROZEN
    legend = [f":blue[■] {_('in time')}", f":red[■] {_('its order ends late')}", f":violet[■] {_('pinned or frozen')}"]
    if frozen[1] > first:
        legend.append(
            _("shaded: frozen before {day}, what was approved for it stays", day=shown_date(frozen[1].date()))
        )
    st.markdown(" &nbsp; ".join(legend))
    st.echarts_chart(
        gantt(drawn, bars, first, max(last, first + timedelta(days=1)), frozen),
        height=90 + GANTT_ROW * max(len(drawn), 4), key=f"gantt-{span}-{by}",
        alt=_("Operations over time, one row each machine or order; the table below holds the same."),
    )  # fmt: skip
    if len(lanes) > len(drawn):
        st.caption(
            _("{shown} of {all} rows are drawn, the first to start; a later day, a work centre or only the late ones "
              "show the others.", shown=shown_number(len(drawn)), all=shown_number(len(lanes)))
        )  # fmt: skip
    table(view, rows, OPERATIONS, key="gantt-operations", opens="work_order_id", height=320)


def _hover(row: dict[str, Any]) -> str:
    """What a bar says when it is pointed at."""
    return " · ".join(
        [
            f"{row['work_order_number']}/{row['sequence']}", str(row["item_code"]), str(row["machine"]),
            f"{row['planned_start']:%m-%d %H:%M} – {row['planned_end']:%m-%d %H:%M}",
            _("{days} days late", days=row["days_late"]) if row["is_late"] else _("in time"),
        ]
    )  # fmt: skip


def _load(view: View, center: str | None) -> None:
    load = view.ask("schedule_load", work_center=center)
    if load.is_empty():
        empty_state(_("No capacity to fill"), _("Give work centres hours a day; then refresh."))
        return
    if center is not None:
        own = load.head(4 * DAYS_OF_LOAD)
        st.echarts_chart(
            columns_and_line(
                [shown_date(day) for day in own["load_date"]],
                (_("Load, hours"), [round(minutes * MINUTE, 1) for minutes in own["load_minutes"]]),
                (_("Capacity, hours"), [round(minutes * MINUTE, 1) for minutes in own["capacity_minutes"]]),
            ),
            height=PICTURE_HEIGHT, key="load-of-center",
        )  # fmt: skip
    else:
        days = load["load_date"].unique().sort().head(DAYS_OF_LOAD).to_list()
        names = load["work_center_code"].unique(maintain_order=True).to_list()
        cells = [
            (days.index(row["load_date"]), names.index(row["work_center_code"]), float(row["utilisation_rate"]))
            for row in load.filter(pl.col("load_date").is_in(days)).iter_rows(named=True)
            if row["utilisation_rate"] is not None
        ]
        st.caption(_("How full each work centre is on its next days; choose one above to see its hours."))
        st.echarts_chart(
            heat_map(names, [f"{day:%m-%d}" for day in days], cells, lambda rate: f"{rate:.0%}"),
            height=60 + 34 * len(names), key="load",
        )  # fmt: skip
    table(view, load, LOAD, key="schedule-load", height=360)


def _late(view: View, filters: dict[str, Any]) -> None:
    late = view.ask("schedule_orders", **(filters | {"is_late": True}))
    chosen = table(
        view, late, ORDERS, key="late-orders", chooses=True, height=360, nothing=_("No order ends late"),
        what_next=_("Every open work order ends by its due date."),
    )  # fmt: skip
    if not chosen:
        if late.height:
            st.caption(_("Choose an order to see what it waits for."))
        return
    order = chosen[0]
    st.subheader(_("Why {order} ends on {day}", order=order["work_order_number"],
                   day=shown_date(order["order_end"].date())), anchor=False)  # fmt: skip
    st.markdown(sentence(order))
    operations = view.ask("schedule_operations", order=order["work_order_number"])
    table(view, operations, OPERATIONS, key="late-operations")
    number = order["work_order_number"]
    view.link(
        "document", _("Open order {number}", number=number), ":material/description:", id=str(order["work_order_id"])
    )


def sentence(order: dict[str, Any]) -> str:
    """Why an order ends late, in the session's language."""
    due, alone = shown_date(order["due_date"]), order["order_end_alone"]
    facts = {"due": due, "alone": f"{shown_date(alone.date())} {alone:%H:%M}"}
    texts = {
        "already_overdue": _("It was due on {due}, which has passed; with every machine free it would end on {alone}.",
                             **facts),
        "due_too_early": _("It is due on {due}; even with every machine free it would end on {alone}.", **facts),
        "machine_busy": _(
            "With every machine free it would end on {alone}. It waits {hours} hours for machines, longest at "
            "{center}, behind {order}.",
            hours=shown_number(round(order["order_wait_minutes"] * MINUTE, 1), 1),
            center=order["late_work_center_code"], order=order["late_behind_work_order_number"] or "–", **facts,
        ),
        "parts_missing": _("Its parts are not there: {item} comes on {day}, with {document}.",
                           item=order["material_item_code"], day=shown_date(order["material_date"]),
                           document=order["material_document_number"] or "–"),
        "order_before": _(
            "It waits for {order}, which makes its parts; with every machine free it would end on {alone}.",
            order=order["late_behind_work_order_number"] or "–", **facts,
        ),
        "pinned": _("An operation of it is pinned or frozen to a later time than it could have."),
    }  # fmt: skip
    return texts.get(order["late_reason"], said(order["late_reason"]))


def _operations(view: View, filters: dict[str, Any]) -> None:
    rows = view.ask("schedule_operations", **filters)
    chosen = table(view, rows, OPERATIONS, key="schedule-operations", chooses=True, height=420)
    if not chosen:
        if view.actor.may(DECIDES):
            st.caption(_("Choose an operation to pin it to a time, or to take its pin out."))
        return
    operation = chosen[0]
    if not view.actor.may(DECIDES):
        return
    name = f"{operation['work_order_number']}/{operation['sequence']}"
    with st.container(border=True):
        st.markdown(f"**{_('Pin operation {name}', name=name)}**")
        said_so = {"order": operation["work_order_number"], "sequence": operation["sequence"]}
        start = operation["pinned_start"] or operation["planned_start"]
        with st.form("pin-form", border=False):
            day = st.date_input(_("Day"), start.date(), format="YYYY-MM-DD")
            clock = st.time_input(_("Time"), start.time(), step=900)
            if st.form_submit_button(_("Pin"), icon=":material/push_pin:", type="primary"):
                moment = datetime.combine(day, clock)
                carry_decision(view, "pin_operation", {**said_so, "start": moment.isoformat()},
                       _("{name} is pinned; the next refresh schedules the others around it.", name=name))  # fmt: skip
        if operation["pinned_start"] is not None and st.button(_("Take the pin out"), key="unpin"):
            carry_decision(view, "unpin_operation", said_so, _("{name} is pinned no more.", name=name))


def _approve(view: View, filters: dict[str, Any]) -> None:
    st.markdown(
        _("An approved schedule gives each order its start and due date and keeps the operations of the next days "
          "where they are. Late orders stay late: what counts is when they were due before.")
    )  # fmt: skip
    orders = view.ask("schedule_orders", **(filters | {"is_changed": True}))
    chosen = table(
        view, orders, ORDERS, key="approve-orders", several=True, height=420,
        nothing=_("The schedule is approved as it is"),
        what_next=_("New orders, bookings and pins change it at the next refresh."),
    )  # fmt: skip
    if orders.is_empty() or not view.actor.may(DECIDES):
        return
    picked = chosen or orders.to_dicts()
    label = _("Approve {count} orders", count=shown_number(len(picked)))
    if st.button(label, type="primary", icon=":material/check:", key="approve-schedule"):
        numbers = {row["work_order_number"] for row in picked}
        operations = view.ask("schedule_operations").filter(pl.col("work_order_number").is_in(list(numbers)))
        with st.spinner(_("Recording the decision…")):
            carry_decision(
                view, "approve_schedule", approval(view.edition.build_id, operations),
                _("{count} orders have the dates of the schedule; boards show them after the next refresh.",
                  count=shown_number(len(numbers))),
            )  # fmt: skip


BOARD = Board(
    "schedule", noted("Schedule"), ":material/calendar_view_week:", noted("Planning"), "board.schedule", render, stage=3
)
