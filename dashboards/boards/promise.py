"""When can we deliver? Lines before they are confirmed: earliest dates, what they rest on, and taking them over."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.delivery_dates import LOST_DAYS, where_lost
from dashboards.decisions import command_key
from dashboards.door import carry_out
from dashboards.filters import choice, rows_of_address, rows_to_address
from dashboards.frame import Board, Tile, View, empty_state, explain, heading, tiles
from dashboards.language import _, noted, shown_date, shown_number
from dashboards.refusals import refused_because
from dashboards.table import Column, table
from dashboards.words import said
from transactions.kernel.refusal import Refusal

PERMISSION = "board.delivery_dates"
TAKES = "sales.order"
DATES = {
    "line_number": Column("Line", "id"),
    "item_code": Column("Item"),
    "earliest_date": Column("Can be there", "date", help="All of the line, buying and making what is not free"),
    "days_late": Column("Days late", "count", help="Working days after the wanted day"),
    "wanted_date": Column("Wanted", "date"),
    "promised_date": Column("Promised", "date"),
    "quantity": Column("Quantity", "quantity"),
    "reason_key": Column("Because", "word"),
    "reason_item_code": Column("Of item"),
    "reason_work_center_code": Column("Work centre"),
    "capacity_days": LOST_DAYS,
    "p50_date": Column("Half of the time by", "date", help="What suppliers and own work took before, along the chain"),
    "p90_date": Column("Nine in ten by", "date", help="The same; calibrated on the months before"),
    "odds_sample_count": Column(
        "Orders seen", "count", help="Fewest orders done that a step of the chain is estimated from"
    ),
    "free_date": Column(
        "From what is free", "date", help="Without buying or making anything for it; empty: not enough"
    ),
    "item_name": Column("Name"),
    "warehouse_code": Column("Warehouse"),
}
PARTS = {
    "line_number": Column("Line", "id"),
    "ordered_item_code": Column("Item"),
    "supply_kind": Column("From", "word"),
    "quantity": Column("Quantity", "quantity"),
    "available_date": Column("There on", "date"),
    "days": Column("Days from today", "count"),
}
STEPS = {
    "step_number": Column("Step", "id"),
    "supply_kind": Column("Supply", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "lead_time_days": Column("Lead time, days", "count"),
    "step_days": Column("Days of this step", "count"),
    "work_center_code": Column("Work centre"),
    "capacity_days": LOST_DAYS,
    "available_date": Column("There on", "date"),
}
LINE = ("item", "quantity", "wanted", "warehouse")
EMPTY_LINES = 3
ITEM_WIDTH = 150  # so that the quantity stands beside it on a narrow screen


def render(view: View) -> None:
    top = st.container()
    filters = _asked(view)
    if filters is None:
        with top:
            heading(
                _("When can we deliver?"),
                _("Choose an order, or name items, quantities and days; nothing is recorded."),
            )
        return
    try:
        total = view.one("promise_total", **filters)
    except Refusal as refusal:
        with top:
            heading(_("When can we deliver?"))
        st.error(refused_because(refusal))
        return
    lines = where_lost(view.ask("promise_dates", **filters)).with_columns(
        pl.when(pl.col("wanted_date").is_not_null()).then("days_late").alias("days_late")  # else late for nobody
    )
    with top:
        heading(_("When can we deliver?"), " ".join([answer(total), odds(total, "complete_p90_date")]).strip())
    _figures(view, filters, total)
    _take_over(view, filters, lines)
    chosen = table(view, lines, DATES, key="promise-dates", chooses=True, height="content")
    if not chosen and lines.height > 1:
        st.caption(_("Choose a line to see what it rests on."))
    _line(view, filters, chosen[0] if chosen else lines.row(0, named=True))


def answer(total: dict[str, Any]) -> str:
    """The promise in a line."""
    if total["undated_count"]:
        return _("{count} lines have no source, so no date.", count=shown_number(total["undated_count"]))
    day, count = shown_date(total["complete_date"]), shown_number(total["line_count"])
    if total["late_count"]:
        return _(
            "All {count} lines can be there on {day}; {late} of them later than wanted.",
            count=count, day=day, late=shown_number(total["late_count"]),
        )  # fmt: skip
    return _("All {count} lines can be there on {day}, none later than wanted.", count=count, day=day)


def odds(row: dict[str, Any], ninety: str) -> str:
    """What half of the time and nine in ten say beside the date, and of how many orders; empty where all is sure."""
    if row[ninety] is None or row["odds_sample_count"] is None:
        return ""
    return _(
        "As things went before, nine times in ten by {day} (from {count} orders or more).",
        day=shown_date(row[ninety]), count=shown_number(row["odds_sample_count"]),
    )  # fmt: skip


def _figures(view: View, filters: dict[str, Any], total: dict[str, Any]) -> None:
    def basis(formula: str, by: str) -> Basis:
        return Basis(
            view, "fct_planning_demands", "quantity", formula, "promise_dates", filters, by, DATES,
            ("need_date", "kind"), only=by,
        )  # fmt: skip

    late, undated = int(total["late_count"]), int(total["undated_count"])
    complete, ninety = (
        f"{total[name]:%Y-%m-%d}" if total[name] else "–" for name in ("complete_date", "complete_p90_date")
    )
    tiles(
        [
            Tile(_("All lines there on"), complete,
                 basis=basis(_("the latest of the lines' earliest days"), "days_late")),
            Tile(_("Nine in ten by"), ninety,
                 basis=basis(_("the latest of the lines' days that nine in ten keep"), "odds_sample_count")),
            Tile(_("Later than wanted"), shown_number(late), alarm=late > 0,
                 basis=basis(_("lines whose earliest day lies after the wanted one"), "days_late")),
            Tile(_("Lines in stock"), shown_number(total["from_stock_count"]),
                 basis=basis(_("lines that free stock covers whole"), "")),
            Tile(_("Without a date"), shown_number(undated), alarm=undated > 0,
                 basis=basis(_("lines of items without a source"), "")),
        ],
        "promise",
    )  # fmt: skip


def _line(view: View, filters: dict[str, Any], line: dict[str, Any]) -> None:
    """What a line's date rests on: sentence, parts, chain."""
    number = line["line_number"]
    st.subheader(_("What line {line}, {item}, rests on", line=number, item=line["item_code"]), anchor=False)
    st.markdown(" ".join([sentence(line), _odds_of_line(line)]).strip())
    of_line = pl.col("line_number") == number
    parts = view.ask("promise_parts", **filters).filter(of_line)
    table(view, parts, PARTS, key="promise-parts", height="content")
    steps = where_lost(view.ask("promise_steps", **filters).filter(of_line))
    if steps.height > 1:
        st.markdown(f"**{_('What decides the day, from the line down')}**")
        table(view, steps, STEPS, key="promise-steps", height="content")


