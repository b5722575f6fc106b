"""A user: who may sign in, and in which roles. Never deleted, only disabled, since the audit trail names them.

Passwords are kept as argon2id hashes; neither the audit trail nor a remembered answer holds one.
"""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints
from sqlalchemy import delete, select, update

from transactions.kernel.command import Answer, Command, Name, handles
from transactions.kernel.refusal import Refusal
from transactions.kernel.tables import credential, user_account, user_role, user_session
from transactions.kernel.users import add_user, hashed_password, require_roles, user_named
from transactions.kernel.work import Work

Username = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w.@+-]+$")]
Roles = Annotated[tuple[str, ...], Field(min_length=1, description="names of roles; what no role names is refused")]


class OneMustAdminister(Refusal):
    """Somebody active must remain who may manage users."""

    status = 409


class CreateUser(Command):
    """Let somebody in, with a password and roles."""

    username: Username
    password: SecretStr
    roles: Roles
    display_name: Name | None = None
    language: Literal["en", "zh_CN"] = "en"


@handles(CreateUser, permission="settings.user", stage=1)
def create_user(work: Work, new: CreateUser) -> Answer:
    """Let somebody in, with a password and roles."""
    roles = tuple(dict.fromkeys(new.roles))
    user_id = add_user(work, new.username, new.password.get_secret_value(), roles, new.display_name or "", new.language)
    return {"id": user_id, "username": new.username}


class SetUserRoles(Command):
    """Give a user other roles; they count from the next command and the next page on."""

    username: Username
    roles: Roles


@handles(SetUserRoles, permission="settings.user", stage=1)
def set_user_roles(work: Work, change: SetUserRoles) -> Answer:
    """Give a user other roles; they count from the next command and the next page on."""
    user = user_named(work, change.username)
    require_roles(change.roles)
    before = [row.role for row in work.rows(select(user_role.c.role).where(user_role.c.user_id == user.id))]
    roles = list(dict.fromkeys(change.roles))
    work.delete(user_role, user_role.c.user_id == user.id)
    for role in roles:
        work.insert(user_role, user_id=user.id, role=role)
    work.changes.append({"table": "user_role", "id": user.id, "before": before, "after": roles})
    _require_administrator(work)
    work.masters_changed()
    return {"id": user.id, "username": change.username}


class SetPassword(Command):
    """Give a user another password; whoever is signed in as them is signed out."""

    username: Username
    password: SecretStr


@handles(SetPassword, permission="settings.user", stage=1)
def set_password(work: Work, change: SetPassword) -> Answer:
    """Give a user another password; whoever is signed in as them is signed out."""
    user = user_named(work, change.username)
    password_hash = hashed_password(change.password.get_secret_value())
    work.flush()
    work.connection.execute(
        update(credential).where(credential.c.user_id == user.id).values(password_hash=password_hash)
    )
    work.connection.execute(delete(user_session).where(user_session.c.user_id == user.id))
    return {"id": user.id, "username": change.username}


class DisableUser(Command):
    """Let a user in no longer."""

    username: Username


@handles(DisableUser, permission="settings.user", stage=1)
def disable_user(work: Work, command: DisableUser) -> Answer:
    """Let a user in no longer."""
    user = user_named(work, command.username)
    work.update(user_account, user.id, is_active=False)
    work.connection.execute(delete(user_session).where(user_session.c.user_id == user.id))
    _require_administrator(work)
    work.masters_changed()
    return {"id": user.id, "username": command.username}


def _require_administrator(work: Work) -> None:
    left = (
        select(user_role.c.id)
        .join_from(user_role, user_account, user_role.c.user_id == user_account.c.id)
        .where(user_account.c.is_active, user_role.c.role.in_(("administrator", "owner")))
    )
    if work.first(left.limit(1)) is None:
        raise OneMustAdminister("an active user with the role administrator or owner must remain", field="username")
