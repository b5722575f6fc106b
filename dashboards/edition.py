"""The published edition that a session reads: one whole build, without the columns that its role may not see.

Or one of the past: what was known at a moment, which the worker makes when it is asked for the first time.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Any

import duckdb
import polars as pl

from dbt_project.published import SUBJECTS, PublishedBuild, ask_for_known, known_build, published_build
from transactions.kernel.home import home
from transactions.kernel.refusal import Refusal

CONNECTIONS = 4  # of one edition at a time; who asks beyond that waits for a turn


class AnswerIsBeingMade(Refusal):
    """What was known at that moment is asked for the first time; ask again in a few seconds."""

    status = 503


class AnswerCannotBeMade(Refusal):
    """What was known at that moment cannot be told; the rule says why."""

    status = 409


class Edition:
    """One edition of one published build, opened read-only. Thread-safe: a question has a connection to itself."""

    def __init__(self, build: PublishedBuild, name: str) -> None:
        self.build = build
        self.name = name
        self.build_id = build.build_id
        self.as_of = date.fromisoformat(str(build.manifest["as_of"]))
        known_at = build.manifest.get("known_at")
        self.known_at = datetime.fromisoformat(str(known_at)) if known_at else None
        self._idle: LifoQueue[duckdb.DuckDBPyConnection] = LifoQueue()
        self._turns = BoundedSemaphore(CONNECTIONS)
        columns = self.rows("select table_name, column_name from duckdb_columns() where not internal")
        self._columns = set(columns.iter_rows())

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> pl.DataFrame:
        """The answer of one SELECT; `?` marks parameters, which are bound and never become SQL text."""
        with self._turns:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self.build.open(self.name)
            try:
                found = pl.from_arrow(connection.sql(sql, params=list(parameters)).to_arrow_table())
            finally:
                self._idle.put(connection)
        assert isinstance(found, pl.DataFrame)
        return found

    def has(self, table: str, column: str) -> bool:
        """Whether the edition holds the column (an edition without cost has no cost columns)."""
        return (table, column) in self._columns

    def shown(self, table: str, *columns: str) -> list[str]:
        """Those of the columns that the edition holds, in order."""
        return [column for column in columns if (table, column) in self._columns]


@lru_cache(maxsize=12)
def _opened(build_id: str, edition: str) -> Edition:
    return Edition(published_build(home(), build_id), edition)


def current_edition(name: str) -> Edition:
    """The edition of that name of the build that is published now; `NothingIsPublished` if there is none."""
    return _opened(published_build(home()).build_id, name)


def known_edition(name: str, known_at: datetime, as_of: date | None = None, subject: str = SUBJECTS[-1]) -> Edition:
    """The edition of that name of what was known at the moment (with a time zone), as of the moment's day or `as_of`.

    subject: of `SUBJECTS`; an edition of the past tells of nothing else.
    Raises `AnswerIsBeingMade` while it is made, `AnswerCannotBeMade` with the reason if it cannot be, and
    `NothingIsPublished`.
    """
    if known_at.tzinfo is None:
        raise AnswerCannotBeMade("say the moment with its time zone", field="known_at", value=known_at.isoformat())
    build = known_build(home(), known_at, as_of, subject)
    if build is None:
        told = {"field": "known_at", "value": known_at.isoformat()}
        reason = ask_for_known(home(), known_at, as_of, subject)
        if reason:
            raise AnswerCannotBeMade(reason, **told)
        raise AnswerIsBeingMade("what was known then is being made; ask again in a few seconds", **told)
    return _opened(build.build_id, name)


def opened_again(build_id: str, name: str) -> Edition:
    """An edition of a build that was read before."""
    return _opened(build_id, name)


def refresh_status() -> dict[str, Any]:
    """How the last refresh ended: state, reason, at, as_of; empty before the first."""
    try:
        status = json.loads((home() / "warehouse" / "refresh_status.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return status if isinstance(status, dict) else {}


def kept_builds() -> list[dict[str, Any]]:
    """The manifests of the builds that are kept, newest first."""
    found = []
    for file in sorted((home() / "warehouse" / "builds").glob("*/manifest.json"), reverse=True):
        with suppress(OSError, ValueError):
            found.append(json.loads(file.read_text(encoding="utf-8")))
    return found