def sentence(line: dict[str, Any]) -> str:
    """Why the line can be there on its day and not before, in the session's language."""
    day, item = shown_date(line["reason_date"]), line["reason_item_code"]
    center, lost = line["reason_work_center_code"], shown_number(line["reason_capacity_days"] or 0)
    texts = {
        "in_stock": _("Free stock covers it."),
        "on_time": _("It can be there on the day that is wanted."),
        "late_supply": _("It waits for {item} that is free on {day}.", item=item, day=day),
        "lead_time": _("It waits for {item}, which takes {days} working days, until {day}.",
                       item=item, days=shown_number(line["reason_lead_time_days"] or 0), day=day),
        "capacity": _("It waits for work centre {center}, which can finish {item} on {day}, {days} working days later "
                      "than if it were free.", center=center, item=item, day=day, days=lost),
        "no_source": _("Item {item} has no source: no supplier and no bill of materials.", item=item),
    }  # fmt: skip
    told = [texts.get(line["reason_key"], said(line["reason_key"]))]
    if line["reason_key"] in ("late_supply", "lead_time", "capacity") and line["capacity_days"]:
        if line["reason_key"] != "capacity":
            told.append(_("Work centre {center} holds it up by {days} working days more.", center=center, days=lost))
        elsewhere = line["capacity_days"] - line["reason_capacity_days"]
        if elsewhere:
            told.append(_("Other steps lose {days} working days at full work centres.", days=shown_number(elsewhere)))
    return " ".join(told)


def _odds_of_line(line: dict[str, Any]) -> str:
    """The odds of one line; both of them, and whom they are learnt from."""
    if line["odds_sample_count"] is None:
        return ""
    levels = {"item": _("of the item"), "supplier": _("of the supplier"), "all": _("of all items")}
    return _(
        "As things went before: half of the time by {half}, nine in ten by {ninety}, from {count} orders {whose}.",
        half=shown_date(line["p50_date"]), ninety=shown_date(line["p90_date"]),
        count=shown_number(line["odds_sample_count"]), whose=levels[line["odds_level"]],
    )  # fmt: skip


def _take_over(view: View, filters: dict[str, Any], lines: pl.DataFrame) -> None:
    """The dates into the order as its promised dates, through the door."""
    outcome = st.session_state.pop("promise-taken", None)
    if outcome:
        (st.error if outcome["refused"] else st.success)(outcome["text"])
    if "order" not in filters:
        return
    order = int(filters["order"])
    view.link("document", _("Open the order"), ":material/description:", id=str(order))
    differing = lines.filter(
        pl.col("earliest_date").is_not_null() & ~pl.col("earliest_date").eq_missing(pl.col("promised_date"))
    )
    if not view.actor.may(TAKES) or view.edition.known_at is not None:
        return
    if differing.is_empty():
        st.caption(_("The order promises these dates already."))
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if st.button(
            _("Promise these dates"), icon=":material/event_available:", type="primary", key="promise-take",
            help=_("Writes the days into the lines of the order; the first day ever promised is kept beside it."),
        ):  # fmt: skip
            try:
                taken(view, order, differing)
                text = _("{count} dates are promised. The next refresh shows them.", count=differing.height)
                st.session_state["promise-taken"] = {"refused": False, "text": text}
            except Refusal as refusal:
                st.session_state["promise-taken"] = {"refused": True, "text": refused_because(refusal)}
            st.rerun()
        st.caption(_("{count} lines of the order get another day.", count=shown_number(differing.height)))


