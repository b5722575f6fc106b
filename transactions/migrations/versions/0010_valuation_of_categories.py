"""The valuation method of a category's new items."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    key = sa.ForeignKey("company.id", name=op.f("fk_category_valuation_method_company_id"))
    op.create_table(
        "category_valuation_method", sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("company_id", WHOLE, key, nullable=False), sa.Column("category", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False), sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", WHOLE, nullable=False), sa.Column("row_version", WHOLE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_valuation_method")),
    )  # fmt: skip
    for name in ("row_version", "company_id"):
        op.create_index(f"ix_category_valuation_method_{name}", "category_valuation_method", [name])
    guards = f"0010_stamps_and_guards.{op.get_bind().dialect.name}.sql"
    for statement in Path(__file__).with_name(guards).read_text().split("\n--\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("category_valuation_method")
