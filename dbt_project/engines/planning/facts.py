"""What a plan is made from: one company group's items, stock, demands, supplies, bills of material, prices and
decisions on one day.

Quantities are int64 micro-quantities (quantity × 10^6), rates micro-fractions, costs and unit prices micro currency,
amounts minor units. Identifiers of items, warehouses, companies, suppliers and BOMs may be integers or text, the same
type in every frame; demand and supply identifiers are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from dbt_project.engines.planning.lots import POLICY_CODES

MICRO = 1_000_000

ITEM_KINDS = ("bought", "made")
DEMAND_KINDS = ("sales_order", "forecast", "work_order_component", "transfer_out")
SUPPLY_KINDS = ("purchase_order", "work_order", "requisition", "inspection", "transfer", "by_product")
DECISIONS = ("approve", "change", "snooze", "reject")

# Column → type; None leaves an identifier's type as it came.
Columns = Mapping[str, "type[pl.DataType] | pl.DataType | None"]

ITEM_COLUMNS: Columns = {
    "item_id": None,
    "warehouse_id": None,
    "company_id": None,
    "kind": pl.String,
    "lead_time_days": pl.Int64,
    "safety_stock": pl.Int64,
    "lot_policy": pl.String,
    "minimum_quantity": pl.Int64,
    "multiple_quantity": pl.Int64,
    "maximum_quantity": pl.Int64,
    "frozen_days": pl.Int64,
    "release_fence_days": pl.Int64,
    "period_days": pl.Int64,
    "target_quantity": pl.Int64,
    "order_cost": pl.Int64,
    "holding_cost": pl.Int64,
    "tolerance_days": pl.Int64,
    "setup_days_nano": pl.Int64,
    "run_days_nano": pl.Int64,
    "preferred_supplier_id": None,
    "unit_cost": pl.Int64,
    "amount_exponent": pl.Int64,
}
STOCK_COLUMNS: Columns = {"item_id": None, "warehouse_id": None, "quantity": pl.Int64, "expiry_date": pl.Date}
DEMAND_COLUMNS: Columns = {
    "demand_id": pl.String,
    "kind": pl.String,
    "item_id": None,
    "warehouse_id": None,
    "quantity": pl.Int64,
    "need_date": pl.Date,
    "priority": pl.Int64,
    "sales_order_line_id": None,
    "margin_amount": pl.Int64,
    "work_order_id": pl.String,
    "for_supply_id": pl.String,
    "reserved_quantity": pl.Int64,
}
SUPPLY_COLUMNS: Columns = {
    "supply_id": pl.String,
    "kind": pl.String,
    "document_number": pl.String,
    "item_id": None,
    "warehouse_id": None,
    "quantity": pl.Int64,
    "due_date": pl.Date,
    "is_released": pl.Boolean,
    "supplier_id": None,
    "expected_date": pl.Date,
}
BOM_COLUMNS: Columns = {
    "bom_id": None,
    "item_id": None,
    "effective_date": pl.Date,
    "end_date": pl.Date,
    "output_quantity": pl.Int64,
    "is_phantom": pl.Boolean,
    "alternate": pl.Int64,
    "yield_rate": pl.Int64,
}
BOM_LINE_COLUMNS: Columns = {"bom_id": None, "item_id": None, "quantity": pl.Int64, "scrap_rate": pl.Int64}
BY_PRODUCT_COLUMNS: Columns = {"bom_id": None, "item_id": None, "quantity": pl.Int64}
PRICE_COLUMNS: Columns = {
    "item_id": None,
    "supplier_id": None,
    "lead_time_days": pl.Int64,
    "unit_price": pl.Int64,
    "minimum_quantity": pl.Int64,
    "share_rate": pl.Int64,
    "effective_date": pl.Date,
}
ROUTE_COLUMNS: Columns = {
    "item_id": None,
    "from_warehouse_id": None,
    "to_warehouse_id": None,
    "transit_days": pl.Int64,
}
DECISION_COLUMNS: Columns = {
    "suggestion_id": pl.String,
    "decision": pl.String,
    "quantity": pl.Int64,
    "due_date": pl.Date,
    "until": pl.Date,
    "reason": pl.String,
    "decided_at": pl.Datetime("us"),
}

OPTIONAL = {
    "lead_time_days",
    "safety_stock",
    "lot_policy",
    "minimum_quantity",
    "multiple_quantity",
    "maximum_quantity",
    "frozen_days",
    "release_fence_days",
    "is_phantom",
    "alternate",
    "expiry_date",
    "period_days",
    "target_quantity",
    "order_cost",
    "holding_cost",
    "tolerance_days",
    "setup_days_nano",
    "run_days_nano",
    "preferred_supplier_id",
    "unit_cost",
    "amount_exponent",
    "company_id",
    "priority",
    "sales_order_line_id",
    "margin_amount",
    "work_order_id",
    "for_supply_id",
    "reserved_quantity",
    "yield_rate",
    "end_date",
    "document_number",
    "is_released",
    "supplier_id",
    "expected_date",
    "share_rate",
    "scrap_rate",
    "unit_price",
    "until",
    "reason",
    "decided_at",
}


class PlanningFactIsInvalid(ValueError):
    """A frame lacks a column, or a value lies outside what the plan understands; the message names frame, column and
    value."""


def _frame() -> pl.DataFrame:
    return pl.DataFrame()


@dataclass(frozen=True)
class PlanningInput:
    """Everything one plan depends on. The same input gives the same plan, bit for bit.

    as_of: the day the plan is made for; nothing can be released, received or delivered before it.
    horizon_days: calendar days from as_of; what is needed later is pegged to stock and existing supplies but gets no
        planned supply.
    items: what is planned, one row per item and warehouse. kind bought or made; lead_time_days counts working days
        (null: the supplier's, or 0; a bought item without supplier needs one above 0 to have a source); for made items
        setup_days_nano per order and run_days_nano per base unit (worked days × 10^9, of the routing) come on top,
        together rounded up to whole days; safety_stock is the floor of the projected balance (negative: so much may
        stay short); unit_cost micro currency per base unit, null if unknown; amount_exponent of the company's currency
        (default 2). lot_policy: lot_for_lot (default) · minimum_multiple · fixed (whole multiples of multiple_quantity,
        or of minimum_quantity where that is null) · period (what period_days calendar days need from the first short
        one) · order_up_to (the same, and up to target_quantity) · least_total_cost, silver_meal, wagner_whitin (by
        order_cost per order and holding_cost per unit and day, both micro currency) · economic (whole multiples of the
        economic order quantity of what is required to the end of the horizon, by the same costs). All but lot_for_lot
        and fixed keep to minimum_quantity and multiple_quantity, and all to maximum_quantity: what is more comes as
        several orders. frozen_days: nothing new is planned to come before so many calendar days from as_of; what is
        short before is planned for the end of that time. release_fence_days: nothing new is released within so many
        calendar days from as_of; what would have to be is released on the first worked day after, and comes later by
        that. A planner's own due date is kept.
    stock: usable quantity per item and warehouse (several rows add up); negative where the warehouse allows it.
        expiry_date: the last day on which it can be used, null for any; what expires first is used first, and what is
        left of it then is a requirement of its own (kind expiry, the day after).
    demands: open quantity > 0 per demand_id. Forecast comes net of what orders have consumed. priority: 1 is served
        first, null last. sales_order_line_id for sales orders; margin_amount is the expected margin of the open part of
        that line. Components of open work orders (kind work_order_component) carry work_order_id; the supply of that
        order is the one with supply_id "WO:" + work_order_id. What an open transfer takes (kind transfer_out) carries
        for_supply_id, the supply that it brings elsewhere. reserved_quantity: of a sales order, what is reserved for it
        of the stock there (what is more than the demand or the stock does not count, by need date). It is pegged to
        that stock before anything else is, and nothing else may count on it, from as_of on; requirements keep their
        dates.
    supplies: open quantity > 0 per supply_id, due_date as confirmed, is_released false for what still has to be
        released, supplier_id of what is bought. expected_date: the day on which its work centres can finish it,
        where that is later than it is due (null: it is not); it moves delivery dates and promises, nothing else.
    bom_versions, bom_lines: the version with the latest effective_date not after the start is in force, until its
        end_date (its last day; null: until the next version); scrap_rate is
        the share of what is issued that is lost: component quantity = parent quantity × line quantity ÷ output_quantity
        ÷ (1 − scrap_rate) ÷ yield_rate, rounded up to the micro-quantity per line, as work orders are made. yield_rate
        of a version (null: 1): the share of what is started that comes out good; quantities of orders are good ones,
        lead times and by-products are stated per good one. In place of a component
        whose version in force on the start is_phantom stand that version's lines, multiplied through, rounded once.
        alternate: 1 or null for the main BOM of an item, which alone may be a phantom; others are series of versions of
        their own. An order is made by the first of them, in this order, of which no component is short, or by the main
        one where all are; others than the main one count only if they are in force on the start. A component is short
        where its stock and what is on its way by the start are less than its safety stock, what is required of it by
        the start so far (what the plan has come to already), and the order.
    by_products: what else a version brings per output_quantity of its BOM, half-even, on the day its order is due; it
        covers requirements as any supply does, unless its item is above the order's own.
    supplier_prices: per item and supplier the rows of the latest effective_date are in force; rows of one date are
        quantity breaks, the smallest minimum_quantity is what the supplier sells at least. Bought is from the preferred
        supplier, else from the cheapest, then fastest; where suppliers have a share_rate, each order goes to the one
        that is furthest behind its share of what is on its way and planned.
    routes: warehouses that are supplied from another one: to_warehouse_id, from_warehouse_id, transit_days (worked),
        and item_id, null for every item; a route of the item comes before one for every item, then the shortest.
    working_days: column `date`. Outside the days given, Monday to Friday count as worked.
    decisions: what planners decided on suggestions; the last decision by decided_at counts.
    tolerance_days: calendar days by which an existing supply may come late or early before a message is raised; an
        item's own tolerance_days come first.
    """

    as_of: date
    horizon_days: int
    items: pl.DataFrame
    stock: pl.DataFrame = field(default_factory=_frame)
    demands: pl.DataFrame = field(default_factory=_frame)
    supplies: pl.DataFrame = field(default_factory=_frame)
    bom_versions: pl.DataFrame = field(default_factory=_frame)
    bom_lines: pl.DataFrame = field(default_factory=_frame)
    by_products: pl.DataFrame = field(default_factory=_frame)
    supplier_prices: pl.DataFrame = field(default_factory=_frame)
    routes: pl.DataFrame = field(default_factory=_frame)
    working_days: pl.DataFrame = field(default_factory=_frame)
    decisions: pl.DataFrame = field(default_factory=_frame)
    tolerance_days: int = 0

    def conformed(self) -> PlanningInput:
        """The same facts with every column present and of its type. Raises PlanningFactIsInvalid."""
        items = _conformed("items", self.items, ITEM_COLUMNS)
        ids = {name: items.schema[name] for name in ("item_id", "warehouse_id", "company_id")}
        suppliers = self.supplier_prices.schema.get("supplier_id", pl.Null())
        if suppliers == pl.Null:
            suppliers = items.schema["preferred_supplier_id"]
        if suppliers == pl.Null:
            suppliers = pl.Int64()
        ids |= {"supplier_id": suppliers, "preferred_supplier_id": suppliers}
        ids |= {"from_warehouse_id": ids["warehouse_id"], "to_warehouse_id": ids["warehouse_id"]}
        ids["bom_id"] = self.bom_versions.schema.get("bom_id", pl.Int64())
        items = items.with_columns(pl.col("preferred_supplier_id").cast(suppliers))
        checked = PlanningInput(
            as_of=self.as_of,
            horizon_days=self.horizon_days,
            items=items,
            stock=_conformed("stock", self.stock, STOCK_COLUMNS, ids),
            demands=_conformed("demands", self.demands, DEMAND_COLUMNS, ids),
            supplies=_conformed("supplies", self.supplies, SUPPLY_COLUMNS, ids),
            bom_versions=_conformed("bom_versions", self.bom_versions, BOM_COLUMNS, ids),
            bom_lines=_conformed("bom_lines", self.bom_lines, BOM_LINE_COLUMNS, ids),
            by_products=_conformed("by_products", self.by_products, BY_PRODUCT_COLUMNS, ids),
            supplier_prices=_conformed("supplier_prices", self.supplier_prices, PRICE_COLUMNS, ids),
            routes=_conformed("routes", self.routes, ROUTE_COLUMNS, ids),
            working_days=_conformed("working_days", self.working_days, {"date": pl.Date}),
            decisions=_conformed("decisions", self.decisions, DECISION_COLUMNS),
            tolerance_days=self.tolerance_days,
        )
        checked._check()
        return checked

    def _check(self) -> None:
        _one_of("items", self.items, "lot_policy", tuple(POLICY_CODES))
        _one_of("demands", self.demands, "kind", DEMAND_KINDS)
        _one_of("supplies", self.supplies, "kind", SUPPLY_KINDS)
        _one_of("decisions", self.decisions, "decision", DECISIONS)
        _at_least("items", self.items, "lead_time_days", 0)
        _at_least("demands", self.demands, "quantity", 0)
        _at_least("demands", self.demands, "reserved_quantity", 0)
        _at_least("supplies", self.supplies, "quantity", 0)
        _at_least("bom_versions", self.bom_versions, "output_quantity", 1)
        _at_least("bom_versions", self.bom_versions, "alternate", 1)
        _at_least("bom_versions", self.bom_versions, "yield_rate", 1)
        _below("bom_versions", self.bom_versions, "yield_rate", MICRO + 1)
        _at_least("bom_lines", self.bom_lines, "quantity", 0)
        _below("bom_lines", self.bom_lines, "scrap_rate", MICRO)
        _at_least("by_products", self.by_products, "quantity", 0)
        _at_least("routes", self.routes, "transit_days", 0)
        _at_least("supplier_prices", self.supplier_prices, "lead_time_days", 0)
        _unique("items", self.items, ["item_id", "warehouse_id"])
        _unique("demands", self.demands, ["demand_id"])
        _unique("supplies", self.supplies, ["supply_id"])
        _present("demands", self.demands, ["quantity", "need_date"])
        _present("supplies", self.supplies, ["quantity", "due_date"])


def _conformed(
    name: str, frame: pl.DataFrame, columns: Columns, ids: Mapping[str, pl.DataType] | None = None
) -> pl.DataFrame:
    kinds = {column: kind if kind is not None else (ids or {}).get(column) for column, kind in columns.items()}
    if frame.width == 0:
        return pl.DataFrame(schema={column: kind if kind is not None else pl.Int64 for column, kind in kinds.items()})
    expressions = []
    for column, kind in kinds.items():
        if column in frame.columns:
            expression = pl.col(column)
        elif column in OPTIONAL:
            expression = pl.lit(None)
        else:
            raise PlanningFactIsInvalid(f"{name} has no column {column}")
        if kind is None and (column not in frame.columns or frame.schema[column] == pl.Null):
            kind = pl.Int64
        if kind is not None:
            if isinstance(kind, pl.Datetime) and isinstance(frame.schema.get(column), pl.Datetime):
                expression = expression.dt.replace_time_zone(None)
            expression = expression.cast(kind)
        expressions.append(expression.alias(column))
    return frame.select(expressions)


def _one_of(name: str, frame: pl.DataFrame, column: str, allowed: tuple[str, ...]) -> None:
    wrong = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(list(allowed)))
    if wrong.height:
        raise PlanningFactIsInvalid(f"{name}.{column}: {wrong[column][0]!r} is none of {', '.join(allowed)}")


def _at_least(name: str, frame: pl.DataFrame, column: str, least: int) -> None:
    wrong = frame.filter(pl.col(column) < least)
    if wrong.height:
        raise PlanningFactIsInvalid(f"{name}.{column}: {wrong[column][0]} is below {least}")


def _below(name: str, frame: pl.DataFrame, column: str, most: int) -> None:
    wrong = frame.filter(pl.col(column) >= most)
    if wrong.height:
        raise PlanningFactIsInvalid(f"{name}.{column}: {wrong[column][0]} is not below {most}")


def _unique(name: str, frame: pl.DataFrame, columns: list[str]) -> None:
    if frame.height > 1 and frame.select(columns).n_unique() < frame.height:
        wrong = frame.filter(frame.select(columns).is_duplicated())
        raise PlanningFactIsInvalid(f"{name}: {wrong.select(columns).row(0)} occurs more than once")


def _present(name: str, frame: pl.DataFrame, columns: list[str]) -> None:
    for column in columns:
        if frame[column].null_count():
            raise PlanningFactIsInvalid(
                f"{name}.{column} is missing in {frame.filter(pl.col(column).is_null()).row(0)}"
            )
