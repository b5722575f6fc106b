"""The frame of every board: its question as title, the answer in a line, tiles, one picture, the table behind it.

A board is one file in `boards/` with a function `render(view)` and a `Board` made of it:

    def render(view: View) -> None:
        lines = view.ask("order_profit_lines", customer=…)       # a question, by name, with its filters
        heading(_("Which orders earn money?"), _("{share} of revenue is profit.", share=…))
        tiles([Tile(_("Profit"), shown_amount(…), help=…), …])    # at most five
        st.echarts_chart(…)                                       # from charts.py
        row = table(view, lines, COLUMNS, key="orders")           # the chosen row, or None
    BOARD = Board("order_profit", "Order profit", ":material/paid:", "Sales", "board.order_profit", render)

Filters stand in the address: widgets take `key=` and `bind="query-params"`. The frame adds stamp, exports and *Explain*.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboards.edition import Edition
from dashboards.export import as_csv, as_excel
from dashboards.language import _, shown_date
from dashboards.questions.question import ask
from transactions.kernel.users import Actor

ROWS_SHOWN = 2_000  # a page shows so many rows; exports hold all


@dataclass(frozen=True)
class View:
    """What a board renders from: who looks, and at which edition of which build."""

    actor: Actor
    edition: Edition

    def ask(self, question: str, **filters: Any) -> pl.DataFrame:
        """Answer a question for the actor; filters of None are left out."""
        given = {name: value for name, value in filters.items() if value is not None}
        return _answered(self.edition.build_id, self.edition.name, self.actor, question, given, self.edition)

    def sees(self, table: str, column: str) -> bool:
        """Whether the edition of this session holds the column."""
        return self.edition.has(table, column)


@st.cache_data(max_entries=256, show_spinner=False)
def _answered(
    build_id: str, edition_name: str, _actor: Actor, question: str, filters: dict[str, Any], _edition: Edition
) -> pl.DataFrame:
    """Cached by build and edition; permission is checked by `View.ask`'s caller page and here on a miss."""
    return ask(_actor, _edition, question, filters)


@dataclass(frozen=True)
class Board:
    """One page. permission: a role needs it to see the page at all."""

    name: str
    title: str
    icon: str
    section: str
    permission: str
    render: Callable[[View], None]


@dataclass(frozen=True)
class Tile:
    """A figure with its label. delta: change against the period before, shown if given."""

    label: str
    value: str
    delta: str | None = None
    help: str | None = None
    delta_color: Literal["normal", "inverse", "off"] = "normal"


Kind = Literal["text", "amount", "quantity", "price", "share", "count", "date", "flag", "id"]
FORMATS = {"amount": "%,.2f", "quantity": "%,.2f", "price": "%,.4f", "count": "%,d"}


@dataclass(frozen=True)
class Column:
    """How a column is shown. label: English, translated when shown."""

    label: str
    kind: Kind = "text"
    help: str | None = None
    width: Literal["small", "medium", "large"] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def heading(question: str, answer: str = "") -> None:
    """The title as a question, and its answer in one line."""
    st.title(question)
    if answer:
        st.markdown(f"##### {answer}")


def tiles(shown: Sequence[Tile]) -> None:
    """At most five figures, in a row that wraps on a narrow screen."""
    with st.container(horizontal=True, gap="small"):
        for tile in shown[:5]:
            st.metric(
                tile.label, tile.value, tile.delta, delta_color=tile.delta_color, help=tile.help, border=True,
                width=210,
            )  # fmt: skip


def stamp(view: View) -> None:
    """As of when, which build, whether books and goods agree, what is still to be settled; and a failed refresh."""
    manifest = view.edition.build.manifest
    failed = int(manifest.get("proofs_failed", 0) or 0)
    pending = int(manifest.get("postings_pending", 0) or 0)
    proofs = _("all proofs hold") if not failed else _("{count} proofs do not hold", count=failed)
    parts = [
        _("as of {day}", day=shown_date(view.edition.as_of)),
        _("build {build}", build=view.edition.build_id),
        f":red[{proofs}]" if failed else proofs,
        _("{count} postings pending", count=pending),
    ]
    st.caption(" · ".join(parts))


def empty_state(message: str, what_next: str) -> None:
    """Nothing to show: why, and what to do next."""
    with st.container(border=True):
        st.markdown(f"**{message}**")
        st.caption(what_next)


