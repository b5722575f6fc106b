"""Levels of making: which items must be costed before which, from what work orders actually consumed and produced.

An item that a work order consumed comes before the items that order produced. Items that consume each other (rework,
loops) form one group. Nodes are items of a company and work orders; edges run item → work order → item.
"""

import numpy as np
import numpy.typing as npt

from .compilation import compiled

Ints = npt.NDArray[np.int64]


@compiled
def adjacency(nodes: int, from_node: Ints, to_node: Ints) -> tuple[Ints, Ints]:
    """Edges as (start of each node's targets, targets), in the order in which the edges were given."""
    start = np.zeros(nodes + 1, np.int64)
    for e in range(from_node.shape[0]):
        start[from_node[e] + 1] += 1
    for v in range(nodes):
        start[v + 1] += start[v]
    fill = start[:-1].copy()
    target = np.empty(from_node.shape[0], np.int64)
    for e in range(from_node.shape[0]):
        v = from_node[e]
        target[fill[v]] = to_node[e]
        fill[v] += 1
    return start, target


@compiled
def groups_by_level(nodes: int, from_node: Ints, to_node: Ints) -> tuple[Ints, int]:
    """(group of each node, number of groups): nodes that reach each other share a group; along an edge groups never
    go down.

    Tarjan's strongly connected components without recursion; it finds them last level first, so the numbers are
    turned round.
    """
    start, target = adjacency(nodes, from_node, to_node)
    index = np.full(nodes, -1, np.int64)
    low = np.zeros(nodes, np.int64)
    group = np.full(nodes, -1, np.int64)
    cursor = start[:-1].copy()
    stack = np.empty(nodes, np.int64)
    path = np.empty(nodes, np.int64)
    stacked = 0
    found = 0
    count = 0
    for root in range(nodes):
        if index[root] >= 0:
            continue
        depth = 1
        path[0] = root
        index[root] = low[root] = found
        found += 1
        stack[stacked] = root
        stacked += 1
        while depth > 0:
            v = path[depth - 1]
            if cursor[v] < start[v + 1]:
                w = target[cursor[v]]
                cursor[v] += 1
                if index[w] < 0:
                    index[w] = low[w] = found
                    found += 1
                    stack[stacked] = w
                    stacked += 1
                    path[depth] = w
                    depth += 1
                elif group[w] < 0:
                    low[v] = min(low[v], index[w])
            else:
                depth -= 1
                if depth > 0:
                    above = path[depth - 1]
                    low[above] = min(low[above], low[v])
                if low[v] == index[v]:
                    while True:
                        stacked -= 1
                        w = stack[stacked]
                        group[w] = count
                        if w == v:
                            break
                    count += 1
    for v in range(nodes):
        group[v] = count - 1 - group[v]
    return group, count


@compiled
def connected(nodes: int, from_node: Ints, to_node: Ints) -> Ints:
    """For each node the lowest of all nodes it is connected with, whatever way the edges go."""
    root = np.arange(nodes)
    for e in range(from_node.shape[0]):
        one, other = from_node[e], to_node[e]
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        while root[other] != other:
            root[other] = root[root[other]]
            other = root[other]
        root[max(one, other)] = min(one, other)
    for v in range(nodes):
        root[v] = root[root[v]]
    return root


@compiled
def stable_order(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """(positions ordered by key, ties as they stood; start of each key's run), for keys 0 … count − 1."""
    start = np.zeros(count + 1, np.int64)
    for i in range(keys.shape[0]):
        start[keys[i] + 1] += 1
    for k in range(count):
        start[k + 1] += start[k]
    fill = start[:-1].copy()
    order = np.empty(keys.shape[0], np.int64)
    for i in range(keys.shape[0]):
        k = keys[i]
        order[fill[k]] = i
        fill[k] += 1
    return order, start


@compiled
def version_in_force(first: Ints, version_day: Ints, version_code: Ints, node: Ints, day: Ints) -> Ints:
    """Per entry the code of its item's latest version at or before its day, before the first the first, 0 without
    any."""
    found = np.zeros(node.shape[0], np.int64)
    for i in range(node.shape[0]):
        low, high = first[node[i]], first[node[i] + 1]
        if low < high:
            at = high - 1
            while at > low and version_day[at] > day[i]:
                at -= 1
            found[i] = version_code[at]
    return found


def halves(root: Ints, weight: Ints, group: Ints, groups: int) -> Ints:
    """Half (0 or 1) of each group: connected nodes share a half, and the halves weigh about the same."""
    load = np.bincount(root, weights=weight, minlength=root.size).astype(np.int64)
    middle = 2 * np.cumsum(load) - load
    half = np.zeros(groups, np.int64)
    half[group] = (middle > load.sum())[root]
    return half


def dense_codes(values: Ints) -> tuple[Ints, int]:
    """(code of each value, number of codes): equal values share a code, greater values have greater codes."""
    if values.size == 0:
        return values.copy(), 0
    lowest, highest = int(values.min()), int(values.max())
    if lowest == highest:
        return np.zeros_like(values), 1
    if highest - lowest < max(4 * values.size, 1 << 20):
        seen = np.zeros(highest - lowest + 1, np.int64)
        seen[values - lowest] = 1
        codes = np.cumsum(seen) - 1
        return codes[values - lowest], int(codes[-1]) + 1
    distinct, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64), distinct.size


def positions_of(wanted: Ints, known: Ints) -> Ints:
    """Position in `known` (distinct ids) of each wanted id, −1 where it is not there."""
    if known.size == 0 or wanted.size == 0:
        return np.full(wanted.size, -1, np.int64)
    lowest, highest = int(known.min()), int(known.max())
    if highest - lowest < max(4 * known.size, 1 << 20):
        place = np.full(highest - lowest + 2, -1, np.int64)
        place[known - lowest] = np.arange(known.size)
        return place[np.where((wanted >= lowest) & (wanted <= highest), wanted - lowest, -1)]
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    place = np.minimum(np.searchsorted(ordered, wanted), known.size - 1)
    return np.where(ordered[place] == wanted, order[place], -1)
