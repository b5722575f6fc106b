"""The schema moves forward and back with data in it, and what the migrations make is what the program expects.

When a test here fails after a change of tables, stamps or guards, a new revision is missing: never edit an old one.
"""

from __future__ import annotations

import resource
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from tests.clean_process import started
from tests.transactions.acting import PASSWORD, START
from tests.transactions.soundness import assert_sound
from tests.transactions.trading import Trading
from transactions import Door, Refusal, make_home, open_home
from transactions.kernel.change_stamp import install
from transactions.kernel.clock import SetClock
from transactions.kernel.database import metadata, open_engine, reading
from transactions.kernel.door import storage_errors_as_refusals
from transactions.kernel.schema import check_not_newer, downgrade, migration_config, upgrade


def _home(url: str) -> Trading:
    door, _password = make_home(password=PASSWORD, url=url, clock=SetClock(START))
    acting = Trading(door, SetClock(START))
    acting("create_company", code="BIKE", name="Bicycles", currency="USD")
    acting("create_warehouse", code="MAIN", name="Main warehouse")
    return acting.found()


def _triggers(connection: Connection) -> set[tuple[str, ...]]:
    """Every trigger and the functions behind it, as the database itself tells them."""
    if connection.dialect.name == "sqlite":
        queries = ["select name, sql from sqlite_master where type = 'trigger'"]
    else:
        queries = [
            "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
            "select proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace",
        ]
    return {
        (row[0], "\n".join(line.strip() for line in row[1].split("\n")))
        for query in queries
        for row in connection.execute(text(query))
    }


def _differ(
    _context: Any, _found: Any, _column: Any, found: str | None, _default: Any, expected: str | None
) -> bool | None:
    """None: as Alembic compares; it takes a default of the empty text for none."""
    if (expected or "").strip("'"):
        return None
    return (found or "").split("::")[0].strip("()'") != ""


def test_what_migrations_make_is_what_the_program_expects(database_url: str) -> None:
    engine = open_engine(database_url)
    upgrade(engine)
    with engine.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": _differ, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
        for table in metadata.sorted_tables:
            made = {check["name"] for check in inspect(connection).get_check_constraints(table.name)}
            assert made == {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
        made_triggers = _triggers(connection)
        install(connection)
        assert _triggers(connection) == made_triggers
        assert len(made_triggers) > 100
    engine.dispose()


def _counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        present = set(inspect(connection).get_table_names())
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name in present
        }


def test_each_migration_goes_down_and_up_again_with_data(database_url: str) -> None:
    acting = _home(database_url)
    engine = acting.door.engine
    script = ScriptDirectory.from_config(migration_config(engine))
    for revision in script.walk_revisions():
        full = _counts(engine)
        assert full["document"] > 0
        downgrade(engine, revision.down_revision or "base")  # type: ignore[arg-type]
        if revision.down_revision is None:
            assert _counts(engine) == {}
            with reading(engine) as connection:
                assert _triggers(connection) == set()
        upgrade(engine, revision.revision)
        if revision.down_revision is not None:
            kept = _counts(engine)
            assert {name: kept[name] for name in kept if name in full} == {name: full[name] for name in kept}
    upgrade(engine)
    again = _home(database_url)
    again.sell()
    with reading(again.door.engine) as connection:
        assert_sound(connection)
    again.door.engine.dispose()
    engine.dispose()


def test_a_migration_of_a_database_that_another_program_holds_is_refused_in_a_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bihuan.sqlite'}"
    holding, engine = open_engine(url), open_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 10")
    busy = pytest.raises(Refusal, match="DatabaseIsBusy")
    with holding.connect() as other, other.begin(), busy, storage_errors_as_refusals():
        upgrade(engine)
    upgrade(engine)
    holding.dispose()
    engine.dispose()


