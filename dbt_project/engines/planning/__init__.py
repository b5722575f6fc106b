"""Planning: what to buy and make, when, for which order, and what to do about supplies that exist (MRP with pegging and
delivery dates)."""

from dbt_project.engines.planning.facts import PlanningFactIsInvalid, PlanningInput
from dbt_project.engines.planning.plan import PlanningResult, plan

__all__ = ["PlanningFactIsInvalid", "PlanningInput", "PlanningResult", "plan"]
