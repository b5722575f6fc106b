"""The rolled-up unit cost of an item in force on a date: what its BOM and routing say it should cost, all levels down.

It values outputs while their work order is open, what is not yet delivered, and variances. A version of a BOM, a
routing or a bought cost is in force from its effective_date until the next one of the same item, a work centre's rates
until its next ones; a BOM that says its last day is in force no longer than that.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

import polars as pl

MICRO = 1_000_000
MINUTES_PER_HOUR = 60
FIRST_DAY, LAST_DAY = date.min, date.max

Fact = TypeVar("Fact", covariant=True)

UNIT_COSTS = (
    "material_unit_cost", "labour_unit_cost", "overhead_unit_cost", "subcontract_unit_cost", "landed_unit_cost",
)  # fmt: skip
Amounts = tuple[int, int, int, int, int]  # by component, in this order
NOTHING: Amounts = (0, 0, 0, 0, 0)


class UnitCost(NamedTuple):
    """Unit cost of an item in micro-currency (material, labour, overhead, subcontract, landed), valid from a day until
    before another."""

    amounts: Amounts
    is_complete: bool
    is_looped: bool
    since: date
    until: date
    is_made: bool = False


class Component(NamedTuple):
    """So much of an item in one good unit of what is made, scrap and yield included."""

    item_id: int
    quantity: Fraction


class Recipe(NamedTuple):
    """A BOM version: components per unit, the quantity it makes at once, the part of its cost that by-products take,
    whether its components stand in its place where it is one, and what comes out beside a unit without such a part."""

    components: tuple[Component, ...]
    output_quantity: int
    by_product_share: int
    is_phantom: bool
    beside: tuple[Component, ...]


class Operation(NamedTuple):
    """A routing operation: micro-minutes of set-up and per unit, where it is done (nowhere of ours: None), bought work
    per unit."""

    setup_minutes: int
    run_minutes: int
    work_center_id: int | None
    subcontract_cost: int


def rolled_up_cost(
    bom_versions: pl.DataFrame,
    bom_lines: pl.DataFrame,
    routing_versions: pl.DataFrame,
    operations: pl.DataFrame,
    work_center_rates: pl.DataFrame,
    bought_costs: pl.DataFrame,
    asked: pl.DataFrame,
    lots: pl.DataFrame | None = None,
    by_products: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Unit costs in force for each (item_id, date) of `asked`, in its order.

    bom_versions: bom_id, item_id, effective_date, output_quantity (micro-units); optional end_date, the last
        day in force, by_product_share (millionths of the whole cost that by-products take), yield_rate (millionths
        of what is started that come out good: a good unit bears the components of what was started for it), and
        is_phantom (as a component it is not made: its own components are used, without its routing).
    bom_lines: bom_id, item_id, quantity (micro-units per output quantity), scrap_rate (millionths of what is issued
        that are lost: a unit needs quantity ÷ (1 − scrap rate)).
    routing_versions: routing_id, item_id, effective_date.
    operations: routing_id, setup_minutes and run_minutes per unit (both micro-minutes), work_center_id (null: its time
        costs nothing); optional subcontract_cost (micro-currency per unit). Set-up is spread over the costing lot: the
        item's lot in force, else the output quantity of the BOM in force.
    work_center_rates: work_center_id, effective_date, labour_rate and overhead_rate (micro-currency per hour).
    bought_costs: item_id, effective_date, unit_cost; optional beside it labour_unit_cost, overhead_unit_cost,
        subcontract_unit_cost (of a standard that tells its parts) and landed_unit_cost (micro-currency per base unit).
        An item with a BOM in force is made, whatever it once cost bought.
    lots: item_id, effective_date, lot_quantity (micro-units; 0: none is stated).
    by_products: bom_id, item_id, quantity (micro-units per output quantity) of those that take no share: they take
        their own bought cost, those that are made themselves nothing.

    Result: item_id, date, material_unit_cost, labour_unit_cost, overhead_unit_cost, subcontract_unit_cost,
    landed_unit_cost (micro-currency, rounded half to even once per level), is_complete, is_made. is_complete is false
    when something below has neither BOM nor cost on that day (it counts 0) or when the BOMs run in a circle (then the
    cost is 0).
    is_made: a BOM is in force on that day.
    """
    structure = Structure(
        bom_versions, bom_lines, routing_versions, operations, work_center_rates, bought_costs, lots, by_products
    )  # fmt: skip
    wanted = asked.select("item_id", pl.col("date").cast(pl.Date)).unique(maintain_order=True)
    found = [structure.unit_cost(item, day) for item, day in wanted.iter_rows()]
    costs = wanted.with_columns(
        *(pl.Series(name, [cost.amounts[k] for cost in found], dtype=pl.Int64) for k, name in enumerate(UNIT_COSTS)),
        pl.Series("is_complete", [cost.is_complete for cost in found], dtype=pl.Boolean),
        pl.Series("is_made", [cost.is_made for cost in found], dtype=pl.Boolean),
    )
    return asked.select("item_id", pl.col("date").cast(pl.Date)).join(
        costs, on=["item_id", "date"], how="left", maintain_order="left"
    )


