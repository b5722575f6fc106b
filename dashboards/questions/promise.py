"""When can we deliver? Dates for lines before they are confirmed, from what is free, and by buying and making the rest.

Nothing of the plan is moved for them: what is pegged to other requirements is not free, what work centres are scheduled
for stays there. Nothing is recorded.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, Json, model_validator

from dashboards.edition import Edition
from dashboards.planning_facts import MICRO, planned_in, planning_facts
from dashboards.promise_odds import promise_odds
from dashboards.questions.question import AsJson, Filters, asks
from dashboards.schedule_facts import capacity
from transactions.kernel.refusal import NotFound

PERMISSION = "board.delivery_dates"
QUANTITY = pl.Decimal(18, 6)


class PromiseLine(BaseModel):
    """What somebody asks for: quantity in base units; wanted left out: as early as can be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    quantity: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    wanted: date | None = None
    warehouse: str | None = None


class PromiseFilters(Filters):
    """An order by its id (what of it is not delivered yet, draft or confirmed), or lines as JSON.

    warehouse: to deliver from, for lines that name none; left out: the company's first.
    """

    order: int | None = None
    lines: Annotated[Json[list[PromiseLine]] | None, AsJson] = None
    warehouse: str | None = None

    @model_validator(mode="after")
    def _something_to_promise(self) -> Self:
        if (self.order is None) == (not self.lines):
            raise ValueError("name an order, or lines")
        return self


@asks(PromiseFilters, permission=PERMISSION, is_dear=True)
def promise_dates(edition: Edition, filters: PromiseFilters) -> pl.DataFrame:
    """Lines with the earliest date on which all of each can be there, from what is free alone and with new supplies."""
    return _promised(edition, filters.model_dump_json(exclude_none=True))[0]


@asks(PromiseFilters, permission=PERMISSION, is_dear=True)
def promise_parts(edition: Edition, filters: PromiseFilters) -> pl.DataFrame:
    """What covers each line by its earliest date: free stock, free goods coming, what is made, bought, moved."""
    return _promised(edition, filters.model_dump_json(exclude_none=True))[1]


@asks(PromiseFilters, permission=PERMISSION, is_dear=True)
def promise_steps(edition: Edition, filters: PromiseFilters) -> pl.DataFrame:
    """The way to each line's earliest date: from its own item down through what it waits for, with days, and those of
    them that a work centre takes longer because it is full."""
    return _promised(edition, filters.model_dump_json(exclude_none=True))[2]


@asks(PromiseFilters, permission=PERMISSION, is_dear=True)
def promise_total(edition: Edition, filters: PromiseFilters) -> pl.DataFrame:
    """One row: lines asked for, the day on which all can be there, lines later than wanted, lines without a date."""
    lines = _promised(edition, filters.model_dump_json(exclude_none=True))[0]
    return lines.select(
        line_count=pl.len(),
        late_count=((pl.col("days_late") > 0) & pl.col("wanted_date").is_not_null()).sum(),
        undated_count=pl.col("earliest_date").is_null().sum(),
        from_stock_count=pl.col("is_in_stock").sum(),
        complete_date=pl.when(pl.col("earliest_date").is_null().any())
        .then(None)
        .otherwise(pl.col("earliest_date").max()),
        complete_p90_date=pl.when(pl.col("earliest_date").is_null().any())
        .then(None)
        .otherwise(pl.col("p90_date").max()),
        odds_sample_count=pl.col("odds_sample_count").min(),
        longest_days_late=pl.col("days_late").filter(pl.col("wanted_date").is_not_null()).max(),
    )


class OpenOrderFilters(Filters):
    """Orders that can be promised, of a customer if one is named."""

    customer: str | None = None


@asks(OpenOrderFilters, permission=PERMISSION)
def promise_orders(edition: Edition, filters: OpenOrderFilters) -> pl.DataFrame:
    """Draft and confirmed orders with something to deliver, drafts first; at most 500."""
    return edition.rows(
        """select orders.sales_order_id, any_value(orders.order_number) as order_number,
            any_value(orders.external_number) as external_number, any_value(orders.customer_code) as customer_code,
            any_value(orders.customer_name) as customer_name, max(documents.status) as status, count(*) as line_count
        from marts.fct_sales_order_lines as orders
        inner join marts.fct_documents as documents on documents.document_id = orders.sales_order_id
        where documents.status in ('draft', 'confirmed') and orders.item_id is not null
            and orders.ordered_quantity > orders.delivered_quantity
            and (? is null or orders.company_id = ?) and (? is null or orders.customer_code = ?)
        group by orders.sales_order_id
        order by status desc, orders.sales_order_id desc limit 500""",
        [filters.company, filters.company, filters.customer, filters.customer],
    )


