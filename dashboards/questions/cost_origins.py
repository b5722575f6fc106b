"""What the goods of a build came from, entry by entry: which entries a cost rests on is found without asking the build.

An entry is one end of a stock move in a warehouse, as in `marts.fct_costing_entries`. Read once per edition, kept while
that is: a few whole numbers per entry.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from dashboards.edition import Edition

Whole = npt.NDArray[np.int64]
AVERAGED = ("moving_average", "month_average", "standard")
NONE = -1


class CostOrigins:
    """The entries of an edition, in order of their ids, and what each is reached from."""

    def __init__(self, edition: Edition) -> None:
        entries = edition.rows(
            """select entry_id, coalesce(work_order_id, -1) as work_order_id,
                coalesce(origin_entry_id, -1) as origin_entry_id, item_id, quantity > 0 as came,
                quantity > 0 and kind in ('output', 'by_product') as is_made
            from marts.fct_costing_entries order by entry_id"""
        )
        slices = edition.rows(
            """select 2 * issue_move_id + 1 as issue_entry_id, 2 * layer_move_id as layer_entry_id
            from marts.fct_cost_slices where layer_move_id is not null"""
        )
        averaged = edition.rows(
            f"select distinct item_id from marts.dim_valuation_method where valuation_method in {AVERAGED} order by 1"
        )
        self.entry_id = _whole(entries, "entry_id")
        came = entries["came"].to_numpy()
        origin = self._places(_whole(entries, "origin_entry_id"))
        self.origin = np.where(came, origin, NONE)
        self.order = _whole(entries, "work_order_id")
        self.item = _whole(entries, "item_id")
        self.is_made = entries["is_made"].to_numpy() & (self.order != NONE)
        self.is_mixed = np.isin(self.item, _whole(averaged, "item_id"))
        self.of_order = _Groups(self.order, np.flatnonzero(self.order != NONE))
        self.of_item = _Groups(self.item, np.flatnonzero(self.is_mixed))
        issues, layers = (self._places(_whole(slices, name)) for name in ("issue_entry_id", "layer_entry_id"))
        known = (issues != NONE) & (layers != NONE)
        self.layers_of = _Groups(issues[known], np.arange(int(known.sum())))
        self.layer = layers[known]

    def upstream(self, asked: list[int]) -> list[int]:
        """Ids of the asked entries and of all that their values came from, sorted: layers that were taken, origins of
        returns and transfers, all of a work order, all of an averaged item."""
        seen = np.zeros(self.entry_id.size, np.bool_)
        new = self._places(np.array(asked, np.int64))
        new = np.unique(new[new != NONE])
        orders, items = np.empty(0, np.int64), np.empty(0, np.int64)
        while new.size:
            seen[new] = True
            made = np.setdiff1d(self.order[new[self.is_made[new]]], orders)
            mixed = np.setdiff1d(self.item[new[self.is_mixed[new]]], items)
            orders, items = np.concatenate([orders, made]), np.concatenate([items, mixed])
            origins = self.origin[new]
            reached = np.concatenate(
                [
                    self.layer[self.layers_of.members(new)],
                    origins[origins != NONE],
                    self.of_order.members(made),
                    self.of_item.members(mixed),
                ]
            )
            new = np.unique(reached[~seen[reached]])
        found: list[int] = self.entry_id[seen].tolist()
        return found

    def _places(self, entry_ids: Whole) -> Whole:
        """Where entries stand, −1 for unknown ones."""
        if not self.entry_id.size:
            return np.full(entry_ids.size, NONE)
        at = np.minimum(np.searchsorted(self.entry_id, entry_ids), self.entry_id.size - 1)
        return np.where(self.entry_id[at] == entry_ids, at, NONE).astype(np.int64)


class _Groups:
    """Rows by a key, each row known by its number."""

    def __init__(self, keys: Whole, rows: Whole) -> None:
        order = np.argsort(keys[rows], kind="stable")
        self.rows = rows[order]
        self.keys = keys[self.rows]

    def members(self, keys: Whole) -> Whole:
        """The rows of these keys."""
        first, last = np.searchsorted(self.keys, keys, "left"), np.searchsorted(self.keys, keys, "right")
        spans = [self.rows[start:end] for start, end in zip(first.tolist(), last.tolist(), strict=True) if end > start]
        return np.concatenate(spans) if spans else np.empty(0, np.int64)


@lru_cache(maxsize=4)
def cost_origins(edition: Edition) -> CostOrigins:
    """The origins of an edition, read the first time they are asked for."""
    return CostOrigins(edition)


def _whole(frame: pl.DataFrame, column: str) -> Whole:
    return np.ascontiguousarray(frame[column].cast(pl.Int64).to_numpy())
