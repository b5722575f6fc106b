"""What a planner's decision makes: a requisition, a work order, or nothing yet."""

from datetime import date
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO

FIGURES = {"item": "BIKE", "quantity": "12.5", "due_date": "2026-07-01", "warehouse": "MAIN"}


@pytest.fixture(autouse=True)
def items(acting: Acting) -> None:
    acting("create_item", code="BIKE", name="Bicycle", unit="pcs", kind="made")
    acting("create_partner", code="S", name="Supplier", is_supplier=True)


def _decide(acting: Acting, **data: Any) -> dict[str, Any]:
    return acting("decide_suggestion", **({"suggestion_id": "s-1", "build_id": "b-1"} | data))


def test_approving_to_buy_makes_one_confirmed_requisition(acting: Acting) -> None:
    made = _decide(acting, decision="approve", kind="buy", supplier="S", **FIGURES)
    document = acting.row("document")
    assert (document["document_type"], document["state"], document["number"]) == (
        "purchase_requisition", "confirmed", made["number"],
    )  # fmt: skip
    assert document["partner_id"] == acting.row("partner")["id"]
    line = acting.row("document_line", document_id=document["id"])
    assert (line["quantity"], line["requested_date"]) == (12_500_000, date(2026, 7, 1))
    again = _decide(acting, decision="change", kind="buy", **FIGURES)
    assert again["document_id"] == made["document_id"]
    assert again["number"] == made["number"]
    assert len(acting.rows("document")) == len(acting.rows("suggestion_decision")) == 1
    decision = acting.row("suggestion_decision")
    assert (decision["document_id"], decision["quantity"], decision["decision"]) == (
        document["id"], 12_500_000, "approve",
    )  # fmt: skip


def test_approving_to_make_makes_a_work_order_that_is_not_released(acting: Acting) -> None:
    made = _decide(acting, decision="change", kind="make", release_date="2026-06-20", reason="more", **FIGURES)
    document = acting.row("document", id=made["document_id"])
    assert (document["document_type"], document["state"]) == ("work_order", "confirmed")
    order = acting.row("work_order")
    assert (order["planned_quantity"], order["start_date"], order["due_date"]) == (
        12 * MICRO + 500_000, date(2026, 6, 20), date(2026, 7, 1),
    )  # fmt: skip


def test_what_is_late_starts_on_its_due_date(acting: Acting) -> None:
    _decide(acting, decision="approve", kind="make", **(FIGURES | {"due_date": "2026-06-01"}))
    assert acting.row("work_order")["start_date"] == date(2026, 6, 1)


def test_a_decision_is_of_the_day_of_its_build(acting: Acting) -> None:
    _decide(acting, decision="approve", kind="buy", effective_date="2026-05-05", **FIGURES)
    assert acting.row("suggestion_decision")["effective_date"] == date(2026, 5, 5)
    assert acting.row("document")["effective_date"] == date(2026, 5, 5)
    _decide(acting, suggestion_id="s-2", decision="reject", reason="no", effective_date="2199-01-01")
    assert acting.row("suggestion_decision", suggestion_id="s-2")["effective_date"] < date(2199, 1, 1)


def test_snoozed_and_rejected_make_nothing_and_may_be_approved_later(acting: Acting) -> None:
    _decide(acting, decision="snooze", until="2026-06-30")
    _decide(acting, decision="reject", reason="discontinued")
    assert acting.rows("document") == []
    assert [row["decision"] for row in acting.rows("suggestion_decision")] == ["snooze", "reject"]
    _decide(acting, decision="approve", kind="buy", **FIGURES)
    refusal = acting.refused("decide_suggestion", suggestion_id="s-1", build_id="b-2", decision="reject", reason="no")
    assert (refusal.fact, refusal.field) == ("AlreadyExists", "suggestion_id")


@pytest.mark.parametrize(
    ("data", "fact", "field"),
    [
        ({"decision": "snooze"}, "FigureIsMissing", "until"),
        ({"decision": "reject"}, "FigureIsMissing", "reason"),
        ({"decision": "approve"} | FIGURES, "FigureIsMissing", "kind"),
        ({"decision": "change", "kind": "buy"} | FIGURES | {"quantity": None}, "FigureIsMissing", "quantity"),
        ({"decision": "change", "kind": "buy"} | FIGURES | {"due_date": None}, "FigureIsMissing", "due_date"),
        ({"decision": "approve", "kind": "move"} | FIGURES, "FigureIsMissing", "from_warehouse"),
        (
            {"decision": "approve", "kind": "move", "from_warehouse": "MAIN"} | FIGURES,
            "WarehousesAreTheSame",
            "from_warehouse",
        ),
        ({"decision": "approve", "kind": "buy"} | FIGURES | {"item": "X"}, "NotFound", "item"),
        ({"decision": "perhaps"}, "InvalidData", "decision"),
    ],
)
def test_a_decision_without_its_figures_is_refused(acting: Acting, data: dict[str, Any], fact: str, field: str) -> None:
    refusal = acting.refused("decide_suggestion", suggestion_id="s-1", build_id="b-1", **data)
    assert (refusal.fact, refusal.field) == (fact, field)


def test_a_suggestion_is_decided_per_company(acting: Acting) -> None:
    acting("create_company", code="TWO", name="Second", currency="CNY")
    acting("create_warehouse", company="TWO", code="W", name="W")
    _decide(acting, decision="approve", kind="buy", **FIGURES)
    _decide(acting, company="TWO", decision="approve", kind="buy", **(FIGURES | {"warehouse": "W"}))
    assert len(acting.rows("document")) == 2
