"""The sentences of refusals as the code has them: constants as they stand, f-strings with numbered parts.

Looked for: the first argument wherever a class of refusals is called, and whatever is named `rule`.
"""

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Set
from functools import cache
from pathlib import Path

import dashboards
import dbt_project
import ingestion
import orchestration
import transactions
from transactions.kernel.refusal import Refusal

PACKAGES = (transactions, dashboards)
# errors that become a refusal's rule where they are caught, and the files whose sentences these are
CAUGHT = {
    Path(str(dbt_project.__file__)).with_name("published.py"): {"SuggestionHasChanged", "NothingIsPublished"},
    Path(str(dbt_project.__file__)).parent / "engines/planning/what_if.py": {"PlanningFactIsInvalid"},
    Path(str(ingestion.__file__)).parent / "replication/past.py": {"NothingWasRecorded"},
    Path(str(orchestration.__file__)).with_name("known.py"): {"MomentHasNotCome"},
    **{
        Path(str(dashboards.__file__)).parent / name: {"ValueError"}
        for name in ("questions/promise.py", "questions/margin_preview.py", "sql_process.py")
    },
}


@cache
def refusal_classes() -> dict[str, type[Refusal]]:
    """All classes of refusals of the product by name."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and module.name != "dashboards.pages":
                importlib.import_module(module.name)
    names = {package.__name__ for package in PACKAGES}
    found: dict[str, type[Refusal]] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if child.__module__.partition(".")[0] in names:
                found[child.__name__] = child
    return found


def refusal_texts() -> dict[str, str]:
    """Each sentence, with the file that has it."""
    refusals = set(refusal_classes())
    files = {file: refusals for package in PACKAGES for file in Path(str(package.__file__)).parent.rglob("*.py")}
    for file, names in CAUGHT.items():
        files[file] = files.get(file, set()) | names
    return {
        text: file.name
        for file, names in sorted(files.items())
        for text in texts_of(ast.parse(file.read_text(encoding="utf-8")), names)
    }


def texts_of(tree: ast.AST, refusals: Set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in refusals:
                yield from _sentences(first)
            case ast.Assign(targets=[ast.Name(id="rule")], value=value):
                yield from _sentences(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "rule":
                        yield from _sentences(value)


def _sentences(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if " " in text:
            yield text
        case ast.JoinedStr(values=parts):
            yield _template(parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _sentences(body)
            yield from _sentences(orelse)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _sentences(value)


def _template(parts: list[ast.expr]) -> str:
    text, count = "", 0
    for part in parts:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            text += f"{{{count}{'!r' if part.conversion == ord('r') else ''}}}"
            count += 1
    return text
