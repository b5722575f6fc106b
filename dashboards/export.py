"""Exports of a filtered table: typed, safe to open in a spreadsheet, with the filters and the build they came from.

A text that a spreadsheet would take for a formula (it starts with = + - @ tab or CR) gets an apostrophe in front.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralised(text: str) -> str:
    """The text as a spreadsheet may show it, never as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _safe_texts(table: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    starts = pl.any_horizontal
    return table.with_columns(
        pl.when(starts([pl.col(name).str.starts_with(start) for start in FORMULA_STARTS]))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )


def as_csv(table: pl.DataFrame, facts: Mapping[str, str]) -> bytes:
    """UTF-8 with byte order mark; the facts (filters, build) stand in # lines above the header."""
    head = "".join(f"# {name}: {neutralised(value)}\n" for name, value in facts.items())
    flat = table.with_columns(
        pl.col(name).cast(pl.String) for name, kind in table.schema.items() if isinstance(kind, (pl.List, pl.Struct))
    )
    return b"\xef\xbb\xbf" + head.encode() + _safe_texts(flat).write_csv().encode()


def as_excel(table: pl.DataFrame, facts: Mapping[str, str], labels: Mapping[str, str] | None = None) -> bytes:
    """One sheet with numbers as numbers and dates as dates, one with the facts. Nothing is written as a formula."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("data")
    header, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    number = book.add_format({"num_format": "#,##0.00####"})
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, neutralised((labels or {}).get(name, name)), header)
        for row, value in enumerate(table[name].to_list(), start=1):
            _write(sheet, row, column, value, table.schema[name], day, number)
    sheet.freeze_panes(1, 0)
    if table.width and table.height:
        sheet.autofilter(0, 0, table.height, table.width - 1)
    sheet.autofit()
    about = book.add_worksheet("about")
    for row, (name, value) in enumerate(facts.items()):
        about.write_string(row, 0, name, header)
        about.write_string(row, 1, neutralised(value))
    about.autofit()
    book.close()
    return target.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, kind: pl.DataType, day: Any, number: Any) -> None:
    if value is None:
        return
    if kind.is_numeric():
        sheet.write_number(row, column, value, number if kind.is_decimal() or kind.is_float() else None)
    elif kind == pl.Boolean:
        sheet.write_boolean(row, column, value)
    elif kind == pl.Date or isinstance(kind, pl.Datetime):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, neutralised(str(value)))
