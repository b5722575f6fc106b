"""The tables of the general ledger. Debits and credits are both ≥ 0; one of them is 0 on every line."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint

from transactions.kernel.database import day, flag, reference, table, text, whole

account = table(
    "account",
    reference("company_id", "company"),
    text("code"),
    text("name"),
    text("account_type"),  # asset, liability, equity, revenue, expense
    text(
        "role", optional=True
    ),  # what postings know it by: inventory, receivables, cost_of_sales, … (one account per role)
    flag("is_manual", default=True),  # may manual entries use it
    UniqueConstraint("company_id", "code"),
)

fiscal_period = table(
    "fiscal_period",
    reference("company_id", "company"),
    text("code"),  # 2012-06
    day("start_date"),
    day("end_date"),
    text("state"),  # open, locked
    whole("locked_at", optional=True),
    UniqueConstraint("company_id", "code"),
)

journal_entry = table(
    "journal_entry",
    reference("company_id", "company"),
    text("number"),
    text("posting"),  # the rule that made it: customer_invoice, supplier_bill, receive_payment, settlement, manual, …
    day("entry_date"),
    reference("period_id", "fiscal_period"),
    reference("document_id", "document", optional=True, indexed=True),
    text("description", optional=True),
    flag("is_posted"),  # set last; the database checks the balance then and refuses every later change
    reference("user_id", "user_account"),
    whole("recorded_at"),
    UniqueConstraint("company_id", "number"),
)

journal_line = table(
    "journal_line",
    reference("entry_id", "journal_entry", indexed=True),
    whole("line_number"),
    reference("account_id", "account"),
    whole("debit_amount", default=0),  # minor units of company currency
    whole("credit_amount", default=0),
    text("currency"),
    whole("document_debit_amount", default=0),  # minor units of the document's currency
    whole("document_credit_amount", default=0),
    reference("partner_id", "partner", optional=True),
    reference("item_id", "item", optional=True),
    reference("sales_order_line_id", "document_line", optional=True),
    reference("department_id", "department", optional=True),
    reference("document_id", "document", optional=True),
    day("due_date", optional=True),
    text("description", optional=True),
    text("settled_event", optional=True),  # settlement: goods_receipt, delivery, material_issue, output, …
    text("settled_period", optional=True),  # settlement: code of the period that the amount belongs to
    CheckConstraint("debit_amount >= 0 and credit_amount >= 0", name="amounts_not_negative"),
    CheckConstraint("debit_amount = 0 or credit_amount = 0", name="one_side"),
)

Index("ix_journal_line_account", journal_line.c.account_id)
