"""The tables of master data. Whatever an engine reads is versioned: a change adds a row, it never edits one.

A version is in force from its `effective_date` until the next one of the same subject; among versions of one date the
one recorded last wins. Quantities, prices, rates in micro; amounts in minor units; times in microseconds UTC.
"""

from sqlalchemy import JSON, Column, Index, UniqueConstraint

from transactions.kernel.database import day, flag, reference, table, text, whole

company = table(
    "company",
    text("code"),
    text("name"),
    text("currency"),
    whole("amount_exponent"),
    text("time_zone"),
    text("chart"),
    whole("stage"),
    text("working_weekdays", default="12345"),  # ISO weekdays, 1 = Monday
    whole("recorded_at"),
    UniqueConstraint("code"),
)

holiday = table("holiday", reference("company_id", "company"), day("holiday_date"), text("name"), whole("recorded_at"))

unit = table("unit", text("code"), text("name"), UniqueConstraint("code"))

item = table(
    "item",
    text("code"),
    text("name"),
    reference("unit_id", "unit"),
    text("kind"),  # bought, made, service
    text("category", optional=True),
    flag("is_blocked"),
    Column("extra", JSON),
    whole("recorded_at"),
    text("tracked_by", default="none"),  # none, lot, serial: whether its stock is told apart, and how finely
    UniqueConstraint("code"),
)

item_unit = table(  # one alternative unit = numerator / denominator base units
    "item_unit", reference("item_id", "item"), reference("unit_id", "unit"), whole("numerator"), whole("denominator")
)

item_planning = table(  # planning parameters in force; warehouse null: every warehouse
    "item_planning",
    reference("company_id", "company"),
    reference("item_id", "item", indexed=True),
    reference("warehouse_id", "warehouse", optional=True),
    whole("lead_time_days"),
    whole("safety_stock"),
    text("lot_policy"),  # as LotPolicy of transactions/master/item.py
    whole("minimum_quantity"),
    whole("multiple_quantity"),
    reference("preferred_supplier_id", "partner", optional=True),
    day("effective_date"),
    whole("recorded_at"),
    whole("maximum_quantity", optional=True),  # null or 0: a lot may be any size
    whole("period_days", optional=True),  # calendar days that one lot covers
    whole("target_quantity", optional=True),  # what a lot fills up to
    whole("order_cost", optional=True),  # micro company currency per order
    whole("holding_cost", optional=True),  # micro company currency per base unit and day
    whole("tolerance_days", optional=True),  # calendar days early or late without a message
    whole("frozen_days", optional=True),  # calendar days from the day of the plan in which nothing new is planned
    whole("release_fence_days", optional=True),  # calendar days from the day of the plan in which nothing new starts
    append_only=True,
)

