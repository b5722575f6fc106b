"""The facts of a plan as a build published them: what promises and what-if are planned from, in memory.

Items go by their codes, warehouses and suppliers by their ids, as in the plan itself.
"""

import dataclasses
from collections.abc import Iterable

import polars as pl

from dashboards.edition import Edition
from dbt_project.engines.planning import HORIZON_DAYS, PlanningInput

MICRO = 1_000_000
NODE_QUANTITIES = ("safety_stock", "minimum_quantity", "multiple_quantity", "maximum_quantity", "target_quantity")
NODE_COSTS = ("order_cost", "holding_cost", "unit_cost")
NODE_FACTS = (
    "item_code as item_id", "warehouse_id", "company_id", "kind", "lead_time_days", "setup_days_nano", "run_days_nano",
    "lot_policy", "period_days", "tolerance_days", "frozen_days", "release_fence_days",
)  # fmt: skip


def planning_facts(edition: Edition, company: int, *, without_lines: tuple[int, ...] = ()) -> PlanningInput:
    """What the plan of the edition's build was made from.

    without_lines: sales order lines whose own demand is left out. In an edition without cost, lot rules that weigh
    costs have none to weigh; suppliers are the ones that the plan chose.
    """
    margin = ""
    if edition.has("fct_planning_demands", "margin_amount"):
        margin = """, cast(margin_amount * power(10, (
            select amount_exponent from marts.dim_company as company where company.company_id = demand.company_id
        )) as bigint) as margin_amount"""
    demands = edition.rows(
        f"""select demand_id, kind, item_code as item_id, warehouse_id, {_micro("quantity")} as quantity, need_date,
            sales_order_line_id, cast(work_order_id as varchar) as work_order_id, for_supply_id,
            {_micro("reserved_quantity")} as reserved_quantity
            {margin}
        from marts.fct_planning_demands as demand where company_id = ? order by demand_id""",
        [company],
    ).filter(~pl.col("sales_order_line_id").is_in(list(without_lines)).fill_null(False))
    parts = edition.rows(
        f"""select bom_id, made_item_code, alternate, effective_date, end_date, is_phantom, part_kind, part_id,
            item_code as item_id, {_micro("output_quantity")} as output_quantity, {_micro("quantity")} as quantity,
            {_micro("scrap_rate")} as scrap_rate, {_micro("yield_rate")} as yield_rate
        from marts.fct_planning_bom_lines order by bom_id, part_kind, part_id"""
    )
    versions = parts.select(
        "bom_id",
        "alternate",
        "effective_date",
        "end_date",
        "output_quantity",
        "is_phantom",
        "yield_rate",
        item_id="made_item_code",
    )

    def of_company(columns: str, table: str, order: str, which: str = "true") -> pl.DataFrame:
        return edition.rows(
            f"select {columns} from marts.{table} where company_id = ? and {which} order by {order}", [company]
        )

    components = parts.filter(pl.col("part_kind") == "component")
    by_products = parts.filter(pl.col("part_kind") == "by_product")

    return PlanningInput(
        as_of=edition.as_of,
        horizon_days=HORIZON_DAYS,
        items=_nodes(edition, company, "warehouse_id is not null"),
        stock=of_company(
            f"item_code as item_id, warehouse_id, expiry_date, {_micro('usable_quantity')} as quantity",
            "fct_planning_stock", "item_code, warehouse_id, expiry_date",
        ),
        demands=demands,
        supplies=of_company(
            f"""supply_id, kind, document_number, item_code as item_id, warehouse_id,
            {_micro("quantity")} as quantity, due_date, is_released, supplier_id, expected_date""",
            "fct_planning_supplies", "supply_id",
        ),
        bom_versions=versions.unique("bom_id", keep="first", maintain_order=True),
        bom_lines=components.select("bom_id", "item_id", "quantity", "scrap_rate"),
        by_products=by_products.select("bom_id", "item_id", "quantity"),
        supplier_prices=of_company(
            f"""item_code as item_id, supplier_id, lead_time_days, effective_date,
            {_micros(edition, "fct_planning_supplier_prices", "minimum_quantity", "share_rate", "unit_price")}""",
            "fct_planning_supplier_prices", "item_code, supplier_id, effective_date, minimum_quantity",
        ),
        routes=of_company(
            "item_code as item_id, from_warehouse_id, to_warehouse_id, transit_days",
            "fct_planning_routes", "from_warehouse_id, to_warehouse_id, item_code",
        ),
        working_days=of_company("calendar_date as date", "dim_date", "calendar_date", "is_working_day"),
        decisions=of_company(
            f"""suggestion_id, case when document_id is not null then 'approve' else decision end as decision,
            {_micro("quantity")} as quantity, due_date, snoozed_until as until, reason, recorded_at as decided_at""",
            "fct_mrp_decisions", "recorded_at, suggestion_decision_id",
        ),
    )  # fmt: skip


def planned_in(
    facts: PlanningInput, edition: Edition, company: int, places: Iterable[tuple[str, int]]
) -> PlanningInput:
    """The facts with these items in these warehouses, and what they are made of there, also where nothing of it was
    ever planned: by the parameters of the item."""
    known = set(facts.items.select("item_id", "warehouse_id").iter_rows())
    components: dict[str, set[str]] = {}
    made = dict(facts.bom_versions.select("bom_id", "item_id").iter_rows())
    for bom, component in facts.bom_lines.select("bom_id", "item_id").iter_rows():
        components.setdefault(made[bom], set()).add(component)
    sources: dict[tuple[str | None, int], set[int]] = {}
    for item, source, target in facts.routes.select("item_id", "from_warehouse_id", "to_warehouse_id").iter_rows():
        sources.setdefault((item, target), set()).add(source)
    missing, waiting = [], list(places)
    while waiting:
        item, warehouse = waiting.pop()
        if (item, warehouse) in known:
            continue
        known.add((item, warehouse))
        missing.append({"item_id": item, "warehouse_id": warehouse})
        waiting += [(component, warehouse) for component in components.get(item, ())]
        waiting += [(item, each) for key in (item, None) for each in sources.get((key, warehouse), ())]
    if not missing:
        return facts
    general = _nodes(edition, company, "warehouse_id is null")
    added = pl.DataFrame(missing).join(general.drop("warehouse_id"), on="item_id").select(facts.items.columns)
    return dataclasses.replace(facts, items=pl.concat([facts.items, added]))


def _nodes(edition: Edition, company: int, which: str) -> pl.DataFrame:
    """Items with their parameters. Where the plan has the choice it is told whom it chose, so that every edition plans
    alike."""
    return edition.rows(
        f"""select {", ".join(NODE_FACTS)}, {_micros(edition, "fct_planning_items", *NODE_QUANTITIES, *NODE_COSTS)},
            coalesce(preferred_supplier_id, planned_supplier_id) as preferred_supplier_id,
            (select amount_exponent from marts.dim_company where company_id = ?) as amount_exponent
        from marts.fct_planning_items where company_id = ? and {which}
        order by item_code, warehouse_id""",
        [company, company],
    )


def _micro(column: str) -> str:
    return f"cast({column} * {MICRO} as bigint)"


def _micros(edition: Edition, table: str, *columns: str) -> str:
    """The columns times a million; null where the edition does not hold them."""
    return ", ".join(
        f"{_micro(column) if edition.has(table, column) else 'cast(null as bigint)'} as {column}" for column in columns
    )
