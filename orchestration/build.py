"""A build: one answer to "what do the facts say, as of this day", made in a file of its own and then published.

    copy of the last good build → replicate → models → structural tests → proofs → editions → pointer

Each step is a function on a `Build`, called by the Dagster asset of the same name. A red structural test (tag `gate`)
stops the build, and so does any error; the published build stays what it was. A proof that does not hold is stamped
into the build and never stops it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
from sqlalchemy import Engine, func, select

from ingestion.replication import BuildIsUnusable, Replication, replicate, source_signature
from orchestration.changed_rows import SCHEMA as CHANGES
from orchestration.changed_rows import forget_changes
from orchestration.dbt_run import DbtRun, NodeResult
from orchestration.edition import Edition, flush_file, published_models, write_editions
from orchestration.kept_nodes import KeptNodes
from orchestration.warehouse_folder import WarehouseFolder, write_json
from transactions.document.tables import document
from transactions.kernel.clock import Clock, day_in
from transactions.kernel.database import reading
from transactions.kernel.day import FIRST_DAY, LAST_DAY
from transactions.ledger.tables import journal_entry
from transactions.master.tables import company


class StructuralTestsFailed(Exception):
    """Red tests of keys, contracts or balance: the build is not published."""


@dataclass(frozen=True)
class ProofResult:
    """One row of marts.fct_proofs. holds: its two sides are equal."""

    check_name: str
    scope: str
    holds: bool


@dataclass
class Build:
    """A build in the making. `seconds` per step; lists are filled by the steps."""

    warehouse: WarehouseFolder
    build_id: str
    as_of: date
    built_at: datetime
    project_hash: str
    previous_id: str | None = None
    replication: Replication | None = None
    models: list[NodeResult] = field(default_factory=list)
    tests: list[NodeResult] = field(default_factory=list)
    proofs: list[ProofResult] = field(default_factory=list)
    editions: list[Edition] = field(default_factory=list)
    row_counts: dict[str, int] = field(default_factory=dict)
    locked_periods: list[str] = field(default_factory=list)
    audit_records: int = 0
    kept: KeptNodes | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    progress: Callable[[str], None] = lambda step: None

    @property
    def folder(self) -> Path:
        return self.warehouse.build_folder(self.build_id)

    @property
    def work_file(self) -> Path:
        return self.folder / "work.duckdb"

    @property
    def variables(self) -> dict[str, str]:
        """What models may ask for."""
        return {"as_of": self.as_of.isoformat(), "build_id": self.build_id}

    @property
    def proofs_failed(self) -> int:
        return sum(not proof.holds for proof in self.proofs)

    @property
    def is_green(self) -> bool:
        """No test of this build is red (the structural ones cannot be, in a published build)."""
        return not any(test.is_red for test in self.tests)

    def timed(self, step: str, started: float) -> None:
        self.seconds[step] = round(perf_counter() - started, 3)


class NoDayOfABuild(Exception):
    """There is no build of the business date that was asked for; the text says why."""


def business_day(engine: Engine, clock: Clock) -> date:
    """Today in the time zone of the first company (UTC while there is none); BIHUAN_AS_OF, a date, goes before it.

    Raises `NoDayOfABuild`.
    """
    fixed = os.environ.get("BIHUAN_AS_OF")
    if fixed:
        try:
            return _in_range(date.fromisoformat(fixed))
        except ValueError:
            raise NoDayOfABuild(f"BIHUAN_AS_OF is a date such as 2026-01-31, not {fixed}") from None
    with reading(engine) as connection:
        zone = connection.execute(select(company.c.time_zone).order_by(company.c.id).limit(1)).scalar()
    return day_in(clock.now(), zone or "UTC")


def require_day(engine: Engine, day: date) -> date:
    """The day that somebody names, on which the company has facts already if it has any; `NoDayOfABuild`.

    Before the first fact a build would be empty, and green.
    """
    _in_range(day)
    days = (document.c.effective_date, journal_entry.c.entry_date)
    with reading(engine) as connection:
        firsts = [connection.execute(select(func.min(each))).scalar() for each in days]
    first = min((found for found in firsts if found is not None), default=day)
    if day < first:
        raise NoDayOfABuild(f"the first fact is of {first}; as of {day} there is nothing to build")
    return day


def _in_range(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NoDayOfABuild(f"a build is as of a day between {FIRST_DAY} and {LAST_DAY}, not {day}")
    return day


def is_up_to_date(warehouse: WarehouseFolder, engine: Engine, dbt: DbtRun, as_of: date) -> bool:
    """Whether a build made now would be the published one again: same rows, same day, same program and models."""
    published = warehouse.published_manifest()
    return (
        published is not None
        and published["as_of"] == as_of.isoformat()
        and published["program_version"] == version("bihuan")
        and published["project_hash"] == dbt.project_hash()
        and published["signature"] == source_signature(engine, published["source_watermark"])
    )


def begin_build(
    warehouse: WarehouseFolder,
    dbt: DbtRun,
    clock: Clock,
    as_of: date,
    *,
    full: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Build:
    """A new build folder, holding a copy of the last good build unless `full`. The caller holds the refresh lock.

    progress: is told the name of each step of this build before it is taken.
    """
    progress("copy")
    started = perf_counter()
    warehouse.remove_unfinished()
    built_at = clock.now()
    build = Build(
        warehouse=warehouse,
        build_id=f"{built_at:%Y%m%dT%H%M%S%f}",
        as_of=as_of,
        built_at=built_at,
        project_hash=dbt.project_hash(),
        previous_id=warehouse.published_id(),
        progress=progress,
    )
    build.folder.mkdir(parents=True)
    last_good = warehouse.build_folder(build.previous_id) / "work.duckdb" if build.previous_id else None
    if last_good is not None and last_good.exists() and not full:
        shutil.copyfile(last_good, build.work_file)
    build.timed("copy", started)
    return build


def replicate_rows(build: Build, engine: Engine, *, full: bool = False, check_all: bool = False) -> Replication:
    """Changed rows into schema raw, and the build's own record into raw._meta_build."""
    build.progress("replicate")
    started = perf_counter()
    try:
        build.replication = replicate(engine, build.work_file, full=full, check_all=check_all)
    except BuildIsUnusable:
        for leftover in build.folder.glob("work.duckdb*"):
            leftover.unlink()
        build.replication = replicate(engine, build.work_file, full=True, check_all=check_all)
    with duckdb.connect(str(build.work_file)) as work:
        work.execute(
            "create or replace table raw._meta_build "
            "(build_id varchar, built_at timestamp, as_of date, source_watermark varchar, program_version varchar)"
        )
        work.execute(
            "insert into raw._meta_build values (?, ?, ?, ?, ?)",
            [
                build.build_id,
                build.built_at.astimezone(UTC).replace(tzinfo=None),
                build.as_of,
                str(build.replication.watermark),
                version("bihuan"),
            ],
        )
        locked = work.execute(
            "select company_id || '/' || code from raw.fiscal_period where state = 'locked' order by all"
        ).fetchall()
        build.locked_periods = [code for (code,) in locked]
        forget_changes(work)
        build.audit_records = int(work.execute("select count(*) from raw.audit_record").fetchall()[0][0])
    build.kept = KeptNodes(build.work_file, build.project_hash, build.variables, is_asked=not check_all)
    build.kept.load()
    touched = [table.name for table in build.replication.tables if table.changed or table.deleted or table.reloaded]
    build.kept.sources_touched(touched, build.build_id)
    build.kept.save()
    build.timed("replicate", started)
    return build.replication


