"""When open order lines can be delivered, capacity included: engine.delivery_dates and engine.delivery_steps.

The plan pegs, the schedule follows from the pegs, and what the schedule says of work orders comes back here: the same
facts with the days on which work centres can finish them, where that is later than they are due. Companies whose work
centres finish everything in time keep the dates of the plan. This table: one row per company, with what they do not.
"""

import polars as pl

from dbt_project.engines.planning import company_facts, delivery_steps, predicted_dates
from dbt_project.engines.stored import store


def model(dbt, session):
    dbt.config(materialized="table")
    as_of = dbt.ref("int_build_date").pl()["as_of"][0]
    of_companies = dbt.ref("stg_companies").pl()
    companies = of_companies["company_id"].to_list() or [0]
    expected = dbt.ref("int_planning_supplies_expected").pl().select("company_id", "supply_id", "expected_date")
    planned = dbt.ref("engine_planning_run")
    assert planned is not None
    # What the plan was made from; read only where it has to be solved again.
    given = {
        "codes": dbt.ref("stg_items"),
        "items": dbt.ref("int_planning_items"),
        "stock": dbt.ref("int_planning_lots"),
        "demands": dbt.ref("int_planning_demands"),
        "supplies": dbt.ref("int_planning_supplies"),
        "boms": dbt.ref("int_planning_boms"),
        "bom_lines": dbt.ref("int_planning_bom_lines"),
        "by_products": dbt.ref("stg_bom_by_products"),
        "routes": dbt.ref("int_planning_routes"),
        "supplier_prices": dbt.ref("int_planning_supplier_prices"),
        "calendar": dbt.ref("int_calendar_working_days"),
        "decisions": dbt.ref("int_planning_decisions"),
    }
    late = expected["company_id"].unique().sort().to_list()
    found = []
    if late:
        tables = {name: relation.pl() for name, relation in given.items()}
        dated = expected.select("supply_id", pl.col("expected_date").cast(pl.Date))
        tables["supplies"] = tables["supplies"].join(dated, on="supply_id", how="left")
        found = [
            predicted_dates(facts).with_columns(company_id=pl.lit(company_id, pl.Int64))
            for company_id, facts in company_facts(tables, as_of, late).items()
        ]
    engine = dbt.this.schema
    again = {"dates": [table.drop("steps") for table in found], "steps": [delivery_steps(table) for table in found]}
    for name, solved in again.items():
        of_plan = session.sql(f"select * from {engine}.planning_delivery_{name}").pl()
        in_time = of_plan.filter(~pl.col("company_id").is_in(late))
        store(session, f"{engine}.delivery_{name}", pl.concat([in_time, *solved], how="diagonal_relaxed"))
    counts = dict(expected.group_by("company_id").len().iter_rows())
    return pl.DataFrame(
        [(company_id, counts.get(company_id, 0)) for company_id in sorted(companies)],
        schema={"company_id": pl.Int64, "late_supply_count": pl.Int64},
        orient="row",
    )
