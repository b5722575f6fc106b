"""The figures, in the order of the table: what was promised about speed and memory, and what measures it."""

from tests.bench.figure import Figure, Promise

MEGABYTES_PER_GB = 1024
SYSTEMS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

FIGURES = (
    *(
        Figure(
            f"record-order-{short}",
            f"order to cash, 5 commands, {system}",
            "cycles/s",
            Promise(at_least=20, ratio=0.3),
            "record.orders_to_cash",
            (system,),
            more_is_better=True,
        )
        for short, system in SYSTEMS.items()
    ),
    *(
        Figure(
            f"record-{who}-{short}",
            f"{what}, {system}",
            "cycles/s",
            Promise(ratio=1.0),
            f"record.four_{who}",
            (system,),
            more_is_better=True,
        )
        for who, what in (("clients", "4 clients of a server"), ("processes", "4 programs at once"))
        for short, system in SYSTEMS.items()
    ),
    *(
        Figure(
            f"record-moves-{short}",
            f"moves, 100 per command, {system}",
            "moves/s",
            Promise(at_least=10_000),
            "record.stock_moves",
            (system,),
            more_is_better=True,
        )
        for short, system in SYSTEMS.items()
    ),
    Figure(
        "import-adventureworks",
        "AdventureWorks through commands",
        "s",
        Promise(at_most=300, memory=2 * MEGABYTES_PER_GB),
        "adventureworks.imported",
    ),
    *(
        Figure(
            f"replicate-{short}",
            f"1 M changed rows, {system}",
            "s",
            Promise(at_most=5),
            "changed_rows.replicated",
            (system,),
        )
        for short, system in SYSTEMS.items()
    ),
    Figure(
        "costing-moves",
        "costing 10 M moves, with slices",
        "s",
        Promise(at_most=15, memory=6 * MEGABYTES_PER_GB),
        "costing.ten_million_moves",
    ),
    Figure(
        "costing-corrections",
        "3 M moves, 100 late corrections",
        "s",
        Promise(at_most=30),
        "costing.late_corrections",
    ),
    Figure(
        "restatement",
        "1 M moves, 5 levels, 100 corrections",
        "s",
        Promise(at_most=30),
        "restatement.hundred_corrections",
    ),
    Figure(
        "costing-growth",
        "costing at 1, 4, 16 × 600 k moves",
        "× n log n",
        Promise(at_most=1.25, memory=6 * MEGABYTES_PER_GB),
        "costing.grown",
        (0, 600_000, 3_000),
    ),
    Figure(
        "costing-growth-made",
        "costing, 5 levels, 1, 4, 16 × 190 k",
        "× n log n",
        Promise(at_most=1.25),
        "costing.grown",
        (4, 190_000, 950),
    ),
    Figure(
        "mrp-engine",
        "MRP, factory of 20,000, engine",
        "s",
        Promise(at_most=1, memory=2 * MEGABYTES_PER_GB),
        "mrp.frepple_factory",
    ),
    Figure(
        "mrp-whole",
        "MRP, factory of 20,000, whole run",
        "s",
        Promise(at_most=8, memory=2 * MEGABYTES_PER_GB),
        "mrp.frepple_factory_whole",
    ),
    Figure("mrp-engine-small", "MRP, factory of 1,000, engine", "s", Promise(), "mrp.small_factory"),
    Figure(
        "mrp-growth",
        "MRP engine at 1, 4, 16 × N = 1,250",
        "× n log n",
        Promise(at_most=1.25, memory=2 * MEGABYTES_PER_GB),
        "mrp.grown",
    ),
    Figure(
        "mrp-deep",
        "MRP, 100 k items, 10 levels, 1 M rows",
        "s",
        Promise(at_most=30, memory=4 * MEGABYTES_PER_GB),
        "mrp.hundred_thousand_items",
    ),
    Figure("build", "build of 1 M moves from nothing", "s", Promise(at_most=180), "warehouse.built", (1_000_000,)),
    Figure(
        "build-growth",
        "build at 1, 4, 16 × 62,500 moves",
        "× n log n",
        Promise(at_most=1.25),
        "warehouse.built_at_sizes",
        (62_500,),
    ),
    Figure(
        "refresh-100k",
        "seen after one order, 100 k moves",
        "s",
        Promise(at_most=15),
        "warehouse.seen_after_one_order",
        (100_000,),
    ),
    Figure(
        "refresh-1m",
        "seen after one order, 1 M moves",
        "s",
        Promise(at_most=60),
        "warehouse.seen_after_one_order",
        (1_000_000,),
    ),
    Figure(
        "late-bill-1m",
        "seen after a late bill, 1 M moves",
        "s",
        Promise(at_most=60),
        "warehouse.seen_after_a_late_bill",
        (1_000_000,),
    ),
    Figure(
        "boards",
        "boards, 1 M moves",
        "s",
        Promise(at_most=2),
        "boards.drawn_at_rest",
        (1_000_000,),
    ),
    Figure(
        "known-3m",
        "stock as known at a past moment, 3 M moves",
        "s",
        Promise(at_most=15),
        "warehouse.known_then",
        (3_000_000,),
    ),
    Figure(
        "stock-day-3m",
        "stock and its age on a past day, 3 M moves",
        "s",
        Promise(at_most=1),
        "warehouse.stock_on_past_days",
        (3_000_000,),
    ),
)
