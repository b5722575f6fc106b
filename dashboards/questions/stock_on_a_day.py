"""Stock as it was at the end of a day before that of the build, valued with all that is known now: tables to ask from.

Each is SQL in brackets with its bound parameters, shaped like the mart of today that it stands for.
"""

from datetime import date
from typing import Any

from dashboards.edition import Edition


def on_hand(edition: Edition, on: date | None) -> tuple[str, list[Any]]:
    """Stock by item and warehouse; today's (without a day, or on that of the build) also by lot.

    On an earlier day also where there is only value: on month average, before all of the month has come in.
    """
    if on is None or on >= edition.as_of:
        return "marts.fct_stock_on_hand", []
    value, is_there = "", "balances.quantity <> 0"
    if edition.has("fct_stock_balances_daily", "value_amount"):
        value = """, balances.value_amount, cast(case when balances.quantity <> 0
            then balances.value_amount / balances.quantity end as decimal(18, 6)) as unit_cost"""
        is_there = "(balances.quantity <> 0 or balances.value_amount <> 0)"
    table = f"""(
        select balances.company_id, balances.item_id, balances.item_code, items.item_name,
            items.category as item_category, balances.warehouse_id, balances.warehouse_code,
            cast(null as varchar) as lot_code, balances.quantity {value}
        from marts.fct_stock_balances_daily as balances
        left join marts.dim_item as items
            on items.item_id = balances.item_id and items.company_id = balances.company_id
        where cast(? as date) between balances.valid_from and balances.valid_to and {is_there}
    )"""
    return table, [on.isoformat()]


def ageing(edition: Edition, on: date | None, *, with_document: bool = True) -> tuple[str, list[Any]]:
    """Layers with their age: those of the build, or of an earlier day. with_document: sums need none, and finding it
    among all moves takes longer than all the rest."""
    if on is None or on >= edition.as_of:
        return "marts.fct_stock_ageing", []
    return layers_until(edition, on, with_document=with_document)


def layers_until(edition: Edition, day: date, *, with_document: bool = True) -> tuple[str, list[Any]]:
    """Layers with their age at the end of a day, from fct_stock_layers_daily.

    A layer has a value of its own on fifo and specific cost. Elsewhere the pool holds it (fct_stock_balances_daily) and
    its layers share it by quantity, oldest first, rounded cumulatively in minor units: the shares add up to it.
    """
    has_value = edition.has("fct_stock_layers_daily", "value_amount")
    layers = SHARED_LAYERS if has_value else "layers as (select * from standing)"
    value = "layers.value_amount," if has_value else ""
    document, moves = "", ""
    if with_document:
        document = """moves.document_id as layer_document_id, moves.document_type as layer_document_type,
            moves.document_number as layer_document_number,"""
        moves = "left join marts.fct_stock_moves as moves on moves.move_id = layers.layer_move_id"
    table = f"""(
        with asked as (select cast(? as date) as day),
        standing as (
            select layers.* from marts.fct_stock_layers_daily as layers
            inner join asked on asked.day between layers.valid_from and layers.valid_to
            where layers.quantity <> 0
        ),
        {layers}
        select layers.company_id, layers.item_id, items.item_code, items.item_name, layers.warehouse_id,
            warehouses.warehouse_code, layers.layer_move_id, {document}
            layers.quantity, {value} layers.received_date,
            date_diff('day', layers.received_date, asked.day) as age_days,
            case when age_days <= 30 then '0-30' when age_days <= 60 then '31-60'
                when age_days <= 90 then '61-90' when age_days <= 180 then '91-180' when age_days <= 365 then '181-365'
                else '>365' end as age_bucket
        from layers
        cross join asked
        left join marts.dim_item as items on items.item_id = layers.item_id and items.company_id = layers.company_id
        left join marts.dim_warehouse as warehouses on warehouses.warehouse_id = layers.warehouse_id
        {moves}
    )"""
    return table, [day.isoformat()]


# How many ten-thousandths one minor unit of the company's currency is.
TEN_THOUSANDTHS = """case companies.amount_exponent when 0 then 10000 when 1 then 1000 when 2 then 100 when 3 then 10
    else 1 end"""


def _part_of_pool(quantity: str) -> str:
    """Value of so much of a pool's quantity in minor units, rounded half away from zero, without a float."""
    twice = f"((2 * pool_minor * {quantity}) // pool_micro)"
    return f"(({twice} + sign({twice})) // 2)"


# Layers with a value of their own, and the others with their share of what the pool holds.
SHARED_LAYERS = f"""
        placed as (
            select layers.company_id, layers.item_id, layers.warehouse_id, layers.layer_move_id, layers.received_date,
                layers.quantity, {TEN_THOUSANDTHS} as ten_thousandths,
                cast(balances.value_amount * 10000 as hugeint) // {TEN_THOUSANDTHS} as pool_minor,
                cast(sum(layers.quantity) over pool * 1000000 as hugeint) as pool_micro,
                cast(sum(layers.quantity) over up_to_here * 1000000 as hugeint) as upto_micro,
                cast(layers.quantity * 1000000 as hugeint) as micro,
                row_number() over up_to_here as place
            from standing as layers
            inner join marts.dim_company as companies on companies.company_id = layers.company_id
            cross join asked
            left join marts.fct_stock_balances_daily as balances on balances.company_id = layers.company_id
                and balances.item_id = layers.item_id and balances.warehouse_id = layers.warehouse_id
                and asked.day between balances.valid_from and balances.valid_to
            where layers.value_amount is null
            window pool as (partition by layers.company_id, layers.item_id, layers.warehouse_id),
                up_to_here as (
                    partition by layers.company_id, layers.item_id, layers.warehouse_id
                    order by layers.received_date, layers.layer_move_id, layers.is_uncovered
                    rows unbounded preceding
                )
        ),
        shared as (
            select *, case when pool_micro = 0 then case place when 1 then pool_minor else 0 end
                else {_part_of_pool("upto_micro")} - {_part_of_pool("(upto_micro - micro)")} end as share_minor
            from placed
        ),
        layers as (
            select company_id, item_id, warehouse_id, layer_move_id, received_date, quantity, value_amount
            from standing where value_amount is not null
            union all
            select company_id, item_id, warehouse_id, layer_move_id, received_date, quantity,
                cast(share_minor * ten_thousandths * 0.0001 as decimal(18, 4)) as value_amount
            from shared
        )"""
