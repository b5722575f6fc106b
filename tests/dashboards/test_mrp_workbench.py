"""The workbench: what is in hand, what an approval makes, whose right it is, what changed since it was seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.boards import mrp_decide
from dashboards.decisions import Right, as_now
from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.questions.question import answered
from tests.dashboards.conftest import Opened
from tests.dashboards.test_pages import texts_of


def _open(opened: Opened, role: str = "planner", **query: str) -> AppTest:
    page = opened("mrp_workbench", role, **query)
    assert not page.exception
    return page


def _urgency() -> str:
    """The urgency under which the company's suggestions stand."""
    found = answered(current_edition("full"), "mrp_urgencies", {})
    return str(found.filter(pl.col("suggestion_count") > 1)["urgency"][0])


def _keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


@contextmanager
def _limited(amount: str) -> Iterator[None]:
    door().execute("set_approval_limit", {"role": "planner", "amount": amount}, "administrator")
    try:
        yield
    finally:
        door().execute("set_approval_limit", {"role": "planner"}, "administrator")


def test_one_is_in_hand_with_its_reason_and_money_and_keys_go_on(opened: Opened) -> None:
    page = _open(opened, when=_urgency())
    said = texts_of(page)
    assert "1 of " in said
    assert "short. The lot rule" in said
    assert "Customer order lines that wait for it: " in said or "No customer order waits for it." in said
    shortcuts = {str(button.key): button.proto.shortcut for button in page.button if button.proto.shortcut}
    assert {"approve": "a", "reject": "x", "next": "n", "previous": "p"}.items() <= {
        key: value.lower() for key, value in shortcuts.items()
    }.items()
    page.button(key="next").click().run()
    assert "2 of " in texts_of(page)


def test_all_are_approved_only_after_the_documents_were_shown(opened: Opened) -> None:
    page = _open(opened, when=_urgency())
    page.button(key="approve-several").click().run()
    assert not page.exception
    documents = next(frame.value for frame in page.dataframe if "document_count" in frame.value.columns)
    assert set(documents["document_type"]) >= {"Purchase requisition", "Work order"}
    assert any("Order at once" in box.label for box in page.checkbox)
    assert "make-them" in _keys(page)


def test_above_the_limit_of_a_planner_it_is_submitted(opened: Opened) -> None:
    with _limited("0.01"):
        page = _open(opened, when=_urgency())
        assert "submit" in _keys(page)
        assert "approve" not in _keys(page)
        page.button(key="approve-several").click().run()
        assert any("worth more than the" in info.value for info in page.info)
    page = _open(opened, when=_urgency())
    assert "approve" in _keys(page)


def test_who_may_not_decide_sees_and_does_not_act(opened: Opened) -> None:
    page = _open(opened, "analyst", when=_urgency())
    assert "1 of " in texts_of(page)
    assert not {"approve", "reject", "approve-several", "submit"} & _keys(page)


def test_an_item_shows_grid_tree_and_arithmetic(opened: Opened) -> None:
    item = answered(current_edition("full"), "mrp_suggestions", {"kind": "make"})["item_code"][0]
    page = _open(opened, part="item", item=item)
    said = texts_of(page)
    assert "Up to the orders it serves" in said
    assert "Down to what it waits for" in said
    assert "short. The lot rule" in said
    grid = next(frame.value for frame in page.dataframe if "" in frame.value.columns)
    assert list(grid[""])[:2] == ["Gross requirement", "Scheduled receipt"]


def test_a_right_is_a_value_and_never_ones_own() -> None:
    right = Right("pia", Decimal(100))
    told = {"decision": None, "decided_by": None}
    assert [right.is_above(told | {"value_amount": value}) for value in (Decimal(100), Decimal("100.01"), None)] == [
        False, True, True,
    ]  # fmt: skip
    assert not Right("pia", None).is_above(told | {"value_amount": None})
    assert right.is_own({"decision": "submit", "decided_by": "pia"})
    assert not right.is_own({"decision": "submit", "decided_by": "pat"})
    assert not right.is_own({"decision": "change", "decided_by": "pia"})


class Asked:
    """A view that answers with these rows of the present build."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows

    def ask(self, _question: str, **_filters: Any) -> Any:
        return SimpleNamespace(iter_rows=lambda named: iter(self.rows))


SEEN = {
    "suggestion_id": "s", "item_code": "BIKE", "quantity": Decimal(5), "due_date": date(2026, 3, 9),
    "supplier_code": None, "state": "proposed", "kind": "make", "warehouse_code": "MAIN", "from_warehouse_code": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "differences"),
    [
        (SEEN, []),
        (SEEN | {"quantity": Decimal(7)}, [("quantity", Decimal(5), Decimal(7))]),
        (SEEN | {"due_date": date(2026, 3, 12)}, [("due_date", date(2026, 3, 9), date(2026, 3, 12))]),
        (SEEN | {"state": "firm"}, [(None, Decimal(5), None)]),
        (None, [(None, Decimal(5), None)]),
    ],
)
def test_what_changed_since_it_was_seen_is_told(now: dict[str, Any] | None, differences: list[Any]) -> None:
    present, told = as_now(Asked(*([now] if now else [])), [SEEN])  # type: ignore[arg-type]
    assert [(row["figure"], row["before"], row["now"]) for row in told] == differences
    gone = now is None or now["state"] == "firm"
    assert present == ([] if gone else [now])


def test_differences_are_shown_as_people_write_them() -> None:
    shown = mrp_decide._as_frame(
        [
            {"item_code": "BIKE", "figure": "quantity", "before": Decimal("5.000000"), "now": Decimal("7.500000")},
            {"item_code": "BIKE", "figure": None, "before": Decimal(5), "now": None},
        ]
    )
    assert shown.rows() == [("BIKE", "quantity", "5", "7.5"), ("BIKE", "decided_or_gone", "5", "–")]
