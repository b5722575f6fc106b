"""What a margin preview says an order would cost is what it costs when it is delivered."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from dashboards.edition import Edition
from dashboards.questions.question import answered
from dbt_project.published import PublishedBuild
from tests.warehouse.test_costs_on_a_day import Workshop
from tests.warehouse.warehouse_run import WarehouseRun

TODAY = "2026-02-15"
MARTS = (
    "+fct_order_profit", "+fct_stock_ageing", "+fct_stock_layers_daily", "+fct_stock_on_hand", "+fct_item_costs",
    "+fct_sales_order_lines", "+dim_company", "+dim_item", "+dim_warehouse",
)  # fmt: skip


def previewed(shop: Workshop, folder: Path) -> list[Decimal]:
    """Total cost of each order, previewed, in the order in which they were made."""
    shop.build(TODAY)
    shop.run.build(shop.path, TODAY, *MARTS)
    shutil.copy(shop.path, folder / "full.duckdb")
    edition = Edition(PublishedBuild("preview", folder, {"as_of": TODAY}), "full")
    orders = edition.rows("select distinct sales_order_id from marts.fct_sales_order_lines order by 1")
    return [
        answered(edition, "margin_preview_total", {"order": order})["total_cost"].item()
        for order in orders["sales_order_id"]
    ]


def test_an_order_takes_the_layers_of_its_warehouse_as_they_came_in(
    warehouse_run: WarehouseRun, tmp_path: Path
) -> None:
    """Of 4 CASKs at 7.00 in SIDE, to which older ones at 5.00 were carried later; of KEGs that lay there at cut-over,
    told with their age."""
    shop = Workshop(tmp_path, warehouse_run)
    shop("create_warehouse", code="SIDE", name="Side")
    for code in ("CASK", "KEG"):
        shop("create_item", code=code, name=code, unit="pcs", kind="bought")
    shop.buy("CASK", 10, "5", "2026-01-02")
    shop("create_purchase_order", supplier="S", order_date="2026-01-05", confirm=True, external_number="LATE",
         lines=[{"item": "CASK", "quantity": 4, "unit_price": "7"}])  # fmt: skip
    shop("receive_goods", order="LATE", effective_date="2026-01-05", warehouse="SIDE")
    shop("transfer_stock", from_warehouse="MAIN", to_warehouse="SIDE", effective_date="2026-01-10",
         lines=[{"item": "CASK", "quantity": 6}])  # fmt: skip
    shop(
        "record_opening_stock", effective_date="2026-01-02", warehouse="MAIN",
        lines=[
            {"item": "KEG", "quantity": 2, "unit_cost": "20", "received_date": "2025-12-01"},
            {"item": "KEG", "quantity": 2, "unit_cost": "30", "received_date": "2025-06-01"},
        ],
    )  # fmt: skip
    for item, warehouse in (("CASK", "SIDE"), ("KEG", "MAIN")):
        line = {"item": item, "quantity": 3 if item == "KEG" else 5, "unit_price": "50"}
        shop("create_sales_order", customer="C", order_date="2026-02-01", external_number=item, confirm=True,
             warehouse=warehouse, lines=[line])  # fmt: skip
    costs = previewed(shop, tmp_path)
    assert costs == [4 * 7 + 5, 2 * 20 + 30]
    for order in ("CASK", "KEG"):
        shop("deliver_goods", order=order, effective_date=TODAY)
    shop.build(TODAY)
    assert [cost for (cost,) in shop.ask("select actual_cost from marts.fct_order_profit order by sales_order_id")] == (
        costs
    )
