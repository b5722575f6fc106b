"""Delivery dates know what work centres can do: from commands to marts, with dates counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.replication import replicate
from orchestration.dbt_run import PROJECT
from tests.full_bench import AS_OF, ORDERS, SETTING, lamps, sold
from tests.warehouse.warehouse_run import WarehouseRun
from transactions import Door, make_home
from transactions.kernel.clock import SetClock

MODELS = ("+fct_delivery_dates", "+fct_delivery_steps", "+fct_planning_supplies", "+fct_schedule")


@pytest.fixture
def company(migrated_sqlite_database: str, tmp_path: Path) -> tuple[Door, Path]:
    clock = SetClock(datetime(2026, 6, 15, tzinfo=UTC))
    door, _password = make_home(password="a password", url=migrated_sqlite_database, clock=clock)
    do(door, *SETTING)
    return door, tmp_path / "work.duckdb"


def do(door: Door, *commands: tuple[str, dict[str, Any]]) -> None:
    for name, data in commands:
        door.execute(name, data, "administrator")


def june(day: int) -> date:
    return date(2026, 6, day)


def built(run: WarehouseRun, door: Door, path: Path) -> dict[str, list[dict[str, Any]]]:
    """The marts, as rows."""
    replicate(door.engine, path, full=True)
    run.build(path, AS_OF.isoformat(), *MODELS)
    orders = {
        "fct_delivery_dates": "order_number",
        "fct_delivery_steps": "sales_order_line_id, step_number",
        "fct_planning_supplies": "document_number",
    }
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            mart: connection.sql(f"select * from marts.{mart} order by {order}").pl().to_dicts()
            for mart, order in orders.items()
        }


def test_the_second_order_waits_for_the_bench(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    door, path = company
    do(door, *ORDERS)
    found = built(warehouse_run, door, path)
    first, second = found["fct_delivery_dates"]
    assert (first["predicted_date"], first["reason_key"], first["days_late"]) == (june(17), "on_time", 0)
    assert (first["capacity_days"], first["reason_work_center_code"]) == (0, None)
    assert (second["predicted_date"], second["reason_key"], second["days_late"]) == (june(22), "capacity", 2)
    assert (second["capacity_days"], second["reason_work_center_code"]) == (2, "BENCH")
    assert (second["reason_document_number"], second["reason_item_code"]) == ("WO000002", "LAMP")
    assert second["reason"] == (
        "Waits for WO000002 of LAMP, which its work centre can finish on 2026-06-22, 2 worked days later than planned."
    )
    # Five worked days from Monday to Monday, two of them behind the first order.
    assert [
        (step["document_number"], step["step_days"], step["capacity_days"], step["work_center_code"])
        for step in found["fct_delivery_steps"]
    ] == [("WO000001", 2, 0, None), ("WO000002", 5, 2, "BENCH")]
    assert [
        (supply["due_date"], supply["expected_date"], supply["expected_work_center_code"])
        for supply in found["fct_planning_supplies"]
    ] == [(june(17), None, None), (june(18), june(22), "BENCH")]
    asked = ("fct_delivery_dates", "fct_delivery_steps", "int_planning_supplies_expected", "engine_planning_delivery")
    assert set(warehouse_run.test(path, AS_OF.isoformat(), *asked).values()) == {"pass"}


def test_what_is_made_of_it_comes_later_too(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    """Signs wanted on Friday the 19th take a day from the lamps of Monday the 22nd."""
    door, path = company
    do(door, *ORDERS[:3], sold("SIGN", "2026-06-19", "S2"))
    found = built(warehouse_run, door, path)
    sign = found["fct_delivery_dates"][1]
    assert (sign["predicted_date"], sign["reason_key"], sign["days_late"]) == (june(23), "capacity", 2)
    assert (sign["capacity_days"], sign["reason_work_center_code"]) == (2, "BENCH")
    assert [
        (step["item_code"], step["step_days"], step["capacity_days"], step["work_center_code"])
        for step in found["fct_delivery_steps"][1:]
    ] == [("SIGN", 1, 0, None), ("LAMP", 5, 2, "BENCH")]


def test_an_order_that_was_due_before_today_waits_for_the_bench_too(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    """Of two orders that should have been there on Friday the 12th the bench ends one on Wednesday, one on Monday."""
    door, path = company
    do(door, lamps("2026-06-12", "W1", "2026-06-10"), lamps("2026-06-12", "W2", "2026-06-10"), *ORDERS[2:])
    found = built(warehouse_run, door, path)
    assert [supply["expected_date"] for supply in found["fct_planning_supplies"]] == [june(17), june(22)]
    first, second = found["fct_delivery_dates"]
    assert (first["predicted_date"], first["reason_key"], first["capacity_days"]) == (june(17), "on_time", 2)
    assert (second["predicted_date"], second["reason_key"], second["capacity_days"]) == (june(22), "capacity", 5)


def test_an_order_that_its_work_centre_cannot_make_in_time(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    """Three days of work, due tomorrow: nobody is in front, and yet it ends on Wednesday."""
    door, path = company
    do(door, lamps("2026-06-16", "W1"), sold("LAMP", "2026-06-16", "S1"))
    [line] = built(warehouse_run, door, path)["fct_delivery_dates"]
    assert (line["predicted_date"], line["reason_key"], line["days_late"]) == (june(17), "capacity", 1)
    assert (line["capacity_days"], line["reason_work_center_code"]) == (1, "BENCH")


def test_without_delay_the_dates_are_those_of_the_plan(warehouse_run: WarehouseRun, company: tuple[Door, Path]) -> None:
    door, path = company
    do(door, ORDERS[0], *ORDERS[2:])
    found = built(warehouse_run, door, path)
    with duckdb.connect(str(path), read_only=True) as connection:
        for name in ("dates", "steps"):
            plan, published = (
                connection.sql(f"select * from engine.{table} order by all").fetchall()
                for table in (f"planning_delivery_{name}", f"delivery_{name}")
            )
            assert plan == published != []
        assert connection.sql("select late_supply_count from engine.engine_planning_delivery").fetchall() == [(0,)]
    assert {line["capacity_days"] for line in found["fct_delivery_dates"]} == {0}


def test_both_runs_know_the_same_facts() -> None:
    """dbt reads from the text of each model what it needs, so both name the tables."""
    planned, delivered = (
        {line.strip().removesuffix(".pl(),").rstrip(",") for line in lines if line.strip().startswith('"')}
        for lines in (
            (PROJECT / "models" / "engine" / f"{name}.py").read_text(encoding="utf-8").splitlines()
            for name in ("engine_planning_run", "engine_planning_delivery")
        )
    )
    named = {line for line in planned if "dbt.ref" in line}
    assert named == {line for line in delivered if "dbt.ref" in line}
    assert len(named) == 12


def test_what_waited_for_goods_tells_nothing_of_deliveries(
    warehouse_run: WarehouseRun, company: tuple[Door, Path]
) -> None:
    """Thirty lamps lie there. The first order leaves two days late; of the second six lamps leave on its day, and
    eighteen are not there. The third is not due yet, the fourth was given up."""
    door, path = company

    def ordered(due: str, number: str) -> tuple[str, dict[str, Any]]:
        name, order = sold("LAMP", due, number)
        return name, order | {"order_date": "2026-05-04"}

    def left(number: str, day: str, quantity: int) -> tuple[str, dict[str, Any]]:
        lines = [{"line": 1, "quantity": quantity}]
        return "deliver_goods", {"order": number, "effective_date": day, "lines": lines}

    do(
        door,
        ("record_opening_stock", {"effective_date": "2026-05-01", "warehouse": "MAIN",
                                  "lines": [{"item": "LAMP", "quantity": 30, "unit_cost": 10}]}),
        ordered("2026-06-01", "S1"), ordered("2026-06-04", "S2"), ordered("2026-06-30", "S3"),
        ordered("2026-06-02", "S4"), left("S1", "2026-06-03", 24), left("S2", "2026-06-04", 6),
        ("cancel_sales_order", {"order": "S4"}),
    )  # fmt: skip
    built(warehouse_run, door, path)
    with duckdb.connect(str(path), read_only=True) as connection:
        observed = connection.sql(
            "select expected_date, done_date, known_date from intermediate.int_deliveries_observed order by 1"
        ).fetchall()
    # Recorded on the day of the build: known since then.
    assert observed == [(june(1), june(3), june(15)), (june(30), None, None)]
    assert set(warehouse_run.test(path, AS_OF.isoformat(), "int_deliveries_observed").values()) == {"pass"}
