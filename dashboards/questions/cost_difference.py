"""Why is this order's cost another one today? Cost as known at two moments, and the vouchers between them.

A moment that is left out is the edition in hand: as corrected up to its build.
"""

from datetime import date
from typing import Any

import polars as pl
from pydantic import AwareDatetime

from dashboards.edition import Edition, known_edition
from dashboards.questions.cost_trace import PERMISSION, asked_entries, traced_roots
from dashboards.questions.order_profit import LINES, OrderProfitFilters, narrowed
from dashboards.questions.question import Filters, asks

AMOUNT = pl.Decimal(18, 4)
VOUCHER = ("what", "document_type", "document_number", "document_id", "item_code")
NOTHING = pl.lit(0).cast(AMOUNT)


class MomentFilters(Filters):
    """known_at: the earlier moment; other_known_at: the later one, left out: as corrected. The dates: as of which
    business day each is seen; left out: the moment's own day."""

    known_at: AwareDatetime
    other_known_at: AwareDatetime | None = None
    as_of: date | None = None
    other_as_of: date | None = None


class OrderMomentFilters(MomentFilters):
    order: int


class CostChangeFilters(MomentFilters, OrderProfitFilters):
    """Orders that are as asked for at either moment; of them the lines of the item, where one is named."""


@asks(CostChangeFilters, permission=PERMISSION, is_dear=True)
def order_cost_changes(edition: Edition, filters: CostChangeFilters) -> pl.DataFrame:
    """Orders whose cost is another one at the second moment than at the first, the largest difference first."""
    before, after = (_orders(known, filters) for known in _editions(edition, filters))
    joined = before.join(after, on="sales_order_id", how="full", coalesce=True, suffix="_after")
    joined = joined.filter(pl.any_horizontal("is_asked", "is_asked_after"))
    told = joined.with_columns(
        *(pl.coalesce(f"{name}_after", name).alias(name) for name in ("order_number", "customer_name", "order_date")),
        *(
            pl.col(side).fill_null(NOTHING).alias(name)
            for figure in ("actual_cost", "estimated_cost", "total_cost", "profit")
            for side, name in ((figure, f"{figure}_before"), (f"{figure}_after", f"{figure}_after"))
        ),
    ).with_columns(
        difference=(pl.col("total_cost_after") - pl.col("total_cost_before")).cast(AMOUNT),
        profit_difference=(pl.col("profit_after") - pl.col("profit_before")).cast(AMOUNT),
    )
    return (
        told.filter(pl.col("difference") != 0)
        .select(
            "sales_order_id", "order_number", "customer_name", "order_date",
            cost_before="total_cost_before", cost_after="total_cost_after", difference="difference",
            actual_cost_before="actual_cost_before", actual_cost_after="actual_cost_after",
            profit_before="profit_before", profit_after="profit_after", profit_difference="profit_difference",
        )
        .sort(pl.col("difference").abs(), "sales_order_id", descending=[True, False])
    )  # fmt: skip


@asks(OrderMomentFilters, permission=PERMISSION, is_dear=True)
def order_cost_difference(edition: Edition, filters: OrderMomentFilters) -> pl.DataFrame:
    """The vouchers that make an order's cost another one, the largest first; they add up to the difference exactly.

    cause: `new` (not known before), `gone` (no part of any cost any more: a price that a bill has replaced, something
    cancelled), `changed` (another amount), `share` (the same amount, but another part of it is in this order: goods
    were taken in another order, or shared with more), `estimate` (what is still expected to be delivered).
    """
    before, after = _editions(edition, filters)
    sides = []
    for known in (before, after):
        roots = traced_roots(known, asked_entries(known, filters.order, None, None))
        sides.append(pl.concat([roots.select(*VOUCHER, "own_key", "value_amount"), _rest(known, filters.order, roots)]))
    keys = pl.concat([side.select(*VOUCHER, "own_key") for side in sides]).unique()
    joined = _by_voucher(sides[0]).join(
        _by_voucher(sides[1]), on=list(VOUCHER), how="full", coalesce=True, nulls_equal=True, suffix="_after"
    )
    told = joined.with_columns(
        cost_before=pl.col("value_amount").fill_null(NOTHING),
        cost_after=pl.col("value_amount_after").fill_null(NOTHING),
    ).with_columns(difference=(pl.col("cost_after") - pl.col("cost_before")).cast(AMOUNT))
    told = told.filter(pl.col("difference") != 0)
    own = [_own_amounts(known, keys) for known in (before, after)]
    causes = [_cause(own[0].get(row), own[1].get(row), row[0]) for row in told.select(VOUCHER).iter_rows()]
    return (
        told.with_columns(cause=pl.Series(causes, dtype=pl.String))
        .select("cause", *VOUCHER, "cost_before", "cost_after", "difference")
        .sort(
            pl.col("difference").abs(), "document_number", "what", "item_code",
            descending=[True, False, False, False], nulls_last=True,
        )
    )  # fmt: skip