def taken(view: View, order: int, lines: pl.DataFrame) -> None:
    """Amend the order's promised dates; a second click, or a second try after a lost answer, changes nothing more.

    Raises the door's refusal, for instance of an order that is done meanwhile.
    """
    data = {
        "order": order,
        "lines": [
            {"line": number, "promised_date": str(day)}
            for number, day in lines.select("line_number", "earliest_date").iter_rows()
        ],
        "reason": f"promised from build {view.edition.build_id}",
        **({"company": view.company_code} if view.company_code else {}),
    }
    carry_out(view.actor, "amend_sales_order", data, command_key(view.actor.username, data))


def _asked(view: View) -> dict[str, Any] | None:
    """The filters of the question, from the form or from the address; None as long as nothing is asked."""
    orders = view.ask("promise_orders")
    names = {
        str(row["sales_order_id"]): " · ".join(
            part
            for part in (row["order_number"] or row["external_number"], row["customer_name"], said(row["status"]))
            if part
        )
        for row in orders.iter_rows(named=True)
    }
    asked = st.query_params.get("order")
    if asked and asked.isdigit():
        names.setdefault(asked, _("Order {number}", number=asked))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        order = choice(
            _("Order"), list(names), "order", shown=names.__getitem__, width=320, placeholder=_("none: lines below")
        )
        explain(view, "fct_planning_items", "fct_planning_stock", "fct_planning_supplies", "fct_planning_demands")
    if order is not None:
        return {"order": int(order)}
    rows = _lines(view)
    if not rows:
        return None
    lines = [
        {
            "item": item,
            "quantity": quantity,
            **({"wanted": wanted} if wanted else {}),
            **({"warehouse": warehouse} if warehouse else {}),
        }
        for item, quantity, wanted, warehouse in rows
    ]
    return {"lines": json.dumps(lines)}


def _lines(view: View) -> list[list[str]]:
    """The complete lines of the form: item, quantity, wanted day, warehouse; they also stand in the address."""
    items = dict(view.ask("promise_items").iter_rows())
    warehouses = view.ask("promise_warehouses")["warehouse_code"].to_list()
    kept, turn = rows_of_address("lines")
    start = [dict(zip(LINE, row, strict=False)) for row in kept if len(row) == len(LINE) and row[0] in items]
    shown = [
        {
            "item": row["item"],
            "quantity": _number(row["quantity"]),
            "wanted": _day(row["wanted"]),
            "warehouse": row["warehouse"] if row["warehouse"] in warehouses else None,
        }
        for row in start
    ]
    config = st.column_config
    st.caption(
        _("One line for each item; the earliest day where none is wanted, the first warehouse where none is named.")
    )
    typed: pl.DataFrame = st.data_editor(
        pl.DataFrame(
            shown or [{}] * EMPTY_LINES,
            schema={"item": pl.String, "quantity": pl.Float64, "wanted": pl.Date, "warehouse": pl.String},
        ),
        num_rows="dynamic", hide_index=True, key=f"promise-editor-{turn}", width="stretch", placeholder="",
        column_config={
            "item": config.SelectboxColumn(
                _("Item"), options=sorted(items), format_func=lambda code: f"{code} · {items.get(str(code), '')}",
                width=ITEM_WIDTH,
            ),
            "quantity": config.NumberColumn(_("Quantity"), min_value=0, format="localized"),
            "wanted": config.DateColumn(_("Wanted"), format="YYYY-MM-DD"),
            "warehouse": config.SelectboxColumn(_("Warehouse"), options=warehouses),
        },
    )  # fmt: skip
    rows = [
        [
            str(row["item"]),
            f"{Decimal(repr(row['quantity'])).quantize(Decimal('0.000001')).normalize():f}",
            str(row["wanted"]) if row["wanted"] else "",
            str(row["warehouse"] or ""),
        ]
        for row in typed.to_dicts()
        if row["item"] and row["quantity"]
    ]
    rows_to_address("lines", rows)
    if not rows:
        empty_state(_("No line is complete"), _("A line needs an item and a quantity."))
    return rows


def _number(text: Any) -> float | None:
    """What the editor shows for a number of the address."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _day(text: Any) -> date | None:
    """What the editor shows for a day of the address."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


BOARD = Board(
    "promise", noted("Promise dates"), ":material/event_available:", noted("Sales"), PERMISSION, render, stage=3
)
