"""A factory of five levels as the costing engine reads it, of any size; the same every time."""

import numpy as np
import polars as pl

from .costing_histories import COMPONENTS, METHOD_COLUMNS, MOVE_COLUMNS, UNIT

LEVELS = 5
DAYS = 1000
Tables = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def factory(moves: int) -> Tables:
    """Moves, work orders and methods, in order recorded.

    Three tenths are receipts of bought items, half work orders of three issues and an output on four levels above,
    the rest deliveries of everything; some of it uncovered. A tenth of the orders is open, every second item on
    moving average.
    """
    random = np.random.default_rng(1)
    items = max(moves // 200, 50)
    of_level = [np.arange(level, items, LEVELS) for level in range(LEVELS)]
    orders, receipts = moves // 10, moves * 3 // 10
    deliveries = moves - receipts - 4 * orders
    level = random.integers(1, LEVELS, orders)
    made = np.empty(orders, np.int64)
    used = np.empty((orders, 3), np.int64)
    for one in range(1, LEVELS):
        mine = np.flatnonzero(level == one)
        made[mine] = random.choice(of_level[one], mine.size)
        used[mine] = random.choice(of_level[one - 1], (mine.size, 3))
    started, received = random.integers(30, DAYS, orders), random.integers(1, 2000, receipts)
    issued, good = -random.integers(1, 30, 3 * orders), random.integers(5, 60, orders)
    prices, numbers = received * random.integers(50, 150, receipts), np.arange(orders)
    bought, sold = random.choice(of_level[0], receipts), random.integers(0, items, deliveries)
    came, went = random.integers(0, DAYS, receipts), random.integers(40, DAYS + 1, deliveries)
    kinds = ["receipt"] * receipts + ["issue"] * 3 * orders + ["output"] * orders + ["delivery"] * deliveries
    nobody = -1
    facts = pl.DataFrame(
        {
            "item_id": np.concatenate([bought, used.ravel(), made, sold]),
            "effective_date": np.concatenate([came, np.repeat(started, 3), started + 1, went]).astype(np.int32),
            "quantity": np.concatenate([received, issued, good, -random.integers(1, 20, deliveries)]) * UNIT,
            "kind": kinds,
            "work_order_id": np.concatenate(
                [np.full(receipts, nobody), np.repeat(numbers, 3), numbers, np.full(deliveries, nobody)]
            ),
            "material_amount": np.concatenate([prices, np.full(moves - receipts, nobody)]),
        }
    )
    recorded = pl.int_range(pl.len(), dtype=pl.Int64)
    facts = (
        facts.with_columns(pl.col("work_order_id", "material_amount").replace(nobody, None))
        .sort("effective_date", maintain_order=True)
        .with_columns(
            pl.col("effective_date").cast(pl.Date),
            entry_id=recorded,
            move_id=recorded,
            recorded_at=recorded.cast(pl.Datetime("us")),
            company_id=pl.lit(1, pl.Int64),
            warehouse_id=pl.lit(1, pl.Int64),
        )
    )
    absent = [pl.lit(None, kind).alias(name) for name, kind in MOVE_COLUMNS.items() if name not in facts.columns]
    work_orders = pl.DataFrame(
        {
            "work_order_id": numbers,
            "company_id": np.ones(orders, np.int64),
            "item_id": made,
            "planned_quantity": np.full(orders, 30 * UNIT),
            "is_closed": random.random(orders) < 0.9,
            **{f"{name}_amount": random.integers(0, 5000, orders) for name in COMPONENTS[1:4]},
        }
    )
    methods = pl.DataFrame(
        {
            "company_id": np.ones(items, np.int64),
            "item_id": np.arange(items),
            "method": [("fifo", "moving_average")[item % 2] for item in range(items)],
            "effective_date": np.zeros(items, np.int32),
        }
    ).cast(pl.Schema(METHOD_COLUMNS))
    return facts.with_columns(absent), work_orders, methods
