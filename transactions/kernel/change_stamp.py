"""Change stamps: how the warehouse learns which rows were written since it last looked, whoever wrote them.

Every replicated table has `row_version`. On PostgreSQL it is the number of the writing transaction; on SQLite it is
the value of the one `change_counter`, which the kernel raises once per transaction. The kernel stamps its own rows;
triggers do the same for rows written by hand, so a change in a database shell counts too. A deleted row (or a row whose
id is changed) leaves a `row_tombstone`. Ledgers refuse changes and deletions by everybody.
"""

from collections.abc import Iterator

from sqlalchemy import Table, inspect
from sqlalchemy.engine import Connection

from transactions.kernel.database import OWN_STAMP, metadata
from transactions.kernel.ledger_guard import guard_ddl

TOMBSTONES = "row_tombstone"
UNSTAMPED = f"new.row_version is distinct from {OWN_STAMP}"  # PostgreSQL

POSTGRESQL_FUNCTIONS = (
    """
    create or replace function stamp_row() returns trigger language plpgsql as $$
    begin
        new.row_version := pg_current_xact_id()::text::bigint;
        return new;
    end $$
    """,
    "create sequence if not exists row_tombstone_id",
    """
    create or replace function leave_tombstone() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or old.id is distinct from new.id then
            insert into row_tombstone (id, table_name, deleted_id)
            values (nextval('row_tombstone_id'), tg_table_name, old.id);
        end if;
        return null;
    end $$
    """,
    """
    create or replace function refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception using errcode = 'integrity_constraint_violation',
            message = 'AppendOnly: rows of ' || tg_table_name || ' are never changed or deleted';
    end $$
    """,
    """
    create or replace function refuse_truncate() returns trigger language plpgsql as $$
    begin
        raise exception using errcode = 'integrity_constraint_violation',
            message = 'NotTruncated: delete the rows of ' || tg_table_name || ', so that the warehouse hears of it';
    end $$
    """,
)


def stamp_ddl(dialect: str, present: set[str] | None = None) -> list[str]:
    """The statements that put functions and triggers in place, in order; they may be run again at any time.

    dialect: "sqlite" or "postgresql". present: names of the tables that exist (None: all that the program knows).
    """
    tables = [table for table in metadata.sorted_tables if present is None or table.name in present]
    replicated = [table for table in tables if table.info["replicated"]]
    if dialect == "sqlite":
        statements = [line for table in replicated for line in _sqlite_triggers(table)]
    else:
        statements = list(POSTGRESQL_FUNCTIONS)
        statements += [line for table in replicated for line in _postgresql_triggers(table)]
    return statements + guard_ddl(dialect, {table.name for table in tables})


def install(connection: Connection) -> None:
    """Puts the triggers of every table that exists in place, inside the caller's transaction."""
    present = set(inspect(connection).get_table_names())
    for statement in stamp_ddl(connection.dialect.name, present):
        connection.exec_driver_sql(statement)


def _business_columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns if column.name != "row_version")


def _sqlite_triggers(table: Table) -> Iterator[str]:
    name = table.name
    raise_counter = "update change_counter set value = value + 1 where id = 1;"
    stamp = f'update "{name}" set row_version = (select value from change_counter where id = 1) where id = new.id;'
    tombstone = (
        "insert into row_tombstone (id, table_name, deleted_id, row_version) "
        f"select value, '{name}', old.id, value from change_counter where id = 1;"
    )
    yield from _sqlite_trigger(
        f"stamp_{name}_insert", f'after insert on "{name}" when new.row_version is null', f"{raise_counter} {stamp}"
    )
    yield from _sqlite_trigger(
        f"stamp_{name}_update",
        f'after update on "{name}" when new.row_version is old.row_version',
        f"{raise_counter} {stamp}",
    )
    if table.info["append_only"]:
        refuse = f"select raise(abort, 'AppendOnly: rows of {name} are never changed or deleted');"
        yield from _sqlite_trigger(
            f"keep_{name}_update", f'before update of {_business_columns(table)} on "{name}"', refuse
        )
        yield from _sqlite_trigger(f"keep_{name}_delete", f'before delete on "{name}"', refuse)
    elif name != TOMBSTONES:
        yield from _sqlite_trigger(f"stamp_{name}_delete", f'after delete on "{name}"', f"{raise_counter} {tombstone}")
        yield from _sqlite_trigger(
            f"stamp_{name}_new_id",
            f'after update of id on "{name}" when new.id is not old.id',
            f"{raise_counter} {tombstone}",
        )


def _sqlite_trigger(name: str, occasion: str, action: str) -> Iterator[str]:
    yield f'drop trigger if exists "{name}"'
    yield f'create trigger "{name}" {occasion} begin {action} end'


def _postgresql_triggers(table: Table) -> Iterator[str]:
    name = table.name
    per_row = "for each row execute function"
    occasion = f'before insert or update on "{name}" for each row when ({UNSTAMPED})'
    yield f"create or replace trigger stamp_row {occasion} execute function stamp_row()"
    if table.info["append_only"]:
        occasion = f'before delete or update of {_business_columns(table)} on "{name}"'
        yield f"create or replace trigger refuse_change {occasion} {per_row} refuse_change()"
    elif name != TOMBSTONES:
        occasion = f'after delete or update of id on "{name}"'
        yield f"create or replace trigger leave_tombstone {occasion} {per_row} leave_tombstone()"
    occasion = f'before truncate on "{name}" for each statement'
    yield f"create or replace trigger refuse_truncate {occasion} execute function refuse_truncate()"
