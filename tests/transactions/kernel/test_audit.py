"""The audit trail is tamper-evident: two hundred tamperings at random are located, each where it begins."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from tests.transactions.acting import Acting
from transactions import Door
from transactions.kernel.audit import chain_hash, first_broken_record
from transactions.kernel.clock import SetClock
from transactions.kernel.database import reading
from transactions.kernel.tables import audit_record, writer_state

RECORDS = 40
Record = dict[str, Any]
Tampering = Callable[[Connection, list[Record], random.Random], int]  # returns the position where it must be found


def _changed_field(connection: Connection, records: list[Record], generator: random.Random) -> int:
    record = generator.choice(records)
    name = generator.choice(["user_id", "command", "key", "data", "changes", "recorded_at", "previous_hash", "hash"])
    value = record[name]
    if isinstance(value, int):
        other: Any = value + generator.choice([-1, 1])
    else:
        place = generator.randrange(len(value))
        other = value[:place] + generator.choice("xyz§") + value[place + 1 :]
    connection.execute(update(audit_record).where(audit_record.c.id == record["id"]).values({name: other}))
    return int(record["position"])


def _removed(connection: Connection, records: list[Record], generator: random.Random) -> int:
    record = generator.choice(records)
    connection.execute(delete(audit_record).where(audit_record.c.id == record["id"]))
    return int(record["position"])


def _cut_off(connection: Connection, records: list[Record], generator: random.Random) -> int:
    first = generator.choice(records)["position"]
    connection.execute(delete(audit_record).where(audit_record.c.position >= first))
    return int(first)


def _exchanged(connection: Connection, records: list[Record], generator: random.Random) -> int:
    one, other = sorted(generator.sample(records, 2), key=lambda record: record["position"])
    for record, content in ((one, other), (other, one)):
        values = {name: content[name] for name in ("command", "key", "data", "changes", "recorded_at")}
        connection.execute(update(audit_record).where(audit_record.c.id == record["id"]).values(values))
    return int(one["position"])


def _added(connection: Connection, records: list[Record], _generator: random.Random) -> int:
    last = records[-1]
    forged = last | {"id": 999_999, "position": last["position"] + 1, "previous_hash": last["hash"], "key": "forged"}
    forged["hash"] = chain_hash(last["hash"], forged)
    connection.execute(insert(audit_record).values(forged))
    return int(forged["position"])


def _rewritten_end(connection: Connection, records: list[Record], _generator: random.Random) -> int:
    """The last record changed together with its hash: the writer's own state still knows the true one."""
    last = records[-1] | {"data": "{}"}
    connection.execute(
        update(audit_record)
        .where(audit_record.c.id == last["id"])
        .values(data="{}", hash=chain_hash(last["previous_hash"], last))
    )
    return int(last["position"])


TAMPERINGS: tuple[Tampering, ...] = (
    _changed_field,
    _changed_field,
    _removed,
    _cut_off,
    _exchanged,
    _added,
    _rewritten_end,
)


def test_two_hundred_tamperings_are_located(sqlite_door: Door, clock: SetClock) -> None:
    acting = Acting(sqlite_door, clock)
    for number in range(RECORDS):
        acting("create_partner", code=f"P{number}", name="Partner", is_customer=True)
    with reading(sqlite_door.engine) as connection:
        assert first_broken_record(connection) is None
    with sqlite_door.engine.begin() as connection:
        for trigger in (
            "keep_audit_record_update",
            "keep_audit_record_delete",
        ):  # someone who owns the file can do that
            connection.exec_driver_sql(f"drop trigger {trigger}")
        records = [
            {name: value for name, value in row._mapping.items() if name != "row_version"}
            for row in connection.execute(select(audit_record).order_by(audit_record.c.position))
        ]
    generator = random.Random(3)
    for number in range(200):
        tamper = TAMPERINGS[number % len(TAMPERINGS)]
        with sqlite_door.engine.connect() as connection, connection.begin() as transaction:
            connection.exec_driver_sql("pragma defer_foreign_keys = on")
            expected = tamper(connection, records, generator)
            found = first_broken_record(connection)
            assert found is not None, tamper.__name__
            assert found.position == expected, (tamper.__name__, found)
            transaction.rollback()
    with reading(sqlite_door.engine) as connection:
        assert first_broken_record(connection) is None


def test_a_trail_that_is_shorter_than_what_was_written_is_noticed(sqlite_door: Door) -> None:
    with sqlite_door.engine.begin() as connection:
        connection.execute(update(writer_state).values(audit_position=99))
        found = first_broken_record(connection)
    assert found is not None
    assert found.rule == "the trail ends at record 2, but 99 were written"


def test_both_databases_have_a_whole_trail(acting: Acting) -> None:
    acting("create_partner", code="P", name="Partner", is_customer=True)
    with reading(acting.door.engine) as connection:
        assert first_broken_record(connection) is None