def table(
    view: View, rows: pl.DataFrame, columns: Mapping[str, Column], *, key: str, selectable: bool = True,
    height: int | Literal["auto"] = "auto", filters: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:  # fmt: skip
    """The rows behind the picture, with exports of all of them. Returns the row that was clicked, or None.

    columns: those to show, in order; ones that the edition does not hold are left out.
    """
    shown = {name: column for name, column in columns.items() if name in rows.columns}
    if rows.is_empty():
        empty_state(_("No rows"), _("Widen the filters above, or record the first document."))
        return None
    page = rows.head(ROWS_SHOWN)
    displayed = page.with_columns(
        pl.col(name).cast(pl.Float64) * (100 if shown.get(name, Column("")).kind == "share" else 1)
        for name, kind in page.schema.items()
        if kind.is_decimal() and name in shown
    )
    chosen = st.dataframe(
        displayed.select(shown),
        column_config={name: _column_config(column) for name, column in shown.items()},
        hide_index=True,
        on_select="rerun" if selectable else "ignore",
        selection_mode="single-row",
        key=key,
        height=height,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if rows.height > ROWS_SHOWN:
            st.caption(_("{shown} of {all} rows; exports hold all", shown=ROWS_SHOWN, all=rows.height))
        else:
            st.caption(_("{all} rows", all=rows.height))
        _export_buttons(view, rows.select(shown), key, filters or {})
    selected = list(getattr(getattr(chosen, "selection", None), "rows", [])) if selectable else []
    return page.row(selected[0], named=True) if selected and selected[0] < page.height else None


def _export_buttons(view: View, rows: pl.DataFrame, key: str, filters: Mapping[str, str]) -> None:
    facts = {
        "build": view.edition.build_id,
        "as_of": view.edition.as_of.isoformat(),
        "edition": view.edition.name,
        **{f"filter {name}": value for name, value in {**st.query_params.to_dict(), **filters}.items()},
    }
    st.download_button(
        "Excel", lambda: as_excel(rows, facts), f"{key}.xlsx", key=f"{key}-xlsx", icon=":material/download:",
        on_click="ignore", type="tertiary",
    )  # fmt: skip
    st.download_button(
        "CSV", lambda: as_csv(rows, facts), f"{key}.csv", "text/csv", key=f"{key}-csv", icon=":material/download:",
        on_click="ignore", type="tertiary",
    )  # fmt: skip


def _column_config(column: Column) -> Any:
    label, tip = _(column.label), _(column.help) if column.help else None
    config = st.column_config
    if column.kind in ("amount", "quantity", "price", "count"):
        return config.NumberColumn(label, help=tip, format=FORMATS[column.kind], width=column.width)
    if column.kind == "share":
        return config.NumberColumn(label, help=tip, format="%.1f%%", width=column.width)
    if column.kind == "date":
        return config.DateColumn(label, help=tip, format="YYYY-MM-DD", width=column.width)
    if column.kind == "flag":
        return config.CheckboxColumn(label, help=tip, width=column.width)
    if column.kind == "id":
        return config.NumberColumn(label, help=tip, format="%d", width=column.width)
    return config.TextColumn(label, help=tip, width=column.width)


def explain(view: View, *models: str) -> None:
    """What the figures of the board mean: the models behind them, their columns, from the published build itself."""
    with st.popover(_("Explain"), icon=":material/help:"):
        for model in models:
            described = view.edition.rows(
                "select comment from duckdb_tables() where table_name = ? and comment is not null", [model]
            )
            st.markdown(f"**{model}**")
            if described.height:
                st.caption(str(described["comment"][0]))
            columns = view.edition.rows(
                "select column_name, comment from duckdb_columns() where table_name = ? order by column_index", [model]
            )
            st.dataframe(
                columns,
                hide_index=True,
                column_config={
                    "column_name": st.column_config.TextColumn(_("Column")),
                    "comment": st.column_config.TextColumn(_("Meaning"), width="large"),
                },
                height=240,
            )


def total(rows: pl.DataFrame, column: str) -> Decimal:
    """The sum of a column of one question's answer, exact; 0 without rows or where the edition lacks the column."""
    if column not in rows.columns or rows.is_empty():
        return Decimal(0)
    return Decimal(rows[column].sum() or 0)