class Versions(Generic[Fact]):
    """Facts of one item by the day they come into force."""

    def __init__(self, dated: list[tuple[date, Fact]]) -> None:
        dated.sort(key=lambda pair: pair[0])
        self.days = [day for day, _ in dated]
        self.facts = [fact for _, fact in dated]

    def in_force(self, day: date) -> tuple[Fact | None, date, date]:
        """(the fact in force or None, since when, until when)."""
        at = bisect_right(self.days, day)
        since = self.days[at - 1] if at else FIRST_DAY
        until = self.days[at] if at < len(self.days) else LAST_DAY
        return (self.facts[at - 1] if at else None), since, until


class Structure:
    """Everything a rolled-up cost is made of, and the costs found so far."""

    def __init__(
        self,
        bom_versions: pl.DataFrame,
        bom_lines: pl.DataFrame,
        routing_versions: pl.DataFrame,
        operations: pl.DataFrame,
        work_center_rates: pl.DataFrame,
        bought_costs: pl.DataFrame,
        lots: pl.DataFrame | None,
        by_products: pl.DataFrame | None,
    ) -> None:
        self.recipes = recipes_of(bom_versions, bom_lines, by_products)
        self.routings = routings_of(routing_versions, operations)
        self.rates = rates_of(work_center_rates)
        self.bought = bought_of(bought_costs)
        self.lots = {} if lots is None else lots_of(lots)
        self.found: dict[int, tuple[list[date], list[UnitCost]]] = {}
        self.path: list[tuple[int, date, date]] = []

    def unit_cost(self, item: int, day: date) -> UnitCost:
        """The item's cost in force on a day; costs found before are kept for the whole time they are valid."""
        starts, costs = self.found.setdefault(item, ([], []))
        at = bisect_right(starts, day) - 1
        if at >= 0 and day < costs[at].until:
            return costs[at]
        cost = self.computed(item, day)
        at = bisect_right(starts, cost.since)
        starts.insert(at, cost.since)
        costs.insert(at, cost)
        return cost

    def computed(self, item: int, day: date) -> UnitCost:
        """The item's cost from its recipe and routing of the day, or its bought cost."""
        recipe, since, until = in_force(self.recipes, item, day)
        if recipe is None:
            cost, cost_since, cost_until = in_force(self.bought, item, day)
            since, until = max(since, cost_since), min(until, cost_until)
            return UnitCost(cost or NOTHING, cost is not None, False, since, until)
        operations, routing_since, routing_until = in_force(self.routings, item, day)
        since, until = max(since, routing_since), min(until, routing_until)
        circle = next((k for k, (above, _, _) in enumerate(self.path) if above == item), None)
        if circle is not None:
            for _, above_since, above_until in self.path[circle:]:
                since, until = max(since, above_since), min(until, above_until)
            return UnitCost(NOTHING, False, True, since, until, True)

        lot, lot_since, lot_until = in_force(self.lots, item, day)
        since, until = max(since, lot_since), min(until, lot_until)
        components, parts_since, parts_until = self.parts(recipe, day, (item,))
        since, until = max(since, parts_since), min(until, parts_until)
        self.path.append((item, since, until))
        exact, worked_since, worked_until = self.worked(operations or (), lot or recipe.output_quantity, day)
        since, until = max(since, worked_since), min(until, worked_until)
        is_complete, is_looped = True, False
        for component in components:
            below = self.unit_cost_below(component.item_id, day)
            since, until = max(since, below.since), min(until, below.until)
            is_complete = is_complete and below.is_complete
            is_looped = is_looped or below.is_looped
            for k in range(len(exact)):
                exact[k] += component.quantity * below.amounts[k]
        self.path.pop()
        if is_looped:
            return UnitCost(NOTHING, False, True, since, until, True)
        kept = Fraction(MICRO - recipe.by_product_share, MICRO)
        beside, beside_since, beside_until = self.beside(recipe, day)
        since, until = max(since, beside_since), min(until, beside_until)
        material, labour, overhead, subcontract, landed = (
            round(amount * kept - taken) for amount, taken in zip(exact, beside, strict=True)
        )
        return UnitCost((material, labour, overhead, subcontract, landed), is_complete, False, since, until, True)

    def parts(self, recipe: Recipe, day: date, above: tuple[int, ...]) -> tuple[list[Component], date, date]:
        """What goes into a unit, with the components of phantoms in their place; since when, until when."""
        found: list[Component] = []
        since, until = FIRST_DAY, LAST_DAY
        for component in recipe.components:
            phantom, own_since, own_until = in_force(self.recipes, component.item_id, day)
            if phantom is None or not phantom.is_phantom or component.item_id in above:
                found.append(component)
                continue
            below, below_since, below_until = self.parts(phantom, day, (*above, component.item_id))
            since, until = max(since, own_since, below_since), min(until, own_until, below_until)
            found += [Component(part.item_id, component.quantity * part.quantity) for part in below]
        return found, since, until

    def beside(self, recipe: Recipe, day: date) -> tuple[list[Fraction], date, date]:
        """Cost by component that by-products without a share take off a unit; since when, until when."""
        taken = [Fraction(0)] * len(UNIT_COSTS)
        since, until = FIRST_DAY, LAST_DAY
        for product in recipe.beside:
            made, made_since, made_until = in_force(self.recipes, product.item_id, day)
            cost, cost_since, cost_until = in_force(self.bought, product.item_id, day)
            since, until = max(since, made_since, cost_since), min(until, made_until, cost_until)
            if made is None:
                taken = [
                    so_far + product.quantity * amount for so_far, amount in zip(taken, cost or NOTHING, strict=True)
                ]
        return taken, since, until

    def unit_cost_below(self, item: int, day: date) -> UnitCost:
        """A component's cost; where the BOMs run back to something above, that circle's end, which is never kept."""
        if any(above == item for above, _, _ in self.path):
            return self.computed(item, day)
        return self.unit_cost(item, day)

    def worked(
        self, operations: tuple[Operation, ...], lot_quantity: int, day: date
    ) -> tuple[list[Fraction], date, date]:
        """Exact cost by component of one unit's work in a lot at the rates of a day; since when, until when."""
        cost = [Fraction(0)] * len(UNIT_COSTS)
        since, until = FIRST_DAY, LAST_DAY
        for operation in operations:
            cost[3] += operation.subcontract_cost
            if operation.work_center_id is None:
                continue
            rates, rates_since, rates_until = in_force(self.rates, operation.work_center_id, day)
            since, until = max(since, rates_since), min(until, rates_until)
            minutes = operation.run_minutes + Fraction(operation.setup_minutes * MICRO, lot_quantity)
            for k, rate in enumerate(rates or (), start=1):
                cost[k] += minutes / (MINUTES_PER_HOUR * MICRO) * rate
        return cost, since, until


