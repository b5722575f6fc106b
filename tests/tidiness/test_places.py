"""Every file has a name of the business and stands where somebody would look for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.tidiness.tracked import PACKAGES, REPOSITORY, text_of, tracked_files

NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "base", "manager", "managers"}
READ_AS_FILES = {("dbt_project", "models"), ("transactions", "migrations")}  # by dbt and Alembic; nobody imports them
TOP_LEVEL = {
    *PACKAGES,
    ".ci",
    ".gitattributes",
    ".gitignore",
    ".streamlit",
    "LICENSE",
    "Makefile",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
}


def test_file_and_folder_names_say_something() -> None:
    nameless = [
        str(path)
        for path in tracked_files()
        if any(part.lower().split(".")[0] in NAMES_THAT_SAY_NOTHING for part in path.parts)
        or re.search(r"_(utils?|helpers?|manager|misc)$", path.stem)
    ]
    assert "\n".join(nameless) == ""


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {path.parts[0] for path in tracked_files()} - TOP_LEVEL == set()


@pytest.mark.parametrize("folder", PACKAGES)
def test_every_top_folder_says_what_it_is(folder: str) -> None:
    readme = REPOSITORY / folder / "README.md"
    assert readme.is_file(), f"{folder}/README.md is missing"
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# "), f"{folder}/README.md has no title"
    assert "Where a new thing goes" in text, f"{folder}/README.md does not say where a new thing goes"


def test_the_root_readme_exists() -> None:
    assert len(text_of(Path("README.md"))) > 500


def test_every_module_says_what_it_is() -> None:
    silent = []
    for path in tracked_files(".py"):
        if path.parts[:2] in READ_AS_FILES:
            continue
        text = text_of(path)
        if path.parts[0] == "tests" and path.name == "__init__.py" and not text:
            continue
        if ast.get_docstring(ast.parse(text, filename=str(path))) is None:
            silent.append(str(path))
    assert "\n".join(silent) == ""


def test_every_package_is_a_package() -> None:
    """A folder with Python modules needs an `__init__.py`, or an installation leaves it out."""
    folders = {path.parent for path in tracked_files(".py") if path.parts[0] in PACKAGES}
    bare = [
        str(folder)
        for folder in folders
        if folder.parts[:2] not in READ_AS_FILES and not (REPOSITORY / folder / "__init__.py").exists()
    ]
    assert "\n".join(sorted(bare)) == ""
