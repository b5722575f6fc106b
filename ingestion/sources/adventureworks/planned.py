"""A planned command: what will be asked of the one door, under which key, and which row it comes from."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

Source = tuple[str, int]  # file, line
ALL_FILES = ("all files", 0)  # what follows from no single row

COMPANY = "AW"
WAREHOUSE = "MAIN"

# Within a day goods come in before they go out, so that a stock that suffices is never refused.
ORDERED, RECEIVED, FREIGHT_BILLED, SENT_BACK, BILLED, CLOSED = range(6)
TIME_BOOKED, PUT_OUT, STARTED, ISSUED, TIME_BOOKED_SAME_DAY, PUT_OUT_SAME_DAY = range(6, 12)
SOLD, DELIVERED, INVOICED, PAID = range(12, 16)


class Planned(NamedTuple):
    """day and rank say when it comes; `needs` are the keys of the commands without which it makes no sense."""

    day: date
    rank: int
    key: str
    name: str
    data: dict[str, Any]
    source: Source
    needs: tuple[str, ...] = ()


def exact(value: Decimal) -> str:
    """The number as commands take it: in full, never with an exponent."""
    return format(value, "f")
