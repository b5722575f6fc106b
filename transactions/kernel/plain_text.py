"""Texts that every part of the product can keep: whole characters, and of control characters only tab and line break.

SQLite takes a zero byte and PostgreSQL does not, half a character (a surrogate without its other half) has no UTF-8,
and Excel opens no file with either: what one database would take and the next would not is refused at the door.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from transactions.kernel.refusal import InvalidData

CONTROL, HALF = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"), re.compile("[\ud800-\udfff]")
_MAY_BE_IN_JSON = re.compile("[\x7f-\x9f\ud800-\udfff]|\\\\[ubf]")
SHOWN = 200


def require_plain_text(data: Any, field: str = "") -> None:
    """`InvalidData` names every text within the data that cannot be kept, names of fields too."""
    errors = list(_unplain(data, field))
    if errors:
        raise InvalidData(errors)


def may_hold_unplain(body: str) -> bool:
    """Whether data could hold such a text, by their JSON; quick, and now and then yes where there is none."""
    return _MAY_BE_IN_JSON.search(body) is not None


def legible(text: str) -> str:
    """The text with whatever cannot be kept written as an escape: `\\x00`, `\\ud800`."""
    seen = CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text[:SHOWN])
    return seen.encode("utf-8", "backslashreplace").decode()


def _unplain(value: Any, field: str) -> Iterator[dict[str, Any]]:
    match value:
        case str() if HALF.search(value):
            rule = "the text holds half a character (a surrogate without its other half)"
            yield {"field": field, "value": legible(value), "rule": rule}
        case str() if CONTROL.search(value):
            rule = "a text holds no control characters but tab and line break"
            yield {"field": field, "value": legible(value), "rule": rule}
        case Mapping():
            for name, inner in value.items():
                at = f"{field}.{legible(str(name))}" if field else legible(str(name))
                yield from _unplain(str(name), at)
                yield from _unplain(inner, at)
        case list() | tuple():
            for position, inner in enumerate(value):
                yield from _unplain(inner, f"{field}.{position}" if field else str(position))
