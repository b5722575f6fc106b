"""The first tables."""

from alembic import op

from transactions.kernel.change_stamp import install
from transactions.kernel.database import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    install(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
