"""The doctor: the invariants that Bihuan promises, checked on a user's own data. Says what is wrong, and where.

Everything is only read. A check that holds says so in one line; one that does not names the first row concerned.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from dbt_project.published import EDITIONS, NothingIsPublished, published_build
from transactions.kernel.audit import first_broken_record
from transactions.kernel.database import reading
from transactions.kernel.door import first_line, storage_errors_as_refusals
from transactions.kernel.exact import from_micro
from transactions.kernel.refusal import Refusal
from transactions.kernel.schema import require_current

SPARE_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One check. message: what holds, or what does not and where."""

    check: str
    holds: bool
    message: str


def examined(engine: Engine, home: Path) -> Iterator[Finding]:
    """Every check in turn. A database that cannot be read ends the examination with its finding."""
    try:
        with storage_errors_as_refusals(reads_only=True):
            require_current(engine)
    except Refusal as refusal:
        yield Finding("database", False, str(refusal))
        return
    with storage_errors_as_refusals(reads_only=True), reading(engine) as connection:
        for name, check in DATABASE_CHECKS.items():
            yield _finding(name, lambda check=check: check(connection))  # type: ignore[misc]
    yield _finding("published build", lambda: _published(home))
    yield _finding("disk space", lambda: _disk(home))


class Ill(Exception):
    """What is wrong, and where."""


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except Ill as ill:
        return Finding(name, False, str(ill))
    except DBAPIError as error:
        return Finding(name, False, f"the database cannot be read: {first_line(error)}")
    except Exception as error:  # the examination goes on: the next check may tell more
        return Finding(name, False, f"could not be checked: {type(error).__name__}: {error}")


def _identity(connection: Connection) -> str:
    row = connection.execute(text("select identity, program_version from database_identity")).one()
    if connection.dialect.name == "sqlite":
        said: str = connection.execute(text("pragma integrity_check(1)")).scalar_one()
        if said != "ok":
            raise Ill(f"the database file is damaged: {said}")
        broken = connection.execute(text("pragma foreign_key_check")).first()
        if broken is not None:
            raise Ill(f"row {broken[1]} of {broken[0]} refers to a row of {broken[2]} that is not there")
    return f"{row.identity}, founded by version {row.program_version}"


def _balanced_entries(connection: Connection) -> str:
    unbalanced = connection.execute(
        text(
            "select journal_entry.number, coalesce(sum(debit_amount), 0) as debit, "
            "coalesce(sum(credit_amount), 0) as credit from journal_entry "
            "left join journal_line on journal_line.entry_id = journal_entry.id "
            "group by journal_entry.id, journal_entry.number "
            "having coalesce(sum(debit_amount), 0) <> coalesce(sum(credit_amount), 0) or count(journal_line.id) = 0 "
            "order by journal_entry.id limit 1"
        )
    ).first()
    if unbalanced is not None:
        raise Ill(f"entry {unbalanced.number} has debits {unbalanced.debit} and credits {unbalanced.credit}")
    unposted = connection.execute(
        text("select number from journal_entry where not is_posted order by id limit 1")
    ).scalar()
    if unposted is not None:
        raise Ill(f"entry {unposted} was never posted")
    count: int = connection.execute(text("select count(*) from journal_entry")).scalar_one()
    return f"{count} entries, each balanced and posted"


def _stock_balances(connection: Connection) -> str:
    differing = connection.execute(
        text(
            """
            with ends as (
                select item_id, to_location_id as location_id, coalesce(lot_id, 0) as lot_id, quantity from stock_move
                union all
                select item_id, from_location_id, coalesce(lot_id, 0), -quantity from stock_move
            ), moved as (
                select item_id, location_id, lot_id, sum(quantity) as quantity from ends
                inner join location on location.id = ends.location_id and location.kind in ('stock', 'inspection')
                group by item_id, location_id, lot_id
            ), kept as (
                select item_id, location_id, lot_id, quantity from stock_balance
                inner join location on location.id = stock_balance.location_id
                    and location.kind in ('stock', 'inspection')
            )
            select item.code, location.code as location, coalesce(moved.quantity, 0) as moved,
                coalesce(kept.quantity, 0) as kept
            from moved full outer join kept on kept.item_id = moved.item_id and kept.location_id = moved.location_id
                and kept.lot_id = moved.lot_id
            inner join item on item.id = coalesce(moved.item_id, kept.item_id)
            inner join location on location.id = coalesce(moved.location_id, kept.location_id)
            where coalesce(moved.quantity, 0) <> coalesce(kept.quantity, 0)
            order by item.code, location.code limit 1
            """
        )
    ).first()
    if differing is not None:
        raise Ill(
            f"{differing.code} in {differing.location}: the moves say {from_micro(differing.moved)}, "
            f"the balance {from_micro(differing.kept)}"
        )
    count: int = connection.execute(text("select count(*) from stock_move")).scalar_one()
    return f"{count} moves, each balance is their sum"


