"""The one door as pages and API use it: opened once per process, with the figures that an approval brings along."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dbt_project.published import NothingIsPublished, SuggestionHasChanged, completed, completed_lock
from transactions import Door, open_home
from transactions.kernel.command import Answer, registry
from transactions.kernel.home import home
from transactions.kernel.refusal import NotFound, Refusal
from transactions.kernel.users import Actor

SESSION_COOKIE = "bihuan_session"


class PlanHasChanged(Refusal):
    """A suggestion is approved from a build that a newer one contradicts; the rule says in what."""

    status = 409


@lru_cache(maxsize=1)
def door() -> Door:
    return open_home()


def carry_out(actor: Actor, command: str, data: Mapping[str, Any], key: str | None = None) -> Answer:
    """Execute a command for a signed-in actor; what acts on a plan is completed from its build first.

    So is the lock of a period, by the cost that the published build has to post in it. Whoever may not use the command
    hears nothing of the build: the door refuses.
    """
    complete = dict(data)
    if command in registry() and actor.may(registry()[command].permission):
        try:
            complete = completed(home(), command, complete)
            if command == "lock_period":
                complete = completed_lock(home(), complete)
        except SuggestionHasChanged as changed:
            raise PlanHasChanged(str(changed), field="build_id", value=complete.get("build_id")) from None
        except NothingIsPublished as gone:
            raise NotFound(str(gone), field="build_id", value=complete.get("build_id")) from None
    return door().execute(command, complete, actor.username, key)
