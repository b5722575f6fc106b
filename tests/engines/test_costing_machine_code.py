"""Compiled costing code is kept only as long as everything it was made of is unchanged."""

import ast
from pathlib import Path
from typing import Any

from dbt_project.engines.costing import compilation, levels, play, pools, proportion, tables

PACKAGE = Path(compilation.__file__).parent


def test_every_file_with_compiled_code_and_what_it_imports_is_stamped() -> None:
    names = {path.name: imports(path) for path in PACKAGE.glob("*.py")}
    kernels = {name for name, imported in names.items() if "compilation" in imported and name != "__init__.py"}
    needed = {f"{one}.py" for name in kernels for one in names[name]} - {"compilation.py"}
    assert set(compilation.KERNEL_FILES) == kernels | needed


def imports(path: Path) -> set[str]:
    """Modules of the package that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            found.add(node.module)
    return found


def test_kept_code_carries_the_stamp() -> None:
    entrances: tuple[Any, ...] = (
        play.played,
        levels.groups_by_level,
        pools.standard_values,
        proportion.floor_share,
        tables.filled,
    )
    for entrance in entrances:
        kept = entrance._cache._cache_file
        assert kept._source_stamp == compilation.STAMP
