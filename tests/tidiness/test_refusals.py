"""Every refusal of the system of record is raised once: each subclass of Refusal is named in some test."""

import ast

from tests.tidiness.tracked import text_of, tracked_files


def _refusals() -> dict[str, str]:
    """By name of the class, the file that makes it: subclasses of Refusal, also through another subclass."""
    parents: dict[str, tuple[set[str], str]] = {}
    for path in tracked_files(".py"):
        if path.parts[0] == "transactions":
            for node in ast.walk(ast.parse(text_of(path))):
                if isinstance(node, ast.ClassDef):
                    parents[node.name] = ({ast.unparse(base).split(".")[-1] for base in node.bases}, str(path))
    known = {"Refusal"}
    while True:
        more = {name for name, (bases, _path) in parents.items() if bases & known} - known
        if not more:
            return {name: parents[name][1] for name in sorted(known - {"Refusal"})}
        known |= more


def test_every_refusal_is_named_in_a_test() -> None:
    tests = "\n".join(text_of(path) for path in tracked_files(".py") if path.parts[0] == "tests")
    assert {name: path for name, path in _refusals().items() if name not in tests} == {}
