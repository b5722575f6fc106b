"""Dagster's record of runs, kept quickly: a refresh leaves some five hundred events.

Its own SQLite record opens a file and flushes the disk three times per event, which takes longer than the refresh.
Here one connection stays open and the disk is flushed when the system likes: after a power cut the last lines of the
record may be missing, which no figure depends on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as db
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage


class QuickEventLog(ConsolidatedSqliteEventLogStorage):
    """The event log of all runs, in one SQLite file."""

    @cached_property
    def _engine(self) -> db.Engine:
        engine = db.create_engine(self._conn_string, connect_args={"timeout": 30})
        db.event.listen(engine, "connect", _without_flush)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[db.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        with self._engine.connect() as connection:
            return bool(self._engine.dialect.has_table(connection, table_name))


def _without_flush(connection: sqlite3.Connection, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma synchronous = off")
    cursor.close()
