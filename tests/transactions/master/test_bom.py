"""A bill of materials is in force whole, version by version, and asks for exactly what it says, rounded up."""

from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transactions.acting import Acting
from transactions.kernel.exact import MICRO, from_micro
from transactions.kernel.work import Work
from transactions.master.bom import bom_in_force, requirements


@pytest.fixture(autouse=True)
def items(acting: Acting) -> None:
    for code in ("BIKE", "FRAME", "WHEEL"):
        acting("create_item", code=code, name=code, unit="pcs", kind="made")


def _needs(acting: Acting, on: str, planned: int) -> dict[str, int] | None:
    codes = {row["id"]: row["code"] for row in acting.rows("item")}
    with acting.door.engine.begin() as connection:
        work = Work(connection, {})
        version = bom_in_force(work, next(key for key, code in codes.items() if code == "BIKE"), date.fromisoformat(on))
        if version is None:
            return None
        return {
            codes[item_id]: needed
            for item_id, needed in requirements(work, version, planned, date.fromisoformat(on)).items()
        }


def test_the_latest_version_is_in_force_whole_until_its_end(acting: Acting) -> None:
    acting("create_bom", item="BIKE", effective_date="2026-01-01", lines=[{"item": "FRAME", "quantity": 1}])
    acting(
        "create_bom", item="BIKE", effective_date="2026-02-01", end_date="2026-02-10",
        lines=[{"item": "WHEEL", "quantity": 2}],
    )  # fmt: skip
    assert _needs(acting, "2025-12-31", MICRO) is None
    assert _needs(acting, "2026-01-31", MICRO) == {"FRAME": MICRO}
    assert _needs(acting, "2026-02-10", MICRO) == {"WHEEL": 2 * MICRO}
    assert _needs(acting, "2026-02-11", MICRO) is None


def test_lines_of_one_item_add_up_and_scrap_is_issued_too(acting: Acting) -> None:
    acting(
        "create_bom", item="BIKE", effective_date="2026-01-01", output_quantity=4,
        lines=[
            {"item": "WHEEL", "quantity": 8, "scrap_rate": "0.2"},
            {"item": "FRAME", "quantity": 4},
            {"item": "WHEEL", "quantity": "0.000001"},
        ],
    )  # fmt: skip
    assert _needs(acting, "2026-01-01", 3 * MICRO) == {"WHEEL": 7_500_001, "FRAME": 3 * MICRO}


def test_what_is_started_needs_its_components_whether_it_comes_out_good_or_not(acting: Acting) -> None:
    """8 good ones at 80 % are 10 started ones; a version without a yield loses none."""
    lines = [{"item": "FRAME", "quantity": 1}, {"item": "WHEEL", "quantity": 2}]
    acting("create_bom", item="BIKE", effective_date="2026-01-01", yield_rate="0.8", lines=lines)
    acting("create_bom", item="BIKE", effective_date="2026-03-01", lines=lines)
    assert _needs(acting, "2026-01-01", 8 * MICRO) == {"FRAME": 10 * MICRO, "WHEEL": 20 * MICRO}
    assert _needs(acting, "2026-03-01", 8 * MICRO) == {"FRAME": 8 * MICRO, "WHEEL": 16 * MICRO}


def test_the_lines_of_a_phantom_go_into_what_it_is_part_of(acting: Acting) -> None:
    acting("create_item", code="TYRE", name="TYRE", unit="pcs", kind="bought")
    acting("create_bom", item="BIKE", effective_date="2026-01-01", lines=[{"item": "WHEEL", "quantity": 2}])
    wheel = {"item": "WHEEL", "output_quantity": 3, "lines": [{"item": "TYRE", "quantity": 1, "scrap_rate": "0.1"}]}
    acting("create_bom", **wheel, effective_date="2026-01-01", is_phantom=True)
    acting("create_bom", **wheel, effective_date="2026-02-01")
    # 2 × 1 ÷ 3 ÷ 0.9, rounded up once.
    assert _needs(acting, "2026-01-15", MICRO) == {"TYRE": 740_741}
    assert _needs(acting, "2026-02-01", MICRO) == {"WHEEL": 2 * MICRO}