def in_force(versions: Mapping[int, Versions[Fact | None]], subject: int, day: date) -> tuple[Fact | None, date, date]:
    """The fact of an item or work centre in force on a day with its validity; None for all time where it has none."""
    own = versions.get(subject)
    return own.in_force(day) if own is not None else (None, FIRST_DAY, LAST_DAY)


def recipes_of(
    bom_versions: pl.DataFrame, bom_lines: pl.DataFrame, by_products: pl.DataFrame | None
) -> dict[int, Versions[Recipe | None]]:
    """BOM versions by item; None from the day after the last one of a version until the next version."""
    components: dict[int, list[tuple[int, int, int]]] = {}
    columns = bom_lines.select("bom_id", "item_id", "quantity", pl.col("scrap_rate").fill_null(0))
    for bom, item, quantity, scrap_rate in columns.iter_rows():
        components.setdefault(bom, []).append((item, quantity, scrap_rate))
    products: dict[int, list[tuple[int, int]]] = {}
    if by_products is not None:
        for bom, item, quantity in by_products.select("bom_id", "item_id", "quantity").iter_rows():
            products.setdefault(bom, []).append((item, quantity))
    optional = {"end_date": pl.Date, "by_product_share": pl.Int64, "yield_rate": pl.Int64, "is_phantom": pl.Boolean}
    for name, kind in optional.items():
        if name not in bom_versions.columns:
            bom_versions = bom_versions.with_columns(pl.lit(None, kind).alias(name))
    days = (pl.col(name).cast(pl.Date) for name in ("effective_date", "end_date"))
    share = pl.col("by_product_share").fill_null(0)
    rate = pl.col("yield_rate").fill_null(MICRO)
    is_phantom = pl.col("is_phantom").fill_null(False)
    columns = bom_versions.select("bom_id", "item_id", *days, "output_quantity", share, rate, is_phantom).sort("bom_id")
    begun: dict[int, dict[date, Recipe | None]] = {}
    ended: dict[int, list[tuple[date, date]]] = {}
    for bom, item, day, last_day, output_quantity, by_product_share, yield_rate, phantom in columns.iter_rows():
        started = Fraction(MICRO, yield_rate)
        lines = tuple(
            Component(below, started * Fraction(quantity * MICRO, output_quantity * (MICRO - scrap_rate)))
            for below, quantity, scrap_rate in components.get(bom, ())
        )
        beside = tuple(
            Component(product, Fraction(quantity, output_quantity)) for product, quantity in products.get(bom, ())
        )
        begun.setdefault(item, {})[day] = Recipe(lines, output_quantity, by_product_share, phantom, beside)
        if last_day is not None:
            ended.setdefault(item, []).append((day, last_day + timedelta(days=1)))
    for item, ends in ended.items():
        starts = sorted(begun[item])
        for day, end in ends:
            following = bisect_right(starts, day)
            if following == len(starts) or end < starts[following]:
                begun[item][end] = None
    return {item: Versions(list(versions.items())) for item, versions in begun.items()}


