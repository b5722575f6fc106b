"""A process of its own that posts commands, so that a test can kill it as a power cut would, at any moment."""

from __future__ import annotations

import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from transactions import Refusal, open_home

Posting = tuple[str, str, dict[str, Any]]  # key, command, data


def post_all(url: str, postings: list[Posting], acknowledged: Path, kill_at: str = "", kill_key: str = "") -> None:
    """Post them one after the other; every answer is noted (key, number) in the file before the next one is posted.

    kill_at: the named point at which the process ends itself, at the posting of that key.
    """
    door = open_home(url)
    with acknowledged.open("a", encoding="utf-8") as notes:
        for key, command, data in postings:
            if key == kill_key:
                os.environ["BIHUAN_KILL_AT"] = kill_at
            try:
                answer = door.execute(command, data, "administrator", key).get("number")
            except Refusal as refusal:
                answer = f"refused:{refusal.fact}"
            notes.write(f"{key} {answer}\n")
            notes.flush()


def answers(acknowledged: Path) -> dict[str, str]:
    """By key: the answer that was noted last; a line that was cut off is none."""
    if not acknowledged.exists():
        return {}
    lines = acknowledged.read_text(encoding="utf-8").split("\n")[:-1]
    return dict(line.split(" ", 1) for line in lines if " " in line)


def killed_after(process: ForkServerProcess, seconds: float, generator: random.Random) -> None:
    """Kill -9 at a random moment within so many seconds, or when it has ended."""
    time.sleep(generator.random() * seconds)
    process.kill()
    process.join()
