"""What a schedule leaves free on the machines, taken by new work, one operation after the other."""

from __future__ import annotations

from bisect import bisect_right

from dbt_project.engines.scheduling.shop import Shop
from dbt_project.engines.scheduling.working_time import finish, opening, worked_until


class Room:
    """The machines of a shop with what is held on them: everything that is scheduled, if all of it is pinned there."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        centers = shop.facts.work_centers["work_center_id"].to_list()
        self._center = {name: number for number, name in enumerate(centers)}
        self._begins, self._ends = _held(shop)

    def take(self, work_center_id: object, duration: int, ready: int) -> tuple[int, int, int]:
        """Begin and end of the earliest time, not before ready, in which a machine is free for the whole duration, and
        the working time that it waits for it. The machine is taken then."""
        center = self._center[work_center_id]
        at = int(self._shop.calendar[center])
        first, starts, ends, before = self._shop.calendars
        soonest = int(opening(at, ready, first, starts, ends))
        found = None
        for machine in range(*self._shop.machine_first[center : center + 2].tolist()):
            begin, end = soonest, int(finish(at, soonest, duration, first, starts, ends, before))
            place = bisect_right(self._ends[machine], begin)
            while place < len(self._begins[machine]) and self._begins[machine][place] < end:
                begin = int(opening(at, max(begin, self._ends[machine][place]), first, starts, ends))
                end = int(finish(at, begin, duration, first, starts, ends, before))
                place += 1
            if found is None or begin < found[0]:
                found = begin, end, machine, place
        if found is None:  # as many machines as are asked for
            return soonest, int(finish(at, soonest, duration, first, starts, ends, before)), 0
        begin, end, machine, place = found
        self._begins[machine].insert(place, begin)
        self._ends[machine].insert(place, end)
        wait = worked_until(at, begin, *self._shop.calendars) - worked_until(at, soonest, *self._shop.calendars)
        return begin, end, int(wait)


def _held(shop: Shop) -> tuple[list[list[int]], list[list[int]]]:
    """By machine, when what is held begins and ends; what overlaps is one."""
    begins: list[list[int]] = []
    ends: list[list[int]] = []
    for machine in range(int(shop.machine_first[-1])):
        own = slice(int(shop.block_first[machine]), int(shop.block_first[machine + 1]))
        begins.append([])
        ends.append([])
        for begin, end in zip(shop.block_start[own].tolist(), shop.block_end[own].tolist(), strict=True):
            if ends[-1] and begin < ends[-1][-1]:
                ends[-1][-1] = max(ends[-1][-1], end)
            else:
                begins[-1].append(begin)
                ends[-1].append(end)
    return begins, ends