def test_an_item_is_no_component_of_itself_but_loops_around_are_allowed(acting: Acting) -> None:
    lines = [{"item": "FRAME", "quantity": 1}, {"item": "BIKE", "quantity": 1}]
    refusal = acting.refused("create_bom", item="BIKE", effective_date="2026-01-01", lines=lines)
    assert (refusal.fact, refusal.field, refusal.value) == ("ItemContainsItself", "lines.1.item", "BIKE")
    acting("create_bom", item="BIKE", effective_date="2026-01-01", lines=lines[:1])
    acting("create_bom", item="FRAME", effective_date="2026-01-01", lines=lines[1:])


@pytest.mark.parametrize(
    ("change", "fact", "field"),
    [
        ({"end_date": "2025-12-31"}, "EndsBeforeItStarts", "end_date"),
        ({"lines": [{"item": "FRAME", "quantity": 1, "scrap_rate": 1}]}, "EverythingIsScrap", "lines.0.scrap_rate"),
        ({"yield_rate": 0}, "NothingComesOut", "yield_rate"),
        ({"yield_rate": "1.1"}, "InvalidData", "yield_rate"),
        ({"lines": []}, "InvalidData", "lines"),
        ({"lines": [{"item": "FRAME", "quantity": 0}]}, "InvalidData", "lines.0.quantity"),
        ({"lines": [{"item": "NONE", "quantity": 1}]}, "NotFound", "lines.0.item"),
    ],
)
def test_a_wrong_bom_is_refused(acting: Acting, change: dict[str, Any], fact: str, field: str) -> None:
    data = {"item": "BIKE", "effective_date": "2026-01-01", "lines": [{"item": "FRAME", "quantity": 1}]}
    refusal = acting.refused("create_bom", **(data | change))
    assert (refusal.fact, refusal.field) == (fact, field)


@given(
    planned=st.integers(1, 10**12),
    quantity=st.integers(1, 10**12),
    output=st.integers(1, 10**9),
    scrap=st.integers(0, MICRO - 1),
    rate=st.integers(1, MICRO),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_a_requirement_is_the_exact_figure_rounded_up(
    acting: Acting, planned: int, quantity: int, output: int, scrap: int, rate: int
) -> None:
    acting(
        "create_bom", item="BIKE", effective_date="2026-01-01", output_quantity=str(from_micro(output)),
        lines=[{"item": "WHEEL", "quantity": str(from_micro(quantity)), "scrap_rate": str(from_micro(scrap))}],
        yield_rate=str(from_micro(rate)),
    )  # fmt: skip
    exact = Fraction(planned * quantity, output) / (1 - Fraction(scrap, MICRO)) / Fraction(rate, MICRO)
    assert _needs(acting, "2026-01-01", planned) == {"WHEEL": ceil(exact)}


def test_alternates_are_versions_of_their_own_and_an_order_is_made_by_one(acting: Acting) -> None:
    for code, kind in (("M", "made"), ("A", "bought"), ("B", "bought")):
        acting("create_item", code=f"ALT-{code}", name=code, unit="pcs", kind=kind)
    main = {"item": "ALT-M", "effective_date": "2026-01-01", "lines": [{"item": "ALT-A", "quantity": 2}]}
    acting("create_bom", **main)
    acting("create_bom", **(main | {"alternate": 2, "lines": [{"item": "ALT-B", "quantity": 3}]}))
    order = {"item": "ALT-M", "quantity": 4, "start_date": "2026-06-16", "due_date": "2026-06-20"}
    for alternate, code, quantity in ((1, "ALT-A", 8), (2, "ALT-B", 12)):
        made = acting("create_work_order", **order, alternate=alternate)
        component = acting.row("work_order_component", document_id=made["id"])
        assert component["item_id"] == acting.row("item", code=code)["id"]
        assert component["quantity"] == quantity * 1_000_000
    refusal = acting.refused("create_work_order", **order, alternate=3)
    assert (refusal.fact, refusal.field, refusal.value) == ("NotFound", "alternate", 3)
    refusal = acting.refused("create_bom", **(main | {"alternate": 2, "is_phantom": True}))
    assert (refusal.fact, refusal.field) == ("PhantomHasNoAlternate", "alternate")
