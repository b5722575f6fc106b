"""The published edition that a session reads: one whole build, without the columns that its role may not see."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any

import polars as pl

from dbt_project.published import PublishedBuild, published_build
from transactions.kernel.home import home


class Edition:
    """One edition of one published build, opened read-only. Thread-safe: each question has a cursor of its own."""

    def __init__(self, build: PublishedBuild, name: str) -> None:
        self.build = build
        self.name = name
        self.build_id = build.build_id
        self.as_of = date.fromisoformat(str(build.manifest["as_of"]))
        self._connection = build.open(name)
        self._lock = Lock()
        self._columns = {
            (row[0], row[1])
            for row in self._connection.execute(
                "select table_name, column_name from information_schema.columns"
            ).fetchall()
        }

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> pl.DataFrame:
        """The answer of one SELECT; `?` marks parameters, which are bound and never become SQL text."""
        with self._lock:
            cursor = self._connection.cursor()
        try:
            return cursor.execute(sql, list(parameters)).pl()
        finally:
            cursor.close()

    def has(self, table: str, column: str) -> bool:
        """Whether the edition holds the column (an edition without cost has no cost columns)."""
        return (table, column) in self._columns


@lru_cache(maxsize=6)
def _opened(build_id: str, edition: str) -> Edition:
    return Edition(published_build(home(), build_id), edition)


def current_edition(name: str) -> Edition:
    """The edition of that name of the build that is published now; `NothingIsPublished` if there is none."""
    return _opened(published_build(home()).build_id, name)
