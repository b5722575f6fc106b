"""Why actual cost is not standard cost: every variance of items on standard, parted by cause.

A receipt cost more than standard because of its price or its landed cost. An output did because components cost more or
were used more than the BOM says, hours were dearer or longer than the routing says, less of the output was good than
planned, or because the standard is not what BOM and routing say. Price at the actual quantity first, then usage at the
standard price, the textbook order; so nothing is counted twice, and the parts add up to the variance in exact minor
units.
"""

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from .parts import half_even, weighted_parts

MICRO = 1_000_000
UNIT_COST_SCALE = MICRO * MICRO
HOURLY_SCALE = 60 * MICRO * MICRO

CAUSES = (
    "purchase_price",
    "landed",
    "material_price",
    "material_usage",
    "labour_rate",
    "labour_efficiency",
    "overhead_spending",
    "overhead_efficiency",
    "subcontract",
    "yield",
    "standard",
    "return",
    "revaluation",
)
"""What a variance is caused by; `standard` is what BOM and routing do not explain."""

COLUMNS = {
    "entry_id": pl.Int64,
    "work_order_id": pl.Int64,
    "company_id": pl.Int64,
    "item_id": pl.Int64,
    "warehouse_id": pl.Int64,
    "effective_date": pl.Date,
    "cause": pl.String,
    "cause_item_id": pl.Int64,
    "work_center_id": pl.Int64,
    "amount": pl.Int64,
}
MATERIAL_FACTS = (
    "work_order_id",
    "item_id",
    "issued_quantity",
    "issued_amount",
    "allowed_quantity",
    "allowed_with_scrap_quantity",
    "unit_cost",
)
OPERATION_FACTS = (
    "work_order_id",
    "work_center_id",
    "actual_minutes",
    "machine_minutes",
    "labour_amount",
    "overhead_amount",
    "allowed_minutes",
    "allowed_with_scrap_minutes",
    "labour_rate",
    "overhead_rate",
)
SUBCONTRACT_FACTS = (
    "subcontract_amount",
    "subcontract_allowed_amount",
    "subcontract_allowed_with_scrap_amount",
)


class Cause(NamedTuple):
    """A cause, with the component item or the work centre it stands at."""

    name: str
    item_id: int | None = None
    work_center_id: int | None = None


def variances_by_cause(variances: pl.DataFrame, materials: pl.DataFrame, operations: pl.DataFrame) -> pl.DataFrame:
    """Every variance of `value_moves` parted by cause; the parts of one add up to it exactly.

    variances: as `value_moves` gives them. Whole micro-units, minor units, micro-minutes below; + is what was issued,
    worked, paid.
    materials: one row per work order and component item: work_order_id, item_id, issued_quantity and issued_amount
        (issues less returns), allowed_quantity (what the good output should have needed), allowed_with_scrap_quantity
        (what good and scrapped output together should have needed: of these the plan expects its yield to be good),
        unit_cost (standard cost of a unit, else the cost in force; millionths of a minor unit).
    operations: one row per work order and work centre (null: none): work_order_id, work_center_id, actual_minutes (of
        people), machine_minutes (which bear the overhead), labour_amount, overhead_amount, allowed_minutes,
        allowed_with_scrap_minutes, labour_rate and overhead_rate (in force, millionths of a minor unit per hour);
        optional subcontract_amount, subcontract_allowed_amount, subcontract_allowed_with_scrap_amount.

    Result: entry_id, work_order_id, company_id, item_id, warehouse_id, effective_date as in `variances`, cause (see
    CAUSES), cause_item_id, work_center_id, amount (minor units, + is more than standard, never 0). Each level (actual
    quantity, allowed with scrap, allowed, at standard price) is rounded half to even once and a cause is the
    difference of two levels. An order with several outputs spreads its causes by their quantity, largest remainder;
    `standard` takes the rest of each output, and all by which a by-product's share of the cost is not its standard.
    """
    varied = variances.filter(pl.col("rule") == "output").select("work_order_id").unique()
    causes = causes_of_orders(
        materials.join(varied, on="work_order_id", how="semi", maintain_order="left"),
        operations.join(varied, on="work_order_id", how="semi", maintain_order="left"),
    )
    rows: list[tuple[object, ...]] = []
    outputs: dict[int, list[dict[str, object]]] = {}
    for row in variances.iter_rows(named=True):
        if row["rule"] == "output" and row["work_order_id"] is not None:
            outputs.setdefault(row["work_order_id"], []).append(row)
        else:
            rows += [told(row, cause, amount) for cause, amount in direct_causes(row)]
    for order, rows_of_order in outputs.items():
        rows += spread_over_outputs(rows_of_order, causes.get(order, {}))
    return pl.DataFrame([row for row in rows if row[-1] != 0], schema=COLUMNS, orient="row")


