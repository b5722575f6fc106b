"""No unfinished work, no addresses of machines or registries, in any tracked file."""

from __future__ import annotations

import re

from tests.tidiness.tracked import text_of, tracked_files

UNFINISHED = re.compile(r"\bT[O]DO\b|\bFI[X]ME\b|\bNotImplemented[E]rror\b")
# Folders of somebody's machine: they are nowhere else. `/tmp` itself may be named, a folder below it not.
MACHINE_PATH = re.compile(r"(?:^|[^\w.])/(?:work|farm|root|Users|home/\w+|tmp/\w+)/", re.MULTILINE)
REGISTRY = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian")


def findings(pattern: re.Pattern[str], *, without: tuple[str, ...] = ()) -> list[str]:
    """Every place of the pattern as `file:line: text`."""
    found = []
    for path in tracked_files():
        if path.name in without:
            continue
        text = text_of(path)
        for match in pattern.finditer(text):
            start = match.start() + (text[match.start()] == "\n")
            line = text.count("\n", 0, start) + 1
            found.append(f"{path}:{line}: {text.splitlines()[line - 1].strip()[:120]}")
    return found


def test_nothing_is_left_unfinished() -> None:
    assert "\n".join(findings(UNFINISHED)) == ""


def test_no_machine_paths() -> None:
    assert "\n".join(findings(MACHINE_PATH)) == ""


def test_no_registry_hosts() -> None:
    assert "\n".join(findings(REGISTRY)) == ""
