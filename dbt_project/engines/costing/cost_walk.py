"""The walk from a value back to the facts it rests on, entry by entry, latest first."""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
import polars as pl

from .facts import AMOUNTS, Facts, whole_numbers
from .kinds import COMPONENT_NAMES, METHODS, Given, Source
from .levels import Ints, positions_of, stable_order
from .parts import Amounts, half_even, split_amounts, weighted_parts
from .purse_histories import Movement, PurseHistory, Slice

MOST_VISITS, MOST_VISITS_WITHOUT_DECREASE = 1000, 2
LARGEST_PART = 1 << 52
FIFO, MONTH_AVERAGE = METHODS.index("fifo"), METHODS.index("month_average")

OwnedFacts = dict[tuple[str, int, int], list[tuple[str | None, int | None, int]]]
"""(owner column, owner id, component) → (fact kind, fact id, amount); kind null: the owner's own."""
Row = tuple[int, str, int | None, int | None, int | None, str, int | None, int]


class Root(NamedTuple):
    """What a value rests on: a fact about an entry or a work order."""

    kind: str
    entry_id: int | None = None
    work_order_id: int | None = None
    fact_id: int | None = None


class Part(NamedTuple):
    """Something that a value consists of: an entry further back (its place in order of play) or a root."""

    entry: int
    root: Root | None
    quantity: int
    weight: Amounts


