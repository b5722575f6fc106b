"""Which value moved with every stock move: the costing engine as one function from tables to tables.

Columns in, columns out, no input or output of its own. Quantities are whole micro-units (quantity × 10^6), amounts
whole minor units of the company's currency. Signs: quantity and value are positive into a pool and negative out of
it.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from . import play, tables
from .facts import AMOUNTS, NO_LOTS, Facts, Flags, arranged, empty_state, with_room_of_its_own
from .findings import findings_of
from .kinds import Source
from .proportion import COMPONENTS
from .tables import Ints
from .threads import at_the_same_time


class ValueIsOutOfRange(ValueError):
    """A value beyond 10^15 minor units: a quantity or an amount in the history cannot be right."""


class CostingResult(NamedTuple):
    """Tables of one costing run. Amounts are whole minor units, quantities whole micro-units.

    valued_moves: one row per entry, in order of play: entry_id, move_id, material_amount, labour_amount,
        overhead_amount, subcontract_amount, landed_amount, value_amount (their sum; all signed, + into the pool),
        is_estimated (output of an open work order that is not at standard, and whatever takes from one: layer by layer,
        of an average all that leaves until it is emptied, through transfers, returns and work orders), is_uncovered
        (went out of stock that no receipt has covered yet).
    slices: issue_entry_id, layer_entry_id, quantity, value_amount and the five amounts, unsigned: what an outflow took
        from the layer that the inflow `layer_entry_id` laid. Transfers carry layers along, so the layer is that of the
        first inflow. In an average or standard pool the slices name the layers whose quantity left first in, first out,
        at the pool's cost. layer_entry_id is null for what no inflow has covered yet. The slices of an entry add up to
        its value.
    layers: what is left: layer_entry_id, company_id, item_id, warehouse_id, lot_id (of items ever on specific, whose
        lots are pools of their own; 0 without a lot; else null), quantity, the five amounts, value_amount,
        received_date (of the first inflow, carried through transfers), is_uncovered. Uncovered quantities stand there
        with negative quantity and value, under the entry that took them.
    work_orders: work_order_id, company_id, item_id, is_closed, five `…_amount_in`, five `…_amount_out`, value_in,
        value_out (before variance to standard), wip_amount (in − out while open), loss_amount (closed without good
        output), residual_amount (closed, of a loop that did not come to rest; else 0).
    findings: entry_id, work_order_id, rule, quantity, amount. Rules: `uncovered` (quantity not covered yet and the
        value it was given), `without_price` (an inflow no cost could be found for, valued 0), `without_quantity` (its
        amount is not counted), `unknown_origin` (it names an entry that cannot be its origin), `unknown_work_order`
        (counts as open), `without_standard` (an entry on standard whose item has no standard cost; played on moving
        average), `loop_residual` (what a loop leaves over).
    variances: of items on standard: entry_id (null for a revaluation), work_order_id (of an output), company_id,
        item_id, warehouse_id, effective_date, rule (`price`, `output`, `by_product`, `return`, `revaluation`), quantity
        (null for a revaluation), five amounts, variance_amount: what goods cost more than the pool took them in at (+
        is a loss).
        A revaluation (one row per item, warehouse and day) is dated by the standard or the method that came into force.
    laid_layers: every layer that was ever laid into a pool: layer_entry_id (of the first inflow), arrival_entry_id (the
        entry that laid it there: itself, or the transfer that brought it), company_id, item_id, warehouse_id, quantity,
        value_amount (what it was laid with; null where the pool holds the value: items ever on other than fifo or
        specific), received_date. Less the slices taken from it in that warehouse it is what is left in `layers`.
    """

    valued_moves: pl.DataFrame
    slices: pl.DataFrame
    layers: pl.DataFrame
    work_orders: pl.DataFrame
    findings: pl.DataFrame
    variances: pl.DataFrame
    laid_layers: pl.DataFrame


def value_moves(
    moves: pl.DataFrame,
    work_orders: pl.DataFrame,
    methods: pl.DataFrame,
    standard_costs: pl.DataFrame | None = None,
) -> CostingResult:
    """Values every entry of every costing pool.

    moves: one row per stock move and end that belongs to a pool (company × item × warehouse): entry_id (unique),
        move_id, company_id, item_id, warehouse_id (i64), effective_date (Date), recorded_at (Datetime), quantity (i64
        micro-units, + into the pool), kind (see kinds.RANK_OF_KIND), work_order_id (issue, issue_return, output,
        by_product), origin_entry_id (returns: the entry they return; transfer_in: its transfer_out, found by move_id
        where null), material_amount … landed_amount (latest known total of a priced inflow; material null = without a
        price), estimated_material_amount … estimated_landed_amount (total for an output at the rolled-up cost in
        force, counted while its order is open; for an inflow without price the last resort). Optional: cost_share
        (i64 millionths of the order's cost that a by_product takes), lot_id (i64, for specific cost), received_date
        (Date from which opening stock ages).
    work_orders: work_order_id, company_id, item_id, planned_quantity, is_closed, labour_amount, overhead_amount,
        subcontract_amount (actual totals to date); optional material_amount, landed_amount (carried over at a
        cut-over).
    methods: company_id, item_id, method, effective_date. The latest version at or before a move's date counts; before
        its first version an item is on that version; without any it is on fifo; of versions of one day the last row
        counts. A change keeps the value, but one to standard is a revaluation on its day. All are applied, also those
        after the last move, so give none later than the day of valuation.
    standard_costs: company_id, item_id, effective_date, material_unit_cost … landed_unit_cost (i64 millionths of a
        minor unit per unit; columns left out count 0). Versions count like those of methods; all are applied, so give
        none later than the day of valuation.

    On month_average the average of the running month is provisional until the month is over. Raises UnknownMoveKind,
    UnknownMethod, ValueIsOutOfRange.
    """
    facts = arranged(moves, work_orders, methods, standard_costs)
    del moves  # a caller that keeps no reference gets its memory back before the play
    if facts.entries.size and int(np.abs(facts.entries.value).max()) > tables.LARGEST_VALUE:
        raise ValueIsOutOfRange("an amount given with a move is beyond 10^15 minor units")
    groups = facts.group_start.shape[0] - 1
    rounds = np.zeros(groups, np.int64)
    start = empty_state(facts)
    bounds = ((0, facts.groups_of_first_half), (facts.groups_of_first_half, groups))
    halves = at_the_same_time(lambda half: played_half(facts, start, rounds, *half), bounds)
    return result_of(facts, halves, rounds)


def played_half(facts: Facts, start: tables.State, rounds: Ints, first: int, last: int) -> tables.State:
    """The state after the groups first … last − 1, which need nothing of the others, with room as it was needed."""
    state = with_room_of_its_own(start, int(facts.group_start[first]), int(facts.group_start[last]))
    group = play.played(state, facts.group_start, rounds, first, last)
    while group < last:
        if state.counts[tables.DIVERGED]:
            entry = int(facts.entry_id[facts.group_start[group]])
            raise ValueIsOutOfRange(f"the value of entry {entry} or one costed with it is beyond 10^15 minor units")
        state = tables.with_more_room(state)
        group = play.played(state, facts.group_start, rounds, group, last)
    return state


def amount_columns(values: Ints, suffix: str = "") -> dict[str, Ints]:
    """n × 5 amounts as named columns."""
    return {f"{name}{suffix}": values[:, k].copy() for k, name in enumerate(AMOUNTS)}


def result_of(facts: Facts, halves: Sequence[tables.State], rounds: Ints) -> CostingResult:
    """The tables of a finished play. Long ones are put together from those of the halves, without copying."""
    state = tables.joined(halves)
    open_debts = np.flatnonzero(state.debts.left > 0)
    debtors = state.debts.entry[open_debts]
    owed_quantity = state.debts.left[open_debts]
    owed_value = state.entries.value[debtors] - sum(paid(half, debtors) for half in halves)
    owed = (debtors, owed_quantity, owed_value)
    makers: tuple[Callable[[], pl.DataFrame], ...] = (
        lambda: move_table(facts, state, debtors),
        lambda: order_table(facts, state),
        lambda: variance_table(facts, state),
        lambda: owed_slices(facts, *owed),
        lambda: owed_layers(facts, *owed),
        *(partial(taken_slices, facts, half) for half in halves),
        *(partial(kept_layers, facts, half) for half in halves),
        *(partial(laid_table, facts, half) for half in halves),
    )
    made = at_the_same_time(lambda maker: maker(), makers)
    valued_moves, work_orders, variances, slices_owed, layers_owed = made[:5]
    slices, layers, laid_layers = (made[at : at + len(halves)] for at in (5, 5 + len(halves), 5 + 2 * len(halves)))
    return CostingResult(
        valued_moves=valued_moves,
        slices=pl.concat([*slices, slices_owed]),
        layers=pl.concat([*layers, layers_owed]),
        work_orders=work_orders,
        findings=findings_of(facts, state, rounds, work_orders, *owed),
        variances=variances,
        laid_layers=pl.concat(laid_layers),
    )


def frame_of(columns: dict[str, Any]) -> pl.DataFrame:
    """Columns of whole numbers (and others) as a table that shares their memory."""
    frame = pl.from_arrow(pa.table(columns))
    assert isinstance(frame, pl.DataFrame)
    return frame


def amounts_and_total(values: Ints, is_negative: Flags) -> dict[str, Ints]:
    """n × 5 amounts as named columns with their sum; negative where said so."""
    columns = tables.columns_and_total(values, is_negative)
    return {name: columns[k] for k, name in enumerate((*AMOUNTS, "value_amount"))}


def move_table(facts: Facts, state: tables.State, debtors: Ints) -> pl.DataFrame:
    """Entries with the value that moved into or out of their pool."""
    entries, variances = state.entries, state.variances
    is_uncovered = np.zeros(entries.size, np.bool_)
    is_uncovered[debtors] = True
    varied = np.flatnonzero(variances.entry >= 0)
    columns = amounts_and_total(entries.value, entries.source == Source.TAKEN)
    for k, name in enumerate(AMOUNTS):
        columns[name][variances.entry[varied]] -= variances.value[varied, k]
        columns["value_amount"][variances.entry[varied]] -= variances.value[varied, k]
    return frame_of(
        {
            "entry_id": facts.entry_id,
            "move_id": facts.move_id,
            **columns,
            "is_estimated": entries.is_estimated == 1,
            "is_uncovered": is_uncovered,
        }
    )


def paid(state: tables.State, debtors: Ints) -> Ints:
    """What each entry that still owes has taken from layers so far, × 5."""
    slices, count = state.slices, state.counts[tables.SLICE_COUNT]
    found = np.zeros((debtors.size, COMPONENTS), np.int64)
    if debtors.size:
        place = np.full(state.entries.size, -1, np.int64)
        place[debtors] = np.arange(debtors.size)
        place_of_slice = place[slices.entry[:count]]
        mine = np.flatnonzero(place_of_slice >= 0)
        np.add.at(found, place_of_slice[mine], slices.value[mine])
    return found


def taken_slices(facts: Facts, state: tables.State) -> pl.DataFrame:
    """What the outflows took from which layer."""
    slices = tables.found(state.slices, state.counts[tables.SLICE_COUNT])
    columns = amounts_and_total(slices.value, np.zeros(slices.size, np.bool_))
    return frame_of(
        {
            "issue_entry_id": facts.entry_id[slices.entry],
            "layer_entry_id": facts.entry_id[state.layers.entry[slices.layer]],
            "quantity": slices.quantity.copy(),
            "value_amount": columns.pop("value_amount"),
            **columns,
        }
    )


def owed_slices(facts: Facts, debtors: Ints, owed_quantity: Ints, owed_value: Ints) -> pl.DataFrame:
    """What the outflows still owe: slices of no layer yet."""
    return pl.DataFrame(
        {
            "issue_entry_id": facts.entry_id[debtors],
            "layer_entry_id": pl.Series([None] * debtors.size, dtype=pl.Int64),
            "quantity": owed_quantity,
            "value_amount": owed_value.sum(axis=1),
            **amount_columns(owed_value),
        }
    )


def kept_layers(facts: Facts, state: tables.State) -> pl.DataFrame:
    """What is left of every layer."""
    layers = tables.found(state.layers, state.counts[tables.LAYER_COUNT])
    layers = layers[layers.quantity > 0].view(np.recarray)
    return layer_rows(facts, layers.entry, layers.pool, layers.quantity, layers.value, layers.date, False)


def owed_layers(facts: Facts, debtors: Ints, owed_quantity: Ints, owed_value: Ints) -> pl.DataFrame:
    """What is owed below zero, under the entries that took it."""
    entries = facts.entries
    return layer_rows(facts, debtors, entries.pool[debtors], -owed_quantity, -owed_value, entries.date[debtors], True)


def layer_rows(
    facts: Facts, entry: Ints, pool: Ints, quantity: Ints, value: Ints, date: Ints, is_uncovered: bool
) -> pl.DataFrame:
    """Rows of the table of layers."""
    return pl.DataFrame(
        {
            "layer_entry_id": facts.entry_id[entry],
            "company_id": facts.pool_company[pool],
            "item_id": facts.pool_item[pool],
            "warehouse_id": facts.pool_warehouse[pool],
            "lot_id": pl.Series(facts.pool_lot[pool]).set(pl.Series(facts.pool_lot[pool] == NO_LOTS), None),
            "quantity": quantity.copy(),
            **amount_columns(value),
            "value_amount": value.sum(axis=1),
            "received_date": pl.Series(date.astype(np.int32)).cast(pl.Date),
            "is_uncovered": np.full(entry.size, is_uncovered),
        }
    )


def laid_table(facts: Facts, state: tables.State) -> pl.DataFrame:
    """Every layer with what it was laid with: what is left of it and what its slices took."""
    layers = tables.found(state.layers, state.counts[tables.LAYER_COUNT])
    slices = tables.found(state.slices, state.counts[tables.SLICE_COUNT])
    quantity, value = layers.quantity.copy(), layers.value.sum(axis=1)
    tables.given_back(slices.layer, slices.quantity, slices.value, quantity, value)
    pooled = np.zeros(facts.pools, np.bool_)
    for first, last in pools_of_averaged_items(facts):
        pooled[first:last] = True
    return pl.DataFrame(
        {
            "layer_entry_id": facts.entry_id[layers.entry],
            "arrival_entry_id": facts.entry_id[layers.arrival],
            "company_id": facts.pool_company[layers.pool],
            "item_id": facts.pool_item[layers.pool],
            "warehouse_id": facts.pool_warehouse[layers.pool],
            "quantity": quantity,
            "value_amount": pl.Series(value).set(pl.Series(pooled[layers.pool]), None),
            "received_date": pl.Series(layers.date.astype(np.int32)).cast(pl.Date),
        }
    )


def pools_of_averaged_items(facts: Facts) -> Iterator[tuple[int, int]]:
    """First pool of each item that is ever on another method than fifo or specific, and the first one after them: at
    an entry, or from some day after its first entry on."""
    entries, changes, nodes = facts.entries, facts.changes, facts.nodes
    averaged = entries.node[entries.method != tables.FIFO]
    owner = np.repeat(np.arange(nodes.size), nodes.last_change - nodes.first_change)
    is_later = (changes.method != tables.FIFO) & (np.arange(owner.size) > nodes.first_change[owner])
    if is_later.any():
        first_day = np.full(nodes.size, np.iinfo(np.int64).max)
        np.minimum.at(first_day, entries.node, entries.day)
        averaged = np.append(averaged, owner[is_later & (changes.day > first_day[owner])])
    at = np.unique(averaged)
    yield from zip(nodes.first_pool[at].tolist(), nodes.last_pool[at].tolist(), strict=True)


def order_table(facts: Facts, state: tables.State) -> pl.DataFrame:
    """Work orders with cost in, cost out, and what remains."""
    entries, orders = state.entries, state.orders
    cost_in = orders.cost.copy()
    cost_out = np.zeros((orders.size, COMPONENTS), np.int64)
    made = np.flatnonzero((entries.source == Source.MADE) | (entries.source == Source.MADE_BESIDE))
    np.add.at(cost_out, entries.order[made], entries.value[made])
    back = facts.reversed_outputs
    np.subtract.at(cost_out, entries.order[back], entries.value[back])
    np.subtract.at(cost_in, entries.order[back], entries.value[back])
    has_good = np.zeros(orders.size, np.bool_)
    has_good[entries.order[entries.source == Source.MADE]] = True
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
            "loss_amount": np.where(is_closed & ~has_good, rest, 0),
            "residual_amount": np.where(is_closed & has_good, rest, 0),
        }
    )


def variance_table(facts: Facts, state: tables.State) -> pl.DataFrame:
    """Variances of items on standard."""
    rows = state.variances
    about = np.maximum(rows.entry, 0)
    source = state.entries.source[about]
    of_source = {Source.PRICED: "price", Source.MADE: "output", Source.MADE_BESIDE: "by_product"}
    rules = [
        "revaluation" if entry < 0 else of_source.get(Source(code), "return")
        for entry, code in zip(rows.entry.tolist(), source.tolist(), strict=True)
    ]
    order = np.where(rows.entry >= 0, state.entries.order[about], -1)
    order_id = facts.order_ids[order] if facts.order_ids.size else order
    frame = pl.DataFrame(
        {
            "entry_id": pl.Series(facts.entry_id[about]).set(pl.Series(rows.entry < 0), None),
            "work_order_id": pl.Series(order_id).set(pl.Series(order < 0), None),
            "company_id": facts.pool_company[rows.pool],
            "item_id": facts.pool_item[rows.pool],
            "warehouse_id": facts.pool_warehouse[rows.pool],
            "effective_date": pl.Series(rows.day.astype(np.int32)).cast(pl.Date),
            "rule": pl.Series(rules, dtype=pl.String),
            "quantity": pl.Series(state.entries.quantity[about]).set(pl.Series(rows.entry < 0), None),
            **amount_columns(rows.value),
            "variance_amount": rows.value.sum(axis=1),
        }
    )
    # Goods of several lots, each in a pool of its own, are revalued as one.
    place = ("company_id", "item_id", "warehouse_id", "effective_date")
    amounts = (*AMOUNTS, "variance_amount")
    is_revaluation = pl.col("rule") == "revaluation"
    revalued = frame.filter(is_revaluation).group_by(place, maintain_order=True)
    one_each = revalued.agg(pl.col(amounts).sum(), pl.exclude(*place, *amounts).first()).select(frame.columns)
    return pl.concat([frame.filter(~is_revaluation), one_each.filter(pl.any_horizontal(pl.col(AMOUNTS) != 0))])
