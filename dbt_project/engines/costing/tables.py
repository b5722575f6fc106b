"""What the play keeps in mind: entries, pools, layers, slices, debts and work orders, as tables of whole numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compilation import compiled
from .proportion import COMPONENTS

Ints = npt.NDArray[np.int64]

LARGEST_VALUE = 1 << 50

PRICED, RETURNED, TRANSFERRED, MADE, MADE_BESIDE, UNPRICED, TAKEN = 0, 1, 2, 3, 4, 5, 6
NO_AMOUNTS, PRICE, ESTIMATE = 0, 1, 2
FIFO, MOVING_AVERAGE, MONTH_AVERAGE, STANDARD = 0, 1, 2, 3
VARIANCE, REVALUATION = np.int64(0), np.int64(1)

LAYER_COUNT, SLICE_COUNT, DEBT_COUNT, VARIANCE_COUNT, STAMP, CHANGE, OVERFLOW, DIVERGED = 0, 1, 2, 3, 4, 5, 6, 7
COUNTS = 8
LAYERS_FULL, SLICES_FULL, DEBTS_FULL, VARIANCES_FULL = 1, 2, 3, 4


ENTRIES = np.dtype(
    [
        ("quantity", np.int64),  # micro-units, never negative; source TAKEN means outflow
        ("pool", np.int64),
        ("node", np.int64),  # company × item
        ("date", np.int64),  # days since 1970-01-01 from which the goods age
        ("day", np.int64),  # of the move
        ("order", np.int64),  # work order position or -1
        ("value", np.int64, COMPONENTS),  # given on the way in, found on the way out (then unsigned)
        ("origin", np.int32),  # entry returned or transferred, or -1
        ("link", np.int32),  # position in the links when another entry refers to this one, or -1
        ("place", np.int32),  # position among the outputs of work orders, or -1
        ("debt", np.int32),  # its uncovered quantity among the debts, or -1
        ("first_layer", np.int32),  # youngest layer it laid, or -1
        ("source", np.int8),
        ("given", np.int8),
        ("method", np.int8),
        ("is_unpriced", np.int8),  # came in and no cost could be found for it
        ("is_estimated", np.int8),  # its value rests on what came out of an open work order
    ],
    align=True,
)
LINKS = np.dtype(  # what has come back so far of an entry that others refer to, and where its slices lie
    [
        ("returned_quantity", np.int64),
        ("first_slice", np.int64),
        ("last_slice", np.int64),
        ("returned_value", np.int64, COMPONENTS),
    ],
    align=True,
)
ORDERS = np.dtype(  # work orders; the outputs of order w are places first_place … last_place − 1, in order of play
    [
        ("is_closed", np.int64),
        ("planned_quantity", np.int64),
        ("first_place", np.int64),
        ("last_place", np.int64),
        ("is_stale", np.int64),
        ("read_stamp", np.int64),
        ("is_estimated", np.int64),  # something estimated was issued
        ("cost", np.int64, COMPONENTS),  # issues less returns, labour, overhead, subcontract
    ],
    align=True,
)
OUTPUTS = np.dtype(
    [
        ("entry", np.int64),
        ("share", np.int64),  # by-product: millionths of the order's cost, -1 where none is stated
        ("value", np.int64, COMPONENTS),
    ],
    align=True,
)
POOLS = np.dtype(  # goods of an item in a warehouse
    [
        ("purse", np.int64),  # where its value is kept
        ("head", np.int64),
        ("tail", np.int64),
        ("first_debt", np.int64),
        ("last_debt", np.int64),
        ("known_is_estimated", np.int64),
        ("known_quantity", np.int64),  # last valued inflow
        ("known_value", np.int64, COMPONENTS),
    ],
    align=True,
)
PURSES = np.dtype(  # the value of a pool, or on month average of all pools of an item
    [
        ("quantity", np.int64),
        ("base_quantity", np.int64),  # quantity and value after the last inflow
        ("base_value", np.int64),
        ("estimated_quantity", np.int64),  # in estimated layers; of an average all of it or nothing
        ("value", np.int64, COMPONENTS),
    ],
    align=True,
)
NODES = np.dtype(  # an item in a company: its pools are first_pool … last_pool − 1, its standard costs likewise
    [
        ("stamp", np.int64),
        ("method", np.int64),
        ("first_pool", np.int64),
        ("last_pool", np.int64),
        ("first_standard", np.int64),
        ("last_standard", np.int64),
        ("first_change", np.int64),  # its methods: first_change … last_change − 1; none means fifo
        ("last_change", np.int64),
        ("change", np.int64),  # the one in force
        ("standard", np.int64),  # the standard cost in force, while on standard
        ("known_is_estimated", np.int64),
        ("known_quantity", np.int64),  # last valued inflow, wherever it came in
        ("known_value", np.int64, COMPONENTS),
    ],
    align=True,
)
STANDARDS = np.dtype(  # standard cost of one unit in millionths of a minor unit, by the day it comes into force
    [("day", np.int64), ("unit_cost", np.int64, COMPONENTS)],
    align=True,
)
CHANGES = np.dtype(  # method of an item, by the day it comes into force; before its first version it is on that
    [("day", np.int64), ("method", np.int64)],
    align=True,
)
LAYERS = np.dtype(
    [
        ("entry", np.int64),
        ("arrival", np.int64),  # entry that laid it here: its own, or the transfer that brought it
        ("date", np.int64),
        ("pool", np.int32),
        ("is_estimated", np.int32),
        ("start_quantity", np.int64),
        ("quantity", np.int64),
        ("start_value", np.int64),
        ("following", np.int64),  # next layer of the pool
        ("same_entry", np.int64),  # next older layer with the same entry
        ("value", np.int64, COMPONENTS),  # what is left; kept in the purse unless on fifo
    ],
    align=True,
)
SLICES = np.dtype(
    [
        ("entry", np.int32),
        ("layer", np.int32),
        ("is_estimated", np.int64),
        ("quantity", np.int64),
        ("value", np.int64, COMPONENTS),
    ],
    align=True,
)
DEBTS = np.dtype(  # uncovered quantities of outflows
    [
        ("entry", np.int64),
        ("left", np.int64),
        ("following", np.int64),
        ("read_stamp", np.int64),
        ("settled", np.int64, COMPONENTS),  # this round
        ("best", np.int64, COMPONENTS),  # what counts until it is settled
    ],
    align=True,
)
VARIANCES = np.dtype(  # what goods cost more than the standard at which their pool keeps them
    [
        ("rule", np.int64),
        ("entry", np.int64),  # -1 for a revaluation
        ("pool", np.int64),
        ("day", np.int64),
        ("value", np.int64, COMPONENTS),
    ],
    align=True,
)

Table = np.recarray[tuple[int], np.dtype[np.void]]


class State(NamedTuple):
    """Everything the play reads and writes."""

    entries: Table
    links: Table
    orders: Table
    outputs: Table
    pools: Table
    purses: Table
    nodes: Table
    standards: Table
    changes: Table
    layers: Table
    slices: Table
    debts: Table
    variances: Table
    counts: Ints


def with_more_room(state: State) -> State:
    """The same state with twice the room in the table that was full."""
    full = int(state.counts[OVERFLOW])
    state.counts[OVERFLOW] = 0
    if full == LAYERS_FULL:
        return state._replace(layers=widened(state.layers))
    if full == SLICES_FULL:
        return state._replace(slices=widened(state.slices))
    if full == DEBTS_FULL:
        return state._replace(debts=widened(state.debts))
    return state._replace(variances=widened(state.variances))


def widened(rows: Table) -> Table:
    """The same rows followed by as many empty ones."""
    wider = table(rows.dtype, 2 * rows.shape[0])
    wider.view(np.int64)[: rows.size * rows.dtype.itemsize // 8] = rows.view(np.int64)
    return wider


def joined(halves: Sequence[State]) -> State:
    """One state of the halves, which share all but what each found: debts and variances stand below each other.

    Layers and slices, which are many, stay with their half; in the joined state there are none.
    """
    debts = stacked([found(half.debts, half.counts[DEBT_COUNT]) for half in halves])
    variances = stacked([found(half.variances, half.counts[VARIANCE_COUNT]) for half in halves])
    return halves[0]._replace(layers=table(LAYERS, 0), slices=table(SLICES, 0), debts=debts, variances=variances)


def found(rows: Table, count: np.int64) -> Table:
    """The rows that hold something: the first so many."""
    return rows[:count].view(np.recarray)


def stacked(parts: Sequence[Table]) -> Table:
    """Rows below each other, copied as plain numbers: record by record it takes ten times as long."""
    numbers = np.concatenate([np.asarray(rows).view(np.int64) for rows in parts])
    return numbers.view(parts[0].dtype).view(np.recarray)


@compiled
def columns_and_total(values: Ints, is_negative: npt.NDArray[np.bool_]) -> Ints:
    """n × 5 amounts as five columns and their sum (6 × n); negative where said so."""
    rows = values.shape[0]
    columns = np.empty((COMPONENTS + 1, rows), np.int64)
    for i in range(rows):
        sign = -1 if is_negative[i] else 1
        whole = np.int64(0)
        for k in range(COMPONENTS):
            columns[k, i] = sign * values[i, k]
            whole += columns[k, i]
        columns[COMPONENTS, i] = whole
    return columns


@compiled
def given_back(layer: Ints, quantity: Ints, value: Ints, layer_quantity: Ints, layer_value: Ints) -> None:
    """Adds to the layers what slices took of them (in place)."""
    for i in range(layer.shape[0]):
        layer_quantity[layer[i]] += quantity[i]
        for k in range(COMPONENTS):
            layer_value[layer[i]] += value[i, k]


@compiled
def filled(
    entries: Table,
    first: int,
    last: int,
    place_of: Ints,
    quantity: Ints,
    source: Ints,
    given: Ints,
    method: Ints,
    pool: Ints,
    node: Ints,
    date: Ints,
    day: Ints,
    order: Ints,
    origin: Ints,
) -> None:
    """Fills the entries of the rows first … last − 1; row r is entry place_of[r]."""
    for row in range(first, last):
        i = place_of[row]
        entries.quantity[i] = abs(quantity[row])
        entries.source[i] = source[row]
        entries.given[i] = given[row]
        entries.method[i] = method[row]
        entries.pool[i] = pool[row]
        entries.node[i] = node[row]
        entries.date[i] = date[row]
        entries.day[i] = day[row]
        entries.order[i] = order[row]
        entries.origin[i] = place_of[origin[row]] if origin[row] >= 0 else -1
        entries.link[i] = entries.place[i] = entries.debt[i] = entries.first_layer[i] = -1


def table(columns: np.dtype[np.void], rows: int) -> Table:
    """An empty table: every column 0."""
    return np.zeros(rows, columns).view(np.recarray)
