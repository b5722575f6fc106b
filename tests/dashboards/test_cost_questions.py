"""A delivered cost is walked back to its vouchers, and why it changed between two moments is said, to the last unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from dashboards.api import api
from dashboards.door import door
from dashboards.edition import AnswerIsBeingMade, current_edition, known_edition
from dashboards.questions.question import answered, questions
from orchestration.dbt_run import DbtRun
from orchestration.known import known_at_moment, make_asked
from orchestration.refresh import refresh
from tests.dashboards.conftest import Opened, dwelling_in
from tests.dashboards.test_pages import texts_of
from tests.orchestration.company_of_chance import START, CompanyOfChance
from transactions import Door, make_home
from transactions.kernel.clock import SetClock
from transactions.kernel.refusal import InvalidData, NotFound, NotPermitted
from transactions.kernel.sessions import open_session

AS_OF = date(2026, 6, 25)
Story = tuple[Path, datetime, datetime, DbtRun]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, dbt: DbtRun) -> Iterator[Story]:
    """A company of chance, the moment half way through, the moment of its one build."""
    with dwelling_in(tmp_path_factory.mktemp("story")) as home:
        clock = SetClock(START)
        made, _password = make_home(password="a long password", clock=clock)
        company = CompanyOfChance(made, clock, seed=5).found()
        company.go_on(160)
        sell_by_name_and_give_away(made)
        then = clock.moment
        company.go_on(80)
        bill = {"line": 1, "quantity": 10, "unit_price": 6}
        data = {"order": "GOODS", "bill_date": "2026-06-20", "lines": [bill]}
        made.execute("bill_supplier", data, "administrator")
        refresh(home, made.engine, clock=clock, as_of=AS_OF, dbt=dbt)
        known_at_moment(home, then, now=clock.now(), as_of=AS_OF, dbt=dbt)
        made.engine.dispose()
        yield home, then, clock.moment, dbt


def sell_by_name_and_give_away(made: Door) -> None:
    """Buys GOODS and GIFT at 5, which a later bill makes 6 for GOODS; sells 2 GOODS by E1 and gives 1 of each away."""

    def do(command: str, **data: Any) -> None:
        made.execute(command, data, "administrator")

    do("create_employee", code="E1", name="Seller", is_salesperson=True)
    for code in ("GOODS", "GIFT"):
        line = {"item": code, "quantity": 10, "unit_price": 5}
        do("create_item", code=code, name=code, unit="pcs", kind="bought")
        do("create_purchase_order", supplier="SUP", order_date="2026-06-01", external_number=code, lines=[line],
           confirm=True)  # fmt: skip
        do("receive_goods", order=code, effective_date="2026-06-02", warehouse="MAIN")
    sold = {"SOLD": ("GOODS", 2, 20, {"salesperson": "E1"}), "FREE": ("GOODS", 1, 0, {}), "FREE2": ("GIFT", 1, 0, {})}
    for number, (item, quantity, price, more) in sold.items():
        line = {"item": item, "quantity": quantity, "unit_price": price}
        do("create_sales_order", customer="CUS", order_date="2026-06-10", external_number=number, lines=[line],
           confirm=True, **more)  # fmt: skip
        do("deliver_goods", order=number, effective_date="2026-06-11", warehouse="MAIN")


def costs(edition_name: str = "full") -> dict[int, Decimal]:
    """Actual cost by order."""
    rows = current_edition(edition_name).rows(
        "select sales_order_id, sum(actual_cost) as cost from marts.fct_order_profit group by all order by all"
    )
    return dict(rows.iter_rows())


def total(rows: pl.DataFrame, column: str) -> Decimal:
    return sum(rows[column].to_list(), Decimal(0))


@pytest.mark.parametrize("edition", ["full", "cost"])
def test_the_vouchers_of_an_order_add_up_to_its_cost(story: Story, edition: str) -> None:
    seen = current_edition(edition)
    found = {order: answered(seen, "cost_trace", {"order": order}) for order in costs()}
    assert {order: total(rows, "value_amount") for order, rows in found.items()} == costs()
    vouchers = pl.concat(found.values())
    assert {"bill", "order_price"} <= set(vouchers["what"])
    assert "shared" not in set(vouchers["what"])  # no delivery of this company serves two orders
    booked = vouchers.filter((pl.col("what") == "hours") & (pl.col("component") == "labour"))
    assert booked.is_empty() == (edition == "cost")  # what people earn is seen by who may see pay
    lines = seen.rows("select distinct sales_order_line_id as line from marts.fct_deliveries order by 1")["line"]
    by_line = {line: total(answered(seen, "cost_trace", {"order_line": line}), "value_amount") for line in lines}
    expected = seen.rows("select sales_order_line_id, actual_cost from marts.fct_order_profit")
    assert by_line == {line: cost for line, cost in expected.iter_rows() if line in by_line}


@pytest.mark.parametrize("edition", ["full", "cost"])
def test_the_documents_of_an_order_are_its_cost_so_far(story: Story, edition: str) -> None:
    """Deliveries less what came back, at what they carried also where goods are kept at standard."""
    seen = current_edition(edition)
    found = {order: answered(seen, "order_profit_vouchers", {"order": order}) for order in costs()}
    delivered = {order: rows for order, rows in found.items() if rows.height}
    assert {order: total(rows, "cost") for order, rows in delivered.items()} == {
        order: cost for order, cost in costs().items() if order in delivered
    }
    assert not any(cost for order, cost in costs().items() if order not in delivered)
    vouchers = pl.concat(delivered.values())
    assert (vouchers.filter(document_type="customer_return")["cost"] < 0).any()
    parts = [f"{name}_amount" for name in ("material", "labour", "overhead", "subcontract", "landed")]
    assert (vouchers.select(pl.sum_horizontal(parts)).to_series() == vouchers["cost"]).all()


def test_the_vouchers_between_two_moments_add_up_to_the_difference(story: Story) -> None:
    _home, then, _now, _dbt = story
    moments = {"known_at": then.isoformat(), "as_of": AS_OF.isoformat()}
    today, past = current_edition("full"), known_edition("full", then, AS_OF)
    changes = answered(today, "order_cost_changes", moments)
    sql = "select sales_order_id, sum(total_cost) as cost from marts.fct_order_profit group by all"
    now, before = (dict(edition.rows(sql).iter_rows()) for edition in (today, past))
    expected = {order: now.get(order, 0) - before.get(order, 0) for order in {*now, *before}}
    expected = {order: difference for order, difference in expected.items() if difference}
    assert len(expected) > 3
    assert dict(changes.select("sales_order_id", "difference").iter_rows()) == expected
    sizes = [abs(difference) for difference in changes["difference"]]
    assert sizes == sorted(sizes, reverse=True)

    causes = set()
    for order, difference in expected.items():
        why = answered(today, "order_cost_difference", {"order": order, **moments})
        assert total(why, "difference") == difference, order
        assert total(why, "cost_after") - total(why, "cost_before") == difference
        causes |= set(why["cause"])
    assert {"new", "share"} <= causes
    same = {"known_at": then.isoformat(), "other_known_at": then.isoformat()}
    same |= {"as_of": AS_OF.isoformat(), "other_as_of": AS_OF.isoformat()}
    assert answered(today, "order_cost_changes", same).is_empty()


@pytest.mark.parametrize(
    "filters",
    [
        {}, {"salesperson": "E1"}, {"salesperson": ""}, {"first_day": "2026-06-01"}, {"loss_only": True},
        {"item": "GOODS"}, {"item": "GOODS", "loss_only": True}, {"customer": "NOBODY"},
    ],
)  # fmt: skip
def test_what_changed_is_told_of_the_orders_of_the_page(story: Story, filters: dict[str, Any]) -> None:
    _home, then, _now, _dbt = story
    moments = {"known_at": then.isoformat(), "as_of": AS_OF.isoformat()}
    today, past = current_edition("full"), known_edition("full", then, AS_OF)
    shown = [answered(edition, "order_profit_orders", filters)["sales_order_id"].to_list() for edition in (past, today)]
    changes = dict(
        answered(today, "order_cost_changes", moments | filters).select("sales_order_id", "difference").iter_rows()
    )
    every = answered(today, "order_cost_changes", moments | {name: filters[name] for name in filters if name == "item"})
    every_change = dict(every.select("sales_order_id", "difference").iter_rows())
    assert changes == {order: every_change[order] for order in every_change if order in {*shown[0], *shown[1]}}
    if filters.get("item") or filters.get("salesperson"):
        expected = {"salesperson": [2], "item": [2, 1], "loss_only": [1]}[list(filters)[-1]]
        assert list(changes.values()) == expected


@pytest.mark.parametrize("by", ["customer", "item", "salesperson", "month"])
def test_a_group_opens_its_own_orders(story: Story, by: str) -> None:
    edition = current_edition("full")
    groups = answered(edition, "order_profit_by", {"by": by}).to_dicts()
    for group in groups:
        orders = answered(edition, "order_profit_orders", {by: group["key"] or ""})
        assert (orders.height, total(orders, "profit")) == (group["order_count"], group["profit"]), group["key"]
    if by == "salesperson":
        assert {group["key"] for group in groups} == {"E1", None}
    if by == "item":
        thinnest = [(group["key"], group["profit"], group["margin_rate"]) for group in groups]
        assert thinnest[0] == ("GIFT", -5, None)
        rates = [rate for _key, _profit, rate in thinnest[1:]]
        assert rates == sorted(rates)


def test_the_row_without_a_salesperson_shows_its_orders_only(story: Story, page_with_cookie: Opened) -> None:
    page = page_with_cookie("order_profit", open_session(door(), "administrator", "a long password"), by="salesperson")
    page.session_state["sections-order-profit"] = "Who and what earns it"
    page.run()
    groups = next(frame.value for frame in page.dataframe if "label" in frame.value.columns)
    place = groups["label"].tolist().index("–")
    page.session_state["by-salesperson"] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    orders = next(frame.value for frame in page.dataframe if "order_number" in frame.value.columns)
    assert len(orders) == groups["order_count"][place]
    page.session_state["by"] = "item"
    page.run()
    assert "Losing money without any revenue, so without a margin: 1." in texts_of(page)


def test_a_past_of_stock_answers_every_question_about_stock(story: Story) -> None:
    home, then, now, dbt = story
    moment = then - timedelta(hours=3)
    with pytest.raises(AnswerIsBeingMade):
        known_edition("full", moment, subject="stock")
    make_asked(home, now, dbt)
    edition = known_edition("full", moment, subject="stock")
    item = answered(edition, "stock_items", {})["item_code"][0]
    asked = [question.name for question in questions().values() if question.past == "stock"]
    assert {"stock_on_hand", "stock_total", "stock_card", "stock_reserved", "stock_ageing", "stamp"} <= set(asked)
    for name in asked:
        narrowed = {"item": item} if "item" in questions()[name].filters.model_fields else {}
        answered(edition, name, narrowed)
    with pytest.raises(AnswerIsBeingMade):  # of orders it says nothing
        known_edition("full", moment)


@pytest.mark.parametrize(("board", "said"), [("order_profit", "Profit"), ("stock", "Stock value")])
def test_a_page_of_a_past_moment_is_drawn_from_what_was_known(
    story: Story, page_with_cookie: Opened, board: str, said: str
) -> None:
    home, then, now, dbt = story
    moment = {"known": f"{then:%Y-%m-%d}", "known-time": f"{then:%H:%M}"}
    token = open_session(door(), "administrator", "a long password")
    page_with_cookie(board, token, **moment)
    make_asked(home, now, dbt)
    page = page_with_cookie(board, token, **moment)
    today = page_with_cookie(board, token)
    assert not page.exception
    assert [f"As known at {then:%Y-%m-%d %H:%M} UTC" in info.value for info in page.info] == [True]
    assert any(said in metric.label for metric in page.metric)
    assert [metric.value for metric in page.metric] != [metric.value for metric in today.metric]


def test_the_api_answers_as_known_at_a_moment(story: Story) -> None:
    """Of a moment that nobody has asked for, once the worker has made it; who knows of orders knows of stock."""
    home, then, now, dbt = story
    token = open_session(door(), "administrator", "a long password")
    with TestClient(api(), headers={"authorization": f"Bearer {token}"}) as client:
        known = {"as_known_at": (then - timedelta(hours=1)).isoformat(), "as_known_of": AS_OF.isoformat()}
        waiting = client.get("/questions/order_profit_total", params=known)
        assert (waiting.status_code, waiting.json()["fact"]) == (503, "AnswerIsBeingMade")
        assert waiting.headers["retry-after"] == "2"
        make_asked(home, now, dbt)
        answer = client.get("/questions/order_profit_total", params=known)
        assert answer.status_code == 200
        assert answer.json()["known_at"] == known["as_known_at"]
        assert answer.json()["build_id"] != current_edition("full").build_id
        stock = client.get("/questions/stock_on_hand", params=known)
        assert (stock.status_code, bool(stock.json()["rows"])) == (200, True)
        assert client.get("/questions/stamp", params={"as_known_at": "2026-06-01T08:00:00"}).status_code == 422
        early = {"as_known_at": "2020-01-01T00:00:00Z"}
        assert client.get("/questions/stamp", params=early).status_code == 503
        make_asked(home, now, dbt)
        refused = client.get("/questions/stamp", params=early)
        assert (refused.status_code, refused.json()["fact"]) == (409, "AnswerCannotBeMade")
        today_only = client.get("/questions/mrp_suggestions", params=known)
        assert (today_only.status_code, today_only.json()["fact"]) == (409, "AnswerCannotBeMade")
        assert "is asked of today only" in today_only.text


def test_a_margin_before_the_order_is_confirmed(story: Story) -> None:
    edition = current_edition("full")
    layers = edition.rows(
        "select item_code, sum(quantity) as quantity, sum(value_amount) as value from marts.fct_stock_ageing "
        "where quantity > 0 group by all order by all"
    )
    code, quantity, value = layers.row(0)
    line = {"item": code, "quantity": str(quantity), "unit_price": "100", "discount_rate": "0.1"}
    (told,) = answered(edition, "margin_preview", {"lines": [line], "customer": "CUS"}).iter_rows(named=True)
    assert (told["cost_source"], told["total_cost"]) == ("stock", value)
    assert told["revenue"] == quantity * 90
    assert told["margin"] == told["revenue"] - told["total_cost"]
    more = answered(edition, "margin_preview", {"lines": [line | {"quantity": str(quantity + 1)}]})
    assert more["cost_source"].to_list() == ["stock_and_unit_cost"]
    assert more["total_cost"][0] > value
    assert more["is_covered"].to_list() == [False]
    with pytest.raises(NotPermitted):
        answered(current_edition("nocost"), "margin_preview", {"lines": [line]})
    with pytest.raises(NotFound):
        answered(edition, "margin_preview", {"lines": [line | {"item": "'; drop table x"}]})
    with pytest.raises(InvalidData):
        answered(edition, "margin_preview", {})
    open_orders = edition.rows(
        "select sales_order_id from marts.fct_sales_order_lines where open_quantity > 0 order by 1 limit 1"
    )
    if open_orders.height:
        of_order: dict[str, Any] = {"order": open_orders["sales_order_id"][0]}
        assert answered(edition, "margin_preview", of_order)["margin"].is_not_null().all()


def test_the_last_line_of_a_stock_card_is_the_stock(story: Story) -> None:
    edition = current_edition("full")
    stock = edition.rows(
        """select item_code, warehouse_code, cast(quantity as decimal(38, 6)) as quantity,
            cast(value_amount as decimal(38, 4)) as value
        from marts.fct_stock_balances_daily where valid_to = ? order by all""",
        [AS_OF],
    )
    assert stock.height > 5
    for item, warehouse, quantity, value in stock.iter_rows():
        card = answered(edition, "stock_card", {"item": item, "warehouse": warehouse})
        assert (card["balance_quantity"][0], card["value_balance"][0]) == (quantity, value), (item, warehouse)
        later = answered(edition, "stock_card", {"item": item, "warehouse": warehouse, "first_day": "2026-04-01"})
        assert later.equals(card.filter(pl.col("effective_date") >= date(2026, 4, 1)))
    whole = stock.filter(item_code="S")
    card = answered(edition, "stock_card", {"item": "S"})
    assert (card["balance_quantity"][0], card["value_balance"][0]) == (total(whole, "quantity"), total(whole, "value"))


def test_what_is_reserved_of_an_item_is_what_its_orders_hold(story: Story) -> None:
    edition = current_edition("nocost")
    for item, warehouse, reserved in edition.rows(
        "select item_code, warehouse_code, sum(reserved_quantity) from marts.fct_stock_on_hand group by all"
    ).iter_rows():
        held = answered(edition, "stock_reserved", {"item": item, "warehouse": warehouse})
        assert held.columns[0] == "sales_order_id"
        assert total(held, "reserved_quantity") == reserved


@pytest.mark.parametrize("by", ["customer", "item,month", "order", "year,salesperson", "category,quarter"])
def test_profit_by_any_groups_adds_up(story: Story, by: str) -> None:
    edition = current_edition("full")
    whole = answered(edition, "order_profit_total", {})
    grouped = answered(edition, "profit_grouped", {"by": by})
    for figure in ("revenue", "total_cost", "profit", "material_cost", "labour_cost"):
        assert total(grouped, figure) == whole[figure][0]
    with pytest.raises(InvalidData):
        answered(edition, "profit_grouped", {"by": "customer, 1; --"})


@pytest.mark.parametrize("edition", ["full", "cost"])
def test_what_went_into_a_work_order_is_its_cost(story: Story, edition: str) -> None:
    seen = current_edition(edition)
    orders = seen.rows("select work_order_id, total_cost, labour_cost from marts.fct_work_orders")
    assert orders.height > 5
    for order, total_cost, labour in orders.iter_rows():
        put_in = answered(seen, "work_order_vouchers", {"order": order}).filter(
            ~pl.col("kind").is_in(["output", "output_scrap"])
        )
        if edition == "full":
            assert total(put_in, "amount") == total_cost
        elif labour:  # what people earn is seen by who may see pay
            assert put_in.filter(kind="time_booking")["amount"].null_count() > 0


def test_a_cause_opens_the_orders_that_differ_by_it(story: Story) -> None:
    edition = current_edition("full")
    causes = answered(edition, "production_by_cause", {}).to_dicts()
    assert len(causes) > 2
    for row in causes:
        orders = answered(edition, "production_orders", {"cause": row["cause"]})
        assert (orders.height, total(orders, row["cause"])) == (row["order_count"], row["amount"]), row["cause"]
    assert answered(current_edition("nocost"), "production_orders", {"cause": causes[0]["cause"]}).is_empty()
    with pytest.raises(InvalidData):
        answered(edition, "production_orders", {"cause": "total_variance; --"})


def test_every_pending_posting_is_the_sum_of_its_documents(story: Story) -> None:
    edition = current_edition("full")
    events, unknown = set(), 0
    for pending in answered(edition, "proofs_pending", {}).to_dicts():
        of = {"period": pending["period"], "event": pending["event"]}
        for posting in answered(edition, "proofs_postings", of).to_dicts():
            asked = of | {"account": posting["account"], "item": posting["item"]}
            asked["order_line"] = posting["sales_order_line_id"]
            documents = answered(edition, "proofs_posting_documents", asked)
            assert set(documents["item_code"]) == {posting["item"]}, asked
            assert {f"{day:%Y-%m}" for day in documents["effective_date"]} == {pending["period"]}
            # a new standard cost is no document
            nameless = documents.height if pending["event"] == "revaluation" else 0
            assert documents["document_id"].null_count() == nameless
            if documents["amount"].null_count():
                assert (pending["event"], documents.height > 1) == ("supplier_return", True), asked
                unknown += 1
            else:
                assert total(documents, "amount") == posting["debit"] - posting["credit"], asked
        events.add(pending["event"])
    assert {"delivery", "material_issue", "output", "goods_receipt", "customer_return", "time_booking"} <= events
    assert unknown < 5
    without = answered(current_edition("nocost"), "proofs_posting_documents", asked)
    assert set(documents["document_id"]) <= set(without["document_id"])
    assert "amount" not in without.columns


def test_a_posting_without_an_order_opens_the_documents_behind_it(story: Story, page_with_cookie: Opened) -> None:
    page = page_with_cookie("proofs", open_session(door(), "administrator", "a long password"))
    pending = next(frame.value for frame in page.dataframe if "posting_count" in frame.value.columns)
    place = pending["event"].tolist().index("Material issue")
    page.session_state["proofs-pending"] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    page.run()
    postings = next(frame.value for frame in page.dataframe if "account_name" in frame.value.columns)
    page.session_state["proofs-postings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    documents = [frame.value for frame in page.dataframe if "document_type" in frame.value.columns]
    assert set(documents[0]["item_code"]) == {postings["item"][0]}
