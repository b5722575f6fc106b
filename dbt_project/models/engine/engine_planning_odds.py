"""What was learnt of lead times and lateness, per company: engine.odds_lead_times per supplier and item, and
engine.odds_delivery_dates per open sales order line.

This table: one row per company, kind and measure, with how its level for nine in ten was calibrated.
"""

import polars as pl

from dbt_project.engines.planning.delivery_odds import delivery_odds
from dbt_project.engines.planning.odds import learned_of
from dbt_project.engines.stored import store

RUN = {
    "company_id": pl.Int64,
    "kind": pl.String,
    "measure": pl.String,
    "level": pl.Float64,
    "calibration_count": pl.Int64,
    "calibration_rate": pl.Float64,
}
LEAD_TIMES = {
    "company_id": pl.Int64,
    "kind": pl.String,
    "supplier_id": pl.Int64,
    "item_id": pl.Int64,
    "sample_count": pl.Int64,
    "estimate_level": pl.String,
    "estimate_count": pl.Int64,
    "lead_time_days_p50": pl.Int64,
    "lead_time_days_p90": pl.Int64,
    "days_late_p50": pl.Int64,
    "days_late_p90": pl.Int64,
}


def model(dbt, session):
    dbt.config(materialized="table")
    as_of = dbt.ref("int_build_date").pl()["as_of"][0]
    observed = pl.concat(
        [dbt.ref("int_lead_times_observed").pl(), dbt.ref("int_deliveries_observed").pl()], how="vertical_relaxed"
    ).sort("kind", "source_id")
    calendar = dbt.ref("int_calendar_working_days").pl()
    supplies = dbt.ref("int_planning_supplies").pl()
    items = dbt.ref("stg_items").pl().select("item_id", item_code="item_code")
    plan, delivery = dbt.ref("engine_planning_run"), dbt.ref("engine_planning_delivery")
    assert plan is not None
    assert delivery is not None
    engine = dbt.this.schema
    steps = session.sql(f"select * from {engine}.delivery_steps").pl()
    lines = session.sql(f"select * from {engine}.delivery_dates").pl()
    suggested = session.sql(f"select * from {engine}.planning_suggestions").pl()
    bought_from = pl.concat(
        [
            suggested.select(supply_id="suggestion_id", supplier_id="supplier_id", due_date=pl.lit(None, pl.Date)),
            supplies.select("supply_id", "supplier_id", pl.col("due_date").cast(pl.Date)),
        ],
        how="vertical_relaxed",
    ).with_columns(pl.col("supplier_id").cast(pl.Int64))
    chains = (
        steps.join(lines.select("sales_order_line_id", "need_date"), on="sales_order_line_id")
        .join(bought_from, on="supply_id", how="left")
        .rename({"item_id": "item_code"})
        .join(items, on="item_code")
        .with_columns(pl.col("available_date", "need_date").cast(pl.Date))
    )
    runs, lead_times, delivery = [], [], []
    for company in sorted(observed["company_id"].unique().to_list()) or [0]:
        worked = calendar.filter((pl.col("company_id") == company) & pl.col("is_working_day"))["calendar_date"]
        worked = worked.cast(pl.Date).sort()
        learned = learned_of(observed.filter(pl.col("company_id") == company), as_of, worked)
        for (kind, measure), odds in learned.items():
            runs.append((company, kind, measure, odds.level, odds.calibration_count, odds.calibration_rate))
        for kind in ("purchase", "make"):
            lead, late = learned[kind, "lead"], learned[kind, "late"]
            for (group, item), count in sorted(lead.counts.items(), key=lambda each: tuple(map(str, each[0]))):
                level, estimate_count = lead.estimated_from(group, item)
                lead_times.append(
                    (
                        company, kind, group, item, count, level, estimate_count,
                        lead.p50(group, item), lead.p90(group, item), late.p50(group, item), late.p90(group, item),
                    )
                )  # fmt: skip
        delivery.append(delivery_odds(chains.filter(pl.col("company_id") == company), learned, worked, as_of))
    store(session, f"{dbt.this.schema}.odds_lead_times", pl.DataFrame(lead_times, schema=LEAD_TIMES, orient="row"))
    store(session, f"{dbt.this.schema}.odds_delivery_dates", pl.concat(delivery))
    return pl.DataFrame(runs, schema=RUN, orient="row")
