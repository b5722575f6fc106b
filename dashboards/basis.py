"""What a figure rests on: its definition, formula and inputs, the models and tests behind it, its largest contributors.

A tile with a basis opens it when its ? is clicked. Definitions are the ones that the build carries; nothing is computed
here: the contributors are the rows of a question, the largest first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards.frame import View
from dashboards.language import _, described
from dashboards.table import Column, table

LARGEST = 5


@dataclass(frozen=True)
class Basis:
    """model, column: where the figure is defined. formula: how it is formed, in words. inputs: columns of the model
    that enter into it. question, filters: the rows behind it; by: the column by which a row contributes, empty where
    the question's own order counts; shows: what of a row is shown; opens: the column with the id of its document.
    only: a column; rows in which it is 0 or empty do not contribute.
    """

    view: View
    model: str
    column: str
    formula: str
    question: str
    filters: Mapping[str, Any]
    by: str
    shows: Mapping[str, Column]
    inputs: Sequence[str] = ()
    opens: str | None = None
    only: str = ""

    def open(self, label: str, value: str, key: str) -> None:
        """Show it in a dialog over the page."""
        st.dialog(label, width="large", icon=":material/help:")(self._show)(value, key)

    def _show(self, value: str, key: str) -> None:
        st.markdown(f"### {value}")
        meanings = dict(self.view.ask("model_columns", model=self.model).iter_rows())
        if meanings.get(self.column):
            st.markdown(f"**{_('Definition')}**: {described(meanings[self.column])}")
        st.markdown(f"**{_('Formula')}**: {self.formula}")
        inputs = [name for name in self.inputs if meanings.get(name)]
        if inputs:
            st.markdown(f"**{_('Inputs')}**")
            st.markdown("\n".join(f"- `{name}`: {described(meanings[name])}" for name in inputs))
        about = self.view.one("model_described", model=self.model)
        tests = self.view.one("model_tested", model=self.model)
        passed = _("{passed} of {all} tests passed", passed=tests.get("passed", 0), all=tests.get("tests", 0))
        st.markdown(
            f"**{_('Model and tests')}**: `{self.model}` · {described(about.get('description') or '')} · {passed}"
        )
        st.markdown(f"**{_('Largest contributors')}**")
        rows = self.contributors()
        table(
            self.view, rows, self.shows, key=f"basis-{key}", opens=self.opens, first=LARGEST, height="content",
            nothing=_("No rows"), what_next=_("Nothing enters into this figure yet."),
        )  # fmt: skip

    def contributors(self) -> pl.DataFrame:
        """The rows behind the figure, the largest first."""
        rows = self.view.ask(self.question, **self.filters)
        if self.only and self.only in rows.columns:
            rows = rows.filter(pl.col(self.only).is_not_null() & (pl.col(self.only) != 0))
        if not self.by or self.by not in rows.columns or rows.is_empty():
            return rows
        return rows.sort(pl.col(self.by).abs(), descending=True, nulls_last=True, maintain_order=True)
