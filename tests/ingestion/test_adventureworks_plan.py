"""The commands an import consists of: they say what the files say, in an order in which no stock check refuses."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.sources.adventureworks.files import Files, read_files
from ingestion.sources.adventureworks.opening_stock import Opened
from ingestion.sources.adventureworks.plan import commands
from ingestion.sources.adventureworks.planned import Planned
from tests.ingestion.adventureworks_export import TABLES, with_line, write_export


@pytest.fixture(scope="module")
def files(shared_data: Path) -> Files:
    """The real files, read once."""
    return read_files(shared_data / "adventureworks")


@pytest.fixture(scope="module")
def plan(files: Files) -> list[Planned]:
    return list(commands(files))


def of(plan: list[Planned], name: str) -> list[dict[str, Any]]:
    return [planned.data for planned in plan if planned.name == name]


def total(rows: list[dict[str, Any]], field: str) -> Decimal:
    return sum((Decimal(row[field]) for row in rows), Decimal(0))


def lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for row in rows for line in row["lines"]]


def to_cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


# ---------------------------------------------------------------- what must come out again (README of the data)
def test_sales_orders(plan: list[Planned]) -> None:
    orders = of(plan, "create_sales_order")
    sold = lines(orders)
    net = sum(
        round(
            Decimal(line["quantity"]) * Decimal(line["unit_price"]) * (1 - Decimal(line.get("discount_rate", "0"))), 4
        )
        for line in sold
    )
    tax, freight = total(orders, "tax_amount"), total(orders, "freight")
    assert (len(orders), len(sold), total(sold, "quantity")) == (5522, 27405, 81467)
    assert to_cents(Decimal(net)) == "46165973.54"
    assert (to_cents(tax), to_cents(freight)) == ("4316515.16", "1348911.14")
    assert to_cents(net + tax + freight) == "51831399.84"
    paid = of(plan, "receive_payment")
    assert to_cents(total(paid, "amount")) == "51831399.84"


def test_purchase_orders(plan: list[Planned]) -> None:
    orders = of(plan, "create_purchase_order")
    ordered = lines(orders)
    value = sum(Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in ordered)
    assert (len(orders), len(ordered), total(ordered, "quantity")) == (280, 644, 156867)
    assert to_cents(Decimal(value)) == "4330028.85"
    assert total(lines(of(plan, "receive_goods")), "quantity") == 155351
    assert total(lines(of(plan, "return_to_supplier")), "quantity") == 16931
    assert total(lines(of(plan, "bill_supplier")), "quantity") == 138420


def test_purchase_orders_by_status(plan: list[Planned], files: Files) -> None:
    statuses = Counter(order.status for order, _ in files.purchases.values())
    assert statuses == {4: 251, 3: 28, 1: 1}
    closed = {order["order"] for order in of(plan, "close_purchase_order")}
    still_open = {order["external_number"] for order in of(plan, "create_purchase_order")} - closed
    assert still_open == {f"PO{number}" for number, (order, _) in files.purchases.items() if order.status == 1}


def test_work_orders(plan: list[Planned]) -> None:
    orders, outputs = of(plan, "create_work_order"), of(plan, "report_output")
    assert (len(orders), len({order["item"] for order in orders})) == (27597, 152)
    assert total(orders, "quantity") == 1683444
    assert (total(outputs, "good_quantity"), total(outputs, "scrap_quantity")) == (1679996, 3448)
    due = {order["external_number"]: order["due_date"] for order in orders}
    assert sum(output["effective_date"] > due[output["order"]] for output in outputs) == 7957


def test_routing_cost_is_met_on_every_row(plan: list[Planned], files: Files) -> None:
    rates = {one["code"]: Decimal(one["overhead_rate"]) for one in of(plan, "create_work_center")}
    bookings = of(plan, "book_time")
    minutes = lines(bookings)
    costs = [Decimal(line["minutes"]) * rates[line["work_center"]] / 60 for line in minutes]
    stated = {number: [operation.cost for operation in order.operations] for number, order in files.work_orders.items()}
    booked = {
        int(one["order"].removeprefix("WO")): [
            Decimal(line["minutes"]) * rates[line["work_center"]] / 60 for line in one["lines"]
        ]
        for one in bookings
    }
    assert booked == {number: cost for number, cost in stated.items() if cost}
    assert (len(minutes), len(bookings)) == (22345, 14638)
    assert total(minutes, "minutes") / 60 == Decimal("76068.2")
    assert sum(costs) == 1161168


@pytest.mark.parametrize(("as_of", "unshipped", "unfinished"), [("2012-12-31", 182, 724), ("2012-06-30", 193, 675)])
def test_what_is_open_on_a_day(plan: list[Planned], as_of: str, unshipped: int, unfinished: int) -> None:
    until = [planned for planned in plan if planned.day <= date.fromisoformat(as_of)]
    count = Counter(planned.name for planned in until)
    assert count["create_sales_order"] - count["deliver_goods"] == unshipped
    assert count["create_work_order"] - count["report_output"] == unfinished


def test_transactions_agree_with_the_commands(plan: list[Planned], files: Files, shared_data: Path) -> None:
    """Sales and work order transactions name the same products and quantities as the orders do, every one of them."""
    from ingestion.sources.adventureworks.export import Export, table

    history = table("Production.TransactionHistory", "ProductID ReferenceOrderID TransactionType Quantity")
    stated: dict[str, Counter[tuple[str, str, Decimal]]] = defaultdict(Counter)
    export = Export(shared_data / "adventureworks")
    for row in export.rows(history):
        code = files.products[row.whole("ProductID")].code
        stated[row.text("TransactionType")][row.text("ReferenceOrderID"), code, row.number("Quantity")] += 1
    sold = Counter(
        (order["external_number"].removeprefix("SO"), line["item"], Decimal(line["quantity"]))
        for order in of(plan, "create_sales_order")
        for line in order["lines"]
    )
    made = Counter(
        (order["external_number"].removeprefix("WO"), order["item"], Decimal(order["quantity"]))
        for order in of(plan, "create_work_order")
    )
    assert stated["S"] == sold
    assert stated["W"] == made
    assert stated["P"].total() == 644


# ---------------------------------------------------------------- the stock
def balances_after_each_command(plan: list[Planned]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Play the commands against a plain stock: what lies there at the end, and the least that ever did, by item."""
    stock: dict[str, Decimal] = defaultdict(Decimal)
    least: dict[str, Decimal] = defaultdict(Decimal)
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    boms: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def move(item: str, quantity: Decimal) -> None:
        stock[item] += quantity
        least[item] = min(least.get(item, stock[item]), stock[item])

    for planned in plan:
        data = planned.data
        match planned.name:
            case "create_bom":
                boms[data["item"]].append(data)
            case "create_sales_order" | "create_purchase_order" | "create_work_order":
                documents[planned.name.removeprefix("create_"), data["external_number"]] = data
            case "record_opening_stock":
                for line in data["lines"]:
                    stock[line["item"]] += Decimal(line["quantity"])
                    least[line["item"]] = stock[line["item"]]
            case "receive_goods":
                ordered = documents["purchase_order", data["order"]]["lines"]
                received = [(ordered[line["line"] - 1]["item"], Decimal(line["quantity"])) for line in data["lines"]]
                documents["goods_receipt", data["external_number"]] = {"lines": received}
                for item, quantity in received:
                    move(item, quantity)
            case "return_to_supplier":
                received = documents["goods_receipt", data["receipt"]]["lines"]
                for line in data["lines"]:
                    move(received[line["line"] - 1][0], -Decimal(line["quantity"]))
            case "deliver_goods":
                for line in documents["sales_order", data["order"]]["lines"]:
                    move(line["item"], -Decimal(line["quantity"]))
            case "issue_material":
                order = documents["work_order", data["order"]]
                [bom] = [
                    bom
                    for bom in boms[order["item"]]
                    if bom["effective_date"] <= order["start_date"] <= bom.get("end_date", "9999-12-31")
                ]
                for line in bom["lines"]:
                    move(line["item"], -Decimal(line["quantity"]) * Decimal(order["quantity"]))
            case "report_output":
                move(documents["work_order", data["order"]]["item"], Decimal(data["good_quantity"]))
    return stock, least


