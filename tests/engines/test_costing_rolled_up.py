"""Rolled-up unit costs: through all levels, by the versions in force, with gaps and circles shown."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_project.engines.costing import rolled_up_cost

MICRO = 1_000_000
FIRST = date(2026, 1, 1)
OPERATION = ("routing_id", "setup_minutes", "run_minutes", "work_center_id")
RATES = ("work_center_id", "effective_date", "labour_rate", "overhead_rate")
NO_RATES = pl.DataFrame(schema=dict.fromkeys(RATES, pl.Int64))


def rolled(
    boms: list[tuple[int, int, int, int]],
    lines: list[tuple[int, int, int, int]],
    costs: list[tuple[int, int, int]],
    asked: list[tuple[int, int]],
    routings: Sequence[tuple[int, int, int]] = (),
    operations: Sequence[tuple[int, int, int, int, int]] = (),
    lots: Sequence[tuple[int, int, int]] = (),
    last_days: dict[int, int] | None = None,
    rates: Sequence[tuple[int, int, int, int]] = (),
    phantoms: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """Costs found; days are numbers of days after 1 January, quantities, minutes, rates and costs whole units.

    The first operation is done at work centre 0 and so on, at its own rates until `rates` say others.
    """

    def frame(rows: Sequence[tuple[int, ...]], *names: str) -> pl.DataFrame:
        scaled = (
            "output_quantity",
            "quantity",
            "unit_cost",
            "setup_minutes",
            "run_minutes",
            "labour_rate",
            "overhead_rate",
            "lot_quantity",
        )
        table = pl.DataFrame(list(rows), schema=dict.fromkeys(names, pl.Int64), orient="row")
        days = [name for name in names if name in ("effective_date", "date")]
        return table.with_columns(pl.col(name) * MICRO for name in names if name in scaled).with_columns(
            (pl.lit(FIRST) + pl.duration(days=pl.col(name))).cast(pl.Date).alias(name) for name in days
        )

    ends = {bom: FIRST + timedelta(day) for bom, day in (last_days or {}).items()}
    versions = frame(boms, "bom_id", "item_id", "effective_date", "output_quantity")
    return rolled_up_cost(
        versions.with_columns(
            end_date=pl.Series([ends.get(bom) for bom in versions["bom_id"]], dtype=pl.Date),
            is_phantom=pl.col("bom_id").is_in(list(phantoms)),
        ),
        frame(lines, "bom_id", "item_id", "quantity", "scrap_rate"),
        frame(routings, "routing_id", "item_id", "effective_date"),
        frame([(*step[:3], at) for at, step in enumerate(operations)], *OPERATION),
        frame([*((at, 0, *step[3:]) for at, step in enumerate(operations)), *rates], *RATES),
        frame(costs, "item_id", "effective_date", "unit_cost"),
        frame(asked, "item_id", "date"),
        frame(lots, "item_id", "effective_date", "lot_quantity"),
    ).to_dicts()


def test_all_levels_with_the_versions_of_the_day() -> None:
    boms = [(1, 10, 0, 1), (2, 11, 0, 12), (3, 10, 50, 1)]
    lines = [(1, 11, 2, 0), (1, 1, 4, 0), (2, 2, 24, 0), (3, 1, 4, 0)]
    costs = [(1, 0, 5), (2, 0, 7), (2, 20, 8)]
    found = rolled(boms, lines, costs, [(10, 0), (10, 19), (10, 20), (10, 60), (11, 30), (1, 3)])
    assert [row["material_unit_cost"] // MICRO for row in found] == [48, 48, 52, 20, 16, 5]
    assert all(row["is_complete"] for row in found)


def test_a_phantom_is_not_made_as_a_component() -> None:
    """Two frames of three bars at 5 go into a gate; a frame for itself takes an hour at 40 and 10, from day 20 on it
    is made for the gate, too."""
    found = rolled(
        [(1, 10, 0, 1), (2, 11, 0, 1), (3, 11, 20, 1)], [(1, 11, 2, 0), (2, 1, 3, 0), (3, 1, 3, 0)], [(1, 0, 5)],
        [(10, 0), (11, 0), (10, 20), (10, 19)], [(7, 11, 0)], [(7, 0, 60, 40, 10)], phantoms=[2],
    )  # fmt: skip
    names = ("material_unit_cost", "labour_unit_cost", "overhead_unit_cost")
    costs = [tuple(row[name] // MICRO for name in names) for row in found]
    assert costs == [(30, 0, 0), (15, 40, 10), (30, 80, 20), (30, 0, 0)]


def test_work_is_split_and_set_up_is_spread_over_the_output_quantity() -> None:
    [row] = rolled(
        [(1, 10, 0, 20)], [(1, 1, 40, 0)], [(1, 0, 3)], [(10, 5)], [(7, 10, 0)], [(7, 60, 6, 40, 10), (7, 0, 30, 20, 0)]
    )
    assert row["material_unit_cost"] == 6 * MICRO
    assert row["labour_unit_cost"] == 9 * 40 * MICRO // 60 + 10 * MICRO
    assert row["overhead_unit_cost"] == 9 * 10 * MICRO // 60
    assert row["subcontract_unit_cost"] == 0


def test_set_up_is_spread_over_the_lot_of_the_item_before_that_of_the_bom() -> None:
    found = rolled(
        [(1, 10, 0, 1)], [(1, 1, 2, 0)], [(1, 0, 3)], [(10, 4), (10, 5), (10, 9)], [(7, 10, 0)], [(7, 60, 6, 60, 20)],
        lots=[(10, 5, 10), (10, 9, 0)],
    )  # fmt: skip
    assert [row["labour_unit_cost"] // MICRO for row in found] == [66, 12, 66]
    assert [row["overhead_unit_cost"] // MICRO for row in found] == [22, 4, 22]


def test_by_products_take_their_share() -> None:
    versions = pl.DataFrame(
        {"bom_id": [1], "item_id": [10], "effective_date": [FIRST], "output_quantity": [MICRO], "by_product_share": [1]}
    ).with_columns(pl.col("by_product_share") * 100_000)
    lines = pl.DataFrame({"bom_id": [1], "item_id": [1], "quantity": [2 * MICRO], "scrap_rate": [0]})
    routings = pl.DataFrame({"routing_id": [7], "item_id": [10], "effective_date": [FIRST]})
    operations = pl.DataFrame(
        {"routing_id": [7], "setup_minutes": [0], "run_minutes": [9], "work_center_id": [None],
         "subcontract_cost": [30 * MICRO]}
    )  # fmt: skip
    costs = pl.DataFrame({"item_id": [1], "effective_date": [FIRST], "unit_cost": [5 * MICRO]})
    asked = pl.DataFrame({"item_id": [10], "date": [FIRST]})
    [row] = rolled_up_cost(versions, lines, routings, operations, NO_RATES, costs, asked).to_dicts()
    assert (row["material_unit_cost"], row["subcontract_unit_cost"]) == (9 * MICRO, 27 * MICRO)


def test_landed_cost_stays_landed_through_all_levels() -> None:
    boms = pl.DataFrame({"bom_id": [1, 2], "item_id": [10, 11], "effective_date": FIRST, "output_quantity": MICRO})
    lines = pl.DataFrame({"bom_id": [1, 2], "item_id": [11, 1], "quantity": [2 * MICRO, 3 * MICRO], "scrap_rate": 0})
    none = pl.DataFrame(schema={"routing_id": pl.Int64, "item_id": pl.Int64, "effective_date": pl.Date})
    operations = pl.DataFrame(schema=dict.fromkeys(OPERATION, pl.Int64))
    costs = pl.DataFrame(
        {"item_id": [1], "effective_date": [FIRST], "unit_cost": [5 * MICRO], "landed_unit_cost": [MICRO]}
    )
    asked = pl.DataFrame({"item_id": [10], "date": [FIRST]})
    [row] = rolled_up_cost(boms, lines, none, operations, NO_RATES, costs, asked).to_dicts()
    assert (row["material_unit_cost"], row["landed_unit_cost"]) == (30 * MICRO, 6 * MICRO)


def test_a_standard_that_tells_its_parts_keeps_them_through_all_levels() -> None:
    boms = pl.DataFrame({"bom_id": [1], "item_id": [10], "effective_date": [FIRST], "output_quantity": [MICRO]})
    lines = pl.DataFrame({"bom_id": [1, 1], "item_id": [1, 2], "quantity": [2 * MICRO, MICRO], "scrap_rate": 0})
    none = pl.DataFrame(schema={"routing_id": pl.Int64, "item_id": pl.Int64, "effective_date": pl.Date})
    operations = pl.DataFrame(schema=dict.fromkeys(OPERATION, pl.Int64))
    parts = {"unit_cost": [0, 9], "labour_unit_cost": [30, 0], "overhead_unit_cost": [12, 0],
             "subcontract_unit_cost": [4, 0], "landed_unit_cost": [1, 0]}  # fmt: skip
    costs = pl.DataFrame({"item_id": [1, 2], "effective_date": [FIRST, FIRST], **parts})
    asked = pl.DataFrame({"item_id": [10, 1], "date": [FIRST, FIRST]})
    found = rolled_up_cost(boms, lines, none, operations, NO_RATES, costs, asked)
    assert found.select(pl.col("^.*_unit_cost$")).rows() == [(9, 60, 24, 8, 2), (0, 30, 12, 4, 1)]
    assert found["is_complete"].all()


def test_rates_hold_from_their_day_at_every_level() -> None:
    """An hour of work centre 0 in the part, half an hour of work centre 1 in what is made of two of them."""
    found = rolled(
        [(1, 10, 0, 1), (2, 11, 0, 1)], [(1, 11, 2, 0), (2, 1, 1, 0)], [(1, 0, 3)],
        [(10, 19), (10, 5), (10, 20), (10, 30), (11, 29)],
        [(7, 10, 0), (8, 11, 0)], [(8, 0, 60, 40, 6), (7, 0, 30, 20, 0)], rates=[(0, 20, 60, 8), (1, 30, 30, 2)],
    )  # fmt: skip
    assert [row["labour_unit_cost"] // MICRO for row in found] == [90, 90, 130, 135, 60]
    assert [row["overhead_unit_cost"] // MICRO for row in found] == [12, 12, 16, 17, 8]


def test_a_good_unit_bears_what_was_started_for_it() -> None:
    """Two units at 5 go into each started one, four of five of which come out good: 10 ÷ 0.8."""
    versions = pl.DataFrame(
        {"bom_id": [1], "item_id": [10], "effective_date": [FIRST], "output_quantity": [MICRO], "yield_rate": [800_000]}
    )
    lines = pl.DataFrame({"bom_id": [1], "item_id": [1], "quantity": [2 * MICRO], "scrap_rate": [0]})
    none = pl.DataFrame(schema={"routing_id": pl.Int64, "item_id": pl.Int64, "effective_date": pl.Date})
    operations = pl.DataFrame(schema=dict.fromkeys(OPERATION, pl.Int64))
    costs = pl.DataFrame({"item_id": [1], "effective_date": [FIRST], "unit_cost": [5 * MICRO]})
    asked = pl.DataFrame({"item_id": [10], "date": [FIRST]})
    [row] = rolled_up_cost(versions, lines, none, operations, NO_RATES, costs, asked).to_dicts()
    assert row["material_unit_cost"] == 12_500_000


def test_by_products_without_a_share_take_their_own_cost() -> None:
    """Of ten units at 40 come two husks at 3, at 4 from day 20 on, and one cake, which is made itself."""
    boms = pl.DataFrame(
        {"bom_id": [1, 2], "item_id": [10, 9], "effective_date": FIRST, "output_quantity": [10 * MICRO, MICRO]}
    )
    lines = pl.DataFrame({"bom_id": [1, 2], "item_id": [1, 1], "quantity": [80 * MICRO, MICRO], "scrap_rate": 0})
    none = pl.DataFrame(schema={"routing_id": pl.Int64, "item_id": pl.Int64, "effective_date": pl.Date})
    operations = pl.DataFrame(schema=dict.fromkeys(OPERATION, pl.Int64))
    later = FIRST + timedelta(20)
    costs = pl.DataFrame(
        {"item_id": [1, 2, 2], "effective_date": [FIRST, FIRST, later], "unit_cost": [5 * MICRO, 3 * MICRO, 4 * MICRO]}
    )
    beside = pl.DataFrame({"bom_id": [1, 1], "item_id": [2, 9], "quantity": [2 * MICRO, MICRO]})
    asked = pl.DataFrame({"item_id": [10, 10], "date": [FIRST, later]})
    found = rolled_up_cost(boms, lines, none, operations, NO_RATES, costs, asked, by_products=beside)
    assert found["material_unit_cost"].to_list() == [39_400_000, 39_200_000]


def test_a_bom_that_has_ended_makes_nothing() -> None:
    boms, lines = [(1, 10, 0, 1), (2, 10, 20, 1), (3, 11, 0, 1)], [(1, 1, 2, 0), (2, 1, 4, 0), (3, 10, 1, 0)]
    asked = [(10, 9), (10, 10), (10, 20), (10, 25), (10, 26), (11, 9), (11, 10)]
    found = rolled(boms, lines, [(1, 0, 5), (10, 22, 7)], asked, last_days={1: 9, 2: 25})
    assert [(row["material_unit_cost"] // MICRO, row["is_complete"], row["is_made"]) for row in found] == [
        (10, True, True), (0, False, False), (20, True, True), (20, True, True), (7, True, False),
        (10, True, True), (0, False, True),
    ]  # fmt: skip


def test_scrap_is_a_share_of_what_is_issued() -> None:
    [row] = rolled([(1, 10, 0, 1)], [(1, 1, 9, 100_000)], [(1, 0, 3)], [(10, 0)])
    assert row["material_unit_cost"] == 30 * MICRO


def test_missing_cost_and_circles_are_not_complete() -> None:
    boms = [(1, 10, 0, 1), (2, 11, 0, 1), (3, 12, 0, 1), (4, 11, 30, 1)]
    lines = [(1, 1, 1, 0), (1, 2, 1, 0), (2, 12, 1, 0), (3, 11, 1, 0), (4, 1, 2, 0)]
    found = rolled(boms, lines, [(1, 0, 5)], [(10, 0), (11, 0), (12, 0), (12, 30), (11, 30), (99, 0)])
    assert [row["is_complete"] for row in found] == [False, False, False, True, True, False]
    assert [row["material_unit_cost"] // MICRO for row in found] == [5, 0, 0, 10, 10, 0]


def test_before_the_first_version_there_is_no_cost() -> None:
    found = rolled([], [], [(1, 10, 5)], [(1, 9), (1, 10)])
    assert [(row["material_unit_cost"], row["is_complete"]) for row in found] == [(0, False), (5 * MICRO, True)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(4, 8), st.integers(0, 9)), max_size=8, unique=True),
    st.data(),
)
def test_asking_in_any_order_gives_the_same(versions: list[tuple[int, int]], data: st.DataObject) -> None:
    boms = [(bom, item, day, 1) for bom, (item, day) in enumerate(versions)]
    lines = [
        (bom, component, 1, 0)
        for bom in range(len(boms))
        for component in data.draw(st.lists(st.integers(1, 8), min_size=1, max_size=2, unique=True))
    ]
    costs = [(item, day, 10**item + day) for item in (1, 2, 3) for day in (0, 4, 7)]
    asked = [(item, day) for item in range(1, 9) for day in range(10)]
    alone = [rolled(boms, lines, costs, [pair])[0] for pair in data.draw(st.permutations(asked))[:4]]
    together = {
        (row["item_id"], row["date"]): row for row in rolled(boms, lines, costs, data.draw(st.permutations(asked)))
    }
    assert all(together[(row["item_id"], row["date"])] == row for row in alone)
    assert min(row["date"] for row in together.values()) == FIRST < FIRST + timedelta(1)
