"""What would open orders earn at other prices? Their profit as the build has it, and as it would be."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import polars as pl

from dashboards.edition import Edition
from dashboards.planning_facts import MICRO, planning_facts
from dashboards.questions.question import asks
from dashboards.questions.what_if import PERMISSION, WhatIfChange, WhatIfFilters

PRICES = ("purchase_price", "sales_price")
MONEY = pl.Decimal(18, 4)


@asks(WhatIfFilters, permission=PERMISSION, is_dear=True)
def what_if_profit(edition: Edition, filters: WhatIfFilters) -> pl.DataFrame:
    """Open orders whose profit would be another, the largest loss first. Only for those who may see cost.

    Other sales prices hold for what is not invoiced yet, other purchase prices for what is not delivered yet, through
    all levels of making, as if all of it were bought anew. Company currency.
    """
    told = [change for change in filters.changes if change.kind in PRICES and change.rate is not None]
    if not edition.has("fct_order_profit", "profit") or not told:
        return pl.DataFrame(schema={"order_number": pl.String})
    company = filters.company or int(edition.rows("select min(company_id) as id from marts.dim_company")["id"][0])
    lines = edition.rows(
        """select sales_order_id, order_number, customer_name, item_code, expected_revenue, revenue, profit,
            greatest(ordered_quantity - delivered_quantity, 0) as open_quantity
        from marts.fct_order_profit
        where company_id = ? and status = 'confirmed'
            and (expected_revenue <> 0 or ordered_quantity > delivered_quantity)""",
        [company],
    )
    sales: dict[str, Fraction] = {}
    for item in lines["item_code"].unique().to_list():
        rate = Fraction(1)
        for change in told:
            if change.kind == "sales_price" and change.item in (None, item):
                rate *= Fraction(change.rate or 1)
        sales[item] = rate - 1
    dearer = _dearer(edition, company, tuple(change.model_dump_json() for change in told))
    more_revenue, more_cost = [], []
    for item, expected, quantity in lines.select("item_code", "expected_revenue", "open_quantity").iter_rows():
        more_revenue.append(_amount(Fraction(expected) * sales[item]))
        more_cost.append(_amount(Fraction(quantity) * dearer.get(item, Fraction(0))))
    return (
        lines.with_columns(
            more_revenue=pl.Series(more_revenue, dtype=MONEY), more_cost=pl.Series(more_cost, dtype=MONEY)
        )
        .group_by("sales_order_id")
        .agg(
            pl.col("order_number", "customer_name").first(),
            pl.col("revenue", "profit", "more_revenue", "more_cost").sum(),
        )
        .with_columns(
            revenue_then=pl.col("revenue") + pl.col("more_revenue"),
            profit_then=pl.col("profit") + pl.col("more_revenue") - pl.col("more_cost"),
        )
        .with_columns(profit_difference=pl.col("profit_then") - pl.col("profit"))
        .filter(pl.col("profit_difference") != 0)
        .drop("more_revenue", "more_cost")
        .sort("profit_difference", "sales_order_id")
    )


@lru_cache(maxsize=16)
def _dearer(edition: Edition, company: int, told: tuple[str, ...]) -> dict[str, Fraction]:
    """By item, what a base unit would cost more (negative: less), by the bills of material in force."""
    facts = planning_facts(edition, company).conformed()
    suppliers = dict(
        edition.rows("select partner_code, partner_id from marts.dim_partner where company_id = ?", [company]).rows()
    )
    changes = [WhatIfChange.model_validate_json(each) for each in told]
    dearer: dict[str, Fraction] = {}
    for item, kind, cost, supplier in (
        facts.items.select("item_id", "kind", "unit_cost", "preferred_supplier_id").unique("item_id").iter_rows()
    ):
        rate = Fraction(1)
        for change in changes:
            is_whose = change.supplier is None or suppliers.get(change.supplier) == supplier
            if change.kind == "purchase_price" and change.item in (None, item) and is_whose:
                rate *= Fraction(change.rate or 1)
        if kind == "bought" and cost:
            dearer[item] = Fraction(cost, MICRO) * (rate - 1)
    in_force = facts.bom_versions.filter(
        (pl.col("alternate").fill_null(1) == 1)
        & (pl.col("effective_date") <= edition.as_of)
        & (pl.col("end_date").is_null() | (pl.col("end_date") >= edition.as_of))
    ).sort("effective_date")
    recipes = {
        item: (bom, Fraction(output * (rate or MICRO), MICRO))
        for item, bom, output, rate in in_force.select("item_id", "bom_id", "output_quantity", "yield_rate").iter_rows()
    }
    parts: dict[object, list[tuple[str, int, int]]] = {}
    for bom, item, quantity, scrap in facts.bom_lines.select("bom_id", "item_id", "quantity", "scrap_rate").iter_rows():
        parts.setdefault(bom, []).append((item, quantity, scrap or 0))

    def of(item: str, above: tuple[str, ...] = ()) -> Fraction:
        if item not in dearer and item in recipes and item not in above:
            bom, output = recipes[item]
            dearer[item] = sum(
                (
                    of(part, (*above, item)) * quantity / output * Fraction(MICRO, MICRO - scrap)
                    for part, quantity, scrap in parts.get(bom, ())
                ),
                Fraction(0),
            )
        return dearer.get(item, Fraction(0))

    for item in list(recipes):
        of(item)
    return dearer


def _amount(exact: Fraction) -> Decimal:
    """Rounded to four decimals, half to even."""
    return Decimal(round(exact * 10_000)) / 10_000
