"""Planning: what to buy and make, when, for which order, and what to do about supplies that exist (MRP with pegging and
delivery dates)."""

from dbt_project.engines.planning.capacity import Capacity
from dbt_project.engines.planning.company_facts import HORIZON_DAYS, company_facts
from dbt_project.engines.planning.delivery_dates import delivery_steps
from dbt_project.engines.planning.delivery_odds import delivery_odds
from dbt_project.engines.planning.facts import PlanningFactIsInvalid, PlanningInput
from dbt_project.engines.planning.odds import Odds, learned_of
from dbt_project.engines.planning.plan import PlanningResult, plan, predicted_dates
from dbt_project.engines.planning.promise import Promise, available_to_promise, promise

__all__ = [
    "HORIZON_DAYS",
    "Capacity",
    "Odds",
    "PlanningFactIsInvalid",
    "PlanningInput",
    "PlanningResult",
    "Promise",
    "available_to_promise",
    "company_facts",
    "delivery_odds",
    "delivery_steps",
    "learned_of",
    "plan",
    "predicted_dates",
    "promise",
]