def test_no_balance_ever_falls_below_zero_and_none_is_larger_than_it_must_be(plan: list[Planned]) -> None:
    stock, least = balances_after_each_command(plan)
    opened = {line["item"] for line in lines(of(plan, "record_opening_stock"))}
    assert len(opened) == 251
    assert min(least.values()) == 0
    assert {item: least[item] for item in opened if least[item] != 0} == {}
    assert sum(stock.values()) == 220589


def test_sold_items_without_any_receipt_are_covered_by_opening_stock(plan: list[Planned]) -> None:
    received = {line["item"] for line in lines(of(plan, "create_purchase_order"))}
    received |= {order["item"] for order in of(plan, "create_work_order")}
    sold = Counter(line["item"] for line in lines(of(plan, "create_sales_order")))
    never = {item: count for item, count in sold.items() if item not in received}
    assert (len(never), sum(never.values())) == (26, 6399)
    opened = {line["item"]: Decimal(line["unit_cost"]) for line in lines(of(plan, "record_opening_stock"))}
    assert all(opened[item] > 0 for item in never)
    kinds = {item["code"]: item["kind"] for item in of(plan, "create_item")}
    assert {kinds[item] for item in never} == {"bought"}


# ---------------------------------------------------------------- the plan as such
def test_keys_are_unique_and_the_same_every_time(plan: list[Planned], files: Files) -> None:
    assert len({planned.key for planned in plan}) == len(plan)
    assert list(commands(files)) == plan


