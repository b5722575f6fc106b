"""Which supply covers which requirement, through all levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from numba import njit

from dbt_project.engines.planning.identity import text_buffers
from dbt_project.engines.planning.records import (
    FOR_SAFETY_STOCK,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    R_DAY,
    R_LEVEL,
    R_NODE,
    R_PARENT,
    R_TOP,
    S_FIRST,
    S_KIND,
    S_NODE,
    STOCK,
)
from dbt_project.engines.planning.solution import Solution, dates
from dbt_project.engines.planning.suggestions import gathered

Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Table = npt.NDArray[np.int64]


@njit(cache=True)
def _path_lengths(
    rows: Int64s, requirements: Table, supplies: Table, demand_starts: Int64s, item_starts: Int64s, demand_count: int
) -> Int64s:
    lengths = np.zeros(len(requirements) + 1, dtype=np.int64)
    for row in rows:
        parent = requirements[row, R_PARENT]
        first = supplies[parent, S_FIRST] if parent >= 0 else -1
        if parent >= 0 and (row >= demand_count or first >= 0):
            node = supplies[parent, S_NODE]
            length = item_starts[node + 1] - item_starts[node]
            if first >= 0:
                length += lengths[first + 1] + 3
            lengths[row + 1] = length
        else:
            lengths[row + 1] = demand_starts[row + 1] - demand_starts[row]
    return lengths


@njit(cache=True)
def _path_text(
    rows: Int64s,
    requirements: Table,
    supplies: Table,
    demand_starts: Int64s,
    demand_text: Bytes,
    item_starts: Int64s,
    item_text: Bytes,
    demand_count: int,
    offsets: Int64s,
) -> Bytes:
    text = np.empty(max(offsets[-1], 1), dtype=np.uint8)
    for row in rows:
        at = offsets[row]
        parent = requirements[row, R_PARENT]
        first = supplies[parent, S_FIRST] if parent >= 0 else -1
        if parent >= 0 and (row >= demand_count or first >= 0):
            if first >= 0:
                for position in range(offsets[first], offsets[first + 1]):
                    text[at] = text[position]
                    at += 1
                text[at] = 32
                text[at + 1] = 62
                text[at + 2] = 32
                at += 3
            node = supplies[parent, S_NODE]
            for position in range(item_starts[node], item_starts[node + 1]):
                text[at] = item_text[position]
                at += 1
        else:
            for position in range(demand_starts[row], demand_starts[row + 1]):
                text[at] = demand_text[position]
                at += 1
    return text


def paths(plan: Solution) -> pl.Series:
    """The way from the top to each requirement: the demand, then the items made on the way down."""
    demand_starts, demand_text = text_buffers(plan.demands["demand_id"])
    item_starts, item_text = text_buffers(plan.nodes["item_id"])
    # Parents before components.
    turn = np.empty(len(plan.network.order), dtype=np.int64)
    turn[plan.network.order] = np.arange(len(turn))
    rows = np.argsort(turn[plan.requirements[:, R_NODE]], kind="stable").astype(np.int64)
    count = plan.demands.height
    lengths = _path_lengths(rows, plan.requirements, plan.supplies, demand_starts, item_starts, count)
    offsets = np.cumsum(lengths)
    text = _path_text(
        rows, plan.requirements, plan.supplies, demand_starts, demand_text, item_starts, item_text, count, offsets
    )
    array = pa.LargeStringArray.from_buffers(len(plan.requirements), pa.py_buffer(offsets), pa.py_buffer(text))
    return pl.Series("path", array, dtype=pl.String)


def pegging(plan: Solution) -> pl.DataFrame:
    """One row per requirement and supply that covers it.

    Summed over a requirement, quantity is the requirement; summed over a supply, the supply. What is left of a supply
    has no requirement and requirement_kind safety_stock or excess; what nothing covers has no supply and supply_kind
    none. level counts from 0, the demand itself; sales_order_line_id and path lead to the first order at the top;
    parent_supply_id is the order whose component the requirement is.
    """
    requirement = plan.pegs[:, P_REQUIREMENT]
    supply = plan.pegs[:, P_SUPPLY]
    has_requirement = requirement >= 0
    of_requirement = plan.requirements[np.where(has_requirement, requirement, 0)] if len(plan.requirements) else None
    supply_node = (
        plan.supplies[np.maximum(supply, 0), S_NODE] if len(plan.supplies) else np.zeros(len(supply), np.int64)
    )
    if of_requirement is None:
        of_requirement = np.zeros((len(plan.pegs), plan.requirements.shape[1]), dtype=np.int64)
    node = np.where(has_requirement, of_requirement[:, R_NODE], supply_node)
    kinds = pl.concat(
        [
            plan.demands["kind"],
            pl.Series("kind", ["planned_order_component"], dtype=pl.String).new_from_index(
                0, len(plan.requirements) - plan.demands.height
            ),
        ]
    )
    left = pl.Series(np.where(requirement == FOR_SAFETY_STOCK, 0, 1), dtype=pl.Int64).replace_strict(
        {0: "safety_stock", 1: "excess"}, return_dtype=pl.String
    )
    own = plan.supplies[plan.existing.height :]
    own_kinds = pl.select(
        pl.when(pl.Series(own[:, S_KIND] == STOCK))
        .then(pl.lit("stock"))
        .when(plan.of_node("kind", own[:, S_NODE]) == "made")
        .then(pl.lit("make"))
        .otherwise(pl.lit("buy"))
        .alias("kind")
    ).to_series()
    supply_kinds = pl.concat([plan.existing["kind"], own_kinds])
    parent = np.where(has_requirement, of_requirement[:, R_PARENT], -1)
    top = np.where(has_requirement, of_requirement[:, R_TOP], -1)
    in_requirement = pl.Series(has_requirement)
    kind = gathered(kinds, requirement)
    return pl.DataFrame(
        {
            "requirement_id": gathered(plan.requirement_ids, requirement),
            "requirement_kind": pl.select(pl.when(in_requirement).then(kind).otherwise(left)).to_series(),
            "supply_id": gathered(plan.supply_ids, supply),
            "supply_kind": gathered(supply_kinds, supply).fill_null("none"),
            "company_id": plan.of_node("company_id", node),
            "item_id": plan.of_node("item_id", node),
            "warehouse_id": plan.of_node("warehouse_id", node),
            "quantity": plan.pegs[:, P_QUANTITY],
            "need_date": pl.select(pl.when(in_requirement).then(dates(of_requirement[:, R_DAY]))).to_series(),
            "level": pl.select(pl.when(in_requirement).then(pl.Series(of_requirement[:, R_LEVEL]))).to_series(),
            "sales_order_line_id": gathered(plan.lines["line"], top),
            "parent_supply_id": gathered(plan.supply_ids, parent),
            "path": gathered(paths(plan), requirement),
        }
    )
