"""Who may approve up to which value: by role or user, above it another, never one's own."""

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.sessions import open_session, session_actor
from transactions.planning.approval_limit import approval_limit_of

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def people(acting: Acting) -> None:
    acting("create_item", code="BOLT", name="Bolt", unit="pcs", kind="bought")
    acting("create_item", code="BIKE", name="Bicycle", unit="pcs", kind="made")
    acting("create_partner", code="S", name="Supplier", is_supplier=True)
    acting("create_partner", code="EU", name="Abroad", is_supplier=True, currency="EUR")
    acting("set_exchange_rate", currency="EUR", rate="2", effective_date="2026-01-01")
    for supplier, price in (("S", "10"), ("EU", "6")):
        acting("set_supplier_price", supplier=supplier, item="BOLT", unit_price=price, lead_time_days=1,
               effective_date="2026-01-01")  # fmt: skip
    for name, roles in (("pia", ["planner"]), ("pat", ["planner", "buyer"]), ("olga", ["owner", "planner"])):
        acting("create_user", username=name, password=PASSWORD, roles=roles)


def _approve(acting: Acting, quantity: str, decision: str = "approve", **data: Any) -> dict[str, Any]:
    figures = {"kind": "buy", "item": "BOLT", "quantity": quantity, "due_date": "2026-07-01", "supplier": "S"}
    suggestion = data.pop("suggestion_id", f"s-{quantity}")
    return acting(
        "decide_suggestion", suggestion_id=suggestion, build_id="b", decision=decision, **(figures | data)
    )  # fmt: skip


def _refused(acting: Acting, quantity: str, **data: Any) -> tuple[str, str, Any, str]:
    figures = {"kind": "buy", "item": "BOLT", "quantity": quantity, "due_date": "2026-07-01", "supplier": "S"}
    refusal = acting.refused(
        "decide_suggestion",
        **({"suggestion_id": f"s-{quantity}", "build_id": "b", "decision": "approve"} | figures | data),
    )
    return refusal.fact, refusal.field, refusal.value, refusal.rule


def test_up_to_the_limit_one_approves_and_above_it_another_must(acting: Acting) -> None:
    acting("set_approval_limit", role="planner", amount="100")
    pia, pat, olga = (acting.as_user(name) for name in ("pia", "pat", "olga"))
    assert _approve(pia, "10")["number"]
    fact, field, value, rule = _refused(pia, "11")
    assert (fact, field, value) == ("ValueExceedsApprovalLimit", "quantity", Decimal(11))
    assert rule == "it is worth 110.00 USD, you may approve up to 100.00; submit it to somebody who may approve more"
    # The other role of pat decides on no suggestion, and so gives no right.
    assert _refused(pat, "11")[0] == "ValueExceedsApprovalLimit"
    # A role without a limit may approve any value.
    assert _approve(olga, "11")["number"]


def test_a_changed_quantity_a_given_price_and_another_currency_count_as_they_are(acting: Acting) -> None:
    acting("set_approval_limit", role="planner", amount="100")
    pia = acting.as_user("pia")
    assert _refused(pia, "11", decision="change")[0] == "ValueExceedsApprovalLimit"
    assert _refused(pia, "10", unit_price="10.01")[0] == "ValueExceedsApprovalLimit"
    # A price stated too low does not help.
    assert _refused(pia, "11", unit_price="0.01")[0] == "ValueExceedsApprovalLimit"
    assert _refused(pia, "9", supplier="EU")[3].startswith("it is worth 108.00 USD")
    assert _approve(pia, "8", supplier="EU")["number"]


def test_what_nobody_knows_the_value_of_needs_somebody_without_a_limit(acting: Acting) -> None:
    made: dict[str, Any] = {"kind": "make", "item": "BIKE", "supplier": None}
    acting("set_approval_limit", role="planner", amount="1000000")
    assert _refused(acting.as_user("pia"), "1", **made)[:3] == ("ValueExceedsApprovalLimit", "unit_price", None)
    acting("set_standard_cost", item="BIKE", cost="7", effective_date="2026-06-01")
    assert _approve(acting.as_user("pia"), "1", **made)["number"]
    assert _approve(acting.as_user("olga"), "2", **made)["number"]


def test_nobody_approves_what_they_submitted(acting: Acting) -> None:
    acting("set_approval_limit", role="planner", amount="100")
    pia, pat = acting.as_user("pia"), acting.as_user("pat")
    submitted = _approve(pia, "20", "submit")
    assert submitted == {"id": acting.row("suggestion_decision")["id"]}
    assert acting.rows("document") == []
    acting("set_approval_limit", username="pia", amount="5000")
    acting("set_approval_limit", username="pat", amount="5000")
    assert _refused(pia, "20")[:3] == ("NobodyApprovesTheirOwn", "suggestion_id", "s-20")
    assert _approve(pat, "20")["number"]
    # Taken back by another decision, it is as if it had never been submitted.
    _approve(pia, "30", "submit")
    _approve(pia, "30", "snooze", until="2026-06-20")
    assert _approve(pia, "30")["number"]


def test_limits_are_versions_and_a_users_own_stands_first(acting: Acting) -> None:
    acting("set_approval_limit", role="planner", amount="100", effective_date="2026-06-01")
    acting("set_approval_limit", role="planner", amount="50", effective_date="2026-06-10")
    acting("set_approval_limit", role="planner", amount="10", effective_date="2026-07-01")
    acting("set_approval_limit", username="pat", amount="70")

    def told(name: str) -> Decimal | None:
        actor = session_actor(acting.door, open_session(acting.door, name, PASSWORD))
        return approval_limit_of(acting.door, actor)

    assert [told(name) for name in ("pia", "pat", "olga")] == [Decimal(50), Decimal(70), None]
    assert _refused(acting.as_user("pia"), "6")[0] == "ValueExceedsApprovalLimit"
    # A decision of an earlier day is of today's right.
    assert _refused(acting.as_user("pia"), "6", effective_date="2026-05-01")[0] == "ValueExceedsApprovalLimit"
    acting("set_approval_limit", username="pat")
    assert told("pat") == Decimal(50)
    acting("set_approval_limit", role="planner")
    assert told("pia") is None
    assert _approve(acting.as_user("pia"), "600")["number"]


@pytest.mark.parametrize(
    ("data", "fact", "field"),
    [
        ({"amount": 1}, "LimitIsForNobody", "role"),
        ({"role": "planner", "username": "pia", "amount": 1}, "LimitIsForNobody", "role"),
        ({"role": "king", "amount": 1}, "NotFound", "roles"),
        ({"username": "nobody", "amount": 1}, "NotFound", "username"),
        ({"role": "planner", "amount": "0.001"}, "AmountIsTooFine", "amount"),
    ],
)
def test_a_limit_is_of_somebody(acting: Acting, data: dict[str, Any], fact: str, field: str) -> None:
    refusal = acting.refused("set_approval_limit", **data)
    assert (refusal.fact, refusal.field) == (fact, field)
    assert acting.as_user("pia").refused("set_approval_limit", role="planner", amount=1).fact == "NotPermitted"
