"""What was known at a past moment: the same models on the facts recorded up to then, as editions beside the builds.

A kept build that was made of just these facts, for the same business date and by the same models, answers itself.
Otherwise the raw rows of the published build are taken back to the moment (`ingestion.replication.past`) in a database
in memory (what is too large for it DuckDB puts on the disk), the models of what is asked for run on it (stock; or
orders with their cost and profit, which takes twice as long and tells of stock, too), and their editions are kept
under BIHUAN_HOME/warehouse/known/, the last few.

    known/<published build>@<moment>/manifest.json, full|cost|nocost.duckdb
    known/asked/                                    what boards and API ask the worker for
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from dbt_project.published import SUBJECTS, PublishedBuild, known_build, published_build, read_json
from ingestion.replication.past import NothingWasRecorded, last_audit_record, write_past_mirror
from orchestration.dbt_run import DbtRun
from orchestration.edition import published_models, write_editions_of_scratch
from orchestration.making import kept_dbt
from orchestration.warehouse_folder import WarehouseFolder, write_json
from transactions.kernel.clock import day_in

KEPT_KNOWN = 8
CATALOG = "work"  # as models name it
SCRATCH_OPTIONS: dict[str, Any] = {"fsync_mode": "NONE", "force_compression": "uncompressed"}  # as in profiles.yml
# By subject, what boards and questions about the past read.
_OF_STOCK = (
    "dim_company", "dim_item", "dim_warehouse", "dim_valuation_method",
    "fct_stock_moves", "fct_stock_on_hand", "fct_stock_ageing", "fct_stock_balances_daily", "fct_stock_layers_daily",
    "fct_stock_reservations", "fct_stock_revaluations",
    "meta_build",
)  # fmt: skip
KNOWN_MODELS = {
    "stock": _OF_STOCK,
    "orders": (
        *_OF_STOCK,
        "dim_partner", "dim_employee",
        "fct_order_profit", "fct_deliveries", "fct_documents",
        "fct_cost_slices", "fct_costing_entries",
        "fct_receipt_costs", "fct_work_costs", "fct_work_order_bookings",
    ),
}  # fmt: skip

__all__ = ["Known", "MomentHasNotCome", "NothingWasRecorded", "known_at_moment", "moment_of"]


class MomentHasNotCome(Exception):
    """Nobody knows what will be known."""


@dataclass(frozen=True)
class Known:
    """How the answer came about. how: made, made before, or kept build; seconds by step, empty unless made now."""

    build: PublishedBuild
    known_at: datetime
    as_of: date
    how: str
    seconds: dict[str, float]


def moment_of(text: str, time_zone: str) -> datetime:
    """A moment as people write it: `2012-06-30T18:00Z`, with any offset; without one in the company's time zone; a bare
    date is its end. `ValueError` for anything else."""
    if len(text) == len("2012-06-30"):
        midnight = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), ZoneInfo(time_zone))
        return midnight.astimezone(UTC) - timedelta(microseconds=1)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))).astimezone(UTC)


def known_at_moment(
    home: Path,
    known_at: datetime,
    *,
    now: datetime,
    as_of: date | None = None,
    subject: str = SUBJECTS[-1],
    dbt: DbtRun | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Known:
    """What was known at the moment, found or made.

    as_of: business date; left out, the day of the moment in the time zone of the first company, at the latest that of
    the published build. subject: of `SUBJECTS`, what is asked. progress: is told each step before it is taken.
    Errors: `NothingIsPublished`, `MomentHasNotCome`, `NothingWasRecorded`, `ModelsFailed`.
    """
    if known_at > now:
        raise MomentHasNotCome(f"{known_at:%Y-%m-%d %H:%M} UTC has not come yet")
    published = published_build(home)
    with _alone(home):
        found = known_build(home, known_at, as_of, subject)
        if found is not None:
            return Known(found, known_at, date.fromisoformat(found.manifest["as_of"]), "made before", {})
        dbt = dbt or kept_dbt(WarehouseFolder.of_home(home).dbt)
        making = _Making(home, published, known_at, as_of, subject, dbt, progress)
        kept = making.kept_build()
        if kept is not None:
            making.note(answered_by=kept.build_id, subject=SUBJECTS[-1])
            return Known(kept, known_at, making.as_of, "kept build", {})
        making.make()
        _remove_superseded(home, published)
        return Known(published_build(home, making.build_id), known_at, making.as_of, "made", making.seconds)


class _Making:
    """One answer on its way."""

    def __init__(
        self,
        home: Path,
        published: PublishedBuild,
        known_at: datetime,
        as_of: date | None,
        subject: str,
        dbt: DbtRun,
        progress: Callable[[str], None],
    ) -> None:
        self.home, self.published, self.known_at, self.subject = home, published, known_at, subject
        self.dbt, self.progress = dbt, progress
        self.work_file = published.folder / "work.duckdb"
        self.day = day_in(known_at, time_zone_of(self.work_file))
        self.as_of = as_of or min(self.day, date.fromisoformat(str(published.manifest["as_of"])))
        moment = f"{known_at:%Y%m%dT%H%M%S%fZ}-{subject}" + (f"-{as_of}" if as_of else "")
        self.build_id = f"{published.build_id}@{moment}"
        self.folder = home / "warehouse" / "known" / self.build_id
        self.seconds: dict[str, float] = {}

    def kept_build(self) -> PublishedBuild | None:
        """A kept build of just the facts recorded up to the moment, by the models of today."""
        upto, _ = last_audit_record(self.work_file, self.known_at)
        for manifest in WarehouseFolder.of_home(self.home).manifests():
            same = (
                manifest.get("audit_records") == upto
                and manifest["as_of"] == self.as_of.isoformat()
                and manifest["project_hash"] == self.published.manifest["project_hash"]
            )
            if same and self._holds_the_first(upto):
                return published_build(self.home, str(manifest["build_id"]))
        return None

    def _holds_the_first(self, upto: int) -> bool:
        """Whether what was recorded up to the moment is the beginning of the trail: the clock was not put back."""
        with duckdb.connect(str(self.work_file), read_only=True) as work:
            first = work.execute(
                "select count(*) from raw.audit_record where position <= ? and recorded_at <= epoch_us(?::timestamp)",
                [upto, self.known_at.astimezone(UTC).replace(tzinfo=None)],
            ).fetchall()[0][0]
        return bool(first == upto)

    def make(self) -> None:
        """The rows, the models on them, their editions; put in place as a whole."""
        making = self.folder.with_name(f"{self.folder.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        try:
            self._step("project", self.dbt.manifest)
            with scratch_database(making) as (path, scratch):
                self._step("rows", lambda: self._write_rows(scratch))
                variables = {"as_of": self.as_of.isoformat(), "build_id": self.build_id}
                models = KNOWN_MODELS[self.subject]
                self._step("models", lambda: self.dbt.run_models(path, variables, only=models, is_scratch=True))
                self._step("editions", lambda: self._write_editions(scratch, making))
            self._write_manifest(making)
            shutil.rmtree(self.folder, ignore_errors=True)
            making.rename(self.folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise

    def note(self, **told: Any) -> None:
        """Notes where the answer is found."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_manifest(self.folder, **told)

    def _step(self, name: str, act: Callable[[], Any]) -> None:
        self.progress(name)
        started = perf_counter()
        act()
        self.seconds[name] = round(perf_counter() - started, 3)

    def _write_rows(self, scratch: duckdb.DuckDBPyConnection) -> None:
        tables = {name for name in self.dbt.sources_of(KNOWN_MODELS[self.subject]) if not name.startswith("_")}
        write_past_mirror(self.work_file, scratch, self.known_at, tables)
        scratch.execute("attach ? as source (read_only)", [str(self.work_file)])
        scratch.execute("create table raw._meta_build as from source.raw._meta_build")
        scratch.execute("update raw._meta_build set build_id = ?, as_of = ?", [self.build_id, self.as_of])
        scratch.execute("detach source")

    def _write_editions(self, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
        moment = self.known_at.astimezone(UTC).replace(tzinfo=None)
        facts = {"is_green": None, "proofs_failed": None, "known_at": moment}
        write_editions_of_scratch(scratch, folder, published_models(self.dbt.manifest()), facts)

    def _write_manifest(self, folder: Path, **told: Any) -> None:
        manifest = {
            "build_id": self.build_id,
            "known_at": self.known_at.isoformat(),
            "as_of": self.as_of.isoformat(),
            "subject": self.subject,
            "day": self.day.isoformat(),
            "built_at": self.published.manifest["built_at"],
            "source_build_id": self.published.build_id,
            "source_built_at": self.published.manifest["built_at"],
            "program_version": version("bihuan"),
            "project_hash": self.published.manifest["project_hash"],
            "seconds": self.seconds,
        }
        write_json(folder / "manifest.json", manifest | told)


@contextmanager
def scratch_database(folder: Path) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """A database in memory for one answer, and the path by which others in this process open it, too.

    What is too large for the memory goes into the folder while it is open.
    """
    path = Path(f":memory:{folder.name}") / CATALOG
    with duckdb.connect(str(path), config=SCRATCH_OPTIONS) as scratch:
        scratch.execute(f"attach ':memory:' as {CATALOG}")
        scratch.execute(f"use {CATALOG}")
        scratch.execute("set temp_directory = ?", [str(folder / "spilt")])
        yield path, scratch


def time_zone_of(work_file: Path) -> str:
    """Time zone of the first company of a build; UTC while there is none."""
    with duckdb.connect(str(work_file), read_only=True) as work:
        found = work.execute("select time_zone from raw.company order by id limit 1").fetchall()
    return str(found[0][0]) if found else "UTC"


def make_asked(home: Path, now: datetime, dbt: DbtRun) -> int:
    """Makes what boards and API have asked for; how many. A failure is written beside the wish, to be told there."""
    folder = home / "warehouse" / "known" / "asked"
    wishes = sorted(folder.glob("*.json")) if folder.exists() else []
    for wish in wishes:
        asked = read_json(wish) or {}
        try:
            as_of = date.fromisoformat(asked["as_of"]) if asked.get("as_of") else None
            moment = datetime.fromisoformat(asked["known_at"])
            known_at_moment(home, moment, now=now, as_of=as_of, subject=asked["subject"], dbt=dbt)
        except Exception as failure:
            wish.with_suffix(".refused").write_text(str(failure) or type(failure).__name__, encoding="utf-8")
        wish.unlink(missing_ok=True)
    return len(wishes)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One answer is made at a time, so that nobody makes the same twice."""
    folder = home / "warehouse" / "known"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "making.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_superseded(home: Path, published: PublishedBuild) -> None:
    """Keeps the newest few that the models of today made."""
    known = home / "warehouse" / "known"
    found = sorted(known.glob("*/manifest.json"), key=lambda file: os.stat(file).st_mtime, reverse=True)
    kept = 0
    for file in found:
        manifest = read_json(file) or {}
        if kept < KEPT_KNOWN and manifest.get("project_hash") == published.manifest["project_hash"]:
            kept += 1
            continue
        file.unlink()  # first, so that half an answer is none
        shutil.rmtree(file.parent, ignore_errors=True)
    for unfinished in known.glob("*.making"):
        shutil.rmtree(unfinished, ignore_errors=True)
