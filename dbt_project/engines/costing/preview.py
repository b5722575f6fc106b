"""What goods would cost if they were delivered today: layers in stock first, oldest first, the rest at its unit cost.

Nothing is posted or kept. Lines of one preview share the stock: what an earlier line takes, a later one does not find.
"""

from collections import defaultdict
from typing import Any

import polars as pl

from .kinds import COMPONENT_NAMES

MICRO = 1_000_000
AMOUNTS = [f"{name}_amount" for name in COMPONENT_NAMES]


def half_even(dividend: int, divisor: int) -> int:
    """Whole quotient, a half to the even side; divisor > 0."""
    whole, rest = divmod(dividend, divisor)
    return whole + (1 if 2 * rest > divisor or (2 * rest == divisor and whole % 2) else 0)


def previewed_costs(
    lines: pl.DataFrame, layers: pl.DataFrame, unit_costs: pl.DataFrame, amount_exponent: int
) -> pl.DataFrame:
    """What each line would cost, by component, in minor units.

    lines: line_number, item_id, quantity (micro-units > 0), in the order in which they are served.
    layers: item_id, quantity (micro-units), five `…_amount` (minor units), in the order in which they are taken; those
        without quantity are passed over. Part of a layer takes round-half-even(amount × taken so far ÷ quantity) less
        what was taken before, component by component.
    unit_costs: item_id, five `…_unit_cost` (millionths of the currency's unit), is_complete.
    amount_exponent: decimals of the currency's minor unit.

    Result, a row per line: line_number, five amounts, cost_amount, stock_quantity (micro, taken from layers),
    has_cost (false: part of it has no complete unit cost, and counts with what there is).
    """
    shelves: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for layer in layers.iter_rows(named=True):
        if layer["quantity"] > 0:
            shelves[layer["item_id"]].append({"left": layer["quantity"], **layer})
    costs = {row["item_id"]: row for row in unit_costs.iter_rows(named=True)}
    rows = []
    for line in lines.iter_rows(named=True):
        amounts = dict.fromkeys(AMOUNTS, 0)
        need = line["quantity"]
        for layer in shelves[line["item_id"]]:
            part = min(need, layer["left"])
            before = layer["quantity"] - layer["left"]
            for name in AMOUNTS:
                upto = half_even(layer[name] * (before + part), layer["quantity"])
                amounts[name] += upto - half_even(layer[name] * before, layer["quantity"])
            layer["left"] -= part
            need -= part
        cost = costs.get(line["item_id"])
        if need and cost is not None:
            for component, name in zip(COMPONENT_NAMES, AMOUNTS, strict=True):
                unit_cost = cost[f"{component}_unit_cost"] or 0
                amounts[name] += half_even(need * unit_cost * 10**amount_exponent, MICRO * MICRO)
        rows.append(
            {"line_number": line["line_number"], **amounts, "cost_amount": sum(amounts.values())}
            | {"stock_quantity": line["quantity"] - need}
            | {"has_cost": not need or bool(cost and cost["is_complete"])}
        )
    whole = {"line_number": pl.Int64, **dict.fromkeys(AMOUNTS, pl.Int64), "cost_amount": pl.Int64}
    return pl.DataFrame(rows, schema={**whole, "stock_quantity": pl.Int64, "has_cost": pl.Boolean})