def _reservations(connection: Connection) -> str:
    differing = connection.execute(
        text(
            """
            with held as (
                select item_id, location_id, lot_id, sum(quantity) as quantity from stock_reservation
                group by item_id, location_id, lot_id
            )
            select item.code, location.code as location, coalesce(held.quantity, 0) as held,
                stock_balance.reserved_quantity as kept
            from stock_balance
            left join held on held.item_id = stock_balance.item_id and held.location_id = stock_balance.location_id
                and held.lot_id = stock_balance.lot_id
            inner join item on item.id = stock_balance.item_id
            inner join location on location.id = stock_balance.location_id
            where coalesce(held.quantity, 0) <> stock_balance.reserved_quantity
            order by item.code, location.code limit 1
            """
        )
    ).first()
    if differing is not None:
        raise Ill(
            f"{differing.code} in {differing.location}: {from_micro(int(differing.held))} are reserved for orders, "
            f"the balance says {from_micro(differing.kept)}"
        )
    count: int = connection.execute(text("select count(*) from stock_balance where reserved_quantity > 0")).scalar_one()
    return f"{count} places with reserved stock, each the sum of its reservations"


def _no_negative_stock(connection: Connection) -> str:
    negative = connection.execute(
        text(
            "select item.code, warehouse.code as warehouse from stock_balance "
            "inner join location on location.id = stock_balance.location_id "
            "inner join warehouse on warehouse.id = location.warehouse_id and not warehouse.allow_negative "
            "inner join item on item.id = stock_balance.item_id "
            "where stock_balance.quantity < 0 order by item.code limit 1"
        )
    ).first()
    if negative is not None:
        raise Ill(f"{negative.code} is below zero in {negative.warehouse}, which forbids it")
    return "none where the warehouse forbids it"


def _audit_chain(connection: Connection) -> str:
    broken = first_broken_record(connection)
    if broken is not None:
        raise Ill(broken.rule)
    return f"{connection.execute(text('select count(*) from audit_record')).scalar_one()} records, an unbroken chain"


def _numbers(connection: Connection) -> str:
    series = connection.execute(
        text(
            "select company_id, document_type, prefix, reset_value, next_value from number_series "
            "where next_value > 1 order by id"
        )
    ).all()
    for row in series:
        start = f"{row.prefix}{row.reset_value}{'-' if row.reset_value else ''}"
        table = "journal_entry" if row.document_type == "journal_entry" else "document"
        kind = "" if table == "journal_entry" else "and document_type = :kind"
        found: Iterable[str] = connection.execute(
            text(f"select number from {table} where company_id = :company and number is not null {kind}"),
            {"company": row.company_id, **({"kind": row.document_type} if kind else {})},
        ).scalars()
        digits = {number.removeprefix(start) for number in found if number.startswith(start)}
        drawn = {int(tail) for tail in digits if tail.isdigit() and len(tail) >= 6}
        gap = next((number for number in range(1, row.next_value) if number not in drawn), None)
        if gap is not None:
            raise Ill(f"number {start}{gap:06d} of {row.document_type} is missing")
    return f"{len(series)} series without a gap"


def _published(home: Path) -> str:
    try:
        build = published_build(home)
    except NothingIsPublished as nothing:
        if (home / "warehouse" / "published.json").exists():
            raise Ill(str(nothing)) from None
        return str(nothing)
    for edition in EDITIONS:
        try:
            with build.open(edition) as connection:
                rows = connection.execute("select build_id from meta.meta_build").fetchall()
        except Exception as error:
            raise Ill(f"edition {edition} of build {build.build_id} cannot be read: {error}") from error
        if rows != [(build.build_id,)]:
            raise Ill(f"edition {edition} of build {build.build_id} says it is another build: {rows}")
    return f"{build.build_id}, as of {build.manifest['as_of']}, {build.manifest['proofs_failed']} proofs do not hold"


def _disk(home: Path) -> str:
    free = shutil.disk_usage(home).free
    work_files = sorted((home / "warehouse" / "builds").glob("*/work.duckdb"))
    wanted = SPARE_BYTES + 3 * max((path.stat().st_size for path in work_files), default=0)
    if free < wanted:
        raise Ill(f"{free / 1e9:.1f} GB are free on the disk of {home}; the next refresh wants {wanted / 1e9:.1f} GB")
    return f"{free / 1e9:.1f} GB free"


DATABASE_CHECKS: dict[str, Callable[[Connection], str]] = {
    "database": _identity,
    "journal entries balance": _balanced_entries,
    "stock is the sum of its moves": _stock_balances,
    "reserved is the sum of its reservations": _reservations,
    "no stock below zero": _no_negative_stock,
    "audit trail": _audit_chain,
    "numbers without gaps": _numbers,
}