def run_models(build: Build, dbt: DbtRun) -> list[NodeResult]:
    """Every model of the dbt project; `ModelsFailed` names those that could not be built."""
    build.progress("models")
    started = perf_counter()
    build.models = dbt.run_models(build.work_file, build.variables, build.kept)
    build.row_counts = _row_counts(build.work_file)
    build.timed("models", started)
    return build.models


def run_tests(build: Build, dbt: DbtRun, *, all_tests: bool = False) -> list[NodeResult]:
    """The structural tests, or all; `StructuralTestsFailed` names the red ones among those tagged gate."""
    build.progress("tests")
    started = perf_counter()
    build.tests = dbt.run_tests(build.work_file, build.variables, build.kept, gate_only=not all_tests)
    build.timed("tests", started)
    red = [test for test in build.tests if test.is_gate and test.is_red]
    if red:
        raise StructuralTestsFailed("red structural tests: " + "; ".join(test.complaint for test in red))
    return build.tests


def take_proofs(build: Build) -> list[ProofResult]:
    """The books-versus-goods proofs of marts.fct_proofs, stamped into the build."""
    build.progress("proofs")
    started = perf_counter()
    with duckdb.connect(str(build.work_file), read_only=True) as work:
        present = work.execute(
            "from duckdb_columns() where schema_name = 'marts' and table_name = 'fct_proofs'"
        ).fetchall()
        rows = (
            work.execute(
                "select check_name, scope, difference = 0 from marts.fct_proofs order by check_name, scope"
            ).fetchall()
            if present
            else []
        )
    build.proofs = [ProofResult(name, str(scope), bool(holds)) for name, scope, holds in rows]
    build.timed("proofs", started)
    return build.proofs


