"""Which supply covers which requirement, through all levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning.records import (
    BESIDE,
    EXISTING,
    FOR_SAFETY_STOCK,
    N_IS_MADE,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    R_DAY,
    R_LEVEL,
    R_NODE,
    R_PARENT,
    R_SOURCE,
    R_TOP,
    S_FROM,
    S_KIND,
    S_NODE,
    STOCK,
)
from dbt_project.engines.planning.sentences import paths
from dbt_project.engines.planning.solution import Solution, dates, gathered

Int64s = npt.NDArray[np.int64]

REQUIREMENT_KINDS = ("safety_stock", "excess", "planned_order_component", "planned_move")
SUPPLY_KINDS = ("none", "stock", "make", "buy", "move", "by_product")


def pegging(plan: Solution) -> pl.DataFrame:
    """One row per requirement and supply that covers it.

    Summed over a requirement, quantity is the requirement; summed over a supply, the supply. What is left of a supply
    has no requirement and requirement_kind safety_stock or excess; what nothing covers has no supply and supply_kind
    none. level counts from 0, the demand itself; sales_order_line_id and path lead to the first order at the top;
    parent_supply_id is the order whose component the requirement is.
    """
    requirement, supply = plan.pegs[P_REQUIREMENT], plan.pegs[P_SUPPLY]
    is_needed = requirement >= 0
    is_covered = supply >= 0
    is_left = np.flatnonzero(~is_needed)
    needed_or_first = np.maximum(requirement, 0)

    def of_requirement(column: int) -> Int64s:
        """A column of the requirement of each peg, -1 where there is none."""
        if not plan.requirements.shape[1]:
            return np.full(len(requirement), -1, dtype=np.int64)
        values: Int64s = plan.requirements[column].take(needed_or_first)
        values[is_left] = -1
        return values

    node = of_requirement(R_NODE)
    node[is_left] = plan.supplies[S_NODE].take(supply[is_left])

    demand_kinds = plan.demands["kind"].unique(maintain_order=True)
    names = pl.concat([pl.Series("kind", REQUIREMENT_KINDS, dtype=pl.String), demand_kinds])
    of_demand = gathered_index(plan.demands["kind"], demand_kinds) + len(REQUIREMENT_KINDS)
    kind = np.where(requirement == FOR_SAFETY_STOCK, 0, 1)
    source = plan.requirements[R_SOURCE, requirement[is_needed]]
    kind[is_needed] = 2
    parent = plan.requirements[R_PARENT, requirement[is_needed]]
    is_move = (source < 0) & (parent >= 0)
    is_move[is_move] = plan.supplies[S_FROM, parent[is_move]] >= 0
    kind[np.flatnonzero(is_needed)[is_move]] = 3
    is_demand = np.flatnonzero(is_needed)[source >= 0]
    kind[is_demand] = of_demand[source[source >= 0]]

    existing_kinds = plan.existing["kind"].unique(maintain_order=True)
    supply_names = pl.concat([pl.Series("kind", SUPPLY_KINDS, dtype=pl.String), existing_kinds])
    of_existing = gathered_index(plan.existing["kind"], existing_kinds) + len(SUPPLY_KINDS)
    supply_kind = np.zeros(len(supply), dtype=np.int64)
    covering = supply[is_covered]
    own = np.where(plan.node_table[plan.supplies[S_NODE, covering], N_IS_MADE] == 1, 2, 3)
    own[plan.supplies[S_FROM, covering] >= 0] = 4
    own[plan.supplies[S_KIND, covering] == BESIDE] = 5
    own[plan.supplies[S_KIND, covering] == STOCK] = 1
    is_existing = plan.supplies[S_KIND, covering] == EXISTING
    own[is_existing] = of_existing[covering[is_existing]]
    supply_kind[is_covered] = own

    needed = pl.Series(is_needed)
    return pl.DataFrame(
        {
            "requirement_id": plan.named_requirements(requirement),
            "requirement_kind": names.gather(kind),
            "supply_id": plan.named_supplies(supply),
            "supply_kind": supply_names.gather(supply_kind),
            "company_id": plan.of_node("company_id", node),
            "item_id": plan.of_node("item_id", node),
            "warehouse_id": plan.of_node("warehouse_id", node),
            "quantity": plan.pegs[P_QUANTITY],
            "need_date": pl.select(pl.when(needed).then(dates(of_requirement(R_DAY)))).to_series(),
            "level": pl.select(pl.when(needed).then(pl.Series(of_requirement(R_LEVEL)))).to_series(),
            "sales_order_line_id": gathered(plan.lines["line"], of_requirement(R_TOP)),
            "parent_supply_id": plan.named_supplies(of_requirement(R_PARENT)),
            "path": gathered(
                paths(plan.requirements, plan.supplies, plan.demands["demand_id"], plan.nodes["item_id"]), requirement
            ),
        }
    )


def gathered_index(values: pl.Series, names: pl.Series) -> Int64s:
    """The number of each value among the names."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    return values.replace_strict(names, pl.Series(range(len(names))), return_dtype=pl.Int64).to_numpy()
