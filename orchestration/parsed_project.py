"""A dbt project as dbt parsed it, with the texts that runs made of it: kept beside the project for the next process.

Reading and rendering six hundred files takes dbt longer than a refresh of a small company. As Python keeps the bytecode
of a module beside it, what dbt made of the project lies in its `target` folder, under the hash of everything that it
follows from; a project that cannot be written to is parsed anew by each process.
"""

import hashlib
import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.statements import Statements

MADE_BY = ("bihuan", "dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")


@dataclass
class ParsedProject:
    """A project as dbt parsed it from files of this hash, and the texts that runs made of it.

    graph: which node rests on which, as the first run of this process linked them.
    """

    hash: str
    manifest: Any
    statements: Statements
    _kept: "_Kept"
    graph: Any = None

    @classmethod
    def of(cls, project: Path, project_hash: str, parse: Callable[[], Any]) -> "ParsedProject":
        """The project as an earlier process left it; where none did, as `parse` makes it of its files."""
        kept = _Kept.of(project, project_hash)
        manifest = kept.manifest()
        if manifest is None:
            manifest = parse()
            kept.keep_manifest(manifest)
        return cls(project_hash, manifest, Statements.of_rows(kept.texts()), kept)

    def keep_texts(self) -> None:
        """Leaves the texts to the next process, if this one learned any."""
        if self.statements.newly_learnt():
            self._kept.keep_texts(self.statements.rows())


@dataclass(frozen=True)
class _Kept:
    """The two files of one project and hash; who reads one that is not whole, or for another hash, finds nothing."""

    manifest_file: Path
    texts_file: Path

    @classmethod
    def of(cls, project: Path, project_hash: str) -> "_Kept":
        makers = [f"{name} {version(name)}" for name in MADE_BY]
        told = "\n".join([str(project), project_hash, sys.version, *makers])
        name = hashlib.sha256(told.encode()).hexdigest()[:24]
        folder = project / "target" / "parsed"
        return cls(folder / f"{name}.msgpack", folder / f"{name}.json")

    def manifest(self) -> Any:
        """With the flags that dbt sets when it parses, and that a manifest asks when it is shown."""
        from dbt.contracts.graph.manifest import Manifest
        from dbt.flags import set_from_args
        from dbt.parser.manifest import extended_mashumuro_decoder

        set_from_args(Namespace(send_anonymous_usage_stats=False), None)
        try:
            return Manifest.from_msgpack(self.manifest_file.read_bytes(), decoder=extended_mashumuro_decoder)
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def keep_manifest(self, manifest: Any) -> None:
        from dbt.parser.manifest import extended_mashumaro_encoder

        self._keep(self.manifest_file, manifest.to_msgpack(extended_mashumaro_encoder))

    def texts(self) -> Any:
        try:
            return json.loads(self.texts_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []

    def keep_texts(self, texts: Any) -> None:
        self._keep(self.texts_file, json.dumps(texts).encode())

    def _keep(self, file: Path, content: bytes) -> None:
        """Under its name only when it is whole; files of other hashes go, as nobody will ask for them."""
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.replace(file)
            for other in file.parent.iterdir():
                if other.stem != file.stem and other.suffix != ".new":
                    other.unlink(missing_ok=True)
        except OSError:
            unfinished.unlink(missing_ok=True)