def told(row: dict[str, object], cause: Cause, amount: int) -> tuple[object, ...]:
    """A row of the result."""
    about = ("entry_id", "work_order_id", "company_id", "item_id", "warehouse_id", "effective_date")
    return (*(row[name] for name in about), cause.name, cause.item_id, cause.work_center_id, amount)


def direct_causes(row: dict[str, object]) -> Iterator[tuple[Cause, int]]:
    """Causes of a variance that no work order explains."""
    whole, landed = int(str(row["variance_amount"])), int(str(row["landed_amount"]))
    if row["rule"] == "price":
        yield Cause("purchase_price"), whole - landed
        yield Cause("landed"), landed
    else:
        yield Cause("standard" if row["rule"] in ("output", "by_product") else str(row["rule"])), whole


def causes_of_orders(materials: pl.DataFrame, operations: pl.DataFrame) -> dict[int, dict[Cause, int]]:
    """What every work order cost more than BOM and routing say, by cause."""
    found: dict[int, dict[Cause, int]] = {}

    def add(order: int, cause: Cause, amount: int) -> None:
        causes = found.setdefault(order, {})
        causes[cause] = causes.get(cause, 0) + amount

    for order, item, issued, amount, allowed, with_scrap, unit_cost in known(materials, MATERIAL_FACTS):
        levels = [half_even(quantity * unit_cost, UNIT_COST_SCALE) for quantity in (issued, with_scrap, allowed)]
        add(order, Cause("material_price", item), amount - levels[0])
        add(order, Cause("material_usage", item), levels[0] - levels[1])
        add(order, Cause("yield", item), levels[1] - levels[2])
    for order, centre, worked, machined, labour, overhead, allowed, with_scrap, labour_rate, overhead_rate in known(
        operations, OPERATION_FACTS
    ):
        place = None if centre == NOWHERE else centre
        for actual, amount, rate, spending, efficiency in (
            (worked, labour, labour_rate, "labour_rate", "labour_efficiency"),
            (machined, overhead, overhead_rate, "overhead_spending", "overhead_efficiency"),
        ):
            levels = [half_even(minutes * rate, HOURLY_SCALE) for minutes in (actual, with_scrap, allowed)]
            add(order, Cause(spending, None, place), amount - levels[0])
            add(order, Cause(efficiency, None, place), levels[0] - levels[1])
            add(order, Cause("yield", None, place), levels[1] - levels[2])
    if set(SUBCONTRACT_FACTS) <= set(operations.columns):
        for order, amount, allowed, with_scrap in known(operations, ("work_order_id", *SUBCONTRACT_FACTS)):
            add(order, Cause("subcontract"), amount - with_scrap)
            add(order, Cause("yield"), with_scrap - allowed)
    return found


NOWHERE = -1


def known(frame: pl.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[int, ...]]:
    """Rows of whole numbers; what is not stated is 0, no work centre is NOWHERE."""
    chosen = [pl.col(name).cast(pl.Int64).fill_null(NOWHERE if name == "work_center_id" else 0) for name in columns]
    return frame.select(chosen).iter_rows()


def spread_over_outputs(rows: list[dict[str, object]], causes: dict[Cause, int]) -> list[tuple[object, ...]]:
    """Causes of a work order spread over its outputs by quantity; each output's `standard` takes what is left of it."""
    quantities = [int(str(row["quantity"])) for row in rows]
    left = [int(str(row["variance_amount"])) for row in rows]
    told_rows: list[tuple[object, ...]] = []
    for cause, amount in causes.items():
        for place, part in enumerate(weighted_parts(amount, quantities)):
            told_rows.append(told(rows[place], cause, part))
            left[place] -= part
    return [*told_rows, *(told(row, Cause("standard"), rest) for row, rest in zip(rows, left, strict=True))]
