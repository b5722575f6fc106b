"""An approval limit: up to which value a role or a user may approve what the plan suggests.

Limits are versions by date, per company; the latest one in force counts. A user's own limit stands before those of the
roles; of several roles that may decide, the highest counts, and one without a limit has none. Above the limit a
suggestion is submitted, and somebody with the right approves it: nobody approves their own.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import Field
from sqlalchemy import Row, bindparam, select

from transactions.document.tables import approval_limit
from transactions.kernel.clock import day_in
from transactions.kernel.command import Answer, Command, Name, handles
from transactions.kernel.database import reading
from transactions.kernel.day import Day
from transactions.kernel.door import storage_errors_as_refusals
from transactions.kernel.exact import Amount
from transactions.kernel.refusal import Refusal
from transactions.kernel.tables import user_account, user_role
from transactions.kernel.users import Actor, require_roles, user_named
from transactions.kernel.work import Work
from transactions.master.company import Company, company_named, today
from transactions.master.tables import company

if TYPE_CHECKING:
    from transactions.kernel.door import Door

PERMISSION = "planning.decision"


class LimitIsForNobody(Refusal):
    """A limit is of one role or of one user."""


class SetApprovalLimit(Command):
    """Say up to which value a role or a user may approve suggestions, from a date on."""

    role: Name | None = Field(None, description="a role; or else a user")
    username: Name | None = Field(None, description="a user, whose limit stands before those of the roles")
    amount: Amount | None = Field(None, description="in company currency; left out: the limit is taken back")
    effective_date: Day | None = Field(None, description="left out: today")


@handles(SetApprovalLimit, permission="settings.limit", stage=3)
def set_approval_limit(work: Work, new: SetApprovalLimit) -> Answer:
    """Say up to which value a role or a user may approve suggestions, from a date on."""
    of = company_named(work, new.company)
    if (new.role is None) == (new.username is None):
        raise LimitIsForNobody("name either a role or a user", field="role", value=new.role)
    if new.role is not None:
        require_roles([new.role])
    limit_id = work.insert(
        approval_limit, company_id=of.id, role=new.role,
        user_id=None if new.username is None else user_named(work, new.username).id,
        amount=None if new.amount is None else of.minor(new.amount, "amount"),
        effective_date=new.effective_date or today(work, of), recorded_at=work.recorded_at,
    )  # fmt: skip
    return {"id": limit_id}


_limits = (
    select(approval_limit)
    .where(approval_limit.c.company_id == bindparam("company_id"), approval_limit.c.effective_date <= bindparam("on"))
    .order_by(approval_limit.c.effective_date, approval_limit.c.recorded_at, approval_limit.c.id)
)
_user_and_roles = (
    select(user_account.c.id, user_account.c.username, user_role.c.role)
    .join_from(user_account, user_role, user_role.c.user_id == user_account.c.id)
    .where(user_account.c.id == bindparam("user_id"))
)


def limit_of_user(work: Work, of: Company, on: date) -> int | None:
    """Minor units up to which the user of this work may approve on that day; None for any value."""
    limits = work.rows(_limits, company_id=of.id, on=on)
    if not limits:
        return None
    roles = [row.role for row in work.rows(_user_and_roles, user_id=work.user_id)]
    return _limit(limits, work.user_id, roles)


def approval_limit_of(door: "Door", actor: Actor, company_code: str | None = None) -> Decimal | None:
    """What the boards tell a user: up to which value they may approve today; None for any value.

    company_code: left out the first company.
    """
    which = select(company.c.id, company.c.amount_exponent, company.c.time_zone).order_by(company.c.id).limit(1)
    if company_code:
        which = which.where(company.c.code == company_code)
    with storage_errors_as_refusals(), reading(door.engine) as connection:
        of = connection.execute(which).first()
        if of is None:
            return None
        on = day_in(door.clock.now(), of.time_zone)
        limits = connection.execute(_limits, {"company_id": of.id, "on": on}).all()
    limit = _limit(limits, actor.user_id, actor.roles)
    return None if limit is None else Decimal(limit).scaleb(-of.amount_exponent)


def _limit(limits: Sequence[Row[Any]], user_id: int, roles: Sequence[str]) -> int | None:
    """limits: in force, the oldest first."""
    own = [row.amount for row in limits if row.user_id == user_id]
    if own and own[-1] is not None:
        return int(own[-1])
    by_role = {row.role: row.amount for row in limits if row.role is not None}
    deciding = [role for role in roles if Actor(user_id, "", "", "", (role,)).may(PERMISSION)]
    amounts = [by_role.get(role) for role in deciding]
    if not amounts or None in amounts:
        return None
    return max(int(amount) for amount in amounts if amount is not None)
