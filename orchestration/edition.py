"""Editions: what of a build is published, in three files, one per right to see.

Every column of marts, reports and meta says what it gives away (`meta.sensitivity` in dbt: open, cost or pay). `nocost`
holds the open columns, `cost` those with cost, `full` all. A column that does not say is held to be pay.
What an edition may not show is never written into its file. Where most rows are as they were, a file begins as a copy
of the same edition of the build before, and only what changed is written. Else it begins as a copy of a form: the same
tables without a row, with the comments on their columns, which take longer to write than the rows of a small company;
then editions that show most tables alike are written together, once what is alike, then each its own.
Files are in a storage version that older DuckDB clients read.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.changed_rows import IS_GONE, changes_place, row_count, row_hash_of
from orchestration.changed_rows import SCHEMA as CHANGES

PUBLISHED_SCHEMAS = ("marts", "reports", "meta")
MAY_SHOW = {"nocost": {"open"}, "cost": {"open", "cost"}, "full": {"open", "cost", "pay"}}
WRITTEN_TOGETHER = (("nocost",), ("cost", "full"))
STORAGE_VERSION = "v1.0.0"
PresentTable = tuple[str, str, dict[str, str]]  # schema, name, columns with their types
STATE = "editions.json"  # beside the editions, what they are made of
MOST = 0.5  # share of the rows that are as they were, from which on a copy is taken
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
    versions: Mapping[str, str] | None = None,
    before: Path | None = None,
) -> list[Edition]:
    """Writes full.duckdb, cost.duckdb and nocost.duckdb beside the work file, flushed to the disk.

    facts: columns of meta.meta_build that are known only now (is_green, proofs_failed). catalogue: further tables of
    schema meta by name, each with `columns` (name to SQL type) and `rows`; a model of dbt with that name goes first.
    forms: folder in which the empty forms are kept for the next time. versions: by `schema.table` what changes whenever
    its rows do; a table without one is taken to have changed. before: folder with the editions of an earlier build.
    """
    with duckdb.connect(str(work_file), read_only=True) as work:
        tables = _present_tables(work)
        sizes, told = _sizes(work), _changes_told(work)

    def reading() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"fsync_mode": "NONE"})  # the finished file is flushed, once
        # Views name the catalog that they were made in; it is called by the file's name here, too.
        connection.execute(f"attach ? as {work_file.stem} (read_only)", [str(work_file)])
        return connection

    state = _State({name: _form(_looks(name, tables, models)) for name in MAY_SHOW}, dict(versions or {}))
    unchanged = state.unchanged_since(before)
    stays = sum(sizes.get(table, 0) for table in unchanged | told) >= MOST * sum(sizes.values())
    writing = _Writing(reading, work_file.stem, work_file.parent, models, tables, facts, catalogue, forms)
    editions = []
    with ThreadPoolExecutor(len(WRITTEN_TOGETHER)) as pool:  # packing columns keeps one core busy per file
        if before is not None and unchanged and stays:
            with suppress(OSError, duckdb.Error):  # a file that is gone or damaged
                editions = list(pool.map(lambda name: writing.from_before(name, before, unchanged, told), MAY_SHOW))
        if not editions:
            together = pool.map(writing.from_forms, WRITTEN_TOGETHER)
            editions = [edition for group in together for edition in group]
    (work_file.parent / STATE).write_text(json.dumps(vars(state)), encoding="utf-8")
    return editions


def write_editions_of_scratch(
    scratch: duckdb.DuckDBPyConnection,
    folder: Path,
    models: dict[tuple[str, str], PublishedModel],
    facts: dict[str, Any],
) -> list[Edition]:
    """Writes the editions of the database that is open into the folder, flushed to the disk. See `write_editions`."""
    catalog = scratch.execute("select current_database()").fetchall()[0][0]
    writing = _Writing(scratch.cursor, catalog, folder, models, _present_tables(scratch), facts, {})
    return [edition for group in WRITTEN_TOGETHER for edition in writing.from_forms(group)]


@dataclass(frozen=True)
class _State:
    """What editions are made of. forms: by edition, a hash of what it shows of which columns."""

    forms: dict[str, str]
    versions: dict[str, str]

    def unchanged_since(self, folder: Path | None) -> set[str]:
        """The tables whose rows are those in the editions of this folder; none where these show something else."""
        try:
            earlier = _State(**json.loads((folder / STATE).read_text(encoding="utf-8"))) if folder else None
        except (OSError, ValueError, TypeError):
            return set()
        if earlier is None or earlier.forms != self.forms:
            return set()
        return {table for table, version in self.versions.items() if version and earlier.versions.get(table) == version}


@dataclass(frozen=True)
class _Look:
    """What an edition shows of a table: these columns with their types, but not the rows that fulfil `hidden`."""

    model: PublishedModel
    columns: tuple[tuple[str, str], ...]
    hidden: str

    @property
    def place(self) -> str:
        return f'{self.model.schema}."{self.model.name}"'

    @property
    def names(self) -> str:
        """The columns, for a select or insert."""
        return ", ".join(f'"{column}"' for column, _ in self.columns)

    @property
    def shown(self) -> str:
        """The condition on the rows."""
        return f"not coalesce({self.hidden}, false)" if self.hidden else "true"


@dataclass(frozen=True)
class _Writing:
    """reading: gives a connection to the tables, which stand in this catalog; it is closed after use."""

    reading: Callable[[], duckdb.DuckDBPyConnection]
    catalog: str
    folder: Path
    models: dict[tuple[str, str], PublishedModel]
    tables: list[PresentTable]
    facts: dict[str, Any]
    catalogue: dict[str, Any]
    forms: Path | None = None

    def from_before(self, name: str, folder: Path, unchanged: set[str], told: set[str]) -> Edition:
        """This edition as a copy of the one in the folder, where all but the unchanged tables are brought up to date.

        told: tables of which the rows that came and went are told; the others are written anew.
        """
        looks = _looks(name, self.tables, self.models)
        path = self._own_file(name)
        shutil.copyfile(folder / path.name, path)
        return self._finished(name, path, self._write(path, looks, self.catalogue, unchanged, told))

    def from_forms(self, names: Sequence[str]) -> list[Edition]:
        """These editions: the tables that all of them show alike are written once, then to each copy its own."""
        looks = {name: _looks(name, self.tables, self.models) for name in names}
        first, *others = looks.values()
        alike = {table: look for table, look in first.items() if all(other.get(table) == look for other in others)}
        trunk = self._own_file(names[-1])  # which becomes the last of them
        if self.forms is not None:
            shutil.copyfile(_kept_form(self.forms, trunk.stem, alike), trunk)
        shared = self._write(trunk, alike, self.catalogue)
        own = {name: {table: look for table, look in looks[name].items() if table not in alike} for name in names}
        copy = shutil.copyfile if any(own.values()) else _link
        editions = []
        for name in names:
            path = trunk if name == names[-1] else self._own_file(name)
            if path != trunk:
                copy(trunk, path)
            rows = self._write(path, own[name], {}) if own[name] else {}
            editions.append(self._finished(name, path, shared | rows))
        return editions

    def _own_file(self, name: str) -> Path:
        """Where the edition lies; nothing of an attempt before is left there."""
        path = self.folder / f"{name}.duckdb"
        _remove(path)
        return path

    def _finished(self, name: str, path: Path, rows: dict[str, int]) -> Edition:
        flush_file(path)
        return Edition(name, path, path.stat().st_size, rows)

    def _write(
        self,
        path: Path,
        looks: dict[str, _Look],
        catalogue: dict[str, Any],
        unchanged: Collection[str] = (),
        told: Collection[str] = (),
    ) -> dict[str, int]:
        """Writes the rows of all tables but the unchanged into the file, and makes what it lacks.

        told: tables of which only what came and went is written. Returns the number of rows of each table.
        """
        connection = self.reading()
        try:
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"attach ? as edition (storage_version '{STORAGE_VERSION}')", [str(path)])
            connection.execute("begin")
            made = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'edition'"
            ).fetchall()
            _make_tables(connection, [look for table, look in looks.items() if (table,) not in made])
            for table, look in looks.items():
                if table not in unchanged and not (table in told and _change_rows(connection, self.catalog, look)):
                    _copy_rows(connection, self.catalog, look)
            counts = {table: row_count(connection, f"edition.{look.place}") for table, look in looks.items()}
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


def _form(looks: dict[str, _Look]) -> str:
    """A hash of all that files with these tables have in common before they have rows."""
    told = "\n".join([STORAGE_VERSION, duckdb.__version__, *map(repr, looks.values())])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _kept_form(forms: Path, name: str, looks: dict[str, _Look]) -> Path:
    """A file with the tables and no rows in it: the one that is kept, or a new one in its place."""
    form = forms / f"{name}-{_form(looks)}.duckdb"
    if form.exists():
        return form
    forms.mkdir(parents=True, exist_ok=True)
    new = form.with_name(f"{form.name}.{os.getpid()}.new")
    _remove(new)
    with duckdb.connect() as connection:
        connection.execute(f"attach ? as edition (storage_version '{STORAGE_VERSION}')", [str(new)])
        connection.execute("begin")
        _make_tables(connection, looks.values())
        connection.execute("commit")
        connection.execute("detach edition")
    flush_file(new)
    for older in forms.glob(f"{name}-*.duckdb"):
        older.unlink(missing_ok=True)
    return new.replace(form)


def _link(made: Path, name: Path) -> None:
    """Another name of a file that nobody writes to any more; a copy of it where the file system has no such names."""
    try:
        os.link(made, name)
    except OSError:
        shutil.copyfile(made, name)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(f"{path.name}.wal")):
        leftover.unlink(missing_ok=True)


def _looks(
    edition: str, tables: Iterable[PresentTable], models: Mapping[tuple[str, str], PublishedModel]
) -> dict[str, _Look]:
    """By `schema.table`, for each table of which the edition shows anything."""
    looks = {}
    for schema, table, columns in tables:
        look = _look(edition, models.get((schema, table)) or PublishedModel(schema, table, "", {}), columns)
        if look.columns:
            looks[f"{schema}.{table}"] = look
    return looks


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


def _sizes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows, about, of the published tables by `schema.table`."""
    rows = connection.execute(
        f"select schema_name, table_name, estimated_size from duckdb_tables() where schema_name in {PUBLISHED_SCHEMAS}"
    ).fetchall()
    return {f"{schema}.{table}": size for schema, table, size in rows}


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


