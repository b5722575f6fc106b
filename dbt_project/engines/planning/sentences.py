"""Text written by the million: the arithmetic of suggestions as sentences, and the paths of requirements.

Both are written as UTF-8 straight into the buffer of a column of text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from numba import njit

from dbt_project.engines.planning.identity import text_buffers
from dbt_project.engines.planning.records import R_PARENT, R_SOURCE, S_FIRST, S_NODE, Int64s, Table

Bytes = npt.NDArray[np.uint8]

LARGEST_NUMBER = 21


def column(name: str, offsets: Int64s, text: Bytes) -> pl.Series:
    """A column of text from its buffer; row i is text[offsets[i]:offsets[i+1]]."""
    array = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))
    return pl.Series(name, array, dtype=pl.String)


@njit(cache=True)
def _copied(text: Bytes, at: int, source: Bytes, start: int, end: int) -> int:
    # Unsigned positions need no look at whether they count from the end, and so many bytes are copied at once.
    for offset in range(end - start):
        text[np.uintp(at + offset)] = source[np.uintp(start + offset)]
    return at + end - start


@njit(cache=True)
def _number(text: Bytes, at: int, micro: int) -> int:
    """A micro-quantity in decimals without trailing zeros: 2500000 → 2.5."""
    if micro < 0:
        text[at] = 45
        at += 1
        micro = -micro
    rest = np.uint64(micro)
    whole = rest // np.uint64(1_000_000)
    part = int(rest - whole * np.uint64(1_000_000))
    if whole < np.uint64(10):
        text[np.uintp(at)] = np.uint8(np.uint64(48) + whole)
        at += 1
    else:
        digits = 1
        power = np.uint64(10)
        while whole >= power and digits < 13:
            digits += 1
            power *= np.uint64(10)
        k = at + digits - 1
        while whole >= np.uint64(10):
            tens = whole // np.uint64(10)
            text[np.uintp(k)] = np.uint8(np.uint64(48) + whole - np.uint64(10) * tens)
            whole = tens
            k -= 1
        text[np.uintp(k)] = np.uint8(np.uint64(48) + whole)
        at += digits
    if part:
        text[at] = 46
        at += 1
        size = 6
        while part % 10 == 0:
            part = part // 10
            size -= 1
        for k in range(size - 1, -1, -1):
            text[at + k] = 48 + part % 10
            part = part // 10
        at += size
    return at


@njit(cache=True, nogil=True)
def _sentences(
    nodes: Int64s,
    days: Int64s,
    rules: Int64s,
    required: Int64s,
    safety: Int64s,
    available: Int64s,
    short: Int64s,
    ordered: Int64s,
    item_at: Int64s,
    item: Bytes,
    first_day: int,
    day_at: Int64s,
    day: Bytes,
    word_at: Int64s,
    word: Bytes,
    rule_at: Int64s,
    rule: Bytes,
    offsets: Int64s,
    text: Bytes,
) -> None:
    at = 0
    for row in range(len(nodes)):
        part = nodes[row]
        at = _copied(text, at, item, item_at[part], item_at[part + 1])
        at = _number(text, at, required[row])
        part = days[row] - first_day
        at = _copied(text, at, day, day_at[part], day_at[part + 1])
        at = _number(text, at, safety[row])
        at = _copied(text, at, word, word_at[0], word_at[1])
        at = _number(text, at, available[row])
        text[at] = 58
        text[at + 1] = 32
        at = _number(text, at + 2, short[row])
        part = rules[row]
        at = _copied(text, at, rule, rule_at[part], rule_at[part + 1])
        at = _number(text, at, ordered[row])
        text[at] = 46
        at += 1
        offsets[row + 1] = at


def reasons(
    items: pl.Series,
    nodes: Int64s,
    days: Int64s,
    numbers: tuple[Int64s, Int64s, Int64s, Int64s, Int64s],
    rules: Int64s,
    rule_names: list[str],
) -> pl.Series:
    """The arithmetic of each suggestion as a sentence.

    items: name by node; days: day numbers; numbers: required, safety stock, available, short and ordered
        micro-quantities;
    rules: numbers of rule_names; one more for what is moved from where it is free.
    """
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    dates = pl.select(pl.int_range(first, last + 1, dtype=pl.Int32).cast(pl.Date).cast(pl.String)).to_series()
    parts = [
        text_buffers(items.cast(pl.String) + " needs "),
        text_buffers(" on " + dates + ", keeps "),
        text_buffers(pl.Series([" as safety stock and has "])),
        text_buffers(
            pl.Series([*(f" short; by {name} that makes " for name in rule_names), " short; free elsewhere is "])
        ),
    ]
    room = sum(int(np.diff(at).max(initial=0)) for at, _ in parts) + 5 * LARGEST_NUMBER + 3
    # Memory from NumPy comes in large pages, and what the longest sentences do not need is never touched.
    offsets = np.zeros(len(nodes) + 1, dtype=np.int64)
    text = np.empty(max(room * len(nodes), 1), dtype=np.uint8)
    (item_at, item), (day_at, day), (word_at, word), (rule_at, rule) = parts
    _sentences(
        nodes,
        days,
        rules,
        *numbers,
        item_at,
        item,
        first,
        day_at,
        day,
        word_at,
        word,
        rule_at,
        rule,
        offsets,
        text,
    )
    return column("reason", offsets, text)


@njit(cache=True, nogil=True)
def _path_offsets(requirements: Table, supplies: Table, demand_at: Int64s, item_at: Int64s) -> Int64s:
    offsets = np.zeros(requirements.shape[1] + 1, dtype=np.int64)
    for row in range(requirements.shape[1]):
        parent = requirements[R_PARENT, row]
        source = requirements[R_SOURCE, row]
        first = supplies[S_FIRST, parent] if parent >= 0 else row
        if first >= row:
            first = -1
        if source >= 0 and first < 0:
            length = demand_at[source + 1] - demand_at[source]
        else:
            node = supplies[S_NODE, parent]
            length = item_at[node + 1] - item_at[node]
            if first >= 0:
                length += offsets[first + 1] - offsets[first] + 3
        offsets[row + 1] = offsets[row] + length
    return offsets


@njit(cache=True, nogil=True)
def _paths(
    requirements: Table,
    supplies: Table,
    demand_at: Int64s,
    demand: Bytes,
    item_at: Int64s,
    item: Bytes,
    offsets: Int64s,
    text: Bytes,
) -> None:
    for row in range(requirements.shape[1]):
        at = offsets[row]
        parent = requirements[R_PARENT, row]
        source = requirements[R_SOURCE, row]
        first = supplies[S_FIRST, parent] if parent >= 0 else row
        if first >= row:
            first = -1
        if source >= 0 and first < 0:
            _copied(text, at, demand, demand_at[source], demand_at[source + 1])
            continue
        if first >= 0:
            at = _copied(text, at, text, offsets[first], offsets[first + 1])
            text[at] = 32
            text[at + 1] = 62
            text[at + 2] = 32
            at += 3
        node = supplies[S_NODE, parent]
        _copied(text, at, item, item_at[node], item_at[node + 1])


def paths(requirements: Table, supplies: Table, demand_ids: pl.Series, items: pl.Series) -> pl.Series:
    """The way from the top to each requirement: the first demand, then the items made on the way down.

    requirements: parents first; demand_ids: name by demand row; items: name by node.
    """
    demand_at, demand = text_buffers(demand_ids)
    item_at, item = text_buffers(items)
    offsets = _path_offsets(requirements, supplies, demand_at, item_at)
    text = np.empty(max(int(offsets[-1]), 1), dtype=np.uint8)
    _paths(requirements, supplies, demand_at, demand, item_at, item, offsets, text)
    return column("path", offsets, text)
