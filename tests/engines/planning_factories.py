"""Small random factories, as the reference and the engine each want them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from dbt_project.engines.planning import PlanningInput
from tests.engines.planning_reference import Factory

AS_OF = date(2026, 3, 4)
MICRO = 1_000_000
ITEMS = ["A", "B", "C", "D", "E", "F"]


@st.composite
def factories(draw: st.DrawFn) -> Factory:
    """Two to six items in one or two warehouses; an item's components come later in the alphabet."""
    quantities = st.one_of(st.integers(1, 40).map(lambda n: n * MICRO), st.integers(1, 30_000_000))
    warehouses = draw(st.sampled_from([["W"], ["W", "X"]]))
    names = ITEMS[: draw(st.integers(2, 6))]
    days = st.integers(-12, 45).map(lambda n: AS_OF + timedelta(n))
    kinds = {name: draw(st.sampled_from(["made", "made", "bought"])) for name in names}
    kinds[names[-1]] = "bought"
    items: dict[tuple[str, str], dict[str, Any]] = {}
    for name in names:
        for warehouse in warehouses:
            items[name, warehouse] = {
                "kind": kinds[name],
                "lead_time_days": draw(st.integers(0, 8)),
                "safety_stock": draw(st.sampled_from([0, 0, 5 * MICRO, 12_500_000])),
                "lot_policy": draw(
                    st.sampled_from(["lot_for_lot", "minimum_multiple", "fixed", "period", "order_up_to"])
                ),
                "period_days": draw(st.integers(1, 20)),
                "setup_days_nano": draw(st.sampled_from([0, 0, 400_000_000])),
                "run_days_nano": draw(st.sampled_from([0, 0, 12_500_001, 333_333_333])),
                "target_quantity": draw(st.sampled_from([0, 10 * MICRO])),
                "minimum_quantity": draw(st.sampled_from([None, 10 * MICRO, 7_500_000])),
                "multiple_quantity": draw(st.sampled_from([None, 4 * MICRO, 2_500_000])),
                "has_source": draw(st.integers(0, 9)) > 0,
            }
    boms: dict[str, list[tuple[date, int, dict[str, tuple[int, int]]]]] = {}
    for index, name in enumerate(names):
        if kinds[name] == "made" and draw(st.integers(0, 9)) > 0:
            effective = draw(st.lists(days, min_size=1, max_size=2, unique=True))
            boms[name] = [
                (
                    day,
                    draw(st.sampled_from([MICRO, 2 * MICRO, 7 * MICRO])),
                    {
                        component: (
                            draw(st.sampled_from([MICRO, 3 * MICRO, 333_333])),
                            draw(st.sampled_from([0, 50_000])),
                        )
                        for component in draw(
                            st.lists(st.sampled_from(names[index + 1 :]), min_size=1, max_size=3, unique=True)
                        )
                    },
                )
                for day in sorted(effective)
            ]
    places = st.sampled_from(sorted(items))
    stock = draw(st.dictionaries(places, quantities, max_size=4))
    supplies: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 5))):
        item, warehouse = draw(places)
        kind = "work_order" if kinds[item] == "made" else draw(st.sampled_from(["purchase_order", "requisition"]))
        supplies.append(
            {
                "supply_id": f"WO:{number}" if kind == "work_order" else f"PO:{number}",
                "kind": kind,
                "document_number": f"N{number}",
                "item_id": item,
                "warehouse_id": warehouse,
                "quantity": draw(quantities),
                "due_date": draw(days),
                "is_released": draw(st.booleans()),
            }
        )
    demands: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 8))):
        item, warehouse = draw(places)
        kind = draw(st.sampled_from(["sales_order", "sales_order", "forecast"]))
        demands.append(
            {
                "demand_id": f"{'SO' if kind == 'sales_order' else 'FC'}:{number}",
                "kind": kind,
                "item_id": item,
                "warehouse_id": warehouse,
                "quantity": draw(quantities),
                "need_date": draw(days),
                "priority": draw(st.sampled_from([1, 2, None])),
                "sales_order_line_id": number if kind == "sales_order" else None,
                "margin_amount": draw(st.integers(-500, 5000)),
                "work_order_id": None,
            }
        )
    for order in [supply for supply in supplies if supply["kind"] == "work_order"]:
        below = names[names.index(order["item_id"]) + 1 :]
        consumed = draw(st.lists(st.sampled_from(below), max_size=2, unique=True))
        demands += [
            {
                "demand_id": f"WC:{order['supply_id']}:{component}",
                "kind": "work_order_component",
                "item_id": component,
                "warehouse_id": order["warehouse_id"],
                "quantity": draw(quantities),
                "need_date": order["due_date"] - timedelta(draw(st.integers(0, 6))),
                "priority": draw(st.sampled_from([1, None])),
                "sales_order_line_id": None,
                "margin_amount": None,
                "work_order_id": order["supply_id"].removeprefix("WO:"),
            }
            for component in consumed
        ]
    holidays = set(draw(st.lists(days, max_size=3)))
    demands.sort(key=lambda row: str(row["demand_id"]))
    return Factory(AS_OF, draw(st.sampled_from([20, 60])), items, boms, stock, demands, supplies, holidays)


def facts(factory: Factory) -> PlanningInput:
    """The factory as frames."""
    calendar = [AS_OF + timedelta(n) for n in range(-120, 200)]
    versions: list[dict[str, Any]] = [
        {"bom_id": f"{item}{number}", "item_id": item, "effective_date": day, "output_quantity": output, "lines": lines}
        for item, every in factory.boms.items()
        for number, (day, output, lines) in enumerate(every)
    ]
    return PlanningInput(
        as_of=factory.as_of,
        horizon_days=factory.horizon_days,
        items=pl.DataFrame(
            [
                {"item_id": item, "warehouse_id": warehouse, "company_id": 1}
                | {key: value for key, value in row.items() if key != "has_source"}
                | {"preferred_supplier_id": "S" if row["has_source"] else None}
                | ({} if row["has_source"] or row["kind"] == "made" else {"lead_time_days": None})
                for (item, warehouse), row in factory.items.items()
            ],
            infer_schema_length=None,
        ),
        stock=pl.DataFrame(
            [
                {"item_id": item, "warehouse_id": at, "quantity": quantity}
                for (item, at), quantity in factory.stock.items()
            ]
        ),
        demands=pl.DataFrame(factory.demands, infer_schema_length=None),
        supplies=pl.DataFrame(factory.supplies, infer_schema_length=None),
        bom_versions=pl.DataFrame([{k: v for k, v in row.items() if k != "lines"} for row in versions]),
        bom_lines=pl.DataFrame(
            [
                {"bom_id": row["bom_id"], "item_id": component, "quantity": quantity, "scrap_rate": scrap}
                for row in versions
                for component, (quantity, scrap) in row["lines"].items()
            ]
        ),
        working_days=pl.DataFrame({"date": [day for day in calendar if factory.is_worked(day)]}),
    )
