"""A partner buys, sells or both; a blocked one gets nothing new."""

import pytest

from tests.transactions.acting import Acting


def test_a_partner_may_buy_and_sell(acting: Acting) -> None:
    made = acting(
        "create_partner", code="P", name="Partner", is_customer=True, is_supplier=True, currency="EUR", country="DE",
        payment_term_days=30,
    )  # fmt: skip
    partner = acting.row("partner", id=made["id"])
    assert (partner["is_customer"], partner["is_supplier"], partner["currency"]) == (True, True, "EUR")
    assert (partner["country"], partner["payment_term_days"]) == ("DE", 30)


def test_a_partner_has_a_part_and_a_code_of_its_own(acting: Acting) -> None:
    assert acting.refused("create_partner", code="P", name="Nobody").fact == "PartnerHasNoPart"
    acting("create_partner", code="P", name="Partner", is_customer=True)
    assert acting.refused("create_partner", code="P", name="Partner", is_customer=True).fact == "AlreadyExists"


def test_a_partner_changes_but_keeps_a_part(acting: Acting) -> None:
    acting("create_partner", code="P", name="Partner", is_supplier=True)
    acting("change_partner", partner="P", name="Partner Ltd", payment_term_days=14, is_blocked=True)
    partner = acting.row("partner", code="P")
    assert (partner["name"], partner["payment_term_days"], partner["is_blocked"]) == ("Partner Ltd", 14, True)
    assert acting.refused("change_partner", partner="P", is_supplier=False).fact == "PartnerHasNoPart"
    assert acting.refused("change_partner", partner="P").fact == "NothingToChange"
    assert acting.refused("change_partner", partner="Q", name="Q").fact == "NotFound"


@pytest.mark.parametrize("blocked", [True, False])
def test_a_blocked_supplier_gets_no_price(acting: Acting, blocked: bool) -> None:
    acting("create_partner", code="P", name="Partner", is_supplier=True)
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    acting("change_partner", partner="P", is_blocked=blocked)
    price = {
        "supplier": "P", "item": "A", "unit_price": "1.25", "lead_time_days": 3, "effective_date": "2026-01-01",
        "minimum_quantity": 10, "currency": "EUR",
    }  # fmt: skip
    if blocked:
        assert acting.refused("set_supplier_price", **price).fact == "IsBlocked"
    else:
        acting("set_supplier_price", **price)
        kept = acting.row("supplier_price")
        assert (kept["unit_price"], kept["minimum_quantity"], kept["lead_time_days"]) == (1_250_000, 10_000_000, 3)
        assert kept["currency"] == "EUR"


def test_a_price_is_of_a_supplier(acting: Acting) -> None:
    acting("create_partner", code="C", name="Customer", is_customer=True)
    acting("create_item", code="A", name="A", unit="pcs", kind="bought")
    refusal = acting.refused(
        "set_supplier_price", supplier="C", item="A", unit_price=1, lead_time_days=3, effective_date="2026-01-01"
    )
    assert (refusal.fact, refusal.field) == ("NotFound", "supplier")
