"""The worker refreshes when rows changed, waits after a failure, and says that it is alive."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete

from orchestration.notice import addresses
from orchestration.worker import Worker
from orchestration.worker_signs import should_refresh_instead, sign_of_life
from tests.orchestration.conftest import SmallHome
from transactions import Door
from transactions.master.tables import unit


@pytest.fixture
def worker(small_home: SmallHome) -> Worker:
    """A worker over the small project, without Dagster's record of its refreshes."""
    door = Door(small_home.engine, small_home.clock)
    return Worker(small_home.path, door, dbt=small_home.dbt, as_run=False, now=lambda: clock[0])


clock = [0.0]


def test_it_refreshes_when_something_changed(worker: Worker, small_home: SmallHome) -> None:
    assert worker.once() == "published"
    assert worker.once() == "unchanged"
    small_home.add_unit("pcs")
    assert worker.once() == "published"


def test_after_a_failure_it_waits_and_tries_again(worker: Worker, small_home: SmallHome) -> None:
    clock[0] = 100.0
    small_home.add_unit("red")
    assert worker.once() == "failed"
    assert worker.once() == "waiting"
    clock[0] = 106.0
    assert worker.once() == "failed"
    clock[0] = 120.0
    assert worker.once() == "waiting"  # longer each time


def test_another_refresh_is_left_alone(worker: Worker, small_home: SmallHome) -> None:
    with small_home.warehouse.refresh_lock():
        assert worker.once() == "busy"


def test_dagster_steps_in_only_without_a_worker(worker: Worker, small_home: SmallHome) -> None:
    assert should_refresh_instead(small_home.path, small_home.dbt) is None
    sign_of_life(small_home.path)
    assert should_refresh_instead(small_home.path, small_home.dbt) == "the worker runs"
    (Path(small_home.path) / "warehouse" / "worker.alive").unlink()
    assert worker.once() == "published"


@contextmanager
def listening(bodies: list[str]) -> Iterator[str]:
    """The address of somebody who takes notices, and keeps what they say."""

    class Taking(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_streak_of_failures_is_told_once(
    worker: Worker, small_home: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[str] = []
    with listening(bodies) as address:
        monkeypatch.setenv("BIHUAN_NOTICES", address)
        for streak in (1, 2):
            clock[0] += 1000.0
            small_home.add_unit("red")
            assert worker.once() == "failed"
            clock[0] += 1000.0
            assert worker.once() == "failed"
            assert len(bodies) == streak
            with small_home.engine.begin() as connection:
                connection.execute(delete(unit).where(unit.c.code == "red"))
            clock[0] += 1000.0
            assert worker.once() == "published"
    assert all("no_unit_is_forbidden" in body for body in bodies)


def test_nobody_to_tell_is_no_failure(worker: Worker, small_home: SmallHome, monkeypatch: pytest.MonkeyPatch) -> None:
    clock[0] += 1000.0
    small_home.add_unit("red")
    monkeypatch.setenv("BIHUAN_NOTICES", "json://127.0.0.1:1 nonsense")
    assert worker.once() == "failed"
    monkeypatch.delenv("BIHUAN_NOTICES")
    (small_home.path / "notices").write_text("# nobody yet\n")
    assert addresses(small_home.path) == []
