"""Editions: what of a build is published, in three files, one per right to see.

Every column of marts, reports and meta says what it gives away (`meta.sensitivity` in dbt: open, cost or pay). `nocost`
holds the open columns, `cost` those with cost, `full` all. A column that does not say is held to be pay.
Each file is written fresh, in a storage version that older DuckDB clients read; what an edition may not show is never
written into it. It begins as a copy of a form: the same tables without a row, with the comments on their columns, which
take longer to write than the rows of a small company.
"""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

PUBLISHED_SCHEMAS = ("marts", "reports", "meta")
MAY_SHOW = {"nocost": {"open"}, "cost": {"open", "cost"}, "full": {"open", "cost", "pay"}}
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
    with ThreadPoolExecutor(max_workers=len(MAY_SHOW)) as pool:  # packing columns keeps one core busy per file
        write = _Writing(work_file, models, facts, catalogue, forms).edition
        return list(pool.map(write, MAY_SHOW))


@dataclass(frozen=True)
class _Writing:
    work_file: Path
    models: dict[tuple[str, str], PublishedModel]
    facts: dict[str, Any]
    catalogue: dict[str, Any]
    forms: Path | None

    def edition(self, name: str) -> Edition:
        path = self.work_file.with_name(f"{name}.duckdb")
        _remove(path)
        counts = {}
        connection = duckdb.connect(config={"fsync_mode": "NONE"})  # the finished file is flushed, once
        connection.execute("set enable_progress_bar = false")
        try:
            # Views name the catalog that they were made in; it is called by the file's name there, too.
            connection.execute(f"attach {_text(self.work_file)} as {self.work_file.stem} (read_only)")
            tables = _present_tables(connection, self.work_file.stem)
            self._begin_with_form(connection, name, path, tables)
            connection.execute("begin")
            for schema, table, columns in tables:
                model = self._model(schema, table)
                shown = _shown(name, model, columns)
                if shown:
                    counts[f"{schema}.{table}"] = _copy_rows(connection, self.work_file.stem, model, shown, name)
            for table, content in self.catalogue.items():
                if f"meta.{table}" not in counts:
                    counts[f"meta.{table}"] = _write_catalogue(connection, table, content)
            connection.execute("commit")
            _state_facts(connection, self.facts)
            connection.execute("checkpoint edition")
            connection.execute("detach edition")
        finally:
            connection.close()
        flush_file(path)
        return Edition(name, path, path.stat().st_size, counts)

    def _model(self, schema: str, table: str) -> PublishedModel:
        return self.models.get((schema, table)) or PublishedModel(schema, table, "", {})

    def _begin_with_form(
        self, connection: duckdb.DuckDBPyConnection, name: str, path: Path, tables: list[PresentTable]
    ) -> None:
        """Attaches the new file as `edition`, with all tables and no rows in it."""
        statements = [f"create schema edition.{schema}" for schema in PUBLISHED_SCHEMAS]
        for schema, table, columns in tables:
            statements += _form_of(self._model(schema, table), _shown(name, self._model(schema, table), columns))
        form = None
        if self.forms is not None:
            told = "\n".join([STORAGE_VERSION, duckdb.__version__, *statements])
            form = self.forms / f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:24]}.duckdb"
        is_kept = form is not None and form.exists()
        if form is not None and is_kept:
            shutil.copyfile(form, path)
        attach = f"attach {_text(path)} as edition (storage_version '{STORAGE_VERSION}')"
        connection.execute(attach)
        if is_kept:
            return
        connection.execute("begin")
        for statement in statements:
            connection.execute(statement)
        connection.execute("commit")
        if form is not None:
            connection.execute("checkpoint edition")
            connection.execute("detach edition")
            _keep_form(path, form, name)
            connection.execute(attach)


def _keep_form(path: Path, form: Path, name: str) -> None:
    """Keeps a copy of the empty file as the one form of this edition."""
    form.parent.mkdir(parents=True, exist_ok=True)
    copy = form.with_name(f"{form.name}.{os.getpid()}.new")
    shutil.copyfile(path, copy)
    flush_file(copy)
    for older in form.parent.glob(f"{name}-*.duckdb"):
        older.unlink(missing_ok=True)
    copy.replace(form)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)


def _shown(edition: str, model: PublishedModel, columns: dict[str, str]) -> dict[str, str]:
    return {column: kind for column, kind in columns.items() if _may_show(edition, model, column)}


def _may_show(edition: str, model: PublishedModel, column: str) -> bool:
    described = model.columns.get(column.lower())
    return (described.sensitivity if described else "pay") in MAY_SHOW[edition]


def _present_tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[PresentTable]:
    """Schema, name and columns with their types of every table and view of the published schemas."""
    rows = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index), list(data_type order by column_index)"
        f" from duckdb_columns() where database_name = ? and schema_name in {PUBLISHED_SCHEMAS} group by all"
        " order by all",
        [catalog],
    ).fetchall()
    return [(schema, table, dict(zip(names, kinds, strict=True))) for schema, table, names, kinds in rows]


def _form_of(model: PublishedModel, shown: dict[str, str]) -> list[str]:
    """Statements that make the table, empty, with what is said about it and its columns."""
    if not shown:
        return []
    place = f'edition.{model.schema}."{model.name}"'
    columns = ", ".join(f'"{column}" {kind}' for column, kind in shown.items())
    statements = [f"create table {place} ({columns})"]
    if model.description:
        statements.append(f"comment on table {place} is {_text(model.description)}")
    for column in shown:
        described = model.columns.get(column.lower())
        if described is not None and described.description:
            statements.append(f'comment on column {place}."{column}" is {_text(described.description)}')
    return statements


def _copy_rows(
    connection: duckdb.DuckDBPyConnection, catalog: str, model: PublishedModel, shown: dict[str, str], edition: str
) -> int:
    place = f'{model.schema}."{model.name}"'
    names = ", ".join(f'"{column}"' for column in shown)
    hidden = [f"({condition})" for kind, condition in model.rows.items() if kind not in MAY_SHOW[edition]]
    kept = f" where not coalesce({' or '.join(hidden)}, false)" if hidden else ""
    rows = connection.execute(f"insert into edition.{place} select {names} from {catalog}.{place}{kept}").fetchall()
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
