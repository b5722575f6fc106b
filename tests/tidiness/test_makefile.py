"""`make` alone tells everything that can be done."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.tidiness.tracked import REPOSITORY, text_of

PROMISED = {"help", "setup", "demo", "test", "bench", "check", "up", "lock", "soak", "browser"}


def targets() -> dict[str, str]:
    """Each target of the Makefile with its help text, empty when it has none."""
    rules = re.findall(r"^([a-z][\w-]*):(?!=)([^\n]*)$", text_of(Path("Makefile")), re.MULTILINE)
    return {name: rest.partition("##")[2].strip() for name, rest in rules}


def test_every_target_has_a_help_text() -> None:
    assert [name for name, help_text in targets().items() if not help_text] == []


def test_the_promised_targets_exist() -> None:
    assert sorted(PROMISED - targets().keys()) == []


def test_every_target_is_phony() -> None:
    phony = set(" ".join(re.findall(r"^\.PHONY:(.*)$", text_of(Path("Makefile")), re.MULTILINE)).split())
    assert set(targets()) == phony


def test_help_shows_every_target() -> None:
    shown = subprocess.run(["make", "-s", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert [name for name in targets() if f"make {name}" not in shown] == []
