"""What is to decide first, where, and what would come of it: sources by urgency and money, documents of an approval."""

from typing import Literal

import polars as pl

from dashboards.edition import Edition
from dashboards.questions.mrp import PERMISSION, SOURCE, UndecidedFilters
from dashboards.questions.question import Filters, Where, asks

Urgency = Literal["today", "week", "later"]
DEEPEST, MOST_STEPS = 12, 400
MADE = {"buy": "purchase_requisition", "make": "work_order", "move": "transfer"}


@asks(UndecidedFilters, permission=PERMISSION)
def mrp_urgencies(edition: Edition, filters: UndecidedFilters) -> pl.DataFrame:
    """One row per urgency: how many suggestions wait for a decision and how many messages ask for something."""
    suggested = Where(("company_id = ?", filters.company), filters.left("suggestions"))
    asked = Where(("company_id = ?", filters.company), filters.left("messages"))
    return edition.rows(
        f"""select urgencies.urgency,
            count(*) filter (where entries.is_suggestion) as suggestion_count,
            count(*) filter (where not entries.is_suggestion) as message_count
        from (values ('today', 1), ('week', 2), ('later', 3)) as urgencies (urgency, place)
        left join (
            select company_id, urgency, true as is_suggestion from marts.fct_mrp_suggestions
            where urgency is not null and {suggested.sql}
            union all
            select company_id, urgency, false from marts.fct_mrp_messages where {asked.sql}
        ) as entries on entries.urgency = urgencies.urgency
        group by urgencies.urgency, urgencies.place order by urgencies.place""",
        [*suggested.parameters, *asked.parameters],
    )


class SourceFilters(UndecidedFilters):
    urgency: Urgency | None = None
    kind: Literal["buy", "make", "move"] | None = None


@asks(SourceFilters, permission=PERMISSION)
def mrp_sources(edition: Edition, filters: SourceFilters) -> pl.DataFrame:
    """One row per supplier, work centre or giving warehouse with something to decide, the most margin at risk first.

    source: kind and code, as `mrp_suggestions` and `mrp_messages` take it; source_name: null where nobody says where
    it is bought or made. Money: of suggestions value_amount, cash_out_date (the first) and what would lie; of both
    margin_at_risk.
    """
    narrowed = ("company_id = ?", filters.company), ("urgency = ?", filters.urgency)
    suggested, asked = Where(*narrowed, filters.left("suggestions")), Where(*narrowed, filters.left("messages"))
    money = edition.has("fct_mrp_suggestions", "value_amount")
    amounts = ("value_amount", "margin_at_risk", "ageing_value_amount") if money else ()
    told = "".join(f", {name}" for name in amounts)
    greatest = "".join(f", max({name})" for name in amounts)  # a supply with two messages counts once
    summed = "".join(
        f", sum({name}) filter (where {'is_suggestion' if name == 'value_amount' else 'true'}) as {name}"
        for name in amounts
    )
    order = "margin_at_risk desc nulls last, value_amount desc nulls last, " if money else ""
    of_kind = Where(("kind = ?", filters.kind))
    return edition.rows(
        f"""with entries as (
            select {SOURCE["suggestions"]} as source, kind, coalesce(supplier_name, work_center_name,
                from_warehouse_code) as source_name, 1 as entry_count, true as is_suggestion, release_date,
                cash_out_date {told}
            from marts.fct_mrp_suggestions where urgency is not null and {suggested.sql}
            union all
            select source, replace(split_part(source, ':', 1), 'transfer', 'move'), source_name, count(*), false,
                null, null {greatest}
            from (
                select {SOURCE["messages"]} as source, supply_id, coalesce(supplier_name, work_center_name,
                    case when {SOURCE["messages"]} not in ('buy:', 'make:') then warehouse_code end) as source_name
                    {told}
                from marts.fct_mrp_messages where {asked.sql}
            ) as messages
            group by source, source_name, supply_id
        )
        select source, any_value(kind) as kind, any_value(source_name) as source_name,
            cast(coalesce(sum(entry_count) filter (where is_suggestion), 0) as bigint) as suggestion_count,
            cast(coalesce(sum(entry_count) filter (where not is_suggestion), 0) as bigint) as message_count,
            min(release_date) as release_date, min(cash_out_date) as cash_out_date {summed}
        from entries where {of_kind.sql} group by source order by {order} release_date nulls last, source""",
        [*suggested.parameters, *asked.parameters, *of_kind.parameters],
    )


class ChosenFilters(Filters):
    """suggestions: their ids, separated by blanks."""

    suggestions: str


