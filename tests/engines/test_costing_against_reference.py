"""On any history the engine finds what the plain reference finds, to the last minor unit, and loses nothing on the
way."""

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import CostingResult, ValueIsOutOfRange, value_moves

from .costing_histories import COMPONENTS, UNIT, History, day
from .costing_reference import Reference, reference_costs

IS_SOAK = os.environ.get("BIHUAN_SOAK") == "1"
EXAMPLES, STEPS_AT_MOST = (5_000, 30) if IS_SOAK else (300, 14)
BOUGHT, MADE = (1, 2), (3, 4, 5)

METHODS = ("fifo", "moving_average", "fifo", "moving_average", "month_average", "standard", "specific")

methods = st.sampled_from(METHODS)
days = st.one_of(st.integers(1, 12), st.integers(26, 38))
warehouses = st.sampled_from((1, 1, 1, 2))
quantities = st.one_of(
    st.integers(1, 12).map(lambda n: n * UNIT), st.integers(1, 7 * UNIT), st.sampled_from((UNIT // 3, 7, 1))
)
prices = st.one_of(st.integers(0, 500), st.integers(0, 10**6))
some_amounts = st.one_of(st.none(), prices)
choices = st.integers(0, 10**6)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Purchases, deliveries, production on several levels, returns, transfers, counts, back-dated or not, covered or
    not."""
    history = History()
    for item in (*BOUGHT, *MADE):
        history.on_method(item, draw(methods))
        if draw(st.integers(0, 9)) == 0:
            history.on_method(item, draw(methods), since=draw(st.integers(2, 40)))
        if any(row["item_id"] == item and row["method"] == "standard" for row in history.methods):
            for since in draw(st.lists(days, max_size=3, unique=True)):
                history.standard(item, since, material=draw(prices), labour=draw(st.sampled_from((0, 0, 35))))
    steps = st.sampled_from(
        (
            "receipt",
            "receipt",
            "receipt",
            "delivery",
            "delivery",
            "work",
            "work",
            "transfer",
            "return",
            "count",
            "opening",
        )
    )
    for step in draw(st.lists(steps, min_size=1, max_size=STEPS_AT_MOST)):
        STEPS[step](draw, history)
    stamps = draw(st.lists(st.integers(0, 3), min_size=len(history.moves), max_size=len(history.moves)))
    for move, stamp in zip(history.moves, stamps, strict=True):
        move["recorded_at"] = move["recorded_at"].replace(hour=stamp)
    if any(row["method"] == "specific" for row in history.methods):
        for move in history.moves:
            move["lot_id"] = draw(st.sampled_from((None, 1, 2)))
    return history


def add(history: History, kind: str, item: int, micro: int, on: int, **facts: Any) -> int:
    entry = history.move(kind, item, 0, on, **facts)
    history.moves[-1]["quantity"] = micro
    return entry


def receive(draw: st.DrawFn, history: History) -> None:
    item = draw(st.sampled_from((*BOUGHT, *BOUGHT, *MADE)))
    extra = (
        {"landed_amount": draw(st.integers(-200, 900)), "overhead_amount": draw(prices)} if draw(st.booleans()) else {}
    )
    amount = draw(some_amounts)
    warehouse = draw(warehouses)
    add(history, "receipt", item, draw(quantities), draw(days), warehouse_id=warehouse, material_amount=amount, **extra)


def open_stock(draw: st.DrawFn, history: History) -> None:
    item = draw(st.sampled_from(BOUGHT + MADE))
    add(history, "opening", item, draw(quantities), 1, warehouse_id=draw(warehouses), material_amount=draw(prices))


def deliver(draw: st.DrawFn, history: History) -> None:
    item = draw(st.sampled_from(BOUGHT + MADE))
    add(history, "delivery", item, -draw(quantities), draw(days), warehouse_id=draw(warehouses))


def count(draw: st.DrawFn, history: History) -> None:
    item = draw(st.sampled_from(BOUGHT + MADE))
    kind, sign = draw(st.sampled_from((("adjustment_in", 1), ("adjustment_out", -1))))
    estimate = draw(some_amounts)
    add(
        history,
        kind,
        item,
        sign * draw(quantities),
        draw(days),
        warehouse_id=draw(warehouses),
        estimated_material_amount=estimate,
    )


def transfer(draw: st.DrawFn, history: History) -> None:
    item, quantity, on = draw(st.sampled_from(BOUGHT + MADE)), draw(quantities), draw(days)
    source = draw(st.sampled_from((1, 2)))
    out = add(history, "transfer_out", item, -quantity, on, warehouse_id=source)
    arrived = quantity if draw(st.integers(0, 4)) else draw(quantities)
    arrives = on if draw(st.booleans()) else draw(days)
    add(
        history,
        "transfer_in",
        item,
        arrived,
        arrives,
        warehouse_id=draw(st.sampled_from((3 - source, source))),
        origin_entry_id=out,
        move_id=out,
    )


def give_back(draw: st.DrawFn, history: History) -> None:
    kinds = {"delivery": "customer_return", "receipt": "supplier_return", "issue": "issue_return", "output": "output"}
    origins = [
        move
        for move in history.moves
        if move["kind"] in kinds and not (move["kind"] == "output" and move["quantity"] < 0)
    ]
    if not origins:
        return
    origin = origins[draw(choices) % len(origins)]
    sign = 1 if origin["quantity"] < 0 else -1
    quantity = abs(origin["quantity"]) if draw(st.booleans()) else draw(quantities)
    add(
        history,
        kinds[origin["kind"]],
        origin["item_id"],
        sign * quantity,
        draw(days),
        warehouse_id=draw(st.sampled_from((origin["warehouse_id"], 1))),
        origin_entry_id=origin["entry_id"] if draw(st.integers(0, 5)) else None,
        work_order_id=origin["work_order_id"],
    )


def work(draw: st.DrawFn, history: History) -> None:
    made = draw(st.sampled_from(MADE))
    below = [item for item in BOUGHT + MADE if item < made] if draw(st.integers(0, 5)) else list(BOUGHT + MADE)
    number = 100 + len(history.orders)
    if draw(st.integers(0, 9)):
        amounts = {name: draw(prices) for name in ("labour", "overhead", "subcontract") if draw(st.booleans())}
        history.order(number, made, draw(st.integers(1, 12)), draw(st.booleans()), **amounts)
    for _ in range(draw(st.integers(0, 3))):
        item = below[draw(choices) % len(below)]
        add(history, "issue", item, -draw(quantities), draw(days), warehouse_id=draw(warehouses), work_order_id=number)
    for _ in range(draw(st.integers(0, 3))):
        is_good = draw(st.integers(0, 3)) > 0
        facts: dict[str, Any] = {"estimated_material_amount": draw(some_amounts)}
        if draw(st.booleans()):
            facts["estimated_labour_amount"] = draw(prices)
        if not is_good:
            facts["cost_share"] = draw(st.one_of(st.none(), st.integers(0, 400_000)))
            facts["material_amount"] = draw(some_amounts)
        item = made if is_good else draw(st.sampled_from(BOUGHT + MADE))
        add(
            history,
            "output" if is_good else "by_product",
            item,
            draw(quantities),
            draw(days),
            warehouse_id=draw(warehouses),
            work_order_id=number,
            **facts,
        )


STEPS = {
    "receipt": receive,
    "opening": open_stock,
    "delivery": deliver,
    "count": count,
    "transfer": transfer,
    "return": give_back,
    "work": work,
}


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
    revaluations = Counter(
        (*(row[name] for name in ("company_id", "item_id", "warehouse_id", "effective_date")), amounts_of(row))
        for row in result.variances.filter(rule="revaluation").iter_rows(named=True)
    )
    assert revaluations == Counter(reference.revaluations)

    slices = Counter(
        (row["issue_entry_id"], row["layer_entry_id"], row["quantity"], amounts_of(row))
        for row in result.slices.iter_rows(named=True)
    )
    expected_slices = Counter(
        (entry, lot, quantity, tuple(value))
        for entry, cuts in reference.slices.items()
        for lot, _, quantity, value in cuts
    ) + Counter((entry, None, quantity, tuple(value)) for entry, (quantity, value) in uncovered_of(reference).items())
    assert slices == expected_slices

    layers = Counter(
        (
            *(row[name] for name in ("layer_entry_id", "company_id", "item_id", "warehouse_id", "quantity")),
            amounts_of(row),
            row["received_date"],
        )
        for row in result.layers.iter_rows(named=True)
    )
    assert layers == Counter((*layer[:5], tuple(layer[5]), layer[6]) for layer in reference.layers)
    unpriced = result.findings.filter(rule="without_price")["entry_id"]
    assert set(unpriced) == reference.without_price


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
        for k, name in enumerate(COMPONENTS[1:4], start=1):
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
    for move in history.moves:
        origin = history.moves[(move["origin_entry_id"] or 1) - 1]
        if move["kind"] == "transfer_in" and move["quantity"] == -origin["quantity"]:
            out = -valued[origin["entry_id"]]["value_amount"]
            into = valued[move["entry_id"]]["value_amount"] + sum(off.get(move["entry_id"], (0,)))
            assert out - into == lost.get(move["entry_id"], 0)


def has_loop(result: CostingResult) -> bool:
    return result.findings.filter(rule="loop_residual").height > 0


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_engine_is_the_reference_on_any_history(history: History) -> None:
    reference = reference_costs(history.moves, history.orders, history.methods, history.standards)
    try:
        result = value_moves(*history.tables())
    except ValueIsOutOfRange:
        assert any(abs(amount) > 2**50 for value in reference.value.values() for amount in value)
        return
    agree(result, reference)
    conserves(history, result)


def test_days_of_the_histories_are_those_of_the_tables() -> None:
    history = History()
    history.receipt(1, 2, on=3, amount=10)
    assert history.tables()[0]["effective_date"].to_list() == [day(3)]
