"""The console of analysts: one query on one published file, in a process of its own that has little of everything.

The process gets a limited address space and processor time, opens the file read-only without access to anything else,
locks its configuration, answers at most so many rows and is ended when its time is over.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from transactions.kernel.refusal import Refusal

SECONDS = 20
MEMORY_MEGABYTES = 1024
ADDRESS_MEGABYTES = 6 * 1024  # DuckDB reserves more addresses than it uses memory
ROWS = 10_000
LONGEST_QUERY = 20_000


class QueryRefused(Refusal):
    """The query is wrong, too long, or needed more than the console gives."""


@dataclass(frozen=True)
class ConsoleAnswer:
    """rows: at most ROWS. is_whole: whether there were no more."""

    rows: pl.DataFrame
    is_whole: bool


def answered_query(file: Path, sql: str, seconds: float = SECONDS) -> ConsoleAnswer:
    """The answer of one SELECT on a published file; `QueryRefused` says what was wrong with it."""
    if len(sql) > LONGEST_QUERY:
        raise QueryRefused("the query is too long", field="sql", value=f"{len(sql)} characters")
    order = {"file": str(file), "sql": sql, "rows": ROWS, "seconds": int(seconds) + 1}
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "SYSTEMROOT") if name in os.environ}
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(Path(__file__).with_name("sql_process.py"))],
            input=json.dumps(order).encode(), capture_output=True, timeout=seconds, env=environment, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise QueryRefused(f"the query took longer than {seconds:g} seconds", field="sql", value=sql[:80]) from None
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip()
        raise QueryRefused(
            said.split("\n")[0][:500] or "the query needed too much memory or time", field="sql", value=""
        )
    rows = pl.read_ipc(ended.stdout)
    return ConsoleAnswer(rows.head(ROWS), rows.height <= ROWS)
