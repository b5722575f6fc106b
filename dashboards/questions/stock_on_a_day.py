"""Stock as it was at the end of a day before that of the build, valued with all that is known now: tables to ask from.

Each is SQL in brackets with its bound parameters, shaped like the mart of today that it stands for.
"""

from datetime import date
from typing import Any

from dashboards.edition import Edition

NO_AMOUNT = "cast(null as decimal(18, 4))"


def _share(so_far: str) -> str:
    """The part of a pool's value that lies in that much of its quantity; the whole of it in the whole."""
    part = f"cast(round(balance_amount * ({so_far}) / nullif(quantity_of_pool, 0), 2) as decimal(18, 4))"
    return f"case when {so_far} = quantity_of_pool then balance_amount else {part} end"


def on_hand(edition: Edition, on: date | None) -> tuple[str, list[Any]]:
    """Stock by item and warehouse; today's (without a day, or on that of the build) also by lot."""
    if on is None or on >= edition.as_of:
        return "marts.fct_stock_on_hand", []
    value = ""
    if edition.has("fct_stock_balances_daily", "value_amount"):
        value = """, balances.value_amount, cast(case when balances.quantity <> 0
            then balances.value_amount / balances.quantity end as decimal(18, 6)) as unit_cost"""
    table = f"""(
        select balances.company_id, balances.item_id, balances.item_code, items.item_name,
            items.category as item_category, balances.warehouse_id, balances.warehouse_code,
            cast(null as varchar) as lot_code, balances.quantity {value}
        from marts.fct_stock_balances_daily as balances
        left join marts.dim_item as items
            on items.item_id = balances.item_id and items.company_id = balances.company_id
        where cast(? as date) between balances.valid_from and balances.valid_to and balances.quantity <> 0
    )"""
    return table, [on.isoformat()]


def ageing(edition: Edition, on: date | None) -> tuple[str, list[Any]]:
    """Layers with their age: those of the build, or of an earlier day."""
    if on is None or on >= edition.as_of:
        return "marts.fct_stock_ageing", []
    return layers_until(edition, on)


def layers_until(edition: Edition, day: date) -> tuple[str, list[Any]]:
    """Layers with their age at the end of a day: what had come in until then less what was taken from it.

    A transfer takes its layers along. A layer's value is what is left of its own where that adds up to the value of the
    item in the warehouse, else (items at an average or at standard) its share of that value by quantity, rounded
    cumulatively. Opening stock that has gone since counts from the day of its opening.
    """
    valued = edition.has("fct_cost_slices", "value_amount")
    value = "value_amount" if valued else NO_AMOUNT
    inside = "in ('stock', 'inspection')"
    table = f"""(
        with asked as (select cast(? as date) as day),
        slices as (
            select slices.layer_move_id, slices.quantity, {"slices.value_amount" if valued else NO_AMOUNT} as amount,
                moves.move_type, moves.from_warehouse_id, moves.to_warehouse_id
            from marts.fct_cost_slices as slices
            inner join marts.fct_stock_moves as moves on moves.move_id = slices.issue_move_id
            cross join asked where slices.issue_date <= asked.day and slices.layer_move_id is not null
        ),
        flows as (
            select move_id as layer_move_id, to_warehouse_id as warehouse_id, quantity, {value} as amount
            from marts.fct_stock_moves cross join asked
            where to_kind {inside} and not from_kind {inside} and effective_date <= asked.day
            union all
            select layer_move_id, from_warehouse_id, -quantity, -amount from slices
            union all
            select layer_move_id, to_warehouse_id, quantity, amount from slices where move_type = 'transfer'
        ),
        layers as (
            select layer_move_id, warehouse_id, sum(quantity) as quantity, sum(amount) as own_amount
            from flows group by layer_move_id, warehouse_id having sum(quantity) <> 0
        ),
        known as (
            select layer_move_id, min(received_date) as received_date from marts.fct_stock_ageing group by layer_move_id
        ),
        placed as (
            select moves.company_id, moves.item_id, moves.item_code, moves.item_name, layers.warehouse_id,
                balances.warehouse_code, layers.layer_move_id, moves.document_id as layer_document_id,
                moves.document_type as layer_document_type, moves.document_number as layer_document_number,
                layers.quantity, layers.own_amount,
                {"balances.value_amount" if valued else NO_AMOUNT} as balance_amount,
                coalesce(known.received_date, moves.effective_date) as received_date
            from layers
            inner join marts.fct_stock_moves as moves on moves.move_id = layers.layer_move_id
            left join known on known.layer_move_id = layers.layer_move_id
            cross join asked
            left join marts.fct_stock_balances_daily as balances on balances.item_id = moves.item_id
                and balances.warehouse_id = layers.warehouse_id and asked.day between balances.valid_from
                and balances.valid_to
        ),
        shared as (
            select *, sum(own_amount) over pool as own_of_pool, sum(quantity) over pool as quantity_of_pool,
                sum(quantity) over up_to_here as quantity_so_far
            from placed
            window pool as (partition by item_id, warehouse_id),
                up_to_here as (partition by item_id, warehouse_id order by received_date, layer_move_id)
        ),
        valued as (
            select *, case when own_of_pool = balance_amount then own_amount
                else {_share("quantity_so_far")} - {_share("quantity_so_far - quantity")} end as value_amount,
                date_diff('day', received_date, asked.day) as age_days
            from shared cross join asked
        )
        select company_id, item_id, item_code, item_name, warehouse_id, warehouse_code, layer_move_id,
            layer_document_id, layer_document_type, layer_document_number, quantity,
            {"value_amount," if valued else ""} received_date, age_days,
            case when age_days <= 30 then '0-30' when age_days <= 60 then '31-60'
                when age_days <= 90 then '61-90' when age_days <= 180 then '91-180' when age_days <= 365 then '181-365'
                else '>365' end as age_bucket
        from valued
    )"""
    return table, [day.isoformat()]
