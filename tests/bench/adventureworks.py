"""The AdventureWorks files through commands into a fresh SQLite home; skipped where the files were not handed out."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

from ingestion.sources.adventureworks import import_adventureworks
from tests.bench.figure import CannotBeMeasured, Measured, timed
from tests.bench.record import RawSqlite, Written
from transactions import make_home

FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "adventureworks"
QUICK_END = date(2011, 6, 3)


def imported(quick: bool) -> Measured:
    """The whole import; the raw limit inserts the same rows with sqlite3 in one transaction."""
    if not FILES.is_dir():
        raise CannotBeMeasured("../shared/data/adventureworks is not beside this repository")
    seconds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        path = Path(folder) / "bihuan.sqlite"
        door, _ = make_home(password="a long enough password", url=f"sqlite:///{path}")
        door.engine.dispose()
        empty = path.with_name("empty.sqlite")
        shutil.copyfile(path, empty)
        written = Written(door)
        with timed(seconds):
            report = import_adventureworks(FILES, door, until=QUICK_END if quick else None)
        if not report.is_clean:
            raise RuntimeError(f"the import is not clean: {next(report.lines())}")
        written.note()
        commits = written.commits()
        rows = sum(len(inserted) for commit in commits for _, _, inserted in commit)
        bare = RawSqlite(empty, path.with_name("raw.sqlite")).write(commits)
        parts = {"commands": f"{report.accepted.total():,}"}
        door.engine.dispose()
    return Measured(seconds[0], rows, seconds, raw=bare, raw_name="same rows, one commit, by plain driver", parts=parts)
