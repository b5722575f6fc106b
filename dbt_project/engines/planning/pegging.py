"""Which supply covers which requirement, through all levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from dbt_project.engines.planning.records import (
    BESIDE,
    EXISTING,
    FOR_SAFETY_STOCK,
    N_IS_MADE,
    P_QUANTITY,
    P_REQUIREMENT,
    P_SUPPLY,
    R_LEVEL,
    R_NEED,
    R_NODE,
    R_PARENT,
    R_SOURCE,
    R_TOP,
    S_FROM,
    S_KIND,
    S_NODE,
    STOCK,
    Int64s,
    Table,
)
from dbt_project.engines.planning.sentences import paths
from dbt_project.engines.planning.solution import Solution, dates, gathered

# By number, in this order; the kinds of demands and of existing supplies come after.
REQUIREMENT_KINDS = ("safety_stock", "excess", "planned_order_component", "planned_move")
SUPPLY_KINDS = ("none", "stock", "make", "buy", "move", "by_product")

# What is said of a peg: columns [column, peg].
NODE = 0
DAY = 1
LEVEL = 2
TOP = 3
PARENT = 4
WIDTH = 5


@njit(cache=True, nogil=True)
def _described(
    requirement: Int64s,
    supply: Int64s,
    requirements: Table,
    supplies: Table,
    nodes: Table,
    demand_kind: Int64s,
    existing_kind: Int64s,
    columns: Table,
    kinds: npt.NDArray[np.uint32],
) -> None:
    for peg in range(len(requirement)):
        needed = requirement[peg]
        covering = supply[peg]
        if needed >= 0:
            source = requirements[R_SOURCE, needed]
            parent = requirements[R_PARENT, needed]
            if source >= 0:
                kinds[0, peg] = len(REQUIREMENT_KINDS) + demand_kind[source]
            else:
                kinds[0, peg] = 3 if parent >= 0 and supplies[S_FROM, parent] >= 0 else 2
            columns[NODE, peg] = requirements[R_NODE, needed]
            columns[DAY, peg] = requirements[R_NEED, needed]
            columns[LEVEL, peg] = requirements[R_LEVEL, needed]
            columns[TOP, peg] = requirements[R_TOP, needed]
            columns[PARENT, peg] = parent
        else:
            kinds[0, peg] = 0 if needed == FOR_SAFETY_STOCK else 1
            columns[NODE, peg] = supplies[S_NODE, covering]
            columns[DAY, peg] = 0
            columns[LEVEL, peg] = 0
            columns[TOP, peg] = -1
            columns[PARENT, peg] = -1
        if covering < 0:
            kinds[1, peg] = 0
        elif supplies[S_KIND, covering] == EXISTING:
            kinds[1, peg] = len(SUPPLY_KINDS) + existing_kind[covering]
        elif supplies[S_KIND, covering] == STOCK:
            kinds[1, peg] = 1
        elif supplies[S_KIND, covering] == BESIDE:
            kinds[1, peg] = 5
        elif supplies[S_FROM, covering] >= 0:
            kinds[1, peg] = 4
        else:
            kinds[1, peg] = 2 if nodes[supplies[S_NODE, covering], N_IS_MADE] == 1 else 3


def pegging(plan: Solution) -> pl.DataFrame:
    """One row per requirement and supply that covers it.

    Summed over a requirement, quantity is the requirement; summed over a supply, the supply. What is left of a supply
    has no requirement and requirement_kind safety_stock or excess; what nothing covers has no supply and supply_kind
    none. level counts from 0, the demand itself; sales_order_line_id and path lead to the first order at the top;
    parent_supply_id is the order whose component the requirement is.
    """
    requirement, supply = plan.pegs[P_REQUIREMENT], plan.pegs[P_SUPPLY]
    demand_kinds = plan.demands["kind"].unique(maintain_order=True)
    existing_kinds = plan.existing["kind"].unique(maintain_order=True)
    requirement_kinds = pl.concat([pl.Series("kind", REQUIREMENT_KINDS, dtype=pl.String), demand_kinds])
    supply_kinds = pl.concat([pl.Series("kind", SUPPLY_KINDS, dtype=pl.String), existing_kinds])
    columns = np.empty((WIDTH, len(requirement)), dtype=np.int64)
    kinds = np.empty((2, len(requirement)), dtype=np.uint32)
    _described(
        requirement,
        supply,
        plan.requirements,
        plan.supplies,
        plan.node_table,
        gathered_index(plan.demands["kind"], demand_kinds),
        gathered_index(plan.existing["kind"], existing_kinds),
        columns,
        kinds,
    )
    place = pl.Series(columns[NODE]).cast(pl.get_index_type())
    is_needed = requirement >= 0
    needed = pl.Series(is_needed)
    return pl.DataFrame(
        {
            "requirement_id": plan.named_requirements(requirement),
            "requirement_kind": requirement_kinds.gather(pl.Series(kinds[0])),
            "supply_id": plan.named_supplies(supply),
            "supply_kind": supply_kinds.gather(pl.Series(kinds[1])),
            "company_id": plan.of_node("company_id", place),
            "item_id": plan.of_node("item_id", place),
            "warehouse_id": plan.of_node("warehouse_id", place),
            "quantity": plan.pegs[P_QUANTITY],
            "need_date": pl.select(pl.when(needed).then(dates(columns[DAY]))).to_series(),
            "level": pl.select(pl.when(needed).then(pl.Series(columns[LEVEL]))).to_series(),
            "sales_order_line_id": gathered(plan.lines["line"], columns[TOP]),
            "parent_supply_id": plan.named_supplies(columns[PARENT]),
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
