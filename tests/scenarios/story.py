"""A scenario as it is told: its commands in their order, through the door."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from transactions import Door

FOLDER = Path(__file__).parent
STORIES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def commands_of(story: str) -> list[dict[str, Any]]:
    """Each with `command`, `key` and `data`, as `bihuan do --file` takes them."""
    return [json.loads(line) for line in (FOLDER / f"{story}.jsonl").read_text(encoding="utf-8").splitlines()]


def tell(door: Door, commands: Iterable[dict[str, Any]]) -> None:
    for command in commands:
        door.execute(command["command"], command["data"], "administrator", command["key"])
