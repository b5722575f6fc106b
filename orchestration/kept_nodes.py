"""What of the copied last good build can stay: models and tests whose inputs are, row for row, what they were.

A model is a pure function of its text, the run's variables that its text names, and its inputs. So it is made again
only when one of them changed; a table that comes out as it was stops the change there, and what reads only it stays
too. One order leaves costing alone; a delivery does not. What follows is the build that making everything would give.

The version of a raw table is the build that last touched it; of a table, a checksum of its rows; of a view, its text
and the versions that it reads; of an engine's run, the same, for it writes tables beside its own.
"""

import hashlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration.changed_rows import TableVersion
from orchestration.statements import names_in

KEPT = "as it was"
STATE = "raw._node_state"
ALWAYS_NEW = "_meta_build"
PROJECT = "project"  # the state of the project itself


@dataclass(frozen=True)
class NodeState:
    """How a node stands in the build file. text: hash of the project and of the variables named in `uses`."""

    text: str
    uses: str
    inputs: str
    version: str


@dataclass
class KeptNodes:
    """The state of every node of one build file, kept inside it. Used by several threads at once."""

    path: Path
    project_hash: str
    variables: Mapping[str, str]
    is_asked: bool = True
    is_of_project: bool = False  # the file was made by the project as it is now, so its tables have the same columns
    states: dict[str, NodeState] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self) -> None:
        """Reads the states that the file brings along."""
        with duckdb.connect(str(self.path)) as file:
            file.execute(
                f"create table if not exists {STATE} "
                "(node varchar, text varchar, uses varchar, inputs varchar, version varchar)"
            )
            rows = file.execute(f"from {STATE}").fetchall()
        self.states = {name: NodeState(*state) for name, *state in rows}
        self.is_of_project = self.version_of(PROJECT) == self.project_hash

    def save(self, *, all_is_made: bool = False) -> None:
        """Writes the states into the file. all_is_made: every model of it is of the project as it is now."""
        if all_is_made:
            self.states[PROJECT] = NodeState("", "", "", self.project_hash)
        rows = [(name, *vars(state).values()) for name, state in sorted(self.states.items())]
        with duckdb.connect(str(self.path)) as file:
            file.execute(f"delete from {STATE}")
            if rows:
                columns = [list(column) for column in zip(*rows, strict=True)]
                file.execute(f"insert into {STATE} select " + ", ".join(["unnest(?)"] * len(columns)), columns)

    def sources_touched(self, names: Iterable[str], build_id: str) -> None:
        """These raw tables have rows that the build did not have."""
        for name in (*names, ALWAYS_NEW):
            self.states[f"source:{name}"] = NodeState("", "", "", build_id)

    def stays(self, node: Any) -> bool:
        """Whether what the file holds of this node is what making it would give. One without inputs tells nothing."""
        state = self.states.get(node.unique_id)
        if not self.is_asked or state is None or not node.depends_on.nodes:
            return False
        return state.text == self._text(state.uses) and state.inputs == self._inputs(node)

    def was_made(self, node: Any, compiled: str, rows: str | None) -> None:
        """A node was made or, a test, passed. rows: checksum of a table's rows; None where inputs say all there is."""
        uses = ",".join(names_in(compiled, self.variables))
        inputs = self._inputs(node)
        state = NodeState(self._text(uses), uses, inputs, rows or _hash(self._text(uses), inputs))
        with self._lock:
            self.states[node.unique_id] = state

    def table_before(self, node: Any) -> TableVersion | None:
        """The version of the node's table in the file, if the table has the columns that making it would give."""
        if not (self.is_asked and self.is_of_project):
            return None
        return TableVersion.of_text(self.version_of(node.unique_id))

    def was_not_made(self, node: Any) -> None:
        with self._lock:
            self.states.pop(node.unique_id, None)

    def _text(self, uses: str) -> str:
        named = [f"{name}={self.variables.get(name)}" for name in uses.split(",") if name]
        return _hash(self.project_hash, *named)

    def _inputs(self, node: Any) -> str:
        with self._lock:
            return _hash(*(f"{name}={self.version_of(name)}" for name in sorted(set(node.depends_on.nodes))))

    def version_of(self, name: str) -> str:
        """Changes whenever the rows of this node or source do; empty where nothing is known of it."""
        if name.startswith("source."):
            name = f"source:{name.rsplit('.', 1)[-1]}"
        state = self.states.get(name)
        return state.version if state else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