transfer_route = table(  # a warehouse that is supplied from another one; item null: with every item
    "transfer_route",
    reference("company_id", "company", indexed=True),
    reference("item_id", "item", optional=True),
    reference("from_warehouse_id", "warehouse"),
    reference("to_warehouse_id", "warehouse"),
    whole("transit_days"),  # worked days
    flag("is_open", default=True),  # false: from this version on there is no such route
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

forecast = table(  # what is expected to be sold in a span of days; the version recorded last counts
    "forecast",
    reference("company_id", "company", indexed=True),
    reference("item_id", "item"),
    reference("warehouse_id", "warehouse"),
    day("from_date"),
    day("to_date"),  # last day
    whole("quantity"),  # 0: none any more
    day("effective_date"),  # day on which it was made
    whole("recorded_at"),
    append_only=True,
)

valuation_method = table(
    "valuation_method",
    reference("company_id", "company"),
    reference("item_id", "item", indexed=True),
    text("method"),  # fifo, moving_average, month_average, standard, specific
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

category_valuation_method = table(  # of items of the category that are made from the date on and name no method
    "category_valuation_method",
    reference("company_id", "company", indexed=True),
    text("category"),
    text("method"),  # as of valuation_method
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

standard_cost = table(
    "standard_cost",
    reference("company_id", "company"),
    reference("item_id", "item", indexed=True),
    whole("unit_cost"),  # micro company currency per base unit
    day("effective_date"),
    whole("recorded_at"),
    whole("material_unit_cost", optional=True),  # all null: the parts were not told; else they add up to unit_cost
    whole("labour_unit_cost", optional=True),
    whole("overhead_unit_cost", optional=True),
    whole("subcontract_unit_cost", optional=True),
    whole("landed_unit_cost", optional=True),
    append_only=True,
)

partner = table(
    "partner",
    text("code"),
    text("name"),
    flag("is_customer"),
    flag("is_supplier"),
    text("currency", optional=True),
    text("country", optional=True),
    whole("payment_term_days"),
    flag("is_blocked"),
    Column("extra", JSON),
    whole("recorded_at"),
    UniqueConstraint("code"),
)

supplier_price = table(
    "supplier_price",
    reference("supplier_id", "partner"),
    reference("item_id", "item", indexed=True),
    whole("unit_price"),
    text("currency", optional=True),  # null: the supplier's, else the company's
    whole("minimum_quantity"),
    whole("lead_time_days"),
    day("effective_date"),
    whole("recorded_at"),
    whole("share_rate", optional=True),  # micro share of what is bought that this supplier gets; null: none agreed
    append_only=True,
)

exchange_rate = table(  # nano company currency for one unit of the currency
    "exchange_rate",
    reference("company_id", "company"),
    text("currency"),
    whole("rate"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

tax_code = table(
    "tax_code", reference("company_id", "company"), text("code"), text("name"), whole("rate"),
    UniqueConstraint("company_id", "code"),
)  # fmt: skip

warehouse = table(
    "warehouse",
    reference("company_id", "company"),
    text("code"),
    text("name"),
    flag("allow_negative"),
    whole("recorded_at"),
    UniqueConstraint("company_id", "code"),
)

location = (
    table(  # virtual kinds belong to the company: supplier, customer, production, loss, opening; others to a warehouse
        "location",
        reference("company_id", "company"),
        reference("warehouse_id", "warehouse", optional=True),
        text("code"),
        text("kind"),  # stock, inspection | supplier, customer, production, loss, opening
        UniqueConstraint("company_id", "code"),
    )
)

work_center = table(
    "work_center",
    reference("company_id", "company"),
    text("code"),
    text("name"),
    whole("capacity_minutes_per_day"),  # micro minutes
    whole("recorded_at"),
    UniqueConstraint("company_id", "code"),
)

work_center_rate = table(
    "work_center_rate",
    reference("work_center_id", "work_center", indexed=True),
    whole("labour_rate"),  # micro company currency per hour
    whole("overhead_rate"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

work_center_hours = table(
    "work_center_hours",
    reference("work_center_id", "work_center", indexed=True),
    whole("machine_count"),  # side by side; they share the capacity of the day
    whole("opens_at"),  # minutes after midnight
    day("effective_date"),
    whole("recorded_at"),
    text("breaks", optional=True),  # minutes after midnight, from-to and in order: 720-780,900-915
    append_only=True,
)

department = table(
    "department", reference("company_id", "company"), text("code"), text("name"),
    UniqueConstraint("company_id", "code"),
)  # fmt: skip

employee = table(
    "employee",
    reference("company_id", "company"),
    text("code"),
    text("name"),
    reference("department_id", "department", optional=True),
    text("position", optional=True),
    flag("is_salesperson"),
    whole("recorded_at"),
    UniqueConstraint("company_id", "code"),
)

employee_rate = table(
    "employee_rate",
    reference("employee_id", "employee", indexed=True),
    whole("hourly_rate"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

bom = table(  # one version, in force whole until the next one or its end_date
    "bom",
    reference("item_id", "item", indexed=True),
    whole("output_quantity"),
    day("effective_date"),
    day("end_date", optional=True),  # last day in force
    whole("recorded_at"),
    flag("is_phantom"),  # its lines go into what it is a component of; it is not made for itself there
    whole("alternate", default=1),  # 1: the main one; 2 and up are taken, in this order, when the ones before are short
    whole("yield_rate", default=1_000_000),  # micro share of a started quantity that comes out good
    append_only=True,
)

bom_line = table(
    "bom_line",
    reference("bom_id", "bom", indexed=True),
    whole("line_number"),
    reference("item_id", "item"),
    whole("quantity"),  # per output_quantity of the BOM, base unit of the component
    whole("scrap_rate"),  # micro share of the issued quantity that is lost
    append_only=True,
)

bom_by_product = table(  # what else comes out
    "bom_by_product",
    reference("bom_id", "bom", indexed=True),
    whole("line_number"),
    reference("item_id", "item"),
    whole("quantity"),  # per output_quantity of the BOM, base unit of the by-product
    whole("cost_share", optional=True),  # micro share of the work order's cost; null: not told
    append_only=True,
)

routing = table(
    "routing",
    reference("item_id", "item", indexed=True),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

routing_operation = table(
    "routing_operation",
    reference("routing_id", "routing", indexed=True),
    whole("sequence"),
    reference("work_center_id", "work_center"),
    whole("setup_minutes"),  # micro minutes per work order
    whole("run_minutes"),  # micro minutes per base unit
    reference("subcontractor_id", "partner", optional=True),  # null: own work
    whole("subcontract_price", optional=True),  # micro company currency per base unit made
    whole("subcontract_lead_time_days", optional=True),  # working days outside; null: its run time
    append_only=True,
)

Index("ix_exchange_rate_in_force", exchange_rate.c.company_id, exchange_rate.c.currency, exchange_rate.c.effective_date)
