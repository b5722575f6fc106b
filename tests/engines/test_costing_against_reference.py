"""On any history the engine finds what the plain reference finds, to the last minor unit, and loses nothing on the
way."""

from collections import Counter
from collections.abc import Callable
from copy import copy
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import METHODS, RANK_OF_KIND, CostingResult, ValueIsOutOfRange, value_moves

from .costing_companies import ENTRIES_OF_A_COMPANY, random_company
from .costing_histories import COMPONENTS, MOVE_COLUMNS, History, day
from .costing_reference import Reference, reference_costs

COMPANIES = 100
STEPS_AT_MOST, STEPS_OF_LONG_RUNS = 12, 18
TOO_LARGE = 2**48
RULES = {
    "uncovered",
    "without_price",
    "without_quantity",
    "unknown_origin",
    "without_standard",
    "unknown_work_order",
    "loop_residual",
}

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
seeds = st.lists(st.integers(0, 2**64 - 1), min_size=COMPANIES, max_size=COMPANIES, unique=True)


def reference_of(history: History) -> Reference:
    return reference_costs(history.moves, history.orders, history.methods, history.standards)


def played_together(histories: list[History]) -> list[CostingResult]:
    """All histories as companies of one run, each with its own part of the tables."""
    inputs = [history.tables() for history in histories]
    result = value_moves(*(pl.concat(frames) for frames in zip(*inputs, strict=True)))
    parts = [by_company(frame) for frame in result]
    return [
        CostingResult(*(part.get((history.company,), frame.clear()) for part, frame in zip(parts, result, strict=True)))
        for history in histories
    ]


