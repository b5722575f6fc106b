"""One run of the planning engine per company; its tables stand beside this one as engine.planning_*.

This table: one row per company and table of the run, with its number of rows.
"""

import polars as pl

from dbt_project.engines.planning import PlanningInput, plan

HORIZON_DAYS = 365


def model(dbt, session):
    dbt.config(materialized="table")
    build_date = dbt.ref("int_build_date").pl()
    companies = dbt.ref("stg_companies").pl()
    items = dbt.ref("int_planning_items").pl()
    stock = dbt.ref("int_planning_lots").pl()
    demands = dbt.ref("int_planning_demands").pl()
    supplies = dbt.ref("int_planning_supplies").pl()
    boms = dbt.ref("int_planning_boms").pl()
    bom_lines = dbt.ref("int_planning_bom_lines").pl()
    by_products = dbt.ref("stg_bom_by_products").pl()
    routes = dbt.ref("int_planning_routes").pl()
    supplier_prices = dbt.ref("int_planning_supplier_prices").pl()
    calendar = dbt.ref("int_calendar_working_days").pl()
    decisions = dbt.ref("int_planning_decisions").pl()
    codes = dbt.ref("stg_items").pl().select("item_id", "item_code")

    def coded(frame):
        """Items by their codes, as people know them in the plan's sentences and paths."""
        return frame.drop("item_code", strict=False).join(codes, on="item_id").with_columns(item_id="item_code")

    by_company = {
        "items": coded(items).sort("item_id", "warehouse_id"),
        "stock": coded(stock)
        .rename({"usable_quantity_micro": "quantity"})
        .sort("item_id", "warehouse_id", "expiry_date"),
        "demands": coded(demands).sort("demand_id"),
        "supplies": coded(supplies).sort("supply_id"),
        "supplier_prices": coded(supplier_prices).sort("item_id", "supplier_id", "effective_date", "minimum_quantity"),
        "routes": routes.join(codes, on="item_id", how="left")
        .with_columns(item_id="item_code")
        .sort("from_warehouse_id", "to_warehouse_id", "item_id"),
        "working_days": calendar.filter("is_working_day").rename({"calendar_date": "date"}).sort("date"),
        "decisions": decisions.sort("decided_at", "suggestion_decision_id"),
    }
    plans = {
        company_id: plan(
            PlanningInput(
                as_of=build_date["as_of"][0],
                horizon_days=HORIZON_DAYS,
                bom_versions=coded(boms).sort("bom_id"),
                bom_lines=coded(bom_lines).sort("bom_id", "bom_line_id"),
                by_products=coded(by_products)
                .select("bom_id", "item_id", "bom_by_product_id", quantity="quantity_micro")
                .sort("bom_id", "bom_by_product_id"),
                **{name: frame.filter(pl.col("company_id") == company_id) for name, frame in by_company.items()},
            )
        )
        for company_id in companies["company_id"].sort().to_list() or [0]
    }
    counts = []
    for name in ("suggestions", "messages", "pegging", "projection", "delivery_dates", "findings"):
        tables = [
            getattr(result, name).with_columns(company_id=pl.lit(company_id, pl.Int64))
            for company_id, result in plans.items()
        ]
        if name == "delivery_dates":
            write(dbt, session, "delivery_steps", pl.concat([steps_of(table) for table in tables]))
            tables = [table.drop("steps") for table in tables]
        write(dbt, session, name, pl.concat(tables, how="vertical_relaxed"))
        counts += [(company_id, name, table.height) for company_id, table in zip(plans, tables, strict=True)]
    return pl.DataFrame(
        counts, schema={"company_id": pl.Int64, "table_name": pl.String, "row_count": pl.Int64}, orient="row"
    )


def steps_of(delivery_dates):
    """One row per step of the way to each delivery date, from the order line down."""
    return (
        delivery_dates.select("company_id", "sales_order_line_id", "steps")
        .explode("steps", empty_as_null=False)
        .with_columns(step_number=pl.int_range(1, pl.len() + 1).over("sales_order_line_id"))
        .unnest("steps")
    )


def write(dbt, session, name, frame):
    session.register("planning_frame", frame.to_arrow())
    session.execute(f"create or replace table {dbt.this.schema}.planning_{name} as select * from planning_frame")
    session.unregister("planning_frame")
