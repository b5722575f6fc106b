"""Every variance of items on standard, parted by cause; the parts of an entry add up to its variance exactly."""

from dbt_project.engines.costing import variances_by_cause


def model(dbt, session):
    dbt.config(materialized="table")
    variances = dbt.ref("engine_cost_variances").pl()
    materials = (
        dbt.ref("int_work_order_materials")
        .pl()
        .select(
            "work_order_id",
            "item_id",
            "unit_cost",
            issued_quantity="issued_quantity_micro",
            issued_amount="issued_amount_minor",
            allowed_quantity="allowed_quantity_micro",
            allowed_with_scrap_quantity="allowed_with_scrap_quantity_micro",
        )
        .sort("work_order_id", "item_id")
    )
    operations = (
        dbt.ref("int_work_order_operations")
        .pl()
        .select(
            "work_order_id",
            "work_center_id",
            "labour_rate",
            "overhead_rate",
            actual_minutes="actual_minutes_micro",
            machine_minutes="machine_minutes_micro",
            labour_amount="labour_amount_minor",
            overhead_amount="overhead_amount_minor",
            allowed_minutes="allowed_minutes_micro",
            allowed_with_scrap_minutes="allowed_with_scrap_minutes_micro",
            subcontract_amount="subcontract_amount_minor",
            subcontract_allowed_amount="subcontract_allowed_minor",
            subcontract_allowed_with_scrap_amount="subcontract_allowed_with_scrap_minor",
        )
        .sort("work_order_id", "work_center_id")
    )
    return variances_by_cause(variances, materials, operations)
