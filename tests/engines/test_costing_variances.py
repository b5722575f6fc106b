"""Variances of items on standard by cause: the textbook formulae, and nothing left over."""

from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import CAUSES, CostingResult, value_moves, variances_by_cause

from .costing_companies import random_company
from .costing_histories import UNIT, History
from .test_costing_against_reference import is_payable, reference_of

A, B, C = 1, 2, 3
ORDER = 7
MILLION = 1_000_000


def material(
    item: int, issued: float, amount: int, allowed: float, with_scrap: float, unit_cost: int
) -> dict[str, Any]:
    return {
        "work_order_id": ORDER,
        "item_id": item,
        "issued_quantity": round(issued * UNIT),
        "issued_amount": amount,
        "allowed_quantity": round(allowed * UNIT),
        "allowed_with_scrap_quantity": round(with_scrap * UNIT),
        "unit_cost": unit_cost * MILLION,
    }


def operation(
    minutes: float, labour: int, overhead: int, allowed: float, with_scrap: float, machine_minutes: float | None = None
) -> dict[str, Any]:
    """At standard rates of 30.00 and 12.00 an hour. machine_minutes: left out, as many as minutes."""
    return {
        "work_order_id": ORDER,
        "work_center_id": 5,
        "actual_minutes": round(minutes * UNIT),
        "machine_minutes": round((minutes if machine_minutes is None else machine_minutes) * UNIT),
        "labour_amount": labour,
        "overhead_amount": overhead,
        "allowed_minutes": round(allowed * UNIT),
        "allowed_with_scrap_minutes": round(with_scrap * UNIT),
        "labour_rate": 3000 * MILLION,
        "overhead_rate": 1200 * MILLION,
    }


def played(outputs: tuple[float, ...] = (10,)) -> CostingResult:
    """B at a standard of 50.00 (A 2 × 10.00, half an hour at 42.00 = 41.00, so 9.00 more than BOM and routing say).

    23 of A at 10.00 issued and 6 hours worked for 186.00 and 80.00.
    """
    history = History()
    history.on_method(B, "standard")
    history.standard(B, 1, material=5000)
    history.receipt(A, 23, 1, 23 * 1100)
    history.order(ORDER, B, 10, is_closed=True, labour=18600, overhead=8000)
    history.move("issue", A, -23, 2, work_order_id=ORDER)
    for day, quantity in enumerate(outputs, start=3):
        history.move("output", B, quantity, day, work_order_id=ORDER)
    return value_moves(*history.tables())


def parted(result: CostingResult) -> pl.DataFrame:
    """11 were made, one of them scrapped."""
    materials = pl.DataFrame([material(A, 23, 25300, 20, 22, 1000)])
    operations = pl.DataFrame([operation(360, 18600, 8000, 300, 330)])
    return variances_by_cause(result.variances, materials, operations)


def test_the_causes_of_a_work_order() -> None:
    found = {
        (cause, item, centre): amount
        for cause, item, centre, amount in parted(played())
        .select("cause", "cause_item_id", "work_center_id", "amount")
        .iter_rows()
    }
    assert found == {
        ("material_price", A, None): 2300,  # 23 × (11.00 − 10.00)
        ("material_usage", A, None): 1000,  # (23 − 22) × 10.00
        ("yield", A, None): 2000,  # (22 − 20) × 10.00
        ("labour_rate", None, 5): 600,  # 186.00 − 6 × 30.00
        ("labour_efficiency", None, 5): 1500,  # (6 − 5.5) × 30.00
        ("overhead_spending", None, 5): 800,  # 80.00 − 6 × 12.00
        ("overhead_efficiency", None, 5): 600,  # (6 − 5.5) × 12.00
        ("yield", None, 5): 2100,  # (5.5 − 5) × 42.00
        ("standard", None, None): -9000,  # 10 × (41.00 − 50.00)
    }
    assert sum(found.values()) == 25300 + 18600 + 8000 - 50000


def test_overhead_is_of_machine_minutes() -> None:
    """4 hours of the machine beside 6 of people: both causes of overhead are told by the 4."""
    operations = pl.DataFrame([operation(360, 18600, 8000, 300, 330, machine_minutes=240)])
    nothing = pl.DataFrame([material(A, 0, 0, 0, 0, 0)])
    found = dict(variances_by_cause(played().variances, nothing, operations).select("cause", "amount").iter_rows())
    assert (found["overhead_spending"], found["overhead_efficiency"]) == (3200, -1800)
    assert (found["labour_rate"], found["labour_efficiency"]) == (600, 1500)


