"""Whoever writes a row, the database stamps it; ledgers refuse changes; a deleted row leaves a tombstone."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from transactions import Door, make_home
from transactions.kernel.tables import audit_record, row_tombstone, user_account
from transactions.ledger.tables import account, fiscal_period, journal_entry, journal_line
from transactions.master.tables import company, unit


@pytest.fixture
def engine(door: Door) -> Engine:
    return door.engine


def write(engine: Engine, *statements: Any) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def stamp(engine: Engine, table: Table, identity: int) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(table.c.row_version).where(table.c.id == identity)).scalar_one())


def tombstones(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        found = connection.execute(select(row_tombstone).order_by(row_tombstone.c.row_version, row_tombstone.c.id))
        rows = found.all()
    assert all(row.row_version is not None for row in rows)
    return [(row.table_name, row.deleted_id) for row in rows]


def test_rows_written_by_hand_are_stamped_with_growing_numbers(engine: Engine) -> None:
    write(engine, insert(unit).values(id=1, code="pcs", name="pieces"))
    first = stamp(engine, unit, 1)
    write(engine, insert(unit).values(id=2, code="kg", name="kilogram"))
    second = stamp(engine, unit, 2)
    write(engine, update(unit).where(unit.c.id == 1).values(name="piece"))
    third = stamp(engine, unit, 1)
    assert first < second < third


def test_each_row_of_a_bulk_change_is_stamped(engine: Engine) -> None:
    write(engine, insert(unit).values([{"id": n, "code": str(n), "name": ""} for n in range(1, 6)]))
    before = max(stamp(engine, unit, n) for n in range(1, 6))
    write(engine, update(unit).values(name="changed"))
    assert all(stamp(engine, unit, n) > before for n in range(1, 6))


def test_a_deleted_row_leaves_a_tombstone(engine: Engine) -> None:
    write(engine, insert(unit).values([{"id": n, "code": str(n), "name": ""} for n in range(1, 4)]))
    write(engine, delete(unit).where(unit.c.id < 3))
    assert tombstones(engine) == [("unit", 1), ("unit", 2)]
    write(engine, update(unit).where(unit.c.id == 3).values(id=9))
    assert tombstones(engine)[2:] == [("unit", 3)]


def test_ledger_rows_are_never_changed_or_deleted(engine: Engine) -> None:
    user = the_user(engine)
    record = dict.fromkeys(("command", "key", "data", "changes", "previous_hash", "hash"), "")
    write(engine, insert(audit_record).values(id=5, position=99, user_id=user, recorded_at=0, **record))
    with pytest.raises(DBAPIError, match="AppendOnly"):
        write(engine, update(audit_record).values(command="other"))
    with pytest.raises(DBAPIError, match="AppendOnly"):
        write(engine, delete(audit_record))
    assert stamp(engine, audit_record, 5) > 0


def test_postgresql_refuses_truncate(postgres_database: str) -> None:
    engine = make_home(url=postgres_database)[0].engine
    with pytest.raises(DBAPIError, match="NotTruncated"), engine.begin() as connection:
        connection.execute(text("truncate row_tombstone"))


def test_installing_again_changes_nothing(engine: Engine) -> None:
    from transactions.kernel.change_stamp import install

    with engine.begin() as connection:
        install(connection)
    write(engine, insert(unit).values(id=1, code="pcs", name="pieces"))
    assert stamp(engine, unit, 1) > 0


@pytest.fixture
def books(engine: Engine) -> Engine:
    """A company (id 1) with an open January (id 11), a locked February (id 12), two accounts and an empty entry 30."""
    user = the_user(engine)
    write(
        engine,
        insert(company).values(
            id=1,
            code="A",
            name="A",
            currency="EUR",
            amount_exponent=2,
            time_zone="UTC",
            chart="basic",
            stage=4,
            recorded_at=0,
        ),
        insert(fiscal_period).values(
            id=11, company_id=1, code="2020-01", start_date=date(2020, 1, 1), end_date=date(2020, 1, 31), state="open"
        ),
        insert(fiscal_period).values(
            id=12, company_id=1, code="2020-02", start_date=date(2020, 2, 1), end_date=date(2020, 2, 29), state="locked"
        ),
        insert(account).values(id=21, company_id=1, code="1", name="bank", account_type="asset"),
        insert(account).values(id=22, company_id=1, code="2", name="capital", account_type="equity"),
        an_entry(30, user=user),
    )
    return engine


def an_entry(
    identity: int, *, user: int, on: date = date(2020, 1, 5), period: int = 11, is_posted: bool = False
) -> Any:
    return insert(journal_entry).values(
        id=identity, company_id=1, number=str(identity), posting="manual", entry_date=on, period_id=period,
        user_id=user, is_posted=is_posted, recorded_at=0,
    )  # fmt: skip


def a_line(
    identity: int, debit: int, credit: int, *, document: tuple[int, int] | None = None, currency: str = "EUR"
) -> Any:
    in_document = document or (debit, credit)
    return insert(journal_line).values(
        id=identity, entry_id=30, line_number=identity, account_id=21, debit_amount=debit, credit_amount=credit,
        currency=currency, document_debit_amount=in_document[0], document_credit_amount=in_document[1],
    )  # fmt: skip


def post() -> Any:
    return update(journal_entry).where(journal_entry.c.id == 30).values(is_posted=True)


def the_user(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(user_account.c.id)).scalar_one())


def test_a_balanced_entry_is_posted(books: Engine) -> None:
    write(books, a_line(1, 500, 0), a_line(2, 0, 500), post())
    with books.connect() as connection:
        assert connection.execute(select(func.count()).where(journal_entry.c.is_posted)).scalar_one() == 1


def test_an_unbalanced_entry_is_refused(books: Engine) -> None:
    with pytest.raises(DBAPIError, match="EntryNotBalanced"):
        write(books, a_line(1, 500, 0), a_line(2, 0, 499), post())


def test_an_entry_without_lines_is_refused(books: Engine) -> None:
    with pytest.raises(DBAPIError, match="EntryNotBalanced"):
        write(books, post())
    with pytest.raises(DBAPIError, match="EntryNotBalanced"):
        write(books, an_entry(31, user=the_user(books), is_posted=True))


def test_an_entry_in_one_foreign_currency_balances_in_it_too(books: Engine) -> None:
    lines = [a_line(1, 500, 0, document=(550, 0), currency="USD"), a_line(2, 0, 500, document=(0, 551), currency="USD")]
    with pytest.raises(DBAPIError, match="EntryNotBalanced"):
        write(books, *lines, post())


@pytest.mark.parametrize(
    "change",
    [
        a_line(3, 1, 0),
        update(journal_line).where(journal_line.c.id == 1).values(debit_amount=1),
        delete(journal_line).where(journal_line.c.id == 1),
        update(journal_entry).where(journal_entry.c.id == 30).values(description="other"),
        update(journal_entry).where(journal_entry.c.id == 30).values(is_posted=False),
        delete(journal_entry).where(journal_entry.c.id == 30),
    ],
)
def test_a_posted_entry_never_changes(books: Engine, change: Any) -> None:
    write(books, a_line(1, 500, 0), a_line(2, 0, 500), post())
    with pytest.raises(DBAPIError, match="EntryIsPosted"):
        write(books, change)


def test_nothing_enters_a_locked_period(books: Engine) -> None:
    user = the_user(books)
    with pytest.raises(DBAPIError, match="PeriodIsLocked"):
        write(books, an_entry(31, user=user, on=date(2020, 2, 5), period=12))
    lock = update(fiscal_period).where(fiscal_period.c.id == 11).values(state="locked")
    write(books, a_line(1, 500, 0), lock)
    for change in (a_line(2, 0, 500), post(), delete(journal_line), delete(journal_entry)):
        with pytest.raises(DBAPIError, match="PeriodIsLocked"):
            write(books, change)


def test_an_entry_lies_in_the_period_that_it_names(books: Engine) -> None:
    with pytest.raises(DBAPIError, match="WrongPeriod"):
        write(books, an_entry(31, user=the_user(books), on=date(2020, 2, 5), period=11))