def _editions(edition: Edition, filters: MomentFilters) -> tuple[Edition, Edition]:
    before = known_edition(edition.name, filters.known_at, filters.as_of)
    if filters.other_known_at is None:
        return before, edition
    return before, known_edition(edition.name, filters.other_known_at, filters.other_as_of)


def _orders(edition: Edition, filters: CostChangeFilters) -> pl.DataFrame:
    """Every order of an edition, and whether it is one that is asked for (the item is asked of its lines)."""
    asked, parameters = narrowed(filters.model_copy(update={"item": None}))
    lines, item = narrowed(OrderProfitFilters(item=filters.item))
    sums = ", ".join(
        f"cast(sum(profit.{name}) as decimal(18, 4)) as {name}"
        for name in ("actual_cost", "estimated_cost", "total_cost", "profit")
    )
    return edition.rows(
        f"""select profit.sales_order_id, any_value(profit.order_number) as order_number,
            any_value(profit.customer_name) as customer_name, min(profit.order_date) as order_date, {sums},
            bool_or({asked}) as is_asked
        {LINES} where {lines} group by profit.sales_order_id""",
        [*parameters, *item],
    )


def _rest(edition: Edition, order: int, roots: pl.DataFrame) -> pl.DataFrame:
    """What an order's cost consists of beside its roots: what is expected, and its part of deliveries with others."""
    costs = edition.rows(
        """select coalesce(sum(actual_cost), 0) as actual_cost,
            coalesce(sum(total_cost - actual_cost), 0) as expected_cost
        from marts.fct_order_profit where sales_order_id = ?""",
        [order],
    ).row(0, named=True)
    traced = roots["value_amount"].sum() if roots.height else 0
    rows = [
        {"what": what, "own_key": what, "value_amount": amount}
        for what, amount in (("expected", costs["expected_cost"]), ("shared", costs["actual_cost"] - (traced or 0)))
        if amount
    ]
    schema: dict[str, Any] = {name: roots.schema[name] for name in VOUCHER}
    schema |= {"own_key": pl.String, "value_amount": AMOUNT}
    return pl.DataFrame(rows, schema=schema)


def _by_voucher(roots: pl.DataFrame) -> pl.DataFrame:
    return roots.group_by(VOUCHER).agg(pl.col("value_amount").sum().cast(AMOUNT))


def _own_amounts(edition: Edition, keys: pl.DataFrame) -> dict[tuple[object, ...], object]:
    """What each voucher says on its own in an edition, whatever order bears it; those that say nothing are absent.

    A key is root kind, component, then what identifies the fact: entry of a receipt's price and line of the voucher,
    or work order and booking.
    """
    split = keys.with_columns(part=pl.col("own_key").str.split("|"))
    entries = split.filter(pl.col("document_type").is_not_null())
    wanted = entries["document_id"].drop_nulls().unique().to_list()
    facts = edition.rows(
        """with facts as (
            select price_fact as what, document_id, item_code, amount from marts.fct_receipt_costs
            where document_id in (select unnest(?::bigint[]))
            union all
            select costs.cost_kind, costs.document_id, bookings.item_code,
                costs.overhead_amount + costs.subcontract_amount
            from marts.fct_work_costs as costs
            inner join marts.fct_work_order_bookings as bookings on bookings.work_order_id = costs.work_order_id
            where costs.document_id in (select unnest(?::bigint[]))
            union all
            select moves.move_type, moves.document_id, moves.item_code,
                entries.given_material_amount + coalesce(entries.given_landed_amount, 0)
            from marts.fct_costing_entries as entries
            inner join marts.fct_stock_moves as moves on moves.move_id = entries.move_id
            where moves.document_id in (select unnest(?::bigint[])) and entries.given_material_amount is not null
        )
        select what, document_id, item_code, sum(amount) as amount from facts group by all""",
        [wanted, wanted, wanted],
    )
    amounts: dict[tuple[object, ...], object] = {
        (what, document_id, item_code): amount for what, document_id, item_code, amount in facts.iter_rows()
    }
    if edition.has("fct_work_costs", "labour_amount"):
        labour = edition.rows(
            """select costs.document_id, bookings.item_code, sum(costs.labour_amount) as amount
            from marts.fct_work_costs as costs
            inner join marts.fct_work_order_bookings as bookings on bookings.work_order_id = costs.work_order_id
            where costs.document_id in (select unnest(?::bigint[])) and costs.cost_kind = 'hours' group by all""",
            [wanted],
        )
        for document_id, item_code, amount in labour.iter_rows():
            key = ("hours", document_id, item_code)
            amounts[key] = (amounts.get(key), amount)
    found: dict[tuple[object, ...], object] = {}
    for voucher in entries.select(VOUCHER).unique().iter_rows():
        own = amounts.get((voucher[0], voucher[3], voucher[4]))
        if own is not None:
            found[voucher] = own
    return found


def _cause(before: object, after: object, what: str) -> str:
    if what == "expected":
        return "estimate"
    if before is None and after is None:
        return "changed"  # a new standard, an estimate, labour whose bookings are not shown
    if before == after:
        return "share"
    if before is None:
        return "new"
    return "gone" if after is None else "changed"
