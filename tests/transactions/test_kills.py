"""Kill -9 at named points and at random ones: no acknowledged command is lost, none is done twice, none in half.

25 kills in every run, 500 with `-m soak`, on SQLite and PostgreSQL, with every commit flushed to the disk.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from tests.clean_process import started
from tests.transactions.posting_process import Posting, answers, killed_after, post_all
from tests.transactions.soundness import assert_sound
from transactions.document.tables import document
from transactions.inventory.tables import stock_move
from transactions.kernel.database import open_engine, reading
from transactions.kernel.interruption import POINTS
from transactions.kernel.tables import audit_record, remembered_answer
from transactions.ledger.tables import journal_entry


def _postings(count: int, turn: object) -> list[Posting]:
    """Alternately an adjustment by 1 (a document and a move) and a journal entry over 1."""
    found = {"item": "A", "quantity": 1, "unit_cost": 1}
    adjustment = {"effective_date": "2026-01-05", "reason": "count", "lines": [found]}
    entry = {
        "entry_date": "2026-01-05",
        "lines": [{"account": "1002", "debit": 1}, {"account": "6601", "credit": 1}],
    }
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (("adjust_stock", adjustment), ("post_journal_entry", entry))
    return [(f"{turn}-{position}", *kinds[position % 2]) for position in range(count)]


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _suffer(url: str, folder: Path, kills: int, seed: int) -> Counter[str]:
    """So many kills, at each named point, then at points and moments at random; each followed by a retry to the end."""
    generator = random.Random(seed)
    hits: Counter[str] = Counter()
    expected = 0
    engine = open_engine(url)
    for turn in range(kills):
        postings = _postings(4, turn)
        notes = folder / f"notes-{turn}"
        if turn < len(POINTS) or turn % 2:
            point = POINTS[turn] if turn < len(POINTS) else generator.choice(POINTS)
            process = started(post_all, url, postings, notes, point, generator.choice(postings)[0])
            process.join()
            assert process.exitcode == -9, f"{point} was not reached"
            hits[point] += 1
        else:
            process = started(post_all, url, postings, notes)
            killed_after(process, 0.4, generator)
            hits["at random" if process.exitcode == -9 else "ended before"] += 1
        before = answers(notes)
        with reading(engine) as connection:  # what was acknowledged is there, and nothing but whole commands
            kept = set(connection.execute(select(remembered_answer.c.key)).scalars())
            assert before.keys() <= kept
        post_all(url, postings, notes)  # the retry, in this process, under the same keys
        after = answers(notes)
        assert {key: after[key] for key in before} == before
        expected += len(postings)
        with reading(engine) as connection:
            adjustments = connection.execute(select(document.c.number).where(document.c.document_type == "adjustment"))
            numbers = sorted(adjustments.scalars())
            half = expected // 2
            assert numbers == [f"AJ{number:06d}" for number in range(1, half + 1)], "lost, doubled or with a gap"
            assert _count(connection, stock_move) == half
            entries = sorted(connection.execute(select(journal_entry.c.number)).scalars())
            assert entries == [f"JE{number:06d}" for number in range(1, half + 1)]
            assert _count(connection, audit_record) == _count(connection, remembered_answer) == expected + 3
    with reading(engine) as connection:
        assert_sound(connection)
    engine.dispose()
    return hits


def _report(hits: Counter[str]) -> None:
    print("\nkills: " + ", ".join(f"{name} {hits[name]}" for name in (*POINTS, "at random", "ended before")))
    assert all(hits[point] >= 1 for point in POINTS)


def test_no_kill_loses_doubles_or_halves_a_command(durable_url: str, tmp_path: Path) -> None:
    _report(_suffer(durable_url, tmp_path, 13 if durable_url.startswith("sqlite") else 12, seed=7))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_kill_of_hundreds_loses_doubles_or_halves_a_command(durable_url: str, tmp_path: Path) -> None:
    _report(_suffer(durable_url, tmp_path, 250, seed=random.randrange(10**9)))
