"""dbt inside this process: models and tests of dbt_project on one build file, with the parsed project kept.

The project is parsed once (`parsed_project`), with fixed variables (dbt would parse anew for other ones); a run has its
own as_of and build_id, which models read when they are compiled. Nodes that can stay as the copied build has
them (`kept_nodes`) are passed over before they are compiled, those that dbt has run before run by their kept text
(`statements`).
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from orchestration.kept_nodes import KEPT, KeptNodes
from orchestration.parsed_project import ParsedProject

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
PARSE_VARIABLES = {"as_of": "1970-01-01", "build_id": "parse"}
NOT_PART_OF_IT = {"target", "logs", "dbt_packages", "__pycache__"}


class ModelsFailed(Exception):
    """A model could not be built; the message names each with its error."""


@dataclass(frozen=True)
class NodeResult:
    """One model or test that ran. failures: rows that break a test; rows: of a model's table, where known."""

    unique_id: str
    name: str
    kind: str  # model, seed, snapshot, test
    schema: str
    status: str  # success, pass, warn, error, fail, skipped
    seconds: float
    failures: int
    message: str
    is_gate: bool
    attached_to: str  # a test: unique id of the model that it judges
    is_kept: bool = False  # it stands as the last good build has it

    @property
    def is_red(self) -> bool:
        return self.status in ("error", "fail", "runtime error", "partial success")

    @property
    def complaint(self) -> str:
        """What is wrong with a red one, on one line: the rows that break it, or why it could not run."""
        return f"{self.name} ({self.failures} rows)" if self.failures else f"{self.name}: {_one_line(self.message)}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_parsed_projects: dict[Path, ParsedProject] = {}


