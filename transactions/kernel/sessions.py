"""Sign-in: a session is opened with a password, known by a random token of which only the hash is kept.

It ends 30 minutes after it was last used and 12 hours after it was opened, by the door's clock; also when the user
signs out, is disabled or gets another password. Repeated failures for a name are answered with a pause.
"""

import hashlib
import secrets
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, delete, select, update

from transactions.kernel.clock import microseconds
from transactions.kernel.database import reading
from transactions.kernel.door import storage_errors_as_refusals
from transactions.kernel.refusal import NotSignedIn, Refusal
from transactions.kernel.tables import credential, user_account, user_role, user_session
from transactions.kernel.users import Actor, actor_of, nobodys_hash, password_is_right
from transactions.kernel.work import Work

if TYPE_CHECKING:
    from transactions.kernel.door import Door

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)  # how exactly the last use is kept, so that reading a page seldom writes
FAILURES = 5  # of one name within the window, before it must wait
WINDOW = timedelta(minutes=5)


class TooManyAttempts(Refusal):
    """The name failed to sign in too often; it may try again later."""

    status = 429


_failures: WeakKeyDictionary[Any, dict[str, deque[datetime]]] = WeakKeyDictionary()  # by door and name

_credential = (
    select(user_account.c.id, user_account.c.is_active, credential.c.password_hash)
    .join_from(user_account, credential, credential.c.user_id == user_account.c.id)
    .where(user_account.c.username == bindparam("username"))
)
_session = (
    select(user_session.c.id.label("session_id"), user_session.c.opened_at, user_session.c.last_seen_at,
           user_account.c.id, user_account.c.username, user_account.c.display_name, user_account.c.language,
           user_role.c.role)
    .join_from(user_session, user_account, user_session.c.user_id == user_account.c.id)
    .outerjoin(user_role, user_role.c.user_id == user_account.c.id)
    .where(user_session.c.token_hash == bindparam("token_hash"), user_account.c.is_active)
    .order_by(user_role.c.id)
)  # fmt: skip


def open_session(door: "Door", username: str, password: str) -> str:
    """Sign in; returns the session's token. `NotSignedIn` for a wrong name or password (it does not say which)."""
    now = door.clock.now()
    failures = _failures.setdefault(door, defaultdict(deque))[username]
    while failures and failures[0] <= now - WINDOW:
        failures.popleft()
    if len(failures) >= FAILURES:
        raise TooManyAttempts(
            f"{FAILURES} failed attempts; try again in {WINDOW.seconds // 60} minutes", field="username", value=username
        )
    with storage_errors_as_refusals():
        with reading(door.engine) as connection:
            user = connection.execute(_credential, {"username": username}).first()
        right = password_is_right(user.password_hash if user else nobodys_hash(), password)  # as slow
        if user is None or not right or not user.is_active:
            failures.append(now)
            raise NotSignedIn("the name or the password is wrong", field="username", value=username)
        failures.clear()
        token = secrets.token_urlsafe(32)
        moment = microseconds(now)
        with door.engine.begin() as connection:
            work = Work(connection, {})
            connection.execute(delete(user_session).where(user_session.c.opened_at <= microseconds(now - ABSOLUTE)))
            work.insert(
                user_session, user_id=user.id, token_hash=_token_hash(token), opened_at=moment, last_seen_at=moment
            )
            work.finish()
    return token


def session_actor(door: "Door", token: str) -> Actor:
    """Whose session it is, with the roles that count now; `NotSignedIn` if it is unknown or has ended."""
    now = door.clock.now()
    with storage_errors_as_refusals():
        with reading(door.engine) as connection:
            rows = connection.execute(_session, {"token_hash": _token_hash(token)}).all()
        if not rows:
            raise NotSignedIn("sign in first")
        session = rows[0]
        if session.opened_at <= microseconds(now - ABSOLUTE) or session.last_seen_at <= microseconds(now - IDLE):
            close_session(door, token)
            raise NotSignedIn("the session has ended; sign in again")
        if session.last_seen_at <= microseconds(now - SEEN_EVERY):
            with door.engine.begin() as connection:
                connection.execute(
                    update(user_session)
                    .where(user_session.c.id == session.session_id)
                    .values(last_seen_at=microseconds(now))
                )
    return actor_of(rows)


def close_session(door: "Door", token: str) -> None:
    """Sign out; harmless for a session that has ended."""
    with storage_errors_as_refusals(), door.engine.begin() as connection:
        connection.execute(delete(user_session).where(user_session.c.token_hash == _token_hash(token)))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
