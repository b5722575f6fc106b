"""What will be late, and why? Open order lines by predicted lateness, the chain of reasons, punctuality so far."""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.delivery_dates"
LATENESS = ("on_time", "1-5", "6-20", ">20", "unknown")
CLASS = """case when predicted_date is null then 'unknown' when days_late <= 0 then 'on_time'
    when days_late <= 5 then '1-5' when days_late <= 20 then '6-20' else '>20' end"""


class DeliveryFilters(Filters):
    customer: str | None = None
    item: str | None = None
    reason: str | None = None
    reason_item: str | None = None
    lateness: Literal["on_time", "1-5", "6-20", ">20", "unknown"] | None = None
    is_late: bool | None = None


def _where(filters: DeliveryFilters) -> Where:
    return Where(
        ("company_id = ?", filters.company),
        ("customer_code = ?", filters.customer),
        ("item_code = ?", filters.item),
        ("reason_key = ?", filters.reason),
        ("reason_item_code = ?", filters.reason_item),
        (f"{CLASS} = ?", filters.lateness),
        ("coalesce(days_late > 0, false) = ?", filters.is_late),
    )


@asks(DeliveryFilters, permission=PERMISSION)
def delivery_lines(edition: Edition, filters: DeliveryFilters) -> pl.DataFrame:
    """Open order lines, the latest against their promise first."""
    where = _where(filters)
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_delivery_dates where {where.sql}
        order by days_late desc nulls first, promised_date, sales_order_line_id""",
        where.parameters,
    )


@asks(DeliveryFilters, permission=PERMISSION)
def delivery_total(edition: Edition, filters: DeliveryFilters) -> pl.DataFrame:
    """One row: open lines, those that will be late, those without a date, the longest delay, margin of late lines."""
    where = _where(filters)
    margin = ""
    if edition.has("fct_delivery_dates", "open_margin_amount"):
        margin = ", coalesce(sum(open_margin_amount) filter (where days_late > 0), 0) as late_margin_amount"
    return edition.rows(
        f"""select count(*) as line_count, count(*) filter (where days_late > 0) as late_count,
            count(*) filter (where predicted_date is null) as undated_count,
            max(days_late) as longest_days_late {margin}
        from marts.fct_delivery_dates where {where.sql}""",
        where.parameters,
    )


@asks(DeliveryFilters, permission=PERMISSION)
def delivery_classes(edition: Edition, filters: DeliveryFilters) -> pl.DataFrame:
    """How many open lines will be late by how many working days."""
    where = _where(filters)
    return edition.rows(
        f"""select {CLASS} as lateness, count(*) as line_count from marts.fct_delivery_dates where {where.sql}
        group by all""",
        where.parameters,
    )


@asks(DeliveryFilters, permission=PERMISSION)
def delivery_reasons(edition: Edition, filters: DeliveryFilters) -> pl.DataFrame:
    """What decides the dates of lines that will be late: reasons and the items they name."""
    where = _where(filters)
    return edition.rows(
        f"""select reason_key, reason_item_code, count(*) as line_count, max(days_late) as longest_days_late
        from marts.fct_delivery_dates where {where.sql} and days_late > 0
        group by all order by line_count desc, reason_key, reason_item_code""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def delivery_customers(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Customers with open lines."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select customer_code, any_value(customer_name) as customer_name from marts.fct_delivery_dates
        where {where.sql} group by customer_code order by customer_name""",
        where.parameters,
    )


class LineFilters(Filters):
    line: int


@asks(LineFilters, permission=PERMISSION)
def delivery_steps(edition: Edition, filters: LineFilters) -> pl.DataFrame:
    """The way to a line's delivery date, from the order down through what it waits for, with documents."""
    where = Where(("steps.company_id = ?", filters.company), ("steps.sales_order_line_id = ?", filters.line))
    return edition.rows(
        f"""select steps.* exclude (company_id), documents.document_id
        from marts.fct_delivery_steps as steps
        left join marts.fct_documents as documents on documents.company_id = steps.company_id
            and documents.document_number = steps.document_number and documents.document_type = steps.supply_kind
        where {where.sql} order by steps.step_number""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def delivery_trend(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Share of order lines delivered in full by the day first promised, by month of their last delivery."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select strftime(last_delivery_date, '%Y-%m') as month, count(*) as line_count,
            cast(count(*) filter (where days_late <= 0) * 1.0 / count(*) as decimal(18, 4)) as on_time_rate
        from marts.fct_sales_order_lines
        where {where.sql} and last_delivery_date is not null and not is_open
        group by month order by month desc limit 18""",
        where.parameters,
    ).reverse()


class OddsFilters(Filters):
    kind: Literal["purchase", "make"] | None = None
    supplier: str | None = None
    item: str | None = None


@asks(OddsFilters, permission=PERMISSION)
def lead_time_odds(edition: Edition, filters: OddsFilters) -> pl.DataFrame:
    """How long orders really take, by half of the time and nine times in ten; the latest first."""
    where = Where(
        ("company_id = ?", filters.company),
        ("kind = ?", filters.kind),
        ("supplier_code = ?", filters.supplier),
        ("item_code = ?", filters.item),
    )
    return edition.rows(
        f"""select * exclude (company_id, odds_key) from marts.fct_lead_time_odds where {where.sql}
        order by kind desc, item_id is not null, supplier_id is not null, days_late_p90 desc, odds_key""",
        where.parameters,
    )
