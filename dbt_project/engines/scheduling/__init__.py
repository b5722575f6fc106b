"""Scheduling 排产: which operation is done when on which work centre, what is late and why, how full each day is."""

from dbt_project.engines.scheduling.facts import DAY, RULES, ScheduleInput, SchedulingFactIsInvalid
from dbt_project.engines.scheduling.followed import job_ends
from dbt_project.engines.scheduling.improvement import Search
from dbt_project.engines.scheduling.open_work import FROZEN_DAYS, open_work, where_done
from dbt_project.engines.scheduling.room import Room
from dbt_project.engines.scheduling.schedule import Schedule, schedule
from dbt_project.engines.scheduling.shop import Shop, shop_of

__all__ = [
    "DAY",
    "FROZEN_DAYS",
    "RULES",
    "Room",
    "Schedule",
    "ScheduleInput",
    "SchedulingFactIsInvalid",
    "Search",
    "Shop",
    "job_ends",
    "open_work",
    "schedule",
    "shop_of",
    "where_done",
]
