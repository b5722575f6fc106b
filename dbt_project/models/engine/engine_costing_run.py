"""One run of the costing engine; its tables stand beside this one as engine.costing_*, engine_* views name them.

This table: one row per table of the run, with its number of rows.
"""

import polars as pl

from dbt_project.engines.costing import value_moves
from dbt_project.engines.stored import store


def model(dbt, session):
    dbt.config(materialized="table")
    work_orders = (
        dbt.ref("int_work_order_costs")
        .pl()
        .select(
            "work_order_id",
            "company_id",
            "item_id",
            "is_closed",
            planned_quantity="planned_quantity_micro",
            labour_amount="labour_amount_minor",
            overhead_amount="overhead_amount_minor",
            subcontract_amount="subcontract_amount_minor",
        )
    )
    methods = dbt.ref("int_valuation_methods").pl()
    standard_costs = dbt.ref("int_standard_costs_in_minor_units").pl()
    # Handed over, not kept here: so the engine can give the memory of the moves back before it plays them.
    result = value_moves(dbt.ref("int_costing_entries").pl(), work_orders, methods, standard_costs)
    for name, frame in result._asdict().items():
        store(session, f"{dbt.this.schema}.costing_{name}", frame)
    return pl.DataFrame(
        [(name, frame.height) for name, frame in result._asdict().items()],
        schema={"table_name": pl.String, "row_count": pl.Int64},
        orient="row",
    )
