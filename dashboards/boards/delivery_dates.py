"""What will be late, and why? Open lines by predicted lateness, the chain of reasons of one, punctuality so far."""

from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.charts import GAIN, LOSS, NEUTRAL, coloured_bars, lines
from dashboards.filters import choice, pick
from dashboards.frame import PICTURE_HEIGHT, Board, Tile, View, empty_state, explain, heading, sections, tiles
from dashboards.language import _, noted, shown_amount, shown_date, shown_number
from dashboards.questions.delivery_dates import LATENESS
from dashboards.table import Column, table
from dashboards.words import said

CLASSES = {
    "on_time": noted("on time"),
    "1-5": noted("1–5 days"),
    "6-20": noted("6–20 days"),
    ">20": noted("over 20 days"),
    "unknown": noted("no date"),
}
COLOURS = {"on_time": GAIN, "1-5": "#e0a458", "6-20": "#d97745", ">20": LOSS, "unknown": NEUTRAL}
LOST_DAYS = Column("Lost there, days", "count", help="Working days that work centres take longer than planned")
LINES = {
    "order_number": Column("Order"),
    "line_number": Column("Line", "id"),
    "customer_name": Column("Customer"),
    "item_code": Column("Item"),
    "open_quantity": Column("Open", "quantity"),
    "requested_date": Column("Wanted", "date"),
    "promised_date": Column("Promised", "date"),
    "predicted_date": Column("Predicted", "date"),
    "days_late": Column("Days late", "count", help="Working days from the promised to the predicted date"),
    "p50_date": Column(
        "Half of the time by",
        "date",
        help="What suppliers and own work took before, along the chain, and when what is there usually leaves",
    ),
    "p90_date": Column("Nine in ten by", "date", help="The same; calibrated on the months before"),
    "odds_sample_count": Column(
        "Orders seen", "count", help="Fewest orders done, or order lines delivered, that the date is estimated from"
    ),
    "reason_key": Column("Because", "word"),
    "reason_item_code": Column("Of item"),
    "binding_document_number": Column("Waits for"),
    "reason_work_center_code": Column("Work centre"),
    "capacity_days": LOST_DAYS,
    "open_margin_amount": Column("Margin", "amount"),
}
REASONS = {
    "reason_key": Column("Because", "word"),
    "reason_item_code": Column("Of item"),
    "line_count": Column("Late lines", "count"),
    "longest_days_late": Column("Longest delay, days", "count"),
}
ODDS = {
    "kind": Column("Kind", "word"),
    "supplier_name": Column("Supplier"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "sample_count": Column("Orders seen", "count"),
    "estimate_level": Column("Estimated from", "word", help="What weighs most: the item, its supplier, or all"),
    "stated_lead_time_days": Column("Stated, days", "count"),
    "lead_time_days_p50": Column("Half of the time, days", "count", help="Working days from order to arrival"),
    "lead_time_days_p90": Column("Nine in ten, days", "count"),
    "days_late_p50": Column("Late half of the time, days", "count", help="Working days after the day expected"),
    "days_late_p90": Column("Late nine in ten, days", "count"),
}
STEPS = {
    "step_number": Column("Step", "id"),
    "supply_kind": Column("Supply", "word"),
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "lead_time_days": Column("Lead time, days", "count"),
    "step_days": Column("Days of this step", "count"),
    "work_center_code": Column("Work centre"),
    "capacity_days": LOST_DAYS,
    "available_date": Column("There on", "date"),
}


def render(view: View) -> None:
    top = st.container()
    customers = dict(view.ask("delivery_customers").iter_rows())
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        customer = choice(_("Customer"), list(customers), "customer", shown=customers.__getitem__, width=220)
        lateness = pick(_("Lateness"), LATENESS, "late", shown=lambda key: _(CLASSES[key]))
        explain(view, "fct_delivery_dates", "fct_delivery_steps", "fct_lead_time_odds", "fct_sales_order_lines")
    total = view.one("delivery_total", customer=customer)
    with top:
        heading(
            _("What will be late, and why?"),
            _(
                "{late} of {all} open order lines will miss their promise; the longest by {days} working days.",
                late=shown_number(total["late_count"]), all=shown_number(total["line_count"]),
                days=shown_number(max(total["longest_days_late"] or 0, 0)),
            )
            if total["line_count"]
            else "",
        )  # fmt: skip
    if not total["line_count"]:
        empty_state(
            _("No open order line"), _("Everything ordered is delivered. New orders appear after the next refresh.")
        )
        _trend(view)
        return
    _figures(view, total, customer)
    sections(
        "delivery-dates",
        {
            _("Open lines"): lambda: _lines(view, customer, lateness),
            _("Reasons"): lambda: _reasons(view, customer),
            _("Punctuality so far"): lambda: _trend(view),
            _("How long things take"): lambda: _odds(view),
        },
    )


def _reasons(view: View, customer: str | None) -> None:
    chosen = table(
        view, view.ask("delivery_reasons", customer=customer), REASONS, key="delivery-reasons", chooses=True,
        nothing=_("Nothing will be late"), what_next=_("Every open line is covered in time."),
    )  # fmt: skip
    if chosen:
        key, item = chosen[0]["reason_key"], chosen[0]["reason_item_code"]
        st.subheader(
            _("Late lines: {reason}", reason=" ".join(part for part in (said(key), item) if part)), anchor=False
        )
        rows = where_lost(view.ask("delivery_lines", customer=customer, reason=key, reason_item=item, is_late=True))
        table(view, rows, LINES, key="reason-lines", opens="sales_order_id", height=360)


def _figures(view: View, total: dict[str, Any], customer: str | None) -> None:
    def basis(column: str, formula: str, by: str = "days_late", **more: Any) -> Basis:
        return Basis(
            view, "fct_delivery_dates", column, formula, "delivery_lines", {"customer": customer, **more}, by, LINES,
            ("promised_date", "predicted_date", "reason_key"), "sales_order_id", only=by,
        )  # fmt: skip

    late = _("order lines whose predicted date lies after the promised date")
    shown = [
        Tile(_("Open lines"), shown_number(total["line_count"]),
             basis=basis("open_quantity", _("order lines that are not delivered in full"), "open_quantity")),
        Tile(_("Will be late"), shown_number(total["late_count"]), alarm=total["late_count"] > 0,
             basis=basis("days_late", late, is_late=True)),
        Tile(_("Longest delay, days"), shown_number(max(total["longest_days_late"] or 0, 0)),
             basis=basis("days_late", _("the largest number of working days from promised to predicted date"),
                         is_late=True)),
        Tile(_("Without a date"), shown_number(total["undated_count"]), alarm=total["undated_count"] > 0,
             basis=basis("predicted_date", _("order lines for which no supply was found"), "", lateness="unknown")),
    ]  # fmt: skip
    if "late_margin_amount" in total:
        shown.append(
            Tile(_("Margin of late lines"), shown_amount(total["late_margin_amount"]), view.currency,
                 basis=basis("open_margin_amount", _("Σ margin of the lines that will be late"), "open_margin_amount",
                             is_late=True))
        )  # fmt: skip
    tiles(shown)


def _lines(view: View, customer: str | None, lateness: str | None) -> None:
    counts = dict(view.ask("delivery_classes", customer=customer).iter_rows())
    present = [key for key in LATENESS if counts.get(key)]
    st.echarts_chart(
        coloured_bars(
            [(_(CLASSES[key]), float(counts[key]), COLOURS[key]) for key in present], _("Order lines"), shown_number
        ),
        height=220, key="lateness",
    )  # fmt: skip
    rows = where_lost(view.ask("delivery_lines", customer=customer, lateness=lateness))
    chosen = table(view, rows, LINES, key="delivery-lines", chooses=True, height=400)
    if not chosen:
        if rows.height:
            st.caption(_("Choose a line to see what it waits for."))
        return
    line = chosen[0]
    st.subheader(
        _("Why {order}, line {line} comes on {day}", order=line["order_number"], line=line["line_number"],
          day=shown_date(line["predicted_date"])),
        anchor=False,
    )  # fmt: skip
    st.markdown(" ".join(part for part in (sentence(line), odds_in_words(line)) if part))
    table(
        view,
        where_lost(view.ask("delivery_steps", line=line["sales_order_line_id"])),
        STEPS,
        key="delivery-steps",
        opens="document_id",
    )
    number = line["order_number"]
    view.link(
        "document", _("Open order {number}", number=number), ":material/description:", id=str(line["sales_order_id"])
    )


def where_lost(rows: pl.DataFrame) -> pl.DataFrame:
    """Where no day is lost nothing is said of work centres."""
    return rows.with_columns(pl.col("capacity_days").replace(0, None))


def sentence(line: dict[str, Any]) -> str:
    """The reason of a line's date, in the session's language."""
    day, item = shown_date(line["reason_date"]), line["reason_item_code"]
    document = line["reason_document_number"] or line["binding_document_number"] or "–"
    center, held_up = line["reason_work_center_code"], shown_number(line["capacity_days"] or 0)
    texts = {
        "in_stock": _("It is covered by stock."),
        "on_time": _("Its supply comes in time, on {day}.", day=day),
        "late_supply": _("It waits for {document}, which brings {item} on {day}.",
                         document=document, item=item, day=day),
        "capacity": _("It waits for {document} of {item}: work centre {center} can finish it on {day}, "
                      "{days} working days later than planned.",
                      document=document, item=item, center=center, day=day, days=held_up),
        "lead_time": _("It waits for {item}, which takes {days} working days, until {day}.",
                       item=item, days=shown_number(line["reason_lead_time_days"]), day=day),
        "held_suggestion": _("It waits for a decision on a suggestion for {item}.", item=item),
        "beyond_horizon": _("Its supply lies beyond the planning horizon."),
        "no_source": _("Item {item} has no source: no supplier and no bill of materials.", item=item),
        "accepted_shortage": _("The shortage of {item} was accepted.", item=item),
    }  # fmt: skip
    told = texts.get(line["reason_key"], said(line["reason_key"]))
    if line["capacity_days"] and line["reason_key"] in ("late_supply", "lead_time", "held_suggestion"):
        more = _("Work centre {center} holds it up by {days} working days more.",
                 center=center, days=held_up)  # fmt: skip
        return f"{told} {more}"
    return told


def odds_in_words(line: dict[str, Any]) -> str:
    """What was learnt of the line's date; nothing where nothing of it is uncertain."""
    if line["odds_sample_count"] is None or line["p90_date"] is None:
        return ""
    return _(
        "By what was seen before it is there half of the time by {p50}, nine times in ten by {p90} ({count} seen).",
        p50=shown_date(line["p50_date"]), p90=shown_date(line["p90_date"]),
        count=shown_number(line["odds_sample_count"]),
    )  # fmt: skip


def _odds(view: View) -> None:
    kind = pick(_("Kind"), ("purchase", "make"), "odds-kind", shown=said)
    rows = view.ask("lead_time_odds", kind=kind)
    st.caption(
        _("Working days that orders really took, newer ones counting more; where few are known, others stand in.")
    )
    table(
        view, rows, ODDS, key="lead-time-odds", height=400,
        nothing=_("No order is done yet"), what_next=_("Lead times are learnt from receipts and finished work orders."),
    )  # fmt: skip


def _trend(view: View) -> None:
    months = view.ask("delivery_trend")
    if months.is_empty():
        empty_state(_("Nothing was delivered yet"), _("Punctuality appears with the first delivery."))
        return
    rates = [float(rate * 100) for rate in months["on_time_rate"]]
    st.echarts_chart(
        lines([str(month) for month in months["month"]], [(_("On time, %"), rates)]),
        height=PICTURE_HEIGHT, key="on-time",
    )  # fmt: skip
    columns = {
        "month": Column("Month"),
        "line_count": Column("Delivered lines", "count"),
        "on_time_rate": Column("On time", "share"),
    }
    table(view, months, columns, key="delivery-trend")


BOARD = Board(
    "delivery_dates", noted("Delivery dates"), ":material/event_busy:", noted("Sales"), "board.delivery_dates", render
)
