"""Published cases of accounting give their published answers, as far as they are about costing; the others are listed.

Amounts are played with two decimals. An adapter states a case in moves and work orders, never its answer.
"""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from dbt_project.engines.costing import CostingResult, value_moves
from dbt_project.engines.planning.lots import economic_order_quantity

from .costing_histories import UNIT, History, day

CASES_FILE = Path(__file__).parents[3] / "shared" / "cases" / "accounting_and_inventory_control.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(CASES_FILE.read_text())["cases"]} if CASES_FILE.exists() else {}
)
CENTS, MICRO = 100, 1_000_000
NEW_YEAR = date(2026, 1, 1)

PLAYED = {
    "job-cost-58-59-60",
    "journal-tryton-continental-stock",
    "cost-tryton-work-center",
    "stock-aging-erpnext-basic",
    "stock-aging-erpnext-count",
    "stock-aging-erpnext-doc",
    "eoq-hillier-speakers",
    "eoq-snyder-3-1",
}
NOT_PLAYED = {
    "wip-equivalent-units": "work in progress is costed per work order; there are no equivalent units of a process",
    "pay-ex11-8": "not yet: payroll runs",
    "ar-aging-riley": "not yet: an allowance for doubtful receivables",
    "abc-silicon-chips": "not yet: classes of items by value of use",
    "rop-carpet": "not yet: reorder points from a service level",
    "ss-scperf": "not yet: safety stock from a service level",
}

pytestmark = pytest.mark.skipif(
    not CASES, reason="../shared/cases/accounting_and_inventory_control.yaml is not beside the repository"
)


def cents(amount: Any) -> int:
    return int((Decimal(str(amount)) * CENTS).to_integral_exact())


def play(history: History) -> CostingResult:
    return value_moves(*history.tables())


def worth(result: CostingResult) -> dict[int, int]:
    """Signed value of every entry, in cents."""
    return dict(result.valued_moves.select("entry_id", "value_amount").iter_rows())


def test_three_jobs() -> None:
    """Each job makes an item of its own; the ones completed are closed, job 57 is in stock from before."""
    case, answer = CASES["job-cost-58-59-60"]["given"], CASES["job-cost-58-59-60"]["expected"]
    history = History()
    for job, cost in case["jobs"].items():
        overhead = Decimal(str(case["overhead_rate"])) * cost["hours"]
        is_closed = job in case["completed"]
        history.order(int(job), int(job), 1, is_closed, labour=cents(cost["labour"]), overhead=cents(overhead))
        history.receipt(int(job) + 100, 1, 1, cents(cost["material"]))
        history.move("issue", int(job) + 100, -1, 2, work_order_id=int(job))
        if is_closed:
            history.move("output", int(job), 1, 3, work_order_id=int(job))
    for job, cost in case["opening_finished"].items():
        history.move("opening", int(job), 1, 1, material_amount=cents(cost))
    sold = [history.move("delivery", int(job), -1, 4) for job in case["sold"]]
    result = play(history)
    orders = {row["work_order_id"]: row for row in result.work_orders.to_dicts()}
    assert {str(job): row["value_in"] for job, row in orders.items()} == {
        job: cents(cost) for job, cost in answer["job_cost"].items()
    }
    assert sum(row["value_out"] for row in orders.values()) == cents(answer["wip_to_finished"])
    assert sum(row["wip_amount"] for row in orders.values()) == cents(answer["wip_end"])
    assert sum(row["overhead_amount_in"] for row in orders.values()) == cents(answer["overhead_applied"])
    cost_of_sales = -sum(worth(result)[entry] for entry in sold)
    assert cost_of_sales == cents(answer["cogs"])
    assert cost_of_sales * (1 + Decimal(str(case["markup_on_cost"]))) == cents(answer["sales"])
    finished = result.layers.filter(pl.col("item_id") < 100)
    assert finished["value_amount"].sum() == cents(answer["finished_end"])


@pytest.mark.parametrize("case", ["eoq-hillier-speakers", "eoq-snyder-3-1"])
def test_the_economic_order_quantity(case: str) -> None:
    """The lot is what planning orders; how long it lasts and what it costs a period follow from it."""
    given, answer = CASES[case]["given"], CASES[case]["expected"]
    use, order_cost, holding_cost = (given[name] * MICRO for name in ("demand", "order_cost", "holding_cost"))
    lot = economic_order_quantity(round(use), round(order_cost), round(holding_cost)) / MICRO
    assert lot == pytest.approx(answer["eoq"], rel=1e-5)
    if "cycle_months" in answer:
        assert lot / given["demand"] == pytest.approx(answer["cycle_months"], abs=0.05)
    costs = given["order_cost"] * given["demand"] / lot + given["holding_cost"] * lot / 2
    assert costs == pytest.approx(answer.get("cost", answer.get("total_variable_cost")), rel=1e-4)