def _chosen(filters: ChosenFilters) -> Where:
    ids = filters.suggestions.split()
    where = Where(("company_id = ?", filters.company))
    where.sql += f" and suggestion_id in ({', '.join('?' * len(ids)) or 'null'})"
    where.parameters += ids
    return where


@asks(ChosenFilters, permission=PERMISSION)
def mrp_documents(edition: Edition, filters: ChosenFilters) -> pl.DataFrame:
    """What approving these suggestions makes: one row per document type and supplier, work centre or route.

    document_count: requisitions, work orders or transfers; due_date: the first; totals of value_amount.
    """
    where = _chosen(filters)
    value = ", sum(value_amount) as value_amount" if edition.has("fct_mrp_suggestions", "value_amount") else ""
    kinds = " ".join(f"when '{kind}' then '{made}'" for kind, made in MADE.items())
    return edition.rows(
        f"""select case kind {kinds} end as document_type, kind, supplier_id, supplier_code,
            coalesce(supplier_name, work_center_name, from_warehouse_code) as source_name, warehouse_code,
            count(*) as document_count, min(release_date) as release_date, min(due_date) as due_date,
            min(cash_out_date) as cash_out_date {value}
        from marts.fct_mrp_suggestions where {where.sql} and state in ('proposed', 'changed', 'snoozed', 'rejected')
        group by all order by kind, source_name nulls last, warehouse_code""",
        where.parameters,
    )


@asks(ChosenFilters, permission=PERMISSION)
def mrp_chosen(edition: Edition, filters: ChosenFilters) -> pl.DataFrame:
    """These suggestions as the build has them, whatever became of them."""
    where = _chosen(filters)
    return edition.rows(
        f"select * exclude (company_id) from marts.fct_mrp_suggestions where {where.sql} order by suggestion_id",
        where.parameters,
    )


@asks(ChosenFilters, permission=PERMISSION)
def mrp_chosen_total(edition: Edition, filters: ChosenFilters) -> pl.DataFrame:
    """One row: how many of these are to decide, their value, margin at risk, what would lie, the first cash out."""
    where = _chosen(filters)
    summed = "".join(
        f", coalesce(sum({name}), 0) as {name}"
        for name in edition.shown("fct_mrp_suggestions", "value_amount", "margin_at_risk", "ageing_value_amount")
    )
    return edition.rows(
        f"""select count(*) as suggestion_count, min(cash_out_date) as cash_out_date {summed}
        from marts.fct_mrp_suggestions where {where.sql} and state in ('proposed', 'changed', 'snoozed', 'rejected')""",
        where.parameters,
    )


class ServedFilters(Filters):
    supply: str


@asks(ServedFilters, permission=PERMISSION)
def mrp_tree(edition: Edition, filters: ServedFilters) -> pl.DataFrame:
    """The pegging tree of a supply: upwards what it is for, through all levels, and downwards what it waits for.

    step: negative upwards (-1: what it covers), positive downwards (1: its components), DEEPEST at most. Within a
    direction rows come in the order of the tree, each below its parent; MOST_STEPS rows at most.
    """
    company = Where(("company_id = ?", filters.company))
    upwards = "lpad(cast(row_number() over (order by pegs.need_date, pegs.requirement_id) as varchar), 4, '0')"
    downwards = (
        "lpad(cast(row_number() over (order by pegs.item_code, pegs.need_date, pegs.supply_id) as varchar), 4, '0')"
    )
    return edition.rows(
        f"""with recursive pegs as (select * from marts.fct_mrp_pegging where {company.sql}),
        above as (
            select -1 as step, pegs.*, {upwards} as place from pegs where supply_id = ?
            union all
            select above.step - 1, pegs.*, above.place || '.' || {upwards}
            from above inner join pegs on pegs.supply_id = above.parent_supply_id
            where above.step > -{DEEPEST}
        ),
        below as (
            select 1 as step, pegs.*, {downwards} as place from pegs where parent_supply_id = ?
            union all
            select below.step + 1, pegs.*, below.place || '.' || {downwards}
            from below inner join pegs on pegs.parent_supply_id = below.supply_id
            where below.step < {DEEPEST}
        ),
        steps as (
            select distinct * from above
            union all
            select distinct * from below
        )
        select steps.step, steps.item_code, steps.requirement_kind, steps.supply_kind, steps.supply_document_number,
            steps.quantity, steps.need_date, steps.order_number, steps.order_line_number, lines.customer_name,
            lines.sales_order_id
        from steps left join marts.fct_sales_order_lines as lines
            on lines.sales_order_line_id = steps.sales_order_line_id
        order by steps.step < 0 desc, steps.place limit {MOST_STEPS}""",
        [*company.parameters, filters.supply, filters.supply],
    )
