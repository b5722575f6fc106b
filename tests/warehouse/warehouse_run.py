"""dbt on a build file of a test: chosen models only, with the parsed project kept for the whole test run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt_run import PROJECT, DbtRun
from orchestration.node_runners import node_runners

RECORD = (
    "create table if not exists raw._meta_build as select 'test' as build_id, "
    "timestamp '2026-06-15 08:00' as built_at, date '{as_of}' as as_of, '0' as source_watermark, '0' as program_version"
)


class WarehouseRun:
    """Builds models of dbt_project in DuckDB files; one per test session."""

    def __init__(self, dbt: DbtRun) -> None:
        self.dbt = dbt

    def build(self, path: Path, as_of: str, *select: str) -> None:
        """Builds the chosen models in the file, which is named work.duckdb as builds are; failures are raised."""
        broken = [result for result in self._results("run", path, as_of, *select) if result.status != "success"]
        assert not broken, [f"{result.node.name}: {result.message}" for result in broken]

    def test(self, path: Path, as_of: str, *select: str) -> dict[str, str]:
        """Runs the chosen tests of dbt, unit tests included, on a built file; the status of each by name."""
        return {result.node.name: str(result.status) for result in self._results("test", path, as_of, *select)}

    def compiled(self, path: Path, as_of: str) -> list[Any]:
        """Every model and structural test with its SQL as it runs on a built file."""
        return self._results("compile", path, as_of, "resource_type:model", "tag:gate")

    def _results(self, verb: str, path: Path, as_of: str, *select: str) -> list[Any]:
        from dbt.cli.main import dbtRunner

        # The build's own record, which a refresh writes beside the mirror.
        change(path, "create schema if not exists raw", RECORD.format(as_of=as_of))
        before = os.environ.get("BIHUAN_BUILD_PATH")
        project, variables = self.dbt.parsed(), {"as_of": as_of, "build_id": "test"}
        os.environ["BIHUAN_BUILD_PATH"] = str(path)
        try:
            with node_runners(project, path.stem, variables, None):
                answer = dbtRunner(manifest=project.manifest).invoke(
                    [
                        *(verb, "--select", *select, "--threads", "2"),
                        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                        *("--target-path", str(self.dbt.folder / "target"), "--log-path", str(self.dbt.folder / "log")),
                        *("--vars", json.dumps(variables)),
                        *("--quiet", "--no-use-colors", "--no-version-check", "--log-level", "none", "--no-print"),
                        *("--no-write-json", "--no-populate-cache"),
                    ]
                )
        finally:
            if before is None:
                os.environ.pop("BIHUAN_BUILD_PATH")
            else:
                os.environ["BIHUAN_BUILD_PATH"] = before
            self.dbt.close()
        if answer.exception is not None:
            raise answer.exception
        results: Any = answer.result
        return list(results)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def change(path: Path, *statements: str) -> None:
    """Plants something in a build file."""
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
