"""The one door: every change to a business fact goes through `Door.execute`, and nothing else writes.

In one database transaction: authorise, answer a repeated key with the first answer, validate, run the handler, write
the audit record, remember the answer, commit. `Door.batch` does the same for many commands with one commit.
"""

import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from transactions.kernel.audit import append_audit_record
from transactions.kernel.clock import Clock, SystemClock, microseconds
from transactions.kernel.command import Answer, Command, RegisteredCommand, registered
from transactions.kernel.database import turn_to_write, writing
from transactions.kernel.interruption import reached
from transactions.kernel.plain_text import legible, may_hold_unplain, require_plain_text
from transactions.kernel.refusal import (
    DatabaseIsBusy,
    InvalidData,
    KeyUsedForAnother,
    NotPermitted,
    Refusal,
    StorageFailed,
)
from transactions.kernel.stage import require_stage
from transactions.kernel.tables import remembered_answer
from transactions.kernel.users import Actor, actor_named
from transactions.kernel.work import Work

# what databases say when the disk is full, read-only or gone, or the file damaged
CANNOT_BE_USED = (
    "full", "readonly", "read-only", "disk", "No space left", "unable to open", "malformed", "not a database",
)  # fmt: skip

_remembered = select(remembered_answer.c.body_hash, remembered_answer.c.answer).where(
    remembered_answer.c.user_id == bindparam("user_id"), remembered_answer.c.key == bindparam("key")
)


class DatabaseRefused(Refusal):
    """A rule that the database itself holds (balance, uniqueness, locked period) was broken."""

    status = 409


class NumberIsTooLarge(Refusal):
    """A product or sum of numbers that are each within bounds is beyond what is kept."""


class Door:
    """Commands into one database of record. Thread-safe: every call takes a connection of its own."""

    def __init__(
        self, engine: Engine, clock: Clock | None = None, new_key: Callable[[], str] = lambda: uuid.uuid4().hex
    ) -> None:
        self.engine = engine
        self.clock = clock or SystemClock()
        self.new_key = new_key
        self._remembered = threading.local()  # per thread: what is known of master data, valid for one master_version

    def execute(self, command: str, data: Mapping[str, Any], actor: str, key: str | None = None) -> Answer:
        """Carry out one command and commit; a `Refusal` says why not, and nothing of it is kept."""
        asked = Asked(command, data, key or self.new_key())
        with database_objections(command), self._work(actor, asked.key) as work:
            return Batch(self, work, actor).carry_out(asked, alone=True)

    @contextmanager
    def batch(self, actor: str) -> Iterator["Batch"]:
        """Commands of one actor that share a transaction, committed together at the end.

        A refused command leaves nothing and does not harm the others; any other error undoes them all.
        """
        with self._work() as work:
            yield Batch(self, work, actor)

    @contextmanager
    def _work(self, actor: str = "", key: str = "") -> Iterator[Work]:
        """The work of one transaction, committed at the end; any error undoes it."""
        masters: dict[Any, Any] = vars(self._remembered).setdefault("masters", {})
        with storage_errors_as_refusals(), ExitStack() as stack:
            try:
                work = self._opened(stack, masters, actor, key)
                reached("transaction_begun")
                yield work
                work.finish()
                reached("before_commit")
                work.commit()
            except BaseException:
                masters.clear()
                raise
        reached("after_commit")

    def _opened(self, stack: ExitStack, masters: dict[Any, Any], actor: str, key: str) -> Work:
        """The work of a transaction that is begun here and ended with the stack.

        A server that went away and came back is met here first; nothing is lost yet, so it is tried once again.
        """
        for is_last in (False, True):
            try:
                with ExitStack() as opening:
                    opening.enter_context(turn_to_write(self.engine))
                    connection = opening.enter_context(writing(self.engine))
                    opening.enter_context(connection.begin())
                    work = Work(connection, masters, actor, key)
                    opening.callback(work.abandon)
                    stack.push(opening.pop_all())
                    return work
            except DBAPIError as broken:
                if is_last or not broken.connection_invalidated:
                    raise
            self.engine.dispose()  # whatever the pool kept is dead as well
        raise AssertionError


class Asked:
    """A command as it was asked for, made ready before the writer's turn: body, hash and form, or why it has none.

    What it is refused for is said later, when it is known who asks and whether it was answered before; a key that
    is none is refused at once.
    """

    def __init__(self, command: str, data: Mapping[str, Any], key: str) -> None:
        self.command, self.key = command, key
        self.kind: RegisteredCommand | None = None
        self.form: Command | None = None
        self.body, self.body_hash = "", b""
        _require_key(key)
        try:
            self.kind = registered(command)
            _require_fields(data)
            shown = self.kind.shown(data)
            self.body = _json(shown, sort_keys=True)
            if shown is not data or may_hold_unplain(self.body):
                require_plain_text(data)
            self.body_hash = hashlib.sha256(f"{command}\n{self.body}".encode()).digest()
            self.form = self.kind.parsed(data)
        except Refusal as refusal:
            self.refusal = refusal
        except RecursionError:
            rule = "the data are nested deeper than those of any command"
            self.refusal = InvalidData([{"field": "data", "value": None, "rule": rule}])

    def known_kind(self) -> RegisteredCommand:
        """What the command is; `UnknownCommand`."""
        if self.kind is None:
            raise self.refusal
        return self.kind

    def valid_form(self) -> Command:
        """The command's form; `InvalidData`."""
        if self.form is None:
            raise self.refusal
        return self.form


