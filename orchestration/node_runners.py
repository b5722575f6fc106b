"""How dbt's runs treat a node: passed over if it can stay, run by its kept text if dbt has run it before, else by dbt.

`kept_nodes` says what can stay, `statements` keeps the texts; a table that stands in the file is brought up to date by
`changed_rows`. Whatever goes wrong with a kept text goes to dbt, which runs the node its own way and says in its own
words what is wrong.
"""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from functools import partialmethod
from typing import Any, ClassVar

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.task.base import BaseRunner, ConfiguredTask
from dbt.task.run import ModelRunner, RunTask
from dbt.task.runnable import GraphRunnableTask
from dbt.task.test import TestRunner, TestTask

from orchestration.changed_rows import TableVersion, store_changes
from orchestration.edition import PUBLISHED_SCHEMAS
from orchestration.kept_nodes import KEPT, KeptNodes
from orchestration.parsed_project import ParsedProject
from orchestration.statements import Statement, Statements

STORED_AT_ONCE = ("table", "view")


@contextmanager
def node_runners(
    project: ParsedProject, catalog: str, variables: Mapping[str, str], kept: KeptNodes | None
) -> Iterator[None]:
    """Within, dbt's runs of models and tests use what is kept, and add to it.

    catalog: name of the build file's catalog, as texts write it. kept: None where nothing of the file may stay.
    """
    shared = {"statements": project.statements, "catalog": catalog, "variables": variables, "kept": kept}
    models, tests = type("Models", (_Models,), shared), type("Tests", (_Tests,), shared)
    places: list[tuple[type, str, Any]] = [  # where dbt asks for the runner of a node, calls it, and links the graph
        (RunTask, "get_runner_type", lambda _task, _node: models),
        (TestTask, "get_runner_type", lambda _task, _node: tests),
        (GraphRunnableTask, "call_runner", _result_of),
        (ConfiguredTask, "compile_manifest", partialmethod(_take_graph, project, ConfiguredTask.compile_manifest)),
    ]
    before = [getattr(task, name) for task, name, _ in places]
    for task, name, ours in places:
        setattr(task, name, ours)
    try:
        yield
    finally:
        for (task, name, _), theirs in zip(places, before, strict=True):
            setattr(task, name, theirs)


def _take_graph(task: Any, project: ParsedProject, link: Callable[[Any], None]) -> None:
    """The graph follows from the parsed project: dbt links it, and looks for loops in it, once."""
    if project.graph is None:
        link(task)
        project.graph = task.graph
    task.graph = project.graph


def _result_of(task: Any, runner: Any) -> Any:
    """Without the four messages that dbt makes about each node for its log, which nobody reads."""
    try:
        return runner.on_skip() if runner.skip else runner.safe_run(task.manifest)
    except Exception as failure:
        return task._handle_thread_exception(runner, failure)


class _Remembering(BaseRunner):
    """A runner of dbt's that passes over and runs again what is kept; what it cannot, the runner behind it does."""

    statements: ClassVar[Statements]
    catalog: ClassVar[str]
    variables: ClassVar[Mapping[str, str]]
    kept: ClassVar[KeptNodes | None]
    good: ClassVar[Any]  # the status of a node that is as it should be

    def safe_run(self, manifest: Any) -> Any:
        if self.kept and self.kept.stays(self.node):
            return self._good_result(time.time(), KEPT)
        started = time.time()
        statement = self.statements.of(self.node.unique_id, self.catalog, self.variables)
        if statement is not None and self._is_good_by(statement):
            result, compiled, text = self._good_result(started, None), statement.compiled, None
        else:
            result = super().safe_run(manifest)
            compiled = getattr(result.node, "compiled_code", None) or ""
            text = self._text_to_keep(compiled, result)
        if result.status != self.good:
            if self.kept:
                self.kept.was_not_made(self.node)
            return result
        if text is not None:
            self.statements.learn(self.node.unique_id, self.catalog, self.variables, Statement(compiled, text))
        if self.kept:
            self.kept.was_made(result.node, compiled, self._rows())
        return result

    def _good_result(self, started: float, message: str | None) -> Any:
        runner: Any = self
        return runner._build_run_result(self.node, started, self.good, [], message, failures=0)

    @abstractmethod
    def _is_good_by(self, statement: Statement) -> bool:
        """Runs the kept text; whether the node is then as it should be."""

    @abstractmethod
    def _text_to_keep(self, compiled: str, result: Any) -> str | None:
        """The text to run next time; None where dbt is to run the node itself."""

    def _rows(self) -> str | None:
        """The checksum of what the node stored; None where its inputs say all there is."""
        return None


class _Models(_Remembering, ModelRunner):
    good = RunStatus.Success
    updated: TableVersion | None = None  # the version of a table that was brought up to date

    def compile(self, manifest: Any) -> Any:
        return self.compiler.compile_node(self.node, manifest, {}, write=False)

    def _is_good_by(self, statement: Statement) -> bool:
        before = self.kept.table_before(self.node) if self.kept and self._is_table() else None
        if before is None:
            return _answer(statement.text) is not None
        schema, table = self.node.schema, self.node.alias
        with closing(_cursor()) as cursor, suppress(duckdb.Error):
            is_told = schema in PUBLISHED_SCHEMAS
            self.updated = store_changes(cursor, schema, table, statement.compiled, before, is_told=is_told)
        return self.updated is not None

    def _is_table(self) -> bool:
        """Whether all that the node stores is one table: not a view, nor a run of an engine with its further tables."""
        return bool(self.node.config.materialized == "table" and self.node.language == "sql")

    def _text_to_keep(self, compiled: str, result: Any) -> str | None:
        """The message of a run is the text that stored the model, as `macros/dialect/stored_at_once.sql` says."""
        is_stored_at_once = self.node.language == "sql" and self.node.config.materialized in STORED_AT_ONCE
        return str(result.message) if is_stored_at_once else None

    def _rows(self) -> str | None:
        if not self._is_table():
            return None
        with closing(_cursor()) as cursor:
            return str(self.updated or TableVersion.of_table(cursor, self.node.schema, self.node.alias))


class _Tests(_Remembering, TestRunner):
    good = TestStatus.Pass

    def _is_good_by(self, statement: Statement) -> bool:
        return _answer(statement.text) == [(0,)]

    def _text_to_keep(self, compiled: str, result: Any) -> str | None:
        """Unit tests are asked by dbt."""
        is_data_test = self.node.resource_type == NodeType.Test
        return f"select count(*) from ({compiled}) as breaking_rows" if is_data_test else None


def _cursor() -> duckdb.DuckDBPyConnection:
    environment = DuckDBConnectionManager._ENV
    assert environment is not None
    return environment.conn.cursor()


def _answer(text: str) -> list[Any] | None:
    """What the text answers; None if it fails."""
    with closing(_cursor()) as cursor:
        try:
            return cursor.execute(text).fetchall()
        except duckdb.Error:
            return None