def _changes_told(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables, as `schema.table`, whose rows that came and went stand in the work file."""
    told = f"select table_name from duckdb_tables() where schema_name = '{CHANGES}'"
    return {table for (table,) in connection.execute(told).fetchall()}


def _change_rows(connection: duckdb.DuckDBPyConnection, catalog: str, look: _Look) -> bool:
    """Takes out of the table what is gone and adds what came, as far as it shows them.

    False where rows that stay look like one that is gone: then the table is to be written anew.
    """
    changes = f"{catalog}.{changes_place(look.model.schema, look.model.name)} where {look.shown}"
    row_hash = row_hash_of([column for column, _ in look.columns])
    gone = row_count(connection, f"{changes} and {IS_GONE}")
    if gone:
        taken_out = connection.execute(
            f"delete from edition.{look.place} where {row_hash} in (select {row_hash} from {changes} and {IS_GONE})"
        ).fetchall()[0][0]
        if taken_out != gone:
            return False
    connection.execute(
        f"insert into edition.{look.place} ({look.names}) select {look.names} from {changes} and not {IS_GONE}"
    )
    return True


def _copy_rows(connection: duckdb.DuckDBPyConnection, catalog: str, look: _Look) -> None:
    """Writes the rows of the table, and no others."""
    connection.execute(f"delete from edition.{look.place}")
    connection.execute(
        f"insert into edition.{look.place} ({look.names})"
        f" select {look.names} from {catalog}.{look.place} where {look.shown}"
    )


def _write_catalogue(connection: duckdb.DuckDBPyConnection, table: str, content: dict[str, Any]) -> int:
    """One table of schema meta that no model makes."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in content["columns"].items())
    connection.execute(f'create or replace table edition.meta."{table}" ({columns})')
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


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def flush_file(path: Path) -> None:
    """What the file holds survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
