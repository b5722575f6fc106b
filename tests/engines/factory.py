"""A factory of any size, shaped like the one frePPLe is measured with.

N finished items, each of 2 of N/2 subassemblies and 3 of N bought parts; those of 1 of N/4 lower subassemblies and 4
parts; those of 5 parts; stock for every third part; two dated demands an item. At N = 20,000 that asks for about 190 k
make and 730 k buy suggestions.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning import PlanningInput

AS_OF = date(2026, 1, 5)
MICRO = 1_000_000


def _lines(parents: npt.NDArray[np.int64], components: npt.NDArray[np.int64]) -> pl.DataFrame:
    """One line per parent and chosen component (one row of `components` per parent)."""
    return pl.DataFrame({"bom_id": np.repeat(parents, components.shape[1]), "item_id": components.ravel()})


def factory(size: int, seed: int = 20260105) -> PlanningInput:
    """The facts of a factory with `size` finished items. The same size and seed give the same factory."""
    random = np.random.default_rng(seed)
    finished = np.arange(size, dtype=np.int64)
    upper = size + np.arange(size // 2, dtype=np.int64)
    lower = upper[-1] + 1 + np.arange(max(size // 4, 1), dtype=np.int64)
    parts = lower[-1] + 1 + np.arange(size, dtype=np.int64)
    made = np.concatenate([finished, upper, lower])
    every = np.concatenate([made, parts])
    lines = pl.concat(
        [
            _lines(finished, random.choice(upper, (size, 2))),
            _lines(finished, random.choice(parts, (size, 3))),
            _lines(upper, random.choice(lower, (len(upper), 1))),
            _lines(upper, random.choice(parts, (len(upper), 4))),
            _lines(lower, random.choice(parts, (len(lower), 5))),
        ]
    ).with_columns(quantity=pl.lit(MICRO), scrap_rate=pl.lit(0))
    days = random.integers(10, 360, 2 * size)
    calendar = [AS_OF + timedelta(n) for n in range(-400, 800)]
    return PlanningInput(
        as_of=AS_OF,
        horizon_days=400,
        items=pl.DataFrame(
            {
                "item_id": every,
                "warehouse_id": np.ones(len(every), dtype=np.int64),
                "company_id": np.ones(len(every), dtype=np.int64),
                "kind": ["made"] * len(made) + ["bought"] * len(parts),
                "lead_time_days": random.integers(1, 10, len(every)),
                "preferred_supplier_id": [None] * len(made) + (parts % 50).tolist(),
                "unit_cost": random.integers(1, 1000, len(every)) * MICRO,
            }
        ).with_columns(safety_stock=pl.lit(0), lot_policy=pl.lit("lot_for_lot")),
        stock=pl.DataFrame({"item_id": parts[::3], "quantity": np.full(len(parts[::3]), 20 * MICRO)}).with_columns(
            warehouse_id=pl.lit(1)
        ),
        demands=pl.DataFrame(
            {
                "demand_id": [f"SO:{line}" for line in range(2 * size)],
                "item_id": np.tile(finished, 2),
                "quantity": random.integers(1, 20, 2 * size) * MICRO,
                "need_date": pl.Series(days).cast(pl.Int32) + (AS_OF - date(1970, 1, 1)).days,
                "sales_order_line_id": np.arange(2 * size),
                "margin_amount": random.integers(100, 100_000, 2 * size),
            }
        ).with_columns(
            pl.col("need_date").cast(pl.Date), kind=pl.lit("sales_order"), warehouse_id=pl.lit(1), priority=pl.lit(1)
        ),
        bom_versions=pl.DataFrame({"bom_id": made, "item_id": made}).with_columns(
            effective_date=pl.lit(date(2020, 1, 1)), output_quantity=pl.lit(MICRO)
        ),
        bom_lines=lines.with_columns(pl.col("bom_id").cast(pl.Int64)),
        working_days=pl.DataFrame({"date": [day for day in calendar if day.weekday() < 5]}),
    )


def deep_factory(items: int, rows: int, levels: int = 10, seed: int = 20260105) -> PlanningInput:
    """`items` items on `levels` levels, each of two of the level below; `rows` demands and supplies together, spread
    over all items and half a year."""
    random = np.random.default_rng(seed)
    width = items // levels
    every = np.arange(width * levels, dtype=np.int64)
    made = every[:-width]
    below = (made // width + 1) * width
    half = rows // 2
    ordered = random.choice(every, half)
    days = (AS_OF - date(1970, 1, 1)).days + random.integers(0, 180, rows)
    calendar = [AS_OF + timedelta(n) for n in range(-700, 800)]
    return PlanningInput(
        as_of=AS_OF,
        horizon_days=365,
        items=pl.DataFrame({"item_id": every, "lead_time_days": random.integers(1, 8, len(every))}).with_columns(
            kind=pl.when(pl.col("item_id") < len(made)).then(pl.lit("made")).otherwise(pl.lit("bought")),
            warehouse_id=pl.lit(1),
            company_id=pl.lit(1),
            safety_stock=pl.lit(5 * MICRO),
            lot_policy=pl.lit("period"),
            period_days=pl.lit(14),
        ),
        stock=pl.DataFrame({"item_id": every, "quantity": random.integers(0, 50, len(every)) * MICRO}).with_columns(
            warehouse_id=pl.lit(1)
        ),
        demands=pl.DataFrame(
            {
                "demand_id": [f"SO:{line}" for line in range(half)],
                "item_id": ordered,
                "quantity": random.integers(1, 20, half) * MICRO,
                "need_date": pl.Series(days[:half]).cast(pl.Int32).cast(pl.Date),
                "sales_order_line_id": np.arange(half),
                "margin_amount": random.integers(100, 100_000, half),
            }
        ).with_columns(kind=pl.lit("sales_order"), warehouse_id=pl.lit(1), priority=pl.lit(1)),
        supplies=pl.DataFrame(
            {
                "supply_id": [f"PO:{line}" for line in range(rows - half)],
                "item_id": random.choice(every, rows - half),
                "quantity": random.integers(1, 20, rows - half) * MICRO,
                "due_date": pl.Series(days[half:]).cast(pl.Int32).cast(pl.Date),
            }
        ).with_columns(kind=pl.lit("purchase_order"), warehouse_id=pl.lit(1), is_released=pl.lit(True)),
        bom_versions=pl.DataFrame({"bom_id": made, "item_id": made}).with_columns(
            effective_date=pl.lit(date(2020, 1, 1)), output_quantity=pl.lit(MICRO)
        ),
        bom_lines=pl.DataFrame(
            {
                "bom_id": np.concatenate([made, made]),
                "item_id": np.concatenate([below, below]) + random.integers(0, width, 2 * len(made)),
            }
        ).with_columns(quantity=pl.lit(MICRO), scrap_rate=pl.lit(0)),
        working_days=pl.DataFrame({"date": [day for day in calendar if day.weekday() < 5]}),
    )
