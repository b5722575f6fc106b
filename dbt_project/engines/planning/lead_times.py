"""How long an order takes: the lead time of the item, and for made items set-up and run by the routing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from dbt_project.engines.planning.ratio import divided_up
from dbt_project.engines.planning.records import N_LEAD, N_RUN, N_SETUP

# What a routing adds is counted up to ten worked years.
MOST_RUN_DAYS = 2_600

NANO = 1_000_000_000


@njit(cache=True)
def lead_days(nodes: npt.NDArray[np.int64], node: int, quantity: int) -> int:
    """Worked days that an order of this quantity (micro-units) takes."""
    lead = int(nodes[node, N_LEAD])
    if nodes[node, N_SETUP] == 0 and nodes[node, N_RUN] == 0:
        return lead
    run = divided_up(quantity, nodes[node, N_RUN], 1_000_000) + nodes[node, N_SETUP]
    return lead + int(min(-(-run // NANO), MOST_RUN_DAYS))
