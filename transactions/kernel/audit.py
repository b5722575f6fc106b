"""The audit trail: who did what when, each record chained by hash to the one before."""

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from transactions.kernel.tables import audit_record, writer_state

if TYPE_CHECKING:
    from transactions.kernel.work import Work

CHAIN_START = "0" * 64


def chain_hash(previous_hash: str, record: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and every field of the record, in a fixed order."""
    fields = [record[name] for name in ("position", "user_id", "command", "key", "data", "changes", "recorded_at")]
    text = previous_hash + json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append_audit_record(work: "Work", command: str, key: str, data: str) -> None:
    """Add the record of the command that the work carries out; `data` is its JSON."""
    state = work.state
    record = {
        "position": state.audit_position + 1,
        "user_id": work.user_id,
        "command": command,
        "key": key,
        "data": data,
        "changes": json.dumps(work.changes, ensure_ascii=False, separators=(",", ":"), default=str),
        "recorded_at": work.recorded_at,
    }
    hash_now = chain_hash(state.audit_hash, record)
    work.insert(audit_record, **record, previous_hash=state.audit_hash, hash=hash_now)
    state.audit_position += 1
    state.audit_hash = hash_now


@dataclass(frozen=True)
class BrokenRecord:
    """The first place where the trail is not as it was written; what stands before it is."""

    position: int
    rule: str


def first_broken_record(connection: Connection) -> BrokenRecord | None:
    """Where the audit trail was changed, or None if it is whole, from its first record to the newest one.

    Found is any change of what was recorded, a record that was removed, added, or moved, also at the end. Whoever can
    write every table could make a new chain of their own from there on; against that, keep the newest hash elsewhere.
    """
    position, previous = 0, CHAIN_START
    rows = connection.execution_options(yield_per=10_000).execute(
        audit_record.select().order_by(audit_record.c.position, audit_record.c.id)
    )
    for row in rows:
        position += 1
        if row.position > position:
            return BrokenRecord(position, f"record {position} is missing")
        if row.position < position:
            return BrokenRecord(row.position, f"record {row.position} stands there twice")
        if row.previous_hash != previous or row.hash != chain_hash(previous, dict(row._mapping)):
            return BrokenRecord(position, f"record {position} ({row.command}) was tampered with")
        previous = row.hash
    state = connection.execute(writer_state.select()).one()
    written = state.audit_position
    if written > position:
        return BrokenRecord(position + 1, f"the trail ends at record {position}, but {written} were written")
    if written < position:
        return BrokenRecord(written + 1, f"the trail ends at record {position}, but only {written} were written")
    if state.audit_hash != previous:
        return BrokenRecord(position, f"record {position} is not the one that was written last")
    return None
