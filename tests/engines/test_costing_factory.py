"""A whole factory adds up, and a late correction changes exactly what it should."""

import polars as pl
import pytest

from dbt_project.engines.costing import CostingResult, value_moves

from .costing_factory import factory
from .costing_histories import COMPONENTS


def placed(result: CostingResult, moves: pl.DataFrame) -> int:
    """Where all the value is: on hand, in orders or lost with them, delivered."""
    delivered = moves.filter(kind="delivery").select("entry_id")
    gone = result.valued_moves.join(delivered, on="entry_id")["value_amount"].sum()
    held = sum(int(result.work_orders[name].sum()) for name in ("wip_amount", "loss_amount", "residual_amount"))
    return int(result.layers["value_amount"].sum()) + held - int(gone)


@pytest.mark.parametrize(("moves", "corrections"), [(2000, 3), pytest.param(3_000_000, 100, marks=pytest.mark.soak)])
def test_a_factory_adds_up_before_and_after_late_corrections(moves: int, corrections: int) -> None:
    entries, orders, methods = factory(moves)
    worked = sum(int(orders[f"{name}_amount"].sum()) for name in COMPONENTS[1:4])
    before = value_moves(entries, orders, methods)
    assert placed(before, entries) == int(entries["material_amount"].sum()) + worked

    late = entries.filter(kind="receipt").sample(corrections, seed=1)
    late = late.select("entry_id", pl.col("material_amount") + 777)
    corrected = entries.update(late, on="entry_id")
    after = value_moves(corrected, orders, methods)
    assert placed(after, corrected) == placed(before, entries) + corrections * 777
    changed = after.valued_moves.filter(after.valued_moves["value_amount"] != before.valued_moves["value_amount"])
    assert set(late["entry_id"]) <= set(changed["entry_id"])
    assert changed.height < moves