def test_several_outputs_each_add_up() -> None:
    result = played(outputs=(3, 4, 3))
    rows = parted(result)
    sums = dict(rows.group_by("entry_id").agg(pl.col("amount").sum()).iter_rows())
    assert sums == dict(result.variances.select("entry_id", "variance_amount").iter_rows())
    assert rows.filter(cause="yield", cause_item_id=A)["amount"].sum() == 2000
    assert rows.group_by("effective_date").len().height == 3


def test_subcontracting_is_a_cause() -> None:
    subcontract = {
        "subcontract_amount": 900,
        "subcontract_allowed_amount": 500,
        "subcontract_allowed_with_scrap_amount": 550,
    }
    operations = pl.DataFrame([operation(0, 0, 0, 0, 0) | subcontract])
    nothing = pl.DataFrame([material(A, 0, 0, 0, 0, 0)])
    found = variances_by_cause(played().variances, nothing, operations)
    assert dict(found.select("cause", "amount").iter_rows()) == {"subcontract": 350, "yield": 50, "standard": 1500}


def test_a_by_product_bears_no_cause_of_its_order() -> None:
    """The order costs 519.00; C beside takes a tenth, 51.90, and enters at 20.00. B bears what went otherwise."""
    history = History()
    history.on_method(B, "standard")
    history.on_method(C, "standard")
    history.standard(B, 1, material=5000)
    history.standard(C, 1, material=1000)
    history.receipt(A, 23, 1, 23 * 1100)
    history.order(ORDER, B, 10, is_closed=True, labour=18600, overhead=8000)
    history.move("issue", A, -23, 2, work_order_id=ORDER)
    history.move("by_product", C, 2, 3, work_order_id=ORDER, cost_share=100_000)
    history.move("output", B, 10, 3, work_order_id=ORDER)
    rows = parted(value_moves(*history.tables()))
    assert rows.filter(item_id=C).select("cause", "amount").rows() == [("standard", 3190)]
    of_b = dict(rows.filter(item_id=B).select("cause", "amount").iter_rows())
    assert (of_b["material_usage"], of_b["standard"]) == (1000, 46710 - 50000 - 10900)


def test_receipts_part_into_price_and_landed_cost() -> None:
    history = History()
    history.on_method(A, "standard")
    history.standard(A, 1, material=10)
    history.standard(A, 9, material=12)
    history.receipt(A, 10, 2, 130, landed_amount=20)
    rows = variances_by_cause(value_moves(*history.tables()).variances, *nothing_known())
    assert dict(rows.select("cause", "amount").iter_rows()) == {"purchase_price": 30, "landed": 20, "revaluation": -20}


def nothing_known() -> tuple[pl.DataFrame, pl.DataFrame]:
    return pl.DataFrame([material(A, 0, 0, 0, 0, 0)]).clear(), pl.DataFrame([operation(0, 0, 0, 0, 0)]).clear()


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=60, max_size=60, unique=True))
def test_the_causes_of_every_variance_add_up_to_it(drawn: list[int]) -> None:
    """Whatever is said about materials and operations, by item and day and entry nothing is left over."""
    histories = [random_company(seed, number) for number, seed in enumerate(drawn, start=1)]
    histories = [history for history in histories if is_payable(reference_of(history))]
    tables = [pl.concat(frames) for frames in zip(*(history.tables() for history in histories), strict=True)]
    result = value_moves(*tables)
    random = Random(drawn[0])
    orders = tables[1]["work_order_id"].to_list()
    any_material = [
        material(A, random.randint(0, 9), random.randint(0, 10**5), random.random(), random.random(), 777)
        | {"work_order_id": order}
        for order in orders
    ]
    any_operation = [
        operation(random.randint(0, 999), random.randint(0, 10**4), 5, random.random(), random.random())
        | {"work_order_id": order}
        for order in orders
    ]
    rows = variances_by_cause(result.variances, pl.DataFrame(any_material), pl.DataFrame(any_operation))
    assert set(rows["cause"]) <= set(CAUSES)
    by = ("company_id", "item_id", "warehouse_id", "effective_date", "entry_id")
    found = rows.group_by(by).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0).sort(by)
    expected = result.variances.group_by(by).agg(pl.col("variance_amount").sum().alias("amount"))
    assert found.equals(expected.filter(pl.col("amount") != 0).sort(by))
