"""A planned transfer: from an approved suggestion to goods in the other warehouse."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.acting import Acting

MOVE = {
    "suggestion_id": "s-1", "build_id": "b-1", "decision": "approve", "kind": "move", "item": "WHEEL", "quantity": 6,
    "warehouse": "SHOP", "from_warehouse": "MAIN", "release_date": "2026-06-29", "due_date": "2026-07-01",
}  # fmt: skip


@pytest.fixture
def number(acting: Acting) -> str:
    """Its number; ten wheels lie in the main warehouse."""
    acting("create_item", code="WHEEL", name="Wheel", unit="pcs", kind="bought")
    acting("create_warehouse", code="SHOP", name="Shop")
    acting(
        "record_opening_stock", effective_date="2026-06-01", warehouse="MAIN",
        lines=[{"item": "WHEEL", "quantity": 10, "unit_cost": 1}],
    )  # fmt: skip
    return str(acting("decide_suggestion", **MOVE)["number"])


def test_an_approved_move_is_a_transfer_that_moves_nothing_yet(acting: Acting, number: str) -> None:
    head = acting.row("document", document_type="transfer")
    assert (head["number"], head["state"], head["due_date"]) == (number, "confirmed", date(2026, 7, 1))
    line = acting.row("document_line", document_id=head["id"])
    assert (line["quantity"], line["promised_date"], line["requested_date"]) == (
        6_000_000, date(2026, 6, 29), date(2026, 7, 1),
    )  # fmt: skip
    assert head["warehouse_id"] != line["warehouse_id"]
    assert acting.stock("WHEEL", "MAIN/stock") == 10
    assert acting("decide_suggestion", **MOVE)["number"] == number
    assert len(acting.rows("document", document_type="transfer")) == 1


def test_it_is_carried_in_parts_and_then_done(acting: Acting, number: str) -> None:
    acting("carry_out_transfer", transfer=number, effective_date="2026-06-10", lines=[{"line": 1, "quantity": "2.5"}])
    assert (acting.stock("WHEEL", "MAIN/stock"), acting.stock("WHEEL", "SHOP/stock")) == (
        Decimal("7.5"), Decimal("2.5"),
    )  # fmt: skip
    assert acting.row("document", document_type="transfer")["state"] == "confirmed"
    assert acting.refused("cancel_transfer", transfer=number).fact == "TransferHasBegun"
    too_much: dict[str, Any] = {"transfer": number, "effective_date": "2026-06-10"}
    refusal = acting.refused("carry_out_transfer", **too_much, lines=[{"line": 1, "quantity": 4}])
    assert (refusal.fact, refusal.field) == ("QuantityExceedsOpen", "lines.0.quantity")
    acting("carry_out_transfer", transfer=number, effective_date="2026-06-11")
    assert acting.stock("WHEEL", "SHOP/stock") == 6
    assert acting.row("document", document_type="transfer")["state"] == "done"
    assert acting.refused("carry_out_transfer", transfer=number, effective_date="2026-06-11").fact == "WrongState"


def test_it_may_be_cancelled_before(acting: Acting, number: str) -> None:
    acting("cancel_transfer", transfer=number)
    assert acting.row("document", document_type="transfer")["state"] == "cancelled"
    assert acting.refused("cancel_transfer", transfer=number).fact == "WrongState"


def test_it_cannot_carry_what_is_not_there(acting: Acting, number: str) -> None:
    acting("adjust_stock", warehouse="MAIN", effective_date="2026-06-02", reason="lost",
           lines=[{"item": "WHEEL", "quantity": -8}])  # fmt: skip
    refusal = acting.refused("carry_out_transfer", transfer=number, effective_date="2026-06-10")
    assert refusal.fact == "StockWouldGoNegative"
