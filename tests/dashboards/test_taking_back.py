"""The page of a time booking or an output takes it back, in both languages, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.questions.question import answered
from orchestration.dbt_run import DbtRun
from tests.dashboards.conftest import PASSWORD, Opened, dwelling_in
from tests.dashboards.test_production_questions import Shop
from transactions.kernel.sessions import open_session

Page = Callable[..., AppTest]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Iterator[Shop]:
    """An order of four with half an hour and five outputs reported: TB000001, OP000001."""
    with dwelling_in(tmp_path_factory.mktemp("shop")) as home:
        shop = Shop(home, dbt)
        shop.clock.moment = datetime.now(UTC)  # sessions are of today
        shop("create_company", code="SHOP", name="Shop", currency="USD", stage=4)
        shop("create_warehouse", code="MAIN", name="Main")
        shop.item("LAMP")
        shop.order("W1", "LAMP", 4)
        shop.on("book_time", "W1", 11, minutes=30, rate=60)
        shop.on("report_output", "W1", 12, good_quantity=4, scrap_quantity=1)
        for role in ("foreman", "salesperson"):
            shop("create_user", username=role, password=PASSWORD, roles=[role])
        shop.build()
        yield shop


def document(number: str) -> int:
    edition = current_edition("full")
    found = edition.rows("select document_id from marts.fct_documents where document_number = ?", [number])
    return int(found["document_id"][0])


@pytest.fixture
def page(shop: Shop, page_with_cookie: Opened) -> Page:
    def opened(role: str, number: str, **query: str) -> AppTest:
        token = open_session(door(), role, PASSWORD)
        page = page_with_cookie("document", token, id=str(document(number)), **query)
        assert not page.exception
        return page

    return opened


def undo(page: AppTest, button: str = "Take it back") -> AppTest:
    [found] = [one for one in page.button if one.label == button]
    page = found.click().run()
    assert not page.exception
    return page


def test_who_may_takes_back_what_was_wrong_once_and_sees_it(page: Page, shop: Shop) -> None:
    for number in ("OP000001", "TB000001"):
        assert "Take it back" not in [button.label for button in page("salesperson", number).button]
    output = page("foreman", "OP000001")
    [reason] = [one for one in output.text_input if one.label == "Reason"]
    reason.set_value("miscounted")
    told = undo(output).success[0].value
    assert told == "OP000002 takes it back; boards show it after the next refresh."
    other_day = page("foreman", "OP000001")
    other_day.date_input[0].set_value(date(2026, 2, 16))
    assert "OP000001 was taken back already" in undo(other_day).error[0].value
    booking = page("foreman", "TB000001", lang="zh_CN")
    assert undo(booking, "撤销").success[0].value == "已由 TB000002 撤销；看板在下次刷新后显示。"

    shop.build()
    for wrong, taking in (("OP000001", "OP000002"), ("TB000001", "TB000002")):
        ask = partial(answered, current_edition("full"), "document_links")
        links = ask({"document": document(wrong)}).filter(link_type="taken_back")
        assert links.select("side", "document_number").rows() == [("after", taking)]
        links = ask({"document": document(taking)}).filter(link_type="taken_back")
        assert links.select("side", "document_number").rows() == [("before", wrong)]
        for number in (wrong, taking):
            assert "Take it back" not in [button.label for button in page("foreman", number).button]
    moves = answered(current_edition("full"), "document_moves", {"document": document("WO000001")})
    assert moves.select("move_type", "quantity", "value_amount", "is_taken_back").rows() == [
        ("output", 4, 0, True), ("output_scrap", 1, 0, True), ("output", -4, 0, True), ("output_scrap", -1, 0, True),
    ]  # fmt: skip
    head = current_edition("full").rows("select total_cost, good_quantity from marts.fct_work_orders")
    assert head.rows() == [(Decimal(0), Decimal(0))]
