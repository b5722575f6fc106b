"""The order in which entries of costing pools are played.

By effective date, rank of the kind within the day, time recorded, id. An entry that returns or receives what another
gave never comes before that other: where its own place would be earlier, it is played right after it. On month
average everything that comes in during a month is played before anything that goes out; the month begins with the
method where that came into force within it.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from .kinds import KINDS, RANK_OF_KIND, UnknownMoveKind
from .levels import dense_codes, stable_order
from .tables import Ints

RANKS_PER_DAY = 8
FIRST_OUTFLOW_RANK = 32 * RANKS_PER_DAY
DEEPEST = 64


def kind_codes(kinds: pl.Series) -> pl.Series:
    """Kinds as positions in `KINDS`. Raises UnknownMoveKind, naming those it does not know."""
    distinct = kinds.unique()
    unknown = distinct.filter(~distinct.is_in(list(RANK_OF_KIND)) | distinct.is_null())
    if unknown.len():
        raise UnknownMoveKind(f"kinds {sorted(map(str, unknown))} are not among {list(RANK_OF_KIND)}")
    return kinds.cast(KINDS).to_physical().cast(pl.Int8)


def order_of_play(
    kind: Ints,
    day: Ints,
    recorded_at: Ints,
    entry_id: Ints,
    origin: Ints,
    is_monthly_in: npt.NDArray[np.bool_],
    is_monthly_out: npt.NDArray[np.bool_],
    since: Ints,
) -> Ints:
    """Positions of the entries in the order in which they are played.

    kind: as `kind_codes` gives it; day: days since 1970-01-01; recorded_at: any unit; origin: position of the entry
    that is returned or received, or −1; is_monthly_in, is_monthly_out: inflows and outflows on month average; since:
    day from which the item of an entry is on its method (read where that is month average).
    """
    rank = np.array(list(RANK_OF_KIND.values()), np.int64)[kind]
    if is_monthly_in.any() or is_monthly_out.any():
        is_monthly = is_monthly_in | is_monthly_out
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        start = np.maximum(month, since)
        rank = np.where(is_monthly, rank + (day - start) * RANKS_PER_DAY, rank)
        rank = np.where(is_monthly_out, rank + FIRST_OUTFLOW_RANK, rank)
        day = np.where(is_monthly, start, day)
    by_time = in_order_of_time(recorded_at, entry_id)
    linked = np.flatnonzero(origin >= 0)
    if linked.size:
        day, rank, depth = day.copy(), rank.copy(), np.zeros(kind.size, np.int64)
        time = np.empty(kind.size, np.int64)
        time[by_time] = np.arange(kind.size)
        after_their_origin(linked, origin[linked], day, rank, time, depth)
        by_time = by_time[np.argsort((time * (DEEPEST + 1) + depth)[by_time], kind="stable")]
    moment, moments = dense_codes(day * (2 * FIRST_OUTFLOW_RANK) + rank)
    return by_time[stable_order(moment[by_time], moments)[0]]


def in_order_of_time(recorded_at: Ints, entry_id: Ints) -> Ints:
    """Positions of the entries by time recorded and id; at once when they stand in that order."""
    later = recorded_at[1:] > recorded_at[:-1]
    if bool(later.all()) or bool(np.all(later | ((recorded_at[1:] == recorded_at[:-1]) & is_rising(entry_id)))):
        return np.arange(entry_id.size)
    in_time = pl.Series(recorded_at).arg_sort().to_numpy().astype(np.int64)
    times = recorded_at[in_time]
    if not bool(np.all((times[1:] > times[:-1]) | is_rising(entry_id[in_time]))):
        both = pl.DataFrame({"recorded_at": recorded_at, "entry_id": entry_id})
        in_time = both.select(pl.arg_sort_by("recorded_at", "entry_id")).to_series().to_numpy().astype(np.int64)
    return in_time


def is_rising(values: Ints) -> npt.NDArray[np.bool_]:
    """Whether each value is greater than the one before it."""
    return values[1:] > values[:-1]


def after_their_origin(linked: Ints, origin: Ints, day: Ints, rank: Ints, time: Ints, depth: Ints) -> None:
    """Gives whoever would be played before its origin that origin's place, one step deeper (in place)."""
    for _ in range(DEEPEST):
        is_early = np.zeros(linked.size, np.bool_)
        for key in (depth, time, rank, day):
            mine, its = key[linked], key[origin]
            is_early = (mine < its) | ((mine == its) & is_early)
        if not is_early.any():
            return
        early, before = linked[is_early], origin[is_early]
        for key in (day, rank, time):
            key[early] = key[before]
        depth[early] = depth[before] + 1
