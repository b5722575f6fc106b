"""What is imported is declared, what is locked is what is declared, and what is installed for users is no test tool."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.tidiness.tracked import PACKAGES, text_of, tracked_files

PROJECT = tomllib.loads(text_of(Path("pyproject.toml")))["project"]


def distribution(requirement: str) -> str:
    """The name of a distribution in a requirement, as registries write it: lower case, with hyphens."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


NEEDED = {distribution(one) for one in PROJECT["dependencies"]}
FOR_DEVELOPERS = {distribution(one) for extra in PROJECT["optional-dependencies"].values() for one in extra}


def imported(path: Path) -> set[str]:
    """The top-level names of foreign packages that a module imports anywhere, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - set(PACKAGES)


def test_every_import_is_declared() -> None:
    providers = packages_distributions()
    undeclared: dict[str, str] = {}
    for path in tracked_files(".py"):
        allowed = NEEDED | FOR_DEVELOPERS if path.parts[0] == "tests" else NEEDED
        for name in imported(path):
            if not {distribution(one) for one in providers.get(name, [name])} & allowed:
                undeclared.setdefault(name, str(path))
    assert undeclared == {}, "declare it in pyproject.toml, then make lock"


def test_the_lock_covers_every_declared_dependency() -> None:
    locked = {distribution(name) for name in re.findall(r"^(\S+?)==", text_of(Path("requirements.lock")), re.MULTILINE)}
    assert sorted((NEEDED | FOR_DEVELOPERS) - locked) == [], "make lock"


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    """So that a mirror serves as well as the registry it was resolved from."""
    lock = text_of(Path("requirements.lock"))
    for line in lock.splitlines():
        assert "://" not in line, line
        assert not re.search(r"(^|\s)[./]*/", line), line
        assert not line.startswith("-"), line
    requirements = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)
    assert [one.split()[0] for one in requirements if "==" in one and "--hash=sha256:" not in one] == []
