"""The first tables, with the stamps and guards that the database holds itself.

Pinned: a later change of a table, a stamp or a guard comes as a revision of its own, never as an edit of this one, for
homes stand where this one left them. `tests/transactions/test_migrations.py` says when a revision is missing.
"""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FUNCTIONS = (
    "stamp_row", "leave_tombstone", "refuse_change", "refuse_truncate", "guard_journal_entry", "guard_journal_line",
)  # fmt: skip


def whole(name: str, *, optional: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, WHOLE, nullable=optional, server_default=default)


def text(name: str, *, optional: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=optional, server_default=default)


def day(name: str, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=optional)


def flag(name: str, *, default: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true() if default else sa.false())


def json(name: str, *, optional: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=optional)


def binary(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def reference(of: str, name: str, target: str, *, optional: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{of}_{name}"))
    return sa.Column(name, WHOLE, key, nullable=optional)


def unique(of: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{of}_{'_'.join(names)}"))


def check(of: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{of}_{name}"))


def table(name: str, *columns: Any, replicated: bool = True) -> None:
    identity = sa.Column("id", WHOLE, autoincrement=False, nullable=False)
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    stamp = [sa.Column("row_version", WHOLE)] if replicated else []
    op.create_table(name, identity, *columns, *stamp, key)
    if replicated:
        op.create_index(f"ix_{name}_row_version", name, ["row_version"])


def upgrade() -> None:
    table("change_counter", whole("value"), replicated=False)
    table(
        "company",
        text("code"),
        text("name"),
        text("currency"),
        whole("amount_exponent"),
        text("time_zone"),
        text("chart"),
        whole("stage"),
        text("working_weekdays", default="12345"),
        whole("recorded_at"),
        unique("company", "code"),
    )
    table("database_identity", text("identity"), text("program_version"), whole("recorded_at"))
    table(
        "number_series",
        whole("company_id"),
        text("document_type"),
        text("prefix"),
        text("reset", default="never"),
        text("reset_value", default=""),
        whole("next_value", default="1"),
        unique("number_series", "company_id", "document_type", "reset_value"),
    )
    table(
        "partner",
        text("code"),
        text("name"),
        flag("is_customer", default=False),
        flag("is_supplier", default=False),
        text("currency", optional=True),
        text("country", optional=True),
        whole("payment_term_days"),
        flag("is_blocked", default=False),
        json("extra", optional=True),
        whole("recorded_at"),
        unique("partner", "code"),
    )
    table("row_tombstone", text("table_name"), whole("deleted_id"))
    table("unit", text("code"), text("name"), unique("unit", "code"))
    table(
        "user_account",
        text("username"),
        text("display_name"),
        text("language", default="en"),
        flag("is_active", default=True),
        whole("recorded_at"),
        unique("user_account", "username"),
    )
    table(
        "writer_state",
        whole("next_id"),
        whole("audit_position"),
        text("audit_hash"),
        whole("master_version"),
        replicated=False,
    )
    table(
        "account",
        reference("account", "company_id", "company"),
        text("code"),
        text("name"),
        text("account_type"),
        text("role", optional=True),
        flag("is_manual", default=True),
        unique("account", "company_id", "code"),
    )
    table(
        "audit_record",
        whole("position"),
        reference("audit_record", "user_id", "user_account"),
        text("command"),
        text("key"),
        text("data"),
        text("changes"),
        whole("recorded_at"),
        text("previous_hash"),
        text("hash"),
        unique("audit_record", "position"),
    )
    table(
        "cost_settlement",
        reference("cost_settlement", "company_id", "company"),
        text("build_id"),
        whole("row_count"),
        whole("recorded_at"),
    )
    table(
        "credential",
        reference("credential", "user_id", "user_account"),
        text("password_hash"),
        unique("credential", "user_id"),
        replicated=False,
    )
    table(
        "department",
        reference("department", "company_id", "company"),
        text("code"),
        text("name"),
        unique("department", "company_id", "code"),
    )
    table(
        "exchange_rate",
        reference("exchange_rate", "company_id", "company"),
        text("currency"),
        whole("rate"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_exchange_rate_in_force", "exchange_rate", ["company_id", "currency", "effective_date"])
    table(
        "fiscal_period",
        reference("fiscal_period", "company_id", "company"),
        text("code"),
        day("start_date"),
        day("end_date"),
        text("state"),
        unique("fiscal_period", "company_id", "code"),
    )
    table(
        "holiday",
        reference("holiday", "company_id", "company"),
        day("holiday_date"),
        text("name"),
        whole("recorded_at"),
    )
    table(
        "item",
        text("code"),
        text("name"),
        reference("item", "unit_id", "unit"),
        text("kind"),
        text("category", optional=True),
        flag("is_blocked", default=False),
        json("extra", optional=True),
        whole("recorded_at"),
        unique("item", "code"),
    )
    table(
        "remembered_answer",
        reference("remembered_answer", "user_id", "user_account"),
        text("key"),
        text("command"),
        binary("body_hash"),
        text("answer"),
        whole("recorded_at"),
        unique("remembered_answer", "user_id", "key"),
        replicated=False,
    )
    table(
        "tax_code",
        reference("tax_code", "company_id", "company"),
        text("code"),
        text("name"),
        whole("rate"),
        unique("tax_code", "company_id", "code"),
    )
    table(
        "user_role",
        reference("user_role", "user_id", "user_account"),
        text("role"),
        unique("user_role", "user_id", "role"),
    )
    table(
        "user_session",
        reference("user_session", "user_id", "user_account"),
        text("token_hash"),
        whole("opened_at"),
        whole("last_seen_at"),
        unique("user_session", "token_hash"),
        replicated=False,
    )
    table(
        "warehouse",
        reference("warehouse", "company_id", "company"),
        text("code"),
        text("name"),
        flag("allow_negative", default=False),
        whole("recorded_at"),
        unique("warehouse", "company_id", "code"),
    )
    table(
        "work_center",
        reference("work_center", "company_id", "company"),
        text("code"),
        text("name"),
        whole("capacity_minutes_per_day"),
        whole("recorded_at"),
        unique("work_center", "company_id", "code"),
    )
    table(
        "bom",
        reference("bom", "item_id", "item"),
        whole("output_quantity"),
        day("effective_date"),
        day("end_date", optional=True),
        whole("recorded_at"),
    )
    op.create_index("ix_bom_item_id", "bom", ["item_id"])
    table(
        "employee",
        reference("employee", "company_id", "company"),
        text("code"),
        text("name"),
        reference("employee", "department_id", "department", optional=True),
        text("position", optional=True),
        flag("is_salesperson", default=False),
        whole("recorded_at"),
        unique("employee", "company_id", "code"),
    )
    table(
        "item_planning",
        reference("item_planning", "company_id", "company"),
        reference("item_planning", "item_id", "item"),
        reference("item_planning", "warehouse_id", "warehouse", optional=True),
        whole("lead_time_days"),
        whole("safety_stock"),
        text("lot_policy"),
        whole("minimum_quantity"),
        whole("multiple_quantity"),
        reference("item_planning", "preferred_supplier_id", "partner", optional=True),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_item_planning_item_id", "item_planning", ["item_id"])
    table(
        "item_unit",
        reference("item_unit", "item_id", "item"),
        reference("item_unit", "unit_id", "unit"),
        whole("numerator"),
        whole("denominator"),
    )
    table(
        "location",
        reference("location", "company_id", "company"),
        reference("location", "warehouse_id", "warehouse", optional=True),
        text("code"),
        text("kind"),
        unique("location", "company_id", "code"),
    )
    table(
        "lot",
        reference("lot", "item_id", "item"),
        text("code"),
        day("expiry_date", optional=True),
        unique("lot", "item_id", "code"),
    )
    table("routing", reference("routing", "item_id", "item"), day("effective_date"), whole("recorded_at"))
    op.create_index("ix_routing_item_id", "routing", ["item_id"])
    table(
        "standard_cost",
        reference("standard_cost", "company_id", "company"),
        reference("standard_cost", "item_id", "item"),
        whole("unit_cost"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_standard_cost_item_id", "standard_cost", ["item_id"])
    table(
        "supplier_price",
        reference("supplier_price", "supplier_id", "partner"),
        reference("supplier_price", "item_id", "item"),
        whole("unit_price"),
        text("currency", optional=True),
        whole("minimum_quantity"),
        whole("lead_time_days"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_supplier_price_item_id", "supplier_price", ["item_id"])
    table(
        "valuation_method",
        reference("valuation_method", "company_id", "company"),
        reference("valuation_method", "item_id", "item"),
        text("method"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_valuation_method_item_id", "valuation_method", ["item_id"])
    table(
        "work_center_rate",
        reference("work_center_rate", "work_center_id", "work_center"),
        whole("labour_rate"),
        whole("overhead_rate"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_work_center_rate_work_center_id", "work_center_rate", ["work_center_id"])
    table(
        "bom_line",
        reference("bom_line", "bom_id", "bom"),
        whole("line_number"),
        reference("bom_line", "item_id", "item"),
        whole("quantity"),
        whole("scrap_rate"),
    )
    op.create_index("ix_bom_line_bom_id", "bom_line", ["bom_id"])
    table(
        "document",
        reference("document", "company_id", "company"),
        text("document_type"),
        text("number", optional=True),
        text("external_number", optional=True),
        text("state"),
        day("effective_date"),
        reference("document", "partner_id", "partner", optional=True),
        reference("document", "warehouse_id", "warehouse", optional=True),
        reference("document", "origin_document_id", "document", optional=True),
        reference("document", "salesperson_id", "employee", optional=True),
        day("due_date", optional=True),
        text("currency"),
        whole("exchange_rate"),
        whole("net_amount"),
        whole("tax_amount"),
        whole("freight_amount"),
        whole("gross_amount"),
        text("basis", optional=True),
        text("reason", optional=True),
        json("extra", optional=True),
        reference("document", "created_by", "user_account"),
        whole("recorded_at"),
        unique("document", "company_id", "document_type", "external_number"),
        unique("document", "company_id", "document_type", "number"),
    )
    op.create_index("ix_document_origin", "document", ["document_type", "partner_id"])
    op.create_index("ix_document_origin_document_id", "document", ["origin_document_id"])
    table(
        "employee_rate",
        reference("employee_rate", "employee_id", "employee"),
        whole("hourly_rate"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_employee_rate_employee_id", "employee_rate", ["employee_id"])
    table(
        "routing_operation",
        reference("routing_operation", "routing_id", "routing"),
        whole("sequence"),
        reference("routing_operation", "work_center_id", "work_center"),
        whole("setup_minutes"),
        whole("run_minutes"),
    )
    op.create_index("ix_routing_operation_routing_id", "routing_operation", ["routing_id"])
    table(
        "stock_balance",
        reference("stock_balance", "item_id", "item"),
        reference("stock_balance", "location_id", "location"),
        whole("lot_id", default="0"),
        whole("quantity"),
        day("last_effective_date"),
        unique("stock_balance", "item_id", "location_id", "lot_id"),
    )
    table(
        "document_event",
        reference("document_event", "document_id", "document"),
        text("state"),
        day("effective_date"),
        reference("document_event", "user_id", "user_account"),
        whole("recorded_at"),
    )
    op.create_index("ix_document_event_document_id", "document_event", ["document_id"])
    table(
        "document_line",
        reference("document_line", "document_id", "document"),
        whole("line_number"),
        reference("document_line", "item_id", "item", optional=True),
        text("description", optional=True),
        whole("entered_quantity"),
        reference("document_line", "entered_unit_id", "unit", optional=True),
        whole("unit_numerator"),
        whole("unit_denominator"),
        whole("quantity"),
        whole("unit_price"),
        whole("discount_rate"),
        whole("net_amount"),
        whole("tax_amount"),
        whole("gross_amount"),
        reference("document_line", "tax_code_id", "tax_code", optional=True),
        day("requested_date", optional=True),
        day("promised_date", optional=True),
        day("first_promised_date", optional=True),
        reference("document_line", "warehouse_id", "warehouse", optional=True),
        json("extra", optional=True),
    )
    op.create_index("ix_document_line_document_id", "document_line", ["document_id"])
    table(
        "inspection",
        reference("inspection", "document_id", "document"),
        whole("accepted_quantity"),
        whole("rejected_quantity"),
        text("disposition", optional=True),
        day("decided_on", optional=True),
    )
    op.create_index("ix_inspection_document_id", "inspection", ["document_id"])
    table(
        "journal_entry",
        reference("journal_entry", "company_id", "company"),
        text("number"),
        text("posting"),
        day("entry_date"),
        reference("journal_entry", "period_id", "fiscal_period"),
        reference("journal_entry", "document_id", "document", optional=True),
        text("description", optional=True),
        flag("is_posted", default=False),
        reference("journal_entry", "user_id", "user_account"),
        whole("recorded_at"),
        unique("journal_entry", "company_id", "number"),
    )
    op.create_index("ix_journal_entry_document_id", "journal_entry", ["document_id"])
    table(
        "payment_allocation",
        reference("payment_allocation", "payment_id", "document"),
        reference("payment_allocation", "invoice_id", "document"),
        whole("amount"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_payment_allocation_invoice_id", "payment_allocation", ["invoice_id"])
    op.create_index("ix_payment_allocation_payment_id", "payment_allocation", ["payment_id"])
    table(
        "suggestion_decision",
        reference("suggestion_decision", "company_id", "company"),
        text("suggestion_id"),
        text("build_id"),
        text("decision"),
        text("kind", optional=True),
        reference("suggestion_decision", "item_id", "item", optional=True),
        reference("suggestion_decision", "warehouse_id", "warehouse", optional=True),
        reference("suggestion_decision", "supplier_id", "partner", optional=True),
        whole("quantity", optional=True),
        day("due_date", optional=True),
        day("until", optional=True),
        text("reason", optional=True),
        reference("suggestion_decision", "document_id", "document", optional=True),
        reference("suggestion_decision", "user_id", "user_account"),
        day("effective_date"),
        whole("recorded_at"),
    )
    table(
        "time_entry",
        reference("time_entry", "company_id", "company"),
        reference("time_entry", "document_id", "document"),
        reference("time_entry", "work_order_id", "document", optional=True),
        reference("time_entry", "employee_id", "employee", optional=True),
        reference("time_entry", "work_center_id", "work_center", optional=True),
        reference("time_entry", "department_id", "department", optional=True),
        whole("minutes"),
        whole("labour_rate", optional=True),
        whole("overhead_rate", optional=True),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_time_entry_document_id", "time_entry", ["document_id"])
    op.create_index("ix_time_entry_work_order_id", "time_entry", ["work_order_id"])
    table(
        "work_order",
        reference("work_order", "document_id", "document"),
        reference("work_order", "item_id", "item"),
        whole("planned_quantity"),
        reference("work_order", "bom_id", "bom", optional=True),
        reference("work_order", "routing_id", "routing", optional=True),
        day("start_date"),
        day("due_date"),
    )
    op.create_index("ix_work_order_document_id", "work_order", ["document_id"])
    table(
        "work_order_component",
        reference("work_order_component", "document_id", "document"),
        reference("work_order_component", "item_id", "item"),
        whole("quantity"),
    )
    op.create_index("ix_work_order_component_document_id", "work_order_component", ["document_id"])
    table(
        "work_order_operation",
        reference("work_order_operation", "document_id", "document"),
        whole("sequence"),
        reference("work_order_operation", "work_center_id", "work_center"),
        whole("setup_minutes"),
        whole("run_minutes"),
    )
    op.create_index("ix_work_order_operation_document_id", "work_order_operation", ["document_id"])
    table(
        "document_revision",
        reference("document_revision", "document_id", "document"),
        reference("document_revision", "line_id", "document_line", optional=True),
        text("field"),
        text("old_value", optional=True),
        text("new_value", optional=True),
        text("reason", optional=True),
        reference("document_revision", "user_id", "user_account"),
        whole("recorded_at"),
    )
    op.create_index("ix_document_revision_document_id", "document_revision", ["document_id"])
    table(
        "journal_line",
        reference("journal_line", "entry_id", "journal_entry"),
        whole("line_number"),
        reference("journal_line", "account_id", "account"),
        whole("debit_amount", default="0"),
        whole("credit_amount", default="0"),
        text("currency"),
        whole("document_debit_amount", default="0"),
        whole("document_credit_amount", default="0"),
        reference("journal_line", "partner_id", "partner", optional=True),
        reference("journal_line", "item_id", "item", optional=True),
        reference("journal_line", "sales_order_line_id", "document_line", optional=True),
        reference("journal_line", "department_id", "department", optional=True),
        reference("journal_line", "document_id", "document", optional=True),
        day("due_date", optional=True),
        text("description", optional=True),
        text("settled_event", optional=True),
        text("settled_period", optional=True),
        check("journal_line", "amounts_not_negative", "debit_amount >= 0 and credit_amount >= 0"),
        check("journal_line", "one_side", "debit_amount = 0 or credit_amount = 0"),
    )
    op.create_index("ix_journal_line_account", "journal_line", ["account_id"])
    op.create_index("ix_journal_line_entry_id", "journal_line", ["entry_id"])
    table(
        "line_link",
        text("link_type"),
        reference("line_link", "from_line_id", "document_line"),
        reference("line_link", "to_line_id", "document_line"),
        whole("quantity"),
        whole("amount"),
        day("effective_date"),
        whole("recorded_at"),
    )
    op.create_index("ix_line_link_from_line_id", "line_link", ["from_line_id"])
    op.create_index("ix_line_link_to_line_id", "line_link", ["to_line_id"])
    table(
        "stock_move",
        reference("stock_move", "company_id", "company"),
        text("move_type"),
        reference("stock_move", "item_id", "item"),
        reference("stock_move", "lot_id", "lot", optional=True),
        reference("stock_move", "from_location_id", "location"),
        reference("stock_move", "to_location_id", "location"),
        whole("quantity"),
        day("effective_date"),
        day("received_date", optional=True),
        whole("unit_cost", optional=True),
        reference("stock_move", "document_id", "document"),
        reference("stock_move", "document_line_id", "document_line"),
        reference("stock_move", "work_order_id", "document", optional=True),
        reference("stock_move", "origin_move_id", "stock_move", optional=True),
        whole("recorded_at"),
        check("stock_move", "quantity_positive", "quantity > 0"),
    )
    op.create_index("ix_stock_move_document_id", "stock_move", ["document_id"])
    op.create_index("ix_stock_move_document_line_id", "stock_move", ["document_line_id"])
    op.create_index("ix_stock_move_item_day", "stock_move", ["item_id", "effective_date"])
    op.create_index("ix_stock_move_work_order_id", "stock_move", ["work_order_id"])
    dialect = op.get_bind().dialect.name
    for statement in Path(__file__).with_name(f"0001_stamps_and_guards.{dialect}.sql").read_text().split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"drop function {name}()")
        op.execute("drop sequence row_tombstone_id")


TABLES = (
    "change_counter",
    "company",
    "database_identity",
    "number_series",
    "partner",
    "row_tombstone",
    "unit",
    "user_account",
    "writer_state",
    "account",
    "audit_record",
    "cost_settlement",
    "credential",
    "department",
    "exchange_rate",
    "fiscal_period",
    "holiday",
    "item",
    "remembered_answer",
    "tax_code",
    "user_role",
    "user_session",
    "warehouse",
    "work_center",
    "bom",
    "employee",
    "item_planning",
    "item_unit",
    "location",
    "lot",
    "routing",
    "standard_cost",
    "supplier_price",
    "valuation_method",
    "work_center_rate",
    "bom_line",
    "document",
    "employee_rate",
    "routing_operation",
    "stock_balance",
    "document_event",
    "document_line",
    "inspection",
    "journal_entry",
    "payment_allocation",
    "suggestion_decision",
    "time_entry",
    "work_order",
    "work_order_component",
    "work_order_operation",
    "document_revision",
    "journal_line",
    "line_link",
    "stock_move",
)
