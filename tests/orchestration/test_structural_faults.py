"""Faults in keys and balance, planted into a build: each is found by a structural test, so each blocks publication."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dbt_project.published import NothingIsPublished, published_build
from orchestration.build import StructuralTestsFailed, begin_build, replicate_rows, run_models, run_tests
from orchestration.dbt_run import DbtRun
from orchestration.warehouse_folder import WarehouseFolder
from tests.scenarios.story import commands_of, tell
from transactions import make_home

TWICE = (
    "dim_item", "dim_partner", "dim_account", "fct_sales_order_lines", "fct_order_profit", "fct_deliveries",
    "fct_purchase_order_lines", "fct_stock_moves", "fct_work_orders", "fct_invoices",
)  # fmt: skip
UNBALANCED = "journal_balances"


def test_ten_rows_that_stand_twice_and_an_unbalanced_entry_are_found(migrated_home: Path, dbt: DbtRun) -> None:
    door, _ = make_home()
    tell(door, commands_of("whole_chain"))
    build = begin_build(WarehouseFolder.of_home(migrated_home), dbt, door.clock, date(2026, 4, 30))
    replicate_rows(build, door.engine)
    run_models(build, dbt)
    run_tests(build, dbt)  # nothing is wrong yet
    with duckdb.connect(str(build.work_file)) as work:
        for table in TWICE:
            work.execute(f"insert into marts.{table} select * from marts.{table} limit 1")
        work.execute(
            "update marts.fct_journal_lines set debit_amount = debit_amount + 1 where journal_line_id = "
            "(select min(journal_line_id) from marts.fct_journal_lines where debit_amount > 0)"
        )
    build.kept = None  # the faults came past dbt, which would hold the tables to be what it made
    with pytest.raises(StructuralTestsFailed) as stopped:
        run_tests(build, dbt)
    red = {test.attached_to.rsplit(".", 1)[-1] or test.name for test in build.tests if test.is_red and test.is_gate}
    assert red >= {*TWICE, UNBALANCED}, stopped.value
    with pytest.raises(NothingIsPublished):
        published_build(migrated_home)
