"""Editions: what of a build is published, in three files, one per right to see.

Every column of marts, reports and meta says what it gives away (`meta.sensitivity` in dbt: open, cost or pay). `nocost`
holds the open columns, `cost` those with cost, `full` all. A column that does not say is held to be pay.
Each file is written fresh, in a storage version that older DuckDB clients read; what an edition may not show is never
written into it.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

PUBLISHED_SCHEMAS = ("marts", "reports", "meta")
MAY_SHOW = {"nocost": {"open"}, "cost": {"open", "cost"}, "full": {"open", "cost", "pay"}}
STORAGE_VERSION = "v1.0.0"
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
    work_file: Path, models: dict[tuple[str, str], PublishedModel], facts: dict[str, Any], catalogue: dict[str, Any]
) -> list[Edition]:
    """Writes full.duckdb, cost.duckdb and nocost.duckdb beside the work file, flushed to the disk.

    facts: columns of meta.meta_build that are known only now (is_green, proofs_failed). catalogue: further tables of
    schema meta by name, each with `columns` (name to SQL type) and `rows`; a model of dbt with that name goes first.
    """
    with ThreadPoolExecutor(max_workers=len(MAY_SHOW)) as pool:  # packing columns keeps one core busy per file
        return list(pool.map(lambda name: _write_edition(name, work_file, models, facts, catalogue), MAY_SHOW))


def _write_edition(
    edition: str,
    work_file: Path,
    models: dict[tuple[str, str], PublishedModel],
    facts: dict[str, Any],
    catalogue: dict[str, Any],
) -> Edition:
    path = work_file.with_name(f"{edition}.duckdb")
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)
    counts = {}
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    try:
        # Views name the catalog that they were made in; it is called by the file's name there, too.
        connection.execute(f"attach {_text(work_file)} as {work_file.stem} (read_only)")
        connection.execute(f"attach {_text(path)} as edition (storage_version '{STORAGE_VERSION}')")
        connection.execute("begin")  # else every comment on a column is flushed to the disk by itself
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f"create schema edition.{schema}")
        for schema, table, columns in _present_tables(connection, work_file.stem):
            model = models.get((schema, table)) or PublishedModel(schema, table, "", {})
            shown = [column for column in columns if _may_show(edition, model, column)]
            if shown:
                counts[f"{schema}.{table}"] = _copy_table(connection, work_file.stem, model, shown, edition)
        for table, content in catalogue.items():
            if f"meta.{table}" not in counts:
                counts[f"meta.{table}"] = _write_catalogue(connection, table, content)
        connection.execute("commit")
        _state_facts(connection, facts)
        connection.execute("checkpoint edition")
        connection.execute("detach edition")
    finally:
        connection.close()
    _flush_file(path)
    return Edition(edition, path, path.stat().st_size, counts)


def _may_show(edition: str, model: PublishedModel, column: str) -> bool:
    described = model.columns.get(column.lower())
    return (described.sensitivity if described else "pay") in MAY_SHOW[edition]


def _present_tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[tuple[str, str, list[str]]]:
    """Schema, name and columns of every table and view of the published schemas."""
    rows = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        f"where database_name = ? and schema_name in {PUBLISHED_SCHEMAS} group by all order by all",
        [catalog],
    ).fetchall()
    return [(schema, table, list(columns)) for schema, table, columns in rows]


def _copy_table(
    connection: duckdb.DuckDBPyConnection, catalog: str, model: PublishedModel, shown: list[str], edition: str
) -> int:
    place = f'{model.schema}."{model.name}"'
    names = ", ".join(f'"{column}"' for column in shown)
    hidden = [f"({condition})" for kind, condition in model.rows.items() if kind not in MAY_SHOW[edition]]
    kept = f" where not coalesce({' or '.join(hidden)}, false)" if hidden else ""
    rows = connection.execute(f"create table edition.{place} as select {names} from {catalog}.{place}{kept}").fetchall()
    if model.description:
        connection.execute(f"comment on table edition.{place} is {_text(model.description)}")
    for column in shown:
        described = model.columns.get(column.lower())
        if described is not None and described.description:
            comment = _text(described.description)
            connection.execute(f'comment on column edition.{place}."{column}" is {comment}')
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


def _flush_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
