"""Orders amended: what changes, what is kept, what is recorded, and never below what is done."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.transactions.trading import Trading


def _revisions(trading: Trading) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (row["field"], row["old_value"], row["new_value"], row["reason"]) for row in trading.rows("document_revision")
    ]


def test_a_sales_order_is_amended_and_each_change_is_kept_with_its_reason(trading: Trading) -> None:
    made = trading.sell({"promised_date": "2026-01-20", "tax_code": "VAT"}, {"item": "B", "tax_code": "VAT"}, freight=1)
    trading("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 4}])
    trading(
        "amend_sales_order", order="SO000001", reason="the customer called",
        lines=[{"line": 1, "quantity": 12, "unit_price": "9.5", "promised_date": "2026-01-25"},
               {"line": 2, "requested_date": "2026-02-01", "promised_date": "2026-02-02"}],
    )  # fmt: skip
    assert trading.amounts(made["id"]) == (214, Decimal("21.4"), 1, Decimal("236.4"))
    first, second = trading.rows("document_line", document_id=made["id"])
    assert (first["quantity"], first["promised_date"], first["first_promised_date"]) == (
        12 * 10**6, date(2026, 1, 25), date(2026, 1, 20),
    )  # fmt: skip
    assert second["first_promised_date"] == date(2026, 2, 2)
    reason = "the customer called"
    assert set(_revisions(trading)) == {
        ("promised_date", "2026-01-20", "2026-01-25", reason),
        ("quantity", "10", "12", reason),
        ("unit_price", "10", "9.5", reason),
        ("requested_date", None, "2026-02-01", reason),
        ("promised_date", None, "2026-02-02", reason),
        ("net_amount", "10000", "11400", reason),
        ("gross_amount", "22100", "23640", reason),
    }
    rest = trading("deliver_goods", order="SO000001", effective_date="2026-01-07", lines=[{"line": 1, "quantity": 8}])
    assert rest["number"] == "DN000002"


def test_what_a_draft_says_is_no_promise_yet(trading: Trading) -> None:
    """The first promised date is what stands in the order when it is confirmed."""
    made = trading.sell({"promised_date": "2026-01-20"}, confirm=False)

    def amended(day: str) -> tuple[date, date]:
        trading("amend_sales_order", order=made["id"], reason="x", lines=[{"line": 1, "promised_date": day}])
        line = trading.row("document_line", document_id=made["id"])
        return line["promised_date"], line["first_promised_date"]

    assert amended("2026-01-27") == (date(2026, 1, 27), date(2026, 1, 27))
    trading("confirm_sales_order", order=made["id"])
    assert amended("2026-02-03") == (date(2026, 2, 3), date(2026, 1, 27))


def test_never_below_what_is_delivered_or_invoiced(trading: Trading) -> None:
    made = trading.sell()
    trading("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 4}])
    trading("invoice_customer", order="SO000001", invoice_date="2026-01-06", lines=[{"line": 1, "quantity": 6}])
    amend: dict[str, Any] = {"order": "SO000001", "reason": "less", "effective_date": "2026-01-07"}
    refusal = trading.refused("amend_sales_order", **amend, lines=[{"line": 1, "quantity": "5.9"}])
    assert (refusal.fact, refusal.field) == ("QuantityIsBelowDone", "lines.0.quantity")
    assert refusal.rule == "6 of line 1 are done already"
    for line, fact in (({"line": 2, "quantity": 1}, "NotFound"), ({"line": 1}, "NothingIsAmended"),
                       ({"line": 1, "quantity": 0}, "InvalidData")):  # fmt: skip
        assert trading.refused("amend_sales_order", **amend, lines=[line]).fact == fact
    assert trading.refused("amend_sales_order", **amend | {"reason": ""}, lines=[{"line": 1, "quantity": 6}]).fact == (
        "InvalidData"
    )
    assert _revisions(trading) == []
    trading("amend_sales_order", **amend, lines=[{"line": 1, "quantity": 6}])
    trading("deliver_goods", order="SO000001", effective_date="2026-01-08")
    assert trading.states(made["id"]) == ["confirmed", "done"]
    assert trading.refused("amend_sales_order", **amend, lines=[{"line": 1, "quantity": 7}]).fact == "WrongState"


def test_an_order_amended_to_what_was_done_is_done(shop: Trading) -> None:
    made = shop.sell()
    shop("deliver_goods", order="SO000001", effective_date="2026-01-06", lines=[{"line": 1, "quantity": 4}])
    shop("invoice_customer", order="SO000001", invoice_date="2026-01-06")
    shop("amend_sales_order", order="SO000001", reason="that is all", lines=[{"line": 1, "quantity": 4}],
         effective_date="2026-01-09")  # fmt: skip
    assert shop.states(made["id"]) == ["confirmed", "done"]
    assert shop.amounts(made["id"])[0] == 40


def test_what_was_invoiced_keeps_its_price_and_the_rest_takes_the_new_one(shop: Trading) -> None:
    shop.sell(tax_amount=3)
    invoice = {"order": "SO000001", "invoice_date": "2026-01-06"}
    first = shop("invoice_customer", **invoice, lines=[{"line": 1, "quantity": 4}])
    shop("amend_sales_order", order="SO000001", reason="dearer", lines=[{"line": 1, "unit_price": 20}])
    second = shop("invoice_customer", **invoice, lines=[{"line": 1, "quantity": 6}])
    assert shop.amounts(first["id"]) == (40, Decimal("1.2"), 0, Decimal("41.2"))
    assert shop.amounts(second["id"]) == (120, Decimal("3.6"), 0, Decimal("123.6"))


@pytest.mark.parametrize("done", ["receive_goods", "bill_supplier"])
def test_a_purchase_order_is_amended_but_not_below_what_is_received_or_billed(trading: Trading, done: str) -> None:
    made = trading.buy({"quantity": 2, "unit": "box", "unit_price": 60, "expected_date": "2026-01-20"})
    on = {"receive_goods": "effective_date", "bill_supplier": "bill_date"}[done]
    trading(done, order="PO000001", lines=[{"line": 1, "quantity": 1}], **{on: "2026-01-06"})
    amend = {"order": "PO000001", "reason": "fewer boxes"}
    refusal = trading.refused("amend_purchase_order", **amend, lines=[{"line": 1, "quantity": "0.5"}])
    assert (refusal.fact, refusal.rule) == ("QuantityIsBelowDone", "12 of line 1 are done already")
    trading("amend_purchase_order", **amend,
            lines=[{"line": 1, "quantity": "1.5", "unit_price": 66, "expected_date": "2026-02-20"}])  # fmt: skip
    assert trading.amounts(made["id"])[0] == 99
    line = trading.row("document_line", document_id=made["id"])
    assert (line["quantity"], line["entered_quantity"]) == (18 * 10**6, 1_500_000)
    assert (line["promised_date"], line["first_promised_date"]) == (date(2026, 2, 20), date(2026, 1, 20))
    assert [field for field, *_rest in _revisions(trading)] == [
        "promised_date",
        "quantity",
        "unit_price",
        "net_amount",
        "gross_amount",
    ]
    assert {row["effective_date"] for row in trading.rows("document_revision")} == {date(2026, 6, 15)}  # today
