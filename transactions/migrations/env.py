"""Runs migrations on the engine that `transactions.kernel.schema` hands over."""

from alembic import context

import transactions.commands  # noqa: F401  (its import knows every table)
from transactions.kernel.database import metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
