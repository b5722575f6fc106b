"""What to buy, to make and to move: each suggestion with its arithmetic, its value and the orders that wait for it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numba import njit

from dbt_project.engines.planning.lots import POLICY_CODES
from dbt_project.engines.planning.ratio import divided_half_even
from dbt_project.engines.planning.records import (
    N_FROM,
    N_IS_MADE,
    N_POLICY,
    N_SAFETY,
    S_ALTERNATE,
    S_COVERED,
    S_DAY,
    S_DECISION,
    S_DUE,
    S_FIRST,
    S_FROM,
    S_LEAD,
    S_NEED,
    S_NODE,
    S_OFFER,
    S_QUANTITY,
    S_RELEASE,
    S_REQUIRED,
    S_SHORTAGE,
    S_STATE,
    S_TOP,
    STATES,
    Int64s,
)
from dbt_project.engines.planning.sentences import reasons
from dbt_project.engines.planning.solution import Solution, dates, dates_or_null, gathered

SHOWN = (
    S_ALTERNATE, S_COVERED, S_DAY, S_DECISION, S_DUE, S_FIRST, S_FROM, S_LEAD, S_NEED, S_NODE, S_OFFER, S_QUANTITY,
    S_RELEASE, S_REQUIRED, S_SHORTAGE, S_STATE, S_TOP,
)  # fmt: skip
# In place of a lot rule where a warehouse gives what it has free.
FREE_STOCK = "free_stock"


@njit(cache=True, nogil=True)
def _values(quantity: Int64s, unit_cost: Int64s, exponent: Int64s) -> Int64s:
    result = np.empty(len(quantity), dtype=np.int64)
    for row in range(len(quantity)):
        divisor = int(np.int64(10) ** np.int64(12 - exponent[row]))
        result[row] = divided_half_even(quantity[row], max(unit_cost[row], 0), divisor)
    return result


def plain(micro: pl.Expr) -> pl.Expr:
    """A micro-quantity as decimal text without trailing zeros: 2500000 → 2.5."""
    sign = pl.when(micro < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (micro.abs() // 1_000_000).cast(pl.String)
    part = micro.abs() % 1_000_000
    digits = part.cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    return sign + whole + pl.when(part == 0).then(pl.lit("")).otherwise(pl.lit(".") + digits)


def suggestions(plan: Solution) -> pl.DataFrame:
    """One row per planned supply, by due date within item and warehouse.

    required_quantity (requirements of the day) + safety_stock − available_quantity = shortage_quantity;
    covered_quantity is what the lot rule was asked for, up to covered_until; the lot rule makes it quantity. unit_cost
    in micro currency per base unit and value_amount in minor units are null where no price or cost is known.
    margin_of_pegged_orders sums each waiting sales order line once; margin_at_risk is the part that hangs on this
    supply.
    kind: buy (from supplier_id), make (by that alternate of its BOM), or move (from from_warehouse_id; by a route, or,
    with lot_rule free_stock, what that warehouse has free).
    state: proposed, changed, snoozed or rejected; the last decision stands beside it.
    """
    rows = {column: plan.of_planned(plan.supplies[column]) for column in SHOWN}
    nodes = rows[S_NODE]
    places = pl.Series(nodes).cast(pl.get_index_type())
    safety = plan.node_table[:, N_SAFETY].take(nodes)
    available = rows[S_REQUIRED] + safety - rows[S_SHORTAGE]
    decision = rows[S_DECISION]
    source = rows[S_FROM]
    is_moved = source >= 0
    is_free = is_moved & ((plan.node_table[:, N_FROM] < 0).take(nodes))
    is_made = plan.node_table[:, N_IS_MADE].take(nodes)
    rules = np.where(is_free, len(POLICY_CODES), plan.node_table[:, N_POLICY].take(nodes))
    reason = reasons(
        plan.nodes["item_id"],
        nodes,
        rows[S_DAY],
        (rows[S_REQUIRED], safety, available, rows[S_SHORTAGE], rows[S_QUANTITY]),
        rules,
        list(POLICY_CODES),
    )
    frame = pl.DataFrame(
        {
            "suggestion_id": plan.suggestion_ids,
            "kind": pl.Series(["buy", "make", "move"]).gather(np.where(is_moved, 2, is_made)),
            "company_id": plan.of_node("company_id", places),
            "item_id": plan.of_node("item_id", places),
            "warehouse_id": plan.of_node("warehouse_id", places),
            "from_warehouse_id": gathered(plan.nodes["warehouse_id"], source),
            "supplier_id": plan.offered("supplier_id", rows[S_OFFER], np.where(is_moved, -1, nodes)),
            "alternate": gathered(pl.Series(range(1, 100), dtype=pl.Int64), rows[S_ALTERNATE] - 1),
            "quantity": rows[S_QUANTITY],
            "due_date": dates(rows[S_DUE]),
            "release_date": dates(rows[S_RELEASE]),
            "is_release_past": rows[S_RELEASE] < plan.as_of,
            "available_date": dates_or_null(plan.of_planned(plan.as_due.supply_day)),
            "lead_time_days": rows[S_LEAD],
            "need_date": dates(rows[S_DAY]),
            "required_quantity": rows[S_REQUIRED],
            "available_quantity": available,
            "safety_stock": safety,
            "shortage_quantity": rows[S_SHORTAGE],
            "covered_quantity": rows[S_NEED],
            "covered_until": dates(rows[S_COVERED]),
            "lot_rule": pl.Series([*POLICY_CODES, FREE_STOCK]).gather(rules),
            "minimum_quantity": plan.of_node("minimum_quantity", places),
            "multiple_quantity": plan.of_node("multiple_quantity", places),
            "maximum_quantity": plan.of_node("maximum_quantity", places),
            "supplier_minimum_quantity": plan.offered("supplier_minimum", rows[S_OFFER], nodes),
            "first_requirement_id": plan.named_requirements(rows[S_FIRST]),
            "sales_order_line_id": gathered(plan.lines["line"], rows[S_TOP]),
            "sales_order_line_count": plan.of_planned(plan.line_count),
            "margin_of_pegged_orders": plan.of_planned(plan.margin_behind),
            "margin_at_risk": plan.of_planned(plan.margin_at_risk),
            "state": pl.Series(STATES).gather(rows[S_STATE]),
            "decision": gathered(plan.decisions["decision"], decision),
            "decision_reason": gathered(plan.decisions["reason"], decision),
            "snoozed_until": gathered(plan.decisions["until"], decision),
        }
    )
    frame = frame.with_columns(unit_cost=_unit_costs(plan, frame, nodes, rows[S_OFFER]))
    value = _values(
        frame["quantity"].to_numpy(),
        frame["unit_cost"].fill_null(0).to_numpy(),
        plan.of_node("amount_exponent", places).to_numpy(),
    )
    return frame.with_columns(
        value_amount=pl.when(pl.col("unit_cost").is_not_null()).then(pl.Series(value)),
        reason=reason,
    )


def _unit_costs(plan: Solution, frame: pl.DataFrame, nodes: Int64s, offers: Int64s) -> pl.Series:
    """What a unit costs: the supplier's price in force for the quantity, else the item's cost."""
    own = plan.of_node("unit_cost", nodes)
    is_moved = frame["from_warehouse_id"].is_not_null().to_numpy()
    price = plan.offered("supplier_price", offers, np.where(is_moved, -1, nodes))
    prices = plan.facts.supplier_prices.with_columns(
        pl.col("minimum_quantity").fill_null(0), is_known=pl.col("effective_date") <= plan.facts.as_of
    )
    in_force = (
        pl.when(pl.col("is_known").any())
        .then(pl.col("effective_date").filter(pl.col("is_known")).max())
        .otherwise(pl.col("effective_date").min())
    )
    breaks = (
        prices.filter(pl.col("effective_date") == in_force.over("item_id", "supplier_id"))
        .filter(pl.len().over("item_id", "supplier_id") > 1)
        .select("item_id", "supplier_id", "minimum_quantity", "unit_price")
        .sort("minimum_quantity")
    )
    if breaks.height:
        found = (
            frame.select("item_id", "supplier_id", "quantity", row=pl.int_range(pl.len()))
            .join(breaks.select("item_id", "supplier_id").unique(), on=["item_id", "supplier_id"], how="semi")
            .sort("quantity")
            .join_asof(
                breaks,
                left_on="quantity",
                right_on="minimum_quantity",
                by=["item_id", "supplier_id"],
                check_sortedness=False,
            )
        )
        price = price.clone().scatter(found["row"], found["unit_price"])
    return pl.select(pl.coalesce(price, own)).to_series().rename("unit_cost")
