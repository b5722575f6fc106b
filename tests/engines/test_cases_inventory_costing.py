"""Published costing cases (textbooks, exercises, other systems' tests) give their published answers.

Amounts are played with two decimals. An adapter states a case in moves; it sets what the case fixes (method, standard
cost, starting cost), never the answer. Where a source follows another convention than ours the case is listed with
the reason.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from dbt_project.engines.costing import CostingResult, rolled_up_cost, value_moves

from .costing_histories import UNIT, History

CASES_FILE = Path(__file__).parents[3] / "shared" / "cases" / "inventory_costing.yaml"
CASES: dict[str, dict[str, Any]] = (
    {case["id"]: case for case in yaml.safe_load(CASES_FILE.read_text())["cases"]} if CASES_FILE.exists() else {}
)
CENTS = 100
ITEM = 1
ENGINE_METHOD = {"average": "month_average", "moving_average then fifo": "moving_average"}
NOT_OURS = {"cost-march-lifo": "last in first out is not among the valuation methods"}
PLAYED_AS_COMMANDS = {  # landed cost is split when it is recorded: tests/transactions/purchasing
    "cost-erpnext-landed-currency",
    "cost-landed-by-value-currency",
    "cost-landed-by-weight",
}

pytestmark = pytest.mark.skipif(not CASES, reason="../shared/cases/inventory_costing.yaml is not beside the repository")


def cents(amount: Any) -> int:
    return int((Decimal(str(amount)) * CENTS).to_integral_exact())


def expected(case_id: str) -> dict[str, Any]:
    return dict(CASES[case_id]["expected"])


def transactions(case_id: str) -> list[dict[str, Any]]:
    return list(CASES[case_id]["given"]["transactions"])


def day_of(transaction: dict[str, Any], position: int) -> int:
    """The day of a transaction, counted from 1 January; undated ones follow each other day by day."""
    stated = transaction.get("date")
    if stated is None:
        return 0 if transaction.get("opening") else 40 + position
    month, _, day = str(stated).rpartition("-")
    return (date(2026, int(month or 1), int(day)) - date(2025, 12, 31)).days


def told(rows: list[dict[str, Any]], method: str) -> History:
    """The history that a list of receipts and issues tells; corrections of a quantity replace the old one."""
    history = History()
    history.on_method(ITEM, method)
    for position, row in enumerate(rows):
        on = day_of(row, position)
        if row["type"] == "receipt":
            kind = "opening" if row.get("opening") else "receipt"
            amount = cents(Decimal(str(row["unit_cost"])) * Decimal(str(row["qty"])))
            history.move(kind, ITEM, row["qty"], max(on, 1), material_amount=amount)
        elif row["type"] in ("issue", "purchase_return"):
            history.move("delivery", ITEM, -row["qty"], max(on, 1))
        elif row["type"] == "correct_qty":
            move = history.moves[row["move"] - 1]
            before = abs(move["quantity"])
            move["quantity"] = row["new_qty"] * UNIT * (1 if move["quantity"] > 0 else -1)
            if move["material_amount"] is not None:
                move["material_amount"] = move["material_amount"] * abs(move["quantity"]) // before
        elif row["type"] == "set_standard_cost":
            history.standard(ITEM, on, material=cents(row["value"]))
        elif row["type"] == "change_method":
            history.on_method(ITEM, row["to"], since=on)
    return history


def play(history: History) -> CostingResult:
    return value_moves(*history.tables())


def on_hand(result: CostingResult) -> tuple[int, int]:
    """(quantity in units, value in cents) of everything left."""
    return int(result.layers["quantity"].sum()) // UNIT, int(result.layers["value_amount"].sum())


def left_with(result: CostingResult) -> list[int]:
    """Cost of each issue, in order of play."""
    return [-amount for amount in result.valued_moves["value_amount"] if amount < 0]


def average_after(rows: list[dict[str, Any]], method: str, before: list[dict[str, Any]]) -> list[Decimal]:
    """Unit cost on hand after each transaction."""
    averages = []
    for count in range(1, len(rows) + 1):
        quantity, value = on_hand(play(told([*before, *rows[:count]], method)))
        averages.append(Decimal(value) / CENTS / quantity if quantity else Decimal(0))
    return averages


RECEIPTS_AND_ISSUES = [
    "cost-march-fifo",
    "cost-march-weighted-average",
    "cost-waterway-moving-average",
    "cost-cn-fifo",
    "cost-cn-fifo-small",
    "cost-tryton-fifo-basic",
    "cost-odoo-avco-normal",
    "cost-odoo-fifo-normal",
    "cost-odoo-fifo-increase-out",
    "cost-odoo-change-avco-to-fifo",
    "cost-odoo-std-normal",
    "cost-odoo-std-change-past",
    "cost-odoo-std-price-change",
    "cost-erpnext-fifo-merge-layers",
]


@pytest.mark.parametrize("case_id", RECEIPTS_AND_ISSUES)
def test_receipts_and_issues(case_id: str) -> None:
    case, answer = CASES[case_id], expected(case_id)
    method = ENGINE_METHOD.get(case["method"], case["method"])
    history = told(transactions(case_id), method)
    if method == "standard":
        history.standard(ITEM, 1, material=cents(10))
        history.standards.sort(key=lambda row: row["effective_date"])
    if any(row["type"] == "change_method" for row in transactions(case_id)):
        history.move("adjustment_in", ITEM, 1, 300)
        history.move("adjustment_out", ITEM, -1, 301)
    result = play(history)
    quantity, value = on_hand(result)
    checked: dict[str, Callable[[Any], bool]] = {
        "cogs": lambda wanted: sum(left_with(result)) == cents(wanted),
        "issue_cost": lambda wanted: sum(left_with(result)) == cents(wanted),
        "issue_costs": lambda wanted: left_with(result) == [cents(cost) for cost in wanted],
        "ending_qty": lambda wanted: quantity == wanted,
        "qty": lambda wanted: quantity == wanted,
        "ending_value": lambda wanted: value == cents(wanted),
        "value": lambda wanted: value == cents(wanted),
        "average": lambda wanted: value == quantity * cents(wanted),
        "revaluation": lambda wanted: int(result.variances["variance_amount"].sum()) == -cents(wanted),
        "layers_left": lambda wanted: layers_left(result) == [(q, cents(cost)) for q, cost in wanted],
        "unit_cost": lambda wanted: sum(left_with(result)) == 450 * cents(wanted),
        "issue_unit_costs": lambda wanted: issue_unit_costs(result) == [cents(cost) for cost in wanted],
    }
    known_apart = {"ending_value_printed", "average_after_receipt", "average_of_remaining_after"}
    assert set(answer) <= set(checked) | known_apart
    failed = [name for name, wanted in answer.items() if name in checked and not checked[name](wanted)]
    assert failed == []


def layers_left(result: CostingResult) -> list[tuple[int, int]]:
    """(units, unit cost in cents) of what is left."""
    return [
        (quantity // UNIT, value * UNIT // quantity)
        for quantity, value in result.layers.select("quantity", "value_amount").iter_rows()
    ]


def issue_unit_costs(result: CostingResult) -> list[int]:
    """Unit cost of every issue in cents, in order of play."""
    joined = result.valued_moves.join(
        result.slices.group_by("issue_entry_id").agg(pl.col("quantity").sum()),
        left_on="entry_id",
        right_on="issue_entry_id",
        maintain_order="left",
    )
    return [-value * UNIT // quantity for value, quantity in joined.select("value_amount", "quantity").iter_rows()]


@pytest.mark.parametrize(
    ("case_id", "name", "before"),
    [
        ("cost-tryton-average-basic", "average_after", []),
        ("cost-tryton-average-negative", "average_after", [(1, 5), (-1, 0)]),
        ("cost-tryton-fifo-basic", "average_of_remaining_after", []),
    ],
)
def test_unit_cost_on_hand_after_each_move(case_id: str, name: str, before: list[tuple[int, int]]) -> None:
    start = [
        {
            "type": "receipt" if quantity > 0 else "issue",
            "qty": abs(quantity),
            "unit_cost": cost,
            "date": f"01-0{k + 1}",
        }
        for k, (quantity, cost) in enumerate(before)
    ]
    averages = average_after(transactions(case_id), CASES[case_id]["method"], start)
    wanted = expected(case_id)[name]
    assert [average if cost is not None else None for average, cost in zip(averages, wanted, strict=True)] == wanted


def test_moving_average_as_printed() -> None:
    rows = transactions("cost-waterway-moving-average")
    averages = average_after(rows, "moving_average", [])
    after_receipts = [average for average, row in zip(averages, rows, strict=True) if row["type"] == "receipt"][1:]
    printed = expected("cost-waterway-moving-average")["average_after_receipt"]
    assert [round(float(average), 3) for average in after_receipts] == printed


def test_landed_cost_of_one_item() -> None:
    answer = expected("cost-tryton-landed-cost")
    for name, landed in (("unit_price", 10), ("after_cancel", 0)):
        history = History()
        history.on_method(1, "moving_average")
        history.receipt(1, 10, 1, cents(1000), landed_amount=cents(landed))
        history.receipt(2, 1, 1, cents(10))
        found = dict(play(history).layers.select("item_id", "value_amount").iter_rows())
        assert found == {1: 10 * cents(answer[name]["P1"]), 2: cents(answer[name]["P2"])}


def produced(components: list[tuple[float, int]], good: float, **cost: int) -> CostingResult:
    """A closed work order from components (quantity, total in cents), all issued."""
    history = History()
    history.order(1, 9, good, is_closed=True, **cost)
    for item, (quantity, amount) in enumerate(components, start=1):
        history.receipt(item, quantity, 1, amount)
        history.move("issue", item, -quantity, 2, work_order_id=1)
    history.move("output", 9, good, 3, work_order_id=1)
    return play(history)


def test_production() -> None:
    answer = expected("cost-tryton-production")
    result = produced([(10, cents(10)), (300, cents(15))], good=2)
    [(value, quantity)] = result.layers.select("value_amount", "quantity").iter_rows()
    assert value == cents(answer["production_cost"])
    assert value * UNIT == cents(answer["output_unit_cost"]) * quantity
    consumed = sorted(answer["consumption"][name] * UNIT for name in ("C1", "C2_cm"))
    assert result.slices["quantity"].sort().to_list() == consumed


def test_scrapped_output_bears_no_cost() -> None:
    answer = expected("cost-tryton-waste")
    [value] = produced([(20, cents(20))], good=1).layers["value_amount"]
    assert value == cents(answer["production_cost"]) == cents(answer["good_unit_cost"])


def test_by_products_take_their_share() -> None:
    answer = expected("cost-odoo-bom-byproduct")
    [given] = transactions("cost-odoo-bom-byproduct")
    history = History()
    history.order(1, 9, 1, is_closed=True)
    history.receipt(1, 1, 1, cents(given["bom_cost"]))
    history.move("issue", 1, -1, 2, work_order_id=1)
    history.move("output", 9, 1, 3, work_order_id=1)
    for row in given["byproducts"]:
        history.move("by_product", 8, row["qty"], 3, work_order_id=1, cost_share=row["share"] * 10_000)
    worth = dict(play(history).layers.group_by("item_id").agg(pl.col("value_amount").sum()).iter_rows())
    assert worth[9] == cents(answer["main_unit"])
    assert worth[8] == 20 * Decimal(str(answer["byproduct_unit"])) * CENTS


@pytest.mark.parametrize("levels", ["one_level", "all_levels", "table_head_unit"])
def test_bom_rollup(levels: str) -> None:
    boms = transactions("cost-odoo-bom-rollup")
    names = ["dining_table", "table_head"]
    names += sorted({line["item"] for bom in boms for line in bom["lines"]} - set(names))
    rows: dict[str, list[dict[str, Any]]] = {"boms": [], "lines": [], "costs": []}
    start = date(2026, 1, 1)
    for number, bom in enumerate(boms if levels != "one_level" else boms[:1]):
        output = (12 if bom["qty"] == "1 dozen" else bom["qty"]) * UNIT
        item = names.index(bom["bom"])
        rows["boms"].append({"bom_id": number, "item_id": item, "effective_date": start, "output_quantity": output})
        for line in bom["lines"]:
            below = names.index(line["item"])
            rows["lines"].append({"bom_id": number, "item_id": below, "quantity": line["qty"] * UNIT, "scrap_rate": 0})
            rows["costs"].append({"item_id": below, "effective_date": start, "unit_cost": line["cost"] * UNIT})
    operation = ("routing_id", "setup_minutes", "run_minutes", "work_center_id")
    rates = ("work_center_id", "effective_date", "labour_rate", "overhead_rate")
    found = rolled_up_cost(
        pl.DataFrame(rows["boms"]),
        pl.DataFrame(rows["lines"]),
        pl.DataFrame(schema={"routing_id": pl.Int64, "item_id": pl.Int64, "effective_date": pl.Date}),
        pl.DataFrame(schema=dict.fromkeys(operation, pl.Int64)),
        pl.DataFrame(schema=dict.fromkeys(rates, pl.Int64)),
        pl.DataFrame(rows["costs"]),
        pl.DataFrame({"item_id": [names.index("table_head" if "head" in levels else "dining_table")]}).with_columns(
            date=pl.lit(start + timedelta(1))
        ),
    )
    assert found["is_complete"].all()
    assert found["material_unit_cost"].item() == Decimal(str(expected("cost-odoo-bom-rollup")[levels])) * UNIT


OTHERWISE_PLAYED = {
    "cost-tryton-average-basic",
    "cost-tryton-average-negative",
    "cost-tryton-landed-cost",
    "cost-tryton-production",
    "cost-tryton-waste",
    "cost-odoo-bom-byproduct",
    "cost-odoo-bom-rollup",
}


@pytest.mark.parametrize("case_id", sorted(NOT_OURS))
def test_cases_that_are_not_played_here(case_id: str) -> None:
    assert case_id in CASES
    pytest.skip(NOT_OURS[case_id])


def test_every_case_is_played_or_listed() -> None:
    assert set(CASES) == {*RECEIPTS_AND_ISSUES, *OTHERWISE_PLAYED, *PLAYED_AS_COMMANDS, *NOT_OURS}
