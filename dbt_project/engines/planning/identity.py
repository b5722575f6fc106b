"""What makes a suggestion the same in the next run: kind, item, warehouse, and the first requirement it covers, with
its path from the top.

Identities are 64-bit numbers that depend on the names alone, not on row order or on a library's hashing, and are shown
as S (suggestion) or R (requirement) and sixteen hexadecimal digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from numba import njit

from dbt_project.engines.planning.records import Int64s

HIGH_HALF = np.int64(0x7FFFFFFFFFFFFFFF)


@njit(cache=True)
def mixed(a: int, b: int) -> int:
    """One identity from two, in this order (multiply and shift, wrapping at 64 bits)."""
    x = np.int64(a) * np.int64(6364136223846793005) + np.int64(1442695040888963407)
    x = x ^ ((x >> np.int64(29)) & np.int64(0x7FFFFFFFF))
    x = x + np.int64(b) * np.int64(-7046029254386353131)
    x = x ^ ((x >> np.int64(30)) & np.int64(0x3FFFFFFFF))
    x = x * np.int64(-4658895280553007687)
    x = x ^ ((x >> np.int64(27)) & np.int64(0x1FFFFFFFFF))
    x = x * np.int64(-7723592293110705685)
    return int(x ^ ((x >> np.int64(31)) & np.int64(0x1FFFFFFFF)))


@njit(cache=True)
def _text_identities(offsets: Int64s, data: npt.NDArray[np.uint8], salt: int) -> Int64s:
    result = np.empty(len(offsets) - 1, dtype=np.int64)
    for row in range(len(result)):
        x = np.int64(salt) ^ np.int64(-3750763034362895579)
        for position in range(offsets[row], offsets[row + 1]):
            x = (x ^ np.int64(data[position])) * np.int64(1099511628211)
        result[row] = mixed(int(x), offsets[row + 1] - offsets[row])
    return result


def text_buffers(names: pl.Series) -> tuple[Int64s, npt.NDArray[np.uint8]]:
    """Offsets and UTF-8 bytes of a column of names; a missing name is empty."""
    array = names.cast(pl.String).fill_null("").to_arrow()
    array = array.cast(pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    if data is None or data.size == 0:
        return starts, np.zeros(1, dtype=np.uint8)
    return starts, np.frombuffer(data, dtype=np.uint8)


def text_identities(names: pl.Series, salt: int = 0) -> Int64s:
    """The identity of each name; integers are taken by their decimal text."""
    if not len(names):
        return np.zeros(0, dtype=np.int64)
    offsets, data = text_buffers(names)
    return np.asarray(_text_identities(offsets, data, salt))


@njit(cache=True, nogil=True)
def _written(identities: Int64s, letter: int) -> npt.NDArray[np.uint8]:
    text = np.empty(len(identities) * 17, dtype=np.uint8)
    for row in range(len(identities)):
        value = identities[row]
        text[row * 17] = letter
        for digit in range(16):
            nibble = (value >> np.int64(60 - 4 * digit)) & np.int64(15)
            text[row * 17 + 1 + digit] = 48 + nibble if nibble < 10 else 87 + nibble
    return text


def written(identities: Int64s, letter: str) -> pl.Series:
    """The identities as text: the letter and sixteen hexadecimal digits."""
    text = _written(np.ascontiguousarray(identities), ord(letter))
    offsets = np.arange(len(identities) + 1, dtype=np.int64) * 17
    array = pa.LargeStringArray.from_buffers(len(identities), pa.py_buffer(offsets), pa.py_buffer(text))
    return pl.Series(array, dtype=pl.String)


@njit(cache=True, nogil=True)
def _name_offsets(source: Int64s, text_at: Int64s, offsets: Int64s) -> None:
    offsets[0] = 0
    for row in range(len(source)):
        length = 17
        if source[row] >= 0:
            length = text_at[source[row] + 1] - text_at[source[row]]
        offsets[row + 1] = offsets[row] + length


@njit(cache=True, nogil=True)
def _names(
    source: Int64s,
    identities: Int64s,
    letter: int,
    text_at: Int64s,
    text: npt.NDArray[np.uint8],
    offsets: Int64s,
    data: npt.NDArray[np.uint8],
) -> None:
    for row in range(len(source)):
        at = offsets[row]
        if source[row] >= 0:
            start = text_at[source[row]]
            for place in range(text_at[source[row] + 1] - start):
                data[np.uintp(at + place)] = text[np.uintp(start + place)]
            continue
        value = identities[row]
        data[np.uintp(at)] = letter
        for digit in range(16):
            nibble = (value >> np.int64(60 - 4 * digit)) & np.int64(15)
            data[np.uintp(at + 1 + digit)] = 48 + nibble if nibble < 10 else 87 + nibble


def names(source: Int64s, identities: Int64s, letter: str, texts: pl.Series) -> pl.Series:
    """The name of each thing: texts[source] where it has a source (≥ 0), else its identity as `written`."""
    text_at, text = text_buffers(texts)
    source, identities = np.ascontiguousarray(source), np.ascontiguousarray(identities)
    offsets = np.empty(len(source) + 1, dtype=np.int64)
    _name_offsets(source, text_at, offsets)
    data = np.empty(max(int(offsets[-1]), 1), dtype=np.uint8)
    _names(source, identities, ord(letter), text_at, text, offsets, data)
    array = pa.LargeStringArray.from_buffers(len(source), pa.py_buffer(offsets), pa.py_buffer(data))
    return pl.Series(array, dtype=pl.String)


def read(identifiers: pl.Series) -> Int64s:
    """The numbers behind written identities; 0 for a text that is none."""
    numbers = []
    for text in identifiers.to_list():
        try:
            value = int(text[1:], 16) if len(text) == 17 else 0
        except ValueError:
            value = 0
        numbers.append(value - (1 << 64) if value >= 1 << 63 else value)
    return np.array(numbers, dtype=np.int64)
