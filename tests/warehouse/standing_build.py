"""A finished build that can be changed anywhere and made again in a blink.

Every model's SQL is compiled once; after a change only what really differs is made again, in a transaction that is
rolled back.

It knows models and tables, and nothing of what they mean.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

from dbt_project.engines.stored import store
from orchestration.dbt_run import PROJECT
from tests.warehouse.warehouse_run import WarehouseRun

PUBLISHED = ("marts", "reports")
MEASURED = ("BIGINT", "DECIMAL", "DATE", "BOOLEAN", "DOUBLE", "INTEGER")


@dataclass(frozen=True)
class Model:
    """A model of the project. python: its file, if it is no SQL."""

    unique_id: str
    schema: str
    name: str
    sql: str
    is_view: bool
    parents: tuple[str, ...]
    python: Path | None

    @property
    def table(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Gate:
    """A structural test: the rows that its SQL finds break it."""

    name: str
    sql: str
    parents: frozenset[str]


class StandingBuild:
    """One build file, open for changes.

    path: a build file with raw, from which every model is made here. left_out: parts of paths of models that are not
    kept up to date, and made once where others read them. needed: names of the models that are, with all above them;
    empty: all. stored: parts of paths of views that are kept as tables, so that one that stays the same is not asked
    again.
    """

    def __init__(
        self,
        run: WarehouseRun,
        path: Path,
        as_of: str,
        left_out: tuple[str, ...] = (),
        needed: tuple[str, ...] = (),
        stored: tuple[str, ...] = (),
    ) -> None:
        self.path = path
        compiled = run.compiled(path, as_of)
        nodes = [result.node for result in compiled if result.node.resource_type == "model"]
        every = ordered(
            [
                Model(
                    unique_id=node.unique_id,
                    schema=node.schema,
                    name=node.name,
                    sql=node.compiled_code or "",
                    is_view=node.config.materialized == "view"
                    and not any(part in node.original_file_path for part in stored),
                    parents=tuple(node.depends_on.nodes),
                    python=PROJECT / node.original_file_path if node.original_file_path.endswith(".py") else None,
                )
                for node in nodes
            ]
        )
        out = {node.unique_id for node in nodes if any(part in node.original_file_path for part in left_out)}
        self.models = [model for model in every if model.unique_id not in out]
        if needed:
            self.models = above(self.models, needed)
        made = {model.unique_id for model in self.models}
        self.gates = [
            Gate(result.node.name, result.node.compiled_code, frozenset(result.node.depends_on.nodes))
            for result in compiled
            if result.node.resource_type == "test"
            and "gate" in (result.node.tags or [])
            and all(parent in made or parent.startswith("source.") for parent in result.node.depends_on.nodes)
        ]
        self.touched: set[str] = set()
        self.open()
        self.hashes: dict[str, object] = dict.fromkeys(self.tables())
        self.make_all(above(every, tuple(model.name for model in self.models)))
        self.hashes = {table: self.hash_of(table) for table in self.tables()}
        self.figures = {table: self.figures_of(table) for table in self.published()}

    def open(self) -> None:
        self.connection = duckdb.connect(str(self.path))
        self.connection.execute("set threads = 1")

    @contextmanager
    def released(self) -> Iterator[None]:
        """Within, the file belongs to somebody else."""
        self.connection.close()
        try:
            yield
        finally:
            self.open()

    def make_all(self, models: list[Model] | None = None) -> None:
        """Every model that is kept up to date anew, or these, from what lies in raw now."""
        models = self.models if models is None else models
        self.tables_by_name = {model.name: model.table for model in models}
        for schema in sorted({model.schema for model in models}):
            self.connection.execute(f"create schema if not exists {schema}")
        for model in models:
            if model.is_view:
                self.connection.execute(f"create or replace view {model.table} as {model.sql}")
            else:
                self.made(model)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def tables(self) -> list[str]:
        """Stored tables as schema.name."""
        rows = self.connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name <> 'main' order by all"
        ).fetchall()
        return [str(name) for (name,) in rows]

    def published(self) -> list[str]:
        """Tables with figures that people read; proofs and what is derived from them are no figures."""
        kept = {model.table for model in self.models if model.schema in PUBLISHED}
        return sorted(kept - {"marts.fct_proofs", "marts.fct_alerts", "reports.rpt_stage_meter"})

    def columns(self, table: str) -> list[tuple[str, str]]:
        """(name, type) of a table's columns, in order."""
        schema, name = table.split(".")
        rows = self.connection.execute(
            "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ? "
            "order by column_index",
            [schema, name],
        ).fetchall()
        return [(str(column), str(kind)) for column, kind in rows]

    def hash_of(self, table: str) -> object:
        return self.connection.execute(f"select count(*), sum(hash(t)) from {table} as t").fetchall()[0]

    def figures_of(self, table: str) -> object:
        """Count and hash of the figures of a table: numbers, dates and flags that are no identifiers."""
        measured = [
            f'"{name}"'
            for name, kind in self.columns(table)
            if kind.startswith(MEASURED) and not name.endswith(("_id", "_key", "_number"))
        ]
        what = f"sum(hash(row({', '.join(measured)})))" if measured else "0"
        return self.connection.execute(f"select count(*), {what} from {table}").fetchall()[0]

    @contextmanager
    def changed(self, statements: list[str], where: str, needed: tuple[str, ...] = ()) -> Iterator[set[str]]:
        """Within, the build is as if a table had been changed before it was made: yields the tables that now differ.

        needed: names of the models that are looked at; only these and all above them are made again (empty: all).
        """
        self.connection.execute("begin")
        try:
            for statement in statements:
                self.connection.execute(statement)
            yield self.remade(where, above(self.models, needed) if needed else self.models)
        finally:
            self.connection.execute("rollback")
            self.touched = set()

    def remade(self, where: str, models: list[Model]) -> set[str]:
        """Makes again which of the models read a table that differs, in order, as long as anything differs."""
        differing = {where}
        dirty = {f"source.bihuan.{where}"}
        dirty |= {model.unique_id for model in self.models if model.table == where}
        engine_tables = {"engine.costing_": "model.bihuan.engine_costing_run"}
        for prefix, owner in engine_tables.items():
            if where.startswith(prefix):
                dirty |= {
                    model.unique_id
                    for model in self.models
                    if owner in model.parents and where.split(".")[1] in model.sql
                }
        for model in models:
            if model.table == where or not dirty.intersection(model.parents):
                continue
            if model.is_view:
                dirty.add(model.unique_id)
                continue
            for table in self.made(model):
                if self.hash_of(table) != self.hashes.get(table):
                    differing.add(table)
                    dirty.add(model.unique_id)
        self.touched = dirty
        return differing

    def made(self, model: Model) -> list[str]:
        """Makes a model's table, and the tables beside it; their names."""
        if model.python is None:
            self.connection.execute(f"create or replace table {model.table} as {model.sql}")
            return [model.table]
        frame = self.result_of(model)
        store(self.connection, model.table, frame)
        beside = [name for name in self.hashes if name.startswith("engine.costing_")]
        return [model.table, *(beside if model.name == "engine_costing_run" else ())]

    def result_of(self, model: Model) -> Any:
        assert model.python is not None
        specification = importlib.util.spec_from_file_location(model.name, model.python)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        dbt = SimpleNamespace(
            config=lambda **_settings: None,
            ref=lambda name: self.connection.sql(f"select * from {self.tables_by_name[name]}"),
            this=SimpleNamespace(schema=model.schema),
        )
        return module.model(dbt, self.connection)

    def changed_figures(self, differing: set[str]) -> list[str]:
        """Published tables whose figures are others than in the sound build."""
        return [
            table for table, known in self.figures.items() if table in differing and self.figures_of(table) != known
        ]

    def red_gates(self) -> list[str]:
        """Structural tests that fail, of those that read what a change has touched; without a change, of all."""
        return [
            gate.name
            for gate in self.gates
            if (not self.touched or self.touched & gate.parents)
            and self.connection.execute(f"select count(*) from ({gate.sql}) as failing").fetchall()[0][0]
        ]

    def red_proofs(self) -> dict[str, str | None]:
        """Proofs that do not hold, each with the document that it names first."""
        return dict(
            self.connection.execute(
                "select check_name, first_document_number from marts.fct_proofs where not is_green order by check_name"
            ).fetchall()
        )


def ordered(models: list[Model]) -> list[Model]:
    """Parents before children."""
    by_id = {model.unique_id: model for model in models}
    placed: dict[str, Model] = {}

    def place(model: Model) -> None:
        if model.unique_id not in placed:
            for parent in model.parents:
                if parent in by_id:
                    place(by_id[parent])
            placed[model.unique_id] = model

    for model in sorted(models, key=lambda model: model.unique_id):
        place(model)
    return list(placed.values())


def above(models: list[Model], names: tuple[str, ...]) -> list[Model]:
    """The named models and all that they read, in the same order."""
    by_id = {model.unique_id: model for model in models}
    wanted: set[str] = set()
    waiting = [model.unique_id for model in models if model.name in names]
    while waiting:
        found = waiting.pop()
        if found in by_id and found not in wanted:
            wanted.add(found)
            waiting += by_id[found].parents
    return [model for model in models if model.unique_id in wanted]
