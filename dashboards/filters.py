"""Filters that stand in the address: a link reproduces the view, in whatever language it is opened.

What the address holds are codes (`kind=buy`), never the words that a page shows for them.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from dashboards.language import _

Shown = Callable[[Any], str]
UNSET = "filters-unset"  # in the session: what each filter that was ever shown holds when nothing is chosen
END_OF_DAY = time(23, 59)
NO_FILTER = ("lang", "refused", "id")


def _from_address(key: str, options: Sequence[Any]) -> None:
    """The choice that the address names, where this session has not chosen yet and the options hold it."""
    if key in st.session_state:
        if st.session_state[key] not in options:
            del st.session_state[key]
        return
    asked = st.query_params.get(key)
    if asked is not None:
        named = {str(option): option for option in options}
        if asked in named:
            st.session_state[key] = named[asked]


def _to_address(key: str, value: Any, default: Any = None, unset: Any = None) -> None:
    """Write a filter's value into the address. unset: what the session holds of it when nothing is chosen."""
    st.session_state.setdefault(UNSET, {})[key] = default if default is not None else unset
    if value is None or value in (default, "", False):
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != str(value):
        st.query_params[key] = str(value)


def choice(
    label: str, options: Sequence[Any], key: str, *, shown: Shown = str, optional: bool = True, width: int = 200,
    placeholder: str | None = None,
) -> Any:  # fmt: skip
    """One of many from a list; None for all where it is optional, else the first."""
    _from_address(key, options)
    chosen = st.selectbox(
        label, options, index=None if optional else 0, format_func=shown, key=key, width=width,
        placeholder=placeholder or _("all"),
    )  # fmt: skip
    _to_address(key, chosen, None if optional or not options else options[0])
    return chosen


def pick(label: str, options: Sequence[Any], key: str, *, shown: Shown = str, show_label: bool = True) -> Any:
    """One of few, or none."""
    _from_address(key, options)
    chosen = st.pills(
        label, options, format_func=shown, key=key, label_visibility="visible" if show_label else "collapsed"
    )
    _to_address(key, chosen)
    return chosen


def turn(label: str, options: Sequence[Any], key: str, *, shown: Shown = str, usual: Any = None) -> Any:
    """Always one of few; unless another was chosen the usual one, which is the first where none is named."""
    _from_address(key, options)
    usual = options[0] if usual is None else usual
    default = None if key in st.session_state else usual
    chosen = st.segmented_control(label, options, format_func=shown, key=key, default=default, required=True)
    _to_address(key, chosen, usual)
    return chosen


def switch(label: str, key: str) -> bool:
    """Yes or no; no unless chosen."""
    if key not in st.session_state and st.query_params.get(key) == "true":
        st.session_state[key] = True
    chosen = st.toggle(label, key=key)
    _to_address(key, "true" if chosen else None, unset=False)
    return chosen


def day(label: str, key: str, *, width: int = 160) -> date | None:
    """A day, or none."""
    if key not in st.session_state:
        try:
            st.session_state[key] = date.fromisoformat(st.query_params.get(key, ""))
        except ValueError:
            st.session_state[key] = None
    chosen = st.date_input(label, key=key, format="YYYY-MM-DD", width=width)
    assert chosen is None or isinstance(chosen, date)
    _to_address(key, chosen)
    return chosen


def held(key: str, options: Sequence[Any]) -> Any:
    """What a click elsewhere on the page chose, in a table or a picture, or the address names; None for all."""
    _from_address(key, options)
    chosen = st.session_state.get(key)
    _to_address(key, chosen)
    return chosen


def hold(key: str, value: Any) -> None:
    """Choose for `held`; None for all."""
    st.session_state[key] = value
    _to_address(key, value)


def words(label: str, key: str, *, placeholder: str = "") -> str:
    """Words to look for."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")
    typed = st.text_input(label, key=key, placeholder=placeholder)
    _to_address(key, typed, unset="")
    return typed


def moment(label: str, key: str) -> datetime | None:
    """A moment in UTC; none without a day. The day stands in the address under key, its time under key-time."""
    chosen = day(label, key, width=140)
    if chosen is None:
        st.query_params.pop(f"{key}-time", None)
        return None
    if f"{key}-time" not in st.session_state:
        try:
            st.session_state[f"{key}-time"] = time.fromisoformat(st.query_params.get(f"{key}-time", ""))
        except ValueError:
            st.session_state[f"{key}-time"] = END_OF_DAY
    clock = st.time_input(_("Time (UTC)"), key=f"{key}-time", step=1800, width=110) or END_OF_DAY
    _to_address(f"{key}-time", f"{clock:%H:%M}", f"{END_OF_DAY:%H:%M}")
    st.session_state[UNSET][f"{key}-time"] = END_OF_DAY
    return datetime.combine(chosen, clock, UTC)


def rows_of_address(key: str) -> tuple[list[list[Any]], int]:
    """Rows that the address holds as JSON, and how often they came from a link and not from `rows_to_address`.

    An editor starts from them anew each time that happens.
    """
    asked = st.query_params.get(key, "")
    if st.session_state.get(f"{key}-written") != asked:
        st.session_state[f"{key}-written"] = asked
        st.session_state[f"{key}-turn"] = st.session_state.get(f"{key}-turn", 0) + 1
        try:
            found = json.loads(asked) if asked else []
        except ValueError:
            found = []
        st.session_state[f"{key}-start"] = [row for row in found if isinstance(row, list)]
    return st.session_state[f"{key}-start"], st.session_state[f"{key}-turn"]


def rows_to_address(key: str, rows: Sequence[Sequence[Any]]) -> None:
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""
    st.session_state[f"{key}-written"] = text
    if text:
        st.query_params[key] = text
    else:
        st.query_params.pop(key, None)


def filters_in_address() -> str:
    """The filters that the address holds, as in a link behind the question mark."""
    return urlencode({key: value for key, value in st.query_params.to_dict().items() if key not in NO_FILTER})


def open_address(address: str) -> None:
    """Set all filters as a link has them (in a callback, before the page is drawn)."""
    wanted = {key: value for key, value in parse_qsl(address) if key not in NO_FILTER}
    for key, unset in st.session_state.get(UNSET, {}).items():
        if key in wanted:
            st.session_state.pop(key, None)
        else:
            st.session_state[key] = unset
    kept = {key: value for key, value in st.query_params.to_dict().items() if key == "lang"}
    st.query_params.from_dict({**kept, **wanted})
