"""How dbt's runs treat a node: passed over if it can stay, run by its kept text if dbt has run it before, else by dbt.

`kept_nodes` says what can stay, `statements` keeps the texts. Whatever goes wrong with a kept text goes to dbt, which
runs the node its own way and says in its own words what is wrong.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, ClassVar

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.task.run import ModelRunner, RunTask
from dbt.task.test import TestRunner, TestTask

from orchestration.kept_nodes import KEPT, KeptNodes, checksum
from orchestration.statements import Statement, Statements

STORED_AT_ONCE = ("table", "view")


@contextmanager
def node_runners(
    statements: Statements, catalog: str, variables: Mapping[str, str], kept: KeptNodes | None
) -> Iterator[None]:
    """Within, dbt's runs of models and tests use what is kept, and add to it.

    catalog: name of the build file's catalog, as texts write it. kept: None where nothing of the file may stay.
    """
    shared = {"statements": statements, "catalog": catalog, "variables": variables, "kept": kept}
    models, tests = type("Models", (_Models,), shared), type("Tests", (_Tests,), shared)
    runner_of_model, runner_of_test = RunTask.get_runner_type, TestTask.get_runner_type
    setattr(RunTask, "get_runner_type", lambda _task, _node: models)  # noqa: B010 (dbt's place for the runner of a node)
    setattr(TestTask, "get_runner_type", lambda _task, _node: tests)  # noqa: B010
    try:
        yield
    finally:
        setattr(RunTask, "get_runner_type", runner_of_model)  # noqa: B010
        setattr(TestTask, "get_runner_type", runner_of_test)  # noqa: B010


class _Models(ModelRunner):
    statements: ClassVar[Statements]
    catalog: ClassVar[str]
    variables: ClassVar[Mapping[str, str]]
    kept: ClassVar[KeptNodes | None]

    def compile(self, manifest: Any) -> Any:
        return self.compiler.compile_node(self.node, manifest, {}, write=False)

    def safe_run(self, manifest: Any) -> Any:
        if self.kept and self.kept.stays(self.node):
            return _result(self, RunStatus.Success, time.time(), KEPT)
        started = time.time()
        statement = self.statements.of(self.node.unique_id, self.catalog, self.variables)
        if statement is not None and _ran(statement.text):
            result, compiled = _result(self, RunStatus.Success, started, "OK"), statement.compiled
        else:
            result = super().safe_run(manifest)
            compiled = result.node.compiled_code or ""
        if result.status != RunStatus.Success:
            _was_not_made(self)
            return result
        if statement is None and _is_stored_at_once(self.node):
            said = Statement(compiled, result.message)
            self.statements.learn(self.node.unique_id, self.catalog, self.variables, said)
        if self.kept:
            self.kept.was_made(result.node, compiled, _rows(result.node))
        return result


class _Tests(TestRunner):
    statements: ClassVar[Statements]
    catalog: ClassVar[str]
    variables: ClassVar[Mapping[str, str]]
    kept: ClassVar[KeptNodes | None]

    def safe_run(self, manifest: Any) -> Any:
        if self.kept and self.kept.stays(self.node):
            return _result(self, TestStatus.Pass, time.time(), KEPT)
        started = time.time()
        statement = self.statements.of(self.node.unique_id, self.catalog, self.variables)
        if statement is not None and _breaking_rows(statement.text) == 0:
            result, compiled = _result(self, TestStatus.Pass, started, None), statement.compiled
        else:
            result = super().safe_run(manifest)
            compiled = getattr(result.node, "compiled_code", None) or ""
        if result.status != TestStatus.Pass:
            _was_not_made(self)
            return result
        if statement is None and self.node.resource_type == NodeType.Test:
            said = Statement(compiled, f"select count(*) from ({compiled}) as breaking_rows")
            self.statements.learn(self.node.unique_id, self.catalog, self.variables, said)
        if self.kept:
            self.kept.was_made(result.node, compiled, None)
        return result


def _result(runner: Any, status: Any, started: float, message: str | None) -> Any:
    return runner._build_run_result(runner.node, started, status, [], message, failures=0)


def _was_not_made(runner: Any) -> None:
    if runner.kept:
        runner.kept.was_not_made(runner.node)


def _is_stored_at_once(node: Any) -> bool:
    """Whether the message of a run is the text that stored the model, as `macros/dialect/stored_at_once.sql` says."""
    return node.language == "sql" and node.config.materialized in STORED_AT_ONCE


def _cursor() -> duckdb.DuckDBPyConnection:
    environment = DuckDBConnectionManager._ENV
    assert environment is not None
    return environment.conn.cursor()


def _ran(text: str) -> bool:
    with closing(_cursor()) as cursor:
        try:
            cursor.execute(text)
        except duckdb.Error:
            return False
    return True


def _breaking_rows(text: str) -> int | None:
    with closing(_cursor()) as cursor:
        try:
            return int(cursor.execute(text).fetchall()[0][0])
        except duckdb.Error:
            return None


def _rows(node: Any) -> str | None:
    """The checksum of what the model stored; None for a view, and for a run of an engine with its further tables."""
    if node.config.materialized != "table" or node.language != "sql":
        return None
    with closing(_cursor()) as cursor:
        return checksum(cursor, node.schema, node.alias)
