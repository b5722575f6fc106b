"""Requisitions become one order per supplier, at its prices, and can be walked from both ends."""

from decimal import Decimal

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO


@pytest.fixture(autouse=True)
def masters(acting: Acting) -> None:
    for code in ("BOLT", "NUT"):
        acting("create_item", code=code, name=code, unit="pcs", kind="bought")
    for code, currency in (("S", None), ("US", "EUR")):
        acting("create_partner", code=code, name=code, is_supplier=True, **({"currency": currency} if currency else {}))
    price = {"supplier": "S", "item": "BOLT", "lead_time_days": 3}
    acting("set_supplier_price", **price, unit_price="9", effective_date="2026-01-01")
    acting("set_supplier_price", **price, unit_price="5", effective_date="2026-06-01")
    acting("set_supplier_price", **price, unit_price="4.5", effective_date="2026-06-01", minimum_quantity=100)
    acting("set_supplier_price", **price, unit_price="1", effective_date="2026-07-01")


def _approved(acting: Acting, number: int, item: str, quantity: str, supplier: str | None) -> str:
    made = acting(
        "decide_suggestion", suggestion_id=f"s-{number}", build_id="b", decision="approve", kind="buy", item=item,
        quantity=quantity, due_date="2026-07-10", **({"supplier": supplier} if supplier else {}),
    )  # fmt: skip
    return str(made["number"])


def test_one_order_takes_up_all_that_a_supplier_is_asked_for(acting: Acting) -> None:
    wanted = [_approved(acting, 1, "BOLT", "20", "S"), _approved(acting, 2, "BOLT", "150", "S")]
    answer = acting("order_requisitions", requisitions=wanted, order_date="2026-06-15")
    (made,) = answer["orders"]
    order = acting.row("document", id=made["id"])
    assert (order["state"], order["number"], order["partner_id"]) == (
        "confirmed", made["number"], acting.row("partner", code="S")["id"],
    )  # fmt: skip
    lines = acting.rows("document_line", document_id=order["id"])
    # The list of June counts, and of it the price of the quantity.
    assert [(line["quantity"], line["unit_price"], str(line["promised_date"])) for line in lines] == [
        (20 * MICRO, 5 * MICRO, "2026-07-10"), (150 * MICRO, int(Decimal("4.5") * MICRO), "2026-07-10"),
    ]  # fmt: skip
    assert [row["state"] for row in acting.rows("document", document_type="purchase_requisition")] == ["done", "done"]
    assert len(acting.rows("line_link", link_type="requisition")) == 2
    refusal = acting.refused("order_requisitions", requisitions=wanted[:1])
    assert (refusal.fact, refusal.field) == ("WrongState", "requisitions.0")


def test_without_a_supplier_or_a_price_nothing_is_ordered(acting: Acting) -> None:
    nobody, unpriced = _approved(acting, 1, "BOLT", "2", None), _approved(acting, 2, "NUT", "3", "S")
    refusal = acting.refused("order_requisitions", requisitions=[nobody])
    assert (refusal.fact, refusal.field, refusal.value) == ("SupplierIsMissing", "requisitions.0", nobody)
    refusal = acting.refused("order_requisitions", requisitions=[nobody, unpriced], supplier="S")
    assert (refusal.fact, refusal.field, refusal.value) == ("PriceIsMissing", "requisitions.1", unpriced)
    assert "S has no price for NUT" in refusal.rule
    (made,) = acting("order_requisitions", requisitions=[nobody], supplier="S", confirm=False)["orders"]
    assert (made["number"], acting.row("document", id=made["id"])["state"]) == (None, "draft")


def test_each_currency_has_an_order_of_its_own(acting: Acting) -> None:
    acting("set_exchange_rate", currency="EUR", rate="7", effective_date="2026-01-01")
    for item in ("BOLT", "NUT"):
        price = {"supplier": "US", "item": item, "unit_price": "2", "lead_time_days": 1, "effective_date": "2026-01-01"}
        acting("set_supplier_price", **price, **({"currency": "USD"} if item == "NUT" else {}))
    asked = [_approved(acting, 1, "BOLT", "1", "US"), _approved(acting, 2, "NUT", "1", "US")]
    acting("order_requisitions", requisitions=asked)
    orders = acting.rows("document", document_type="purchase_order")
    assert sorted(order["currency"] for order in orders) == ["EUR", "USD"]