def test_a_newer_database_is_neither_moved_nor_opened(migrated_database_url: str) -> None:
    _home(migrated_database_url).door.engine.dispose()
    engine = open_engine(migrated_database_url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = 'zzzz'"))
    for attempt in (lambda: upgrade(engine), lambda: check_not_newer(engine), lambda: open_home(migrated_database_url)):
        with pytest.raises(Refusal, match=r"DatabaseIsNewer: .* newer than this program"):
            attempt()
    engine.dispose()


def _write_until_full(url: str, room: int, said: Path) -> None:
    """In a process of its own: no file may grow by more than `room` bytes; says what it is told then."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    door = Door(open_engine(url))
    try:
        for number in range(10_000):
            door.execute(
                "create_partner", {"code": f"P{number}", "name": "P" * 200, "is_customer": True}, "administrator"
            )
    except Refusal as refusal:
        said.write_text(str(refusal))


def test_a_full_disk_is_a_sentence_and_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "bihuan.sqlite"
    acting = _home(f"sqlite:///{path}")
    before = len(acting.rows("partner"))
    said = tmp_path / "said"
    process = started(_write_until_full, f"sqlite:///{path}", path.stat().st_size + 30_000, said)
    process.join()
    assert process.exitcode == 0
    assert said.read_text().startswith("StorageFailed: the database cannot be written: ")
    written = len(acting.rows("partner")) - before
    assert written == len(acting.rows("audit_record", command="create_partner")) - before
    with reading(acting.door.engine) as connection:
        assert_sound(connection)
    acting.sell()  # and with room again it goes on
    acting.door.engine.dispose()


def test_a_read_only_database_is_a_sentence(migrated_database_url: str) -> None:
    _home(migrated_database_url).door.engine.dispose()
    if migrated_database_url.startswith("sqlite"):
        address = migrated_database_url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    else:
        address = migrated_database_url + "&options=-c%20default_transaction_read_only%3Don"
    door = Door(open_engine(address))
    data: dict[str, Any] = {"code": "P", "name": "Partner", "is_customer": True}
    with pytest.raises(Refusal, match=r"StorageFailed: the database cannot be written: .*read-?only"):
        door.execute("create_partner", data, "administrator")
    with reading(door.engine) as connection:
        assert_sound(connection)
    door.engine.dispose()


def test_a_company_of_before_takes_part_in_what_is_new(migrated_database_url: str) -> None:
    """Its account and number series come with the revision, its lots and amendments get their dates."""
    acting = _home(migrated_database_url)
    engine = acting.door.engine
    acting.sell()
    acting("amend_sales_order", order="SO000001", reason="more", lines=[{"line": 1, "quantity": 11}])
    row = {"id": 900, "item_id": acting.row("item", code="A")["id"]}
    downgrade(engine, "0001")
    with engine.begin() as connection:  # as 0001 left it
        connection.execute(text("delete from account where role = 'subcontract_clearing'"))
        connection.execute(
            text("delete from number_series where document_type in ('credit_note', 'debit_note', 'scrap')")
        )
        connection.execute(text("update account set code = '2206' where code = '2211'"))
        connection.execute(text("insert into lot (id, item_id, code) values (:id, :item_id, 'L')"), row)
    upgrade(engine)
    account = acting.row("account", role="subcontract_clearing")
    assert (account["code"], account["account_type"], account["is_manual"]) == ("2207", "liability", False)
    assert account["row_version"] > 0
    assert {row["effective_date"].isoformat() for row in acting.rows("document_revision")} == {"2026-06-15"}
    assert acting.row("lot")["recorded_at"] == 0
    again = Trading(open_home(migrated_database_url, SetClock(START)), SetClock(START))
    again("scrap_stock", effective_date="2026-06-15", reason="rust", lines=[{"item": "A", "quantity": 1}])
    again("invoice_customer", order="SO000001", invoice_date="2026-06-15")
    assert again("credit_customer", invoice="SI000001", effective_date="2026-06-15")["number"] == "CN000001"
    with reading(engine) as connection:
        assert_sound(connection)
    again.door.engine.dispose()
    engine.dispose()


def test_what_items_took_from_their_category_stays_when_its_default_goes(migrated_database_url: str) -> None:
    """Going down forgets the defaults of categories, as an older program has none, and nothing else."""
    acting = _home(migrated_database_url)
    acting("set_category_valuation_method", category="C", method="moving_average", effective_date="2026-01-01")
    before = acting("create_item", code="BEFORE", name="B", unit="pcs", kind="bought", category="C")["id"]
    downgrade(acting.door.engine, "0009")
    upgrade(acting.door.engine)
    assert acting.rows("category_valuation_method") == []
    again = Trading(open_home(migrated_database_url, SetClock(START)), SetClock(START))
    after = again("create_item", code="AFTER", name="A", unit="pcs", kind="bought", category="C")["id"]
    again("set_category_valuation_method", category="C", method="standard", effective_date="2026-01-01")
    last = again("create_item", code="LAST", name="L", unit="pcs", kind="bought", category="C")["id"]
    methods = [again.row("valuation_method", item_id=item_id)["method"] for item_id in (before, after, last)]
    assert methods == ["moving_average", "fifo", "standard"]
    again.door.engine.dispose()
    acting.door.engine.dispose()


def test_settlements_of_before_get_their_day(migrated_database_url: str) -> None:
    """From their entries, as the older program took it; one that only corrected a locked month told none."""
    acting = _home(migrated_database_url)
    acting("lock_period", period="2026-01")
    for build_id, periods in (("b1", ("2026-01", "2026-02", "2026-03")), ("b2", ("2026-01",))):
        rows = [
            {"period": period, "account": account, "event": "goods_receipt", side: 5}
            for period in periods
            for account, side in (("1405", "debit"), ("2204", "credit"))
        ]
        acting("settle_cost", build_id=build_id, rows=rows, as_of="2026-03-20")
    stamped = [row["row_version"] for row in acting.rows("cost_settlement")]
    downgrade(acting.door.engine, "0010")
    upgrade(acting.door.engine)
    days = [(row["build_id"], row["as_of"]) for row in acting.rows("cost_settlement")]
    assert days == [("b1", date(2026, 3, 20)), ("b2", None)]
    assert all(row["row_version"] > before for row, before in zip(acting.rows("cost_settlement"), stamped, strict=True))
    with pytest.raises(DBAPIError, match="AppendOnly"), acting.door.engine.begin() as connection:
        connection.execute(text("update cost_settlement set as_of = null"))
    acting.door.engine.dispose()
