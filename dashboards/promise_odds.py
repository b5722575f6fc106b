"""Odds of dates promised now: what suppliers and own work took before, along the chain that a line rests on."""

from functools import lru_cache

import polars as pl

from dashboards.edition import Edition
from dbt_project.engines.planning import Odds, PlanningInput, delivery_odds, learned_of

# Goods that are free on their way are of an order that was made: of a supplier, or of work.
EXISTING = "purchase_order"
SUPPLIER = "group"


@lru_cache(maxsize=8)
def learned_odds(edition: Edition, company: int) -> tuple[dict[tuple[str, str], Odds], pl.Series]:
    """What the build learnt, by kind and measure, and the working days, ascending. Items go by their codes."""
    observed = edition.rows(
        """select kind, supplier_id, item_code as item_id, begun_date, started_date, expected_date, known_date
        from marts.fct_lead_times_observed where company_id = ? order by kind, source_id""",
        [company],
    )
    levels: dict[tuple[str, str], float] = {}
    for kind, lead, late in edition.rows(
        """select kind, cast(calibrated_level as double), cast(calibrated_late_level as double)
        from marts.fct_lead_time_odds where company_id = ? and supplier_id is null and item_id is null""",
        [company],
    ).iter_rows():
        levels |= {(kind, "lead"): lead, (kind, "late"): late}
    worked = edition.rows(
        "select calendar_date from marts.dim_date where company_id = ? and is_working_day order by calendar_date",
        [company],
    )["calendar_date"]
    return learned_of(observed, edition.as_of, worked, levels), worked


def promise_odds(edition: Edition, company: int, facts: PlanningInput, promised: pl.DataFrame) -> pl.DataFrame:
    """One row per promised line: promise_id, p50_date, p90_date, odds_sample_count, odds_level (item, supplier, all).

    promised: the dates of a promise with their steps. Count and level are null where nothing of it is uncertain, the
    dates where nothing can be planned.
    """
    made = facts.items.select("item_id", "warehouse_id", "kind", supplier_id="preferred_supplier_id")
    is_free = pl.col("supply_kind") == EXISTING
    steps = (
        promised.select("promise_id", "need_date", "steps")
        .explode("steps")
        .with_columns(step_number=pl.int_range(1, pl.len() + 1).over("promise_id"))
        .unnest("steps")
        .join(made, on=["item_id", "warehouse_id"], how="left", maintain_order="left")
        .with_columns(
            sales_order_line_id=pl.col("promise_id").cast(pl.Int64),
            due_date=pl.when(is_free).then(pl.col("available_date")),
            supply_kind=pl.when(is_free & (pl.col("kind") == "made"))
            .then(pl.lit("work_order"))
            .otherwise(pl.col("supply_kind")),
        )
    )
    learned, worked = learned_odds(edition, company)
    return delivery_odds(steps, learned, worked, edition.as_of).select(
        pl.col("sales_order_line_id").cast(pl.String).alias("promise_id"),
        "p50_date",
        "p90_date",
        odds_sample_count="sample_count",
        odds_level=pl.col("estimate_level").replace({SUPPLIER: "supplier"}),
    )