def by_company(frame: pl.DataFrame) -> dict[tuple[Any, ...], pl.DataFrame]:
    """Rows of each company, found by the numbers of its entries and work orders."""
    names = [
        name for name in ("entry_id", "issue_entry_id", "work_order_id", "layer_entry_id") if name in frame.columns
    ]
    company = pl.coalesce(*(pl.col(name) // ENTRIES_OF_A_COMPANY for name in names))
    if "company_id" in frame.columns and "work_order_id" not in names:
        company = pl.col("company_id")
    if "effective_date" in frame.columns:
        company = pl.col("company_id")
    return frame.with_columns(_company=company).partition_by("_company", as_dict=True, include_key=False)


def check(history: History, result: CostingResult, reference: Reference) -> None:
    agree(result, reference)
    conserves(history, result)


def fails(history: History) -> bool:
    try:
        check(history, value_moves(*history.tables()), reference_of(history))
    except AssertionError:
        return True
    return False


def smallest(history: History, still: Callable[[History], bool]) -> History:
    """The history without every row that is not needed to keep it failing."""
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for name in ("moves", "orders", "methods", "standards"):
            for row in list(getattr(history, name)):
                less = copy(history)
                setattr(less, name, [other for other in getattr(history, name) if other is not row])
                if still(less):
                    history, is_smaller = less, True
    return history


def amounts_of(row: dict[str, Any], suffix: str = "") -> tuple[int, ...]:
    return tuple(row[f"{name}_amount{suffix}"] for name in COMPONENTS)


def agree(result: CostingResult, reference: Reference) -> None:
    """Values, slices and layers are the same, component by component."""
    found = {row["entry_id"]: amounts_of(row) for row in result.valued_moves.iter_rows(named=True)}
    sign = {entry: -1 if move["quantity"] < 0 else 1 for entry, move in reference.moves.items()}
    variance = reference.variances
    expected = {
        entry: tuple(
            sign[entry] * amount - off for amount, off in zip(value, variance.get(entry, [0] * 5), strict=True)
        )
        for entry, value in reference.value.items()
    }
    assert found == expected
    found_variances = {
        row["entry_id"]: amounts_of(row) for row in result.variances.drop_nulls("entry_id").iter_rows(named=True)
    }
    assert found_variances == {entry: tuple(amounts) for entry, amounts in variance.items() if any(amounts)}
    revaluations = [
        ((*(row[name] for name in ("company_id", "item_id", "warehouse_id", "effective_date")),), amounts_of(row))
        for row in result.variances.filter(rule="revaluation").iter_rows(named=True)
    ]
    expected_revaluations = [
        (place, tuple(amounts)) for place, amounts in reference.revaluations.items() if any(amounts)
    ]
    assert sorted(revaluations) == sorted(expected_revaluations)

    slices = Counter(
        (row["issue_entry_id"], row["layer_entry_id"], row["quantity"], amounts_of(row))
        for row in result.slices.iter_rows(named=True)
    )
    expected_slices = Counter(
        (entry, lot, quantity, tuple(value))
        for entry, cuts in reference.slices.items()
        for lot, _, quantity, value, _ in cuts
    ) + Counter((entry, None, quantity, tuple(value)) for entry, (quantity, value) in uncovered_of(reference).items())
    assert slices == expected_slices

    layers = Counter(
        (
            *(row[name] for name in ("layer_entry_id", "company_id", "item_id", "warehouse_id", "quantity")),
            amounts_of(row),
            row["received_date"],
            row["lot_id"],
        )
        for row in result.layers.iter_rows(named=True)
    )
    assert layers == Counter((*layer[:5], tuple(layer[5]), *layer[6:]) for layer in reference.layers)
    estimated = set(result.valued_moves.filter("is_estimated")["entry_id"])
    assert estimated == reference.estimated
    agree_on_findings(result, reference)


def agree_on_findings(result: CostingResult, reference: Reference) -> None:
    """What has to be said about a run is the same; residuals of loops are checked where value is conserved."""
    owed = uncovered_of(reference)
    unknown = {move["work_order_id"] for move in reference.moves.values()} - {*reference.orders, None}
    nothing_moved = {entry for entry, move in reference.moves.items() if move["quantity"] == 0}
    expected: dict[str, set[Any]] = {
        "uncovered": {(entry, quantity, sum(value)) for entry, (quantity, value) in owed.items()},
        "without_price": reference.without_price,
        "without_quantity": nothing_moved,
        "unknown_origin": reference.unknown_origin,
        "without_standard": reference.without_standard,
        "unknown_work_order": unknown,
    }
    rows = result.findings.filter(pl.col("rule") != "loop_residual").rows(named=True)
    found: dict[str, set[Any]] = {rule: set() for rule in expected}
    for row in rows:
        subject = row["entry_id"] or row["work_order_id"]
        is_owed = row["rule"] == "uncovered"
        found[row["rule"]].add((subject, row["quantity"], row["amount"]) if is_owed else subject)
    assert found == expected
    assert len(rows) == sum(len(subjects) for subjects in expected.values())


def uncovered_of(reference: Reference) -> dict[int, tuple[int, list[int]]]:
    return {layer[0]: (-layer[4], [-amount for amount in layer[5]]) for layer in reference.layers if layer[4] < 0}


def conserves(history: History, result: CostingResult) -> None:
    """What came in is what is on hand, in progress, lost, or gone, in exact minor units; nothing has value without
    quantity."""
    valued = {row["entry_id"]: row for row in result.valued_moves.iter_rows(named=True)}
    off = {row["entry_id"]: amounts_of(row) for row in result.variances.drop_nulls("entry_id").iter_rows(named=True)}
    worth: Counter[tuple[int, int]] = Counter()
    quantity: Counter[tuple[int, int]] = Counter()
    for move in history.moves:
        pool = (move["item_id"], move["warehouse_id"])
        worth[pool] += valued[move["entry_id"]]["value_amount"]
        quantity[pool] += move["quantity"]
    for variance in result.variances.filter(rule="revaluation").iter_rows(named=True):
        worth[(variance["item_id"], variance["warehouse_id"])] -= variance["variance_amount"]
    on_hand: Counter[tuple[int, int]] = Counter()
    held: Counter[tuple[int, int]] = Counter()
    for layer in result.layers.iter_rows(named=True):
        on_hand[(layer["item_id"], layer["warehouse_id"])] += layer["value_amount"]
        held[(layer["item_id"], layer["warehouse_id"])] += layer["quantity"]
        assert sum(amounts_of(layer)) == layer["value_amount"]
    shared = {row["item_id"] for row in history.methods if row["method"] == "month_average"}
    by_lot = {row["item_id"] for row in history.methods if row["method"] == "specific"}
    for pool in worth:
        assert quantity[pool] == held[pool]
        if pool[0] not in shared:
            assert worth[pool] == on_hand[pool]
            assert quantity[pool] != 0 or worth[pool] == 0 or pool[0] in by_lot
    for item in shared:
        of_item = [pool for pool in worth if pool[0] == item]
        assert sum(worth[pool] for pool in of_item) == sum(on_hand[pool] for pool in of_item)
        if all(held[pool] == 0 for pool in of_item) and item not in by_lot:
            assert sum(worth[pool] for pool in of_item) == 0

    taken: Counter[int] = Counter()
    for cut in result.slices.iter_rows(named=True):
        taken[cut["issue_entry_id"]] += cut["value_amount"]
    for move in history.moves:
        if move["quantity"] < 0:
            assert taken[move["entry_id"]] == -valued[move["entry_id"]]["value_amount"]

    stated = {order["work_order_id"]: order for order in history.orders}
    for order in result.work_orders.iter_rows(named=True):
        number = order["work_order_id"]
        moved = {"in": [0] * 5, "out": [0] * 5}
        for move in history.moves:
            if move["work_order_id"] == number:
                side = "out" if move["kind"] in ("output", "by_product") else "in"
                sign = 1 if side == "out" else -1
                spared = off.get(move["entry_id"], (0,) * 5)
                amounts = tuple(a + b for a, b in zip(amounts_of(valued[move["entry_id"]]), spared, strict=True))
                moved[side] = [a + sign * b for a, b in zip(moved[side], amounts, strict=True)]
        for k, name in enumerate(COMPONENTS):
            moved["in"][k] += stated.get(number, {}).get(f"{name}_amount", 0)
        assert tuple(moved["in"]) == amounts_of(order, "_in")
        assert tuple(moved["out"]) == amounts_of(order, "_out")
        assert order["value_in"] == (
            order["value_out"] + order["wip_amount"] + order["loss_amount"] + order["residual_amount"]
        )
        if not has_loop(result):
            assert order["residual_amount"] == 0

    lost = dict(
        result.findings.filter(rule="loop_residual").drop_nulls("entry_id").select("entry_id", "amount").iter_rows()
    )
    by_entry = {move["entry_id"]: move for move in history.moves}
    come_back = Counter(move["origin_entry_id"] for move in history.moves)
    for move in history.moves:
        origin = by_entry.get(move["origin_entry_id"], move)
        arrives_whole = move["quantity"] == -origin["quantity"] and come_back[origin["entry_id"]] == 1
        if move["kind"] == "transfer_in" and arrives_whole:
            out = -valued[origin["entry_id"]]["value_amount"]
            into = valued[move["entry_id"]]["value_amount"] + sum(off.get(move["entry_id"], (0,)))
            assert out - into == lost.get(move["entry_id"], 0)


def has_loop(result: CostingResult) -> bool:
    return result.findings.filter(rule="loop_residual").height > 0


@settings(max_examples=20, deadline=None, phases=PHASES)
@given(seeds)
def test_engine_is_the_reference_on_any_history(drawn: list[int]) -> None:
    compare(drawn, STEPS_AT_MOST)


@pytest.mark.soak
@settings(max_examples=200, deadline=None, phases=PHASES)
@given(seeds)
def test_engine_is_the_reference_on_twenty_thousand_histories(drawn: list[int]) -> None:
    compare(drawn, STEPS_OF_LONG_RUNS)


def compare(drawn: list[int], steps_at_most: int) -> None:
    """A hundred companies at once; of one that differs, what is needed to show it is reported."""
    histories = [random_company(seed, number, steps_at_most) for number, seed in enumerate(drawn, start=1)]
    references = [reference_of(history) for history in histories]
    payable = [is_payable(reference) for reference in references]
    histories = [history for history, is_fit in zip(histories, payable, strict=True) if is_fit]
    references = [reference for reference, is_fit in zip(references, payable, strict=True) if is_fit]
    try:
        results = played_together(histories)
    except ValueIsOutOfRange:
        histories, references = without_extremes(histories, references)
        results = played_together(histories)
    for history, result, reference in zip(histories, results, references, strict=True):
        try:
            check(history, result, reference)
        except AssertionError as difference:
            if fails(history):
                raise AssertionError(f"the smallest company that differs:\n{smallest(history, fails)}") from difference
            raise AssertionError(f"differs among other companies only:\n{history}") from difference


def is_payable(reference: Reference) -> bool:
    """Whether all values are such as the engine plays (a loop can let them grow without end)."""
    return all(abs(amount) < TOO_LARGE for value in reference.value.values() for amount in value)


def without_extremes(histories: list[History], references: list[Reference]) -> tuple[list[History], list[Reference]]:
    """Those that the engine plays. It refuses what is beyond its range on the way to the end, too: an order of millions
    of pieces at the price of a millionth of one, before a later round has the true price. So some unit cost times some
    quantity of such a history is beyond the range."""
    played = []
    for history, reference in zip(histories, references, strict=True):
        try:
            played_together([history])
            played.append((history, reference))
        except ValueIsOutOfRange:
            quantity = {move["entry_id"]: abs(move["quantity"]) for move in history.moves if move["quantity"]}
            costs = {
                entry: sum(map(abs, reference.value.get(entry, ()))) / number for entry, number in quantity.items()
            }
            assert max(costs.values()) * max(quantity.values()) > TOO_LARGE
    return [history for history, _ in played], [reference for _, reference in played]


def test_a_company_that_differs_is_told_by_its_smallest_history() -> None:
    def has_two_deliveries(history: History) -> bool:
        return sum(move["kind"] == "delivery" for move in history.moves) >= 2

    history = next(found for found in map(random_company, range(1000)) if has_two_deliveries(found))
    left = smallest(history, has_two_deliveries)
    assert [move["kind"] for move in left.moves] == ["delivery", "delivery"]
    assert (left.orders, left.methods, left.standards) == ([], [], [])


def test_random_companies_do_everything() -> None:
    """Without this the comparison would say little: every kind, method, finding and kind of variance occurs."""
    drawn = [random_company(seed, number, STEPS_AT_MOST) for number, seed in enumerate(range(600), start=1)]
    histories = [history for history in drawn if is_payable(reference_of(history))]
    moves = [move for history in histories for move in history.moves]
    result = value_moves(*(pl.concat(frames) for frames in zip(*(h.tables() for h in histories), strict=True)))
    assert {move["kind"] for move in moves} == set(RANK_OF_KIND)
    assert {row["method"] for history in histories for row in history.methods} == set(METHODS)
    assert set(result.findings["rule"]) == RULES
    assert set(result.variances["rule"]) == {"price", "output", "by_product", "return", "revaluation"}
    kinds = {move["entry_id"]: move["kind"] for move in moves}
    estimated_kinds = {kinds[entry] for entry in result.valued_moves.filter("is_estimated")["entry_id"]}
    assert set(RANK_OF_KIND) - estimated_kinds <= {"opening", "receipt"}
    by_change = Counter(kind for history in histories for kind in kinds_of_change(history))
    assert min(by_change[kind] for kind in ("within a month", "without a move since", "back from standard")) > 20
    last_move = {(move["company_id"], move["item_id"]): day(1) for move in moves}
    for move in moves:
        owner = (move["company_id"], move["item_id"])
        last_move[owner] = max(last_move[owner], move["effective_date"])
    lots = result.layers.filter(pl.col("lot_id") > 0).group_by("company_id", "item_id", "warehouse_id")
    by_lot = lots.agg(
        pl.col("lot_id").n_unique(), (pl.col("value_amount") / pl.col("quantity")).n_unique().alias("costs")
    )
    assert by_lot.filter(pl.col("lot_id") > 1, pl.col("costs") > 1).height > 20
    revalued = result.variances.filter(rule="revaluation").select("company_id", "item_id", "effective_date").rows()
    assert sum(on > last_move[(company, item)] for company, item, on in revalued) > 20
    for name in COMPONENTS:
        assert result.slices[f"{name}_amount"].n_unique() > 100
    orders = result.work_orders
    assert orders.filter(pl.col("wip_amount") != 0, pl.col("value_out") != 0).height > 20
    assert orders.filter(pl.col("loss_amount") != 0).height > 20
    assert result.layers.filter(pl.col("quantity") < 0).height > 100
    made_of_itself = (
        pl.DataFrame(moves, schema=MOVE_COLUMNS)
        .filter(pl.col("kind").is_in(["issue", "output"]))
        .group_by("work_order_id", "item_id")
        .agg(pl.col("kind").n_unique())
        .filter(pl.col("kind") == 2)
    )
    assert made_of_itself.height > 20


def kinds_of_change(history: History) -> list[str]:
    """What is special about the changes of method of a company."""
    kinds = []
    for item in {row["item_id"] for row in history.methods}:
        versions = sorted((row for row in history.methods if row["item_id"] == item), key=lambda v: v["effective_date"])
        days = [move["effective_date"] for move in history.moves if move["item_id"] == item]
        for before, change in pairwise(versions):
            since = change["effective_date"]
            of_month = [on for on in days if (on.year, on.month) == (since.year, since.month)]
            if change["method"] == "month_average" and any(on < since for on in of_month) and max(of_month) >= since:
                kinds.append("within a month")
            if change["method"] == "standard" and days and max(days) < since:
                kinds.append("without a move since")
            if before["method"] == "standard" != change["method"] and days and min(days) < since <= max(days):
                kinds.append("back from standard")
    return kinds


def test_days_of_the_histories_are_those_of_the_tables() -> None:
    history = History()
    history.receipt(1, 2, on=3, amount=10)
    assert history.tables()[0]["effective_date"].to_list() == [day(3)]
