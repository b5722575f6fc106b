"""A file of commands, one JSON object per line: {"command": …, "key": …, "data": {…}}.

Lines are carried out in order, a hundred per commit; the first refusal ends the run, and what came before it stays. A
line with a key may be sent again: it returns its first answer.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dbt_project.published import completed
from transactions import Door, Refusal
from transactions.kernel.door import Batch

LINES_PER_COMMIT = 100


class LineRefused(Exception):
    """The line and why it was refused; lines before it are done."""

    def __init__(self, line: int, command: str, refusal: Refusal) -> None:
        super().__init__(f"line {line}, {command}: {refusal}")
        self.line = line
        self.refusal = refusal


class LineIsUnreadable(Exception):
    """The line is no JSON object with a command and its data."""


def execute_lines(door: Door, home: Path, actor: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Carries out the lines and yields {line, command, answer}, each after its commit.

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


def _execute_line(batch: Batch, home: Path, number: int, line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
        command, data, key = said["command"], said.get("data", {}), said.get("key")
    except (json.JSONDecodeError, TypeError, KeyError, AttributeError) as error:
        raise LineIsUnreadable(
            f'line {number} is not {{"command": …, "key": …, "data": {{…}}}}: {type(error).__name__}: {error}'
        ) from error
    try:
        answer = batch.execute(command, completed(home, command, data), key)
    except Refusal as refusal:
        raise LineRefused(number, command, refusal) from refusal
    return {"line": number, "command": command, "answer": answer}