def test_what_a_command_needs_comes_before_it(plan: list[Planned]) -> None:
    seen: set[str] = set()
    for planned in plan:
        assert seen.issuperset(planned.needs), planned.key
        seen.add(planned.key)


def test_days_run_forward(plan: list[Planned]) -> None:
    happened = [
        planned.day for planned in plan if planned.name in ("create_work_order", "deliver_goods", "pay_supplier")
    ]
    assert happened == sorted(happened)


def test_amounts_and_quantities_are_exact_text(plan: list[Planned]) -> None:
    def floats(value: object) -> bool:
        if isinstance(value, dict):
            return any(floats(one) for one in value.values())
        return any(floats(one) for one in value) if isinstance(value, list) else isinstance(value, float | Decimal)

    assert not any(floats(planned.data) for planned in plan)


# ---------------------------------------------------------------- choices, on a tiny company
def tiny(tmp_path: Path, **changed: list[str]) -> list[Planned]:
    files = read_files(write_export(tmp_path, **changed))
    assert files.bad_rows == []
    return list(commands(files))


def test_opening_stock_is_as_large_as_it_must_be_at_a_price_that_is_known(tmp_path: Path) -> None:
    [opening] = of(tiny(tmp_path), "record_opening_stock")
    assert opening["effective_date"] == "2011-04-15"
    assert {line["item"]: (line["quantity"], line["unit_cost"]) for line in opening["lines"]} == {
        "BK-1": ("2", "280.0000"),  # delivered before the first output; the first standard cost there ever was
        "FR-1": ("7.00", "105.0000"),  # 10 issued, 3 stocked before; the price of the last purchase order
        "BE-1": ("90.00", "1.0500"),  # 5 × 8 in June, 5 × 10 in July by the BOM of then; the vendor's price
        "HL-1": ("1", "12.5000"),  # never received; its standard cost now, it has no history
    }


def test_a_made_part_without_any_price_is_worth_its_components(tmp_path: Path) -> None:
    lines_of_products = with_line("Production.Product", 2, "1,Road Bike,BK-1,true,10,0,4,1")
    plan_ = tiny(tmp_path, **lines_of_products, Production__ProductCostHistory=["ProductID,StartDate,StandardCost"])
    [opening] = of(plan_, "record_opening_stock")
    prices = {line["item"]: Decimal(line["unit_cost"]) for line in opening["lines"]}
    # frame 105 + 8 bearings of 1.05 + 49.00 of work centre cost on 9 good bikes
    assert prices["BK-1"] == Decimal("118.844444")


