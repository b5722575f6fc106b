"""The public door to published builds: which build is published, and its editions, opened to read and nothing else.

An edition holds schemas marts, reports and meta: `full`, `cost` (without pay) or `nocost`. Whoever opens one sees that
build as long as the connection lives, also when the pointer moves on.

Beside the builds stand editions of the past, BIHUAN_HOME/warehouse/known/: what the facts recorded up to a moment say
(or, where a kept build says just that, its name). Who finds none asks for it in `known/asked/`; the worker makes it.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

EDITIONS = ("full", "cost", "nocost")
SCHEMAS = ("marts", "reports", "meta")
SUBJECTS = ("stock", "orders")  # what is asked about the past; who knows of orders knows of stock, too
SUGGESTION_FIGURES = (
    "company", "kind", "item_id", "warehouse_id", "from_warehouse_id", "supplier_id", "alternate", "quantity",
    "due_date", "release_date", "state", "unit_cost",
)  # fmt: skip


MOST_KEPT = 20_000
UNIT_PRICE = Decimal("0.000001")
WAITING_AT_MOST = 10
SETTLED = timedelta(hours=1)  # a moment that long before a snapshot was wholly in it


class NothingIsPublished(Exception):
    """There is no published build, or not the one that was asked for."""


class SuggestionHasChanged(NothingIsPublished):
    """A newer build says something else of a suggestion than the one that it is decided from; the text says what."""


@dataclass(frozen=True)
class PublishedBuild:
    """A finished build. manifest: as_of, built_at, tests, proofs, row counts, … as the refresh wrote them."""

    build_id: str
    folder: Path
    manifest: dict[str, Any]

    def edition_file(self, edition: str) -> Path:
        """Path of the file `full`, `cost` or `nocost`."""
        if edition not in EDITIONS:
            raise ValueError(f"editions are {', '.join(EDITIONS)}, not {edition!r}")
        return self.folder / f"{edition}.duckdb"

    def open(self, edition: str) -> duckdb.DuckDBPyConnection:
        """A connection that reads this edition alone: no other file, no network, no setting can be reached from it.

        Each is a database instance of its own, so that what one connection locks or loads is nobody else's matter.
        """
        connection = duckdb.connect()
        connection.execute(f'attach ? as "{edition}" (read_only)', [str(self.edition_file(edition))])
        connection.execute("set enable_progress_bar = false")  # it would stand between the rows of an answer
        connection.execute("set enable_external_access = false")
        connection.execute("set search_path = '" + ",".join(f'"{edition}".{schema}' for schema in SCHEMAS) + "'")
        connection.execute("set lock_configuration = true")
        return connection


def published_build(home: Path, build_id: str | None = None) -> PublishedBuild:
    """The published build of a home, or the kept one of that id; `NothingIsPublished` if there is none."""
    warehouse = home / "warehouse"
    if build_id is None:
        pointer = read_json(warehouse / "published.json")
        if pointer is None or not pointer.get("build_id"):
            if (warehouse / "published.json").exists():
                raise NothingIsPublished("warehouse/published.json is damaged; `bihuan refresh` mends it")
            raise NothingIsPublished("nothing is published yet; `bihuan refresh` makes the first build")
        build_id = str(pointer["build_id"])
    if not build_id or not build_id.isprintable() or Path(build_id).name != build_id:
        raise NothingIsPublished(f"there is no build {build_id!r}")
    for folder in (warehouse / "builds" / build_id, warehouse / "known" / build_id):
        manifest = read_json(folder / "manifest.json")
        if manifest is not None:
            return PublishedBuild(build_id, folder, manifest)
    raise NothingIsPublished(f"there is no build {build_id!r} any more")


def known_build(
    home: Path, known_at: datetime, as_of: date | None = None, subject: str = SUBJECTS[-1]
) -> PublishedBuild | None:
    """What was known at the moment, if it was made before and still answers as it would be made now; else None.

    as_of: business date; left out, the day of the moment, at the latest that of the published build. subject: of what.
    """
    published = published_build(home)
    for file in sorted((home / "warehouse" / "known").glob("*/manifest.json"), reverse=True):
        manifest = read_json(file)
        if manifest is None or not _answers(manifest, published, known_at, as_of, subject):
            continue
        if manifest.get("answered_by") is None:
            return PublishedBuild(str(manifest["build_id"]), file.parent, manifest)
        try:
            return published_build(home, str(manifest["answered_by"]))
        except NothingIsPublished:
            continue
    return None


def _answers(
    manifest: dict[str, Any], published: PublishedBuild, known_at: datetime, as_of: date | None, subject: str
) -> bool:
    is_settled = known_at + SETTLED <= datetime.fromisoformat(str(manifest["source_built_at"]))
    wanted = [as_of.isoformat()] if as_of else [manifest["day"], published.manifest["as_of"]]
    return (
        datetime.fromisoformat(str(manifest["known_at"])) == known_at
        and manifest["as_of"] == min(wanted)
        and SUBJECTS.index(subject) <= SUBJECTS.index(manifest["subject"])
        and manifest["project_hash"] == published.manifest["project_hash"]
        and (is_settled or manifest["source_build_id"] == published.build_id)
    )


def ask_for_known(home: Path, known_at: datetime, as_of: date | None = None, subject: str = SUBJECTS[-1]) -> str:
    """Asks the worker to make what was known at the moment; why the last attempt failed, or "" while it is made.

    A reason is told once: asking again after that is a new attempt.
    """
    folder = home / "warehouse" / "known" / "asked"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{known_at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{subject}" + (f"-{as_of}" if as_of else "")
    refusal = folder / f"{name}.refused"
    if refusal.exists():
        reason = refusal.read_text(encoding="utf-8")
        refusal.unlink(missing_ok=True)
        return reason
    wanted = folder / f"{name}.json"
    if not wanted.exists():
        if len(list(folder.glob("*.json"))) >= WAITING_AT_MOST:
            return "too many other moments are asked for; ask again later"
        content = {
            "known_at": known_at.isoformat(),
            "as_of": as_of.isoformat() if as_of else None,
            "subject": subject,
        }
        temporary = wanted.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(content), encoding="utf-8")
        temporary.replace(wanted)
    return ""


def suggestion_figures(home: Path, build_id: str, suggestion_id: str) -> dict[str, Any]:
    """What a build suggested: company (code), kind, item_id, warehouse ids, supplier_id, quantity, dates (ISO), state,
    cost of a unit.

    What is absent is left out.

    Raises `NothingIsPublished` when the build is gone or has no such suggestion.
    """
    kept = _all_figures(home, build_id)
    found = kept.get(suggestion_id) if kept is not None else _figures(home, build_id, suggestion_id)
    if found is None:
        raise NothingIsPublished(f"build {build_id} has no suggestion {suggestion_id!r}")
    figures = dict(zip(SUGGESTION_FIGURES, found, strict=True))
    return {
        name: str(value) if name in ("quantity", "due_date", "release_date", "unit_cost") else value
        for name, value in figures.items()
        if value is not None
    }


_FIGURES = (
    f"select {', '.join(SUGGESTION_FIGURES)} from marts.fct_mrp_suggestions"
    " inner join (select company_id, company_code as company from marts.dim_company) using (company_id)"
)


def _figures(home: Path, build_id: str, suggestion_id: str) -> tuple[Any, ...] | None:
    with published_build(home, build_id).open("full") as connection:
        found = connection.execute(f"{_FIGURES} where suggestion_id = ?", [suggestion_id]).fetchall()
    return found[0] if found else None


@lru_cache(maxsize=2)
def _all_figures(home: Path, build_id: str) -> dict[str, tuple[Any, ...]] | None:
    """The figures of every suggestion of a build, which never change, for approvals by the hundred; None of a plan with
    more than MOST_KEPT."""
    with published_build(home, build_id).open("full") as connection:
        ((count,),) = connection.execute("select count(*) from marts.fct_mrp_suggestions").fetchall()
        if count > MOST_KEPT:
            return None
        rows = connection.execute(_FIGURES.replace("select ", "select suggestion_id, ", 1)).fetchall()
    return {row[0]: row[1:] for row in rows}


def completed_decision(home: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The data of `decide_suggestion` with what was left out taken from the build that it names, also its day.

    What a unit costs is always the build's, for approval limits rest on it; where the build is gone and nothing else
    is left out, nobody says it.
    Raises `SuggestionHasChanged` when it is to be approved from a build that a newer one contradicts.
    """
    named = {
        "company": "company",
        "kind": "kind",
        "item": "item_id",
        "warehouse": "warehouse_id",
        "from_warehouse": "from_warehouse_id",
        "supplier": "supplier_id",
        "alternate": "alternate",
        "quantity": "quantity",
        "due_date": "due_date",
        "release_date": "release_date",
    }
    named["effective_date"] = "as_of"
    if not (data.get("build_id") and data.get("suggestion_id")):
        return data
    build_id = str(data["build_id"])
    try:
        figures = suggestion_figures(home, build_id, str(data["suggestion_id"]))
    except NothingIsPublished:
        if any(data.get(name) is None for name in named if name not in ("from_warehouse", "supplier", "alternate")):
            raise
        return {name: value for name, value in data.items() if name != "unit_price"}
    if data.get("decision") in ("approve", "change", "submit"):
        _require_unchanged(home, build_id, str(data["suggestion_id"]), figures)
    figures["as_of"] = published_build(home, build_id).manifest["as_of"]
    absent = {name: figures[source] for name, source in named.items() if data.get(name) is None and source in figures}
    if "unit_cost" in figures:
        absent["unit_price"] = figures["unit_cost"]
    return {**data, **absent}


