"""Costing: which value moved with every stock move, so that nothing appears and nothing vanishes.

Value enters a pool of goods (company × item × warehouse) with receipts and outputs, moves with the goods through
transfers, issues and work orders, and leaves with deliveries, losses and returns. Every decision is exact in minor
units of the currency.

    result = value_moves(moves, work_orders, methods)
    roots = trace_cost(asked, moves, work_orders, methods, result)
    causes = variances_by_cause(result.variances, materials, operations)
    unit_costs = rolled_up_cost(bom_versions, bom_lines, routing_versions, operations, bought_costs, asked)
"""

from .kinds import COMPONENT_NAMES, METHODS, RANK_OF_KIND, UnknownMethod, UnknownMoveKind
from .rolled_up import rolled_up_cost
from .trace import trace_cost, trace_scope
from .valuation import CostingResult, ValueIsOutOfRange, value_moves
from .variances import CAUSES, variances_by_cause

__all__ = [
    "CAUSES",
    "COMPONENT_NAMES",
    "METHODS",
    "RANK_OF_KIND",
    "CostingResult",
    "UnknownMethod",
    "UnknownMoveKind",
    "ValueIsOutOfRange",
    "rolled_up_cost",
    "trace_cost",
    "trace_scope",
    "value_moves",
    "variances_by_cause",
]