def routings_of(routing_versions: pl.DataFrame, operations: pl.DataFrame) -> dict[int, Versions[tuple[Operation, ...]]]:
    """Routing versions by item."""
    if "subcontract_cost" not in operations.columns:
        operations = operations.with_columns(subcontract_cost=pl.lit(0, pl.Int64))
    steps: dict[int, list[Operation]] = {}
    amounts = (pl.col(name).fill_null(0) for name in ("setup_minutes", "run_minutes", "subcontract_cost"))
    columns = operations.with_columns(amounts).select("routing_id", *Operation._fields)
    for routing, *facts in columns.iter_rows():
        steps.setdefault(routing, []).append(Operation(*facts))
    versions = routing_versions.select("routing_id", "item_id", pl.col("effective_date").cast(pl.Date))
    return versions_of(
        (item, day, tuple(steps.get(routing, ()))) for routing, item, day in versions.sort("routing_id").iter_rows()
    )


def rates_of(work_center_rates: pl.DataFrame) -> dict[int, Versions[tuple[int, int]]]:
    """Labour and overhead rates by work centre."""
    columns = work_center_rates.select(
        "work_center_id", pl.col("effective_date").cast(pl.Date), "labour_rate", "overhead_rate"
    )
    return versions_of((center, day, (labour, overhead)) for center, day, labour, overhead in columns.iter_rows())


def bought_of(bought_costs: pl.DataFrame) -> dict[int, Versions[Amounts]]:
    """Bought cost by component and item; days without a cost are left out."""
    known = bought_costs.drop_nulls("unit_cost").rename({"unit_cost": "material_unit_cost"})
    absent = {name: pl.lit(0, pl.Int64) for name in UNIT_COSTS if name not in known.columns}
    day = pl.col("effective_date").cast(pl.Date)
    columns = known.with_columns(**absent).select("item_id", day, *UNIT_COSTS)
    return versions_of(
        (item, day, (material, labour, overhead, subcontract, landed))
        for item, day, material, labour, overhead, subcontract, landed in columns.iter_rows()
    )


def lots_of(lots: pl.DataFrame) -> dict[int, Versions[int]]:
    """Costing lots by item; days without one are left out."""
    columns = lots.select("item_id", pl.col("effective_date").cast(pl.Date), "lot_quantity")
    return versions_of(columns.drop_nulls("lot_quantity").iter_rows())


def versions_of(facts: Iterable[tuple[int, date, Fact]]) -> dict[int, Versions[Fact]]:
    """Facts by item or work centre and the day from which they are in force."""
    found: dict[int, list[tuple[date, Fact]]] = {}
    for subject, day, fact in facts:
        found.setdefault(subject, []).append((day, fact))
    return {subject: Versions(versions) for subject, versions in found.items()}
