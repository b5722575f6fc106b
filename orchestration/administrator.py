"""Who acts when nobody is named: the administrator that `bihuan init` made."""

from sqlalchemy import Engine, select

from transactions.kernel.database import reading
from transactions.kernel.refusal import NotFound
from transactions.kernel.tables import user_account, user_role


def first_administrator(engine: Engine) -> str:
    """The name of the first active administrator."""
    with reading(engine) as connection:
        found = connection.execute(
            select(user_account.c.username)
            .join_from(user_account, user_role, user_role.c.user_id == user_account.c.id)
            .where(user_role.c.role == "administrator", user_account.c.is_active)
            .order_by(user_account.c.id)
            .limit(1)
        ).scalar()
    if found is None:
        raise NotFound("there is no active administrator; name a user with --as", field="actor")
    return str(found)
