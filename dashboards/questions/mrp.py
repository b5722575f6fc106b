"""What should I buy, make, move now? Suggestions, messages on existing supplies, pegging, the record of an item."""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.question import Filters, Where, asks

PERMISSION = "board.mrp_workbench"
MONEY = ("value_amount", "margin_of_pegged_orders", "margin_at_risk")
# Where something comes from, as kind and code: supplier, work centre, or the warehouse that gives it.
SOURCE = {
    "suggestions": "kind || ':' || coalesce(supplier_code, work_center_code, from_warehouse_code, '')",
    "messages": """case when supply_kind in ('purchase_order', 'requisition') then 'buy:' || coalesce(supplier_code, '')
        when supply_kind in ('work_order', 'by_product') then 'make:' || coalesce(work_center_code, '')
        else supply_kind || ':' || coalesce(warehouse_code, '') end""",
}
MESSAGE_ID = "supply_id || '/' || action"


class UndecidedFilters(Filters):
    """decided: ids of suggestions to leave out, for they were decided since the build; followed: of messages, each as
    supply_id/action. Separated by blanks."""

    decided: str | None = None
    followed: str | None = None

    def left(self, entries: Literal["suggestions", "messages"]) -> tuple[str, str | None]:
        """As a condition: what is neither decided nor carried out."""
        if entries == "suggestions":
            return "suggestion_id not in (select unnest(string_split(?, ' ')))", self.decided
        return f"{MESSAGE_ID} not in (select unnest(string_split(?, ' ')))", self.followed


class SuggestionFilters(UndecidedFilters):
    kind: Literal["buy", "make", "move"] | None = None
    state: Literal["open", "submitted", "snoozed", "rejected", "approved", "firm", "closed"] = "open"
    supplier: str | None = None
    item: str | None = None
    urgent: bool = False
    suggestion: str | None = None
    urgency: Literal["today", "week", "later"] | None = None
    source: str | None = None


def _narrowed(filters: SuggestionFilters) -> Where:
    where = Where(
        ("company_id = ?", filters.company),
        ("kind = ?", filters.kind),
        ("supplier_code = ?", filters.supplier),
        ("item_code = ?", filters.item),
        ("suggestion_id = ?", filters.suggestion),
        ("urgency = ?", filters.urgency),
        (f"{SOURCE['suggestions']} = ?", filters.source),
        filters.left("suggestions"),
    )
    states = "('proposed', 'changed')" if filters.state in ("open", "submitted") else f"('{filters.state}')"
    where.sql += f" and state in {states}"
    if filters.state == "submitted":
        where.sql += " and decision = 'submit'"
    if filters.urgent:
        where.sql += " and is_release_past"
    return where


