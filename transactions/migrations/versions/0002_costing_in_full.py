"""What costing in full needs: lots, by-products, subcontracting, machine time, notes, parts of a standard cost.

Prices, rates, versions and links are guarded as ledgers from here on: what an engine reads is appended, never changed.
Companies that stand already get the account for subcontracting and the number series of the new documents.
"""

import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW_TABLES = ("bom_by_product", "work_order_by_product", "subcontract_cost")
COLUMNS = (  # table, name, type, what it says beside
    ("item", "tracked_by", "varchar", "default 'none' not null"),
    ("lot", "recorded_at", "whole", "default 0 not null"),
    ("document_line", "lot_id", "whole", "constraint fk_document_line_lot_id references lot (id)"),
    ("document_revision", "effective_date", "date", ""),
    ("stock_move", "cost_share", "whole", ""),
    ("time_entry", "machine_minutes", "whole", ""),
    ("fiscal_period", "locked_at", "whole", ""),
    ("standard_cost", "material_unit_cost", "whole", ""),
    ("standard_cost", "labour_unit_cost", "whole", ""),
    ("standard_cost", "overhead_unit_cost", "whole", ""),
    ("standard_cost", "subcontract_unit_cost", "whole", ""),
    ("standard_cost", "landed_unit_cost", "whole", ""),
    ("routing_operation", "subcontractor_id", "whole",
     "constraint fk_routing_operation_subcontractor_id references partner (id)"),
    ("routing_operation", "subcontract_price", "whole", ""),
    ("work_order_operation", "subcontractor_id", "whole",
     "constraint fk_work_order_operation_subcontractor_id references partner (id)"),
    ("work_order_operation", "subcontract_price", "whole", ""),
)  # fmt: skip
ALREADY_APPENDED = ("document_revision", "stock_move", "time_entry")  # ledgers of 0001 that get a column
NOW_APPENDED = (
    "line_link", "item_planning", "valuation_method", "standard_cost", "supplier_price", "exchange_rate",
    "work_center_rate", "employee_rate", "bom", "bom_line", "routing", "routing_operation",
)  # fmt: skip
GUARD = re.compile(  # the statements of 0001 that `_unguard` undoes, and on which table
    r'create trigger "(?:keep_(\w+)_(?:update|delete)|stamp_(\w+)_(?:delete|new_id))"'
    r'|create or replace trigger (?:refuse_change|leave_tombstone) .*? on "(\w+)" '
)
SERIES = (("credit_note", "CN"), ("debit_note", "DB"), ("scrap", "SC"))
ROLE, ACCOUNT, ACCOUNT_NAME = "subcontract_clearing", "2206", "Subcontract clearing 委外加工清算"


