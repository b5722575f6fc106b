"""Exports hold the whole filtered set, typed, and nothing in them is a formula."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.export import FORMULA_STARTS, as_csv, as_excel, neutralised

FACTS = {"build": "b1", "as_of": "2026-03-02", "filter customer": "=CMD()"}


@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    shown = neutralised(text)
    assert not shown.startswith(FORMULA_STARTS)
    assert shown.removeprefix("'") == text.removeprefix("'") or shown == text


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_csv_neutralises_what_starts_a_formula(start: str) -> None:
    text = as_csv(pl.DataFrame({"name": [f"{start}1+1", "plain"]}), FACTS).decode("utf-8-sig")
    assert f"'{start}1+1" in text
    assert "# filter customer: '=CMD()" in text
    assert "\nplain" in text


def test_excel_keeps_types_and_has_no_formula() -> None:
    rows = pl.DataFrame(
        {"=header": ["@x", "-y"], "amount": [Decimal("1234.5600"), None], "day": [date(2026, 3, 2), None], "n": [1, 2]},
        schema_overrides={"amount": pl.Decimal(18, 4)},
    )
    book = zipfile.ZipFile(BytesIO(as_excel(rows, FACTS)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert re.search(r"<v>1234\.560*</v>", sheet)
    for neutral in ("'=header", "'@x", "'-y", "'=CMD()"):
        assert neutral in texts


def test_exports_hold_more_rows_than_the_page() -> None:
    rows = pl.DataFrame({"n": list(range(2_500))})
    assert as_csv(rows, {}).decode("utf-8-sig").count("\n") == 2_501
