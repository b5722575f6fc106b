"""One run of the planning engine per company; its tables stand beside this one as engine.planning_*. Its delivery dates
are those of the plan alone; engine_planning_delivery adds what the schedule knows.

This table: one row per company and table of the run, with its number of rows.
"""

import polars as pl

from dbt_project.engines.planning import company_facts, delivery_steps, plan
from dbt_project.engines.stored import store


def model(dbt, session):
    dbt.config(materialized="table")
    as_of = dbt.ref("int_build_date").pl()["as_of"][0]
    of_companies = dbt.ref("stg_companies").pl()
    companies = of_companies["company_id"].to_list() or [0]
    tables = {
        "codes": dbt.ref("stg_items").pl(),
        "items": dbt.ref("int_planning_items").pl(),
        "stock": dbt.ref("int_planning_lots").pl(),
        "demands": dbt.ref("int_planning_demands").pl(),
        "supplies": dbt.ref("int_planning_supplies").pl(),
        "boms": dbt.ref("int_planning_boms").pl(),
        "bom_lines": dbt.ref("int_planning_bom_lines").pl(),
        "by_products": dbt.ref("stg_bom_by_products").pl(),
        "routes": dbt.ref("int_planning_routes").pl(),
        "supplier_prices": dbt.ref("int_planning_supplier_prices").pl(),
        "calendar": dbt.ref("int_calendar_working_days").pl(),
        "decisions": dbt.ref("int_planning_decisions").pl(),
    }
    plans = {company_id: plan(facts) for company_id, facts in company_facts(tables, as_of, companies).items()}
    counts = []
    for name in ("suggestions", "messages", "pegging", "projection", "delivery_dates", "findings"):
        tables = [
            getattr(result, name).with_columns(company_id=pl.lit(company_id, pl.Int64))
            for company_id, result in plans.items()
        ]
        if name == "delivery_dates":
            steps = pl.concat([delivery_steps(table) for table in tables])
            store(session, f"{dbt.this.schema}.planning_delivery_steps", steps)
            tables = [table.drop("steps") for table in tables]
        store(session, f"{dbt.this.schema}.planning_{name}", pl.concat(tables, how="vertical_relaxed"))
        counts += [(company_id, name, table.height) for company_id, table in zip(plans, tables, strict=True)]
    return pl.DataFrame(
        counts, schema={"company_id": pl.Int64, "table_name": pl.String, "row_count": pl.Int64}, orient="row"
    )