@asks(SuggestionFilters, permission=PERMISSION)
def mrp_suggestions(edition: Edition, filters: SuggestionFilters) -> pl.DataFrame:
    """Suggestions, the most urgent and then the most valuable first."""
    where = _narrowed(filters)
    money = edition.shown("fct_mrp_suggestions", "margin_at_risk", "value_amount")
    order = ", ".join(
        [
            "is_release_past desc",
            *(f"{name} desc nulls last" for name in money),
            "release_date",
            "item_code",
            "due_date",
        ]
    )
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_mrp_suggestions where {where.sql}
        order by {order}, suggestion_id""",
        where.parameters,
    )


@asks(SuggestionFilters, permission=PERMISSION)
def mrp_total(edition: Edition, filters: SuggestionFilters) -> pl.DataFrame:
    """One row: suggestions, those whose release day has passed, their value to buy and margin at risk."""
    where = _narrowed(filters)
    money = "".join(
        f", {expression} as {name}"
        for name, column, expression in (
            ("buy_amount", "value_amount", "coalesce(sum(value_amount) filter (where kind = 'buy'), 0)"),
            ("make_amount", "value_amount", "coalesce(sum(value_amount) filter (where kind = 'make'), 0)"),
            ("margin_at_risk", "margin_at_risk", "coalesce(sum(margin_at_risk), 0)"),
            ("ageing_value_amount", "ageing_value_amount", "coalesce(sum(ageing_value_amount), 0)"),
        )
        if edition.has("fct_mrp_suggestions", column)
    )
    return edition.rows(
        f"""select count(*) as suggestion_count, count(*) filter (where is_release_past) as urgent_count,
            count(*) filter (where decision = 'submit') as submitted_count {money}
        from marts.fct_mrp_suggestions where {where.sql}""",
        where.parameters,
    )


@asks(SuggestionFilters, permission=PERMISSION)
def mrp_cash_by_week(edition: Edition, filters: SuggestionFilters) -> pl.DataFrame:
    """What suggestions to buy cost, by the week in which the money leaves; what is due already counts to this week."""
    if not edition.has("fct_mrp_suggestions", "value_amount"):
        return pl.DataFrame({"week": [], "amount": []})
    where = _narrowed(filters)
    return edition.rows(
        f"""select date_trunc('week', greatest(cash_out_date, date '{edition.as_of.isoformat()}')) as week,
            sum(value_amount) as amount
        from marts.fct_mrp_suggestions where {where.sql} and cash_out_date is not null and value_amount is not null
        group by all order by week""",
        where.parameters,
    )


class CompanyFilters(Filters):
    pass


@asks(CompanyFilters, permission=PERMISSION)
def mrp_suppliers(edition: Edition, filters: CompanyFilters) -> pl.DataFrame:
    """Suppliers that suggestions name."""
    where = Where(("company_id = ?", filters.company))
    return edition.rows(
        f"""select supplier_code, any_value(supplier_name) as supplier_name from marts.fct_mrp_suggestions
        where {where.sql} and supplier_code is not null group by supplier_code order by supplier_name""",
        where.parameters,
    )


class MessageFilters(UndecidedFilters):
    action: Literal["expedite", "defer", "cancel", "increase", "decrease", "release", "past_due"] | None = None
    item: str | None = None
    urgency: Literal["today", "week", "later"] | None = None
    source: str | None = None
    kind: Literal["buy", "make", "move"] | None = None


@asks(MessageFilters, permission=PERMISSION)
def mrp_messages(edition: Edition, filters: MessageFilters) -> pl.DataFrame:
    """Messages on existing supplies, those with the most margin at risk first, with the document they speak of."""
    where = Where(
        ("company_id = ?", filters.company),
        ("action = ?", filters.action),
        ("item_code = ?", filters.item),
        ("urgency = ?", filters.urgency),
        (f"{SOURCE['messages']} = ?", filters.source),
        (f"replace(split_part({SOURCE['messages']}, ':', 1), 'transfer', 'move') = ?", filters.kind),
        filters.left("messages"),
    )
    money = edition.shown("fct_mrp_messages", "margin_at_risk", "ageing_value_amount", "value_amount")
    order = "".join(f"{name} desc nulls last, " for name in money)
    return edition.rows(
        f"""select * exclude (company_id) from marts.fct_mrp_messages where {where.sql}
        order by urgency = 'later', {order} from_date, supply_id, action""",
        where.parameters,
    )


@asks(UndecidedFilters, permission=PERMISSION)
def mrp_message_counts(edition: Edition, filters: UndecidedFilters) -> pl.DataFrame:
    """How many messages ask for each action."""
    where = Where(("company_id = ?", filters.company), filters.left("messages"))
    return edition.rows(
        f"select action, count(*) as message_count from marts.fct_mrp_messages where {where.sql} "
        "group by action order by message_count desc, action",
        where.parameters,
    )


class SupplyFilters(Filters):
    supply: str


@asks(SupplyFilters, permission=PERMISSION)
def mrp_pegging(edition: Edition, filters: SupplyFilters) -> pl.DataFrame:
    """What a supply covers: requirements with quantity and day, and the customer order at the top of each."""
    where = Where(("pegs.company_id = ?", filters.company), ("pegs.supply_id = ?", filters.supply))
    return edition.rows(
        f"""select pegs.requirement_kind, pegs.quantity, pegs.need_date, pegs.level, pegs.order_number,
            pegs.order_line_number, lines.sales_order_id, lines.customer_name, lines.item_code as ordered_item_code,
            lines.promised_date
        from marts.fct_mrp_pegging as pegs
        left join marts.fct_sales_order_lines as lines on lines.sales_order_line_id = pegs.sales_order_line_id
        where {where.sql} order by pegs.need_date, pegs.requirement_id""",
        where.parameters,
    )


class ItemFilters(Filters):
    item: str
    warehouse: str | None = None


@asks(ItemFilters, permission=PERMISSION)
def mrp_record(edition: Edition, filters: ItemFilters) -> pl.DataFrame:
    """The time-phased record of an item: one row per day on which something happens."""
    where = Where(
        ("company_id = ?", filters.company), ("item_code = ?", filters.item), ("warehouse_code = ?", filters.warehouse)
    )
    return edition.rows(
        f"""select projection_date, warehouse_code, gross_requirement, scheduled_receipt, projected_balance,
            net_requirement, planned_receipt, planned_release
        from marts.fct_mrp_projection where {where.sql} order by warehouse_code, projection_date""",
        where.parameters,
    )


class BucketFilters(ItemFilters):
    bucket: Literal["day", "week", "month"] = "week"


@asks(BucketFilters, permission=PERMISSION)
def mrp_buckets(edition: Edition, filters: BucketFilters) -> pl.DataFrame:
    """The record of an item by day, week or month: sums, and the projected balance at the end of each."""
    where = Where(
        ("company_id = ?", filters.company), ("item_code = ?", filters.item), ("warehouse_code = ?", filters.warehouse)
    )
    sums = ", ".join(
        f"sum({name}) as {name}"
        for name in ("gross_requirement", "scheduled_receipt", "net_requirement", "planned_receipt", "planned_release")
    )
    return edition.rows(
        f"""select cast(date_trunc('{filters.bucket}', projection_date) as date) as bucket_start, warehouse_code,
            {sums}, max_by(projected_balance, projection_date) as projected_balance
        from marts.fct_mrp_projection where {where.sql}
        group by bucket_start, warehouse_code order by warehouse_code, bucket_start""",
        where.parameters,
    )


@asks(CompanyFilters, permission=PERMISSION)
def mrp_items(edition: Edition, filters: CompanyFilters) -> pl.DataFrame:
    """Items that the plan speaks of, with their planning parameters."""
    where = Where(("items.company_id = ?", filters.company))
    return edition.rows(
        f"""select items.item_code, items.item_name, items.unit, items.kind, items.lead_time_days, items.safety_stock,
            items.lot_policy, items.minimum_quantity, items.multiple_quantity,
            list(distinct projections.warehouse_code order by projections.warehouse_code) as warehouses
        from marts.dim_item as items
        inner join marts.fct_mrp_projection as projections on projections.item_id = items.item_id
            and projections.company_id = items.company_id
        where {where.sql}
        group by all order by items.item_code""",
        where.parameters,
    )


@asks(CompanyFilters, permission=PERMISSION)
def mrp_findings(edition: Edition, filters: CompanyFilters) -> pl.DataFrame:
    """What the plan could not take at face value: items without source, cycles, decisions without ground."""
    where = Where(("findings.company_id = ?", filters.company))
    return edition.rows(
        f"""select findings.finding, findings.item_code, warehouses.warehouse_code, findings.short_quantity,
            findings.short_date, findings.message
        from marts.fct_mrp_findings as findings
        left join marts.dim_warehouse as warehouses on warehouses.warehouse_id = findings.warehouse_id
        where {where.sql} order by findings.short_date nulls last, findings.finding, findings.item_code""",
        where.parameters,
    )
