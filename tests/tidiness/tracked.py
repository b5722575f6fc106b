"""Which files make up the repository."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("transactions", "ingestion", "dbt_project", "orchestration", "dashboards", "tests")


@functools.cache
def tracked_files(*endings: str) -> tuple[Path, ...]:
    """The files that git tracks and that exist, relative to the repository, all or those with one of the endings."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git clone: what is tracked cannot be told")
    paths = (Path(name) for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if (not endings or path.suffix in endings) and (REPOSITORY / path).is_file())


@functools.cache
def text_of(path: Path) -> str:
    """The text of a tracked file; empty for one that is not text."""
    try:
        return (REPOSITORY / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
