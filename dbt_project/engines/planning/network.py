"""The product structure a plan runs over: nodes (an item in a warehouse), arcs from parents to components, low-level
codes and cycles."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt
import polars as pl
from numba import njit

from dbt_project.engines.planning.facts import PlanningInput
from dbt_project.engines.planning.recipes import exploded
from dbt_project.engines.planning.records import Int64s

Flags = npt.NDArray[np.bool_]

# The last day of a version that has none.
NO_END = 1 << 40


@dataclass(frozen=True)
class Network:
    """Nodes in the order of `nodes`; the BOM versions of node i are rows version_start[i] to version_start[i+1], by
    alternate and effective day, in force to the end of version_end; the components of version v are rows line_start[v]
    to line_start[v+1]: the component's node and the reduced fraction numerator ÷ denominator per parent unit; its
    by-products are rows beside_start[v] to beside_start[v+1] likewise.
    order: parents before components; of the warehouses of one item those that are supplied by a route first, then the
    others side by side: position i of the order belongs to pool[i], those that may help each other out have the same
    one."""

    nodes: pl.DataFrame
    version_start: Int64s
    version_day: Int64s
    version_end: Int64s
    version_alternate: Int64s
    line_start: Int64s
    line_node: Int64s
    line_numerator: Int64s
    line_denominator: Int64s
    beside_start: Int64s
    beside_node: Int64s
    beside_numerator: Int64s
    beside_denominator: Int64s
    is_cyclic: Flags
    order: Int64s
    pool: Int64s
    level: Int64s
    findings: list[dict[str, object]]


def network(
    facts: PlanningInput, nodes: pl.DataFrame, usable: pl.DataFrame, order_arcs: tuple[Int64s, Int64s]
) -> Network:
    """The structure over `nodes` (items with column `node`), by the usable BOM versions.

    order_arcs: parent and component nodes of open work orders; an order that consumes what its own product is made for
        does not make a cycle.
    """
    findings: list[dict[str, object]] = []
    made = nodes.filter((pl.col("kind") == "made") & (pl.col("from_node") < 0)).select(
        "node", "item_id", "warehouse_id"
    )
    versions, lines = exploded(facts, usable)
    node_versions = (
        made.join(versions, on="item_id", how="inner")
        .sort("node", "alternate", "effective_date")
        .with_row_index("version")
    )
    node_lines = (
        node_versions.select("version", "recipe", "warehouse_id", parent="node", parent_item="item_id")
        .join(lines, on="recipe", how="inner")
        .join(nodes.select("item_id", "warehouse_id", "node"), on=["item_id", "warehouse_id"], how="left")
        .sort("version", "item_id", "numerator", "denominator")
    )
    missing = node_lines.filter(pl.col("node").is_null())
    findings += [
        {
            "finding": "component_not_planned",
            "item_id": row["item_id"],
            "warehouse_id": row["warehouse_id"],
            "message": f"Component {row['item_id']} of {row['parent_item']} has no planning parameters in warehouse "
            f"{row['warehouse_id']}; its requirements are left out.",
        }
        for row in missing.unique(["item_id", "warehouse_id"], keep="first", maintain_order=True)
        .sort("item_id", "warehouse_id")
        .iter_rows(named=True)
    ]
    node_lines = node_lines.filter(pl.col("node").is_not_null())

    count = nodes.height
    version_start = _starts(node_versions["node"].cast(pl.Int64).to_numpy(), count)
    line_start = _starts(node_lines["version"].cast(pl.Int64).to_numpy(), node_versions.height)
    line_node = node_lines["node"].cast(pl.Int64).to_numpy()
    numerator, denominator = node_lines["numerator"].to_numpy(), node_lines["denominator"].to_numpy()
    divisor = np.gcd(numerator, denominator)
    parents = node_lines["parent"].cast(pl.Int64).to_numpy()

    from_node = nodes["from_node"].to_numpy()
    moved = np.flatnonzero(from_node >= 0)
    arc_from, arc_to = np.concatenate([parents, moved]), np.concatenate([line_node, from_node[moved]])
    cycles = _cycles(count, arc_from, arc_to)
    is_cyclic = np.zeros(count, dtype=np.bool_)
    for cycle in cycles:
        is_cyclic[cycle] = True
        members = nodes[sorted(cycle)]
        names = ", ".join(str(name) for name in members["item_id"].to_list())
        findings.append(
            {
                "finding": "bom_cycle",
                "item_id": members["item_id"][0],
                "warehouse_id": members["warehouse_id"][0],
                "message": f"The bills of material of {names} contain each other; none of them is planned.",
            }
        )

    kept = ~is_cyclic[arc_from]
    arc_from, arc_to = arc_from[kept], arc_to[kept]
    beside = (
        node_versions.select("version", "bom_id", "output_quantity", "warehouse_id", parent="node")
        .join(facts.by_products.filter(pl.col("quantity") > 0), on="bom_id")
        .join(nodes.select("item_id", "warehouse_id", "node"), on=["item_id", "warehouse_id"])
        .filter(pl.col("node") != pl.col("parent"))
        .sort("version", "node")
    )
    extra_from = np.concatenate([order_arcs[0], beside["parent"].cast(pl.Int64).to_numpy()])
    extra_to = np.concatenate([order_arcs[1], beside["node"].cast(pl.Int64).to_numpy()])
    circle = _circles(count, np.concatenate([arc_from, extra_from]), np.concatenate([arc_to, extra_to]))
    apart = (circle[extra_from] < 0) | (circle[extra_from] != circle[extra_to])
    arc_from, arc_to = np.concatenate([arc_from, extra_from[apart]]), np.concatenate([arc_to, extra_to[apart]])
    level = _levels(count, arc_from, arc_to)
    order, pool = _order(nodes, level, arc_from, arc_to)
    return Network(
        nodes=nodes,
        version_start=version_start,
        version_day=node_versions["effective_date"].to_physical().cast(pl.Int64).to_numpy(),
        version_end=node_versions.select(pl.col("end_date").to_physical().cast(pl.Int64).fill_null(NO_END))
        .to_series()
        .to_numpy(),
        version_alternate=node_versions["alternate"].to_numpy(),
        line_start=line_start,
        line_node=line_node,
        line_numerator=numerator // np.maximum(divisor, 1),
        line_denominator=denominator // np.maximum(divisor, 1),
        beside_start=_starts(beside["version"].cast(pl.Int64).to_numpy(), node_versions.height),
        beside_node=beside["node"].cast(pl.Int64).to_numpy(),
        beside_numerator=beside["quantity"].to_numpy(),
        beside_denominator=beside["output_quantity"].to_numpy(),
        is_cyclic=is_cyclic,
        order=order,
        pool=pool,
        level=level,
        findings=findings,
    )


def _order(nodes: pl.DataFrame, level: Int64s, arc_from: Int64s, arc_to: Int64s) -> tuple[Int64s, Int64s]:
    """The order in which nodes are planned, and the pool of each position.

    The warehouses of an item that no route supplies form a pool: each may take what is free in the others, so all that
    is required of any of them has to be known first. Where that would go in circles, the item has no pool.
    """
    count = nodes.height
    own = np.arange(count, dtype=np.int64)
    by_level = np.lexsort((own, level)).astype(np.int64)
    if nodes["item_id"].n_unique() == count:
        return by_level, by_level
    together = (
        nodes.select("item_id", "company_id", "node", routed=pl.col("from_node") >= 0)
        .with_columns(pool=pl.col("node").min().over("item_id", "company_id", "routed"))
        .with_columns(pl.when("routed").then("node").otherwise("pool").alias("pool"))["pool"]
        .to_numpy()
        .copy()
    )
    between = together[arc_from] != together[arc_to]
    contracted_from, contracted_to = together[arc_from[between]], together[arc_to[between]]
    circular = _circles(count, contracted_from, contracted_to) >= 0
    if circular.any():
        apart = circular[together]
        together[apart] = own[apart]
        between = together[arc_from] != together[arc_to]
        contracted_from, contracted_to = together[arc_from[between]], together[arc_to[between]]
    of_pool = _levels(count, contracted_from, contracted_to)[together]
    within = _levels(count, arc_from[~between], arc_to[~between])
    order = np.lexsort((own, within, together, of_pool)).astype(np.int64)
    return order, together[order]


def suppliers(facts: PlanningInput) -> pl.DataFrame:
    """The supplier of each bought item that has a price, by (item_id, supplier_id): lead time, price and least quantity
    in force on as_of."""
    day = facts.as_of
    prices = facts.supplier_prices.with_columns(
        pl.col("minimum_quantity").fill_null(0), is_known=pl.col("effective_date") <= day
    )
    # The latest price list in force; where none is yet, the first to come.
    in_force = (
        pl.when(pl.col("is_known").any())
        .then(pl.col("effective_date").filter(pl.col("is_known")).max())
        .otherwise(pl.col("effective_date").min())
    )
    return (
        prices.filter(pl.col("effective_date") == in_force.over("item_id", "supplier_id"))
        .sort("item_id", "supplier_id", "minimum_quantity", "unit_price", nulls_last=True)
        .group_by("item_id", "supplier_id", maintain_order=True)
        .agg(
            supplier_lead_time_days=pl.col("lead_time_days").first(),
            supplier_minimum=pl.col("minimum_quantity").first(),
            supplier_price=pl.col("unit_price").first(),
            share_rate=pl.col("share_rate").max(),
        )
    )


def shared_offers(facts: PlanningInput, nodes: pl.DataFrame) -> pl.DataFrame:
    """The offers of suppliers that have a share of a bought item, by node: lead time, least quantity, price, share in
    smallest whole numbers, and the quantity that is on its way from the supplier."""
    offers = suppliers(facts).filter(pl.col("share_rate") > 0)
    of_node = nodes.filter((pl.col("kind") == "bought") & (pl.col("from_node") < 0))
    coming = facts.supplies.group_by("item_id", "warehouse_id", "supplier_id").agg(given=pl.col("quantity").sum())
    found = (
        of_node.select("node", "item_id", "warehouse_id")
        .join(offers, on="item_id")
        .join(coming, on=["item_id", "warehouse_id", "supplier_id"], how="left")
        .with_columns(pl.col("given").fill_null(0))
        .sort("node", "supplier_id")
    )
    divisor = {node: gcd(*shares) for node, shares in found.group_by("node").agg("share_rate").iter_rows()}
    return found.with_columns(
        share=pl.col("share_rate") // pl.col("node").replace_strict(divisor, return_dtype=pl.Int64)
        if found.height
        else pl.col("share_rate")
    )


def planned_nodes(facts: PlanningInput, usable: pl.DataFrame) -> pl.DataFrame:
    """Items with their node number, the supplier they are bought from, the lead time that counts, and whether they have
    a source."""
    offers = suppliers(facts)
    best = (
        offers.sort("item_id", "supplier_price", "supplier_lead_time_days", "supplier_id", nulls_last=True)
        .group_by("item_id", maintain_order=True)
        .agg(pl.col("supplier_id").first().alias("best_supplier_id"))
    )
    nodes = (
        facts.items.sort("item_id", "warehouse_id")
        .with_row_index("node")
        .with_columns(pl.col("node").cast(pl.Int64))
        .join(best, on="item_id", how="left", maintain_order="left")
        .with_columns(
            supplier_id=pl.when(pl.col("kind") == "bought").then(
                pl.coalesce("preferred_supplier_id", "best_supplier_id")
            )
        )
        .join(offers, on=["item_id", "supplier_id"], how="left", maintain_order="left")
    )
    has_bom = usable.select("item_id").unique().with_columns(has_bom=pl.lit(True))
    nodes = _routed(facts, nodes)
    nodes = nodes.join(has_bom, on="item_id", how="left", maintain_order="left")
    is_bought = pl.col("kind") == "bought"
    is_moved = pl.col("from_node") >= 0
    return nodes.with_columns(
        has_source=pl.when(is_moved)
        .then(True)
        .when(is_bought)
        .then(pl.col("supplier_id").is_not_null() | (pl.col("lead_time_days") > 0))
        .otherwise((pl.col("kind") == "made") & pl.col("has_bom").fill_null(False))
        .fill_null(False),
        lead_time_days=pl.when(is_moved)
        .then(pl.col("transit_days"))
        .when(is_bought)
        .then(pl.coalesce("supplier_lead_time_days", "lead_time_days", pl.lit(0)))
        .otherwise(pl.coalesce("lead_time_days", pl.lit(0))),
        supplier_id=pl.when(~is_moved).then(pl.col("supplier_id")),
        supplier_minimum=pl.when(is_moved).then(0).otherwise(pl.col("supplier_minimum").fill_null(0)),
        safety_stock=pl.col("safety_stock").fill_null(0),
        minimum_quantity=pl.col("minimum_quantity").fill_null(0),
        multiple_quantity=pl.col("multiple_quantity").fill_null(0),
        maximum_quantity=pl.col("maximum_quantity").fill_null(0),
        frozen_days=pl.col("frozen_days").fill_null(0),
        release_fence_days=pl.col("release_fence_days").fill_null(0),
        period_days=pl.col("period_days").fill_null(1),
        target_quantity=pl.col("target_quantity").fill_null(0),
        # Holding at no cost is worth any number of unit-days.
        part_period=pl.when(pl.col("holding_cost") > 0)
        .then(pl.col("order_cost").fill_null(0) * 1_000_000 // pl.col("holding_cost"))
        .otherwise(pl.when(pl.col("order_cost") > 0).then(10**15).otherwise(0)),
        lot_policy=pl.col("lot_policy").fill_null("lot_for_lot"),
        amount_exponent=pl.col("amount_exponent").fill_null(2),
        kind=pl.col("kind").fill_null(""),
    )


def _routed(facts: PlanningInput, nodes: pl.DataFrame) -> pl.DataFrame:
    """The nodes with the node that a route supplies them from (from_node, -1 for none) and its transit_days.

    Routes in a circle supply nothing: their warehouses are planned as if there were none.
    """
    unrouted = nodes.with_columns(from_node=pl.lit(-1, dtype=pl.Int64), transit_days=pl.lit(0, dtype=pl.Int64))
    routes = facts.routes.filter(pl.col("from_warehouse_id") != pl.col("to_warehouse_id"))
    if routes.is_empty():
        return unrouted
    places = nodes.select("item_id", warehouse_id="warehouse_id", node="node")
    own = places.join(
        routes.filter(pl.col("item_id").is_not_null()),
        left_on=["item_id", "warehouse_id"],
        right_on=["item_id", "to_warehouse_id"],
    )
    general = places.join(
        routes.filter(pl.col("item_id").is_null()).drop("item_id"), left_on="warehouse_id", right_on="to_warehouse_id"
    )
    found = (
        pl.concat([own.with_columns(rank=0), general.with_columns(rank=1)], how="diagonal_relaxed")
        .join(
            places.rename({"warehouse_id": "from_warehouse_id", "node": "from_node"}),
            on=["item_id", "from_warehouse_id"],
        )
        .sort("node", "rank", "transit_days", "from_warehouse_id")
        .unique("node", keep="first", maintain_order=True)
        .select("node", "from_node", "transit_days")
    )
    circles = _core(nodes.height, found["node"].to_numpy(), found["from_node"].to_numpy())
    found = found.filter(~pl.Series(circles[found["node"].to_numpy()], dtype=pl.Boolean))
    return (
        unrouted.drop("from_node", "transit_days")
        .join(found, on="node", how="left", maintain_order="left")
        .with_columns(pl.col("from_node").fill_null(-1), pl.col("transit_days").fill_null(0))
    )


def _starts(groups: Int64s, count: int) -> Int64s:
    """Where each group begins in rows sorted by group; one more at the end."""
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)


@njit(cache=True)
def _peel(count: int, arc_from: Int64s, arc_to: Int64s, alive: Flags) -> None:
    """Takes away, again and again, the nodes that nothing alive leads to."""
    degree = np.zeros(count, dtype=np.int64)
    start = np.zeros(count + 1, dtype=np.int64)
    for arc in range(len(arc_from)):
        if alive[arc_from[arc]] and alive[arc_to[arc]]:
            degree[arc_to[arc]] += 1
            start[arc_from[arc] + 1] += 1
    for node in range(count):
        start[node + 1] += start[node]
    fill = start[:-1].copy()
    target = np.empty(start[count], dtype=np.int64)
    for arc in range(len(arc_from)):
        if alive[arc_from[arc]] and alive[arc_to[arc]]:
            target[fill[arc_from[arc]]] = arc_to[arc]
            fill[arc_from[arc]] += 1
    stack = np.empty(count, dtype=np.int64)
    size = 0
    for node in range(count):
        if alive[node] and degree[node] == 0:
            stack[size] = node
            size += 1
    while size > 0:
        size -= 1
        node = stack[size]
        alive[node] = False
        for arc in range(start[node], start[node + 1]):
            degree[target[arc]] -= 1
            if degree[target[arc]] == 0:
                stack[size] = target[arc]
                size += 1


def _core(count: int, arc_from: Int64s, arc_to: Int64s) -> Flags:
    """The nodes on cycles, and those between cycles."""
    alive = np.ones(count, dtype=np.bool_)
    _peel(count, arc_from, arc_to, alive)
    _peel(count, arc_to, arc_from, alive)
    return alive


def _circles(count: int, arc_from: Int64s, arc_to: Int64s) -> Int64s:
    """Per node the number of the set of nodes that reach each other in which it lies; -1: in none."""
    circle = np.full(count, -1, dtype=np.int64)
    for number, members in enumerate(_cycles(count, arc_from, arc_to)):
        circle[members] = number
    return circle


def _cycles(count: int, arc_from: Int64s, arc_to: Int64s) -> list[list[int]]:
    """The sets of nodes that reach each other, in order of their smallest node (Tarjan, without recursion)."""
    core = _core(count, arc_from, arc_to)
    inside = core[arc_from] & core[arc_to]
    arc_from, arc_to = arc_from[inside], arc_to[inside]
    after: dict[int, list[int]] = {}
    for start, end in zip(arc_from.tolist(), arc_to.tolist(), strict=True):
        after.setdefault(start, []).append(end)
    seen: dict[int, int] = {}
    low: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open: set[int] = set()
    found: list[list[int]] = []
    for root in sorted(after):
        if root in seen:
            continue
        work = [(root, iter(after.get(root, [])))]
        seen[root] = low[root] = len(seen)
        open_nodes.append(root)
        is_open.add(root)
        while work:
            node, rest = work[-1]
            for child in rest:
                if child not in seen:
                    seen[child] = low[child] = len(seen)
                    open_nodes.append(child)
                    is_open.add(child)
                    work.append((child, iter(after.get(child, []))))
                    break
                if child in is_open:
                    low[node] = min(low[node], seen[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == seen[node]:
                    members = []
                    while True:
                        member = open_nodes.pop()
                        is_open.discard(member)
                        members.append(member)
                        if member == node:
                            break
                    if len(members) > 1 or node in after.get(node, []):
                        found.append(sorted(members))
    return sorted(found)


@njit(cache=True)
def _levels(count: int, arc_from: Int64s, arc_to: Int64s) -> Int64s:
    """Low-level codes: 0 where nothing leads to a node, else one more than the deepest parent. The arcs have no
    cycle."""
    degree = np.zeros(count, dtype=np.int64)
    start = np.zeros(count + 1, dtype=np.int64)
    for arc in range(len(arc_from)):
        degree[arc_to[arc]] += 1
        start[arc_from[arc] + 1] += 1
    for node in range(count):
        start[node + 1] += start[node]
    fill = start[:-1].copy()
    target = np.empty(len(arc_from), dtype=np.int64)
    for arc in range(len(arc_from)):
        target[fill[arc_from[arc]]] = arc_to[arc]
        fill[arc_from[arc]] += 1
    level = np.zeros(count, dtype=np.int64)
    queue = np.empty(count, dtype=np.int64)
    size = 0
    for node in range(count):
        if degree[node] == 0:
            queue[size] = node
            size += 1
    done = 0
    while done < size:
        node = queue[done]
        done += 1
        for arc in range(start[node], start[node + 1]):
            child = target[arc]
            level[child] = max(level[child], level[node] + 1)
            degree[child] -= 1
            if degree[child] == 0:
                queue[size] = child
                size += 1
    return level
