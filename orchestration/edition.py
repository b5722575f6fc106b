"""Editions: what of a build is published, in three files, one per right to see.

Every column of marts, reports and meta says what it gives away (`meta.sensitivity` in dbt: open, cost or pay). `nocost`
holds the open columns, `cost` those with cost, `full` all. A column that does not say is held to be pay.
Each file is written fresh, in a storage version that older DuckDB clients read; what an edition may not show is never
written into it. Editions that show most tables alike are written together: once what is alike, then each its own.
A file begins as a copy of a form: the same tables without a row, with the comments on their columns, which take longer
to write than the rows of a small company.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

PUBLISHED_SCHEMAS = ("marts", "reports", "meta")
MAY_SHOW = {"nocost": {"open"}, "cost": {"open", "cost"}, "full": {"open", "cost", "pay"}}
WRITTEN_TOGETHER = (("nocost",), ("cost", "full"))
STORAGE_VERSION = "v1.0.0"
PresentTable = tuple[str, str, dict[str, str]]  # schema, name, columns with their types
FACT_KINDS = {"is_green": "boolean", "proofs_failed": "bigint", "known_at": "timestamp"}


@dataclass(frozen=True)
class PublishedColumn:
    name: str
    sensitivity: str
    description: str


@dataclass(frozen=True)
class PublishedModel:
    """One table of marts, reports or meta. columns: those that dbt describes, by name.

    rows: by sensitivity, the condition that names rows which alone give something away (`meta.sensitive_rows` in dbt).
    """

    schema: str
    name: str
    description: str
    columns: dict[str, PublishedColumn]
    rows: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> PublishedColumn:
        return self.columns.get(name.lower()) or PublishedColumn(name, "pay", "")


@dataclass(frozen=True)
class Edition:
    """One written file. tables: rows per `schema.table`."""

    name: str
    path: Path
    bytes: int
    tables: dict[str, int]


def published_models(dbt_manifest: Any) -> dict[tuple[str, str], PublishedModel]:
    """The models that are published, by schema and table name, from dbt's parsed project."""
    models = {}
    for node in dbt_manifest.nodes.values():
        if str(node.resource_type) in ("model", "seed", "snapshot") and node.schema in PUBLISHED_SCHEMAS:
            columns = {
                name.lower(): PublishedColumn(name.lower(), _sensitivity(column), column.description)
                for name, column in node.columns.items()
            }
            models[node.schema, node.alias.lower()] = PublishedModel(
                node.schema, node.alias.lower(), node.description, columns, _meta(node).get("sensitive_rows", {})
            )
    return models


def write_editions(
    work_file: Path,
    models: dict[tuple[str, str], PublishedModel],
    facts: dict[str, Any],
    catalogue: dict[str, Any],
    forms: Path | None = None,
) -> list[Edition]:
    """Writes full.duckdb, cost.duckdb and nocost.duckdb beside the work file, flushed to the disk.

    facts: columns of meta.meta_build that are known only now (is_green, proofs_failed). catalogue: further tables of
    schema meta by name, each with `columns` (name to SQL type) and `rows`; a model of dbt with that name goes first.
    forms: folder in which the empty forms are kept for the next time.
    """
    with duckdb.connect(str(work_file), read_only=True) as work:
        tables = _present_tables(work)
    writing = _Writing(work_file, models, tables, facts, catalogue, forms)
    with ThreadPoolExecutor(len(WRITTEN_TOGETHER)) as pool:  # packing columns keeps one core busy per file
        return [edition for editions in pool.map(writing.editions, WRITTEN_TOGETHER) for edition in editions]


@dataclass(frozen=True)
class _Look:
    """What an edition shows of a table: these columns with their types, but not the rows that fulfil `hidden`."""

    model: PublishedModel
    columns: tuple[tuple[str, str], ...]
    hidden: str

    @property
    def place(self) -> str:
        return f'{self.model.schema}."{self.model.name}"'


@dataclass(frozen=True)
class _Writing:
    work_file: Path
    models: dict[tuple[str, str], PublishedModel]
    tables: list[PresentTable]
    facts: dict[str, Any]
    catalogue: dict[str, Any]
    forms: Path | None

    def editions(self, names: Sequence[str]) -> list[Edition]:
        """These editions: the tables that all of them show alike are written once, then to each copy its own."""
        looks = {name: self._looks(name) for name in names}
        first, *others = looks.values()
        alike = {table: look for table, look in first.items() if all(other.get(table) == look for other in others)}
        trunk = self.work_file.with_name(f"{names[-1]}.duckdb")  # which becomes the last of them
        _remove(trunk)
        if self.forms is not None:
            shutil.copyfile(_kept_form(self.forms, trunk.stem, alike), trunk)
        shared = self._write(trunk, alike, self.catalogue)
        editions = []
        for name in names:
            path = self.work_file.with_name(f"{name}.duckdb")
            if path != trunk:
                _remove(path)
                shutil.copyfile(trunk, path)
            own = {table: look for table, look in looks[name].items() if table not in alike}
            rows = shared | self._write(path, own, {})
            flush_file(path)
            editions.append(Edition(name, path, path.stat().st_size, rows))
        return editions

    def _looks(self, edition: str) -> dict[str, _Look]:
        """By `schema.table`, for each table of which the edition shows anything."""
        looks = {}
        for schema, table, columns in self.tables:
            model = self.models.get((schema, table)) or PublishedModel(schema, table, "", {})
            look = _look(edition, model, columns)
            if look.columns:
                looks[f"{schema}.{table}"] = look
        return looks

    def _write(self, path: Path, looks: dict[str, _Look], catalogue: dict[str, Any]) -> dict[str, int]:
        """Writes the rows of the tables into the file, and makes what it lacks; returns the number of rows of each."""
        connection = duckdb.connect(config={"fsync_mode": "NONE"})  # the finished file is flushed, once
        try:
            connection.execute("set enable_progress_bar = false")
            # Views name the catalog that they were made in; it is called by the file's name there, too.
            catalog = self.work_file.stem
            connection.execute(f"attach {_text(self.work_file)} as {catalog} (read_only)")
            connection.execute(f"attach {_text(path)} as edition (storage_version '{STORAGE_VERSION}')")
            connection.execute("begin")
            made = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'edition'"
            ).fetchall()
            _make_tables(connection, [look for table, look in looks.items() if (table,) not in made])
            counts = {table: _copy_rows(connection, catalog, look) for table, look in looks.items()}
            for table, content in catalogue.items():
                if f"meta.{table}" not in counts:
                    counts[f"meta.{table}"] = _write_catalogue(connection, table, content)
            connection.execute("commit")
            if "meta.meta_build" in looks:
                _state_facts(connection, self.facts)
            connection.execute("checkpoint edition")
            connection.execute("detach edition")
        finally:
            connection.close()
        return counts


