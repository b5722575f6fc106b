"""Odds of dates, learnt from own history: how many days by half of the time, and by nine times in ten.

Days are whole. What is learnt of a key (an item of a supplier, an item that is made) leans on the supplier and on all
where samples are few. The level for nine in ten is calibrated: it is the one that, in the months before, would have
covered nine in ten of what was then still to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from dbt_project.engines.planning.records import Int64s

Floats = npt.NDArray[np.float64]

# A key with so many samples counts as much as what stands behind it.
PRIOR_SAMPLES = 4.0
# What was known so many days ago counts half.
HALF_LIFE_DAYS = 120.0
COVERED = 0.9
FOLDS = 20  # fortnights before as_of on which the level is calibrated
FOLD_DAYS = 14
SEEN_THROUGH = 0.97  # of what was begun on the last day of these fortnights so much is done by as_of
LEAST_CALIBRATED = 50  # with fewer the level is the plain one
LEVELS = np.concatenate([np.arange(0.5, 0.98, 0.005), np.arange(0.98, 0.9995, 0.001)])
FARTHEST = 2_000  # days; what is farther counts as so far
NONE = -(1 << 40)
NEVER = 1 << 40
DATES = ("begun", "counted_from", "known")
# What is learnt of each kind, and from which day its days count.
COUNTED_FROM = {"lead": "started_date", "late": "expected_date"}
MEASURES = {"purchase": ("lead", "late"), "make": ("lead", "late"), "delivery": ("late",)}


class HistoryIsInvalid(ValueError):
    """A frame lacks a column; the message names it."""


@dataclass(frozen=True)
class Odds:
    """What was learnt of one kind of supply. level: at which quantile nine in ten were covered; calibration_count: of
    how many; calibration_rate: the share that the level covered then."""

    days: Int64s  # the day counts that occurred, ascending
    shares: dict[tuple[object, object], Floats]  # cumulative, over days, by (group, item); None: of all of them
    counts: dict[tuple[object, object], int]
    level: float
    calibration_count: int
    calibration_rate: float | None

    def estimated_from(self, group: object, item: object) -> tuple[str, int]:
        """The narrowest level that weighs most (item, group, all), and how many samples it has."""
        own, behind = self.counts.get((group, item), 0), self.counts.get((group, None), 0)
        if item is not None and own >= PRIOR_SAMPLES:
            return "item", own
        if group is not None and behind >= PRIOR_SAMPLES:
            return "group", behind
        return "all", self.counts.get((None, None), 0)

    def shares_of(self, group: object, item: object) -> Floats:
        """Cumulative shares over days of the narrowest of (group, item), group, all that occurred."""
        for key in ((group, item), (group, None), (None, None)):
            if key in self.shares:
                return self.shares[key]
        return np.ones(len(self.days))

    def masses(self, group: object, item: object, *, after: int = NONE) -> tuple[Int64s, Floats]:
        """Days, and the share of each among what takes more than `after` days; the day after where nothing ever did."""
        shares = self.shares_of(group, item)
        start = int(np.searchsorted(self.days, after, side="right"))
        masses = np.diff(shares, prepend=0.0)[start:]
        if not len(masses) or masses.sum() <= 1e-12:
            return np.array([after + 1 if after > NONE else 0], dtype=np.int64), np.ones(1)
        return self.days[start:], masses / masses.sum()

    def quantile(self, group: object, item: object, level: float, *, after: int = NONE) -> int | None:
        """The least number of days that covers that share of what takes more than `after` days; the day after where
        nothing ever took longer; None without any history."""
        if not len(self.days):
            return None
        return quantile_of(self.days, self.shares_of(group, item), level, after)

    def p50(self, group: object, item: object, *, after: int = NONE) -> int | None:
        return self.quantile(group, item, 0.5, after=after)

    def p90(self, group: object, item: object, *, after: int = NONE) -> int | None:
        return self.quantile(group, item, self.level, after=after)


def quantile_of(days: Int64s, shares: Floats, level: float, after: int = NONE) -> int:
    """The least of the days that covers that share of what lies beyond `after`; the day after it where nothing does."""
    start = int(np.searchsorted(days, after, side="right"))
    gone = float(shares[start - 1]) if start else 0.0
    if start == len(days) or gone >= 1 - 1e-12:
        return after + 1
    wanted = gone + level * (float(shares[-1]) - gone)
    place = int(np.searchsorted(shares[start:], wanted - 1e-12))
    return int(days[start + min(place, len(days) - start - 1)])


def learn(history: pl.DataFrame, as_of: date, worked: pl.Series | None = None, level: float | None = None) -> Odds:
    """The odds that follow from what was known on as_of.

    history: group, item (any identifiers; null: none), begun (date), counted_from (the day from which days count: the
        day of the order, or the day it was due), known (the day on which it was done, as was known then; null: still
        under way). What was begun or known later is left out or still under way then.
    worked: worked days, ascending; left out: every day counts. level: at which nine in ten are covered, where it was
    calibrated before. Raises HistoryIsInvalid.
    """
    for name in ("group", "item", "begun", "counted_from", "known"):
        if name not in history.columns:
            raise HistoryIsInvalid(f"the history has no column {name}")
    numbered = _History.of(history.filter(pl.col("begun") <= as_of), worked)
    today = _number(as_of)
    calibrated = _calibrated(numbered, today) if level is None else (level, 0, None)
    return Odds(*_learnt(numbered, today), *calibrated)


def learned_of(
    observed: pl.DataFrame, as_of: date, worked: pl.Series, levels: Mapping[tuple[str, str], float] | None = None
) -> dict[tuple[str, str], Odds]:
    """By kind (purchase, make, delivery) and measure: lead (worked days from the order, or the first issue) and late
    (worked days after the day expected). Of deliveries to customers how late they are, by the weekday on which they
    are due (1 is Monday) as their group: whether goods leave three days before or one hangs on the weekend between.

    observed: kind, supplier_id, item_id (any identifiers), begun_date, started_date, expected_date, known_date of one
        company. levels: those calibrated before, by kind and measure; what is not in it is calibrated.
    """
    learned = {}
    for kind, measures in MEASURES.items():
        history = observed.filter(pl.col("kind") == kind)
        if kind == "delivery":
            weekday = pl.col("expected_date").dt.weekday().cast(pl.Int64)
            history = history.with_columns(supplier_id=weekday, item_id=pl.lit(None, pl.Int64))
        for measure in measures:
            counted = history.select(
                group="supplier_id", item="item_id", begun="begun_date", known="known_date",
                counted_from=COUNTED_FROM[measure],
            ).drop_nulls("counted_from")  # fmt: skip
            learned[kind, measure] = learn(counted, as_of, worked, (levels or {}).get((kind, measure)))
    return learned


@dataclass(frozen=True)
class _History:
    """The history in numbers, by key. key: place in keys; worked: ascending day numbers, None: every day."""

    keys: list[tuple[object, object]]
    key: Int64s
    begun: Int64s
    counted_from: Int64s
    known: Int64s
    worked: Int64s | None

    @classmethod
    def of(cls, history: pl.DataFrame, worked: pl.Series | None) -> _History:
        rows = history.select(
            "group", "item", *(pl.col(name).cast(pl.Date).to_physical().cast(pl.Int64) for name in DATES)
        ).sort("group", "item", "known", "begun", nulls_last=True)
        runs = rows.select(pl.struct("group", "item").rle_id().cast(pl.Int64)).to_series().to_numpy()
        return cls(
            rows.select("group", "item").unique(maintain_order=True).rows(),
            runs,
            rows["begun"].to_numpy(),
            rows["counted_from"].to_numpy(),
            rows["known"].fill_null(NEVER).to_numpy(),
            None if worked is None else worked.cast(pl.Date).to_physical().cast(pl.Int64).to_numpy(),
        )

    def days(self, upto: Int64s, rows: npt.NDArray[np.bool_]) -> Int64s:
        """Days from counted_from to `upto`, of the chosen rows."""
        if self.worked is None:
            passed = upto - self.counted_from[rows]
        else:
            passed = np.searchsorted(self.worked, upto, side="right") - np.searchsorted(
                self.worked, self.counted_from[rows], side="right"
            )
        return np.clip(passed, -FARTHEST, FARTHEST).astype(np.int64)


def _learnt(
    history: _History, today: int
) -> tuple[Int64s, dict[tuple[object, object], Floats], dict[tuple[object, object], int]]:
    """Cumulative shares by key, of what was done by today, newer ones counting more; what is still under way counts as
    one that takes longer than it has so far, in the shares of what stands behind its key."""
    shares: dict[tuple[object, object], Floats] = {}
    counts: dict[tuple[object, object], int] = {}
    done = history.known <= today
    if not done.any():
        return np.zeros(0, dtype=np.int64), shares, counts
    open_ones = ~done & (history.begun <= today)
    taken = history.days(history.known[done], done)
    so_far = history.days(np.full(int(open_ones.sum()), today, dtype=np.int64), open_ones)
    days = np.unique(taken)
    weight = np.exp2((history.known[done] - today) / HALF_LIFE_DAYS)
    table = np.zeros((len(history.keys), len(days)))
    np.add.at(table, (history.key[done], np.searchsorted(days, taken)), weight)
    number = np.bincount(history.key[done], minlength=len(history.keys))
    # Of those under way only such count as are past the shortest that ever was.
    waiting: dict[int, list[int]] = {}
    for key, passed in zip(history.key[open_ones].tolist(), so_far.tolist(), strict=True):
        if passed >= days[0]:
            waiting.setdefault(key, []).append(passed)

    def under_way(passed: list[int], behind: Floats) -> Floats:
        """What is under way takes longer in the proportions of those behind it that took longer than it has so far."""
        masses = np.diff(behind, prepend=0.0)
        rest = masses[::-1].cumsum()[::-1]
        begun = np.bincount(np.searchsorted(days, passed, side="right"), minlength=len(days) + 1)
        is_open = rest > 0
        added = masses * np.divide(begun[:-1], rest, out=np.zeros(len(days)), where=is_open).cumsum()
        added[-1] += begun[:-1][~is_open].sum() + begun[-1]
        return np.asarray(added)

    plain = table.sum(axis=0)
    plain_shares = plain.cumsum() / plain.sum()
    everybody = plain + under_way([each for passed in waiting.values() for each in passed], plain_shares)
    counts[None, None] = int(number.sum())
    shares[None, None] = everybody.cumsum() / everybody.sum()
    groups: dict[object, list[int]] = {}
    for place, (group, _item) in enumerate(history.keys):
        groups.setdefault(group, []).append(place)
    for group, places in groups.items():
        behind = shares[None, None]
        if group is not None and number[places].sum():
            waited = [each for place in places for each in waiting.get(place, [])]
            own = table[places].sum(axis=0) + under_way(waited, behind)
            counts[group, None] = int(number[places].sum())
            behind = shares[group, None] = _leaning(own, behind)
        for place in places:
            item = history.keys[place][1]
            if item is not None and number[place]:
                counts[group, item] = int(number[place])
                own = table[place] + under_way(waiting.get(place, []), behind)
                shares[group, item] = _leaning(own, behind)
    return days, shares, counts


def _leaning(own: Floats, behind: Floats) -> Floats:
    return np.asarray((own.cumsum() + PRIOR_SAMPLES * behind) / (own.sum() + PRIOR_SAMPLES))


def _calibrated(history: _History, today: int) -> tuple[float, int, float | None]:
    """The least level at which what was begun in fortnights before would have been covered nine times in ten; each
    fortnight judged by what was known on the day before it began. What is under way is covered as long as it may be."""
    covered: list[npt.NDArray[np.bool_]] = []
    done = history.known <= today
    if not done.any():
        return COVERED, 0, None
    # What was begun so lately that the long ones are still under way would flatter the level.
    first = today + 1 - max(int(np.quantile(history.known[done] - history.begun[done], SEEN_THROUGH)), 0)
    for _fold in range(FOLDS):
        end, first = first, first - FOLD_DAYS
        days, shares, _counts = _learnt(history, first - 1)
        begun = (history.begun >= first) & (history.begun < end)
        if not begun.any() or not len(days):
            continue
        upto = np.minimum(history.known[begun], today)
        covered.append(_covering(days, shares, history, begun, upto, history.known[begun] <= today))
    together = np.concatenate(covered) if covered else np.zeros((0, len(LEVELS)), dtype=np.bool_)
    count = len(together)
    if count < LEAST_CALIBRATED:
        return COVERED, count, None
    rates = together.mean(axis=0)
    wanted = min(COVERED * (count + 1) / count, 1.0)
    place = min(int(np.searchsorted(rates, wanted - 1e-12)), len(LEVELS) - 1)
    return float(LEVELS[place]), count, float(rates[place])


def _covering(
    days: Int64s,
    shares: dict[tuple[object, object], Floats],
    history: _History,
    rows: npt.NDArray[np.bool_],
    upto: Int64s,
    is_done: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Per row and level, whether the quantile of that level covers it. Those under way that might still be covered are
    left out: nobody knows yet."""
    taken = history.days(upto, rows)
    keys = history.key[rows]
    bounds = np.empty((len(keys), len(LEVELS)), dtype=np.int64)
    for key in np.unique(keys).tolist():
        group, item = history.keys[key]
        named = next(name for name in ((group, item), (group, None), (None, None)) if name in shares)
        places = np.searchsorted(shares[named], LEVELS - 1e-12)
        bounds[keys == key] = days[np.minimum(places, len(days) - 1)]
    is_covered = taken[:, None] <= bounds
    is_known = is_done | ~is_covered[:, len(LEVELS) - 1]
    return np.asarray(is_covered[is_known])


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()
