"""The texts of the dashboards' code that people see: arguments of `_`, `noted` and `Column`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import dashboards

FOLDER = Path(dashboards.__file__).parent
SPOKEN = {"_", "noted", "Column"}
# what puts text on a page, and the arguments of it that are shown
SHOWN_BY = {
    "title", "subheader", "markdown", "caption", "metric", "button", "toggle", "selectbox", "text_input", "text_area",
    "date_input", "pills", "segmented_control", "popover", "expander", "error", "warning", "success", "info", "spinner",
    "form_submit_button", "choice", "pick", "turn", "switch", "day", "words", "Tile", "heading", "empty_state",
}  # fmt: skip


def python_files() -> Iterator[Path]:
    yield from sorted(FOLDER.rglob("*.py"))


def translated_texts() -> dict[str, str]:
    """Each text that is translated when shown, with the file that has it."""
    found: dict[str, str] = {}
    for file in python_files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in SPOKEN:
                shown = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "help")]
                for argument in shown:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
                        found.setdefault(argument.value, file.name)
    return found


def untranslatable_texts() -> list[str]:
    """Plain texts given straight to what shows them, as file:line: text."""
    found = []
    for file in python_files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or called(node) not in SHOWN_BY:
                continue
            arguments = [
                *node.args,
                *(word.value for word in node.keywords if word.arg in ("help", "placeholder", "label")),
            ]
            found += [
                f"{file.name}:{node.lineno}: {argument.value}"
                for argument in arguments
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and has_words(argument.value)
            ]
    return found


def has_words(text: str) -> bool:
    """Whether a text has a word of English: letters that are no name of code, language or file."""
    names = (
        "SQL",
        "Excel",
        "CSV",
        "SO0000",
        "YYYY-MM-DD",
        "margin, profit, days_late",
        "primary",
        "secondary",
        "tertiary",
    )
    return text not in names and " " in text.strip() and any(letter.isalpha() and letter < "\u2e80" for letter in text)


def called(node: ast.Call) -> str:
    return (
        node.func.id
        if isinstance(node.func, ast.Name)
        else node.func.attr
        if isinstance(node.func, ast.Attribute)
        else ""
    )
