"""The order in which entries of costing pools are played.

By effective date, rank of the kind within the day, time recorded, id. An entry that returns or receives what another
gave never comes before that other: where its own place would be earlier, it is played right after it. On month average
everything that comes in during a month is played before anything that goes out.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from .kinds import KINDS, RANK_OF_KIND, UnknownMoveKind

RANKS_PER_DAY = 8
FIRST_OUTFLOW_RANK = 1000
KEY = ["day", "rank", "recorded_at", "anchor", "depth"]


def kind_codes(kinds: pl.Series) -> pl.Series:
    """Kinds as positions in `KINDS`. Raises UnknownMoveKind, naming those it does not know."""
    unknown = kinds.unique().filter(~kinds.unique().is_in(list(RANK_OF_KIND)) | kinds.unique().is_null())
    if unknown.len():
        raise UnknownMoveKind(f"kinds {sorted(map(str, unknown))} are not among {list(RANK_OF_KIND)}")
    return kinds.cast(KINDS).to_physical().cast(pl.Int64)


def order_of_play(moves: pl.DataFrame, kind: pl.Series, by_month: npt.NDArray[np.bool_]) -> pl.Series:
    """Positions of the rows of `moves` in the order in which they are played.

    kind: as `kind_codes` gives it. by_month: rows that are on month average.
    """
    ranks = pl.Series(list(RANK_OF_KIND.values()), dtype=pl.Int16)
    keyed = moves.select(
        "entry_id",
        "recorded_at",
        "origin_entry_id",
        day=pl.col("effective_date"),
        rank=ranks.gather(kind),
        anchor=pl.col("entry_id"),
        depth=pl.lit(0, pl.Int32),
    )
    if by_month.any():
        of_month = pl.Series(by_month)
        outflow_rank = pl.when(moves["quantity"] < 0).then(FIRST_OUTFLOW_RANK).otherwise(0).cast(pl.Int16)
        keyed = keyed.with_columns(
            day=pl.when(of_month).then(pl.col("day").dt.truncate("1mo")).otherwise("day"),
            rank=pl.when(of_month)
            .then(outflow_rank + pl.col("day").dt.day().cast(pl.Int16) * RANKS_PER_DAY + pl.col("rank"))
            .otherwise("rank"),
        )
    if moves["origin_entry_id"].null_count() < moves.height:
        keyed = after_their_origin(keyed)
    return keyed.select(pl.arg_sort_by([*KEY, "entry_id"])).to_series()


def after_their_origin(keyed: pl.DataFrame) -> pl.DataFrame:
    """The same rows; whoever would be played before its origin gets its origin's place, one step deeper."""
    linked = keyed.with_row_index("position").filter(pl.col("origin_entry_id").is_not_null())
    origin_rows = keyed.filter(pl.col("entry_id").is_in(linked["origin_entry_id"].implode()))
    while True:
        origins = origin_rows.select(
            pl.col("entry_id").alias("origin_entry_id"), *(pl.col(name).alias(f"origin_{name}") for name in KEY)
        )
        joined = linked.join(origins, on="origin_entry_id", how="inner")
        is_early = pl.lit(False)
        for name in reversed(KEY):
            mine, its = pl.col(name), pl.col(f"origin_{name}")
            is_early = (mine < its) | ((mine == its) & is_early)
        early = joined.filter(is_early & (pl.col("origin_entry_id") != pl.col("entry_id")))
        if early.is_empty() or int(early["depth"].max() or 0) > 64:  # type: ignore[arg-type]
            return keyed
        moved = early.select(
            "entry_id",
            "position",
            *(pl.col(f"origin_{name}").alias(name) for name in KEY[:-1]),
            (pl.col("origin_depth") + 1).alias("depth"),
        )
        linked = linked.update(moved.drop("position"), on="entry_id")
        origin_rows = origin_rows.update(moved.drop("position"), on="entry_id")
        keyed = keyed.update(moved.drop("position"), on="entry_id")
