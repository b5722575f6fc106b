"""Planning: what to buy and make, when, for which order, and what to do about supplies that exist (MRP with pegging and
delivery dates)."""

from dbt_project.engines.planning.facts import PlanningFactIsInvalid, PlanningInput
from dbt_project.engines.planning.plan import PlanningResult, plan
from dbt_project.engines.planning.promise import Promise, available_to_promise, promise

__all__ = [
    "PlanningFactIsInvalid",
    "PlanningInput",
    "PlanningResult",
    "Promise",
    "available_to_promise",
    "plan",
    "promise",
]
