"""The tables of documents.

One head table and one line table serve all document types: numbering, states, links, amendment, printing and
replication are written once. What only one type knows stands in a table of its own beside (work_order, inspection).

`effective_date` of a head is its business date: order_date of an order, invoice_date of an invoice, bill_date of a
bill, the day of the movement for deliveries, receipts, issues, outputs. Head and line amounts are minor units of the
document's currency; quantities and prices micro; exchange rates nano.
"""

from sqlalchemy import JSON, Column, Index, UniqueConstraint

from transactions.kernel.database import day, reference, table, text, whole

document = table(
    "document",
    reference("company_id", "company"),
    text("document_type"),
    text("number", optional=True),  # drafts have none
    text("external_number", optional=True),
    text("state"),  # draft, confirmed, done, cancelled; of work orders also released
    day("effective_date"),
    reference("partner_id", "partner", optional=True),
    reference("warehouse_id", "warehouse", optional=True),
    reference("origin_document_id", "document", optional=True, indexed=True),  # delivery → its sales order, and so on
    reference("salesperson_id", "employee", optional=True),
    day("due_date", optional=True),
    text("currency"),
    whole("exchange_rate"),
    whole("net_amount"),
    whole("tax_amount"),
    whole("freight_amount"),
    whole("gross_amount"),  # net + tax + freight
    text("basis", optional=True),  # landed cost: value, weight, quantity
    text("reason", optional=True),
    Column("extra", JSON),
    reference("created_by", "user_account"),
    whole("recorded_at"),
    UniqueConstraint("company_id", "document_type", "number"),
    UniqueConstraint("company_id", "document_type", "external_number"),
)

document_line = table(
    "document_line",
    reference("document_id", "document", indexed=True),
    whole("line_number"),
    reference("item_id", "item", optional=True),
    text("description", optional=True),
    whole("entered_quantity"),  # in the entered unit
    reference("entered_unit_id", "unit", optional=True),
    whole("unit_numerator"),  # base quantity = entered quantity × numerator ÷ denominator
    whole("unit_denominator"),
    whole("quantity"),  # base unit
    whole("unit_price"),  # micro document currency per entered unit
    whole("discount_rate"),
    whole("net_amount"),
    whole("tax_amount"),
    whole("gross_amount"),
    reference("tax_code_id", "tax_code", optional=True),
    day("requested_date", optional=True),  # sales: wanted by the customer; requisition: needed; work order: due
    day("promised_date", optional=True),  # sales: promised to the customer; purchase: expected from the supplier
    day("first_promised_date", optional=True),  # work order: due before an approved schedule moved it
    reference("warehouse_id", "warehouse", optional=True),
    Column("extra", JSON),
    reference("lot_id", "lot", optional=True),  # null: no lot, or several; its moves name them
)