def test_perpetual_stock_accounts() -> None:
    """Stock is kept in centimetres; received, delivered, and counted down to 100 of each."""
    case = CASES["journal-tryton-continental-stock"]["given"]
    answer = CASES["journal-tryton-continental-stock"]["expected"]
    history = History()
    items = {"standard": 1, "average": 2}
    history.on_method(1, "standard")
    history.on_method(2, "moving_average")
    entries: dict[str, list[int]] = {"received": [], "delivered": [], "counted": []}
    for row in case["receipt"]:
        quantity, amount = row["qty"] * 100, cents(row["qty"] * row["unit_value"])
        if row["item"] == "standard":
            history.standard(1, 1, material=cents(row["unit_value"]) // 100)
        entries["received"].append(history.receipt(items[row["item"]], quantity, 1, amount))
    left = {row["item"]: row["qty"] * 100 for row in case["receipt"]}
    for row in case["delivery"]:
        quantity = int(row["qty"].removesuffix(" cm"))
        left[row["item"]] -= quantity
        entries["delivered"].append(history.move("delivery", items[row["item"]], -quantity, 2))
    for name, quantity in left.items():
        entries["counted"].append(history.move("adjustment_out", items[name], 100 - quantity, 3))
    values = worth(play(history))
    moved = {name: abs(sum(values[entry] for entry in those)) for name, those in entries.items()}
    assert moved["received"] == cents(answer["stock_in_credit"]) == cents(answer["stock_debit"])
    assert moved["delivered"] == cents(answer["stock_out_debit_after_delivery"])
    assert moved["delivered"] == cents(answer["stock_credit_after_delivery"])
    assert moved["delivered"] + moved["counted"] == cents(answer["stock_out_after_count_to_100_each"])


def test_work_at_two_centres() -> None:
    """A cycle is booked at its cost, an hour at its rate; both are the order's."""
    case = CASES["cost-tryton-work-center"]["given"]
    work = sum(cents(row["cost"]) * row[{"cycle": "cycles", "hour": "hours"}[row["per"]]] for row in case["work"])
    history = History()
    history.receipt(1, 1, 1, cents(case["material_cost"]))
    history.order(7, 2, 1, is_closed=True, labour=work)
    history.move("issue", 1, -1, 2, work_order_id=7)
    output = history.move("output", 2, 1, 3, work_order_id=7)
    answer = CASES["cost-tryton-work-center"]["expected"]
    assert worth(play(history))[output] == cents(answer["production_cost"])


def aged(rows: list[dict[str, Any]]) -> list[tuple[int, date, int]]:
    """(quantity, received, value in cents) of the layers left after receipts, issues and counts of one item."""
    history = History()
    on_hand = 0
    for row in rows:
        quantity = row["qty"] if "qty" in row else row["count_to"] - on_hand
        kind = ("adjustment_in", "adjustment_out") if "count_to" in row else ("receipt", "delivery")
        value = {"material_amount": cents(row.get("value", 0))} if quantity > 0 else {}
        history.move(kind[quantity < 0], 1, quantity, (row["date"] - NEW_YEAR).days + 1, **value)
        on_hand += quantity
    columns = play(history).layers.select("quantity", "received_date", "value_amount")
    return [(quantity // UNIT, received, value) for quantity, received, value in columns.iter_rows()]


def dated(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"date": date.fromisoformat(row["date"])}


def test_age_of_stock() -> None:
    case, answer = CASES["stock-aging-erpnext-basic"]["given"], CASES["stock-aging-erpnext-basic"]["expected"]
    layers = aged([dated(row) for row in case["moves"]])
    assert [[quantity, str(received)] for quantity, received, _ in layers] == answer["slots"]
    assert sum(quantity for quantity, _, _ in layers) == answer["total_qty"]
    oldest = date.fromisoformat(case["as_of"]) - timedelta(case["ranges"][0])
    young = sum(value for _, received, value in layers if received >= oldest)
    assert young == cents(answer["value_0_30"])


def test_counts_add_and_take_layers() -> None:
    case, answer = CASES["stock-aging-erpnext-count"]["given"], CASES["stock-aging-erpnext-count"]["expected"]
    for rows, expected in zip(case["cases"], answer["results"], strict=True):
        layers = aged([dated(row) for row in rows["moves"]])
        assert [quantity for quantity, _, _ in layers] == expected["slots"]
        assert sum(quantity for quantity, _, _ in layers) == expected["total_qty"]


def test_the_three_cases_of_the_note() -> None:
    case, answer = CASES["stock-aging-erpnext-doc"]["given"], CASES["stock-aging-erpnext-doc"]["expected"]
    for rows, expected in zip(case["cases"], answer["results"], strict=True):
        layers = aged([{"date": day(int(number)), "qty": quantity} for number, quantity in rows])
        assert [[quantity, str(received.day)] for quantity, received, _ in layers] == expected


@pytest.mark.parametrize("case_id", sorted(NOT_PLAYED))
def test_cases_that_are_not_played_here(case_id: str) -> None:
    assert case_id in CASES
    pytest.skip(NOT_PLAYED[case_id])


def test_every_case_is_played_or_listed() -> None:
    assert set(CASES) == PLAYED | set(NOT_PLAYED)
