"""The moves as the play needs them: coded, linked, put in order, with the amounts that come with each entry."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from . import tables
from .kinds import COMPONENT_NAMES, KINDS, METHODS, Given, Source, UnknownMethod
from .levels import connected, dense_codes, groups_by_level, halves, positions_of, stable_order, version_in_force
from .pools import standard_values
from .sequence import kind_codes, order_of_play
from .tables import Ints
from .threads import at_the_same_time

Flags = npt.NDArray[np.bool_]

AMOUNTS = [f"{name}_amount" for name in COMPONENT_NAMES]
ESTIMATES = [f"estimated_{name}" for name in AMOUNTS]
UNIT_COSTS = [f"{name}_unit_cost" for name in COMPONENT_NAMES]
FIFO, MOVING_AVERAGE, MONTH_AVERAGE, STANDARD, SPECIFIC = (
    METHODS.index(name) for name in ("fifo", "moving_average", "month_average", "standard", "specific")
)
NO_VERSION = -1
NO_LOTS, WITHOUT_LOT = -1, 0
LONG_AGO = -(1 << 30)


class Identities(NamedTuple):
    """Codes of the input rows: items of companies (nodes) and pools, which are contiguous per node."""

    node: Ints
    nodes: int
    pool: Ints
    pools: int
    method: Ints
    since: Ints
    has_no_standard: Flags
    has_lots: Flags


class MethodVersions(NamedTuple):
    """Methods of items (nodes) by the day they come into force, and since when without a break: from the beginning for
    the first."""

    node: Ints
    day: Ints
    method: Ints
    since: Ints


class Facts(NamedTuple):
    """The moves in order of play, and what is needed to name them again."""

    entries: tables.Table
    orders: tables.Table
    outputs: tables.Table
    nodes: tables.Table
    standards: tables.Table
    changes: tables.Table
    pools: int
    links: int
    group_start: Ints
    groups_of_first_half: int
    entry_id: Ints
    move_id: Ints
    pool_company: Ints
    pool_item: Ints
    pool_warehouse: Ints
    pool_lot: Ints
    reversed_outputs: Ints
    order_ids: Ints
    order_company: Ints
    order_item: Ints
    known_orders: int
    unknown_origin: Flags
    has_no_standard: Flags


def arranged(
    moves: pl.DataFrame, work_orders: pl.DataFrame, methods: pl.DataFrame, standard_costs: pl.DataFrame | None
) -> Facts:
    """The tables of a costing run as rows of whole numbers, in the order in which they are played."""
    moves = with_transfer_origins(moves)
    kind = kind_codes(moves["kind"]).to_numpy()
    quantity = whole_numbers(moves["quantity"])
    day = whole_numbers(moves["effective_date"].cast(pl.Int32))
    standards, standard_items = standards_of(standard_costs)
    identities, nodes, changes = identified(moves, methods, day, standard_items)
    node, pool = identities.node, identities.pool
    entry_id = whole_numbers(moves["entry_id"])
    origin, unknown_origin = origins(moves, entry_id, node, quantity)
    on_month = identities.method == MONTH_AVERAGE
    recorded_at = whole_numbers(moves["recorded_at"])
    flows_in = quantity >= 0
    monthly = (on_month & flows_in, on_month & ~flows_in)
    sequence = order_of_play(kind, day, recorded_at, entry_id, origin, *monthly, identities.since)

    order_ids, known_orders, order = ordered_works(moves, work_orders)
    source, given = sources(moves, kind, quantity, order, origin)
    is_closed = np.zeros(order_ids.size, np.int64)
    is_closed[:known_orders] = whole_numbers(work_orders["is_closed"])
    is_made = (source == Source.MADE) | (source == Source.MADE_BESIDE)
    at_once = np.flatnonzero(is_made & (identities.method == STANDARD))
    at_once = at_once[is_closed[order[at_once]] == 0]
    given[at_once] = Given.ESTIMATE

    into_order = np.flatnonzero((order >= 0) & ~is_made)
    out_of_order = np.flatnonzero(is_made)
    out_of_order = out_of_order[(is_closed[order[out_of_order]] == 1) | (given[out_of_order] == Given.NOTHING)]
    consumed = np.concatenate([node[into_order], identities.nodes + order[out_of_order]])
    made_of = np.concatenate([identities.nodes + order[into_order], node[out_of_order]])
    group, groups = groups_by_level(identities.nodes + order_ids.size, consumed, made_of)
    # Orders whose outputs stand on their own are connected to them all the same: they are written to together.
    any_of_order = np.flatnonzero(order >= 0)
    root = connected(group.size, node[any_of_order], identities.nodes + order[any_of_order])
    half = halves(root, np.bincount(node, minlength=group.size), group, groups)
    by_half, half_start = stable_order(half, 2)
    place_of_group = np.empty(groups, np.int64)
    place_of_group[by_half] = np.arange(groups)
    group = place_of_group[group]
    by_group, group_start = stable_order(group[node[sequence]], groups)
    at = sequence[by_group]
    place_of = np.empty(moves.height, np.int64)
    place_of[at] = np.arange(moves.height)

    made = sequence[is_made[sequence]]
    by_order, first_place = stable_order(order[made], order_ids.size)
    made = made[by_order]
    outputs = tables.table(tables.OUTPUTS, made.size)
    outputs.entry = place_of[made]
    outputs.share = whole_numbers(moves["cost_share"], -1)[made] if "cost_share" in moves.columns else -1

    entries = tables.table(tables.ENTRIES, moves.height)
    method = np.where(identities.method == SPECIFIC, FIFO, identities.method)
    date = received_days(moves, day)
    by_row = (quantity, source, given, method, pool, node, date, day, order, origin)
    spans = ((0, moves.height // 2), (moves.height // 2, moves.height))
    at_the_same_time(lambda span: tables.filled(entries, *span, place_of, *by_row), spans)
    fill_amounts(entries.value, place_of, given, moves)
    if at_once.size:
        worth = standard_values(nodes, standards, node[at_once], day[at_once], quantity[at_once])
        entries.value[place_of[at_once]] = worth
    referred = np.unique(entries.origin[entries.origin >= 0])
    entries.link[referred] = np.arange(referred.size)
    entries.place[outputs.entry] = np.arange(made.size)

    orders = tables.table(tables.ORDERS, order_ids.size)
    orders.is_closed = is_closed
    orders.planned_quantity[:known_orders] = whole_numbers(work_orders["planned_quantity"])
    orders.first_place = first_place[:-1]
    orders.last_place = first_place[1:]
    orders.is_stale = 1
    for k, name in enumerate(AMOUNTS):
        if name in work_orders.columns:
            orders.cost[:known_orders, k] = whole_numbers(work_orders[name])
    stated = np.flatnonzero((order >= 0) & (source == Source.PRICED))
    np.subtract.at(orders.cost, order[stated], entries.value[place_of[stated]])

    unnamed = np.full(order_ids.size - known_orders, -1, np.int64)
    row_of_pool = pool_nodes(pool, np.arange(pool.size), identities.pools)
    owners = [whole_numbers(moves[name].gather(row_of_pool)) for name in ("company_id", "item_id", "warehouse_id")]
    pool_lot = np.full(identities.pools, NO_LOTS)
    if identities.has_lots.any():
        lots = np.flatnonzero(identities.has_lots[identities.node[row_of_pool]])
        pool_lot[lots] = whole_numbers(moves["lot_id"].gather(row_of_pool[lots]), WITHOUT_LOT)
    is_output = (kind == KINDS.categories.to_list().index("output")) | (
        kind == KINDS.categories.to_list().index("by_product")
    )
    reversed_outputs = np.flatnonzero(is_output & (order >= 0) & (source == Source.TAKEN))
    ids = (entry_id, whole_numbers(moves["move_id"]))
    entry_ids, move_ids = at_the_same_time(lambda column: np.take(column, at), ids)
    return Facts(
        entries=entries,
        orders=orders,
        outputs=outputs,
        nodes=nodes,
        standards=standards,
        changes=changes,
        pools=identities.pools,
        links=referred.size,
        group_start=group_start,
        groups_of_first_half=int(half_start[1]),
        entry_id=entry_ids,
        move_id=move_ids,
        pool_company=owners[0],
        pool_item=owners[1],
        pool_warehouse=owners[2],
        pool_lot=pool_lot,
        reversed_outputs=place_of[reversed_outputs],
        order_ids=order_ids,
        order_company=np.concatenate([whole_numbers(work_orders["company_id"]), unnamed]),
        order_item=np.concatenate([whole_numbers(work_orders["item_id"]), unnamed]),
        known_orders=known_orders,
        unknown_origin=unknown_origin[at],
        has_no_standard=identities.has_no_standard[at],
    )


def whole_numbers(column: pl.Series, missing: int = 0) -> Ints:
    """A column as int64, nulls replaced."""
    return np.ascontiguousarray(column.cast(pl.Int64).fill_null(missing).to_numpy())


def received_days(moves: pl.DataFrame, day: Ints) -> Ints:
    """The day from which goods age: received_date where it is given, else the day of the move."""
    if "received_date" not in moves.columns:
        return day
    stated = moves["received_date"].cast(pl.Int32)
    return np.where(stated.is_null().to_numpy(), day, whole_numbers(stated))


def with_transfer_origins(moves: pl.DataFrame) -> pl.DataFrame:
    """Moves whose transfers in without an origin take the transfer out of the same stock move as origin."""
    is_open = (pl.col("kind") == "transfer_in") & pl.col("origin_entry_id").is_null()
    if not moves.select(is_open.any()).item():
        return moves
    given_out = (
        moves.filter(pl.col("kind") == "transfer_out")
        .select("move_id", "company_id", "item_id", pl.col("entry_id").alias("out_entry_id"))
        .unique(["move_id", "company_id", "item_id"], keep="none")
    )
    return (
        moves.join(given_out, on=["move_id", "company_id", "item_id"], how="left", maintain_order="left")
        .with_columns(
            origin_entry_id=pl.when(is_open).then("out_entry_id").otherwise(pl.col("origin_entry_id")),
        )
        .drop("out_entry_id")
    )


def identified(
    moves: pl.DataFrame, methods: pl.DataFrame, day: Ints, standard_items: pl.DataFrame
) -> tuple[Identities, tables.Table, tables.Table]:
    """Items, pools and methods of the rows; the table of items with where their pools, standard costs and methods lie;
    the table of methods.

    An item that is ever on specific cost has a pool for every lot. An item on standard without a standard cost is
    played on moving average, and flagged.
    """
    company, companies = dense_codes(whole_numbers(moves["company_id"]))
    item, items = dense_codes(whole_numbers(moves["item_id"]))
    warehouse, warehouses = dense_codes(whole_numbers(moves["warehouse_id"]))
    node, nodes = (item, items) if companies == 1 else dense_codes(company * items + item)
    one_row = np.empty(nodes, np.int64)
    one_row[node] = np.arange(node.size)
    named = moves.select("company_id", "item_id")[one_row].with_columns(node=pl.Series(np.arange(nodes)))

    versions = method_versions(methods, named)
    version_bounds = np.searchsorted(versions.node, np.arange(nodes + 1)).astype(np.int64)
    method = version_in_force(version_bounds, versions.day, versions.method, node, day)
    on_month = bool((method == MONTH_AVERAGE).any())
    since = version_in_force(version_bounds, versions.day, versions.since, node, day) if on_month else day
    pool_key = node * warehouses + warehouse
    pools = nodes if warehouses == 1 else 0
    has_lots = np.zeros(nodes, np.bool_)
    if (method == SPECIFIC).any() and "lot_id" in moves.columns:
        has_lots[node[method == SPECIFIC]] = True
        lot, lots = dense_codes(np.where(has_lots[node], whole_numbers(moves["lot_id"], -1), -1))
        pool_key = pool_key * lots + lot
        pools = 0
    pool, pools = (pool_key, pools) if pools else dense_codes(pool_key)

    table = tables.table(tables.NODES, nodes)
    bounds = np.searchsorted(np.sort(pool_nodes(pool, node, pools)), np.arange(nodes + 1))
    table.first_pool, table.last_pool = bounds[:-1], bounds[1:]
    standard_node = whole_numbers(
        standard_items.join(named, on=["company_id", "item_id"], how="left", maintain_order="left")["node"], NO_VERSION
    )
    for position, owner in enumerate(standard_node.tolist()):
        if owner >= 0:
            if table.last_standard[owner] == 0:
                table.first_standard[owner] = position
            table.last_standard[owner] = position + 1
    without_standard = table.last_standard == table.first_standard
    has_no_standard = (method == STANDARD) & without_standard[node]
    method = np.where(has_no_standard, MOVING_AVERAGE, method)
    changes = tables.table(tables.CHANGES, versions.node.size)
    changes.day = versions.day
    changes.method = np.where(versions.method == SPECIFIC, FIFO, versions.method)
    changes.method[(versions.method == STANDARD) & without_standard[versions.node]] = MOVING_AVERAGE
    table.first_change, table.last_change = version_bounds[:-1], version_bounds[1:]
    return Identities(node, nodes, pool, pools, method, since, has_no_standard, has_lots), table, changes


def pool_nodes(pool: Ints, node: Ints, pools: int) -> Ints:
    """The node of each pool."""
    owner = np.empty(pools, np.int64)
    owner[pool] = node
    return owner


def standards_of(standard_costs: pl.DataFrame | None) -> tuple[tables.Table, pl.DataFrame]:
    """Standard costs by item and day, and the company and item of each row."""
    if standard_costs is None:
        return tables.table(tables.STANDARDS, 0), pl.DataFrame(schema={"company_id": pl.Int64, "item_id": pl.Int64})
    dated = standard_costs.sort("company_id", "item_id", "effective_date", maintain_order=True)
    standards = tables.table(tables.STANDARDS, dated.height)
    standards.day = whole_numbers(dated["effective_date"].cast(pl.Date).cast(pl.Int32))
    for k, name in enumerate(UNIT_COSTS):
        if name in dated.columns:
            standards.unit_cost[:, k] = whole_numbers(dated[name])
    return standards, dated.select(pl.col("company_id", "item_id").cast(pl.Int64))


def method_versions(methods: pl.DataFrame, named: pl.DataFrame) -> MethodVersions:
    """Changes of method by item and day; versions that change nothing are left out. Raises UnknownMethod."""
    names = methods["method"].unique().drop_nulls().sort().to_list()
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise UnknownMethod(f"methods {unknown} are not among {list(METHODS)}")
    versions = methods.join(named, on=["company_id", "item_id"], how="inner", maintain_order="left")
    versions = versions.sort("node", "effective_date", maintain_order=True)
    node = whole_numbers(versions["node"])
    day = whole_numbers(versions["effective_date"].cast(pl.Date).cast(pl.Int32))
    code = np.array([METHODS.index(name) for name in versions["method"].to_list()], np.int64)
    counts = np.append((node[1:] != node[:-1]) | (day[1:] != day[:-1]), True)[: node.size]
    node, day, code = node[counts], day[counts], code[counts]
    is_first = np.append(True, node[1:] != node[:-1])[: node.size]
    changes = is_first | np.append(True, code[1:] != code[:-1])[: node.size]
    node, day, code, is_first = node[changes], day[changes], code[changes], is_first[changes]
    return MethodVersions(node, day, code, np.where(is_first, LONG_AGO, day))


def ordered_works(moves: pl.DataFrame, work_orders: pl.DataFrame) -> tuple[Ints, int, Ints]:
    """(ids of all work orders, how many of them the work order table holds, position of each row's order or −1)."""
    known = whole_numbers(work_orders["work_order_id"])
    named = moves["work_order_id"].drop_nulls().unique().sort()
    missing = named.filter(~named.is_in(work_orders["work_order_id"].implode()))
    ids = np.concatenate([known, whole_numbers(missing)])
    order = np.full(moves.height, -1, np.int64)
    works = np.flatnonzero(moves["work_order_id"].is_not_null().to_numpy())
    order[works] = positions_of(whole_numbers(moves["work_order_id"])[works], ids)
    return ids, known.size, order


def origins(moves: pl.DataFrame, entry_id: Ints, node: Ints, quantity: Ints) -> tuple[Ints, Flags]:
    """(position of each row's origin or −1, whether it names one that cannot be: unknown, another item, the same
    direction)."""
    origin = np.full(moves.height, -1, np.int64)
    is_unknown = np.zeros(moves.height, np.bool_)
    refers = np.flatnonzero(moves["origin_entry_id"].is_not_null().to_numpy())
    found = positions_of(whole_numbers(moves["origin_entry_id"])[refers], entry_id)
    fits = (found >= 0) & (node[found] == node[refers]) & ((quantity[found] < 0) != (quantity[refers] < 0))
    origin[refers[fits]] = found[fits]
    is_unknown[refers[~fits]] = True
    return origin, is_unknown


def sources(moves: pl.DataFrame, kind: Ints, quantity: Ints, order: Ints, origin: Ints) -> tuple[Ints, Ints]:
    """(source of each row's value, what amounts come with it)."""
    of_kind = {name: code for code, name in enumerate(KINDS.categories)}
    flows_in = quantity >= 0
    has_price = moves["material_amount"].is_not_null().to_numpy() & flows_in
    has_estimate = moves["estimated_material_amount"].is_not_null().to_numpy() & flows_in

    source = np.where(has_price, np.int8(Source.PRICED), np.int8(Source.UNPRICED))
    source[(kind == of_kind["output"]) & (order >= 0)] = Source.MADE
    source[(kind == of_kind["by_product"]) & (order >= 0)] = Source.MADE_BESIDE
    source[(origin >= 0) & flows_in] = Source.RETURNED
    source[(origin >= 0) & flows_in & (kind == of_kind["transfer_in"])] = Source.TRANSFERRED
    source[~flows_in] = Source.TAKEN
    source[quantity == 0] = Source.PRICED

    given = np.where(has_estimate, np.int8(Given.ESTIMATE), np.int8(Given.NOTHING))
    given[has_price] = Given.PRICE
    given[(source == Source.MADE) & has_estimate] = Given.ESTIMATE
    given[(source == Source.MADE) & ~has_estimate] = Given.NOTHING
    given[np.isin(source, (Source.RETURNED, Source.TRANSFERRED, Source.TAKEN))] = Given.NOTHING
    given[(source == Source.UNPRICED) & (order >= 0)] = Given.NOTHING
    given[quantity == 0] = Given.NOTHING

    return source, given


def fill_amounts(value: Ints, place_of: Ints, given: Ints, moves: pl.DataFrame) -> None:
    """Writes the amounts that come with the rows to their places in order of play (n × 5)."""
    for names, kind in ((AMOUNTS, Given.PRICE), (ESTIMATES, Given.ESTIMATE)):
        rows = np.flatnonzero(given == kind)
        places = place_of[rows]
        for k, name in enumerate(names):
            # A component that nothing came with is 0 already; most histories have several.
            if rows.size and name in moves.columns and (moves[name] != 0).any():
                value[places, k] = whole_numbers(moves[name])[rows]


def empty_state(facts: Facts) -> tables.State:
    """The state before the first move, without room for what will be found."""
    return tables.State(
        entries=facts.entries,
        links=tables.table(tables.LINKS, facts.links),
        orders=facts.orders,
        outputs=facts.outputs,
        pools=tables.table(tables.POOLS, facts.pools),
        purses=tables.table(tables.PURSES, facts.pools + facts.nodes.shape[0]),
        nodes=facts.nodes,
        standards=facts.standards,
        changes=facts.changes,
        layers=tables.table(tables.LAYERS, 0),
        slices=tables.table(tables.SLICES, 0),
        debts=tables.table(tables.DEBTS, 0),
        variances=tables.table(tables.VARIANCES, 0),
        counts=np.zeros(tables.COUNTS, np.int64),
    )


def with_room_of_its_own(state: tables.State, first: int, last: int) -> tables.State:
    """The same state with empty tables for what is found in the entries first … last − 1: room for an ordinary
    history."""
    n = last - first
    inflows = int(np.count_nonzero(state.entries.source[first:last] != Source.TAKEN))
    return state._replace(
        layers=tables.table(tables.LAYERS, inflows + n // 8 + 16),
        slices=tables.table(tables.SLICES, n + n // 8 + 16),
        debts=tables.table(tables.DEBTS, n // 8 + 16),
        variances=tables.table(tables.VARIANCES, n // 64 + 16),
        counts=np.zeros(tables.COUNTS, np.int64),
    )
