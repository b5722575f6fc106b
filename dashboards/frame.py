"""The frame of every board: its question as title, the answer in a line, tiles, one picture, the table behind it.

A board is one file in `boards/` with a function `render(view)` and a `Board` made of it:

    def render(view: View) -> None:
        total = view.one("order_profit_total", customer=…)       # a question, by name, with its filters
        heading(_("Which orders earn money?"), _("{share} of revenue is profit.", share=…))
        tiles([Tile(_("Profit"), shown_amount(…), unit=view.currency), …])    # at most five
        st.echarts_chart(…)                                       # from charts.py
        table(view, lines, COLUMNS, key="orders", opens="sales_order_id")     # from table.py

Filters stand in the address (filters.py). The frame adds the stamp and *Explain*.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

import polars as pl
import streamlit as st

from dashboards.edition import Edition, opened_again, refresh_status
from dashboards.language import _, described, shown_date, shown_number
from dashboards.questions.question import answered, permitted
from transactions.kernel.users import Actor

PICTURE_HEIGHT = 320


@dataclass(frozen=True)
class View:
    """What a board renders from: who looks, at which company in which edition of which build."""

    actor: Actor
    edition: Edition
    company: int | None = None
    company_code: str = ""
    currency: str = ""
    pages: Mapping[str, Any] = field(default_factory=dict)

    def ask(self, question: str, **filters: Any) -> pl.DataFrame:
        """Answer a question for the actor; filters of None are left out."""
        permitted(self.actor, question)
        given = {name: value for name, value in filters.items() if value is not None}
        if self.company is not None:
            given.setdefault("company", self.company)
        return _answered(self.edition.build_id, self.edition.name, question, given)

    def one(self, question: str, **filters: Any) -> dict[str, Any]:
        """The only row of a question's answer; empty if there is none."""
        rows = self.ask(question, **filters)
        return rows.row(0, named=True) if rows.height else {}

    def sees(self, table: str, column: str) -> bool:
        """Whether the edition of this session holds the column."""
        return self.edition.has(table, column)

    def open_document(self, document_id: int) -> NoReturn:
        """Leave for the page of a document."""
        st.switch_page(self.pages["document"], query_params={"id": str(document_id)})

    def link(self, page: str, label: str, icon: str | None = None, **query: str) -> None:
        """A link to another page, if the actor may open it."""
        if page in self.pages:
            st.page_link(self.pages[page], label=label, icon=icon, query_params=query or None)


@st.cache_data(max_entries=256, show_spinner=False)
def _answered(build_id: str, edition_name: str, question: str, filters: dict[str, Any]) -> pl.DataFrame:
    """Kept by build and edition; who may ask is checked before."""
    return answered(opened_again(build_id, edition_name), question, filters)


@dataclass(frozen=True)
class Board:
    """One page. permission: a role needs it to see the page at all. hidden: not in the menu. stage: it is closed to a
    company that has not switched it on.

    render: draws it; answers the view that it drew from where that is another one (of a past moment), for the stamp.
    """

    name: str
    title: str
    icon: str
    section: str
    permission: str
    render: Callable[[View], View | None]
    hidden: bool = False
    stage: int = 1


class Explained(Protocol):
    """What a figure rests on (basis.py); opens over the page."""

    def open(self, label: str, value: str, key: str) -> None: ...


@dataclass(frozen=True)
class Tile:
    """A figure with its label. delta: what it was before, as text. alarm: it needs action and is shown in red.

    basis: its definition, formula and largest contributors, behind the ? in its corner.
    """

    label: str
    value: str
    unit: str = ""
    delta: str | None = None
    help: str | None = None
    alarm: bool = False
    basis: Explained | None = None


def heading(question: str, answer: str = "") -> None:
    """The title as a question, and its answer in one line."""
    st.title(question, anchor=False)
    if answer:
        st.markdown(f":gray[{answer}]" if answer.startswith("(") else answer)


