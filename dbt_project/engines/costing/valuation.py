"""Which value moved with every stock move: the costing engine as one function from tables to tables.

Columns in, columns out, no input or output of its own. Quantities are whole micro-units (quantity × 10^6), amounts whole minor
units of the company's currency. Signs: quantity and value are positive into a pool and negative out of it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from . import play
from .kinds import COMPONENT_NAMES, KINDS, METHODS, Given, Source, UnknownMethod
from .levels import dense_codes, groups_by_level, positions_of, stable_order
from .proportion import COMPONENTS
from .sequence import kind_codes, order_of_play

Ints = npt.NDArray[np.int64]

AMOUNTS = [f"{name}_amount" for name in COMPONENT_NAMES]
ESTIMATES = [f"estimated_{name}" for name in AMOUNTS]
NOT_PLAYED = {"month_average": "moving_average", "standard": "moving_average", "specific": "fifo"}


class CostingResult(NamedTuple):
    """Tables of one costing run. Amounts are whole minor units, quantities whole micro-units.

    valued_moves: one row per entry, in order of play: entry_id, move_id, material_amount, labour_amount, overhead_amount,
        subcontract_amount, landed_amount, value_amount (their sum; all signed, + into the pool), is_estimated (output of an open
        work order), is_uncovered (went out of stock that no receipt has covered yet).
    slices: issue_entry_id, layer_entry_id, quantity, value_amount and the five amounts, all ≥ 0 for goods of positive value: what
        an outflow took from the layer that the inflow `layer_entry_id` laid. Transfers carry layers along, so the layer is that of
        the first inflow. In an average pool the slices name the layers whose quantity left first in, first out, at the
        pool's average. layer_entry_id is null for what no inflow has covered yet. Slices of an entry add up to its value.
    layers: what is left: layer_entry_id, company_id, item_id, warehouse_id, quantity, the five amounts, value_amount,
        received_date (of the first inflow, carried through transfers), is_uncovered. Uncovered quantities stand there with
        negative quantity and value, under the entry that took them.
    work_orders: work_order_id, company_id, item_id, is_closed, five `…_amount_in`, five `…_amount_out`, value_in, value_out,
        wip_amount (in − out while open), loss_amount (closed without good output), residual_amount (closed, of a loop
        that did not come to rest; else 0).
    findings: entry_id, work_order_id, rule, quantity, amount. Rules: `uncovered` (quantity not covered yet and the value it was
        given), `without_price` (an inflow no cost could be found for, valued 0), `unknown_origin` (it names an entry that
        cannot be its origin), `unknown_work_order`, `loop_residual` (what a loop leaves over), `method_not_played` (an entry whose
        method the engine plays as another).
    """

    valued_moves: pl.DataFrame
    slices: pl.DataFrame
    layers: pl.DataFrame
    work_orders: pl.DataFrame
    findings: pl.DataFrame


def value_moves(moves: pl.DataFrame, work_orders: pl.DataFrame, methods: pl.DataFrame) -> CostingResult:
    """Values every entry of every costing pool.

    moves: one row per stock move and end that belongs to a pool (company × item × warehouse): entry_id (unique), move_id,
        company_id, item_id, warehouse_id (i64), effective_date (Date), recorded_at (Datetime), quantity (i64 micro-units, + into
        the pool), kind (see kinds.RANK_OF_KIND), work_order_id (issue, issue_return, output, by_product), origin_entry_id (returns:
        the entry they return; transfer_in: its transfer_out), material_amount … landed_amount (latest known total of a
        priced inflow; material null = without a price), estimated_material_amount … estimated_landed_amount (total for an
        output at the rolled-up cost in force, counted while its order is open). Optional: cost_share (i64 millionths of the
        order's cost that a by_product takes).
    work_orders: work_order_id, company_id, item_id, planned_quantity, is_closed, labour_amount, overhead_amount,
        subcontract_amount (actual totals to date).
    methods: company_id, item_id, method, effective_date. The latest version at or before a move's date counts; before its
        first version an item is on that version; without any it is on fifo.

    Raises UnknownMoveKind, UnknownMethod, and OverflowError for values beyond 10^15 minor units.
    """
    facts = arranged(moves, work_orders, methods)
    state = empty_state(facts)
    groups = facts.group_start.shape[0] - 1
    rounds = np.zeros(groups, np.int64)
    group = play.played(state, facts.group_start, rounds, 0)
    while group < groups:
        state = play.with_more_room(state)
        group = play.played(state, facts.group_start, rounds, group)
    return result_of(facts, state, rounds)


class Facts(NamedTuple):
    """The moves as arrays in order of play, and what is needed to name them again."""

    entries: play.Table
    orders: play.Table
    outputs: play.Table
    links: int
    pools: int
    nodes: int
    group_start: Ints
    entry_id: Ints
    move_id: Ints
    company_id: Ints
    item_id: Ints
    warehouse_id: Ints
    kind: Ints
    order_ids: Ints
    order_company: Ints
    order_item: Ints
    known_orders: int
    unknown_origin: npt.NDArray[np.bool_]
    replaced_method: npt.NDArray[np.bool_]


def whole_numbers(column: pl.Series, missing: int = 0) -> Ints:
    """A column as int64, nulls replaced."""
    return np.ascontiguousarray(column.cast(pl.Int64).fill_null(missing).to_numpy())


def arranged(moves: pl.DataFrame, work_orders: pl.DataFrame, methods: pl.DataFrame) -> Facts:
    """Moves, work orders and methods as arrays: coded, linked, and put into order of play."""
    moves = with_transfer_origins(moves)
    kind_series = kind_codes(moves["kind"])
    kind = whole_numbers(kind_series)
    sequence = whole_numbers(order_of_play(moves, kind_series))

    company, companies = dense_codes(whole_numbers(moves["company_id"]))
    item, items = dense_codes(whole_numbers(moves["item_id"]))
    warehouse, warehouses = dense_codes(whole_numbers(moves["warehouse_id"]))
    node, nodes = dense_codes(company * items + item)
    pool, pools = dense_codes(node * warehouses + warehouse)

    order_ids = whole_numbers(work_orders["work_order_id"])
    known_orders = order_ids.size
    named = moves["work_order_id"].drop_nulls().unique().sort()
    missing = named.filter(~named.is_in(work_orders["work_order_id"].implode()))
    order_ids = np.concatenate([order_ids, whole_numbers(missing)])
    order = positions_of(whole_numbers(moves["work_order_id"], -1), order_ids)
    order[moves["work_order_id"].is_null().to_numpy()] = -1

    entry_id = whole_numbers(moves["entry_id"])
    origin = np.full(moves.height, -1, np.int64)
    refers = np.flatnonzero(moves["origin_entry_id"].is_not_null().to_numpy())
    origin[refers] = positions_of(whole_numbers(moves["origin_entry_id"])[refers], entry_id)
    quantity = whole_numbers(moves["quantity"])
    fits = origin[refers] >= 0
    fits &= (node[origin[refers]] == node[refers]) & ((quantity[origin[refers]] < 0) != (quantity[refers] < 0))
    origin[refers[~fits]] = -1
    unknown_origin = np.zeros(moves.height, np.bool_)
    unknown_origin[refers[~fits]] = True

    source, given, value = sources(moves, kind, quantity, order, origin)
    is_closed = np.concatenate([whole_numbers(work_orders["is_closed"]), np.zeros(missing.len(), np.int64)])

    into_order = np.flatnonzero((order >= 0) & ~np.isin(source, (Source.MADE, Source.MADE_BESIDE)))
    out_of_order = np.flatnonzero(np.isin(source, (Source.MADE, Source.MADE_BESIDE)))
    out_of_order = out_of_order[(is_closed[order[out_of_order]] == 1) | (given[out_of_order] == Given.NOTHING)]
    group, groups = groups_by_level(
        nodes + order_ids.size,
        np.concatenate([node[into_order], nodes + order[out_of_order]]),
        np.concatenate([nodes + order[into_order], node[out_of_order]]),
    )
    by_group, group_start = stable_order(group[node[sequence]], groups)
    at = sequence[by_group]
    place_of = np.empty(moves.height, np.int64)
    place_of[at] = np.arange(moves.height)

    linked_to = origin[at]
    linked_to = np.where(linked_to >= 0, place_of[linked_to], -1)
    link = np.full(moves.height, -1, np.int64)
    targets = np.unique(linked_to[linked_to >= 0])
    link[targets] = np.arange(targets.size)

    made = sequence[np.isin(source[sequence], (Source.MADE, Source.MADE_BESIDE))]
    by_order, first_place = stable_order(order[made], order_ids.size)
    made = made[by_order]
    place = np.full(moves.height, -1, np.int64)
    place[place_of[made]] = np.arange(made.size)

    day = whole_numbers(moves["effective_date"].cast(pl.Int32))[at]
    method, replaced = methods_in_force(methods, moves, node, nodes, node[at], day)
    entries = play.table(play.ENTRIES, moves.height)
    entries.quantity = np.abs(quantity)[at]
    entries.source = source[at]
    entries.given = given[at]
    entries.method = method
    entries.pool = pool[at]
    entries.node = node[at]
    entries.date = day
    entries.order = order[at]
    entries.origin = linked_to
    entries.link = link
    entries.place = place
    entries.debt = entries.first_layer = -1
    entries.value = value[at]

    orders = play.table(play.ORDERS, order_ids.size)
    orders.is_closed = is_closed
    orders.planned_quantity[:known_orders] = whole_numbers(work_orders["planned_quantity"])
    orders.first_place = first_place[:-1]
    orders.last_place = first_place[1:]
    orders.is_stale = 1
    for k, name in enumerate(AMOUNTS):
        if name in work_orders.columns and k > 0:
            orders.cost[:known_orders, k] = whole_numbers(work_orders[name])
    stated = np.flatnonzero((order >= 0) & (source == Source.PRICED))
    np.subtract.at(orders.cost, order[stated], value[stated])

    outputs = play.table(play.OUTPUTS, made.size)
    outputs.entry = place_of[made]
    outputs.share = whole_numbers(moves["cost_share"], -1)[made] if "cost_share" in moves.columns else -1
    padding = np.full(missing.len(), -1, np.int64)
    return Facts(
        entries=entries,
        orders=orders,
        outputs=outputs,
        links=targets.size,
        pools=pools,
        nodes=nodes,
        group_start=group_start,
        entry_id=entry_id[at],
        move_id=whole_numbers(moves["move_id"])[at],
        company_id=whole_numbers(moves["company_id"])[at],
        item_id=whole_numbers(moves["item_id"])[at],
        warehouse_id=whole_numbers(moves["warehouse_id"])[at],
        kind=kind[at],
        order_ids=order_ids,
        order_company=np.concatenate([whole_numbers(work_orders["company_id"]), padding]),
        order_item=np.concatenate([whole_numbers(work_orders["item_id"]), padding]),
        known_orders=known_orders,
        unknown_origin=unknown_origin[at],
        replaced_method=replaced,
    )


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


def sources(
    moves: pl.DataFrame, kind: Ints, quantity: Ints, order: Ints, origin: Ints
) -> tuple[Ints, Ints, npt.NDArray[np.int64]]:
    """(source of each entry's value, amounts given with it, these amounts n × 5)."""
    of_kind = {name: code for code, name in enumerate(KINDS.categories)}
    flows_in = quantity >= 0
    has_price = moves["material_amount"].is_not_null().to_numpy() & flows_in
    has_estimate = moves["estimated_material_amount"].is_not_null().to_numpy() & flows_in
    is_output = (kind == of_kind["output"]) & (order >= 0)
    is_by_product = (kind == of_kind["by_product"]) & (order >= 0)

    source = np.where(has_price, Source.PRICED, Source.UNPRICED).astype(np.int64)
    source[is_output] = Source.MADE
    source[is_by_product] = Source.MADE_BESIDE
    source[(origin >= 0) & flows_in] = Source.RETURNED
    source[(origin >= 0) & flows_in & (kind == of_kind["transfer_in"])] = Source.TRANSFERRED
    source[~flows_in] = Source.TAKEN

    given = np.where(has_price, Given.PRICE, np.where(has_estimate, Given.ESTIMATE, Given.NOTHING)).astype(np.int64)
    given[(source == Source.MADE) & has_estimate] = Given.ESTIMATE
    given[(source == Source.MADE) & ~has_estimate] = Given.NOTHING
    given[np.isin(source, (Source.RETURNED, Source.TRANSFERRED, Source.TAKEN))] = Given.NOTHING
    given[(source == Source.UNPRICED) & (order >= 0)] = Given.NOTHING

    value = np.zeros((moves.height, COMPONENTS), np.int64)
    priced = np.flatnonzero(given == Given.PRICE)
    estimated = np.flatnonzero(given == Given.ESTIMATE)
    for k in range(COMPONENTS):
        if AMOUNTS[k] in moves.columns and priced.size:
            value[priced, k] = whole_numbers(moves[AMOUNTS[k]])[priced]
        if ESTIMATES[k] in moves.columns and estimated.size:
            value[estimated, k] = whole_numbers(moves[ESTIMATES[k]])[estimated]
    return source, given, value


def methods_in_force(
    methods: pl.DataFrame, moves: pl.DataFrame, node: Ints, nodes: int, at_node: Ints, at_day: Ints
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """(method code of each entry on its date, whether it stands in for one that is not played)."""
    names = methods["method"].unique().drop_nulls().to_list()
    for name in names:
        if name not in METHODS and name not in NOT_PLAYED:
            raise UnknownMethod(f"method {name!r} is not among {[*METHODS, *NOT_PLAYED]}")
    codes = {name: METHODS.index(NOT_PLAYED.get(name, name)) * 2 + (name in NOT_PLAYED) for name in names}
    of_node = moves.select("company_id", "item_id").with_columns(node=pl.Series(node)).unique("node")
    versions = methods.join(of_node, on=["company_id", "item_id"], how="inner").sort("node", "effective_date")
    version_node = whole_numbers(versions["node"])
    version_day = whole_numbers(versions["effective_date"].cast(pl.Date).cast(pl.Int32))
    version_code = np.array([codes[name] for name in versions["method"].to_list()], np.int64)
    first = np.searchsorted(version_node, np.arange(nodes + 1)).astype(np.int64)
    code = play.version_in_force(first, version_day, version_code, at_node, at_day)
    return code // 2, (code % 2) == 1


def empty_state(facts: Facts) -> play.State:
    """The state before the first move, with room for what an ordinary history needs."""
    n = facts.entries.shape[0]
    inflows = int(np.count_nonzero(facts.entries.source != Source.TAKEN))
    return play.State(
        entries=facts.entries,
        links=play.table(play.LINKS, facts.links),
        orders=facts.orders,
        outputs=facts.outputs,
        pools=play.table(play.POOLS, facts.pools),
        nodes=play.table(play.NODES, facts.nodes),
        layers=play.table(play.LAYERS, inflows + n // 8 + 16),
        slices=play.table(play.SLICES, n + n // 8 + 16),
        debts=play.table(play.DEBTS, n // 8 + 16),
        counts=np.zeros(8, np.int64),
    )


def amount_columns(values: npt.NDArray[np.int64], suffix: str = "") -> dict[str, Ints]:
    """n × 5 amounts as named columns."""
    return {f"{name}{suffix}": values[:, k].copy() for k, name in enumerate(AMOUNTS)}


def result_of(facts: Facts, state: play.State, rounds: Ints) -> CostingResult:
    """The tables of a finished play."""
    entries, layers, slices, debts, orders = state.entries, state.layers, state.slices, state.debts, state.orders
    layer_count, slice_count, debt_count = (int(state.counts[k]) for k in (play.LAYER_COUNT, play.SLICE_COUNT, play.DEBT_COUNT))
    n = facts.entry_id.size
    is_out = entries.source == Source.TAKEN
    sign = np.where(is_out, -1, 1)

    open_debts = np.flatnonzero(debts.left[:debt_count] > 0)
    debtors = debts.entry[open_debts]
    is_uncovered = np.zeros(n, np.bool_)
    is_uncovered[debtors] = True
    paid = settled_from_slices(slices, slice_count, debtors, n)
    owed_value = entries.value[debtors] - paid
    owed_quantity = debts.left[open_debts]

    is_made = np.isin(entries.source, (Source.MADE, Source.MADE_BESIDE))
    is_open = np.zeros(n, np.bool_)
    is_open[is_made] = orders.is_closed[entries.order[is_made]] == 0
    is_estimated = is_open & ~((entries.source == Source.MADE_BESIDE) & (entries.given == Given.PRICE))

    signed = entries.value * sign[:, None]
    valued_moves = pl.DataFrame(
        {
            "entry_id": facts.entry_id,
            "move_id": facts.move_id,
            **amount_columns(signed),
            "value_amount": signed.sum(axis=1),
            "is_estimated": is_estimated,
            "is_uncovered": is_uncovered,
        }
    )

    slice_value = np.concatenate([slices.value[:slice_count], owed_value])
    slice_layer = facts.entry_id[layers.entry[slices.layer[:slice_count]]]
    slice_frame = pl.DataFrame(
        {
            "issue_entry_id": np.concatenate([facts.entry_id[slices.entry[:slice_count]], facts.entry_id[debtors]]),
            "layer_entry_id": pl.concat([pl.Series(slice_layer), pl.Series([None] * debtors.size, dtype=pl.Int64)]),
            "quantity": np.concatenate([slices.quantity[:slice_count], owed_quantity]),
            "value_amount": slice_value.sum(axis=1),
            **amount_columns(slice_value),
        }
    )

    kept = np.flatnonzero(layers.quantity[:layer_count] > 0)
    pool_entry = np.zeros(facts.pools, np.int64)
    pool_entry[entries.pool] = np.arange(n)
    holder = np.concatenate([pool_entry[layers.pool[kept]], debtors])
    layer_value = np.concatenate([layers.value[kept], -owed_value])
    layer_frame = pl.DataFrame(
        {
            "layer_entry_id": facts.entry_id[np.concatenate([layers.entry[kept], debtors])],
            "company_id": facts.company_id[holder],
            "item_id": facts.item_id[holder],
            "warehouse_id": facts.warehouse_id[holder],
            "quantity": np.concatenate([layers.quantity[kept], -owed_quantity]),
            **amount_columns(layer_value),
            "value_amount": layer_value.sum(axis=1),
            "received_date": pl.Series(
                np.concatenate([layers.date[kept], entries.date[debtors]]).astype(np.int32)
            ).cast(pl.Date),
            "is_uncovered": np.concatenate([np.zeros(kept.size, np.bool_), np.ones(debtors.size, np.bool_)]),
        }
    )
    work_order_frame = order_table(facts, state)
    findings = pl.concat(
        [
            finding("uncovered", facts.entry_id[debtors], owed_quantity, owed_value.sum(axis=1)),
            entry_findings("without_price", facts, entries, entries.is_unpriced == 1),
            entry_findings("unknown_origin", facts, entries, facts.unknown_origin),
            entry_findings("method_not_played", facts, entries, facts.replaced_method),
            unknown_orders(facts),
            transfer_residuals(facts, state, rounds),
            order_residuals(work_order_frame),
        ]
    )
    return CostingResult(valued_moves, slice_frame, layer_frame, work_order_frame, findings)


def settled_from_slices(slices: play.Table, count: int, debtors: Ints, n: int) -> npt.NDArray[np.int64]:
    """What each entry that still owes has taken from layers so far, × 5."""
    paid = np.zeros((debtors.size, COMPONENTS), np.int64)
    if debtors.size:
        place = np.full(n, -1, np.int64)
        place[debtors] = np.arange(debtors.size)
        place_of_slice = place[slices.entry[:count]]
        mine = np.flatnonzero(place_of_slice >= 0)
        np.add.at(paid, place_of_slice[mine], slices.value[mine])
    return paid


def order_table(facts: Facts, state: play.State) -> pl.DataFrame:
    """Work orders with cost in, cost out, and what remains."""
    entries, orders = state.entries, state.orders
    count = facts.order_ids.size
    is_made = np.isin(entries.source, (Source.MADE, Source.MADE_BESIDE))
    output = KINDS.categories.to_list().index("output")
    by_product = KINDS.categories.to_list().index("by_product")
    is_reversed = (
        (entries.order >= 0) & (entries.source == Source.TAKEN) & np.isin(facts.kind, (output, by_product))
    )
    cost_in = orders.cost.copy()
    cost_out = np.zeros((count, COMPONENTS), np.int64)
    made = np.flatnonzero(is_made)
    np.add.at(cost_out, entries.order[made], entries.value[made])
    back = np.flatnonzero(is_reversed)
    np.subtract.at(cost_out, entries.order[back], entries.value[back])
    np.subtract.at(cost_in, entries.order[back], entries.value[back])
    good = np.zeros(count, np.int64)
    good_entries = np.flatnonzero(entries.source == Source.MADE)
    np.add.at(good, entries.order[good_entries], 1)
    value_in, value_out = cost_in.sum(axis=1), cost_out.sum(axis=1)
    rest = value_in - value_out
    is_closed = orders.is_closed == 1
    return pl.DataFrame(
        {
            "work_order_id": facts.order_ids,
            "company_id": facts.order_company,
            "item_id": facts.order_item,
            "is_closed": is_closed,
            **amount_columns(cost_in, "_in"),
            **amount_columns(cost_out, "_out"),
            "value_in": value_in,
            "value_out": value_out,
            "wip_amount": np.where(is_closed, 0, rest),
            "loss_amount": np.where(is_closed & (good == 0), rest, 0),
            "residual_amount": np.where(is_closed & (good > 0), rest, 0),
        }
    )


def finding(rule: str, entry_id: Ints, quantity: Ints, amount: Ints, work_order_id: Ints | None = None) -> pl.DataFrame:
    """Findings of one rule."""
    nothing = pl.Series([None] * len(quantity), dtype=pl.Int64)
    return pl.DataFrame(
        {
            "entry_id": nothing if work_order_id is not None else pl.Series(entry_id, dtype=pl.Int64),
            "work_order_id": nothing if work_order_id is None else pl.Series(work_order_id, dtype=pl.Int64),
            "rule": pl.Series([rule] * len(quantity), dtype=pl.String),
            "quantity": pl.Series(quantity, dtype=pl.Int64),
            "amount": pl.Series(amount, dtype=pl.Int64),
        }
    )


def entry_findings(rule: str, facts: Facts, entries: play.Table, where: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """Findings about entries, with their quantity and value."""
    at = np.flatnonzero(where)
    return finding(rule, facts.entry_id[at], entries.quantity[at], entries.value[at].sum(axis=1))


def unknown_orders(facts: Facts) -> pl.DataFrame:
    """Work orders that moves name and the work order table does not hold; they count as open."""
    ids = facts.order_ids[facts.known_orders :]
    nothing = np.zeros(ids.size, np.int64)
    return finding("unknown_work_order", nothing, nothing, nothing, ids)


def transfer_residuals(facts: Facts, state: play.State, rounds: Ints) -> pl.DataFrame:
    """Transfers of loops that did not come to rest, whose goods arrived at another value than they left (out − in)."""
    entries, links = state.entries, state.links
    groups = np.flatnonzero(rounds < 0)
    at = [np.empty(0, np.int64)]
    for group in groups:
        run = np.arange(facts.group_start[group], facts.group_start[group + 1])
        at.append(run[entries.source[run] == Source.TRANSFERRED])
    arrived = np.concatenate(at)
    origin = entries.origin[arrived]
    link = entries.link[origin]
    whole = links.returned_quantity[link] == entries.quantity[origin]
    residual = np.where(whole, entries.value[origin].sum(axis=1) - links.returned_value[link].sum(axis=1), 0)
    last = np.append(origin[1:] != origin[:-1], True)[: origin.size]
    off = np.flatnonzero((residual != 0) & last)
    return finding("loop_residual", facts.entry_id[arrived[off]], entries.quantity[arrived[off]], residual[off])


def order_residuals(work_orders: pl.DataFrame) -> pl.DataFrame:
    """Closed work orders whose outputs could not take their whole cost."""
    left = work_orders.filter(pl.col("residual_amount") != 0)
    ids, amount = whole_numbers(left["work_order_id"]), whole_numbers(left["residual_amount"])
    return finding("loop_residual", ids, np.zeros(ids.size, np.int64), amount, ids)