@asks(Filters, permission=PERMISSION)
def promise_items(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Items that can be promised: whatever is bought or made and not blocked."""
    return edition.rows(
        """select item_code, any_value(item_name) as item_name from marts.dim_item
        where (? is null or company_id = ?) and kind in ('bought', 'made') and not is_blocked
        group by item_code order by item_code""",
        [filters.company, filters.company],
    )


@asks(Filters, permission=PERMISSION)
def promise_warehouses(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Warehouses that deliver, the company's first one first."""
    return edition.rows(
        """select warehouse_code, warehouse_name, warehouse_id from marts.dim_warehouse
        where (? is null or company_id = ?) order by warehouse_id""",
        [filters.company, filters.company],
    )


@lru_cache(maxsize=32)
def _promised(edition: Edition, asked: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The lines, their parts, their steps. Kept, so that one run of the engine answers all of it."""
    from dbt_project.engines.planning import promise

    filters = PromiseFilters.model_validate_json(asked)
    company = filters.company or int(edition.rows("select min(company_id) as id from marts.dim_company")["id"][0])
    if filters.order is not None:
        lines = _ordered(edition, filters.order)
        company = int(lines["company_id"][0])
    else:
        lines = _imagined(edition, company, filters)
    own_lines = tuple(lines["sales_order_line_id"].drop_nulls().to_list())
    facts = planned_in(
        planning_facts(edition, company, without_lines=own_lines),
        edition, company, lines.select("item_code", "warehouse_id").iter_rows(),
    )  # fmt: skip
    wanted = lines.select(
        pl.col("line_number").cast(pl.String).alias("promise_id"),
        pl.col("item_code").alias("item_id"),
        "warehouse_id",
        (pl.col("quantity").cast(pl.Decimal(38, 6)) * MICRO).cast(pl.Int64).alias("quantity"),
        pl.max_horizontal(pl.col("wanted_date"), pl.lit(edition.as_of)).alias("need_date"),
    )
    free = promise(facts, wanted, with_new_supplies=False)
    best = promise(facts, wanted, capacity=capacity(edition, company))
    number = pl.col("promise_id").cast(pl.Int64).alias("line_number")
    places = edition.rows("select warehouse_id, warehouse_code from marts.dim_warehouse")
    names = edition.rows("select item_code, any_value(item_name) as item_name from marts.dim_item group by item_code")
    found = best.dates.with_columns(number)
    centers = best.work_centers.join(
        edition.rows("select work_center_id, work_center_code from marts.dim_work_center"), on="work_center_id"
    )
    kind = pl.col("supply_kind").replace({"purchase_order": "free_incoming"})
    steps = (
        found.select("line_number", "steps")
        .explode("steps")
        .with_columns(step_number=pl.int_range(1, pl.len() + 1).over("line_number"))
        .unnest("steps")
        .with_columns(kind)
        .rename({"item_id": "item_code", "days": "step_days"})
        .join(names, on="item_code", how="left", maintain_order="left")
        .join(centers, on="supply_id", how="left", maintain_order="left")
        .select(
            "line_number", "step_number", "supply_kind", "item_code", "item_name", "warehouse_id", "lead_time_days",
            "available_date", "step_days", "capacity_days",
            work_center_code=pl.when(pl.col("capacity_days") > 0).then(pl.col("work_center_code")),
        )
        .sort("line_number", "step_number")
    )  # fmt: skip
    # Of several work centres that are full the one where the chain ends, else the one that takes most days.
    full = (
        steps.with_columns(is_end=pl.col("step_number") == pl.col("step_number").max().over("line_number"))
        .filter(pl.col("capacity_days") > 0)
        .sort("is_end", "capacity_days", descending=True, maintain_order=True)
        .unique("line_number", keep="first", maintain_order=True)
        .select("line_number", reason_work_center_code="work_center_code", reason_capacity_days="capacity_days")
    )
    dates = (
        lines.join(places, on="warehouse_id", how="left", maintain_order="left").join(
            free.dates.select(
                number, free_date="predicted_date", is_in_stock=pl.col("reason_key") == pl.lit("in_stock")
            ), on="line_number", how="left", maintain_order="left"
        )
        .join(
            found.select(
                "line_number", "days_late", "reason_key", "reason_lead_time_days", "reason_date", "reason",
                "capacity_days", earliest_date="predicted_date", reason_item_code="reason_item_id",
            ),
            on="line_number", how="left", maintain_order="left",
        )
        .join(full, on="line_number", how="left", maintain_order="left")
        .join(
            promise_odds(edition, company, facts, best.dates).select(
                number, "p50_date", "p90_date", "odds_sample_count", "odds_level"
            ),
            on="line_number", how="left", maintain_order="left",
        )
    )  # fmt: skip
    parts = (
        best.parts.with_columns(number, supply_kind=kind)
        .group_by("line_number", "supply_kind", "available_date")
        .agg(quantity=(pl.col("quantity").sum().cast(pl.Decimal(38, 6)) / MICRO).cast(QUANTITY))
        .with_columns(days=(pl.col("available_date") - pl.lit(edition.as_of)).dt.total_days())
        .sort("line_number", "available_date", "supply_kind", nulls_last=True)
    )
    shown = lines.select("line_number", ordered_item_code="item_code")
    return dates, parts.join(shown, on="line_number", how="left", maintain_order="left"), steps


def _ordered(edition: Edition, order: int) -> pl.DataFrame:
    """What is still to be delivered of an order, draft or confirmed."""
    lines = edition.rows(
        """select lines.company_id, lines.line_number, lines.sales_order_line_id, lines.item_id, lines.item_code,
            lines.item_name, lines.ordered_quantity - lines.delivered_quantity as quantity,
            coalesce(lines.warehouse_id, (
                select min(warehouse_id) from marts.dim_warehouse as warehouses
                where warehouses.company_id = lines.company_id
            )) as warehouse_id,
            coalesce(lines.requested_date, lines.promised_date, lines.order_date) as wanted_date, lines.promised_date,
            documents.status
        from marts.fct_sales_order_lines as lines
        inner join marts.fct_documents as documents on documents.document_id = lines.sales_order_id
        inner join marts.dim_item as items on items.company_id = lines.company_id and items.item_id = lines.item_id
        where lines.sales_order_id = ? and items.kind in ('bought', 'made') order by lines.line_number""",
        [order],
    )
    if lines.is_empty():
        raise NotFound("the build holds no order of goods by that id", field="order", value=order)
    if lines["status"][0] not in ("draft", "confirmed"):
        raise NotFound("the order is neither draft nor confirmed", field="order", value=order)
    lines = lines.drop("status").filter(pl.col("quantity") > 0).with_columns(pl.col("quantity").cast(QUANTITY))
    if lines.is_empty():
        raise NotFound("nothing of the order is left to deliver", field="order", value=order)
    return lines


def _imagined(edition: Edition, company: int, filters: PromiseFilters) -> pl.DataFrame:
    """The lines told, with their items and warehouses."""
    told = filters.lines or []
    items = edition.rows(
        """select item_code, item_id, item_name from marts.dim_item
        where company_id = ? and kind in ('bought', 'made') and not is_blocked and item_code in (select unnest(?))""",
        [company, [line.item for line in told]],
    )
    by_code = {code: (item_id, name) for code, item_id, name in items.iter_rows()}
    places = edition.rows(
        "select warehouse_code, warehouse_id from marts.dim_warehouse where company_id = ? order by warehouse_id",
        [company],
    )
    by_place = dict(places.iter_rows())
    rows = []
    for number, line in enumerate(told, start=1):
        if line.item not in by_code:
            raise NotFound("there is no such item to deliver", field=f"lines.{number - 1}.item", value=line.item)
        place = line.warehouse or filters.warehouse or places["warehouse_code"][0]
        if place not in by_place:
            raise NotFound("there is no such warehouse", field="warehouse", value=place)
        item_id, name = by_code[line.item]
        rows.append(
            {
                "company_id": company, "line_number": number, "sales_order_line_id": None, "item_id": item_id,
                "item_code": line.item, "item_name": name, "quantity": line.quantity, "warehouse_id": by_place[place],
                "wanted_date": line.wanted, "promised_date": None,
            }
        )  # fmt: skip
    kinds: dict[str, Any] = {
        "company_id": pl.Int64, "line_number": pl.Int64, "sales_order_line_id": pl.Int64, "item_id": pl.Int64,
        "item_code": pl.String, "item_name": pl.String, "quantity": QUANTITY, "warehouse_id": pl.Int64,
        "wanted_date": pl.Date, "promised_date": pl.Date,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=kinds)
