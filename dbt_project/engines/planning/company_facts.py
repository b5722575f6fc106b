"""The facts of each company's plan, from the tables that the warehouse keeps of them. Items go by their codes, as
people know them in the plan's sentences and paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import polars as pl

from dbt_project.engines.planning.facts import PlanningInput

HORIZON_DAYS = 365


def company_facts(
    tables: Mapping[str, pl.DataFrame], as_of: date, companies: Collection[int]
) -> dict[int, PlanningInput]:
    """By company, what its plan is made from on as_of, for the horizon of builds.

    tables: `codes` (item_id, item_code) and items, stock, demands, supplies, supplier_prices, routes, decisions with
    company_id; boms, bom_lines, by_products of all companies; `calendar` (calendar_date, is_working_day, company_id).
    """
    codes = tables["codes"].select("item_id", "item_code")

    def coded(name: str) -> pl.DataFrame:
        frame = tables[name].drop("item_code", strict=False)
        return frame.join(codes, on="item_id", how="left" if name == "routes" else "inner").with_columns(
            item_id="item_code"
        )

    by_company = {
        "items": coded("items").sort("item_id", "warehouse_id"),
        "stock": coded("stock")
        .rename({"usable_quantity_micro": "quantity"})
        .sort("item_id", "warehouse_id", "expiry_date"),
        "demands": coded("demands").sort("demand_id"),
        "supplies": coded("supplies").sort("supply_id"),
        "supplier_prices": coded("supplier_prices").sort(
            "item_id", "supplier_id", "effective_date", "minimum_quantity"
        ),
        "routes": coded("routes").sort("from_warehouse_id", "to_warehouse_id", "item_id"),
        "working_days": tables["calendar"].filter("is_working_day").rename({"calendar_date": "date"}).sort("date"),
        "decisions": tables["decisions"].sort("decided_at", "suggestion_decision_id"),
    }

    def of(company: int, name: str) -> pl.DataFrame:
        return by_company[name].filter(pl.col("company_id") == company)

    boms = coded("boms").sort("bom_id")
    bom_lines = coded("bom_lines").sort("bom_id", "bom_line_id")
    by_products = (
        coded("by_products")
        .select("bom_id", "item_id", "bom_by_product_id", quantity="quantity_micro")
        .sort("bom_id", "bom_by_product_id")
    )
    return {
        company: PlanningInput(
            as_of=as_of,
            horizon_days=HORIZON_DAYS,
            bom_versions=boms,
            bom_lines=bom_lines,
            by_products=by_products,
            items=of(company, "items"),
            stock=of(company, "stock"),
            demands=of(company, "demands"),
            supplies=of(company, "supplies"),
            supplier_prices=of(company, "supplier_prices"),
            routes=of(company, "routes"),
            working_days=of(company, "working_days"),
            decisions=of(company, "decisions"),
        )
        for company in sorted(companies)
    }