def completed_message(home: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The data of `follow_message` with what its build asks: company, day or quantity, and what a unit costs.

    Raises `NothingIsPublished` where the build has no such message, `SuggestionHasChanged` where a newer build asks
    something else.
    """
    if not all(data.get(name) for name in ("build_id", "supply_id", "action")):
        return data
    asked = _message(home, str(data["build_id"]), data)
    if asked is None:
        raise NothingIsPublished(f"build {data['build_id']} does not ask to {data['action']} it")
    newest = published_build(home).build_id
    if newest != data["build_id"]:
        now = _message(home, newest, data)
        if now is None or now[1:3] != asked[1:3]:
            raise SuggestionHasChanged(f"since build {data['build_id']} the plan asks something else; look again")
    company, to_date, quantity, value, affected = asked
    complete = {**data, "company": data.get("company") or company}
    if data.get("action") in ("expedite", "defer"):
        complete["to_date"] = to_date.isoformat()
    if data.get("action") in ("increase", "decrease"):
        complete["quantity"] = str(quantity)
    complete.pop("unit_price", None)
    if value is not None and affected:
        complete["unit_price"] = str((value / affected).quantize(UNIT_PRICE, rounding=ROUND_UP))
    return complete


def completed(home: Path, command: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data of any command; those of one that acts on what a build says with what it says. Errors: see there."""
    if command == "decide_suggestion":
        return completed_decision(home, data)
    return completed_message(home, data) if command == "follow_message" else data


_PENDING = """
    select sum(due.debit) from marts.fct_settlement_due as due
    inner join marts.dim_company as company using (company_id)
    where strftime(due.entry_date, '%Y-%m') <= ? and company.company_code = coalesce(
        ?, (select min_by(company_code, company_id) from marts.dim_company)
    )
"""


def completed_lock(home: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The data of `lock_period` with the cost that the published build would still post in the month or before.

    Nothing is added where there is none, nothing is published, or the lock is asked for despite it.
    """
    lock = {name: value for name, value in data.items() if name not in ("pending_amount", "build_id")}
    if lock.get("despite_pending"):
        return lock
    try:
        build = published_build(home)
    except NothingIsPublished:
        return lock
    with build.open("full") as connection:
        company = None if lock.get("company") is None else str(lock["company"])
        [(pending,)] = connection.execute(_PENDING, [str(lock.get("period")), company]).fetchall()
    return lock | ({"pending_amount": str(pending), "build_id": build.build_id} if pending else {})


_ASKED = (
    "select company.company_code, to_date, quantity, value_amount, affected_quantity"
    " from marts.fct_mrp_messages inner join marts.dim_company as company using (company_id)"
)


def _message(home: Path, build_id: str, data: dict[str, Any]) -> tuple[Any, ...] | None:
    kept = _all_messages(home, build_id)
    if kept is not None:
        return kept.get((str(data.get("supply_id")), str(data.get("action"))))
    with published_build(home, build_id).open("full") as connection:
        found = connection.execute(
            f"{_ASKED} where supply_id = ? and action = ?", [data.get("supply_id"), data.get("action")]
        ).fetchall()
    return found[0] if found else None


@lru_cache(maxsize=2)
def _all_messages(home: Path, build_id: str) -> dict[tuple[str, str], tuple[Any, ...]] | None:
    """What every message of a build asks, by supply and action, for lists carried out at once; None of a plan with more
    than MOST_KEPT."""
    with published_build(home, build_id).open("full") as connection:
        ((count,),) = connection.execute("select count(*) from marts.fct_mrp_messages").fetchall()
        if count > MOST_KEPT:
            return None
        rows = connection.execute(_ASKED.replace("select ", "select supply_id, action, ", 1)).fetchall()
    return {(row[0], row[1]): row[2:] for row in rows}


def _require_unchanged(home: Path, build_id: str, suggestion_id: str, figures: dict[str, Any]) -> None:
    newest = published_build(home).build_id
    if newest == build_id:
        return
    try:
        now = suggestion_figures(home, newest, suggestion_id)
    except NothingIsPublished:
        raise SuggestionHasChanged(f"since build {build_id} it is suggested no longer; look again") from None
    if now["state"] in ("approved", "firm", "closed"):
        return  # decided meanwhile: the door answers with the document
    names = [name for name in SUGGESTION_FIGURES[:-3] if figures.get(name) != now.get(name)]
    if names:
        told = ", ".join(f"{name} {figures.get(name)} → {now.get(name)}" for name in names)
        raise SuggestionHasChanged(f"since build {build_id} it has changed: {told}; look again")


def read_json(path: Path) -> dict[str, Any] | None:
    """The content of a small file; None where there is none, or a damaged one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return content if isinstance(content, dict) else None
