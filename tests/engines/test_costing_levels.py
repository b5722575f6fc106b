"""Levels of making follow what was consumed; codes, positions and orders are what they say."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dbt_project.engines.costing.levels import (
    connected,
    dense_codes,
    groups_by_level,
    halves,
    positions_of,
    stable_order,
    version_in_force,
)

NODES = 7
edges = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=14)
whole_numbers = st.lists(st.one_of(st.integers(0, 9), st.integers(-(2**40), 2**40)), max_size=30)


def reaches(pairs: list[tuple[int, int]]) -> list[set[int]]:
    """Everything that can be reached from each node, itself included."""
    found = [{node} for node in range(NODES)]
    for _ in range(NODES):
        for start, end in pairs:
            for reached in found:
                if start in reached:
                    reached.add(end)
    return found


@given(edges)
def test_groups_are_what_reaches_each_other_and_levels_never_go_down(pairs: list[tuple[int, int]]) -> None:
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    group, count = groups_by_level(NODES, ends[:, 0].copy(), ends[:, 1].copy())
    reached = reaches(pairs)
    for one in range(NODES):
        for other in range(NODES):
            together = other in reached[one] and one in reached[other]
            assert (group[one] == group[other]) == together
    assert all(group[start] <= group[end] for start, end in pairs)
    assert sorted(set(group.tolist())) == list(range(count))


@given(edges, st.lists(st.integers(0, 9), min_size=NODES, max_size=NODES))
def test_halves_need_nothing_of_each_other(pairs: list[tuple[int, int]], weights: list[int]) -> None:
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    starts, targets = ends[:, 0].copy(), ends[:, 1].copy()
    group, count = groups_by_level(NODES, starts, targets)
    root = connected(NODES, starts, targets)
    half = halves(root, np.array(weights, np.int64), group, count)
    half_of_node = [half[group[node]] for node in range(NODES)]
    assert all(half_of_node[start] == half_of_node[end] for start, end in pairs)
    together = reaches([*pairs, *((end, start) for start, end in pairs)])
    assert root.tolist() == [min(nodes) for nodes in together]
    heaviest = max(sum(weights[node] for node in nodes) for nodes in together)
    loads = [sum(w for w, mine in zip(weights, half_of_node, strict=True) if mine == one) for one in (0, 1)]
    assert abs(loads[0] - loads[1]) <= heaviest


@given(whole_numbers)
def test_codes_keep_equality_and_order(values: list[int]) -> None:
    codes, count = dense_codes(np.array(values, np.int64))
    assert codes.tolist() == [sorted(set(values)).index(value) for value in values]
    assert count == len(set(values))


ids = st.one_of(st.integers(-5, 50), st.sampled_from((2**50, 2**50 + 1)))


@given(st.lists(ids, unique=True, max_size=20), st.lists(ids, max_size=20))
def test_positions(known: list[int], wanted: list[int]) -> None:
    found = positions_of(np.array(wanted, np.int64), np.array(known, np.int64))
    assert found.tolist() == [known.index(one) if one in known else -1 for one in wanted]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_stable_order(keys: list[int]) -> None:
    order, start = stable_order(np.array(keys, np.int64), 6)
    assert order.tolist() == sorted(range(len(keys)), key=lambda position: keys[position])
    assert start.tolist() == [sum(key < limit for key in keys) for limit in range(7)]


@given(st.lists(st.integers(0, 9), max_size=4, unique=True), st.integers(-2, 12))
def test_version_in_force(days: list[int], day: int) -> None:
    days.sort()
    bounds, codes = np.array([0, len(days)]), np.array([100 + one for one in days], np.int64)
    [found] = version_in_force(bounds, np.array(days, np.int64), codes, np.array([0]), np.array([day]))
    in_force = [one for one in days if one <= day] or days[:1]
    assert found == (100 + in_force[-1] if days else 0)
