"""A schedule that exists, followed where work centres work faster or slower than it was made for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from dbt_project.engines.scheduling.dispatch import in_order, turns_of
from dbt_project.engines.scheduling.facts import ScheduleInput
from dbt_project.engines.scheduling.shop import shop_of


def job_ends(facts: ScheduleInput, scheduled: pl.DataFrame, rates: Mapping[Any, Fraction]) -> pl.DataFrame:
    """When each job ends (job_id, end) if every operation keeps its machine and its turn there.

    scheduled: operation_id, start, machine (null where there is no end of them) of a schedule of these facts. rates: by
    work centre how fast it works, above 0; set-up and run take their time divided by that, rounded up. Without rates
    the jobs end when the schedule has them end: each begins as early as in it.
    """
    given = facts.conformed()
    rate = pl.DataFrame(
        [(center, value.numerator, value.denominator) for center, value in rates.items()],
        schema={"work_center_id": given.operations.schema["work_center_id"], "faster": pl.Int64, "slower": pl.Int64},
        orient="row",
    )
    operations = (
        given.operations.join(scheduled.select("operation_id", "start", "machine"), on="operation_id", how="left")
        .join(rate, on="work_center_id", how="left")
        .with_columns(pl.col("faster", "slower").fill_null(1), pl.col("machine").fill_null(0))
        .with_columns(-(-pl.col(name) * pl.col("slower") // pl.col("faster")) for name in ("setup", "run"))
        .sort("job_id", "sequence")
    )
    # Every machine is a work centre of its own.
    machine = pl.format("{}/{}", "work_center_id", "machine")
    machines = (
        operations.select("work_center_id", "machine")
        .unique()
        .join(given.work_centers, on="work_center_id")
        .with_columns(pl.col("machine_count").clip(upper_bound=1), work_center_id=machine)
    )
    shop = shop_of(
        dataclasses.replace(
            given, operations=operations.with_columns(work_center_id=machine), work_centers=machines
        ).conformed()
    )
    starts = operations["start"].to_numpy().astype(np.int64)
    placed = in_order(shop, turns_of(shop, starts))
    return pl.DataFrame(
        {"job_id": given.operations["job_id"].unique(maintain_order=True), "end": placed.end[shop.first[1:] - 1]}
    )
