"""What does the plan say otherwise than before, and why? Suggestions of this build beside those of an earlier one."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from dashboards.edition import Edition, kept_builds, opened_again
from dashboards.questions.mrp import PERMISSION
from dashboards.questions.question import Filters, asks
from transactions.kernel.refusal import NotFound

TO_DECIDE = ("proposed", "changed", "snoozed", "rejected")
PLACE = ["item_code", "warehouse_code"]
FIGURES = ("requirements", "receipts", "stock", "safety_stock", "lead_time_days")
COLUMNS = [
    "change", "kind", "item_code", "item_name", "warehouse_code", "order_number", "quantity_before", "quantity",
    "due_date_before", "due_date", "cause", "cause_before", "cause_after", "document_number", "suggestion_id",
]  # fmt: skip


@dataclass(frozen=True)
class PlanSeen:
    """A plan as far as differences need it. suggestions: of every state; places: one row per item and warehouse with
    all that is required and received within the plan, what is in stock at its start, safety stock and lead time."""

    suggestions: pl.DataFrame
    places: pl.DataFrame


class ChangeFilters(Filters):
    """earlier: the build to compare with; left out: the one before."""

    earlier: str | None = None


@asks(ChangeFilters, permission=PERMISSION)
def mrp_changes(edition: Edition, filters: ChangeFilters) -> pl.DataFrame:
    """Suggestions that are new, gone, decided on or other than in the earlier build, each with its cause."""
    builds = [str(manifest["build_id"]) for manifest in kept_builds()]
    older = [build for build in builds if build < edition.build_id]
    earlier = filters.earlier or (older[0] if older else None)
    if earlier is None:
        seen = _seen(edition, filters.company)
        return plan_changes(seen, seen)
    if earlier not in older:
        raise NotFound("there is no such earlier build", field="earlier", value=earlier)
    return plan_changes(_seen(opened_again(earlier, edition.name), filters.company), _seen(edition, filters.company))


def plan_changes(before: PlanSeen, after: PlanSeen) -> pl.DataFrame:
    """One row per suggestion that is not as it was, the soonest due first.

    change: appeared, gone, decided, changed. cause: decided (a document now); else the first of requirements, receipts,
    stock, safety_stock and lead_time_days of its item and warehouse that differs, with both figures; other where
    none does (the day of the plan, lots, sources or what lies above).
    """
    open_before = before.suggestions.filter(pl.col("state").is_in(TO_DECIDE))
    joined = open_before.join(
        after.suggestions, on="suggestion_id", how="full", coalesce=True, suffix="_after"
    ).with_columns(
        is_before=pl.col("state").is_not_null(), is_after=pl.col("state_after").is_in(TO_DECIDE).fill_null(False)
    )
    is_other = (pl.col("quantity") != pl.col("quantity_after")) | (pl.col("due_date") != pl.col("due_date_after"))
    told = joined.with_columns(
        change=pl.when(pl.col("is_before") & pl.col("state_after").is_in(["approved", "firm"]))
        .then(pl.lit("decided"))
        .when(pl.col("is_before") & ~pl.col("is_after"))
        .then(pl.lit("gone"))
        .when(~pl.col("is_before") & pl.col("is_after"))
        .then(pl.lit("appeared"))
        .when(pl.col("is_before") & is_other)
        .then(pl.lit("changed")),
        **{
            name: pl.coalesce(f"{name}_after", name)
            for name in ("kind", "item_code", "item_name", "warehouse_code", "order_number", "document_number")
        },
        quantity_before=pl.when("is_before").then(pl.col("quantity")),
        due_date_before=pl.when("is_before").then(pl.col("due_date")),
        quantity=pl.when("is_after").then(pl.col("quantity_after")),
        due_date=pl.when("is_after").then(pl.col("due_date_after")),
    ).filter(pl.col("change").is_not_null())
    figures = before.places.join(after.places, on=PLACE, how="full", coalesce=True, suffix="_after")
    told = told.join(figures, on=PLACE, how="left")
    is_decided = pl.when(pl.col("change") == "decided")
    cause: Any = is_decided.then(pl.lit("decided"))
    first: Any = is_decided.then(None)
    second: Any = is_decided.then(None)
    for name in FIGURES:
        old, new = pl.col(name).fill_null(0), pl.col(f"{name}_after").fill_null(0)
        cause = cause.when(old != new).then(pl.lit(name))
        first = first.when(old != new).then(old.cast(pl.Decimal(18, 6)))
        second = second.when(old != new).then(new.cast(pl.Decimal(18, 6)))
    return (
        told.with_columns(cause=cause.otherwise(pl.lit("other")), cause_before=first, cause_after=second)
        .sort(pl.coalesce("due_date", "due_date_before"), "item_code", "suggestion_id")
        .select(COLUMNS)
    )


def _seen(edition: Edition, company: int | None) -> PlanSeen:
    of_company = "true" if company is None else "company_id = ?"
    parameters = [] if company is None else [company]
    # A build of before suggestions knew their documents has none to show.
    document = "document_number" if edition.has("fct_mrp_suggestions", "document_number") else "null"
    suggestions = edition.rows(
        f"""select suggestion_id, state, kind, item_code, item_name, warehouse_code, order_number, quantity, due_date,
            cast({document} as varchar) as document_number
        from marts.fct_mrp_suggestions where {of_company}""",
        parameters,
    )
    places = edition.rows(
        f"""with records as (
            select item_code, warehouse_code, gross_requirement, scheduled_receipt,
                row_number() over (partition by item_id, warehouse_id order by projection_date) as place,
                projected_balance - scheduled_receipt - planned_receipt + gross_requirement as opening
            from marts.fct_mrp_projection where {of_company}
        ),
        totals as (
            select item_code, warehouse_code, sum(gross_requirement) as requirements,
                sum(scheduled_receipt) as receipts, sum(opening) filter (where place = 1) as stock
            from records group by item_code, warehouse_code
        ),
        parameters as (
            select item_code, warehouse_code, max(safety_stock) as safety_stock, max(lead_time_days) as lead_time_days
            from marts.fct_mrp_suggestions where {of_company} group by item_code, warehouse_code
        )
        select totals.*, parameters.safety_stock, parameters.lead_time_days
        from totals left join parameters on parameters.item_code = totals.item_code
            and parameters.warehouse_code = totals.warehouse_code""",
        parameters * 2,
    )
    return PlanSeen(suggestions, places)
