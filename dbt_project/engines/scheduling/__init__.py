"""Scheduling 排产: which operation is done when on which work centre, what is late and why, how full each day is."""

from dbt_project.engines.scheduling.facts import RULES, ScheduleInput, SchedulingFactIsInvalid
from dbt_project.engines.scheduling.improvement import Search
from dbt_project.engines.scheduling.open_work import open_work
from dbt_project.engines.scheduling.schedule import Schedule, schedule

__all__ = ["RULES", "Schedule", "ScheduleInput", "SchedulingFactIsInvalid", "Search", "open_work", "schedule"]
