"""Would this order earn money? Revenue, cost and margin of lines before they are confirmed, at today's stock."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, Json, model_validator

from dashboards.edition import Edition
from dashboards.questions.question import AsJson, Filters, asks
from transactions.kernel.refusal import NotFound, NotPermitted

COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")


class PreviewLine(BaseModel):
    """A line as somebody thinks of it: quantity in base units, price per base unit in company currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    quantity: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=6)]
    unit_price: Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
    discount_rate: Annotated[Decimal, Field(ge=0, le=1, max_digits=18, decimal_places=6)] = Decimal(0)


class MarginPreviewFilters(Filters):
    """An order by its id (what of it is not delivered yet), or lines as JSON; a warehouse to deliver from, else the
    order's, and for lines all."""

    order: int | None = None
    customer: str | None = None
    lines: Annotated[Json[list[PreviewLine]] | None, AsJson] = None
    warehouse: str | None = None

    @model_validator(mode="after")
    def _something_to_preview(self) -> Self:
        if (self.order is None) == (self.lines is None):
            raise ValueError("name an order, or lines")
        return self


@asks(MarginPreviewFilters, permission="board.order_profit")
def margin_preview(edition: Edition, filters: MarginPreviewFilters) -> pl.DataFrame:
    """Lines with revenue, cost by component and margin if they were delivered today, and whether stock covers them."""
    if not edition.has("fct_item_costs", "unit_cost"):
        raise NotPermitted("a margin is shown to those who may see cost", field="question", value="margin_preview")
    company, warehouse = _place(edition, filters)
    exponent = int(
        edition.rows("select amount_exponent as it from marts.dim_company where company_id = ?", [company])["it"][0]
    )
    unit = Decimal(1).scaleb(-exponent)
    if filters.order is not None:
        lines = _ordered(edition, filters.order, unit)
    else:
        lines = _imagined(edition, company, filters, unit)
    if lines.is_empty():
        return lines
    from dbt_project.engines.costing.preview import previewed_costs

    items = lines["item_id"].unique().to_list()
    costs = previewed_costs(
        lines.select("line_number", "item_id", quantity=_micro("quantity")),
        _layers(edition, company, items, warehouse, exponent),
        _unit_costs(edition, company, items),
        exponent,
    )
    return _answer(lines, costs, _on_hand(edition, company, items, warehouse), exponent)


def _place(edition: Edition, filters: MarginPreviewFilters) -> tuple[int, str | None]:
    """The company, and the warehouse that would deliver: an order says both itself, unless a warehouse is named."""
    if filters.order is not None:
        found = edition.rows(
            """select lines.company_id, warehouses.warehouse_code from marts.fct_sales_order_lines as lines
            left join marts.dim_warehouse as warehouses on warehouses.warehouse_id = lines.warehouse_id
            where lines.sales_order_id = ? limit 1""",
            [filters.order],
        )
        for company, warehouse in found.iter_rows():
            return company, filters.warehouse or warehouse
    company = filters.company or edition.rows("select min(company_id) as id from marts.dim_company")["id"][0]
    return company, filters.warehouse


def _ordered(edition: Edition, order: int, unit: Decimal) -> pl.DataFrame:
    """What is still to be delivered of the lines of an order, draft or not; revenue in company currency at its rate."""
    lines = edition.rows(
        """select line_number, item_id, item_code, item_name, ordered_quantity - delivered_quantity as quantity,
            ordered_quantity, net_amount
        from marts.fct_sales_order_lines where sales_order_id = ? order by line_number""",
        [order],
    )
    if lines.is_empty():
        raise NotFound("the build holds no such order", field="order", value=order)
    lines = lines.filter(pl.col("item_id").is_not_null() & (pl.col("quantity") > 0))
    revenue = [
        (line["net_amount"] * line["quantity"] / line["ordered_quantity"]).quantize(unit, ROUND_HALF_EVEN)
        for line in lines.iter_rows(named=True)
    ]
    return lines.drop("ordered_quantity", "net_amount").with_columns(
        quantity=pl.col("quantity").cast(pl.Decimal(18, 6)), revenue=pl.Series(revenue, dtype=pl.Decimal(18, 4))
    )


def _imagined(edition: Edition, company: int, filters: MarginPreviewFilters, unit: Decimal) -> pl.DataFrame:
    """The lines told, with the items that they name."""
    told = filters.lines or []
    if filters.customer is not None:
        customer = edition.rows(
            "select 1 as one from marts.dim_partner where company_id = ? and partner_code = ? and is_customer",
            [company, filters.customer],
        )
        if customer.is_empty():
            raise NotFound("there is no such customer", field="customer", value=filters.customer)
    items = edition.rows(
        """select item_code, item_id, item_name from marts.dim_item
        where company_id = ? and item_code in (select unnest(?))""",
        [company, [line.item for line in told]],
    )
    by_code = {code: (item_id, name) for code, item_id, name in items.iter_rows()}
    for position, line in enumerate(told):
        if line.item not in by_code:
            raise NotFound("there is no such item", field=f"lines.{position}.item", value=line.item)
    rows = [
        {
            "line_number": number,
            "item_id": by_code[line.item][0],
            "item_code": line.item,
            "item_name": by_code[line.item][1],
            "quantity": line.quantity,
            "revenue": (line.quantity * line.unit_price * (1 - line.discount_rate)).quantize(unit, ROUND_HALF_EVEN),
        }
        for number, line in enumerate(told, start=1)
    ]
    kinds = {"quantity": pl.Decimal(18, 6), "revenue": pl.Decimal(18, 4)}
    return pl.DataFrame(rows, schema_overrides=kinds)