def upgrade() -> None:
    _unguard((*ALREADY_APPENDED, *NOW_APPENDED))
    for table_name, name, kind, rest in COLUMNS:
        op.execute(f"alter table {table_name} add column {name} {_type(kind)} {rest}")
    _new_table("bom_by_product", _reference("bom_id", "bom"), _whole("line_number"), _reference("item_id", "item"),
               _whole("quantity"), _whole("cost_share", optional=True))  # fmt: skip
    _new_table("work_order_by_product", _reference("document_id", "document"), _reference("item_id", "item"),
               _whole("quantity"), _whole("cost_share", optional=True))  # fmt: skip
    _new_table(
        "subcontract_cost", _reference("company_id", "company"), _reference("document_id", "document"),
        _reference("document_line_id", "document_line"), _reference("work_order_id", "document"),
        _reference("partner_id", "partner"), _whole("sequence", optional=True), _whole("amount"),
        sa.Column("effective_date", sa.Date(), nullable=False), _whole("recorded_at"),
    )  # fmt: skip
    for table_name, name in (
        ("bom_by_product", "bom_id"), ("work_order_by_product", "document_id"), ("subcontract_cost", "document_id"),
        ("subcontract_cost", "work_order_id"),
    ):  # fmt: skip
        op.create_index(f"ix_{table_name}_{name}", table_name, [name])
    _date_what_stood_undated()
    _equip_companies()
    for statement in _statements("0002_stamps_and_guards"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Accounts and number series stay: the program of 0001 has no use for them and no trouble with them."""
    _unguard((*ALREADY_APPENDED, *NOW_APPENDED))
    for name in reversed(NEW_TABLES):
        op.drop_table(name)
    for table_name, name, _kind, _rest in reversed(COLUMNS):
        op.execute(f"alter table {table_name} drop column {name}")
    for statement in _statements("0001_stamps_and_guards"):
        guarded = GUARD.match(statement)
        if guarded is not None and set(guarded.groups()) & {*ALREADY_APPENDED, *NOW_APPENDED}:
            op.get_bind().exec_driver_sql(statement)


def _date_what_stood_undated() -> None:
    """Lots came with their first move; an amendment was of the day on which it was recorded."""
    first = "select coalesce(min(stock_move.recorded_at), 0) from stock_move where stock_move.lot_id = lot.id"
    op.execute(f"update lot set recorded_at = ({first})")
    day = "date(recorded_at / 1000000, 'unixepoch')"
    if op.get_bind().dialect.name == "postgresql":
        day = "cast(to_timestamp(recorded_at / 1000000) at time zone 'UTC' as date)"
    op.execute(f"update document_revision set effective_date = {day}")


def _equip_companies() -> None:
    """The account and the number series that a company founded now would have; ids from the one counter."""
    bind = op.get_bind()
    first_id: int = bind.execute(sa.text("select coalesce(max(next_id), 0) from writer_state")).scalar_one()
    next_id = first_id
    for (company_id,) in bind.execute(sa.text("select id from company order by id")).all():
        company = {"company_id": company_id}
        known = bind.execute(sa.text("select code, role from account where company_id = :company_id"), company).all()
        if ROLE not in {row.role for row in known}:
            codes = {row.code for row in known}
            code = next(str(number) for number in range(int(ACCOUNT), 10_000) if str(number) not in codes)
            bind.execute(
                sa.text("insert into account (id, company_id, code, name, account_type, role, is_manual)"
                        " values (:id, :company_id, :code, :name, 'liability', :role, :is_manual)"),
                company | {"id": next_id, "code": code, "name": ACCOUNT_NAME, "role": ROLE, "is_manual": False},
            )  # fmt: skip
            next_id += 1
        drawn = sa.text("select document_type from number_series where company_id = :company_id")
        types: set[str] = set(bind.execute(drawn, company).scalars())
        for document_type, prefix in SERIES:
            if document_type not in types:
                bind.execute(
                    sa.text("insert into number_series (id, company_id, document_type, prefix)"
                            " values (:id, :company_id, :document_type, :prefix)"),
                    company | {"id": next_id, "document_type": document_type, "prefix": prefix},
                )  # fmt: skip
                next_id += 1
    if next_id != first_id:
        bind.execute(
            sa.text("update writer_state set next_id = :next_id, master_version = master_version + 1"),
            {"next_id": next_id},
        )


def _unguard(tables: tuple[str, ...]) -> None:
    """Drop what forbids changes, and what marks deletions, on these tables; their stamps stay."""
    for name in tables:
        if op.get_bind().dialect.name == "postgresql":
            for trigger in ("refuse_change", "leave_tombstone"):
                op.execute(f"drop trigger if exists {trigger} on {name}")
        else:
            for trigger in ("keep_{}_update", "keep_{}_delete", "stamp_{}_delete", "stamp_{}_new_id"):
                op.execute(f'drop trigger if exists "{trigger.format(name)}"')


def _statements(name: str) -> list[str]:
    dialect = op.get_bind().dialect.name
    return Path(__file__).with_name(f"{name}.{dialect}.sql").read_text().split("\n--\n")


def _type(kind: str) -> str:
    return kind if kind != "whole" else "bigint" if op.get_bind().dialect.name == "postgresql" else "integer"


def _whole(name: str, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, WHOLE, nullable=optional)


def _reference(name: str, target: str) -> tuple[str, str]:
    return name, target


def _new_table(name: str, *columns: Any) -> None:
    """A table with the id and the stamp that every replicated table has."""
    made = [
        column
        if isinstance(column, sa.Column)
        else sa.Column(column[0], WHOLE, sa.ForeignKey(f"{column[1]}.id", name=op.f(f"fk_{name}_{column[0]}")),
                       nullable=False)
        for column in columns
    ]  # fmt: skip
    op.create_table(
        name, sa.Column("id", WHOLE, autoincrement=False, nullable=False), *made, sa.Column("row_version", WHOLE),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )  # fmt: skip
    op.create_index(f"ix_{name}_row_version", name, ["row_version"])
