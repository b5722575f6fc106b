"""The server of boards and API in a process of its own, as `bihuan up` starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_server(home: Path, **environment: str) -> Iterator[str]:
    """Serves the home folder on a free port of this machine; its address, once it answers. Ended afterwards.

    environment: further variables of the process. Raises OSError when it does not answer within a minute.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", f"from dashboards.server import serve; serve(port={port})"]
    server = subprocess.Popen(command, env={**os.environ, "BIHUAN_HOME": str(home), **environment})
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api/openapi.json")
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
