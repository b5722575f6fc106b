"""The tables of the kernel: users, remembered answers, audit, number series, and the writer's own state."""

from sqlalchemy import Column, LargeBinary, UniqueConstraint

from transactions.kernel.database import flag, reference, table, text, whole

writer_state = table(  # one row, id 1: read at the start of each transaction, written at its end
    "writer_state",
    whole("next_id"),
    whole("audit_position"),
    text("audit_hash"),
    whole("master_version"),  # grows with every change of master data: what caches are valid for
    replicated=False,
)

change_counter = table("change_counter", whole("value"), replicated=False)  # SQLite: one row, id 1

row_tombstone = table(  # a deleted row of a replicated table
    "row_tombstone", text("table_name"), whole("deleted_id")
)

database_identity = table("database_identity", text("identity"), text("program_version"), whole("recorded_at"))

user_account = table(
    "user_account",
    text("username"),
    text("display_name"),
    text("language", default="en"),
    flag("is_active", default=True),
    whole("recorded_at"),
    UniqueConstraint("username"),
)

credential = table(
    "credential", reference("user_id", "user_account"), text("password_hash"), UniqueConstraint("user_id"),
    replicated=False,
)  # fmt: skip

user_role = table("user_role", reference("user_id", "user_account"), text("role"), UniqueConstraint("user_id", "role"))

user_session = table(  # opened at sign-in; only the hash of its token is kept
    "user_session",
    reference("user_id", "user_account"),
    text("token_hash"),
    whole("opened_at"),
    whole("last_seen_at"),
    UniqueConstraint("token_hash"),
    replicated=False,
)

saved_view = table(  # a user's setting, not a business fact: a board with its filters, under a name
    "saved_view",
    reference("user_id", "user_account"),
    text("board"),
    text("name"),
    text("address"),
    flag("is_shared", default=False),
    whole("recorded_at"),
    UniqueConstraint("user_id", "board", "name"),
    replicated=False,
)

remembered_answer = table(
    "remembered_answer",
    reference("user_id", "user_account"),
    text("key"),
    text("command"),
    Column("body_hash", LargeBinary, nullable=False),
    text("answer"),
    whole("recorded_at"),
    UniqueConstraint("user_id", "key"),
    replicated=False,
)

audit_record = table(
    "audit_record",
    whole("position"),
    reference("user_id", "user_account"),
    text("command"),
    text("key"),
    text("data"),  # the command as it came, JSON
    text("changes"),  # before and after of every row that was changed, not added, JSON
    whole("recorded_at"),
    text("previous_hash"),
    text("hash"),
    UniqueConstraint("position"),
    append_only=True,
)

number_series = table(
    "number_series",
    whole("company_id"),
    text("document_type"),
    text("prefix"),
    text("reset", default="never"),  # never, year, month of the document's date
    text("reset_value", default=""),  # the year or month that the counter stands in
    whole("next_value", default=1),
    UniqueConstraint("company_id", "document_type", "reset_value"),
)
