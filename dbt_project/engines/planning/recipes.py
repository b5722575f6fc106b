"""What goes into an item, version by version, with phantoms replaced by what goes into them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from dbt_project.engines.planning.facts import MICRO, PlanningFactIsInvalid, PlanningInput


def exploded(facts: PlanningInput, usable: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The usable versions, each with its recipe, and per recipe its lines as fractions of the parent's quantity.

    A version with phantoms is in parts: on each day on which what stands in place of a phantom may change, a recipe of
    its own begins.
    """
    versions = usable.with_row_index("recipe").with_columns(pl.col("recipe").cast(pl.Int64))
    yielded = pl.col("yield_rate").fill_null(MICRO)
    lines = (
        versions.select("recipe", "bom_id", "output_quantity", "yield_rate")
        .join(facts.bom_lines, on="bom_id")
        .select(
            "recipe",
            "item_id",
            numerator=pl.col("quantity") * MICRO,
            denominator=pl.col("output_quantity") * (MICRO - pl.col("scrap_rate").fill_null(0)),
            yield_rate=yielded,
        )
    )
    lines = pl.concat([lines.filter(pl.col("yield_rate") == MICRO), _started(lines)]).drop("yield_rate")
    phantoms = facts.bom_versions.filter(pl.col("is_phantom").fill_null(False))["item_id"].unique()
    parents = lines.filter(pl.col("item_id").is_in(phantoms.implode()))["recipe"].unique()
    if not len(parents):
        return versions, lines
    recipes = Recipes.of(facts, set(phantoms.to_list()))
    is_parent = pl.col("recipe").is_in(parents.implode())
    made: list[dict[str, object]] = []
    below: list[tuple[int, object, int, int]] = []
    for row in versions.filter(is_parent).iter_rows(named=True):
        ends = [day for day in (row["end_date"], row["last_date"]) if day is not None]
        for start in recipes.starts(row["bom_id"], row["item_id"], row["effective_date"], min(ends, default=None)):
            recipe = versions.height + len(made)
            made.append(row | {"recipe": recipe, "effective_date": start})
            day = max(start, facts.as_of)
            for item, share in recipes.lines(row["bom_id"], row["output_quantity"], row["item_id"], day):
                below.append((recipe, item, share.numerator, share.denominator))
                if max(share.numerator, share.denominator) >= 1 << 62:
                    raise PlanningFactIsInvalid(
                        f"bom_versions: the phantoms of {row['item_id']} are too finely divided"
                    )
    return (
        pl.concat([versions.filter(~is_parent), pl.DataFrame(made, schema=versions.schema)]),
        pl.concat([lines.filter(~is_parent), pl.DataFrame(below, schema=lines.schema, orient="row")]),
    )


def _started(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of versions of which not all comes out good, for what must be started; in lowest terms."""
    wasteful = lines.filter(pl.col("yield_rate") != MICRO)
    shares = [
        Fraction(numerator * MICRO, denominator * rate)
        for numerator, denominator, rate in wasteful.select("numerator", "denominator", "yield_rate").iter_rows()
    ]
    return wasteful.with_columns(
        numerator=pl.Series([share.numerator for share in shares], dtype=pl.Int64),
        denominator=pl.Series([share.denominator for share in shares], dtype=pl.Int64),
    )


@dataclass(frozen=True)
class Recipes:
    """Versions of the main BOMs by item, ascending by date (day, last day, id, output, whether a phantom), and the
    lines of all BOMs by id, each for what must be started for one good quantity."""

    versions: dict[object, list[tuple[date, date | None, object, int, bool]]]
    components: dict[object, list[tuple[object, Fraction]]]
    phantoms: set[object]

    @classmethod
    def of(cls, facts: PlanningInput, phantoms: set[object]) -> Recipes:
        versions: dict[object, list[tuple[date, date | None, object, int, bool]]] = {}
        main = facts.bom_versions.filter(pl.col("alternate").fill_null(1) == 1)
        known = main.sort("item_id", "effective_date", "bom_id").unique(
            ["item_id", "effective_date"], keep="last", maintain_order=True
        )
        for item, day, end, bom, output, is_phantom in known.select(
            "item_id", "effective_date", "end_date", "bom_id", "output_quantity", "is_phantom"
        ).iter_rows():
            versions.setdefault(item, []).append((day, end, bom, output, bool(is_phantom)))
        yields = dict(facts.bom_versions.select("bom_id", pl.col("yield_rate").fill_null(MICRO)).iter_rows())
        components: dict[object, list[tuple[object, Fraction]]] = {}
        for bom, item, quantity, scrap in facts.bom_lines.select(
            "bom_id", "item_id", "quantity", "scrap_rate"
        ).iter_rows():
            started = Fraction(MICRO, yields.get(bom, MICRO))
            components.setdefault(bom, []).append((item, Fraction(quantity * MICRO, MICRO - (scrap or 0)) * started))
        return cls(versions, components, phantoms)

    def starts(self, bom: object, item: object, first: date, last: date | None) -> list[date]:
        """The days within a version on which a recipe begins: the first, and those on which phantoms may change."""
        seen, ahead, days = {item}, [bom], {first}
        while ahead:
            for component, _ in self.components.get(ahead.pop(), []):
                if component in self.phantoms and component not in seen:
                    seen.add(component)
                    for day, end, below, *_ in self.versions[component]:
                        ahead.append(below)
                        days.add(day)
                        if end is not None:
                            days.add(end + timedelta(1))
        return sorted(day for day in days if first <= day and (last is None or day <= last))

    def lines(
        self, bom: object, output: int, item: object, day: date, above: tuple[object, ...] = ()
    ) -> Iterator[tuple[object, Fraction]]:
        """Component and quantity per unit made, on that day, with the lines of phantoms in place of them."""
        for component, quantity in self.components.get(bom, []):
            share = quantity / output
            phantom = self.in_force(component, day) if component not in (*above, item) else None
            if phantom is None or not phantom[4]:
                yield component, share
            else:
                for below, times in self.lines(phantom[2], phantom[3], component, day, (*above, item)):
                    yield below, share * times

    def in_force(self, item: object, day: date) -> tuple[date, date | None, object, int, bool] | None:
        """The version of the item in force on the day."""
        started = [version for version in self.versions.get(item, []) if version[0] <= day]
        return started[-1] if started and (started[-1][1] is None or started[-1][1] >= day) else None


def usable_versions(facts: PlanningInput) -> pl.DataFrame:
    """The BOM versions that are in force on as_of or later, by item, alternate and effective date; last_date: the day
    before the next one."""
    as_of = facts.as_of
    versions = (
        facts.bom_versions.with_columns(pl.col("alternate").fill_null(1))
        .sort("item_id", "alternate", "effective_date", "bom_id")
        .unique(["item_id", "alternate", "effective_date"], keep="last", maintain_order=True)
    )
    # Sorted: the next row is the next version, as long as it is of the same item and alternate.
    is_followed = (pl.col("item_id").shift(-1) == pl.col("item_id")) & (
        pl.col("alternate").shift(-1) == pl.col("alternate")
    )
    return versions.with_columns(
        last_date=pl.when(is_followed).then(pl.col("effective_date").shift(-1) - pl.duration(days=1))
    ).filter(
        (pl.col("last_date").is_null() | (pl.col("last_date") >= as_of))
        & (pl.col("end_date").is_null() | (pl.col("end_date") >= as_of))
    )
