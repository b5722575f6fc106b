"""A company's home: one folder below which everything lies that it has."""

import os
from pathlib import Path


def home() -> Path:
    """BIHUAN_HOME, by default ~/.bihuan. It need not exist yet."""
    return Path(os.environ.get("BIHUAN_HOME") or Path.home() / ".bihuan").expanduser().absolute()


def database_url() -> str:
    """The system of record: BIHUAN_DATABASE_URL, by default SQLite inside the home."""
    url = os.environ.get("BIHUAN_DATABASE_URL") or f"sqlite:///{home() / 'bihuan.sqlite'}"
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
