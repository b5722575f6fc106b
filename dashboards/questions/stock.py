"""What is there, what is it worth, where does money lie idle? Stock on hand, its card, its age."""

from datetime import date
from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks
from dashboards.questions.stock_on_a_day import ageing, on_hand

PERMISSION = "board.stock"
BUCKETS = ("0-30", "31-60", "61-90", "91-180", "181-365", ">365")


class StockFilters(Filters):
    """on: a day before that of the build, to see what was there at its end; valued with all that is known now."""

    warehouse: str | None = None
    category: str | None = None
    item: str | None = None
    on: date | None = None
    negative: bool | None = None


def _where(filters: StockFilters, table: str, category: str) -> Where:
    return Where(
        (f"{table}.company_id = ?", filters.company),
        (f"{table}.warehouse_code = ?", filters.warehouse),
        (f"{category} = ?", filters.category),
        (f"{table}.item_code = ?", filters.item),
    )


@asks(StockFilters, permission=PERMISSION, past="stock")
def stock_on_hand(edition: Edition, filters: StockFilters) -> pl.DataFrame:
    """Stock by item, warehouse and lot; the most valuable first where value is shown."""
    where = _where(filters, "stock", "stock.item_category")
    if filters.negative:
        where.sql += " and stock.quantity < 0"
    order = "stock.value_amount desc," if edition.has("fct_stock_on_hand", "value_amount") else ""
    table, parameters = on_hand(edition, filters.on)
    return edition.rows(
        f"""select stock.* exclude (company_id), items.unit, items.safety_stock
        from {table} as stock
        left join marts.dim_item as items on items.item_id = stock.item_id and items.company_id = stock.company_id
        where {where.sql} order by {order} stock.item_code, stock.warehouse_code, stock.lot_code""",
        [*parameters, *where.parameters],
    )


@asks(StockFilters, permission=PERMISSION, past="stock")
def stock_total(edition: Edition, filters: StockFilters) -> pl.DataFrame:
    """One row: items and places with stock, value on hand, and of it the value older than 180 days."""
    hand, aged = _where(filters, "stock", "stock.item_category"), _where(filters, "ageing", "items.category")
    has_value = edition.has("fct_stock_on_hand", "value_amount")
    value = ", coalesce(sum(stock.value_amount), 0) as value_amount" if has_value else ""
    idle_sum = "coalesce(sum(ageing.value_amount), 0)" if has_value else "null"
    stock, days = on_hand(edition, filters.on)
    layers, _days = ageing(edition, filters.on, with_document=False)
    return edition.rows(
        f"""with idle as (
            select {idle_sum} as idle_amount, count(distinct ageing.item_id) as idle_items
            from {layers} as ageing
            left join marts.dim_item as items on items.item_id = ageing.item_id and items.company_id = ageing.company_id
            where {aged.sql} and ageing.age_days > 180
        )
        select count(distinct stock.item_id) filter (where stock.quantity <> 0) as item_count,
            count(*) filter (where stock.quantity <> 0) as place_count,
            count(*) filter (where stock.quantity < 0) as negative_count {value},
            any_value(idle.idle_amount) as idle_amount, any_value(idle.idle_items) as idle_items
        from {stock} as stock cross join idle where {hand.sql}""",
        [*days, *aged.parameters, *days, *hand.parameters],
    )


@asks(Filters, permission=PERMISSION, past="stock")
def stock_places(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Warehouses and categories with stock, for the filters."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select distinct warehouse_code, item_category from marts.fct_stock_on_hand where {where.sql}
        order by all""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION, past="stock")
