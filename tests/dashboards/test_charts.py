"""The waterfall ends where its figures end, also below the axis."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboards.charts import waterfall

Amounts = st.integers(-10_000, 10_000).map(float)


def spans(spec: dict[str, list[dict[str, list[float | dict[str, float]]]]]) -> list[tuple[float, float]]:
    """From where to where each bar is drawn, low to high."""
    hidden, above, below = (series["data"] for series in spec["series"])
    found = []
    for empty, up, down in zip(hidden, above, below, strict=True):
        assert isinstance(empty, float)
        assert isinstance(up, dict)
        assert isinstance(down, dict)
        low = empty + down["value"] if empty < 0 or down["value"] else empty
        high = empty + up["value"] if empty > 0 or up["value"] else empty
        found.append((low, high))
    return found


@given(Amounts, st.lists(Amounts, max_size=6))
def test_each_bar_starts_where_the_one_before_ended(first: float, changes: list[float]) -> None:
    end = first + sum(changes)
    steps = [("first", first, "total"), *(("change", change, "change") for change in changes), ("last", end, "total")]
    drawn = spans(waterfall(steps, str))
    assert drawn[0] == (min(first, 0.0), max(first, 0.0))
    assert drawn[-1] == (min(end, 0.0), max(end, 0.0))
    levels = [first]
    for change in changes:
        levels.append(levels[-1] + change)
    assert drawn[1:-1] == [(min(start, stop), max(start, stop)) for start, stop in pairwise(levels)]
