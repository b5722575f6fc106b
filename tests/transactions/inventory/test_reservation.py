"""Reservations: what is held for one order is there, is taken by nobody else, and is used up by the order itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.transactions.soundness import assert_sound
from tests.transactions.trading import Trading
from transactions.kernel.database import reading

ON = {"effective_date": "2026-02-01"}


def reserved(of: Trading, **where: Any) -> Decimal:
    """What balances hold, which is what the events add up to."""
    with reading(of.door.engine) as connection:
        assert_sound(connection)
    return Decimal(sum(row["reserved_quantity"] for row in of.rows("stock_balance", **where))) / 10**6


def changes(of: Trading) -> list[tuple[str, Decimal]]:
    return [(row["cause"], Decimal(row["quantity"]) / 10**6) for row in of.rows("stock_reservation")]


@pytest.fixture
def shop(trading: Trading) -> Trading:
    """SO000001 wants 80 A and 10 hours HELP, SO000002 wants 50 A; 100 A lie in MAIN."""
    trading("create_warehouse", code="EAST", name="East")
    trading.sell({"quantity": 80}, {"item": "HELP"})
    trading.sell({"quantity": 50})
    return trading


def test_what_is_open_is_held_as_far_as_it_is_free(shop: Trading) -> None:
    assert shop("reserve_stock", order="SO000001")["reserved"] == [{"line": 1, "quantity": "80"}]
    assert shop("reserve_stock", order="SO000002")["reserved"] == [{"line": 1, "quantity": "20"}]
    assert reserved(shop) == 100
    assert shop.refused("reserve_stock", order="SO000002").fact == "NothingIsFree"
    assert shop.refused("reserve_stock", order="SO000001").fact == "QuantityExceedsOpen"
    assert shop.refused("reserve_stock", order="SO000002", warehouse="EAST").fact == "NothingIsFree"


def test_nobody_else_takes_what_is_reserved(shop: Trading) -> None:
    shop("reserve_stock", order="SO000001", **ON)
    line = {"item": "A", "quantity": 21}
    for command, data in (
        ("deliver_goods", {"order": "SO000002", "lines": [{"line": 1, "quantity": 21}]}),
        ("transfer_stock", {"from_warehouse": "MAIN", "to_warehouse": "EAST", "lines": [line]}),
        ("scrap_stock", {"lines": [line], "reason": "rust"}),
        ("adjust_stock", {"lines": [line | {"quantity": -21}], "reason": "counted"}),
    ):
        refusal = shop.refused(command, effective_date="2026-02-10", **data)
        assert refusal.fact == "StockIsReserved", command
        assert refusal.rule == "of A in MAIN are reserved for SO000001 (80); 20 are free, 21 asked"
        assert refusal.field.startswith("lines")
    shop("deliver_goods", order="SO000002", effective_date="2026-02-10", lines=[{"line": 1, "quantity": 20}])
    assert shop.refused("scrap_stock", **ON, reason="rust", lines=[line | {"quantity": 1}]).fact == "StockIsReserved"
    assert reserved(shop) == 80


def test_a_back_dated_move_leaves_what_is_reserved_today(shop: Trading) -> None:
    shop("reserve_stock", order="SO000001")
    back = {"effective_date": "2026-01-02", "reason": "rust", "lines": [{"item": "A", "quantity": 21}]}
    assert shop.refused("scrap_stock", **back).fact == "StockIsReserved"
    assert shop.refused("scrap_stock", **back | {"lines": [{"item": "A", "quantity": 101}]}).fact == (
        "StockWouldGoNegative"
    )
    back["lines"] = [{"item": "A", "quantity": 20}]
    shop("scrap_stock", **back)
    assert reserved(shop) == 80


def test_the_orders_own_delivery_uses_its_reservation_up(shop: Trading) -> None:
    shop("reserve_stock", order="SO000001", lines=[{"line": 1, "quantity": 30}])
    shop("deliver_goods", order="SO000001", **ON, lines=[{"line": 1, "quantity": 20}])
    assert reserved(shop) == 10
    shop("deliver_goods", order="SO000001", **ON, lines=[{"line": 1, "quantity": 55}])
    assert reserved(shop) == 0
    # Not dated before the reservation that it uses up.
    assert {row["effective_date"].isoformat() for row in shop.rows("stock_reservation")} == {"2026-06-15"}
    assert changes(shop) == [("reserve", 30), ("delivery", -20), ("delivery", -10)]


def test_more_than_what_is_open_stays_reserved_nowhere(shop: Trading) -> None:
    move = {"from_warehouse": "MAIN", "to_warehouse": "EAST", "lines": [{"item": "A", "quantity": 60}]}
    shop("transfer_stock", effective_date="2026-01-10", **move)
    shop("reserve_stock", order="SO000001", warehouse="EAST")
    shop("deliver_goods", order="SO000001", **ON, lines=[{"line": 1, "quantity": 40}])  # from MAIN
    assert reserved(shop) == 40
    assert changes(shop) == [("reserve", 60), ("delivery", -20)]
    shop("deliver_goods", order="SO000001", **ON, warehouse="EAST")
    assert reserved(shop) == 0


def test_an_amended_or_cancelled_order_gives_back(shop: Trading) -> None:
    shop("reserve_stock", order="SO000001")
    shop("amend_sales_order", order="SO000001", reason="less", lines=[{"line": 1, "quantity": 30}])
    assert reserved(shop) == 30
    shop("amend_sales_order", order="SO000001", reason="more", lines=[{"line": 1, "quantity": 40}])
    assert reserved(shop) == 30
    shop("cancel_sales_order", order="SO000001")
    assert reserved(shop) == 0
    assert changes(shop) == [("reserve", 80), ("amendment", -50), ("cancellation", -30)]


def test_a_reservation_is_released_by_hand(shop: Trading) -> None:
    shop("reserve_stock", order="SO000001")
    told = shop("release_reservation", order="SO000001", lines=[{"line": 1, "quantity": 30}])["reserved"]
    assert told == [{"line": 1, "quantity": "50"}]
    too_much = shop.refused("release_reservation", order="SO000001", lines=[{"line": 1, "quantity": 51}])
    assert (too_much.fact, too_much.field) == ("NothingIsReserved", "lines.0.quantity")
    assert shop.refused("release_reservation", order="SO000001", lines=[{"line": 9}]).fact == "NotFound"
    assert shop.refused("release_reservation", order="SO000001", lines=[{"line": 2}]).fact == "NothingIsReserved"
    assert shop("release_reservation", order="SO000001", lines=[{"line": 1}])["reserved"] == []
    assert shop.refused("release_reservation", order="SO000001").fact == "NothingIsReserved"
    shop("reserve_stock", order="SO000001")
    assert shop("release_reservation", order="SO000001")["reserved"] == []
    assert reserved(shop) == 0


def test_only_what_is_there_and_open_can_be_reserved(shop: Trading) -> None:
    def refused(line: dict[str, Any], **data: Any) -> str:
        return shop.refused("reserve_stock", **{"order": "SO000001", "lines": [{"line": 1} | line]} | data).fact

    assert refused({"quantity": 81}) == "QuantityExceedsOpen"
    assert refused({"line": 2, "quantity": 1}) == "ServiceIsNotStocked"
    assert refused({"line": 3, "quantity": 1}) == "NotFound"
    assert refused({"quantity": 1, "lot": "L"}) == "ItemIsNotTracked"
    assert refused({"quantity": 1}, warehouse="EAST") == "StockWouldGoNegative"
    assert refused({"quantity": 80}, effective_date="2025-12-31") == "StockWouldGoNegative"
    shop("reserve_stock", order="SO000002")
    assert refused({"quantity": 51}) == "StockIsReserved"
    draft = shop("create_sales_order", customer="CUS", order_date="2026-01-05",
                 lines=[{"item": "A", "quantity": 1, "unit_price": 1}])["id"]  # fmt: skip
    assert shop.refused("reserve_stock", order=draft).fact == "WrongState"


def test_lots_that_are_reserved_are_not_free(trading: Trading) -> None:
    trading("create_item", code="MILK", name="Milk", unit="l", kind="bought", tracked_by="lot")
    opened = {"item": "MILK", "quantity": 10, "unit_cost": 1, "lot": "L1"}
    trading("record_opening_stock", effective_date="2026-01-01", lines=[opened])
    trading.sell({"item": "MILK", "quantity": 10})
    trading.sell({"item": "MILK", "quantity": 11})
    trading("reserve_stock", order="SO000001")
    wanted = {"order": "SO000002", "lines": [{"line": 1, "quantity": 1}]}
    assert trading.refused("reserve_stock", **wanted).fact == "StockIsReserved"
    assert trading.refused("deliver_goods", effective_date="2026-02-01", **wanted).fact == "StockWouldGoNegative"
    wanted["lines"] = [{"line": 1, "quantity": 11}]
    assert trading.refused("reserve_stock", **wanted).fact == "StockWouldGoNegative"


def test_a_line_in_another_unit_reserves_in_it(shop: Trading) -> None:
    shop.sell({"quantity": 2, "unit": "box"})
    shop("reserve_stock", order="SO000003", lines=[{"line": 1, "quantity": 1}])
    assert reserved(shop) == 12
    shop("release_reservation", order="SO000003", lines=[{"line": 1, "quantity": "0.5"}])
    assert reserved(shop) == 6


def test_lots_are_held_one_by_one(trading: Trading) -> None:
    """L1 expires before L2: the reservation takes L1, so the other order gets L2, and the order gets L1 though
    another lot that expires before it came in since."""
    trading("create_item", code="MILK", name="Milk", unit="l", kind="bought", tracked_by="lot")
    lot = {"item": "MILK", "quantity": 10, "unit_cost": 1}
    trading(
        "record_opening_stock", effective_date="2026-01-01",
        lines=[lot | {"lot": "L1", "expiry_date": "2026-09-01"}, lot | {"lot": "L2", "expiry_date": "2026-10-01"}],
    )  # fmt: skip
    trading.sell({"item": "MILK", "quantity": 8})
    trading.sell({"item": "MILK", "quantity": 5})
    trading.sell({"item": "MILK", "quantity": 9})
    trading("reserve_stock", order="SO000001")
    lots = {row["code"]: row["id"] for row in trading.rows("lot")}
    assert reserved(trading, lot_id=lots["L1"]) == 8
    trading("deliver_goods", order="SO000002", effective_date="2026-02-01")
    named = {"line": 1, "quantity": 3, "lot": "L1"}
    refusal = trading.refused("deliver_goods", order="SO000003", effective_date="2026-02-01", lines=[named])
    assert refusal.fact == "StockIsReserved"
    trading(
        "record_opening_stock", effective_date="2026-01-01",
        lines=[lot | {"lot": "L0", "expiry_date": "2026-08-01"}],
    )  # fmt: skip
    assert trading("reserve_stock", order="SO000003", lines=[{"line": 1, "quantity": 2, "lot": "L2"}])["reserved"]
    trading("deliver_goods", order="SO000001", effective_date="2026-02-01")
    taken = [(move["lot_id"], move["quantity"] // 10**6) for move in trading.rows("stock_move", move_type="delivery")]
    assert taken == [(lots["L1"], 2), (lots["L2"], 3), (lots["L1"], 8)]
    trading("deliver_goods", order="SO000003", effective_date="2026-02-01")
    assert reserved(trading) == 0
    too_much = trading.refused("reserve_stock", order="SO000003", lines=[{"line": 1, "quantity": 1, "lot": "L1"}])
    assert too_much.fact in {"QuantityExceedsOpen", "WrongState"}


@pytest.mark.parametrize("held", [-1, 101_000_000])
def test_the_database_refuses_a_balance_below_what_is_reserved(shop: Trading, held: int) -> None:
    """Also from a hand that goes around every command."""
    with pytest.raises(DBAPIError, match="reserved_is_there"), shop.door.engine.begin() as connection:
        connection.execute(text(f"update stock_balance set reserved_quantity = {held} where quantity = 100000000"))
    shop("reserve_stock", order="SO000001")
    with pytest.raises(DBAPIError, match="AppendOnly"), shop.door.engine.begin() as connection:
        connection.execute(text("delete from stock_reservation"))


def test_a_warehouse_that_may_go_below_zero_keeps_what_is_reserved(shop: Trading) -> None:
    shop("create_warehouse", code="YARD", name="Yard", allow_negative=True)
    move = {"from_warehouse": "MAIN", "to_warehouse": "YARD", "lines": [{"item": "A", "quantity": 60}]}
    shop("transfer_stock", effective_date="2026-01-10", **move)
    shop("reserve_stock", order="SO000001", warehouse="YARD", lines=[{"line": 1, "quantity": 60}])
    scrap = {"warehouse": "YARD", "reason": "rust", "lines": [{"item": "A", "quantity": 1}]}
    assert shop.refused("scrap_stock", effective_date="2026-02-01", **scrap).fact == "StockIsReserved"
    shop("release_reservation", order="SO000001")
    shop("scrap_stock", effective_date="2026-02-01", **scrap | {"lines": [{"item": "A", "quantity": 70}]})
    assert reserved(shop) == 0
