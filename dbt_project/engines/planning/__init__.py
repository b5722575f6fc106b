"""Planning: what to buy and make, when, for which order, and what to do about supplies that exist (MRP with pegging and
delivery dates)."""

from dbt_project.engines.planning.delivery_odds import delivery_odds
from dbt_project.engines.planning.facts import PlanningFactIsInvalid, PlanningInput
from dbt_project.engines.planning.odds import Odds, learned_of
from dbt_project.engines.planning.plan import PlanningResult, plan
from dbt_project.engines.planning.promise import Promise, available_to_promise, promise

__all__ = [
    "Odds",
    "PlanningFactIsInvalid",
    "PlanningInput",
    "PlanningResult",
    "Promise",
    "available_to_promise",
    "delivery_odds",
    "learned_of",
    "plan",
    "promise",
]
