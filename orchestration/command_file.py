"""A file of commands, one JSON object per line: {"command": …, "key": …, "data": {…}}.

Lines are carried out in order, a hundred per commit; the first refusal ends the run, and what came before it stays. A
line with a key may be sent again: it returns its first answer. The file is text in UTF-8, with or without the byte
order mark that Excel and Notepad put first.
"""

import codecs
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dbt_project.published import NothingIsPublished, completed
from transactions import Door, Refusal
from transactions.kernel.door import Batch
from transactions.kernel.plain_text import legible

LINES_PER_COMMIT = 100


class LineRefused(Exception):
    """The line and why it was refused; lines before it are done."""

    def __init__(self, line: int, command: str, refusal: Refusal | NothingIsPublished) -> None:
        super().__init__(f"line {line}, {command}: {refusal}")
        self.line = line
        self.refusal = refusal


class ObjectIsUnreadable(Exception):
    """A text is no JSON object. The text of the error says why."""


class LineIsUnreadable(Exception):
    """The line is no JSON object with a command and its data; lines before it are done."""

    def __init__(self, line: int, rule: str, field: str = "", value: Any = None) -> None:
        plain = value if isinstance(value, (str, int, float, type(None))) else f"a {type(value).__name__}"
        where = f" [{field} = {legible(str(plain))}]" if field else ""
        super().__init__(f'line {line} is not {{"command": …, "key": …, "data": {{…}}}}: {rule}{where}')
        self.line = line


def execute_lines(door: Door, home: Path, actor: str, lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """Carries out the lines and yields {line, command, answer}, each after its commit. Bytes are UTF-8.

    Raises `LineRefused` or `LineIsUnreadable` at the first line that is not accepted.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while chunk := [pair for _, pair in zip(range(LINES_PER_COMMIT), numbered, strict=False)]:
        done: list[dict[str, Any]] = []
        stopped: LineRefused | LineIsUnreadable | None = None
        with door.batch(actor) as batch:
            for number, line in chunk:
                try:
                    done.append(_execute_line(batch, home, number, line))
                except (LineRefused, LineIsUnreadable) as reason:
                    stopped = reason
                    break
        yield from done
        if stopped is not None:
            raise stopped


def execute_one(door: Door, home: Path, actor: str, command: str, data: dict[str, Any], key: str | None) -> Any:
    """Carries out one command; what acts on a plan takes from its build what was left out."""
    return door.execute(command, completed(home, command, data), actor, key)


def object_in(text: str) -> dict[str, Any]:
    """The JSON object that the text is; `ObjectIsUnreadable`."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise ObjectIsUnreadable(f"no JSON: {error}") from None
    except RecursionError:
        raise ObjectIsUnreadable("nested deeper than any command") from None
    except ValueError:  # Python reads no whole number of so many digits
        raise ObjectIsUnreadable("a number in it has thousands of digits") from None
    if not isinstance(said, dict):
        raise ObjectIsUnreadable(f"no JSON object but {legible(text.strip())}")
    return said


def _execute_line(batch: Batch, home: Path, number: int, line: str | bytes) -> dict[str, Any]:
    try:
        said = object_in(_text(number, line))
    except ObjectIsUnreadable as error:
        raise LineIsUnreadable(number, str(error)) from None
    command, data, key = said.get("command"), said.get("data", {}), said.get("key")
    if not isinstance(command, str):
        raise LineIsUnreadable(number, "the command is a text", "command", command)
    if not isinstance(data, dict):
        raise LineIsUnreadable(number, "data are an object of fields and values", "data", data)
    if key is not None and not isinstance(key, str):
        raise LineIsUnreadable(number, "a key is a text", "key", key)
    try:
        answer = batch.execute(command, completed(home, command, data), key)
    except (Refusal, NothingIsPublished) as refusal:
        raise LineRefused(number, legible(command), refusal) from refusal
    return {"line": number, "command": command, "answer": answer}


def _text(number: int, line: str | bytes) -> str:
    """The line without a byte order mark; `LineIsUnreadable` where it is no UTF-8."""
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
    except UnicodeDecodeError as error:
        utf_16 = error.object.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        rule = "the file is UTF-16; save it as UTF-8" if utf_16 else "the text is not UTF-8; save it as UTF-8"
        raise LineIsUnreadable(number, rule, f"byte {error.start + 1}", f"0x{error.object[error.start]:02x}") from None
    return text.removeprefix("\ufeff") if number == 1 else text
