"""The loop through the plan in a browser: order, suggestions with reasons, approval, documents, the next plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from tests.browser.chromium import sign_in, wait_until_drawn
from tests.dashboards.conftest import PASSWORD
from tests.running_server import running_server
from transactions import Door, make_home

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AS_OF = date(2026, 3, 2)
SETTING: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "C", "name": "Bicycles", "currency": "CNY"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_partner", {"code": "CUS", "name": "Rider", "is_customer": True}),
    ("create_partner", {"code": "SUP", "name": "Round Wheels", "is_supplier": True}),
    ("create_item", {"code": "BIKE", "name": "Bicycle", "unit": "pcs", "kind": "made", "lead_time_days": 7}),
    ("create_item", {"code": "WHEEL", "name": "Wheel", "unit": "pcs", "kind": "bought"}),
    ("create_item", {"code": "FRAME", "name": "Frame", "unit": "pcs", "kind": "bought"}),
    ("create_work_center", {"code": "ASSY", "name": "Assembly", "labour_rate": "60", "overhead_rate": "30"}),
    ("create_routing", {"item": "BIKE", "effective_date": "2026-01-01",
                        "operations": [{"sequence": 10, "work_center": "ASSY", "setup_minutes": 5, "run_minutes": 9}]}),
    ("create_bom", {"item": "BIKE", "effective_date": "2026-01-01",
                    "lines": [{"item": "WHEEL", "quantity": 2}, {"item": "FRAME", "quantity": 1}]}),
    *(("set_supplier_price", {"supplier": "SUP", "item": item, "unit_price": price, "lead_time_days": days,
                              "effective_date": "2026-01-01"}) for item, price, days in (("WHEEL", "30", 10),
                                                                                         ("FRAME", "90", 5))),
    ("create_user", {"username": "planner", "password": PASSWORD, "roles": ["planner", "salesperson"]}),
]  # fmt: skip
ORDER = {
    "customer": "CUS", "order_date": "2026-03-02", "confirm": True,
    "lines": [{"item": "BIKE", "quantity": 4, "unit_price": "500", "promised_date": "2026-03-11"}],
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    door, _key = make_home(password=PASSWORD)
    for number, (command, data) in enumerate(SETTING):
        door.execute(command, data, "administrator", f"setting-{number}")
    yield door
    door.engine.dispose()


@pytest.fixture
def address(shop: Door, tmp_path: Path) -> Iterator[str]:
    shop.engine.dispose()
    with running_server(tmp_path) as address:
        yield address


def _answers(page: Page, address: str, question: str, **filters: str) -> list[dict[str, Any]]:
    """A question as the signed-in browser asks it."""
    told = page.request.get(f"{address}/api/questions/{question}", params=dict(filters))
    assert told.ok, told.text()
    rows: list[dict[str, Any]] = told.json()["rows"]
    return rows


def _look(page: Page, address: str, query: str = "") -> str:
    page.goto(f"{address}/mrp_workbench?lang=en{query}")
    wait_until_drawn(page, 60)
    assert page.locator('[data-testid="stException"]').count() == 0
    return page.locator(".stMain").inner_text()


def test_from_order_through_the_plan_to_documents_and_another_date(
    browser: Browser, address: str, shop: Door, tmp_path: Path, dbt: DbtRun
) -> None:
    with browser.new_context(viewport={"width": 1440, "height": 1600}) as context:
        page = context.new_page()
        sign_in(page, f"{address}/mrp_workbench?lang=en", "planner", PASSWORD)
        entered = page.request.post(f"{address}/api/commands/create_sales_order", data=ORDER)
        assert entered.ok, entered.text()
        order = entered.json()["number"]
        refresh(tmp_path, shop.engine, as_of=AS_OF, dbt=dbt)

        # Wheels take ten worked days: the bicycles cannot be there on the day that was promised.
        said = _look(page, address, "&source=make:ASSY")
        assert "To decide today: suggestions 3" in said
        assert "Make 4 pcs of BIKE Bicycle" in said
        assert "On Mar 11, 2026 4 are required and 0 kept as safety stock; 0 are available: 4 short." in said
        assert "Customer order lines that wait for it: 1, with a margin of" in said
        [before] = _answers(page, address, "delivery_lines")
        assert (before["order_number"], before["predicted_date"]) == (order, "2026-03-25")

        _look(page, address)
        page.get_by_role("button", name="Approve all 3…").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("3 suggestions worth").wait_for(timeout=60_000)
        dialog.get_by_text("Order at once, one purchase order per supplier: 1").click()
        wait_until_drawn(page, 60)
        dialog.get_by_role("button", name="Make them").click()
        page.get_by_text("3 decided. The next refresh plans with it.").wait_for(timeout=60_000)
        with shop.engine.connect() as connection:
            made = connection.execute(
                text("select document_type, state, count(*) from document group by 1, 2 order by 1, 2")
            )
            assert [tuple(row) for row in made] == [
                ("purchase_order", "confirmed", 1), ("purchase_requisition", "done", 2),
                ("sales_order", "confirmed", 1), ("work_order", "confirmed", 1),
            ]  # fmt: skip
        refresh(tmp_path, shop.engine, as_of=AS_OF, dbt=dbt)

        # What was suggested is on its way now, as it was asked for; so the order is predicted for another day.
        said = _look(page, address, "&part=item&item=WHEEL")
        assert "No suggestion for it" in said
        record = _answers(page, address, "mrp_record", item="WHEEL")
        assert [row["scheduled_receipt"] for row in record if float(row["scheduled_receipt"])] == ["8.000000"]
        [after] = _answers(page, address, "delivery_lines")
        assert after["predicted_date"] == "2026-03-11"
        states = {row["item_code"]: row["state"] for row in _answers(page, address, "mrp_suggestions", state="firm")}
        assert states == dict.fromkeys(("BIKE", "FRAME", "WHEEL"), "firm")