def _kept_form(forms: Path, name: str, looks: dict[str, _Look]) -> Path:
    """A file with the tables and no rows in it: the one that is kept, or a new one in its place."""
    told = "\n".join([STORAGE_VERSION, duckdb.__version__, *map(repr, looks.values())])
    form = forms / f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:24]}.duckdb"
    if form.exists():
        return form
    forms.mkdir(parents=True, exist_ok=True)
    new = form.with_name(f"{form.name}.{os.getpid()}.new")
    _remove(new)
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(new)} as edition (storage_version '{STORAGE_VERSION}')")
        connection.execute("begin")
        _make_tables(connection, looks.values())
        connection.execute("commit")
        connection.execute("detach edition")
    flush_file(new)
    for older in forms.glob(f"{name}-*.duckdb"):
        older.unlink(missing_ok=True)
    return new.replace(form)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)


def _look(edition: str, model: PublishedModel, columns: dict[str, str]) -> _Look:
    may_show = MAY_SHOW[edition]
    shown = tuple((column, kind) for column, kind in columns.items() if model.column(column).sensitivity in may_show)
    hidden = " or ".join(f"({condition})" for kind, condition in model.rows.items() if kind not in may_show)
    return _Look(model, shown, hidden)


def _present_tables(connection: duckdb.DuckDBPyConnection) -> list[PresentTable]:
    """Every table and view of the published schemas."""
    rows = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index), list(data_type order by column_index)"
        f" from duckdb_columns() where schema_name in {PUBLISHED_SCHEMAS} group by all order by all"
    ).fetchall()
    return [(schema, table, dict(zip(names, kinds, strict=True))) for schema, table, names, kinds in rows]


def _make_tables(connection: duckdb.DuckDBPyConnection, looks: Iterable[_Look]) -> None:
    """The tables in `edition`, with what is said about them and their columns."""
    for schema in PUBLISHED_SCHEMAS:
        connection.execute(f"create schema if not exists edition.{schema}")
    for look in looks:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in look.columns)
        connection.execute(f"create table edition.{look.place} ({columns})")
        if look.model.description:
            connection.execute(f"comment on table edition.{look.place} is {_text(look.model.description)}")
        for column, _ in look.columns:
            said = look.model.column(column).description
            if said:
                connection.execute(f'comment on column edition.{look.place}."{column}" is {_text(said)}')


def _copy_rows(connection: duckdb.DuckDBPyConnection, catalog: str, look: _Look) -> int:
    names = ", ".join(f'"{column}"' for column, _ in look.columns)
    shown = f" where not coalesce({look.hidden}, false)" if look.hidden else ""
    rows = connection.execute(
        f"insert into edition.{look.place} select {names} from {catalog}.{look.place}{shown}"
    ).fetchall()
    return int(rows[0][0])


def _write_catalogue(connection: duckdb.DuckDBPyConnection, table: str, content: dict[str, Any]) -> int:
    """One table of schema meta that no model makes."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in content["columns"].items())
    connection.execute(f'create table edition.meta."{table}" ({columns})')
    if content["rows"]:
        marks = ", ".join("?" * len(content["columns"]))
        connection.executemany(f'insert into edition.meta."{table}" values ({marks})', content["rows"])
    return len(content["rows"])


def _state_facts(connection: duckdb.DuckDBPyConnection, facts: dict[str, Any]) -> None:
    """What is known of the build only after its tests; null where it is not known."""
    if not connection.execute(
        "from duckdb_tables() where database_name = 'edition' and schema_name = 'meta' and table_name = 'meta_build'"
    ).fetchall():
        return
    for name, value in facts.items():
        kind = FACT_KINDS.get(name, "varchar")
        connection.execute(f'alter table edition.meta.meta_build add column if not exists "{name}" {kind}')
        connection.execute(f'update edition.meta.meta_build set "{name}" = ?', [value])


def _sensitivity(column: Any) -> str:
    return str(_meta(column).get("sensitivity", "pay"))


def _meta(described: Any) -> dict[str, Any]:
    """What the yml of a model or column says under meta."""
    return dict(getattr(described.config, "meta", None) or {}) | dict(described.meta or {})


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def flush_file(path: Path) -> None:
    """What the file holds survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
