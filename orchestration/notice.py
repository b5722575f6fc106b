"""Who is told that a refresh failed: once when a streak of failures begins, at the addresses that the home names.

BIHUAN_NOTICES holds addresses separated by blanks (mailto://…, and whatever else apprise knows); without it the file
`notices` in the home does, one to a line. A notice that cannot be sent is a line in the log and nothing else.
"""

import os
from pathlib import Path
from typing import Any

import structlog

log: Any = structlog.get_logger()


def addresses(home: Path) -> list[str]:
    """Where notices go; empty for nowhere. A line that begins with # is a remark."""
    told = os.environ.get("BIHUAN_NOTICES")
    if told is not None:
        return told.split()
    try:
        lines = (home / "notices").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def tell(home: Path, title: str, body: str) -> bool:
    """Sends one notice to all addresses; whether every one took it. Never raises: the refresh is what matters."""
    to = addresses(home)
    if not to:
        return False
    try:
        import apprise

        sender = apprise.Apprise()
        known = [sender.add(address) for address in to]
        sent = bool(sender.notify(title=title, body=body)) and all(known)
    except Exception as error:
        log.warning("a notice could not be sent", error=f"{type(error).__name__}: {error}")
        return False
    if not sent:
        log.warning("a notice could not be sent to every address", addresses=len(to))
    return sent