def test_more_is_opened_later_only_for_what_is_missing(tmp_path: Path) -> None:
    files = read_files(write_export(tmp_path))
    opened = Opened(1, {"BK-1": Decimal(2), "FR-1": Decimal(5), "BE-1": Decimal(90), "HL-1": Decimal(3)})
    [opening] = [one for one in commands(files, opened=opened) if one.name == "record_opening_stock"]
    assert opening.key == "aw:opening_stock:2"
    assert [(line["item"], line["quantity"]) for line in opening.data["lines"]] == [("FR-1", "2.00")]


def test_a_purchase_order_with_rejected_goods(tmp_path: Path) -> None:
    plan_ = tiny(tmp_path)
    keys = [planned.key for planned in plan_ if planned.source[0].startswith("Purchasing.PurchaseOrder")]
    assert keys == [
        "aw:purchase_order:1", "aw:goods_receipt:1", "aw:landed_cost:1", "aw:supplier_return:1", "aw:supplier_bill:1",
        "aw:purchase_order_closed:1", "aw:supplier_payment:1",
    ]  # fmt: skip
    [bill], [payment] = of(plan_, "bill_supplier"), of(plan_, "pay_supplier")
    assert (bill["lines"], bill["tax_amount"]) == ([{"line": 1, "quantity": "3.00"}], "25.2000")
    assert (payment["amount"], payment["effective_date"]) == ("353.3250", "2011-05-25")


def test_time_is_booked_when_the_order_ends_and_an_order_may_start_and_end_on_one_day(tmp_path: Path) -> None:
    plan_ = tiny(tmp_path)
    [booking] = of(plan_, "book_time")
    assert (booking["effective_date"], booking["lines"][0]["minutes"]) == ("2011-06-13", "240")
    keys = [planned.key for planned in plan_]
    assert keys.index("aw:work_order:2") < keys.index("aw:material_issue:2") < keys.index("aw:output:2")


def test_bom_versions_follow_their_rows(tmp_path: Path) -> None:
    versions = [
        (bom["effective_date"], bom.get("end_date"), [line["quantity"] for line in bom["lines"]])
        for bom in of(tiny(tmp_path), "create_bom")
    ]
    assert versions == [("2010-03-04", "2011-06-30", ["1.00", "8.00"]), ("2011-07-01", None, ["1.00", "10.00"])]


def test_a_routing_is_derived_from_the_work_orders(tmp_path: Path) -> None:
    [routing] = of(tiny(tmp_path), "create_routing")
    assert routing["operations"] == [
        {"sequence": 7, "work_center": "WC60", "setup_minutes": "240", "run_minutes": "0"}
    ]  # fmt: skip


def test_lines_sent_back_are_those_of_the_receipt(tmp_path: Path) -> None:
    """A line of which nothing came is no line of the receipt, so those after it move up."""
    lines_of_order = [
        *TABLES["Purchasing.PurchaseOrderDetail"][:1],
        "1,2011-04-30,5,3,1.0500,5.2500,0.00,0.00,0.00",
        "1,2011-04-30,5,2,105.0000,525.0000,4.00,1.00,3.00",
    ]
    head = with_line("Purchasing.PurchaseOrderHeader", 2, "1,4,1500,2011-04-16,2011-04-25,530.2500,42.4200,13.1250")
    plan_ = tiny(tmp_path, **head, Purchasing__PurchaseOrderDetail=lines_of_order)
    [receipt], [sent_back] = of(plan_, "receive_goods"), of(plan_, "return_to_supplier")
    assert receipt["lines"] == [{"line": 2, "quantity": "4.00"}]
    assert sent_back["lines"] == [{"line": 1, "quantity": "1.00"}]


@pytest.mark.parametrize(("status", "following"), [(1, []), (6, ["cancel_sales_order"])])
def test_only_shipped_orders_are_delivered(tmp_path: Path, status: int, following: list[str]) -> None:
    row = f"43660,2011-06-20,2011-07-02,2011-06-27,{status},SO43660,11000,,20.1925,1.6154,0.5048"
    plan_ = tiny(tmp_path, **with_line("Sales.SalesOrderHeader", 3, row))
    names = [planned.name for planned in plan_ if planned.key.endswith(":43660")]
    assert names == ["create_sales_order", *following]
    [opening] = of(plan_, "record_opening_stock")
    assert "HL-1" not in {line["item"] for line in opening["lines"]}