def tiles(shown: Sequence[Tile], key: str = "tiles") -> None:
    """At most five figures side by side; two in a row on a narrow screen."""
    with st.container(key=f"tiles-{key}"):
        for place, tile in enumerate(shown[:5]):
            with st.container(key=f"tile-{'alarm' if tile.alarm else 'calm'}-{key}-{place}"):
                label = f"{tile.label}, {tile.unit}" if tile.unit else tile.label
                st.metric(
                    label, tile.value, tile.delta, delta_color="off", delta_arrow="off", help=tile.help, border=True
                )
                if tile.basis is not None:
                    asked = st.button(
                        "", icon=":material/help:", key=f"basis-of-{key}-{place}", type="tertiary",
                        help=_("Explain: {figure}", figure=tile.label),
                    )  # fmt: skip
                    if asked:
                        tile.basis.open(label, tile.value, f"{key}-{place}")


def sections(key: str, parts: Mapping[str, Callable[[], None]], first: str | None = None) -> None:
    """Parts of a page behind tabs; only the open one is asked for and drawn. first: the one that is open at first."""
    tabs = st.tabs(list(parts), key=f"sections-{key}", on_change="rerun", default=first)
    for tab, draw in zip(tabs, parts.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def stamp(view: View) -> None:
    """As of when, which build, whether books and goods agree, what is to be settled; of the past: as known when."""
    known_at = view.edition.known_at
    if known_at is not None:
        st.divider()
        st.caption(
            " · ".join(
                [
                    _("as known at {moment} UTC", moment=f"{known_at:%Y-%m-%d %H:%M}"),
                    _("as of {day}", day=shown_date(view.edition.as_of)),
                    _("build {build}", build=view.edition.build_id),
                ]
            )
        )
        return
    facts = view.one("stamp")
    failed, pending = int(facts.get("proofs_failed") or 0), int(facts.get("postings_pending") or 0)
    proofs = _("all proofs hold") if not failed else _("{count} proofs do not hold", count=failed)
    parts = [
        _("as of {day}", day=shown_date(view.edition.as_of)),
        _("build {build}", build=view.edition.build_id),
        f":red[{proofs}]" if failed else proofs,
        _("{count} postings pending", count=shown_number(pending)),
    ]
    st.divider()
    st.caption(" · ".join(parts))


def refresh_trouble(view: View) -> None:
    """Says above everything else that the last refresh failed, of which day the figures are, and why."""
    status = refresh_status()
    if status.get("state") not in (None, "published", "unchanged", "running") and status.get("reason"):
        st.warning(
            _("Data as of {day}; the last refresh failed because: {reason}", day=shown_date(view.edition.as_of),
              reason=str(status["reason"])[:300]),
            icon=":material/sync_problem:",
        )  # fmt: skip


def empty_state(message: str, what_next: str) -> None:
    """Nothing to show: why, and what to do next."""
    with st.container(border=True):
        st.markdown(f"**{message}**")
        st.caption(what_next)


def explain(view: View, *models: str, largest: pl.DataFrame | None = None) -> None:
    """What the figures mean: models, their columns and tests, from the build itself; and the largest contributors."""
    with st.popover(_("Explain"), icon=":material/help:"):
        st.caption(_("The models behind this page, as the build describes them, with their tests."))
        if largest is not None and largest.height:
            st.markdown(f"**{_('Largest contributors')}**")
            for row in largest.head(5).iter_rows():
                st.markdown(f"- {row[0]}: {shown_number(row[1], 2)} {view.currency}")
        for model in models:
            about = view.one("model_described", model=model)
            tests = view.one("model_tested", model=model)
            st.markdown(f"**`{model}`** · {described(about.get('description') or '')}")
            st.caption(_("{passed} of {all} tests passed", passed=tests.get("passed", 0), all=tests.get("tests", 0)))
            columns = view.ask("model_columns", model=model)
            meanings = pl.Series("meaning", [described(text or "") for text in columns["meaning"]], dtype=pl.String)
            st.dataframe(
                columns.with_columns(meanings),
                hide_index=True,
                column_config={
                    "column_name": st.column_config.TextColumn(_("Column")),
                    "meaning": st.column_config.TextColumn(_("Meaning"), width="large"),
                },
                height=220,
                key=f"explain-{model}",
            )
