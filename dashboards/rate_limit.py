"""How much of the API's time one caller may have, so that a program run wild hinders nobody else.

A user has an allowance, whatever the number of their sessions; a caller without a valid session has a smaller one by
address. BIHUAN_API_REQUESTS_PER_MINUTE says what a user may ask in the long run (0: no limit), by default 1,200; five
minutes' worth of it may come at once, so bulk work and imports by hand do not feel it. A request costs 1, one that
plans or looks into the past DEAR, a try to sign in SIGN_IN: comparing a password is meant to be slow.

The rule is the leaky bucket in its shortest form (GCRA): one moment per caller, that at which all they asked for is
paid off. Ready-made libraries read the system's clock, run a timer of their own and keep every caller of a flood.
"""

import ipaddress
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from transactions.kernel.refusal import InvalidData, Refusal
from transactions.kernel.users import Actor

SETTING = "BIHUAN_API_REQUESTS_PER_MINUTE"
PER_MINUTE = 1_200
AT_ONCE = timedelta(minutes=5)  # how much of it may be used up in a moment
STRANGERS = 20  # an address may ask one in so many of what a user may
DEAR = 10
SIGN_IN = 5
KEPT = 10_000  # callers remembered at most


class TooManyRequests(Refusal):
    """The allowance is used up; `seconds` says when it is enough again for what was asked."""

    status = 429

    def __init__(self, rule: str, *, field: str, value: str, seconds: int) -> None:
        super().__init__(rule, field=field, value=value)
        self.seconds = seconds


class Allowance:
    """What each caller may ask: per_minute in the long run, AT_ONCE of it in a moment. Safe with threads."""

    def __init__(self, per_minute: int, kept: int = KEPT) -> None:
        self.per_minute = per_minute
        self.kept = kept
        self._each = timedelta(minutes=1) / per_minute
        self._paid_off: dict[str, datetime] = {}
        self._turn = threading.Lock()

    def wait(self, caller: str, now: datetime, cost: int = 1) -> timedelta:
        """Count a request if it is allowed (zero), else say after how long it will be; what is refused costs nothing.

        A clock that was put back makes nobody wait longer, and a small allowance affords what is dear, if seldom.
        """
        with self._turn:
            known = self._paid_off.get(caller)
            owed_until = now if known is None else min(max(known, now), now + AT_ONCE)
            paid_off = owed_until + min(cost * self._each, AT_ONCE)
            wait = max(paid_off - now - AT_ONCE, timedelta())
            if known is None and len(self._paid_off) >= self.kept:
                self._forget(now)
            self._paid_off[caller] = owed_until if wait else paid_off
            return wait

    def __len__(self) -> int:
        return len(self._paid_off)

    def _forget(self, now: datetime) -> None:
        """Those who owe nothing any more; in a flood also the half that owes least."""
        owing = sorted((moment, caller) for caller, moment in self._paid_off.items() if moment > now)
        if len(owing) >= self.kept:
            owing = owing[len(owing) - self.kept // 2 :]
        self._paid_off = {caller: moment for moment, caller in owing}


class RateLimit:
    """The limit of one server."""

    def __init__(self, per_minute: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._users = Allowance(per_minute) if per_minute else None
        self._addresses = Allowance(max(per_minute // STRANGERS, 1)) if per_minute else None

    def of_user(self, actor: Actor, cost: int = 1) -> None:
        """Count a request of a user; `TooManyRequests`."""
        self._count(self._users, "user", actor.username, cost)

    def of_address(self, host: str | None, cost: int = 1) -> None:
        """Count a request of somebody whom only the address tells; `TooManyRequests`."""
        self._count(self._addresses, "address", network_of(host), cost)

    def _count(self, allowance: Allowance | None, field: str, caller: str, cost: int) -> None:
        if allowance is None:
            return
        wait = allowance.wait(caller, self._now(), cost)
        if wait:
            seconds = -(-wait // timedelta(seconds=1))
            raise TooManyRequests(
                f"more than {allowance.per_minute} requests a minute; try again in {seconds} seconds",
                field=field, value=caller, seconds=seconds,
            )  # fmt: skip


def network_of(host: str | None) -> str:
    """The address, or of one in IPv6 the network of 64 bits that a single subscriber has to himself."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def requests_per_minute() -> int:
    """As BIHUAN_API_REQUESTS_PER_MINUTE says; `InvalidData` where that is no whole number."""
    told = os.environ.get(SETTING, "").strip()
    if told and not (told.isascii() and told.isdigit()):
        raise InvalidData([{"field": SETTING, "value": told, "rule": "a whole number, 0 for no limit"}])
    return int(told) if told else PER_MINUTE
