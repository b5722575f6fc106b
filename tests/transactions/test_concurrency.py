"""Many at once: one key has one effect, stock is not below zero and always the sum of moves, no number is missing."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, text

from tests.clean_process import started
from tests.transactions.acting import Acting
from tests.transactions.posting_process import Posting, answers, post_all
from tests.transactions.soundness import assert_sound
from transactions import Door
from transactions.document.tables import document
from transactions.kernel.database import open_engine, reading
from transactions.kernel.interruption import POINTS

PROCESSES = 6
COMMANDS = 12  # of each process, a tenth of them refused

# In one statement, so that both sums are of one moment: least balance, Σ balances, Σ moves into stock less out of it.
SUMS = text(
    """
    select
        (select coalesce(min(quantity), 0) from stock_balance),
        (select coalesce(sum(quantity), 0) from stock_balance),
        (
            select coalesce(sum(case when target.kind in ('stock', 'inspection') then quantity else 0 end
                                - case when source.kind in ('stock', 'inspection') then quantity else 0 end), 0)
              from stock_move
              join location source on source.id = from_location_id
              join location target on target.id = to_location_id
        )
    """
)


def test_sixteen_threads_on_one_key_have_one_effect(acting: Acting) -> None:
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    data = {"effective_date": "2026-01-05", "reason": "count", "lines": [{"item": "A", "quantity": 1, "unit_cost": 1}]}
    start = threading.Barrier(16)
    got: list[Any] = []

    def post() -> None:
        start.wait()
        try:
            got.append(acting.door.execute("adjust_stock", data, "administrator", "one key"))
        except BaseException as failure:
            got.append(failure)

    threads = [threading.Thread(target=post) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 16
    assert all(answer == got[0] and answer["number"] == "AJ000001" for answer in got)
    assert acting.stock("A", "MAIN/stock") == 1
    assert len(acting.rows("document")) == 1


def _postings(process: int, generator: random.Random) -> list[Posting]:
    """Receive, issue and transfer A at random; some lack stock, and some name an item that does not exist."""
    postings: list[Posting] = []
    for position in range(COMMANDS):
        kind = generator.choice(["receive", "issue", "issue", "transfer"])
        item = "missing" if generator.random() < 0.1 else "A"
        line = {"item": item, "quantity": generator.randint(1, 9) * (-1 if kind == "issue" else 1)}
        line |= {"unit_cost": 1} if kind == "receive" else {}
        data: dict[str, Any] = {"effective_date": f"2026-01-{generator.randint(5, 9):02d}", "lines": [line]}
        if kind == "transfer":
            places = generator.sample(["MAIN", "EAST"], 2)
            data |= {"from_warehouse": places[0], "to_warehouse": places[1]}
        else:
            data |= {"warehouse": generator.choice(["MAIN", "EAST"]), "reason": "counted"}
        command = "transfer_stock" if kind == "transfer" else "adjust_stock"
        postings.append((f"{process}-{position}", command, data))
    return postings


def _watch(engine: Engine, stop: threading.Event, seen: list[tuple[int, int, int]]) -> None:
    while not stop.wait(0.03):
        with reading(engine) as connection:
            least, balances, moves = (int(value) for value in connection.execute(SUMS).one())
        seen.append((least, balances, moves))


def test_six_processes_move_stock_while_readers_sum_and_some_are_killed(durable_url: str, tmp_path: Path) -> None:
    generator = random.Random(11)
    engine = open_engine(durable_url)
    door = Door(engine)
    door.execute("create_warehouse", {"code": "EAST", "name": "East"}, "administrator")
    opening = {"effective_date": "2026-01-01", "lines": [{"item": "A", "quantity": 60, "unit_cost": 1}]}
    door.execute("record_opening_stock", opening, "administrator")
    stop, seen = threading.Event(), list[tuple[int, int, int]]()
    readers = [threading.Thread(target=_watch, args=(engine, stop, seen)) for _ in range(2)]
    for reader in readers:
        reader.start()
    postings = [_postings(number, generator) for number in range(PROCESSES)]
    notes = [tmp_path / f"notes-{number}" for number in range(PROCESSES)]
    # the first three are killed on their way, each at a point of its own, and begin again with the same keys
    running = [
        started(post_all, durable_url, postings[number], notes[number], point, postings[number][COMMANDS // 2][0])
        for number, point in zip(range(3), generator.sample(POINTS, 3), strict=True)
    ]
    running += [started(post_all, durable_url, postings[number], notes[number]) for number in range(3, PROCESSES)]
    for number, process in enumerate(running[:3]):
        process.join()
        # a point that a refused command does not reach lets the process live
        running[number] = started(post_all, durable_url, postings[number], notes[number])
    for process in running:
        process.join()
        assert process.exitcode == 0
    stop.set()
    for reader in readers:
        reader.join()
    assert len(seen) >= 5
    assert all(least >= 0 and balances == moves for least, balances, moves in seen)
    final = {key: answer for path in notes for key, answer in answers(path).items()}
    assert len(final) == PROCESSES * COMMANDS
    assert any(answer.startswith("refused:") for answer in final.values())
    with reading(engine) as connection:
        assert_sound(connection)
        for document_type, prefix in (("adjustment", "AJ"), ("transfer", "TR")):
            in_order = select(document.c.number).where(document.c.document_type == document_type)
            numbers = list(connection.execute(in_order.order_by(document.c.id)).scalars())
            assert numbers == [f"{prefix}{number:06d}" for number in range(1, len(numbers) + 1)]
            given = [answer for answer in final.values() if answer.startswith(prefix)]
            assert sorted(given) == numbers
    engine.dispose()
