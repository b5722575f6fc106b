"""The public door to published builds: which build is published, and its editions, opened to read and nothing else.

An edition holds schemas marts, reports and meta: `full`, `cost` (without pay) or `nocost`. Whoever opens one sees that
build as long as the connection lives, also when the pointer moves on.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

EDITIONS = ("full", "cost", "nocost")
SCHEMAS = ("marts", "reports", "meta")
SUGGESTION_FIGURES = (
    "company", "kind", "item_id", "warehouse_id", "supplier_id", "quantity", "due_date", "release_date",
)  # fmt: skip


class NothingIsPublished(Exception):
    """There is no published build, or not the one that was asked for."""


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
        path = str(self.edition_file(edition)).replace("'", "''")
        connection.execute(f"attach '{path}' as \"{edition}\" (read_only)")
        connection.execute("set enable_progress_bar = false")  # it would stand between the rows of an answer
        connection.execute("set enable_external_access = false")
        connection.execute("set search_path = '" + ",".join(f'"{edition}".{schema}' for schema in SCHEMAS) + "'")
        connection.execute("set lock_configuration = true")
        return connection


def published_build(home: Path, build_id: str | None = None) -> PublishedBuild:
    """The published build of a home, or the kept one of that id; `NothingIsPublished` if there is none."""
    warehouse = home / "warehouse"
    if build_id is None:
        pointer = _read_json(warehouse / "published.json")
        if pointer is None:
            raise NothingIsPublished("nothing is published yet; `bihuan refresh` makes the first build")
        build_id = str(pointer["build_id"])
    if not build_id or Path(build_id).name != build_id:
        raise NothingIsPublished(f"there is no build {build_id!r}")
    folder = warehouse / "builds" / build_id
    manifest = _read_json(folder / "manifest.json")
    if manifest is None:
        raise NothingIsPublished(f"there is no build {build_id!r} any more")
    return PublishedBuild(build_id, folder, manifest)


def suggestion_figures(home: Path, build_id: str, suggestion_id: str) -> dict[str, Any]:
    """What a build suggested: company (code), kind, item_id, warehouse_id, supplier_id, quantity, dates (ISO).

    What is absent is left out.

    Raises `NothingIsPublished` when the build is gone or has no such suggestion.
    """
    with published_build(home, build_id).open("full") as connection:
        found = connection.execute(
            f"select {', '.join(SUGGESTION_FIGURES)} from marts.fct_mrp_suggestions"
            " inner join (select company_id, company_code as company from marts.dim_company) using (company_id)"
            " where suggestion_id = ?",
            [suggestion_id],
        ).fetchall()
    if not found:
        raise NothingIsPublished(f"build {build_id} has no suggestion {suggestion_id!r}")
    figures = dict(zip(SUGGESTION_FIGURES, found[0], strict=True))
    return {
        name: str(value) if name in ("quantity", "due_date", "release_date") else value
        for name, value in figures.items()
        if value is not None
    }


def completed_decision(home: Path, data: dict[str, Any]) -> dict[str, Any]:
    """The data of `decide_suggestion` with what was left out taken from the build that it names, also its day."""
    named = {
        "company": "company",
        "kind": "kind",
        "item": "item_id",
        "warehouse": "warehouse_id",
        "supplier": "supplier_id",
        "quantity": "quantity",
        "due_date": "due_date",
        "release_date": "release_date",
    }
    named["effective_date"] = "as_of"
    if all(data.get(name) is not None for name in named) or not (data.get("build_id") and data.get("suggestion_id")):
        return data
    build_id = str(data["build_id"])
    figures = suggestion_figures(home, build_id, str(data["suggestion_id"]))
    figures["as_of"] = published_build(home, build_id).manifest["as_of"]
    absent = {name: figures[source] for name, source in named.items() if data.get(name) is None and source in figures}
    return {**data, **absent}


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    assert isinstance(content, dict)
    return content
