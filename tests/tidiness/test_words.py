"""No unfinished work, no addresses of machines or registries, in any tracked file."""

from __future__ import annotations

import re
from pathlib import Path

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
    assert findings(UNFINISHED) == []


def test_no_machine_paths() -> None:
    assert findings(MACHINE_PATH) == []


def test_no_registry_hosts() -> None:
    assert findings(REGISTRY) == []


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    lock = text_of(Path("requirements.lock"))
    assert lock, "requirements.lock is missing: make lock"
    for line in lock.splitlines():
        assert "://" not in line, line
        assert not re.search(r"(^|\s)[./]*/", line), line
        assert not line.startswith("-"), line
    requirements = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)
    unhashed = [one.split()[0] for one in requirements if "==" in one and "--hash=sha256:" not in one]
    assert unhashed == []


def test_the_lock_covers_every_dependency() -> None:
    """Extras and versions aside, each name in pyproject.toml stands in the lock (else: make lock)."""
    import tomllib

    project = tomllib.loads(text_of(Path("pyproject.toml")))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    locked = {match.lower() for match in re.findall(r"^([\w.-]+)==", text_of(Path("requirements.lock")), re.MULTILINE)}
    names = {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in asked}
    assert sorted(names - {name.replace("_", "-") for name in locked}) == []
