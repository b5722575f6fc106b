"""Can I trust this? Builds and the last refresh, tests, the catalogue of models and metrics, a console for analysts."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards.basis import Basis
from dashboards.boards.proofs import basis_of_pending, basis_of_proofs
from dashboards.edition import kept_builds, refresh_status
from dashboards.frame import Board, Tile, View, empty_state, heading, tiles
from dashboards.language import _, described, noted, shown_date, shown_number
from dashboards.refusals import refused_because
from dashboards.sql_console import ROWS, SECONDS, QueryRefused, answered_query
from dashboards.table import Column, table
from dashboards.words import said

BUILDS = {
    "build_id": Column("Build"),
    "as_of": Column("As of", "date"),
    "built_at": Column("Built (UTC)", "time"),
    "verdict": Column("Tests"),
    "proofs_failed": Column("Proofs not holding", "count"),
    "changed": Column("Rows changed", "count"),
    "seconds": Column("Seconds", "quantity"),
    "program_version": Column("Version"),
}
TESTS = {
    "status": Column("Outcome", "word"),
    "judged_table": Column("Table"),
    "test_name": Column("Test", width="large"),
    "failing_rows": Column("Failing rows", "count"),
    "is_structural": Column("Blocks publishing", "flag"),
    "seconds": Column("Seconds", "quantity"),
}
MODELS = {
    "schema_name": Column("Schema"),
    "table_name": Column("Table"),
    "row_count": Column("Rows", "count"),
    "column_count": Column("Columns", "count"),
    "description": Column("One row is", width="large"),
}
CATALOGUE = {
    "table_name": Column("Table"),
    "column_name": Column("Column"),
    "data_type": Column("Type"),
    "meaning": Column("Meaning", width="large"),
}
EXAMPLE = """select period_code, sum(profit_amount) as profit
from rpt_profit_and_loss
group by period_code
order by period_code"""


def render(view: View) -> None:
    facts = view.one("stamp")
    tests = view.one("data_tests_total")
    failed = tests["test_count"] - tests["passed_count"]
    heading(
        _("Can I trust this?"),
        _("{passed} of {all} tests of this build passed; {proofs} proofs do not hold.",
          passed=shown_number(tests["passed_count"]), all=shown_number(tests["test_count"]),
          proofs=shown_number(facts["proofs_failed"] or 0)),
    )  # fmt: skip
    tiles(
        [
            Tile(_("As of"), shown_date(view.edition.as_of)),
            Tile(
                _("Tests not passed"), shown_number(failed), alarm=failed > 0,
                basis=Basis(view, "meta_tests", "status", _("tests of the build whose outcome is not passed"),
                            "data_tests", {}, "failing_rows", TESTS, ("failing_rows", "is_structural")),
            ),
            Tile(
                _("Proofs not holding"), shown_number(facts["proofs_failed"] or 0),
                alarm=bool(facts["proofs_failed"]), basis=basis_of_proofs(view),
            ),
            Tile(_("Postings pending"), shown_number(facts["postings_pending"]), basis=basis_of_pending(view)),
        ]
    )  # fmt: skip
    names = [_("Builds"), _("Tests"), _("Models"), _("Metric catalogue")]
    if view.actor.may("sql.console"):
        names.append(_("SQL console"))
    builds, test_tab, models, catalogue, *console = st.tabs(names)
    with builds:
        _builds(view)
    with test_tab:
        table(
            view, view.ask("data_tests"), TESTS, key="tests", height=520, nothing=_("No test was run with this build"),
            what_next=_("Run `bihuan refresh`; its tests appear here."),
        )  # fmt: skip
    with models:
        table(view, _told(view.ask("data_models"), "description"), MODELS, key="models", height=520)
    with catalogue:
        st.caption(_("As written in the models themselves."))
        words = st.text_input(_("Search"), key="catalogue-search", placeholder="margin, profit, days_late")
        rows = _told(view.ask("data_columns"), "meaning")
        if words:
            hay = pl.concat_str(
                "table_name", "column_name", "meaning", separator=" ", ignore_nulls=True
            ).str.to_lowercase()
            rows = rows.filter(
                pl.all_horizontal(*[hay.str.contains(word.lower(), literal=True) for word in words.split()])
            )
        table(view, rows, CATALOGUE, key="catalogue", height=520)
    if console:
        with console[0]:
            _console(view)


def _told(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows with what models say in that column in the session's language."""
    return rows.with_columns(pl.Series(column, [described(text or "") for text in rows[column]], dtype=pl.String))


def _builds(view: View) -> None:
    status = refresh_status()
    if status:
        told = _(
            "Last refresh: {state}, {at}", state=said(str(status.get("state"))), at=_moment(str(status.get("at") or ""))
        )
        if status.get("reason"):
            st.warning(f"{told} – {str(status['reason'])[:500]}")
        else:
            st.caption(told)
    rows = [_of_manifest(manifest) for manifest in kept_builds()]
    table(view, pl.DataFrame(rows, infer_schema_length=None), BUILDS, key="builds")
    durations = view.edition.build.manifest.get("seconds")
    if isinstance(durations, dict):
        steps = " · ".join(f"{step} {shown_number(float(took), 1)} s" for step, took in durations.items())
        st.caption(_("Durations of this build: {steps}", steps=steps))


def _of_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    durations = manifest.get("seconds") or {}
    return {
        "build_id": manifest["build_id"],
        "as_of": datetime.fromisoformat(str(manifest["as_of"])).date(),
        "built_at": datetime.fromisoformat(str(manifest["built_at"])).replace(tzinfo=None),
        "verdict": _("✓ passed") if manifest.get("is_green") else _("✗ failed"),
        "proofs_failed": int(manifest.get("proofs_failed") or 0),
        "changed": (manifest.get("replication") or {}).get("changed"),
        "seconds": round(sum(float(took) for took in durations.values()), 1) if isinstance(durations, dict) else None,
        "program_version": manifest.get("program_version"),
    }


def _moment(text: str) -> str:
    return text[:16].replace("T", " ") + " UTC" if text else ""


def _console(view: View) -> None:
    st.caption(
        _("One SELECT on the published build; read-only, at most {seconds} seconds and {rows} rows. "
          "Tables are listed under Models.",
          seconds=SECONDS, rows=shown_number(ROWS))
    )  # fmt: skip
    with st.form("console", border=False):
        sql = st.text_area("SQL", EXAMPLE, height=160, key="sql")
        asked = st.form_submit_button(_("Run"), type="primary", icon=":material/play_arrow:")
    if asked:
        try:
            with st.spinner(_("Asking…"), show_time=True):
                st.session_state["console"] = answered_query(view.edition.build.edition_file(view.edition.name), sql)
        except QueryRefused as refusal:
            st.session_state.pop("console", None)
            st.error(refused_because(refusal))
    answer = st.session_state.get("console")
    if answer is None:
        return
    if not answer.is_whole:
        st.warning(_("There are more rows than {rows}; narrow the query.", rows=shown_number(ROWS)))
    if answer.rows.is_empty():
        empty_state(_("The query answers no rows"), _("Check its conditions."))
        return
    table(
        view,
        answer.rows,
        {name: Column(name, _kind(kind)) for name, kind in answer.rows.schema.items()},
        key="console-rows",
    )


def _kind(kind: pl.DataType) -> Any:
    return "quantity" if kind.is_decimal() or kind.is_float() else "date" if kind == pl.Date else "text"


BOARD = Board("data", noted("Data"), ":material/database:", noted("Trust"), "board.data", render)
