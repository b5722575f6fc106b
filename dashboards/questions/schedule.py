"""Who makes what when? The schedule of open work orders: operations, load against capacity, what ends late and why.

Moments are on the company's clock. A schedule is approved where its orders carry the times that this build schedules.
"""

from datetime import date

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.schedule"
NEXT_DAYS = 5  # over how many working days the fullest work centre is looked for
# An operation of which the approved plan says something else, or nothing.
CHANGED = "(approved_start is distinct from planned_start or approved_end is distinct from planned_end)"


class ScheduleFilters(Filters):
    work_center: str | None = None
    order: str | None = None
    item: str | None = None
    is_late: bool | None = None
    is_changed: bool | None = None
    from_day: date | None = None
    until_day: date | None = None


def _where(filters: ScheduleFilters, *, of_orders: bool = False) -> Where:
    """What is still to do. of_orders: whole orders, of which an operation fits the filters."""
    where = Where(
        ("company_id = ?", filters.company),
        ("work_order_number = ?", filters.order),
        ("item_code = ?", filters.item),
        ("is_late = ?", filters.is_late),
        (f"{CHANGED} = ?", filters.is_changed),
        ("work_center_code = ?", filters.work_center),
        ("planned_end >= ?", filters.from_day),
        ("planned_start < ?", filters.until_day),
    )
    where.sql += " and operation_state <> 'done'"
    if of_orders:
        where.sql = f"""work_order_id in (select work_order_id from marts.fct_schedule where {where.sql})
            and operation_state <> 'done'"""
    return where


@asks(ScheduleFilters, permission=PERMISSION)
def schedule_operations(edition: Edition, filters: ScheduleFilters) -> pl.DataFrame:
    """Operations still to do, in the order of their start."""
    where = _where(filters)
    return edition.rows(
        f"""select * exclude (company_id), {CHANGED} as is_changed,
            case
                when subcontractor_code is not null then subcontractor_code
                when machine_number is null then work_center_code
                else work_center_code || ' ' || machine_number
            end as machine
        from marts.fct_schedule where {where.sql}
        order by planned_start, work_center_code, machine_number, work_order_id, sequence""",
        where.parameters,
    )


@asks(ScheduleFilters, permission=PERMISSION)
def schedule_total(edition: Edition, filters: ScheduleFilters) -> pl.DataFrame:
    """One row: orders, operations, late orders, longest delay, first start and last end, orders approved otherwise,
    findings."""
    where = _where(filters)
    return edition.rows(
        f"""select count(*) as operation_count, count(distinct work_order_id) as order_count,
            count(distinct work_order_id) filter (where is_late) as late_order_count,
            coalesce(max(days_late), 0) as longest_days_late, min(planned_start) as first_start,
            max(planned_end) as last_end,
            count(distinct work_order_id) filter (where {CHANGED}) as changed_order_count,
            count(finding) as finding_count
        from marts.fct_schedule where {where.sql}""",
        where.parameters,
    )


@asks(ScheduleFilters, permission=PERMISSION)
def schedule_orders(edition: Edition, filters: ScheduleFilters) -> pl.DataFrame:
    """Orders of which something is still to do, the latest against their due date first."""
    where = _where(filters, of_orders=True)
    return edition.rows(
        f"""select work_order_id, work_order_number, any_value(item_code) as item_code,
            any_value(item_name) as item_name, any_value(status) as status, any_value(open_quantity) as open_quantity,
            count(*) as operation_count, any_value(order_start) as order_start, any_value(order_end) as order_end,
            any_value(due_date) as due_date, any_value(days_late) as days_late, any_value(is_late) as is_late,
            any_value(late_reason) as late_reason, any_value(late_work_center_code) as late_work_center_code,
            any_value(late_behind_work_order_number) as late_behind_work_order_number,
            any_value(material_item_code) as material_item_code, any_value(material_date) as material_date,
            any_value(material_document_number) as material_document_number,
            any_value(order_wait_minutes) as order_wait_minutes, any_value(order_end_alone) as order_end_alone,
            bool_or({CHANGED}) as is_changed, max(approved_end) as approved_end
        from marts.fct_schedule where {where.sql}
        group by work_order_id, work_order_number
        order by days_late desc, order_end desc, work_order_id""",
        where.parameters,
    )


@asks(ScheduleFilters, permission=PERMISSION)
def schedule_load(edition: Edition, filters: ScheduleFilters) -> pl.DataFrame:
    """Load against capacity by work centre and day."""
    where = Where(
        ("company_id = ?", filters.company),
        ("work_center_code = ?", filters.work_center),
        ("load_date >= ?", filters.from_day),
        ("load_date < ?", filters.until_day),
    )
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_work_center_load
        where {where.sql} and (capacity_minutes > 0 or load_minutes > 0)
        order by work_center_code, load_date""",
        where.parameters,
    )


@asks(ScheduleFilters, permission=PERMISSION)
def schedule_fullest(edition: Edition, filters: ScheduleFilters) -> pl.DataFrame:
    """Work centres by how full their next five working days are, the fullest first."""
    where = Where(("company_id = ?", filters.company), ("work_center_code = ?", filters.work_center))
    return edition.rows(
        f"""select work_center_id, any_value(work_center_code) as work_center_code,
            any_value(work_center_name) as work_center_name, sum(load_minutes) as load_minutes,
            sum(capacity_minutes) as capacity_minutes,
            cast(sum(load_minutes) / nullif(sum(capacity_minutes), 0) as decimal(18, 4)) as utilisation_rate
        from (
            select *, row_number() over (partition by work_center_id order by load_date) as day_number
            from marts.fct_work_center_load where {where.sql} and capacity_minutes > 0
        ) where day_number <= {NEXT_DAYS}
        group by work_center_id
        order by utilisation_rate desc, work_center_code""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def schedule_work_centers(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Code and name of each work centre with something to do."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select distinct work_center_code, work_center_name from marts.fct_schedule
        where {where.sql} and operation_state <> 'done' order by work_center_code""",
        where.parameters,
    )


@asks(Filters, permission=PERMISSION)
def schedule_company(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: whose schedule it is where none is named, the first company's."""
    return edition.rows("select coalesce(?, min(company_id)) as company_id from marts.dim_company", [filters.company])


@asks(Filters, permission=PERMISSION)
def orders_without_operations(edition: Edition, filters: Filters) -> pl.DataFrame:
    """One row: how many open work orders have no routing, so that nothing of them can be scheduled."""
    where = Where(("orders.company_id = ?", filters.company))
    return edition.rows(
        f"""select count(*) as order_count from marts.fct_work_orders as orders
        where {where.sql} and orders.status in ('confirmed', 'released')
            and orders.work_order_id not in (select work_order_id from marts.fct_schedule)""",
        where.parameters,
    )
