"""Pictures as ECharts specifications: few colours, readable on light and dark, amounts with thousands separators.

Specifications are data only; the theme comes from Streamlit.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

GAIN, LOSS, NEUTRAL, ACCENT = "#0f9d76", "#d64545", "#94a3b8", "#2563eb"
TOOLTIP = {"trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": "%,.2f"}
# on a narrow screen every label still fits
NARROW = [{"query": {"maxWidth": 480}, "option": {"xAxis": {"axisLabel": {"rotate": 40}}}}]
GRID = {"left": 8, "right": 24, "top": 12, "bottom": 8, "containLabel": True}
# without names of months, so the same in every language
DAY, CLOCK = "{MM}-{dd}", "{HH}:{mm}"
MOMENTS = {"year": DAY, "month": DAY, "day": DAY, "hour": CLOCK, "minute": CLOCK}
HELD = "#7c5cc4"
GANTT_BAR, GANTT_ROW = 16, 26  # px
LABELLED_SHARE = 0.065  # of the time shown: bars at least so long carry their label
GAP_SHARE = 0.0015  # about a pixel between two bars that touch
COMPONENTS = ("#4f7cac", "#c08497", "#e0a458", "#8a9b68", "#7d6b91")


def waterfall(steps: Sequence[tuple[str, float, str]], shown: Callable[[float], str]) -> dict[str, Any]:
    """From a first to a last bar through ups and downs. steps: (label, amount, kind), kind total or change.

    shown: how an amount is written on its bar. What lies above the axis is stacked apart from what lies below, so a
    bar that crosses it has two parts.
    """
    hidden: list[float] = []
    above: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    running = 0.0
    for place, (_label, amount, kind) in enumerate(steps):
        start, end = (0.0, amount) if kind == "total" else (running, running + amount)
        running = end
        low, high = min(start, end), max(start, end)
        colour = NEUTRAL if kind != "total" else ACCENT if place == 0 else GAIN if amount >= 0 else LOSS
        hidden.append(round(low if low > 0 else min(high, 0.0), 2))
        style = {"itemStyle": {"color": colour}}
        label = {"label": {"show": True, "formatter": shown(amount)}}
        up, down = round(max(high, 0.0) - max(low, 0.0), 2), round(min(low, 0.0) - min(high, 0.0), 2)
        above.append({"value": up, **style, **(label if high > 0 or not down else {})})
        below.append({"value": down, **style, **(label if high <= 0 and down else {})})
    bar = {"type": "bar", "stack": "a", "barMaxWidth": 90, "labelLayout": {"hideOverlap": True}}
    return {
        "grid": GRID | {"top": 28},
        "xAxis": {"type": "category", "data": [label for label, _amount, _kind in steps], "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value"},
        "series": [
            bar | {"silent": True, "itemStyle": {"color": "transparent"}, "data": hidden},
            bar | {"data": above, "label": {"position": "top"}},
            bar | {"data": below, "label": {"position": "bottom"}},
        ],
        "media": NARROW,
    }


def bars(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], *, horizontal: bool = False,
    stacked: bool = False, colours: Sequence[str] = COMPONENTS,
) -> dict[str, Any]:  # fmt: skip
    """One or more series of bars over categories."""
    category: dict[str, Any] = {"type": "category", "data": list(labels), "axisLabel": {"hideOverlap": True}}
    value = {"type": "value"}
    if horizontal:
        category["inverse"] = True
    return {
        "color": list(colours),
        "tooltip": TOOLTIP,
        "legend": {"show": len(series) > 1, "top": 0},
        "grid": {"left": 8, "right": 24, "top": 36 if len(series) > 1 else 12, "bottom": 8, "containLabel": True},
        "xAxis": value if horizontal else category,
        "yAxis": category if horizontal else value,
        "series": [
            {"name": name, "type": "bar", "barMaxWidth": 42, "data": [round(point, 2) for point in points]}
            | ({"stack": "all"} if stacked else {})
            for name, points in series
        ],
    }


def lines(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> dict[str, Any]:
    """One or more lines over an ordered axis."""
    return {
        "color": [ACCENT, GAIN, LOSS, *COMPONENTS],
        "tooltip": {"trigger": "axis", "valueFormatter": "%,.2f"},
        "legend": {"show": len(series) > 1, "top": 0},
        "grid": {"left": 8, "right": 24, "top": 36 if len(series) > 1 else 12, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(labels), "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {"name": name, "type": "line", "showSymbol": False, "data": list(points)} for name, points in series
        ],
    }


def heat_map(
    rows: Sequence[str], columns: Sequence[str], cells: Sequence[tuple[int, int, float]], shown: Callable[[float], str]
) -> dict[str, Any]:
    """Amounts by two categories. cells: (column position, row position, amount). shown: how an amount is written."""
    largest = max((amount for _x, _y, amount in cells), default=1.0)
    return {
        "grid": GRID,
        "xAxis": {"type": "category", "data": list(columns), "splitArea": {"show": True}},
        "yAxis": {"type": "category", "data": list(rows), "inverse": True, "splitArea": {"show": True}},
        "visualMap": {
            "show": False,
            "min": 0,
            "max": largest,
            "inRange": {"color": ["#e3f4ec", "#4fbb98"]},
        },
        "series": [
            {
                "type": "heatmap",
                "selectedMode": "single",
                "data": [
                    {
                        "value": [x, y, round(amount, 2)],
                        "label": {"show": True, "formatter": shown(amount), "color": "#12352a", "textBorderWidth": 0},
                    }
                    for x, y, amount in cells
                ],
            }
        ],
    }


def record(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> dict[str, Any]:
    """The time-phased record of an item: its balance as a stepped line, the other series as bars."""
    (balance, points), *others = series
    return {
        "color": [ACCENT, NEUTRAL, GAIN],
        "tooltip": TOOLTIP,
        "legend": {"top": 0},
        "grid": GRID | {"top": 36},
        "xAxis": {"type": "category", "data": list(labels), "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value"},
        "series": [
            {"name": balance, "type": "line", "step": "end", "showSymbol": False, "data": list(points)},
            *({"name": name, "type": "bar", "barMaxWidth": 18, "data": list(bars_of)} for name, bars_of in others),
        ],
    }


def columns_and_line(
    labels: Sequence[str], columns: tuple[str, Sequence[float]], line: tuple[str, Sequence[float]]
) -> dict[str, Any]:
    """One series as bars and one as a line over the same axis."""
    return {
        "color": ["#9db8d2", GAIN],
        "tooltip": TOOLTIP,
        "legend": {"top": 0},
        "grid": GRID | {"top": 36},
        "xAxis": {"type": "category", "data": list(labels), "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value"},
        "series": [
            {"name": columns[0], "type": "bar", "barMaxWidth": 42, "data": list(columns[1])},
            {"name": line[0], "type": "line", "symbolSize": 6, "data": list(line[1])},
        ],
    }


def stepped(days: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> dict[str, Any]:
    """What stays until it changes: the first series filled, a second against an axis of its own. days: ISO."""
    axes = [{"type": "value", "name": name if len(series) > 1 else "", "splitLine": {"show": place == 0}}
            for place, (name, _points) in enumerate(series)]  # fmt: skip
    return {
        "color": [ACCENT, GAIN],
        "tooltip": {"trigger": "axis", "valueFormatter": "%,.2f"},
        "legend": {"show": len(series) > 1, "top": 0},
        "grid": GRID | {"top": 40 if len(series) > 1 else 12},
        "xAxis": {"type": "time"},
        "yAxis": axes,
        "series": [
            {"name": name, "type": "line", "step": "end", "showSymbol": False, "yAxisIndex": place,
             "areaStyle": {"opacity": 0.12 if place == 0 else 0},
             "data": [list(point) for point in zip(days, points, strict=True)]}
            for place, (name, points) in enumerate(series)
        ],
    }  # fmt: skip


def ranked(entries: Sequence[tuple[str, float, str]], name: str, shown: Callable[[float], str]) -> dict[str, Any]:
    """Bars one below the other, each with its number at its end. entries: (label, value, colour), the first on top."""
    return {
        "grid": GRID | {"right": 56},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "inverse": True, "data": [label for label, _v, _c in entries],
                  "axisLabel": {"interval": 0}},
        "series": [
            {"name": name, "type": "bar", "barMaxWidth": 26, "label": {"show": True, "position": "right"},
             "data": [
                 {"value": round(value, 2), "itemStyle": {"color": colour},
                  "label": {"formatter": shown(value), "position": "right" if value >= 0 else "left"}}
                 for _label, value, colour in entries
             ]},
        ],
    }  # fmt: skip


def coloured_bars(
    entries: Sequence[tuple[str, float, str]], name: str, shown: Callable[[float], str]
) -> dict[str, Any]:
    """Few bars, each of its own colour, with its number on top. entries: (label, value, colour)."""
    return {
        "tooltip": TOOLTIP | {"valueFormatter": "%,.0f"},
        "grid": GRID | {"top": 28},
        "xAxis": {"type": "category", "data": [label for label, _v, _c in entries],
                  "axisLabel": {"interval": 0}},
        "yAxis": {"type": "value"},
        "series": [
            {"name": name, "type": "bar", "barMaxWidth": 70, "label": {"show": True, "position": "top"},
             "data": [
                 {"value": value, "itemStyle": {"color": colour}, "label": {"formatter": shown(value)}}
                 for _label, value, colour in entries
             ]},
        ],
        "media": NARROW,
    }  # fmt: skip


def cash_flow(
    labels: Sequence[str], incoming: tuple[str, Sequence[float]], outgoing: tuple[str, Sequence[float]],
    balance: tuple[str, Sequence[float]], colours: tuple[str, str],
) -> dict[str, Any]:  # fmt: skip
    """What comes in above and what goes out below the axis, with the balance as a line."""
    bar = {"type": "bar", "stack": "flow", "barMaxWidth": 42}
    return {
        "color": [*colours, ACCENT],
        "tooltip": TOOLTIP,
        "legend": {"top": 0},
        "grid": GRID | {"top": 36},
        "xAxis": {"type": "category", "data": list(labels), "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value"},
        "series": [
            bar | {"name": incoming[0], "data": list(incoming[1])},
            bar | {"name": outgoing[0], "data": list(outgoing[1])},
            {"name": balance[0], "type": "line", "symbolSize": 6, "data": list(balance[1])},
        ],
    }


def gantt(
    rows: Sequence[str], operations: Sequence[tuple[int, datetime, datetime, str, str, str]], first: datetime,
    last: datetime, held: tuple[datetime, datetime] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Bars in rows over time. operations: (row, start, end, name on hover, label on the bar, colour); moments of the
    company's clock, cut at the edges. A label is written where its bar is wide enough. held: a time that is shaded."""
    whole = (last - first).total_seconds() or 1.0
    drawn = []
    for row, start, end, name, label, colour in operations:
        begin, finish = max(start, first), min(end, last)
        if finish < begin:
            continue
        share = (finish - begin).total_seconds() / whole
        wide = share > LABELLED_SHARE
        if share > 3 * GAP_SHARE:  # so that one bar ends where the next begins
            finish -= (last - first) * GAP_SHARE
        drawn.append(
            {"coords": [[_moment(begin), row], [_moment(finish), row]], "name": name, "lineStyle": {"color": colour},
             "label": {"show": wide, "formatter": label}}
        )  # fmt: skip
    return {
        "useUTC": True,
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "grid": GRID | {"top": 30, "bottom": 44},
        "xAxis": {"type": "time", "position": "top", "min": _moment(first), "max": _moment(last),
                  "splitLine": {"show": True}, "axisLabel": {"hideOverlap": True, "formatter": MOMENTS}},
        "yAxis": {"type": "category", "inverse": True, "data": list(rows),
                  "axisLabel": {"interval": 0, "width": 110, "overflow": "truncate"}, "splitArea": {"show": True}},
        "dataZoom": [{"type": "slider", "filterMode": "none", "bottom": 6, "height": 20, "showDataShadow": False},
                     {"type": "inside", "filterMode": "none", "zoomOnMouseWheel": "ctrl"}],
        "series": [
            {"type": "lines", "coordinateSystem": "cartesian2d", "clip": True, "data": drawn,
             "lineStyle": {"width": GANTT_BAR, "opacity": 0.9, "curveness": 0},
             "emphasis": {"lineStyle": {"width": GANTT_BAR, "opacity": 1}},
             "label": {"position": "middle", "color": "#fff", "fontSize": 10, "textBorderWidth": 0, "distance": -6}},
            *_shaded(held, first, last),
        ],
        # On a narrow screen no bar has room for its label.
        "media": [{"query": {"maxWidth": 640}, "option": {"series": [{"label": {"color": "transparent"}}]}},
                  {"query": {"maxWidth": 480}, "option": {"yAxis": {"axisLabel": {"width": 64}}}}],
    }  # fmt: skip


def _shaded(held: tuple[datetime, datetime] | None, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """A series without points that carries the shade; nothing where the time lies outside."""
    if held is None or held[1] <= first or held[0] >= last:
        return []
    begin, end = ({"xAxis": _moment(min(max(at, first), last))} for at in held)
    shade = {"silent": True, "itemStyle": {"color": HELD, "opacity": 0.1}, "data": [[begin, end]]}
    return [{"type": "line", "data": [], "silent": True, "markArea": shade}]


def _moment(at: datetime) -> int:
    """Milliseconds as ECharts counts them; a clock without a zone is drawn as it stands."""
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)
