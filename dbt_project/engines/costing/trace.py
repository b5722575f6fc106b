"""Which facts a cost consists of: every value walked back, through pools and work orders, to what it rests on.

A delivered line's cost is in the end prices of receipts, landed costs, hours, subcontracting, stated values. The walk
takes the value of an entry apart and hands the parts on to what its goods came from, until only facts are left. What is
handed on always adds up to what there was, so the parts of a cost add up to it in exact minor units.
"""

from collections.abc import Iterable
from types import SimpleNamespace

import polars as pl

from .cost_walk import CostWalk, OwnedFacts
from .facts import AMOUNTS, arranged, with_transfer_origins
from .kinds import COMPONENT_NAMES
from .valuation import CostingResult

AVERAGED = ("moving_average", "month_average", "standard")
MADE_KINDS = ("output", "by_product")
OWNERS = ("entry_id", "work_order_id")

TRACE_COLUMNS = {
    "entry_id": pl.Int64,
    "root_kind": pl.String,
    "root_entry_id": pl.Int64,
    "work_order_id": pl.Int64,
    "fact_id": pl.Int64,
    "component": pl.String,
    "quantity": pl.Int64,
    "value_amount": pl.Int64,
}


def trace_cost(
    asked: Iterable[int],
    moves: pl.DataFrame,
    work_orders: pl.DataFrame,
    methods: pl.DataFrame,
    result: CostingResult | SimpleNamespace,
    facts: pl.DataFrame | None = None,
    *,
    is_cut_down: bool = False,
) -> pl.DataFrame:
    """The root facts of the values of some entries, one row per asked entry, root and component.

    asked: entry ids. moves, work_orders, methods: as given to `value_moves`. result: what it gave; of it valued_moves,
    slices and variances are read. All may be cut down to `trace_scope(asked, …)`; is_cut_down says that they are, and
    the scope is not looked for again.
    facts: optional, what the amounts of entries and work orders consist of: entry_id or work_order_id, component,
    fact_kind, fact_id, amount (i64 minor units). What they leave of an owner's amount stays with the owner.

    Result: entry_id (asked), root_kind, root_entry_id, work_order_id, fact_id, component, quantity (micro-units of the
    root's item in the asked entry, rounded at each step, the same on every component; null for work), value_amount
    (minor units, + is cost, never 0). The amounts of an asked entry and component add up exactly to what valued_moves
    says of it, unsigned. root_kind is

    `price` (own price of an inflow), `no_price` (taken in at the cost of its day), `estimate` (output of an open work
    order), `stated` (by-product at its stated value; − in the cost of the main output), `work` (labour, overhead,
    subcontracting and what was carried over), `standard` (what an inflow cost less or more than the standard it is kept
    at, as it left the cost: + below standard), `revaluation` (a new standard cost), `uncovered` (gone without having
    been there, at the last known cost), `residual` (what a loop or a rounding leaves), or a fact_kind of `facts`.

    On fifo and specific cost a value is walked back slice by slice. On averages and at standard it is a mixture of
    all that lay in the purse when it left, whatever layers the slices name; after a change to fifo the goods of a layer
    count as its own. An output consists of what its work order consumed, component by component.
    """
    moves = with_transfer_origins(moves)
    asked = list(dict.fromkeys(asked))
    own, slices = moves, result.slices
    if not is_cut_down:
        scope = reached(asked, moves, slices, methods)
        own = moves.filter(pl.col("entry_id").is_in(scope.implode()))
        slices = slices.filter(pl.col("issue_entry_id").is_in(scope.implode()))
    orders = work_orders.filter(pl.col("work_order_id").is_in(own["work_order_id"].implode()))
    played = arranged(own, orders, methods, None)
    walk = CostWalk(
        played,
        valued=own.select("entry_id").join(result.valued_moves, on="entry_id", how="left"),
        slices=slices,
        variances=result.variances,
        work_orders=orders,
        facts=owned_facts(facts, own, orders),
    )
    rows = [row for entry in asked for row in walk.roots_of(entry)]
    return pl.DataFrame(rows, schema=TRACE_COLUMNS, orient="row")


def trace_scope(asked: Iterable[int], moves: pl.DataFrame, slices: pl.DataFrame, methods: pl.DataFrame) -> pl.Series:
    """The ids of all entries that `trace_cost` looks at for the asked ones."""
    return reached(list(asked), with_transfer_origins(moves), slices, methods)


def reached(asked: list[int], moves: pl.DataFrame, slices: pl.DataFrame, methods: pl.DataFrame) -> pl.Series:
    """What the asked entries came from, step by step: layers, origins, work orders; all of an item that is averaged."""
    averaged = methods.filter(pl.col("method").is_in(AVERAGED)).select("company_id", "item_id").unique()
    links = moves.select("entry_id", "company_id", "item_id", "kind", "work_order_id", "origin_entry_id", "quantity")
    known = pl.Series("entry_id", asked, dtype=pl.Int64)
    new = known
    while new.len():
        mine = links.filter(pl.col("entry_id").is_in(new.implode()))
        layers = slices.filter(pl.col("issue_entry_id").is_in(new.implode()))["layer_entry_id"].drop_nulls()
        came_from = mine.filter(pl.col("quantity") > 0)
        made = came_from.filter(pl.col("kind").is_in(MADE_KINDS))["work_order_id"].drop_nulls().unique()
        mixed = mine.select("company_id", "item_id").unique().join(averaged, on=["company_id", "item_id"], how="semi")
        averaged = averaged.join(mixed, on=["company_id", "item_id"], how="anti")
        found = [layers, came_from["origin_entry_id"].drop_nulls()]
        if made.len():
            found.append(links.filter(pl.col("work_order_id").is_in(made.implode()))["entry_id"])
        if mixed.height:
            of_item = links.filter(pl.col("item_id").is_in(mixed["item_id"].implode()))
            found.append(of_item.join(mixed, on=["company_id", "item_id"], how="semi")["entry_id"])
        reached_now = pl.concat([series.cast(pl.Int64).alias("entry_id") for series in found]).unique()
        new = reached_now.filter(~reached_now.is_in(known.implode()))
        known = pl.concat([known, new])
    return known


def owned_facts(facts: pl.DataFrame | None, moves: pl.DataFrame, work_orders: pl.DataFrame) -> OwnedFacts:
    """Facts by owner and component, with what they leave of the owner's amount as the owner's own."""
    found: OwnedFacts = {}
    if facts is None:
        return found
    for owner, frame in zip(OWNERS, (moves, work_orders), strict=True):
        parts = facts.filter(pl.col(owner).is_in(frame[owner].implode()))
        for number, component, kind, fact_id, amount in parts.select(
            owner, "component", "fact_kind", "fact_id", "amount"
        ).iter_rows():
            found.setdefault((owner, number, COMPONENT_NAMES.index(component)), []).append((kind, fact_id, amount))
        for k, name in enumerate(AMOUNTS):
            if name in frame.columns:
                for number, amount in frame.select(owner, name).drop_nulls().iter_rows():
                    mine = found.get((owner, number, k))
                    if mine is not None and amount != sum(part[2] for part in mine):
                        mine.append((None, None, amount - sum(part[2] for part in mine)))
    return found