def publish(build: Build, dbt: DbtRun) -> dict[str, Any]:
    """Writes the editions and the manifest, switches the pointer, removes superseded builds. Returns the manifest."""
    build.progress("publish")
    started = perf_counter()
    facts = {"is_green": build.is_green, "proofs_failed": build.proofs_failed, "known_at": None}
    models = published_models(dbt.manifest())
    catalogue = {"meta_tests": _tests_table(build, dbt)}
    build.editions = write_editions(
        build.work_file, models, facts, catalogue, dbt.folder / "forms", _versions(build), _editions_before(build)
    )
    build.timed("editions", started)
    flush_file(build.work_file)  # while it was made, nothing of it was
    manifest = _manifest(build)
    write_json(build.folder / "manifest.json", manifest)
    build.warehouse.publish(build.build_id)
    build.warehouse.remove_superseded()
    return manifest


def _versions(build: Build) -> dict[str, str]:
    """By `schema.table`, what changes whenever the rows of that model do."""
    assert build.kept is not None
    return {f"{model.schema}.{model.name}": build.kept.version_of(model.unique_id) for model in build.models}


def _editions_before(build: Build) -> Path | None:
    """The folder of the build that this one was copied from; None where nothing of it may stay."""
    assert build.kept is not None
    assert build.replication is not None
    if build.replication.full or not build.kept.is_asked or build.previous_id is None:
        return None
    return build.warehouse.build_folder(build.previous_id)


def _manifest(build: Build) -> dict[str, Any]:
    replication = build.replication
    assert replication is not None
    return {
        "build_id": build.build_id,
        "as_of": build.as_of.isoformat(),
        "built_at": build.built_at.isoformat(),
        "previous_id": build.previous_id,
        "program_version": version("bihuan"),
        "project_hash": build.project_hash,
        "source_watermark": replication.watermark,
        "signature": replication.signature,
        "is_green": build.is_green,
        "proofs_failed": build.proofs_failed,
        "locked_periods": build.locked_periods,
        "audit_records": build.audit_records,
        "replication": {
            "full": replication.full,
            "changed": replication.changed,
            "tables": {table.name: table.row_count for table in replication.tables},
        },
        "seconds": build.seconds,
        "row_counts": build.row_counts,
        "editions": {
            edition.name: {"file": edition.path.name, "bytes": edition.bytes, "tables": len(edition.tables)}
            for edition in build.editions
        },
        "models": [
            {
                "name": model.name,
                "schema": model.schema,
                "status": model.status,
                "seconds": model.seconds,
                "is_kept": model.is_kept,
            }
            for model in build.models
        ],
        "tests": [
            {"name": test.name, "status": test.status, "failures": test.failures, "is_gate": test.is_gate}
            for test in build.tests
        ],
        "proofs": [{"check_name": p.check_name, "scope": p.scope, "holds": p.holds} for p in build.proofs],
    }


def _tests_table(build: Build, dbt: DbtRun) -> dict[str, Any]:
    nodes = dbt.manifest().nodes
    rows = []
    for test in build.tests:
        judged = nodes.get(test.attached_to)
        table = f"{judged.schema}.{judged.alias}" if judged is not None else None
        rows.append([test.name, table, test.status, test.failures, test.is_gate, test.seconds])
    kinds = ("varchar", "varchar", "varchar", "bigint", "boolean", "double")
    names = ("test_name", "judged_table", "status", "failing_rows", "is_structural", "seconds")
    return {"columns": dict(zip(names, kinds, strict=True)), "rows": rows}


def _row_counts(work_file: Path) -> dict[str, int]:
    """Rows per `schema.table` of everything that is stored."""
    with duckdb.connect(str(work_file), read_only=True) as work:
        tables = work.execute(
            "select schema_name, table_name from duckdb_tables()"
            f" where schema_name not in ('main', '{CHANGES}') order by all"
        ).fetchall()
        counts = (f"select '{schema}.{table}', count(*) from {schema}.\"{table}\"" for schema, table in tables)
        return dict(work.execute(" union all ".join(counts)).fetchall()) if tables else {}