def _layers(edition: Edition, company: int, items: list[int], warehouse: str | None, exponent: int) -> pl.DataFrame:
    """Layers in stock in the order in which they are taken, in minor and micro units: as they came into the warehouse.

    What a transfer brought came in later than its age says.
    """
    amounts = ", ".join(
        f"cast(ageing.{name}_amount * {10**exponent} as bigint) as {name}_amount" for name in COMPONENTS
    )
    return edition.rows(
        f"""with arrivals as (
            select warehouse_id, item_id, layer_move_id, min(valid_from) as arrived_on
            from marts.fct_stock_layers_daily
            where company_id = ? and item_id in (select unnest(?)) and quantity > 0
            group by warehouse_id, item_id, layer_move_id
        )
        select ageing.item_id, cast(ageing.quantity * 1000000 as bigint) as quantity, {amounts}
        from marts.fct_stock_ageing as ageing
        left join arrivals using (warehouse_id, item_id, layer_move_id)
        where ageing.company_id = ? and ageing.item_id in (select unnest(?)) and ageing.quantity > 0
            and (? is null or ageing.warehouse_code = ?)
        order by arrivals.arrived_on, ageing.layer_move_id""",
        [company, items, company, items, warehouse, warehouse],
    )


def _unit_costs(edition: Edition, company: int, items: list[int]) -> pl.DataFrame:
    costs = ", ".join(f"cast({name}_unit_cost * 1000000 as bigint) as {name}_unit_cost" for name in COMPONENTS)
    return edition.rows(
        f"""select item_id, {costs}, is_complete from marts.fct_item_costs
        where company_id = ? and item_id in (select unnest(?))""",
        [company, items],
    )


def _on_hand(edition: Edition, company: int, items: list[int], warehouse: str | None) -> pl.DataFrame:
    return edition.rows(
        """select item_id, sum(quantity) as on_hand_quantity, sum(available_quantity) as available_quantity
        from marts.fct_stock_on_hand
        where company_id = ? and item_id in (select unnest(?)) and (? is null or warehouse_code = ?)
        group by item_id""",
        [company, items, warehouse, warehouse],
    )


def _answer(lines: pl.DataFrame, costs: pl.DataFrame, on_hand: pl.DataFrame, exponent: int) -> pl.DataFrame:
    names = [f"{name}_amount" for name in COMPONENTS] + ["cost_amount"]
    zero = pl.lit(0).cast(pl.Decimal(18, 6))
    previewed = (
        lines.join(costs, on="line_number")
        .join(on_hand, on="item_id", how="left")
        .with_columns(_amount(name, exponent) for name in names)
        .with_columns(
            pl.col("on_hand_quantity").fill_null(zero),
            pl.col("available_quantity").fill_null(zero),
            stock_quantity=_quantity("stock_quantity"),
            wanted_so_far=pl.col("quantity").cum_sum().over("item_id"),
        )
        .with_columns(
            margin=pl.col("revenue") - pl.col("cost_amount"),
            is_covered=pl.col("available_quantity") >= pl.col("wanted_so_far"),
            cost_source=pl.when(pl.col("stock_quantity") == pl.col("quantity"))
            .then(pl.lit("stock"))
            .when(pl.col("stock_quantity") > 0)
            .then(pl.lit("stock_and_unit_cost"))
            .when("has_cost")
            .then(pl.lit("unit_cost"))
            .otherwise(pl.lit("unknown_cost")),
        )
    )
    shares = [
        None if not revenue else round(margin / revenue, 4)
        for margin, revenue in zip(previewed["margin"], previewed["revenue"], strict=True)
    ]
    return previewed.with_columns(
        margin_rate=pl.Series(shares, dtype=pl.Decimal(18, 4)),
        **{f"{name}_cost": pl.col(f"{name}_amount") for name in COMPONENTS},
        total_cost=pl.col("cost_amount"),
    ).select(
        "line_number", "item_id", "item_code", "item_name", "quantity", "revenue",
        *(f"{name}_cost" for name in COMPONENTS), "total_cost", "margin", "margin_rate", "cost_source", "has_cost",
        "stock_quantity", "on_hand_quantity", "available_quantity", "is_covered",
    )  # fmt: skip


def _micro(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(38, 6)) * 1_000_000).cast(pl.Int64)


def _quantity(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(38, 6)) / 1_000_000).cast(pl.Decimal(18, 6))


def _amount(column: str, exponent: int) -> pl.Expr:
    return (pl.col(column).cast(pl.Decimal(38, 6)) / pl.lit(10**exponent)).cast(pl.Decimal(18, 4))
