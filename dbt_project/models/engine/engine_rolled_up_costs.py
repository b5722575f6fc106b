"""The rolled-up unit cost of every (company, item, date) that somebody asked for, in micro company currency."""

import polars as pl

from dbt_project.engines.costing.rolled_up import rolled_up_cost


def model(dbt, session):
    dbt.config(materialized="table")
    companies = dbt.ref("stg_companies").pl()
    boms = dbt.ref("stg_boms").pl().sort("item_id", "effective_date", "recorded_at_microseconds", "bom_id")
    bom_lines = dbt.ref("stg_bom_lines").pl().sort("bom_line_id")
    routings = (
        dbt.ref("int_routings_placed").pl().sort("item_id", "effective_date", "recorded_at_microseconds", "routing_id")
    )
    operations = dbt.ref("int_routing_operations_placed").pl().sort("routing_operation_id")
    rates = dbt.ref("int_work_center_rates_in_force").pl().sort("work_center_id", "valid_from")
    bought_costs = dbt.ref("int_item_costs_bought").pl().sort("item_id", "effective_date")
    asked = dbt.ref("int_rolled_up_costs_asked").pl().sort("item_id", "effective_date")
    lots = (
        dbt.ref("stg_item_plannings")
        .pl()
        .filter(pl.col("warehouse_id").is_null())
        .sort("item_id", "effective_date", "recorded_at_microseconds", "item_planning_id")
        .unique(["company_id", "item_id", "effective_date"], keep="last", maintain_order=True)
    )
    by_products = dbt.ref("stg_bom_by_products").pl().sort("bom_by_product_id")
    by_product_shares = by_products.group_by("bom_id").agg(by_product_share=pl.col("cost_share_micro").sum())
    bom_versions = boms.unique(["item_id", "effective_date"], keep="last", maintain_order=True).join(
        by_product_shares, on="bom_id", how="left", maintain_order="left"
    )
    costs = [
        rolled_up_cost(
            bom_versions=bom_versions.select(
                "bom_id",
                "item_id",
                "effective_date",
                "end_date",
                "by_product_share",
                "is_phantom",
                output_quantity="output_quantity_micro",
                yield_rate="yield_rate_micro",
            ),
            bom_lines=bom_lines.select("bom_id", "item_id", quantity="quantity_micro", scrap_rate="scrap_rate_micro"),
            routing_versions=routings.filter(company_id=company_id).unique(
                ["item_id", "effective_date"], keep="last", maintain_order=True
            ),
            operations=operations.filter(company_id=company_id),
            work_center_rates=rates.select(
                "work_center_id",
                effective_date="valid_from",
                labour_rate="labour_rate_micro",
                overhead_rate="overhead_rate_micro",
            ),
            bought_costs=bought_costs.filter(company_id=company_id).select(
                "item_id",
                "effective_date",
                unit_cost="material_cost_micro",
                labour_unit_cost="labour_cost_micro",
                overhead_unit_cost="overhead_cost_micro",
                subcontract_unit_cost="subcontract_cost_micro",
                landed_unit_cost="landed_cost_micro",
            ),
            asked=asked.filter(company_id=company_id).select("item_id", date="effective_date"),
            lots=lots.filter(company_id=company_id).select(
                "item_id", "effective_date", lot_quantity="minimum_quantity_micro"
            ),
            by_products=by_products.filter(pl.col("cost_share_micro").is_null()).select(
                "bom_id", "item_id", quantity="quantity_micro"
            ),
        ).with_columns(company_id=pl.lit(company_id, pl.Int64))
        for company_id in companies["company_id"].sort().to_list() or [0]
    ]
    return pl.concat(costs).rename({"date": "effective_date"})