class CostWalk:
    """The entries that can be reached, how their values came about, and the walk through them."""

    def __init__(
        self,
        played: Facts,
        valued: pl.DataFrame,
        slices: pl.DataFrame,
        variances: pl.DataFrame,
        work_orders: pl.DataFrame,
        facts: OwnedFacts,
    ) -> None:
        entries = played.entries
        self.played, self.facts = played, facts
        self.entry_id: list[int] = played.entry_id.tolist()
        self.node: list[int] = entries.node.tolist()
        self.pool: list[int] = entries.pool.tolist()
        self.source: list[int] = entries.source.tolist()
        self.given: list[int] = entries.given.tolist()
        self.method: list[int] = entries.method.tolist()
        self.quantity: list[int] = entries.quantity.tolist()
        self.origin: list[int] = entries.origin.tolist()
        self.order: list[int] = entries.order.tolist()
        self.values, self.is_estimated = self.valued(valued)
        self.variance: dict[int, Amounts] = {}
        self.revaluations: dict[tuple[int, int, int], list[tuple[int, Amounts]]] = {}
        self.take_variances(variances)
        self.cuts = self.cuts_by_entry(slices)
        self.order_amounts: dict[int, Amounts] = {
            number: [amount or 0 for amount in amounts]
            for number, *amounts in work_orders.select(
                "work_order_id",
                *(pl.col(name) if name in work_orders.columns else pl.lit(0).alias(name) for name in AMOUNTS),
            ).iter_rows()
        }
        self.entries_of_order: dict[int, list[int]] = {}
        for place in np.flatnonzero(entries.order >= 0).tolist():
            self.entries_of_order.setdefault(self.order[place], []).append(place)
        self.returns: dict[int, list[int]] = {}
        for place in np.flatnonzero((entries.origin >= 0) & (entries.source != Source.TAKEN)).tolist():
            self.returns.setdefault(self.origin[place], []).append(place)
        outputs = played.outputs
        self.share: dict[int, int] = dict(zip(outputs.entry.tolist(), outputs.share.tolist(), strict=True))
        self.is_closed: list[int] = played.orders.is_closed.tolist()
        self.purses: dict[tuple[str, int], PurseHistory] = {}
        self.consumed: dict[tuple[int, bool], list[Part]] = {}

    def places(self, entry_ids: pl.Series) -> Ints:
        """Places of entries in order of play, −1 for null and unknown ones."""
        return positions_of(whole_numbers(entry_ids, -1), self.played.entry_id)

    def valued(self, valued: pl.DataFrame) -> tuple[Ints, list[bool]]:
        """(amounts of the entries without sign, n × 5; which are estimated)."""
        at = self.places(valued["entry_id"])
        values = np.zeros((len(self.entry_id), 5), np.int64)
        values[at] = valued.select(AMOUNTS).fill_null(0).to_numpy()
        values[self.played.entries.source == Source.TAKEN] *= -1
        is_estimated = np.zeros(len(self.entry_id), np.bool_)
        is_estimated[at] = valued["is_estimated"].fill_null(False).to_numpy()
        return values, is_estimated.tolist()

    def cuts_by_entry(self, slices: pl.DataFrame) -> tuple[list[int], Ints]:
        """(where the slices of each entry begin, and end with the next; layer, quantity, amounts of each slice)."""
        issue = self.places(slices["issue_entry_id"])
        by_issue, start = stable_order(issue, len(self.entry_id))
        columns = [self.places(slices["layer_entry_id"]), whole_numbers(slices["quantity"])]
        columns += [whole_numbers(slices[name]) for name in AMOUNTS]
        return start.tolist(), np.column_stack(columns)[by_issue]

    def worth(self, place: int) -> Amounts:
        """Value of an entry without sign, as it stands in its pool."""
        return self.values[place].tolist()

    def slices(self, place: int) -> list[Slice]:
        """What an outflow took, in the order in which it was cut."""
        start, cuts = self.cuts
        rows = cuts[start[place] : start[place + 1]].tolist()
        return [Slice(layer, quantity, amounts) for layer, quantity, *amounts in rows]

    def take_variances(self, variances: pl.DataFrame) -> None:
        """Notes what inflows cost beyond standard, and by how much new standards raised a pool."""
        columns = ("entry_id", "company_id", "item_id", "warehouse_id", pl.col("effective_date").cast(pl.Int32))
        mine: dict[int, Amounts] = {}
        for entry, company, item, warehouse, day, *amounts in variances.select(*columns, *AMOUNTS).iter_rows():
            if entry is None:
                rise = [-amount for amount in amounts]
                self.revaluations.setdefault((company, item, warehouse), []).append((day, rise))
            else:
                mine[entry] = amounts
        for place, entry in zip(self.places(pl.Series(list(mine), dtype=pl.Int64)).tolist(), mine, strict=True):
            if place >= 0:
                self.variance[place] = mine[entry]

    # walking

    def roots_of(self, entry_id: int) -> list[Row]:
        """The rows of an asked entry. Entries are taken apart latest first, so each mostly once. One that is reached
        again and again (a loop) is left when what reaches it does not become less, or after MOST_VISITS; so is one
        whose parts nearly cancel out. What is still to be taken apart there is its residual."""
        [asked] = self.places(pl.Series([entry_id])).tolist()
        found: dict[Root, list[Amounts]] = {}
        goods: dict[Root, int] = {}
        waiting: dict[int, tuple[int, Amounts]] = {asked: (self.quantity[asked], self.worth(asked))}
        heap = [-asked]
        visits: dict[int, tuple[int, int]] = {}
        while heap:
            place = -heappop(heap)
            quantity, amounts = waiting.pop(place)
            if not any(amounts):
                continue
            visited, size_before = visits.get(place, (0, 0))
            size = sum(map(abs, amounts))
            visits[place] = (visited + 1, size)
            is_endless = visited >= MOST_VISITS or (visited >= MOST_VISITS_WITHOUT_DECREASE and size >= size_before)
            parts = [] if is_endless else self.parts_of(place, quantity, amounts)
            shares, left = split_amounts(amounts, [part.weight for part in parts])
            if any(abs(number) > LARGEST_PART for share in shares for number in share) or any(
                abs(part.quantity) > LARGEST_PART for part in parts
            ):
                parts, shares, left = [], [], amounts
            if any(left):
                found.setdefault(Root("residual", self.entry_id[place]), []).append(left)
            for part, share in zip(parts, shares, strict=True):
                if part.root is not None:
                    if any(share):
                        found.setdefault(part.root, []).append(share)
                        goods[part.root] = goods.get(part.root, 0) + part.quantity
                elif part.entry in waiting:
                    before, already = waiting[part.entry]
                    both = [a + b for a, b in zip(already, share, strict=True)]
                    waiting[part.entry] = (before + part.quantity, both)
                else:
                    waiting[part.entry] = (part.quantity, share)
                    heappush(heap, -part.entry)
        return self.rows(entry_id, found, goods)

    def rows(self, entry_id: int, found: dict[Root, list[Amounts]], goods: dict[Root, int]) -> list[Row]:
        """One row per root and component; roots that consist of stated facts are split into them."""
        rows: list[Row] = []
        for root, shares in found.items():
            quantity = goods.get(root) if root.entry_id is not None and root.kind != "residual" else None
            for k, amount in enumerate(map(sum, zip(*shares, strict=True))):
                for kind, fact_id, part in self.fact_parts(root, k, amount):
                    if part:
                        rows.append(
                            (
                                entry_id,
                                kind or root.kind,
                                root.entry_id,
                                root.work_order_id,
                                fact_id,
                                COMPONENT_NAMES[k],
                                quantity,
                                part,
                            )
                        )
        return rows

    def fact_parts(self, root: Root, component: int, amount: int) -> list[tuple[str | None, int | None, int]]:
        """What an amount of a root consists of, if facts about it were given."""
        owner = ("entry_id", root.entry_id) if root.kind == "price" else ("work_order_id", root.work_order_id)
        if root.kind not in ("price", "work") or owner[1] is None or not amount:
            return [(None, None, amount)]
        facts = self.facts.get((*owner, component))  # type: ignore[arg-type]
        if not facts or sum(fact[2] for fact in facts) == 0:
            return [(None, None, amount)]
        parts = weighted_parts(amount, [fact[2] for fact in facts])
        return [(kind, fact_id, part) for (kind, fact_id, _), part in zip(facts, parts, strict=True)]

    # what a value consists of

    def parts_of(self, place: int, quantity: int, amounts: Amounts) -> list[Part]:
        """What a part of an entry's value consists of, with weights."""
        if self.source[place] == Source.TAKEN:
            return self.parts_of_outflow(place, quantity, amounts)
        variance = self.variance.get(place)
        if variance is None:
            return self.parts_of_inflow(place, quantity)
        carried = self.carried(place)
        root = Root("standard", self.entry_id[place])
        above = Part(-1, root, quantity, [-amount for amount in variance])
        parts = self.parts_of_inflow(place, quantity)
        shares, left = split_amounts(carried, [part.weight for part in parts])
        rest = [Part(-1, Root("residual", self.entry_id[place]), 0, left)] if any(left) else []
        return [above, *(part._replace(weight=share) for part, share in zip(parts, shares, strict=True)), *rest]

    def parts_of_outflow(self, place: int, quantity: int, amounts: Amounts) -> list[Part]:
        """The layers an outflow took; on averages what the purse was a mixture of when it took them."""
        whole = self.quantity[place]
        slices = self.slices(place)
        weights = [
            Part(cut.layer, None, half_even(cut.quantity * quantity, whole), cut.value)
            if cut.layer >= 0
            else Part(-1, Root("uncovered", self.entry_id[place]), half_even(cut.quantity * quantity, whole), cut.value)
            for cut in slices
        ]
        if self.method[place] == FIFO:
            return weights
        shares, left = split_amounts(amounts, [part.weight for part in weights])
        purse = self.purse(place)
        parts = []
        taken: dict[int, tuple[int, Amounts]] = {}
        for at, (part, share) in enumerate(zip(weights, shares, strict=True)):
            if part.root is not None:
                parts.append(part._replace(weight=share))
            else:
                moment = purse.moment(place, at)
                goods, amount = taken.get(moment, (0, [0] * 5))
                taken[moment] = (goods + part.quantity, [a + b for a, b in zip(amount, share, strict=True)])
        for moment, (goods, amount) in taken.items():
            for inflow, share_of_goods, share in purse.sources(moment, goods, amount):
                parts.append(Part(inflow, Root("revaluation") if inflow < 0 else None, share_of_goods, share))
        if any(left):
            parts.append(Part(-1, Root("residual", self.entry_id[place]), 0, left))
        return parts

    def purse(self, place: int) -> PurseHistory:
        """The history of the purse an entry takes from: its pool's, on month average that of all pools of the item."""
        played = self.played
        is_shared = self.method[place] == MONTH_AVERAGE
        key = ("item", self.node[place]) if is_shared else ("pool", self.pool[place])
        if key not in self.purses:
            members = np.flatnonzero((played.entries.node if is_shared else played.entries.pool) == key[1])
            days = played.entries.day[members].tolist()
            movements = [
                Movement(
                    at,
                    self.pool[at],
                    day,
                    -self.quantity[at] if self.source[at] == Source.TAKEN else self.quantity[at],
                    self.worth(at),
                    self.slices(at) if self.source[at] == Source.TAKEN else (),
                )
                for at, day in zip(members.tolist(), days, strict=True)
            ]
            owners = (played.pool_company, played.pool_item, played.pool_warehouse)
            own_pools = np.unique(played.entries.pool[members])
            pools = set(zip(*(column[own_pools].tolist() for column in owners), strict=True))
            changes = [change for pool in sorted(pools) for change in self.revaluations.get(pool, [])]
            self.purses[key] = PurseHistory(movements, changes)
        return self.purses[key]

    def parts_of_inflow(self, place: int, quantity: int) -> list[Part]:
        """Where the value of an inflow came from: its price, what it returns, its work order, or nowhere."""
        entry_id, source = self.entry_id[place], self.source[place]
        if source in (Source.RETURNED, Source.TRANSFERRED):
            return self.parts_of_return(place, quantity)
        if source in (Source.MADE, Source.MADE_BESIDE):
            return self.parts_of_output(place, quantity)
        kind = "price" if source == Source.PRICED else "no_price"
        return [Part(-1, Root(kind, entry_id), quantity, self.carried(place))]

    def carried(self, place: int) -> Amounts:
        """What an entry cost, before what went to variances."""
        worth, variance = self.worth(place), self.variance.get(place)
        return [a + b for a, b in zip(worth, variance, strict=True)] if variance else worth

    def parts_of_return(self, place: int, quantity: int) -> list[Part]:
        """The outflow that comes back; what comes back beyond it has no price."""
        origin, whole = self.origin[place], self.quantity[place]
        gone = self.quantity[origin]
        for other in self.returns[origin]:
            if other == place:
                break
            gone -= min(gone, self.quantity[other])
        part = min(gone, whole)
        carried = self.carried(place)
        back = [half_even(amount * part, whole) for amount in carried]
        beyond = [a - b for a, b in zip(carried, back, strict=True)]
        goods = half_even(quantity * part, whole)
        parts = [Part(origin, None, goods, back)] if part else []
        if part < whole:
            parts.append(Part(-1, Root("no_price", self.entry_id[place]), quantity - goods, beyond))
        return parts

    def parts_of_output(self, place: int, quantity: int) -> list[Part]:
        """What its work order consumed; an estimate while that is open, a stated value where one is given."""
        order, entry_id = self.order[place], self.entry_id[place]
        number = int(self.played.order_ids[order])
        is_main = self.source[place] == Source.MADE
        is_open = not self.is_closed[order]
        takes_cost = self.given[place] == Given.NOTHING or not is_open
        if is_main and is_open and not self.is_estimated[place]:
            takes_cost = False  # at standard
        if not is_main:
            takes_cost = takes_cost and self.share[place] >= 0
        if takes_cost:
            made = self.made(order)
            return [
                part._replace(quantity=half_even(part.quantity * quantity, made) if made else 0)
                for part in self.consumption(order, is_main)
            ]
        kind = "stated" if self.given[place] == Given.PRICE else "estimate"
        return [Part(-1, Root(kind, entry_id, number), quantity, self.carried(place))]

    def made(self, order: int) -> int:
        """Good output of a work order."""
        return sum(self.quantity[at] for at in self.entries_of_order[order] if self.source[at] == Source.MADE)

    def consumption(self, order: int, is_main: bool) -> list[Part]:
        """What a work order consumed: issues less what came back of them, work booked, and what was returned without
        an origin (−). The main output is also relieved of by-products at stated values (−)."""
        key = (order, is_main)
        if key in self.consumed:
            return self.consumed[key]
        number = int(self.played.order_ids[order])
        weights: dict[int, tuple[int, Amounts]] = {}
        roots: list[Part] = []
        mine = self.entries_of_order[order]
        for at in mine:
            if self.source[at] == Source.TAKEN:
                weights[at] = (self.quantity[at], self.worth(at))
        for at in mine:
            source = self.source[at]
            if source == Source.MADE_BESIDE:
                is_by_share = self.share[at] >= 0 and (self.is_closed[order] or self.given[at] == Given.NOTHING)
                if is_main and not is_by_share:
                    root = Root("stated", self.entry_id[at], number)
                    roots.append(Part(-1, root, -self.quantity[at], [-amount for amount in self.carried(at)]))
            elif source not in (Source.TAKEN, Source.MADE):
                target = self.origin[at] if self.origin[at] in weights else at
                quantity, amounts = weights.get(target, (0, [0] * 5))
                less = [a - b for a, b in zip(amounts, self.carried(at), strict=True)]
                weights[target] = (quantity - self.quantity[at], less)
        amounts = self.order_amounts.get(number, [0] * 5)
        parts = [Part(at, None, quantity, amount) for at, (quantity, amount) in weights.items()]
        self.consumed[key] = [*parts, *roots, Part(-1, Root("work", None, number), 0, amounts)]
        return self.consumed[key]
