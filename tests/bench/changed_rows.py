"""Replicating changed rows, on both databases, several times."""

from __future__ import annotations

from tests.bench.figure import Measured, median
from tests.bench.replication import ROWS, measure_replication
from tests.embedded_postgres import EmbeddedPostgres


def replicated(system: str, quick: bool) -> Measured:
    """Each time into a build of its own; the raw limit is ADBC → Arrow → DuckDB of the same rows, nothing merged."""
    rows, repeats = (5_000, 1) if quick else (ROWS, 3)
    if system == "SQLite":
        runs = [measure_replication(rows) for _ in range(repeats)]
    else:
        runs = []
        with EmbeddedPostgres(durable=True) as server:
            for _ in range(repeats):
                name = server.create_database()
                runs.append(measure_replication(rows, server.url(name).render_as_string(hide_password=False)))
                server.drop_database(name)
    seconds = [run.seconds for run in runs]
    return Measured(
        median(seconds),
        rows,
        seconds,
        raw=median([run.raw_seconds for run in runs]),
        raw_name="ADBC → Arrow → DuckDB alone",
        memory=max(run.peak_memory for run in runs) / 2**20,
    )
