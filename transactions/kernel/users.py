"""Users, their roles, and what a role may do. What no role names is refused.

A permission is a dotted name (`sales.order`); a role holds patterns in which a trailing `*` stands for the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Row, bindparam, select

from transactions.kernel.refusal import AlreadyExists, NotFound, NotSignedIn, Refusal
from transactions.kernel.tables import credential, user_account, user_role

if TYPE_CHECKING:
    from transactions.kernel.work import Work

ROLES: dict[str, tuple[str, ...]] = {
    "owner": ("*",),
    "administrator": ("*",),
    "planner": ("planning.*", "production.*", "purchasing.requisition", "purchasing.order", "inventory.transfer",
                "master.item", "master.bom", "master.work_center", "master.calendar", "board.*", "see.cost",
                "settings.view"),
    "buyer": ("purchasing.*", "master.supplier_price", "master.partner", "board.*", "see.cost", "settings.view"),
    "accountant": ("finance.*", "master.account", "master.rate", "master.tax", "master.cost", "board.*",
                   "see.cost", "see.pay", "settings.view"),
    "salesperson": ("sales.*", "inventory.reservation", "master.partner", "board.overview", "board.delivery_dates",
                    "board.stock", "board.document", "settings.view"),
    "analyst": ("board.*", "see.cost", "see.pay", "sql.console", "settings.view"),
    "storekeeper": ("inventory.*", "purchasing.receipt", "quality.*", "sales.delivery", "production.issue",
                    "board.stock", "board.overview", "board.document", "settings.view"),
    "foreman": ("production.*", "quality.*", "board.overview", "board.delivery_dates", "board.stock",
                "board.production", "board.schedule", "board.document", "settings.view"),
}  # fmt: skip

SHORTEST_PASSWORD = 8
_hashers = [PasswordHasher()]  # the newest one counts
_by_username = (
    select(user_account.c.id, user_account.c.username, user_account.c.is_active, user_account.c.display_name,
           user_account.c.language, user_role.c.role)
    .select_from(user_account.outerjoin(user_role, user_role.c.user_id == user_account.c.id))
    .where(user_account.c.username == bindparam("username"))
    .order_by(user_role.c.id)
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """A user with the roles that count now."""

    user_id: int
    username: str
    display_name: str
    language: str
    roles: tuple[str, ...]

    def may(self, permission: str) -> bool:
        return any(fnmatchcase(permission, pattern) for role in self.roles for pattern in ROLES.get(role, ()))

    @property
    def edition(self) -> str:
        """Which edition of the published warehouse the user's sessions open: full, cost or nocost."""
        if self.may("see.pay"):
            return "full"
        return "cost" if self.may("see.cost") else "nocost"


def actor_named(work: "Work", username: str) -> Actor:
    """The active user of that name; `NotSignedIn` if there is none."""
    known = work.masters.get(("actor", username))
    if known is None:
        rows = work.rows(_by_username, username=username)
        if not rows or not rows[0].is_active:
            raise NotSignedIn("there is no active user of that name", field="actor", value=username)
        known = work.masters["actor", username] = actor_of(rows)
    assert isinstance(known, Actor)
    return known


def actor_of(rows: Sequence[Row[Any]]) -> Actor:
    """The user of these rows, one for each role: id, username, display_name, language, role."""
    first = rows[0]
    roles = tuple(row.role for row in rows if row.role)
    return Actor(first.id, first.username, first.display_name, first.language, roles)


def user_named(work: "Work", username: str, field: str = "username") -> Row[Any]:
    """The account of that name, active or not."""
    found = work.first(select(user_account).where(user_account.c.username == username))
    if found is None:
        raise NotFound("there is no user of that name", field=field, value=username)
    return found


def add_user(
    work: "Work", username: str, password: str, roles: tuple[str, ...], display_name: str = "", language: str = "en"
) -> int:
    """A user with an argon2id password and roles."""
    password_hash = hashed_password(password)
    require_roles(roles)
    if work.rows(_by_username, username=username):
        raise AlreadyExists("a user of that name exists", field="username", value=username)
    user_id = work.insert(
        user_account, username=username, display_name=display_name or username, language=language,
        recorded_at=work.recorded_at,
    )  # fmt: skip
    work.insert(credential, user_id=user_id, password_hash=password_hash)
    for role in roles:
        work.insert(user_role, user_id=user_id, role=role)
    work.masters_changed()
    return user_id


class PasswordIsWeak(Refusal):
    """A password that is too short."""


def require_roles(roles: Sequence[str]) -> None:
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise NotFound(f"roles are {', '.join(ROLES)}", field="roles", value=", ".join(unknown))


def hashed_password(password: str) -> str:
    """The argon2id hash that is kept; `PasswordIsWeak` for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordIsWeak(f"a password has at least {SHORTEST_PASSWORD} characters", field="password", value="…")
    return _hashers[-1].hash(password)


def password_is_right(password_hash: str, password: str) -> bool:
    try:
        return _hashers[-1].verify(password_hash, password)  # at the cost that the hash itself names
    except VerificationError:
        return False


@cache
def nobodys_hash() -> str:
    """What is compared when there is no such user, so that the answer takes as long."""
    return _hashers[-1].hash("nobody has this password")


def hash_passwords_by(hasher: PasswordHasher) -> None:
    """Hash new passwords by another hasher from now on in this process: at another cost than argon2's default."""
    _hashers.append(hasher)
    nobodys_hash.cache_clear()
