"""What a costing run has to say about entries and work orders: uncovered, without price, unknown, not come to rest."""

import numpy as np
import polars as pl

from . import tables
from .facts import Facts, Flags, whole_numbers
from .kinds import Source
from .tables import Ints


def findings_of(
    facts: Facts,
    state: tables.State,
    rounds: Ints,
    work_orders: pl.DataFrame,
    debtors: Ints,
    owed_quantity: Ints,
    owed_value: Ints,
) -> pl.DataFrame:
    """Everything a reader should know about a run before trusting a value."""
    entries = state.entries
    return pl.concat(
        [
            finding("uncovered", facts.entry_id[debtors], owed_quantity, owed_value.sum(axis=1)),
            entry_findings("without_price", facts, entries, entries.is_unpriced == 1),
            entry_findings("without_quantity", facts, entries, entries.quantity == 0),
            entry_findings("unknown_origin", facts, entries, facts.unknown_origin),
            entry_findings("without_standard", facts, entries, facts.has_no_standard),
            unknown_orders(facts),
            transfer_residuals(facts, state, rounds),
            order_residuals(work_orders),
        ]
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


def entry_findings(rule: str, facts: Facts, entries: tables.Table, where: Flags) -> pl.DataFrame:
    """Findings about entries, with their quantity and value."""
    at = np.flatnonzero(where)
    return finding(rule, facts.entry_id[at], entries.quantity[at], entries.value[at].sum(axis=1))


def unknown_orders(facts: Facts) -> pl.DataFrame:
    """Work orders that moves name and the work order table does not hold; they count as open."""
    ids = facts.order_ids[facts.known_orders :]
    nothing = np.zeros(ids.size, np.int64)
    return finding("unknown_work_order", nothing, nothing, nothing, ids)


def transfer_residuals(facts: Facts, state: tables.State, rounds: Ints) -> pl.DataFrame:
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