class DbtRun:
    """A dbt project, parsed once in this process; `folder` takes dbt's target and log."""

    def __init__(self, folder: Path, project: Path = PROJECT) -> None:
        self.folder = folder
        self.project = project
        self._hashed_state: list[tuple[str, int, int]] = []
        self._hash = ""

    def project_hash(self) -> str:
        """Changes with any file of the project that can change a figure, engines included."""
        state = [(path, status.st_mtime_ns, status.st_size) for path in self._files() for status in [os.stat(path)]]
        if state != self._hashed_state:
            digest = hashlib.sha256()
            for path, *_ in state:
                digest.update(f"{os.path.relpath(path, self.project)}\n".encode())
                digest.update(Path(path).read_bytes())
            self._hashed_state, self._hash = state, digest.hexdigest()
        return self._hash

    def _files(self) -> list[str]:
        """Paths of the files that can change a figure, in a fixed order."""
        found = []
        for folder, subfolders, names in os.walk(self.project):
            subfolders[:] = [name for name in subfolders if name not in NOT_PART_OF_IT]
            found += [os.path.join(folder, name) for name in names if name.endswith((".sql", ".py", ".yml", ".csv"))]
        return sorted(found)

    def manifest(self) -> Any:
        """The parsed project, `dbt.contracts.graph.manifest.Manifest`."""
        return self.parsed().manifest

    def parsed(self) -> ParsedProject:
        """The project with what runs of this process made of it; parsed anew when a file of it changed."""
        now = self.project_hash()
        parsed = _parsed_projects.get(self.project)
        if parsed is None or parsed.hash != now:
            parsed = _parsed_projects[self.project] = ParsedProject.of(self.project, now, self.parse)
        return parsed

    def parse(self) -> Any:
        """dbt's manifest of the project as its files are now."""
        return self._invoke(None, ["parse"], PARSE_VARIABLES, Path("parse") / "work.duckdb")

    def run_models(
        self,
        build_path: Path,
        variables: dict[str, str],
        kept: KeptNodes | None = None,
        *,
        only: Sequence[str] = (),
        is_scratch: bool = False,
    ) -> list[NodeResult]:
        """Builds every model that cannot stay, or only these and what they rest on; `ModelsFailed` names those that
        cannot be built. is_scratch: the file is read once and thrown away, so its columns are not packed."""
        selection = ["--select", *(f"+{name}" for name in only)] if only else []
        results = self._results(["run", *selection], variables, build_path, kept, is_scratch=is_scratch)
        broken = [result for result in results if result.is_red]
        if broken:
            raise ModelsFailed("; ".join(result.complaint for result in broken))
        if kept and not only:
            kept.save(all_is_made=True)
        return results

    def sources_of(self, models: Sequence[str]) -> set[str]:
        """Names of the raw tables that these models, and what they rest on, read."""
        manifest = self.manifest()
        manifest.build_parent_and_child_maps()
        waiting = [unique_id for unique_id, node in manifest.nodes.items() if node.name in models]
        seen = set(waiting)
        while waiting:
            above = [parent for parent in manifest.parent_map[waiting.pop()] if parent not in seen]
            seen.update(above)
            waiting += above
        return {manifest.sources[unique_id].identifier for unique_id in seen if unique_id in manifest.sources}

    def run_tests(
        self, build_path: Path, variables: dict[str, str], kept: KeptNodes | None = None, *, gate_only: bool
    ) -> list[NodeResult]:
        """Runs the tests tagged gate, or all data tests; what passed on the same rows before passes unasked."""
        selection = ["--select", "tag:gate"] if gate_only else []
        return self._results(["test", "--exclude-resource-type", "unit_test", *selection], variables, build_path, kept)

    def write_docs(self, build_path: Path, variables: dict[str, str]) -> Path:
        """Writes dbt's documentation of the project on this build; returns the folder with its index.html."""
        try:
            self._invoke(self.manifest(), ["docs", "generate"], variables, build_path)
        finally:
            self.close()
        return self.folder / "target"

    def close(self) -> None:
        """Lets go of the build file, so that it can be read, copied and moved."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
            DuckDBConnectionManager.close_all_connections()

    def _results(
        self,
        arguments: list[str],
        variables: dict[str, str],
        build_path: Path,
        kept: KeptNodes | None,
        *,
        is_scratch: bool = False,
    ) -> list[NodeResult]:
        from orchestration.node_runners import node_runners

        project = self.parsed()
        if kept:
            kept.load()
        try:
            with node_runners(project, build_path.stem, variables, kept):
                run = self._invoke(project.manifest, arguments, variables, build_path, is_scratch=is_scratch)
        finally:
            self.close()
        if kept:
            kept.save()
        project.keep_texts()
        return [_node_result(result) for result in run.results]

    def _invoke(
        self,
        manifest: Any,
        arguments: Sequence[str],
        variables: dict[str, str],
        build_path: Path,
        *,
        is_scratch: bool = False,
    ) -> Any:
        from dbt.cli.main import dbtRunner

        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "BIHUAN_BUILD_PATH": str(build_path),
            "BIHUAN_BUILD_COMPRESSION": "uncompressed" if is_scratch else "auto",
            "DO_NOT_TRACK": "1",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        try:
            answer = dbtRunner(manifest=manifest).invoke(
                [
                    *arguments,
                    *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
                    *("--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "log")),
                    *("--vars", json.dumps(variables), "--quiet", "--no-use-colors", "--no-version-check"),
                    *("--log-level", "none", "--log-level-file", "none", "--no-print", "--no-write-json"),
                    "--no-populate-cache",
                ]
            )
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
        if answer.exception is not None:
            raise ModelsFailed(_one_line(str(answer.exception))) from answer.exception
        return answer.result


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        kind=str(node.resource_type),
        schema=node.schema,
        status=str(result.status),
        seconds=round(result.execution_time, 3),
        failures=result.failures or 0,
        message=result.message or "",
        is_gate="gate" in node.tags,
        attached_to=getattr(node, "attached_node", None) or "",
        is_kept=result.message == KEPT,
    )


def _one_line(message: str) -> str:
    """Beginning and end of a message: a Python model's error stands in its last line."""
    text = " ".join(message.split())
    return text if len(text) <= 700 else f"{text[:200]} … {text[-500:]}"
