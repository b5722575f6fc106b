"""Texts in commands: what every database, page and file can keep, in every field and also in its name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.refusal import InvalidData, Refusal

CONTROL = "a text holds no control characters but tab and line break"
HALF = "the text holds half a character (a surrogate without its other half)"


@pytest.mark.parametrize("name", ["闭环 😀 é", "two\nlines\tand a tab", "a \\u0000 in letters", "C:\\backup\\file"])
def test_whole_characters_are_kept(acting: Acting, name: str) -> None:
    acting("create_partner", code="P", name=name, is_customer=True)
    assert acting.row("partner", code="P")["name"] == name


@pytest.mark.parametrize(
    ("name", "shown", "rule"),
    [("a\x00b", "a\\x00b", CONTROL), ("\x08", "\\x08", CONTROL), ("a\x0c", "a\\x0c", CONTROL),
     ("\x7f", "\\x7f", CONTROL), ("\x1b[2J", "\\x1b[2J", CONTROL), ("\x85", "\\x85", CONTROL),
     ("a\ud800", "a\\ud800", HALF),
     ("\udc00\x00", "\\udc00\\x00", HALF)],
)  # fmt: skip
def test_what_a_database_cannot_keep_is_refused(acting: Acting, name: str, shown: str, rule: str) -> None:
    refused = acting.refused("create_partner", code="P", name=name, is_customer=True)
    assert isinstance(refused, InvalidData)
    assert (refused.field, refused.value, refused.rule) == ("name", shown, f"name: {rule}")


def test_it_is_refused_wherever_it_stands(acting: Acting) -> None:
    lines: list[dict[str, Any]] = [{"item": "A"}, {"item": "A\x00", "unit_cost\x00": 1}]
    refused = acting.refused("record_opening_stock", effective_date="2026-01-01", lines=lines)
    assert isinstance(refused, InvalidData)
    assert [error["field"] for error in refused.errors] == ["lines.1.item", "lines.1.unit_cost\\x00"]
    refused = acting.refused("create_user", username="sam", password="sam sells \ud800", roles=["salesperson"])
    assert refused.field == "password"


@pytest.mark.parametrize(("key", "shown"), [("k\x00", "k\\x00"), ("k\ud800", "k\\ud800"), (7, "7")])
def test_a_key_is_a_plain_text(acting: Acting, key: Any, shown: str) -> None:
    with pytest.raises(Refusal) as refused:
        acting.door.execute("create_unit", {}, acting.username, key)
    assert (refused.value.field, refused.value.value) == ("key", shown)


def test_data_are_an_object_of_some_depth(acting: Acting) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"code": deep}
    assert acting.refused("create_partner", **deep).rule == "data: the data are nested deeper than those of any command"
    data: Any = None
    with pytest.raises(Refusal, match="data are an object of fields and values"):
        acting.door.execute("create_partner", data, acting.username)
