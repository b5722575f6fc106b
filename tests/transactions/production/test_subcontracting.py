"""Subcontracted operations: planned with the order, billed by their subcontractor, a cost of the order for good."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading

ORDER = {"item": "GATE", "quantity": 10, "start_date": "2026-06-01", "due_date": "2026-06-05"}
ON = {"bill_date": "2026-06-10"}


@pytest.fixture
def works(trading: Trading) -> Trading:
    """GATE is welded at WC and galvanised by SUP at 2.50 each; WO000001 is released, WO000002 only confirmed."""
    trading("create_item", code="GATE", name="Gate", unit="pcs", kind="made")
    trading("create_work_center", code="WC", name="Welding", labour_rate=20, overhead_rate=5)
    trading(
        "create_routing", item="GATE", effective_date="2026-01-01",
        operations=[
            {"sequence": 10, "work_center": "WC", "setup_minutes": 0, "run_minutes": 5},
            {"sequence": 20, "work_center": "WC", "subcontractor": "SUP", "subcontract_price": "2.5"},
        ],
    )  # fmt: skip
    for release in (True, False):
        trading("create_work_order", **ORDER, release=release)
    return trading


def test_an_order_knows_who_does_what_outside_and_at_what_price(works: Trading) -> None:
    own, outside = works.rows("work_order_operation")[:2]
    assert (own["subcontractor_id"], own["subcontract_price"]) == (None, None)
    assert outside["subcontractor_id"] == works.row("partner", code="SUP")["id"]
    assert (outside["subcontract_price"], outside["run_minutes"]) == (2_500_000, 0)


def test_a_bill_is_a_cost_of_its_order_and_is_paid_as_any_other(works: Trading) -> None:
    made = works("bill_subcontract", **ON, lines=[{"work_order": "WO000001", "quantity": 4}], tax_amount=1,
                 external_number="S1")  # fmt: skip
    assert (made["number"], made["gross_amount"]) == ("PB000001", "11")
    assert (works.balance("subcontract_clearing"), works.balance("payables")) == (10, -11)
    assert works.balance("input_tax") == 1
    cost = works.row("subcontract_cost")
    order = works.row("document", number="WO000001")
    assert (cost["work_order_id"], cost["sequence"], cost["amount"]) == (order["id"], 20, 1000)
    assert (cost["effective_date"].isoformat(), cost["recorded_at"] > 0) == ("2026-06-10", True)
    head = works.row("document", id=made["id"])
    assert (head["document_type"], head["origin_document_id"]) == ("supplier_bill", order["id"])
    [link] = works.links("subcontract")
    assert link == (works.row("document_line", document_id=order["id"])["id"], made["lines"][0], 4, 10)
    assert works("pay_supplier", supplier="SUP", effective_date="2026-07-10", amount=11)["advance"] == "0"


def test_left_out_is_what_is_planned_and_not_billed_also_after_closing(works: Trading) -> None:
    works("bill_subcontract", **ON, lines=[{"work_order": "WO000001", "quantity": 4}])
    works("close_work_order", order="WO000001", effective_date="2026-06-12")
    works("bill_subcontract", **ON, lines=[{"work_order": "WO000001", "unit_price": 3}])
    assert works.balance("subcontract_clearing") == 10 + 18
    refusal = works.refused("bill_subcontract", **ON, lines=[{"work_order": "WO000001"}])
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines.0.quantity")


def test_a_debit_note_lowers_the_cost_of_the_order(works: Trading) -> None:
    works("bill_subcontract", **ON, lines=[{"work_order": "WO000001"}, {"work_order": "WO000001", "quantity": 1}],
          tax_amount=3)  # fmt: skip
    note: dict[str, Any] = {"bill": "PB000001", "effective_date": "2026-06-20"}
    works("debit_supplier", **note, lines=[{"line": 1, "quantity": 2}, {"line": 2, "amount": "0.5"}])
    assert sum(row["amount"] for row in works.rows("subcontract_cost")) == 2750 - 500 - 50
    assert (works.balance("subcontract_clearing"), works.balance("payables")) == (22, Decimal("-24.4"))
    assert [link[2:] for link in works.links("subcontract")] == [
        (10, 25), (1, Decimal("2.5")), (-2, -5), (0, Decimal("-0.5")),
    ]  # fmt: skip


def test_a_bill_in_euros_costs_what_it_costs_in_dollars(works: Trading) -> None:
    line: dict[str, Any] = {"work_order": "WO000001"}
    refusal = works.refused("bill_subcontract", **ON, supplier="EUS", lines=[line])
    assert (refusal.fact, refusal.field) == ("SubcontractPriceIsMissing", "lines.0.unit_price")
    works("bill_subcontract", **ON, supplier="EUS", lines=[line | {"net_amount": "20.01"}])
    assert works.row("subcontract_cost")["amount"] == 2007  # at 1.003
    assert works.balance("subcontract_clearing") == Decimal("20.07")
    assert works.balance("payables", document_currency=True) == Decimal("-20.01")


@pytest.mark.parametrize(
    ("line", "fact", "field"),
    [
        ({"work_order": "WO000002"}, "WrongState", "lines.0.work_order"),
        ({"work_order": "WO9"}, "NotFound", "lines.0.work_order"),
        ({"work_order": "WO000001", "sequence": 30}, "NotFound", "lines.0.sequence"),
        ({"work_order": "WO000001", "sequence": 10}, "SubcontractorIsUnknown", "supplier"),
    ],
)
def test_a_wrong_bill_is_refused(works: Trading, line: dict[str, Any], fact: str, field: str) -> None:
    refusal = works.refused("bill_subcontract", **ON, lines=[line])
    assert (refusal.fact, refusal.field) == (fact, field)


def test_of_several_outside_operations_one_is_named(shop: Trading) -> None:
    shop("create_item", code="GATE", name="Gate", unit="pcs", kind="made")
    shop("create_work_center", code="WC", name="Outside", labour_rate=0, overhead_rate=0)
    outside = {"work_center": "WC", "subcontractor": "SUP", "subcontract_price": 1}
    half = [{"sequence": 10, "work_center": "WC", "subcontractor": "SUP"}]
    refusal = shop.refused("create_routing", item="GATE", effective_date="2026-01-01", operations=half)
    assert (refusal.fact, refusal.field) == ("SubcontractIsHalf", "operations.0.subcontract_price")
    operations = [outside | {"sequence": 10}, outside | {"sequence": 20}]
    shop("create_routing", item="GATE", effective_date="2026-01-01", operations=operations)
    shop("create_work_order", **ORDER, release=True)
    refusal = shop.refused("bill_subcontract", **ON, lines=[{"work_order": "WO000001"}])
    assert (refusal.fact, refusal.field) == ("OperationIsUnclear", "lines.0.sequence")
    shop("bill_subcontract", **ON, lines=[{"work_order": "WO000001", "sequence": 20}])
    shop("bill_subcontract", **ON, lines=[{"work_order": "WO000001", "sequence": 10}])
    assert [row["sequence"] for row in shop.rows("subcontract_cost")] == [20, 10]
