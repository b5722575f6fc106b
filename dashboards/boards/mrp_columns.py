"""How the tables of the MRP workbench are headed."""

from dashboards.table import Column

SOURCES = {
    "source_name": Column("Supplier, work centre", "name"),
    "suggestion_count": Column("Suggestions", "count"),
    "message_count": Column("Messages", "count"),
    "margin_at_risk": Column(
        "Margin at risk", "amount", help="Margin of customer orders that is late or lost without it"
    ),
    "kind": Column("Do", "word"),
    "value_amount": Column("Value", "amount"),
    "release_date": Column("Release by", "date"),
    "cash_out_date": Column("First payment", "date"),
    "ageing_value_amount": Column("Would lie", "amount", help="Value that would lie for more than 90 days"),
}
SUGGESTIONS = {
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "kind": Column("Do", "word"),
    "quantity": Column("Quantity", "quantity"),
    "unit": Column("Unit"),
    "release_date": Column("Release by", "date", help="Due date less lead time in working days; may lie in the past"),
    "due_date": Column("Due", "date"),
    "value_amount": Column("Value", "amount"),
    "margin_at_risk": Column(
        "Margin at risk", "amount", help="Margin of customer orders that is late or lost without it"
    ),
    "cash_out_date": Column("Cash out", "date"),
    "order_number": Column("For order"),
    "sales_order_line_count": Column("Order lines", "count", help="Customer order lines that wait for it"),
    "margin_of_pegged_orders": Column("Margin served", "amount", help="Margin of the customer orders that it serves"),
    "ageing_value_amount": Column("Would lie", "amount", help="Value that would lie for more than 90 days"),
    "supplier_name": Column("Supplier"),
    "work_center_name": Column("Work centre", "name"),
    "from_warehouse_code": Column("From warehouse"),
    "warehouse_code": Column("Warehouse"),
    "state": Column("State", "word"),
    "snoozed_until": Column("Snoozed until", "date"),
    "decision_reason": Column("Reason"),
    "document_number": Column("Document"),
    "order_document_number": Column("Ordered with"),
    "ground": Column("Since the decision", "word"),
    "decided_quantity": Column("Decided quantity", "quantity"),
    "decided_due_date": Column("Decided for", "date"),
}
# Of what is still to decide there is neither document nor decision.
DECIDED = ("state", "document_number", "order_document_number", "ground", "decided_quantity", "decided_due_date")
TO_DECIDE = {name: column for name, column in SUGGESTIONS.items() if name not in DECIDED}
SUBMITTED = {"decided_by": Column("Submitted by")} | TO_DECIDE
CHOSEN = {name: TO_DECIDE[name] for name in ("kind", "item_code", "item_name", "quantity", "unit", "release_date",
                                             "due_date", "value_amount", "supplier_name", "work_center_name",
                                             "warehouse_code")}  # fmt: skip
MESSAGES = {
    "action": Column("Do", "word"),
    "document_number": Column("Document"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "quantity": Column("Quantity", "quantity"),
    "from_date": Column("From", "date"),
    "to_date": Column("To", "date"),
    "margin_at_risk": Column("Margin at risk", "amount"),
    "value_amount": Column("Value", "amount", help="Of the order, or of the difference in quantity"),
    "ageing_value_amount": Column("Would lie", "amount", help="Value that would lie for more than 90 days"),
    "cash_out_date": Column("Cash out", "date"),
    "margin_of_pegged_orders": Column("Margin served", "amount", help="Margin of the customer orders that it serves"),
    "supply_kind": Column("Kind", "word"),
    "supplier_name": Column("Supplier"),
    "work_center_name": Column("Work centre", "name"),
    "warehouse_code": Column("Warehouse"),
}
DOCUMENTS = {
    "document_type": Column("Document", "word"),
    "source_name": Column("Supplier, work centre", "name"),
    "document_count": Column("How many", "count"),
    "value_amount": Column("Value", "amount"),
    "release_date": Column("First release", "date"),
    "due_date": Column("First due", "date"),
    "cash_out_date": Column("First payment", "date"),
    "warehouse_code": Column("Warehouse"),
}
DIFFERENCES = {
    "item_code": Column("Item"),
    "figure": Column("What", "word"),
    "before": Column("You saw"),
    "now": Column("It is now"),
}
PEGGING = {
    "requirement_kind": Column("Covers", "word"),
    "quantity": Column("Quantity", "quantity"),
    "need_date": Column("Needed", "date"),
    "order_number": Column("For order"),
    "order_line_number": Column("Line", "id"),
    "customer_name": Column("Customer"),
    "ordered_item_code": Column("Ordered item"),
    "promised_date": Column("Promised", "date"),
    "level": Column("Levels down", "count"),
}
TREE = {
    "branch": Column("Item"),
    "requirement_kind": Column("Covers", "word"),
    "supply_kind": Column("Supply", "word"),
    "supply_document_number": Column("Document"),
    "quantity": Column("Quantity", "quantity"),
    "need_date": Column("Needed", "date"),
    "order_number": Column("For order"),
    "customer_name": Column("Customer"),
}
RECORD = {
    "projection_date": Column("Day", "date"),
    "warehouse_code": Column("Warehouse"),
    "gross_requirement": Column("Gross requirement", "quantity"),
    "scheduled_receipt": Column("Scheduled receipt", "quantity"),
    "projected_balance": Column("Projected balance", "quantity"),
    "net_requirement": Column("Net requirement", "quantity"),
    "planned_receipt": Column("Planned receipt", "quantity"),
    "planned_release": Column("Planned release", "quantity"),
}
FINDINGS = {
    "finding": Column("What the plan could not do", "word", width="large"),
    "item_code": Column("Item"),
    "warehouse_code": Column("Warehouse"),
    "short_quantity": Column("Short", "quantity"),
    "short_date": Column("Short from", "date"),
}
CHANGES = {
    "change": Column("Change", "word"),
    "kind": Column("Do", "word"),
    "item_code": Column("Item"),
    "item_name": Column("Name"),
    "warehouse_code": Column("Warehouse"),
    "order_number": Column("For order"),
    "quantity_before": Column("Quantity before", "quantity"),
    "quantity": Column("Quantity", "quantity"),
    "due_date_before": Column("Due before", "date"),
    "due_date": Column("Due", "date"),
    "cause": Column("Because of", "word"),
    "cause_before": Column("From", "quantity"),
    "cause_after": Column("To", "quantity"),
    "document_number": Column("Document"),
}
