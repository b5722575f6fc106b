"""What if demand, lead times, arrivals, stock, capacity or prices were otherwise? The build's plan beside another."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, Json

from dashboards.edition import Edition
from dashboards.planning_facts import MICRO, planning_facts
from dashboards.questions.question import AsJson, Filters, asks
from dashboards.schedule_facts import order_ends
from transactions.kernel.refusal import InvalidData, NotFound

if TYPE_CHECKING:
    from dbt_project.engines.planning import PlanningInput, PlanningResult

PERMISSION = "board.delivery_dates"
Rate = Annotated[Decimal, Field(ge=0, le=100, max_digits=18, decimal_places=6)]


class WhatIfChange(BaseModel):
    """One thing that is otherwise; item, warehouse, supplier, of capacity the work centre, by code, left out: of all.
    quantity in base units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["demand", "lead_time", "delay", "stock", "safety_stock", "capacity", "purchase_price", "sales_price"]
    item: str | None = None
    warehouse: str | None = None
    supplier: str | None = None
    work_center: str | None = None
    rate: Rate | None = None
    days: Annotated[int, Field(ge=-1000, le=1000)] | None = None
    quantity: Annotated[Decimal, Field(max_digits=18, decimal_places=6)] | None = None
    on: date | None = None


class WhatIfFilters(Filters):
    """What is otherwise, as JSON."""

    changes: Annotated[Json[list[WhatIfChange]], AsJson]


@asks(Filters, permission=PERMISSION)
def what_if_work_centers(edition: Edition, filters: Filters) -> pl.DataFrame:
    """Work centres whose capacity can be otherwise."""
    return edition.rows(
        """select work_center_code, work_center_name from marts.dim_work_center
        where (? is null or company_id = ?) and machine_count > 0 order by work_center_code""",
        [filters.company, filters.company],
    )


@asks(WhatIfFilters, permission=PERMISSION, is_dear=True)
def what_if_lines(edition: Edition, filters: WhatIfFilters) -> pl.DataFrame:
    """Open order lines whose predicted date would be another, the most delayed first."""
    base, other, _company = _both(edition, filters)
    named = edition.rows(
        """select sales_order_line_id, sales_order_id, order_number, line_number, customer_name, item_code,
            open_quantity, promised_date from marts.fct_delivery_dates"""
    )
    columns = ("sales_order_line_id", "predicted_date", "days_late")
    compared = base.delivery_dates.select(columns).join(
        other.delivery_dates.select(*columns, "reason_key", "capacity_days", reason_item_code="reason_item_id"),
        on="sales_order_line_id", suffix="_then",
    )  # fmt: skip
    return (
        compared.filter(~pl.col("predicted_date").eq_missing(pl.col("predicted_date_then")))
        .with_columns(days_moved=(pl.col("predicted_date_then") - pl.col("predicted_date")).dt.total_days())
        .join(named, on="sales_order_line_id")
        .sort("days_moved", "sales_order_line_id", descending=[True, False], nulls_last=False)
    )


@asks(WhatIfFilters, permission=PERMISSION, is_dear=True)
def what_if_total(edition: Edition, filters: WhatIfFilters) -> pl.DataFrame:
    """Two rows, the base and what would be: late lines, longest delay, suggestions, their cost, stock at the end."""
    base, other, company = _both(edition, filters)
    costs = _costs(edition, company)
    rows = []
    for name, result in (("base", base), ("changed", other)):
        lines = result.delivery_dates
        row: dict[str, Any] = {
            "plan": name,
            "line_count": lines.height,
            "late_count": int((lines["days_late"] > 0).sum()),
            "undated_count": lines["predicted_date"].null_count(),
            "longest_days_late": lines["days_late"].max(),
            "suggestion_count": result.suggestions.height,
        }
        if costs is not None:
            months = _months(edition, result, company, costs)
            row["bought_amount"] = months["bought_amount"].sum()
            row["stock_amount"] = months["stock_amount"][-1] if months.height else None
        rows.append(row)
    return pl.DataFrame(rows)


