"""Processes of their own for tests that kill them or let them compete, each started in milliseconds.

They come from one clean server process that has the program loaded, and inherit nothing of the test: a function of a
module and its arguments say all that they do. Unlike the tests' own, their commits are flushed to the disk.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        *("transactions.commands", "psycopg", "alembic.command", "pydantic"),
        *("ingestion.replication.refresh", "orchestration.refresh", "orchestration.node_runners"),
    ]
)


def started(target: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    process = PROCESSES.Process(target=target, args=arguments)
    process.start()
    return process
