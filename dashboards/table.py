"""Tables of a board: typed columns with labels in the session's language, exports of all rows, a click that opens.

A page shows the first rows; the exports hold the whole filtered set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboards.export import as_csv, as_excel
from dashboards.frame import View, empty_state
from dashboards.language import _, own_part, shown_number
from dashboards.words import said

ROWS_SHOWN = 2_000

Kind = Literal["text", "word", "name", "amount", "quantity", "price", "share", "count", "date", "time", "flag", "id"]
FORMATS = {
    "amount": "%,.2f",
    "price": "localized",
    "quantity": "localized",
    "share": "%.1f%%",
    "count": "%,d",
    "id": "%d",
}


@dataclass(frozen=True)
class Column:
    """How a column is shown. label: English, translated when shown. word: a term; name: kept in both."""

    label: str
    kind: Kind = "text"
    help: str | None = None
    width: Literal["small", "medium", "large"] | None = None


def table(
    view: View, rows: pl.DataFrame, columns: Mapping[str, Column], *, key: str, opens: str | None = None,
    chooses: bool = False, several: bool = False, height: int | Literal["auto", "content"] = "auto",
    nothing: str | None = None, what_next: str | None = None, currency: str | None = None, first: int = ROWS_SHOWN,
    begins_with: int | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows behind the picture, with exports of all of them. Returns the chosen rows.

    columns: those to show, in order; ones that the edition does not hold are left out. opens: the column with the id of
    the document that a click opens. chooses: a click chooses a row for the rest of the page; several: more than one.
    currency: of the amounts, where it is not the company's. first: how many rows are shown. begins_with: the place of
    the row that is chosen until somebody chooses another.
    """
    shown = {name: column for name, column in columns.items() if name in rows.columns and _says_something(rows, name)}
    if rows.is_empty():
        empty_state(nothing or _("No rows"), what_next or _("Widen the filters above, or record the first document."))
        return []
    page = rows.head(first)
    acts = opens is not None or chooses or several
    begins: Any = {"selection": {"rows": [begins_with]}} if begins_with is not None else None
    mode: Any = "multi-row" if several else "single-row" if chooses else "single-cell"
    chosen = st.dataframe(
        _displayed(page.select(list(shown)), shown),
        column_config={name: _column_config(column) for name, column in shown.items()},
        hide_index=True,
        on_select="rerun" if acts else "ignore",
        selection_mode=mode,
        selection_default=begins,
        key=key,
        height=height,
        placeholder="",
    )
    _below(
        view,
        rows,
        shown,
        key,
        currency or view.currency,
        mode == "single-cell" and opens in rows.columns and _says_something(rows, opens),
        first,
    )
    picked = _picked(chosen, page.height) if acts else []
    if opens is not None and picked and not chooses and not several:
        target = page.row(picked[0], named=True)[opens]
        if target is not None:
            view.open_document(int(target))
    return [page.row(place, named=True) for place in picked]


def _says_something(rows: pl.DataFrame, name: str) -> bool:
    """Whether a column holds any value; columns of nothing but gaps are left out."""
    return rows.is_empty() or rows[name].null_count() < rows.height


def _picked(chosen: Any, height: int) -> list[int]:
    selection = getattr(chosen, "selection", None)
    places = [int(place) for place in getattr(selection, "rows", [])]
    places += [int(cell[0]) for cell in getattr(selection, "cells", [])]
    return [place for place in places if place < height]


def _displayed(rows: pl.DataFrame, shown: Mapping[str, Column]) -> pl.DataFrame:
    """Decimals as numbers of the browser, shares as percent, words in the session's language."""
    changed = []
    for name, kind in rows.schema.items():
        column = shown[name]
        if kind.is_decimal():
            changed.append(pl.col(name).cast(pl.Float64) * (100 if column.kind == "share" else 1))
        elif column.kind in ("word", "name"):
            spoken = said if column.kind == "word" else own_part
            words = {word: spoken(word) for word in rows[name].unique().to_list() if word is not None}
            changed.append(pl.col(name).replace(words))
    return rows.with_columns(changed)


def _below(
    view: View, rows: pl.DataFrame, shown: Mapping[str, Column], key: str, currency: str, opens: bool, first: int
) -> None:
    facts = [
        _("{shown} of {all} rows; exports hold all", shown=shown_number(first), all=shown_number(rows.height))
        if rows.height > first
        else _("1 row")
        if rows.height == 1
        else _("{all} rows", all=shown_number(rows.height))
    ]
    if currency and any(column.kind in ("amount", "price") for column in shown.values()):
        facts.append(_("amounts in {currency}", currency=currency))
    if opens:
        facts.append(_("click a row to open its document"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(" · ".join(facts), width="content")
        with st.container(horizontal=True, gap="small", width="content"):  # side by side, also on the next line
            _export_buttons(view, rows.select(list(shown)), shown, key, currency)


def _export_buttons(view: View, rows: pl.DataFrame, shown: Mapping[str, Column], key: str, currency: str) -> None:
    facts = {
        "build": view.edition.build_id,
        "as_of": view.edition.as_of.isoformat(),
        "edition": view.edition.name,
        "currency": currency,
        **{f"filter {name}": value for name, value in st.query_params.to_dict().items()},
    }
    labels = {name: _(column.label) for name, column in shown.items()}
    st.download_button(
        "Excel", lambda: as_excel(rows, facts, labels), f"{key}.xlsx", key=f"{key}-xlsx", icon=":material/download:",
        on_click="ignore", type="tertiary",
    )  # fmt: skip
    st.download_button(
        "CSV", lambda: as_csv(rows, facts), f"{key}.csv", "text/csv", key=f"{key}-csv", icon=":material/download:",
        on_click="ignore", type="tertiary",
    )  # fmt: skip


def _column_config(column: Column) -> Any:
    label, tip = _(column.label), _(column.help) if column.help else None
    config = st.column_config
    if column.kind in FORMATS:
        return config.NumberColumn(label, help=tip, format=FORMATS[column.kind], width=column.width)
    if column.kind == "date":
        return config.DateColumn(label, help=tip, format="YYYY-MM-DD", width=column.width)
    if column.kind == "time":
        return config.DatetimeColumn(label, help=tip, format="YYYY-MM-DD HH:mm", width=column.width)
    if column.kind == "flag":
        return config.CheckboxColumn(label, help=tip, width=column.width)
    return config.TextColumn(label, help=tip, width=column.width)