@asks(WhatIfFilters, permission=PERMISSION, is_dear=True)
def what_if_months(edition: Edition, filters: WhatIfFilters) -> pl.DataFrame:
    """By month: what planned purchases would cost when they are to be paid, and the planned stock at its end, both
    plans. Only for those who may see cost."""
    base, other, company = _both(edition, filters)
    costs = _costs(edition, company)
    if costs is None:
        return pl.DataFrame(schema={"month": pl.String})
    one, two = _months(edition, base, company, costs), _months(edition, other, company, costs)
    return (
        one.join(two, on="month", how="full", suffix="_then", coalesce=True)
        .sort("month")
        .with_columns(
            pl.col("bought_amount", "bought_amount_then").fill_null(0),
            pl.col("stock_amount", "stock_amount_then").forward_fill(),
        )
        .with_columns(
            bought_difference=pl.col("bought_amount_then") - pl.col("bought_amount"),
            stock_difference=pl.col("stock_amount_then") - pl.col("stock_amount"),
        )
    )


def _both(edition: Edition, filters: WhatIfFilters) -> tuple["PlanningResult", "PlanningResult", int]:
    company = filters.company or int(edition.rows("select min(company_id) as id from marts.dim_company")["id"][0])
    return _base(edition, company)[1], _changed(edition, company, filters.model_dump_json()), company


@lru_cache(maxsize=4)
def _base(edition: Edition, company: int) -> tuple["PlanningInput", "PlanningResult"]:
    from dbt_project.engines.planning import plan

    facts = planning_facts(edition, company)
    return facts, plan(facts)


@lru_cache(maxsize=16)
def _changed(edition: Edition, company: int, asked: str) -> "PlanningResult":
    from dbt_project.engines.planning import PlanningFactIsInvalid, plan
    from dbt_project.engines.planning.what_if import Change, changed

    told = WhatIfFilters.model_validate({"changes": json.dumps(json.loads(asked)["changes"])}).changes
    places = dict(
        edition.rows(
            "select warehouse_code, warehouse_id from marts.dim_warehouse where company_id = ?", [company]
        ).rows()
    )
    suppliers = dict(
        edition.rows(
            "select partner_code, partner_id from marts.dim_partner where company_id = ? and is_supplier", [company]
        ).rows()
    )
    centers = dict(
        edition.rows(
            "select work_center_code, work_center_id from marts.dim_work_center where company_id = ?", [company]
        ).rows()
    )
    facts = _base(edition, company)[0]
    items = set(facts.items["item_id"])
    first = min(places.values(), default=None)
    changes = []
    rates: dict[int, Fraction] = {}
    for position, each in enumerate(told):
        field = f"changes.{position}"
        for name, value, known in (
            ("item", each.item, items), ("warehouse", each.warehouse, places), ("supplier", each.supplier, suppliers),
            ("work_center", each.work_center, centers),
        ):  # fmt: skip
            if value is not None and value not in known:
                raise NotFound(f"the plan knows no such {name.replace('_', ' ')}", field=f"{field}.{name}", value=value)
        if each.kind == "capacity":
            if not each.rate or each.item or each.warehouse or each.supplier:
                rule = "capacity is of work centres, at a rate above 0"
                raise InvalidData([{"field": field, "value": "", "rule": rule}])
            for code, center in centers.items():
                if each.work_center in (None, code):
                    rates[center] = rates.get(center, Fraction(1)) * Fraction(each.rate)
            continue
        if each.work_center:
            rule = "of a work centre only its capacity is otherwise"
            raise InvalidData([{"field": f"{field}.work_center", "value": each.work_center, "rule": rule}])
        adds = each.kind == "stock" or (each.kind == "demand" and each.rate is None)
        changes.append(
            Change(
                each.kind,
                item=each.item,
                warehouse=places[each.warehouse] if each.warehouse else first if adds else None,
                supplier=suppliers[each.supplier] if each.supplier else None,
                rate=Fraction(each.rate) if each.rate is not None else None,
                days=each.days,
                quantity=int(each.quantity * MICRO) if each.quantity is not None else None,
                on=each.on or edition.as_of,
            )
        )
    try:
        if rates:
            facts = _at_other_capacity(edition, company, facts, rates)
        return plan(changed(facts, changes))
    except PlanningFactIsInvalid as wrong:
        raise InvalidData([{"field": "changes", "value": "", "rule": str(wrong)}]) from None


