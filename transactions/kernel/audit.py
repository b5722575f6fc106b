"""The audit trail: who did what when, each record chained by hash to the one before."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from transactions.kernel.tables import audit_record

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
