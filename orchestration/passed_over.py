"""dbt's runs with the nodes passed over that can stay: before a model is compiled or a test asked, `kept_nodes` is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.results import RunStatus, TestStatus
from dbt.task.base import BaseRunner
from dbt.task.build import BuildTask
from dbt.task.run import ModelRunner
from dbt.task.test import TestRunner, TestTask

from orchestration.kept_nodes import KEPT, KeptNodes, checksum


@contextmanager
def passing_over(kept: KeptNodes) -> Iterator[None]:
    """Within, dbt makes and asks only what cannot stay, and `kept` learns how each node stands."""
    before: dict[NodeType, type[BaseRunner]] = dict(BuildTask.RUNNER_MAP)
    models = {NodeType.Model: type("Models", (_Models,), {"kept": kept})}
    tests = type("Tests", (_Tests,), {"kept": kept})
    runner_of_test = TestTask.get_runner_type
    setattr(BuildTask, "RUNNER_MAP", before | models)  # noqa: B010 (dbt's own place for the runner of a kind of node)
    setattr(TestTask, "get_runner_type", lambda _task, _node: tests)  # noqa: B010
    try:
        yield
    finally:
        setattr(BuildTask, "RUNNER_MAP", before)  # noqa: B010
        setattr(TestTask, "get_runner_type", runner_of_test)  # noqa: B010


class _Models(ModelRunner):
    kept: ClassVar[KeptNodes]

    def compile(self, manifest: Any) -> Any:
        return self.compiler.compile_node(self.node, manifest, {}, write=False)

    def safe_run(self, manifest: Any) -> Any:
        if self.kept.stays(self.node):
            return _kept_result(self, RunStatus.Success)
        result = super().safe_run(manifest)
        if result.status != RunStatus.Success:
            self.kept.was_not_made(result.node)
        else:
            self.kept.was_made(result.node, result.node.compiled_code or "", _rows(result.node))
        return result


class _Tests(TestRunner):
    kept: ClassVar[KeptNodes]

    def safe_run(self, manifest: Any) -> Any:
        if self.kept.stays(self.node):
            return _kept_result(self, TestStatus.Pass)
        result = super().safe_run(manifest)
        if result.status == TestStatus.Pass:
            self.kept.was_made(result.node, getattr(result.node, "compiled_code", None) or "", None)
        else:
            self.kept.was_not_made(result.node)
        return result


def _kept_result(runner: Any, status: Any) -> Any:
    return runner._build_run_result(runner.node, time.time(), status, [], KEPT, failures=0)


def _rows(node: Any) -> str | None:
    """The checksum of what the model stored; None for a view, and for a run of an engine with its further tables."""
    if node.config.materialized != "table" or node.language != "sql":
        return None
    environment = DuckDBConnectionManager._ENV
    assert environment is not None
    cursor = environment.conn.cursor()
    try:
        return checksum(cursor, node.schema, node.alias)
    finally:
        cursor.close()
