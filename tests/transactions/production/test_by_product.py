"""What comes out beside: by the BOM or as reported, with the share of the order's cost that it bears."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO

ORDER = {"item": "OIL", "quantity": 10, "start_date": "2026-06-01", "due_date": "2026-06-05", "external_number": "W1"}
PUT_OUT: dict[str, Any] = {"order": "W1", "effective_date": "2026-06-03"}


@pytest.fixture(autouse=True)
def mill(acting: Acting) -> None:
    """4 OIL from 8 SEED, beside them 3 CAKE (a tenth of the cost) and 1 DUST (no share told)."""
    for code, kind in (("OIL", "made"), ("SEED", "bought"), ("CAKE", "made"), ("DUST", "made"), ("HELP", "service")):
        acting("create_item", code=code, name=code, unit="kg", kind=kind)
    acting(
        "create_bom", item="OIL", effective_date="2026-01-01", output_quantity=4,
        lines=[{"item": "SEED", "quantity": 8}],
        by_products=[{"item": "CAKE", "quantity": 3, "cost_share": "0.1"}, {"item": "DUST", "quantity": 1}],
    )  # fmt: skip
    acting("record_opening_stock", effective_date="2026-05-01",
           lines=[{"item": "SEED", "quantity": 100, "unit_cost": 1}])  # fmt: skip


def _beside(acting: Acting) -> list[tuple[str, int, int | None]]:
    codes = {row["id"]: row["code"] for row in acting.rows("item")}
    return [
        (codes[move["item_id"]], move["quantity"], move["cost_share"])
        for move in acting.rows("stock_move", move_type="by_product")
    ]


def test_what_the_bom_says_comes_out_in_proportion_and_adds_up(acting: Acting) -> None:
    made = acting("create_work_order", **ORDER, release=True)
    planned = acting.rows("work_order_by_product", document_id=made["id"])
    assert [(row["quantity"], row["cost_share"]) for row in planned] == [(7_500_000, 100_000), (2_500_000, None)]
    acting("report_output", **PUT_OUT, good_quantity=3, scrap_quantity=1, back_flush=True)
    assert _beside(acting) == [("CAKE", 2_250_000, 100_000), ("DUST", 750_000, None)]
    assert acting.stock("CAKE", "MAIN/stock") == acting.stock("DUST", "MAIN/stock") * 3
    assert acting.stock("SEED", "MAIN/stock") == 92
    acting("report_output", **PUT_OUT, good_quantity=7, back_flush=True, close=True)
    assert sum(quantity for code, quantity, _share in _beside(acting) if code == "CAKE") == 7_500_000
    assert acting.stock("SEED", "MAIN/stock") == 78  # a by-product is no component
    output = acting.rows("document", document_type="output")[0]["id"]
    lines = acting.rows("document_line", document_id=output)
    assert [line["line_number"] for line in lines] == [1, 2, 3]
    assert [row["quantity"] for row in acting.rows("line_link", link_type="output")] == [3 * MICRO, 7 * MICRO]


def test_what_is_reported_counts(acting: Acting) -> None:
    acting("create_work_order", **ORDER, release=True)
    acting("report_output", **PUT_OUT, good_quantity=5, by_products=[])
    assert _beside(acting) == []
    acting("create_item", code="WAX", name="Wax", unit="kg", kind="made", tracked_by="lot")
    beside = [{"item": "CAKE", "quantity": 2}, {"item": "WAX", "quantity": 1, "lot": "X", "expiry_date": "2027-01-01"}]
    acting("report_output", **PUT_OUT, good_quantity=0, scrap_quantity=1, by_products=beside)
    assert _beside(acting) == [("CAKE", 2 * MICRO, 100_000), ("WAX", MICRO, None)]
    refusal = acting.refused("report_output", **PUT_OUT, good_quantity=1, by_products=[{"item": "WAX", "quantity": 1}])
    assert (refusal.fact, refusal.field) == ("LotIsMissing", "by_products.0.lot")
    refusal = acting.refused("report_output", **PUT_OUT, good_quantity=1, by_products=[{"item": "HELP", "quantity": 1}])
    assert (refusal.fact, refusal.field) == ("ServiceIsNotStocked", "by_products.0.item")


def test_made_goods_that_are_tracked_come_as_a_lot(acting: Acting) -> None:
    acting("create_item", code="JAR", name="Jar", unit="pcs", kind="made", tracked_by="lot")
    acting("create_work_order", **ORDER | {"item": "JAR"}, release=True)
    assert acting.refused("report_output", **PUT_OUT, good_quantity=4).field == "lot"
    acting("report_output", **PUT_OUT, good_quantity=4, scrap_quantity=1, lot="J1", expiry_date="2026-12-31")
    [good] = acting.rows("stock_move", move_type="output")
    assert good["lot_id"] == acting.row("lot")["id"]
    assert acting.rows("stock_move", move_type="output_scrap")[0]["lot_id"] is None


def test_material_of_lots_is_issued_and_comes_back_as_it_was(acting: Acting) -> None:
    acting("create_item", code="PULP", name="Pulp", unit="kg", kind="bought", tracked_by="lot")
    opened = [{"item": "PULP", "quantity": 5, "unit_cost": 1, "lot": lot} for lot in ("P1", "P2")]
    acting("record_opening_stock", effective_date="2026-05-01", lines=opened)
    acting("create_work_order", **ORDER, release=True)
    on: dict[str, Any] = {"order": "W1", "effective_date": "2026-06-02"}
    acting("issue_material", **on, lines=[{"item": "PULP", "quantity": 7}])
    refusal = acting.refused("issue_material", **on, lines=[{"item": "PULP", "quantity": 4}])
    assert (refusal.fact, refusal.field) == ("StockWouldGoNegative", "lines.0.quantity")
    refusal = acting.refused("return_material", **on, lines=[{"item": "PULP", "quantity": 3, "lot": "P2"}])
    assert (refusal.fact, refusal.rule) == ("QuantityExceedsOpen", "2 lie on the order, 3 asked")
    acting("return_material", **on,
           lines=[{"item": "PULP", "quantity": 1, "lot": "P1"}, {"item": "PULP", "quantity": 3}])  # fmt: skip
    codes = {row["id"]: row["code"] for row in acting.rows("lot")}
    back = acting.rows("stock_move", move_type="issue_return")
    assert [(codes[move["lot_id"]], move["quantity"] // MICRO) for move in back] == [("P1", 1), ("P2", 2), ("P1", 1)]


@pytest.mark.parametrize(
    ("by_products", "fact", "field"),
    [
        ([{"item": "OIL", "quantity": 1}], "ItemContainsItself", "by_products.0.item"),
        ([{"item": "CAKE", "quantity": 1}, {"item": "CAKE", "quantity": 1}], "ItemContainsItself",
         "by_products.1.item"),
        ([{"item": "HELP", "quantity": 1}], "ServiceIsNoByProduct", "by_products.0.item"),
        ([{"item": "CAKE", "quantity": 1, "cost_share": "0.6"}, {"item": "DUST", "quantity": 1, "cost_share": "0.4"}],
         "SharesExceedCost", "by_products.1.cost_share"),
        ([{"item": "CAKE", "quantity": 0}], "InvalidData", "by_products.0.quantity"),
    ],
)  # fmt: skip
def test_a_wrong_by_product_is_refused(acting: Acting, by_products: list[Any], fact: str, field: str) -> None:
    lines = [{"item": "SEED", "quantity": 8}]
    refusal = acting.refused(
        "create_bom", item="OIL", effective_date="2026-02-01", lines=lines, by_products=by_products
    )
    assert (refusal.fact, refusal.field) == (fact, field)
