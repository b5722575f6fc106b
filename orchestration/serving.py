"""`bihuan up`: the boards, the warm worker and Dagster's page, each a process of its own, ended together.

The boards' server is what people reach; Dagster has no login and so listens on 127.0.0.1 only, as do the dbt docs.
"""

import functools
import http.server
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from orchestration.dagster_home import prepared_environment

RESTART_SECONDS = 5
END_SECONDS = 10
DAGSTER_MODULE = "orchestration.definitions"


def serve_all(home: Path, host: str, port: int, dagster_port: int | None, say: Callable[[str], None]) -> int:
    """Runs until interrupted; a process that ends is started again. Returns the exit code."""
    environment = {**os.environ, **prepared_environment(home)}
    boards = f"from dashboards.server import serve; serve({host!r}, {port})"
    commands = {
        "boards": [sys.executable, "-c", boards],
        "worker": [sys.executable, "-m", "orchestration.worker"],
    }
    say(f"boards, entry pages and API: http://{host}:{port}")
    if dagster_port is not None:
        on_this_machine = ["-h", "127.0.0.1", "-p", str(dagster_port)]
        commands["dagster"] = [_program("dagster-webserver"), "-m", DAGSTER_MODULE, *on_this_machine]
        commands["daemon"] = [_program("dagster-daemon"), "run", "-m", DAGSTER_MODULE]
        say(f"refreshes, runs and tests (Dagster, this machine only): http://127.0.0.1:{dagster_port}")
    return _kept_running(commands, environment, home)


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def _kept_running(commands: dict[str, list[str]], environment: dict[str, str], home: Path) -> int:
    ended: list[int] = []

    def end(number: int, _frame: object) -> None:
        ended.append(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    running: dict[str, subprocess.Popen[bytes]] = {}
    started: dict[str, float] = {}
    logs = home / "log"
    logs.mkdir(parents=True, exist_ok=True)
    try:
        while not ended:
            for name, command in commands.items():
                process = running.get(name)
                if process is not None and process.poll() is None:
                    continue
                if time.monotonic() - started.get(name, -RESTART_SECONDS) < RESTART_SECONDS:
                    continue
                with (logs / f"{name}.log").open("ab") as log:
                    running[name] = subprocess.Popen(
                        command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                    )
                started[name] = time.monotonic()
            time.sleep(0.2)
    finally:
        for process in running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def serve_docs(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Serves the generated dbt docs on this machine until interrupted."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        say(f"documentation of the warehouse: http://127.0.0.1:{server.server_port}")
        with suppress(KeyboardInterrupt):
            server.serve_forever()
