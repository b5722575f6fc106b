"""One replication: from the watermark inside a build file to the present, exactly once.

Every row stamped at or above the watermark is read in one snapshot and merged by id, deleted rows are taken out, and
the snapshot's own watermark is stored, all in one transaction of the build file. A replication that dies leaves the
file as it was; reading a row twice changes nothing; so nothing is missed and nothing comes twice. Checksums of source
and mirror are compared inside the same snapshot; a table that differs is read anew, and one that still differs stops
the refresh.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.replication.columns import TOMBSTONES, RawColumn, RawTable, content_totals, key_totals, raw_tables
from ingestion.replication.mirror import Mirror, Standing
from ingestion.replication.signature import signature_of
from ingestion.replication.snapshot import Snapshot, Source, snapshot_of

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine


class BuildIsUnusable(Exception):
    """The build file cannot be opened or holds something else; the refresh starts again from the last good one."""


class ReplicationDiffers(Exception):
    """A mirrored table differs from its source although it was just read anew."""


@dataclass
class TableReplication:
    """What happened to one table. changed, deleted: rows brought and taken out; reloaded: read from its beginning."""

    name: str
    changed: int = 0
    deleted: int = 0
    row_count: int | None = None  # None: not touched
    reloaded: bool = False


@dataclass
class Replication:
    """full: why everything was read from the beginning, or "" if only what changed. peak_memory in bytes."""

    full: str
    watermark: int
    signature: str
    seconds: float
    peak_memory: int
    tables: list[TableReplication] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(table.changed + table.deleted for table in self.tables)


def replicate(
    database: "Engine | URL | str", build_path: str | Path, *, full: bool = False, check_all: bool = False
) -> Replication:
    """Brings schema `raw` of the build file (made if absent) up to the present of the system of record.

    full: read everything anew. check_all: compare every column of every table, not only keys and versions of those
    touched. Errors: `BuildIsUnusable`, `ReplicationDiffers`, `OSError`.

    A SQLite database is read in a process of its own: the Arrow driver brings its own SQLite, and two of them in one
    process take each other's file locks away (sqlite.org/howtocorrupt.html, 2.2.1).
    """
    source = source_of(database)
    if source.dialect != "sqlite":
        return replicate_here(source, build_path, full=full, check_all=check_all)
    order = {
        "source": asdict(source),
        "build_path": str(build_path),
        "tables": [asdict(table) for table in raw_tables()],
        "full": full,
        "check_all": check_all,
    }
    done = subprocess.run(
        [sys.executable, "-m", "ingestion.replication"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip()
        reason = said.splitlines()[-1] if said else f"it ended with {done.returncode}"
        raise RuntimeError(f"the rows cannot be replicated: {reason}") from RuntimeError(said[-2000:])
    answer = json.loads(done.stdout.splitlines()[-1])
    if "error" in answer:
        kinds: dict[str, type[Exception]] = {kind.__name__: kind for kind in (BuildIsUnusable, ReplicationDiffers)}
        raise kinds.get(answer["error"], OSError)(answer["message"])
    tables = [TableReplication(**table) for table in answer.pop("tables")]
    return Replication(**answer, tables=tables)


def source_of(database: "Engine | URL | str") -> Source:
    """Where the Arrow driver finds a database of SQLAlchemy."""
    from sqlalchemy import Engine, make_url

    address = database.url if isinstance(database, Engine) else make_url(database)
    if address.get_backend_name() == "sqlite":
        return Source("sqlite", str(address.database))
    return Source("postgresql", address.set(drivername="postgresql").render_as_string(hide_password=False))


def replicate_here(
    source: Source,
    build_path: str | Path,
    *,
    tables: tuple[RawTable, ...] | None = None,
    full: bool = False,
    check_all: bool = False,
    step: Callable[[str], None] = lambda name: None,
) -> Replication:
    """`replicate`, in this process. tables: None for all. `step` is told the name of each step before it is taken."""
    started = time.perf_counter()
    step("open")
    try:
        mirror = Mirror(str(build_path))
    except Exception as error:
        raise BuildIsUnusable(f"{build_path} is no build that can be opened: {error}") from error
    try:
        with snapshot_of(source) as snapshot:
            step("begin")
            mirror.begin()
            done = _Refresh(mirror, snapshot, tables or raw_tables(), step, full=full, check_all=check_all).run()
            step("commit")
        mirror.commit()
        step("close")
    finally:
        mirror.close()
    done.seconds = time.perf_counter() - started
    done.peak_memory = _peak_memory()
    return done


def _peak_memory() -> int:
    """The most memory that this process had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class _Refresh:
    """One run over all tables, within one snapshot and one transaction of the build."""

    def __init__(
        self,
        mirror: Mirror,
        snapshot: Snapshot,
        tables: tuple[RawTable, ...],
        step: Callable[[str], None],
        *,
        full: bool,
        check_all: bool,
    ) -> None:
        self.mirror, self.snapshot, self.tables, self.step, self.check_all = mirror, snapshot, tables, step, check_all
        self.done = {table.name: TableReplication(table.name) for table in self.tables}
        self.full = "asked for" if full else self._reason_to_start_anew()

    def run(self) -> Replication:
        snapshot, mirror = self.snapshot, self.mirror
        standing = mirror.standing()
        mirror.drop_others(self.tables)
        since = None if self.full or standing is None else standing.watermark
        known = set() if since is None else mirror.tables_like(self.tables)
        self._load([table for table in self.tables if table.name not in known])
        if known:
            assert since is not None
            self._bring(since, known)
        self._compare(known)
        position, last_hash = self._last_audit_record()
        signature = signature_of(snapshot.rows, snapshot.dialect, snapshot.watermark, self.tables)
        mirror.stand_at(Standing(snapshot.identity, snapshot.watermark, position, last_hash, signature))
        touched = [table for table in self.done.values() if table.row_count is not None]
        return Replication(self.full, snapshot.watermark, signature, 0.0, 0, touched)

    def _reason_to_start_anew(self) -> str:
        standing = self.mirror.standing()
        if standing is None:
            return "a new build"
        if standing.identity != self.snapshot.identity:
            return "another database"
        if self.snapshot.watermark < standing.watermark:
            return "an earlier state of the database"
        if standing.audit_position:
            at = f"select hash from audit_record where position = {standing.audit_position}"
            if self.snapshot.rows(at) != [(standing.audit_hash,)]:
                return "another history of the database"
        return ""

    def _load(self, tables: list[RawTable]) -> None:
        """Whole tables; of an empty one nothing is read."""
        if not tables:
            return
        filled = self.snapshot.rows(
            " union all ".join(
                f"""select '{table.name}' where exists (select 1 from "{table.name}")""" for table in tables
            )
        )
        for table in tables:
            self.step(f"load {table.name}")
            rows = self.snapshot.read(table, None) if (table.name,) in filled else None
            self.done[table.name].changed = self.mirror.load(table, rows)
            self.done[table.name].reloaded = True

    def _bring(self, since: int, known: set[str]) -> None:
        """Deleted rows out, changed rows in."""
        condition = self.snapshot.changed_since(since)
        counts = self.snapshot.rows(
            " union all ".join(
                f"""select '{name}', count(*) from "{name}" where {condition}""" for name in sorted(known)
            )
        )
        changed = {str(name) for name, count in counts if count}
        tables = [table for table in self.tables if table.name in changed]
        tombstones = [table for table in tables if table.name == TOMBSTONES]
        for table in tombstones:
            self._merge(table, since)
        if tombstones:
            self.step("bury")
            for name, count in self.mirror.bury(condition).items():
                self.done[name].deleted = count
        for table in tables:
            if table not in tombstones:
                self._merge(table, since)

    def _merge(self, table: RawTable, since: int) -> None:
        self.step(f"merge {table.name}")
        self.done[table.name].changed = self.mirror.merge(table, self.snapshot.read(table, since))

    def _compare(self, known: set[str]) -> None:
        touched = [
            table
            for table in self.tables
            if self.check_all or (done := self.done[table.name]).changed or done.deleted or done.reloaded
        ]
        expected, found = self._source_totals(touched), self._mirror_totals(touched)
        for table in touched:
            self.step(f"compare {table.name}")
            totals = expected[table.name]
            if found[table.name] != totals:
                if table.name not in known:
                    raise ReplicationDiffers(f"{table.name} differs from its source: expected {totals}")
                self._load([table])
                if self._mirror_totals([table]) != {table.name: totals}:
                    raise ReplicationDiffers(f"{table.name} differs from its source: expected {totals}")
            self.done[table.name].row_count = int(totals.partition("/")[0])

    def _source_totals(self, tables: list[RawTable]) -> dict[str, str]:
        return self._totals(tables, self.snapshot.dialect, '"{}"', self.snapshot.rows)

    def _mirror_totals(self, tables: list[RawTable]) -> dict[str, str]:
        return self._totals(tables, "duckdb", 'raw."{}"', self.mirror.rows)

    def _totals(
        self, tables: list[RawTable], dialect: str, place: str, ask: Callable[[str], list[tuple[Any, ...]]]
    ) -> dict[str, str]:
        """The checksum of each table, which begins with its number of rows."""
        sums = {table.name: content_totals(table, dialect) if self.check_all else key_totals() for table in tables}
        asked = [f"select '{name}', {sum_} from {place.format(name)}" for name, sum_ in sums.items()]
        return dict(ask(" union all ".join(asked))) if asked else {}

    def _last_audit_record(self) -> tuple[int, str]:
        rows = self.snapshot.rows("select position, hash from audit_record order by position desc limit 1")
        return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")


def answer_order(order: dict[str, Any]) -> dict[str, Any]:
    """Carries out one order of `replicate` in the process made for it; expected errors become an answer."""
    tables = tuple(
        RawTable(table["name"], tuple(RawColumn(**column) for column in table["columns"])) for table in order["tables"]
    )
    try:
        return asdict(
            replicate_here(
                Source(**order["source"]),
                order["build_path"],
                tables=tables,
                full=order["full"],
                check_all=order["check_all"],
            )
        )
    except (BuildIsUnusable, ReplicationDiffers, OSError) as error:
        return {"error": type(error).__name__, "message": str(error)}
