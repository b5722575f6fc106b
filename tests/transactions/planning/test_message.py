"""Messages of the plan followed: what becomes of the order, who may, and what is refused."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.transactions.acting import Acting

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def orders(acting: Acting) -> None:
    acting("create_item", code="BOLT", name="Bolt", unit="pcs", kind="bought")
    acting("create_item", code="BIKE", name="Bicycle", unit="pcs", kind="made")
    acting("create_bom", item="BIKE", effective_date="2026-01-01", lines=[{"item": "BOLT", "quantity": 3}])
    acting("create_partner", code="S", name="Supplier", is_supplier=True)
    lines = [{"item": "BOLT", "quantity": 10, "unit_price": 2, "expected_date": "2026-07-10"}] * 2
    acting("create_purchase_order", supplier="S", order_date="2026-06-10", lines=lines, confirm=True)
    acting("create_work_order", item="BIKE", quantity=5, start_date="2026-06-20", due_date="2026-06-25")
    acting("create_user", username="pia", password=PASSWORD, roles=["planner"])


def follow(acting: Acting, supply: str, action: str, **data: Any) -> dict[str, Any]:
    return acting("follow_message", supply_id=supply, build_id="b", action=action, **data)


def row(acting: Acting, table: str, **where: Any) -> SimpleNamespace:
    return SimpleNamespace(**acting.row(table, **where))


def lines(acting: Acting) -> list[SimpleNamespace]:
    found = acting.rows("document_line", document_id=order(acting, "purchase_order"))
    return [SimpleNamespace(**each) for each in found]


def order(acting: Acting, kind: str) -> int:
    return int(row(acting, "document", document_type=kind).id)


def test_a_purchase_order_line_comes_on_another_day_and_more_or_less_of_it(acting: Acting) -> None:
    first, second = lines(acting)
    follow(acting, f"PO:{first.id}", "expedite", to_date="2026-06-30")
    follow(acting, f"PO:{first.id}", "increase", quantity=14)
    follow(acting, f"PO:{second.id}", "decrease", quantity=4)
    first, second = lines(acting)
    assert [str(first.promised_date), str(first.first_promised_date)] == ["2026-06-30", "2026-07-10"]
    assert (first.quantity, second.quantity, second.net_amount) == (14_000_000, 4_000_000, 800)
    reasons = {each["reason"] for each in acting.rows("document_revision")}
    assert "expedite by the plan of build b" in reasons


def test_a_line_is_given_up_and_with_the_last_one_the_order(acting: Acting) -> None:
    first, second = lines(acting)
    follow(acting, f"PO:{first.id}", "cancel")
    assert lines(acting)[0].quantity == 0
    follow(acting, f"PO:{second.id}", "cancel")
    assert row(acting, "document", document_type="purchase_order").state == "cancelled"


def test_what_has_come_stays_when_the_rest_is_given_up(acting: Acting) -> None:
    first, _second = lines(acting)
    head = row(acting, "document", document_type="purchase_order")
    acting("receive_goods", order=head.number, effective_date="2026-06-12", lines=[{"line": 1, "quantity": 6}])
    follow(acting, f"PO:{first.id}", "increase", quantity=9)
    assert lines(acting)[0].quantity == 15_000_000
    follow(acting, f"PO:{first.id}", "cancel")
    assert lines(acting)[0].quantity == 6_000_000


def test_a_work_order_is_moved_resized_released_and_given_up(acting: Acting) -> None:
    made = order(acting, "work_order")
    follow(acting, f"WO:{made}", "defer", to_date="2026-07-03")
    follow(acting, f"WO:{made}", "increase", quantity=8)
    plan = row(acting, "work_order", document_id=made)
    assert (str(plan.start_date), str(plan.due_date), plan.planned_quantity) == ("2026-06-20", "2026-07-03", 8_000_000)
    assert row(acting, "work_order_component", document_id=made).quantity == 24_000_000
    assert row(acting, "document_line", document_id=made).quantity == 8_000_000
    follow(acting, f"WO:{made}", "expedite", to_date="2026-06-18")
    assert str(row(acting, "work_order", document_id=made).start_date) == "2026-06-18"
    follow(acting, f"WO:{made}", "release")
    follow(acting, f"WO:{made}", "cancel")
    assert row(acting, "document", id=made).state == "cancelled"


def test_a_work_order_that_has_begun_keeps_its_quantity(acting: Acting) -> None:
    made = order(acting, "work_order")
    acting("release_work_order", order=made, effective_date="2026-06-14")
    acting("create_work_center", code="W", name="W", labour_rate=1, overhead_rate=1)
    acting("book_time", order=made, effective_date="2026-06-14", minutes=10, work_center="W")
    assert acting.refused("amend_work_order", order=made, quantity=7, reason="more").fact == "OrderHasFacts"


def test_a_change_above_the_limit_is_for_somebody_else(acting: Acting) -> None:
    acting("set_approval_limit", role="planner", amount="5")
    pia, (first, _second) = acting.as_user("pia"), lines(acting)
    base = {"supply_id": f"PO:{first.id}", "build_id": "b"}
    follow(pia, f"PO:{first.id}", "increase", quantity=12)  # two more for 2 each
    assert pia.refused("follow_message", **base, action="increase", quantity=30).fact == "ValueExceedsApprovalLimit"
    follow(pia, f"PO:{first.id}", "defer", to_date="2026-08-01")  # a day costs nothing
    work_order = {"supply_id": f"WO:{order(acting, 'work_order')}", "build_id": "b", "action": "cancel"}
    assert pia.refused("follow_message", **work_order).fact == "ValueExceedsApprovalLimit"  # nobody knows its cost
    assert pia("follow_message", **work_order, unit_price="1")["id"]


def test_what_no_command_does_is_refused(acting: Acting) -> None:
    base = {"build_id": "b"}
    for supply, action, fact in (
        ("IN:1:1", "expedite", "MessageCannotBeFollowed"), ("TR:1", "increase", "MessageCannotBeFollowed"),
        ("PO:0", "cancel", "NotFound"), ("TR:0", "cancel", "NotFound"), ("PO:0", "defer", "FigureIsMissing"),
    ):  # fmt: skip
        assert acting.refused("follow_message", supply_id=supply, action=action, **base).fact == fact