def _at_other_capacity(
    edition: Edition, company: int, facts: "PlanningInput", rates: dict[int, Fraction]
) -> "PlanningInput":
    """The facts where work centres work at these rates: for orders that the build schedules, and for new ones."""
    from dbt_project.engines.planning.what_if import at_other_capacity

    operations = edition.rows(
        """select item_code as item_id, work_center_id, setup_days_nano, run_days_nano
        from marts.fct_planning_operations where company_id = ? and subcontractor_id is null""",
        [company],
    )
    supplies = edition.rows(
        """select supply_id, document_id as work_order_id from marts.fct_planning_supplies
        where company_id = ? and kind in ('work_order', 'by_product')""",
        [company],
    )
    ends = supplies.join(order_ends(edition, company, rates), on="work_order_id")
    return at_other_capacity(facts, rates, operations, ends)


def _costs(edition: Edition, company: int) -> pl.DataFrame | None:
    """Unit cost by item and warehouse; None where the edition shows none."""
    if not edition.has("fct_planning_items", "unit_cost"):
        return None
    return edition.rows(
        """select item_code as item_id, warehouse_id, unit_cost from marts.fct_planning_items
        where company_id = ? and warehouse_id is not null""",
        [company],
    )


def _months(edition: Edition, result: "PlanningResult", company: int, costs: pl.DataFrame) -> pl.DataFrame:
    """bought_amount by the month of payment, stock_amount at the end of each month, company currency."""
    exponent = int(
        edition.rows("select amount_exponent as it from marts.dim_company where company_id = ?", [company])["it"][0]
    )
    terms = edition.rows(
        "select partner_id as supplier_id, payment_term_days from marts.dim_partner where company_id = ?", [company]
    )
    money = pl.Decimal(38, 4)
    bought = (
        result.suggestions.filter(pl.col("kind") == "buy")
        .with_columns(pl.col("supplier_id").cast(pl.Int64))
        .join(terms, on="supplier_id", how="left")
        .with_columns(
            paid=pl.col("due_date").clip(lower_bound=edition.as_of)
            + pl.duration(days=pl.col("payment_term_days").fill_null(0))
        )
        .group_by(month=pl.col("paid").dt.strftime("%Y-%m"))
        .agg(bought_amount=(pl.col("value_amount").sum().cast(pl.Decimal(38, 4)) / pl.lit(10**exponent)).cast(money))
    )
    record = (
        result.projection.select("item_id", "warehouse_id", "date", "projected_balance")
        .with_columns(month=pl.col("date").clip(lower_bound=edition.as_of).dt.strftime("%Y-%m"))
        .sort("item_id", "warehouse_id", "date")
        .group_by("item_id", "warehouse_id", "month", maintain_order=True)
        .agg(pl.col("projected_balance").last())
    )
    months = pl.concat([record["month"], bought["month"]]).unique().sort()
    places = record.select("item_id", "warehouse_id").unique(maintain_order=True)
    stock = (
        places.join(pl.DataFrame({"month": months}), how="cross")
        .join(record, on=["item_id", "warehouse_id", "month"], how="left")
        .sort("item_id", "warehouse_id", "month")
        .with_columns(pl.col("projected_balance").forward_fill().over("item_id", "warehouse_id"))
        .join(costs, on=["item_id", "warehouse_id"], how="left")
        .with_columns(
            value=pl.col("projected_balance").fill_null(0).clip(lower_bound=0).cast(pl.Decimal(38, 6))
            * pl.col("unit_cost").fill_null(0)
            / MICRO
        )
        .group_by("month")
        .agg(stock_amount=pl.col("value").sum().cast(money))
    )
    return stock.join(bought, on="month", how="left").with_columns(pl.col("bought_amount").fill_null(0)).sort("month")