line_link = table(  # many to many, from the earlier line to the one that follows it up
    "line_link",
    # delivery, invoice, receipt, bill, customer_return, supplier_return, landed_cost, inspection, requisition, output,
    # credit_note, debit_note (quantity 0: a price allowance), subcontract
    text("link_type"),
    reference("from_line_id", "document_line", indexed=True),
    reference("to_line_id", "document_line", indexed=True),
    whole("quantity"),
    whole(
        "amount"
    ),  # minor units of company currency: a bill's net for its receipt or order line, a share of landed cost
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

document_event = table(  # every change of state
    "document_event",
    reference("document_id", "document", indexed=True),
    text("state"),
    day("effective_date"),
    reference("user_id", "user_account"),
    whole("recorded_at"),
    append_only=True,
)

document_revision = table(  # an amended field of a confirmed order
    "document_revision",
    reference("document_id", "document", indexed=True),
    reference("line_id", "document_line", optional=True),
    text("field"),
    text("old_value", optional=True),
    text("new_value", optional=True),
    text("reason", optional=True),
    reference("user_id", "user_account"),
    whole("recorded_at"),
    day("effective_date", optional=True),
    append_only=True,
)

work_order = table(  # beside the document of type work_order, which has one line: the planned output
    "work_order",
    reference("document_id", "document", indexed=True),
    reference("item_id", "item"),
    whole("planned_quantity"),
    reference("bom_id", "bom", optional=True),
    reference("routing_id", "routing", optional=True),
    day("start_date"),
    day("due_date"),
)

work_order_component = table(
    "work_order_component",
    reference("document_id", "document", indexed=True),
    reference("item_id", "item"),
    whole("quantity"),  # planned issue for the whole order, scrap included
)

work_order_operation = table(
    "work_order_operation",
    reference("document_id", "document", indexed=True),
    whole("sequence"),
    reference("work_center_id", "work_center"),
    whole("setup_minutes"),
    whole("run_minutes"),
    reference("subcontractor_id", "partner", optional=True),
    whole("subcontract_price", optional=True),
    whole("subcontract_lead_time_days", optional=True),
)

work_order_by_product = table(
    "work_order_by_product",
    reference("document_id", "document", indexed=True),
    reference("item_id", "item"),
    whole("quantity"),  # planned for the whole order
    whole("cost_share", optional=True),  # micro share of the order's cost
)

operation_pin = table(  # a planner says when an operation begins; the latest counts
    "operation_pin",
    reference("document_id", "document", indexed=True),  # the work order
    reference("work_order_operation_id", "work_order_operation"),
    whole("starts_at", optional=True),  # minutes since 1970-01-01 00:00 on the company's clock; null: pinned no more
    reference("user_id", "user_account"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

operation_plan = table(  # when an approved schedule has an operation; the latest counts
    "operation_plan",
    reference("document_id", "document", indexed=True),  # the work order
    reference("work_order_operation_id", "work_order_operation"),
    whole("starts_at"),  # minutes since 1970-01-01 00:00 on the company's clock
    whole("ends_at"),
    text("build_id"),
    reference("user_id", "user_account"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

subcontract_cost = table(  # what subcontractors charge for a work order; bills > 0, debit notes < 0
    "subcontract_cost",
    reference("company_id", "company"),
    reference("document_id", "document", indexed=True),  # the supplier bill or debit note
    reference("document_line_id", "document_line"),
    reference("work_order_id", "document", indexed=True),
    reference("partner_id", "partner"),
    whole("sequence", optional=True),  # the operation of the order
    whole("amount"),  # minor units of company currency
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

inspection = table(  # beside the document of type inspection, whose line links to the goods receipt line
    "inspection",
    reference("document_id", "document", indexed=True),
    whole("accepted_quantity"),
    whole("rejected_quantity"),
    text("disposition", optional=True),  # return, rework, scrap, accept
    day("decided_on", optional=True),
)

payment_allocation = table(  # gross, minor units of the invoice's currency
    "payment_allocation",
    reference("payment_id", "document", indexed=True),  # payment, credit note or debit note
    reference("invoice_id", "document", indexed=True),  # customer invoice, supplier bill or landed cost bill
    whole("amount"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

suggestion_decision = table(
    "suggestion_decision",
    reference("company_id", "company"),
    text("suggestion_id"),
    text("build_id"),
    text("decision"),  # approve, change, submit, snooze, reject
    text("kind", optional=True),  # buy, make, move
    reference("item_id", "item", optional=True),
    reference("warehouse_id", "warehouse", optional=True),
    reference("supplier_id", "partner", optional=True),
    whole("quantity", optional=True),
    day("due_date", optional=True),
    day("until", optional=True),
    text("reason", optional=True),
    reference("document_id", "document", optional=True),  # what an approval made
    reference("user_id", "user_account"),
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

approval_limit = table(  # up to which value suggestions may be approved, by a role or a user; the latest counts
    "approval_limit",
    reference("company_id", "company", indexed=True),
    text("role", optional=True),  # one of role and user_id
    reference("user_id", "user_account", optional=True),
    whole("amount", optional=True),  # minor units of company currency; null: taken back
    day("effective_date"),
    whole("recorded_at"),
    append_only=True,
)

cost_settlement = table(
    "cost_settlement",
    reference("company_id", "company"),
    text("build_id"),
    whole("row_count"),
    whole("recorded_at"),
    day("as_of", optional=True),  # day up to which cost is settled, at the latest the build's; null: not told
    append_only=True,
)

Index("ix_document_origin", document.c.document_type, document.c.partner_id)