def stock_items(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Items that ever moved."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select item_code, any_value(item_name) as item_name from marts.fct_stock_moves where {where.sql}
        group by item_code order by item_code""",
        where.parameters,
    )


class CardFilters(Filters):
    item: str
    warehouse: str | None = None


@asks(CardFilters, permission=PERMISSION, past="stock")
def stock_reserved(edition: Edition, filters: CardFilters) -> pl.DataFrame:
    """For which order lines stock of an item is reserved."""
    where = Where(
        ("company_id = ?", filters.company), ("item_code = ?", filters.item), ("warehouse_code = ?", filters.warehouse)
    )
    return edition.rows(
        f"""select sales_order_id, order_number, line_number, customer_name, warehouse_code, lot_code,
            reserved_quantity, changed_on
        from marts.fct_stock_reservations where {where.sql}
        order by order_number, line_number, warehouse_code, lot_code""",
        where.parameters,
    )


class StockCardFilters(CardFilters):
    """The days that are shown; balances count from the first move on."""

    first_day: date | None = None
    last_day: date | None = None


@asks(StockCardFilters, permission=PERMISSION, past="stock")
def stock_card(edition: Edition, filters: StockCardFilters) -> pl.DataFrame:
    """The moves of an item into and out of stock with the balance after each, the latest first; new standards too."""
    where = Where(("company_id = ?", filters.company), ("item_code = ?", filters.item))
    shown = Where(("effective_date >= ?", filters.first_day), ("effective_date <= ?", filters.last_day))
    inside, here, parameters = "in ('stock', 'inspection')", "", list[object]()
    if filters.warehouse is not None:
        here = " and {side}_warehouse_code = ?"
        parameters = [filters.warehouse, filters.warehouse]
    into = f"(to_kind {inside}{here.format(side='to')})"
    out = f"(from_kind {inside}{here.format(side='from')})"
    values, running, revalued = "", "", ""
    if edition.has("fct_stock_moves", "value_amount"):
        values = """, (case when comes then value_amount else 0 end) - (case when goes then value_amount else 0 end)
            as value_change"""
        running = ", cast(sum(value_change) over held as decimal(18, 4)) as value_balance"
    revaluations: list[object] = []
    if values and edition.has("fct_stock_revaluations", "value_amount"):
        revalued = """union all by name
            select revaluations.effective_date, 'revaluation' as move_type,
                warehouses.warehouse_code as to_warehouse_code,
                cast(0 as decimal(18, 6)) as received_quantity, cast(0 as decimal(18, 6)) as issued_quantity,
                revaluations.value_amount as value_change
            from marts.fct_stock_revaluations as revaluations
            inner join marts.dim_item as items on items.item_id = revaluations.item_id
                and items.company_id = revaluations.company_id
            inner join marts.dim_warehouse as warehouses on warehouses.warehouse_id = revaluations.warehouse_id
            where items.item_code = ? and (? is null or revaluations.company_id = ?)
                and (? is null or warehouses.warehouse_code = ?)"""
        revaluations = [filters.item, *([filters.company] * 2), *([filters.warehouse] * 2)]
    return edition.rows(
        f"""with sided as (
            select *, {into} as comes, {out} as goes from marts.fct_stock_moves where {where.sql}
        ),
        changes as (
            select effective_date, recorded_at, move_id, move_type, document_id, document_type, document_number,
                lot_code, from_warehouse_code, to_warehouse_code,
                case when comes then quantity else 0 end as received_quantity,
                case when goes then quantity else 0 end as issued_quantity {values}
            from sided where comes <> goes
            {revalued}
        ),
        balanced as (
            select *,
                cast(sum(received_quantity - issued_quantity) over held as decimal(18, 6)) as balance_quantity {running}
            from changes
            window held as (order by effective_date, recorded_at nulls first, move_id nulls first)
        )
        select * exclude (recorded_at) from balanced where {shown.sql}
        order by effective_date desc, recorded_at desc nulls last, move_id desc nulls last""",
        [*parameters, *where.parameters, *revaluations, *shown.parameters],
    )


@asks(CardFilters, permission=PERMISSION, past="stock")
def stock_history(edition: Edition, filters: CardFilters) -> pl.DataFrame:
    """Quantity and, where shown, value of an item on the days on which they changed; all warehouses or one."""
    where = Where(
        ("company_id = ?", filters.company), ("item_code = ?", filters.item), ("warehouse_code = ?", filters.warehouse)
    )
    value = (
        ", sum(held.value_amount) as value_amount" if edition.has("fct_stock_balances_daily", "value_amount") else ""
    )
    return edition.rows(
        f"""with held as (select * from marts.fct_stock_balances_daily where {where.sql}),
        days as (select distinct valid_from as day from held union select max(valid_to) from held)
        select days.day, sum(held.quantity) as quantity {value}
        from days inner join held on days.day between held.valid_from and held.valid_to
        where days.day is not null group by days.day order by days.day""",
        where.parameters,
    )


class AgeingFilters(StockFilters):
    bucket: Literal["0-30", "31-60", "61-90", "91-180", "181-365", ">365"] | None = None
    idle: bool = False


@asks(AgeingFilters, permission=PERMISSION, past="stock")
def stock_ageing(edition: Edition, filters: AgeingFilters) -> pl.DataFrame:
    """Layers of stock, the oldest first, with the document that brought them."""
    where = _where(filters, "ageing", "items.category")
    if filters.bucket is not None:
        where.sql += " and ageing.age_bucket = ?"
        where.parameters.append(filters.bucket)
    if filters.idle:
        where.sql += " and ageing.age_days > 180"
    layers, days = ageing(edition, filters.on)
    return edition.rows(
        f"""select ageing.* exclude (company_id), items.category, items.unit
        from {layers} as ageing
        left join marts.dim_item as items on items.item_id = ageing.item_id and items.company_id = ageing.company_id
        where {where.sql} order by ageing.age_days desc, ageing.layer_move_id""",
        [*days, *where.parameters],
    )


@asks(AgeingFilters, permission=PERMISSION, past="stock")
def stock_age_by_category(edition: Edition, filters: AgeingFilters) -> pl.DataFrame:
    """Value (or, where value is not shown, layers) by category and age."""
    where = _where(filters, "ageing", "items.category")
    measure = "sum(ageing.value_amount)" if edition.has("fct_stock_ageing", "value_amount") else "count(*)"
    layers, days = ageing(edition, filters.on, with_document=False)
    return edition.rows(
        f"""select coalesce(items.category, '–') as category, ageing.age_bucket, {measure} as measure
        from {layers} as ageing
        left join marts.dim_item as items on items.item_id = ageing.item_id and items.company_id = ageing.company_id
        where {where.sql} group by all order by all""",
        [*days, *where.parameters],
    )


@asks(StockFilters, permission=PERMISSION, past="stock")
def stock_by_item(edition: Edition, filters: StockFilters) -> pl.DataFrame:
    """The most valuable items on hand, at most 15; empty where value is not shown."""
    if not edition.has("fct_stock_on_hand", "value_amount"):
        return pl.DataFrame()
    where = _where(filters, "stock", "stock.item_category")
    stock, days = on_hand(edition, filters.on)
    return edition.rows(
        f"""select item_code, any_value(item_name) as item_name, sum(value_amount) as value_amount
        from {stock} as stock where {where.sql}
        group by item_code order by value_amount desc, item_code limit 15""",
        [*days, *where.parameters],
    )