class Batch:
    """The commands of one transaction."""

    def __init__(self, door: Door, work: Work, actor: str) -> None:
        self._door = door
        self._work = work
        self.actor = actor_named(work, actor)

    def known(self, key: str) -> bool:
        """Whether the actor's command of that key was accepted before."""
        return self._work.first(_remembered, user_id=self.actor.user_id, key=key) is not None

    def execute(self, command: str, data: Mapping[str, Any], key: str | None = None) -> Answer:
        """Carry out one command within the batch."""
        return self.carry_out(Asked(command, data, key or self._door.new_key()))

    def carry_out(self, asked: Asked, *, alone: bool = False) -> Answer:
        """Carry out the command; one that is `alone` in its transaction is undone with it."""
        work, kind = self._work, asked.known_kind()
        authorise(self.actor, kind.name, kind.permission)
        before: Any = work.answered if alone else work.first(_remembered, user_id=self.actor.user_id, key=asked.key)
        if before is not None:
            body_hash, text = before
            if body_hash != asked.body_hash:
                raise KeyUsedForAnother("the key was used for another command", field="key", value=asked.key)
            work.is_repeating = True
            answer: Answer = json.loads(text)
            return answer
        form = asked.valid_form()
        work.begin(self.actor.user_id, microseconds(self._door.clock.now()), alone=alone)
        reached("command_begun")
        with database_objections(kind.name):
            try:
                require_stage(work, kind.stage, form.company)
                answer = kind.handle(work, form)
                reached("command_handled")
                append_audit_record(work, kind.name, asked.key, asked.body)
                text = _json(answer)
                work.insert(
                    remembered_answer, user_id=self.actor.user_id, key=asked.key, command=kind.name,
                    body_hash=asked.body_hash, answer=text, recorded_at=work.recorded_at,
                )  # fmt: skip
                work.complete()
            except Exception:
                work.undo()
                raise
        reached("command_recorded")
        kept: Answer = json.loads(text)
        return kept


def _require_key(key: Any) -> None:
    if not isinstance(key, str):
        rule = "a key is a text"
        raise InvalidData([{"field": "key", "value": legible(str(key)), "rule": rule}])
    require_plain_text(key, "key")


def _require_fields(data: Any) -> None:
    if not isinstance(data, Mapping):
        rule = "data are an object of fields and values"
        raise InvalidData([{"field": "data", "value": legible(str(data)), "rule": rule}])


def _json(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, sort_keys=sort_keys, ensure_ascii=False, separators=(",", ":"), default=str)


def authorise(actor: Actor, command: str, permission: str) -> None:
    if not actor.may(permission):
        raise NotPermitted(
            f"{actor.username} may not {command.replace('_', ' ')} (it needs {permission})",
            field="actor", value=actor.username,
        )  # fmt: skip


@contextmanager
def database_objections(command: str) -> Iterator[None]:
    """Say as a refusal of the command what the database has against its rows."""
    try:
        yield
    except IntegrityError as broken:
        raise DatabaseRefused(first_line(broken), field="command", value=command) from broken
    except (OverflowError, DataError) as broken:
        raise NumberIsTooLarge(
            "a quantity, price or amount of it does not fit the ledgers (19 digits)", field="command", value=command
        ) from broken


@contextmanager
def storage_errors_as_refusals(*, reads_only: bool = False) -> Iterator[None]:
    """Say in a sentence what the storage has against it: busy, full, read-only, damaged, not there.

    reads_only: nothing was to be written.
    """
    try:
        yield
    except (IntegrityError, DataError):
        raise  # about what was to be written, not about where
    except OSError as broken:  # it may stand in the file or not; its key asks again
        raise _storage_failed(reads_only, str(broken)) from broken
    except (OperationalError, DBAPIError) as broken:
        said = first_line(broken)
        if "locked" in said or "busy" in said:
            raise DatabaseIsBusy(f"another program holds the database: {said}") from broken
        if "connection" in said:
            raise StorageFailed(f"the server of the database cannot be reached: {said}") from broken
        if any(word in said for word in CANNOT_BE_USED):
            raise _storage_failed(reads_only, said) from broken
        raise


def _storage_failed(reads_only: bool, said: str) -> StorageFailed:
    if reads_only:
        return StorageFailed(f"the database cannot be read: {said}")
    return StorageFailed(f"the database cannot be written: {said}")


def first_line(broken: DBAPIError) -> str:
    """What the database says, without the statement and where to read about it."""
    return str(broken.orig).strip().split("\n")[0]
