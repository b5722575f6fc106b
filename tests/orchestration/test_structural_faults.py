"""Faults in keys and balance, planted into a build: each is found by a structural test, so each blocks publication."""

from __future__ import annotations

import duckdb
import pytest

from dbt_project.published import published_build
from orchestration.build import StructuralTestsFailed, begin_build, run_tests
from orchestration.warehouse_folder import WarehouseFolder
from tests.orchestration.conftest import Chain

TWICE = (
    "dim_item", "dim_partner", "dim_account", "fct_sales_order_lines", "fct_order_profit", "fct_deliveries",
    "fct_purchase_order_lines", "fct_stock_moves", "fct_work_orders", "fct_invoices",
)  # fmt: skip
UNBALANCED = "journal_balances"


def test_ten_rows_that_stand_twice_and_an_unbalanced_entry_are_found(chain: Chain) -> None:
    good = published_build(chain.home).build_id  # nothing is wrong yet
    build = begin_build(WarehouseFolder.of_home(chain.home), chain.dbt, chain.door.clock, chain.last_day)
    with duckdb.connect(str(build.work_file)) as work:
        for table in TWICE:
            work.execute(f"insert into marts.{table} select * from marts.{table} limit 1")
        work.execute(
            "update marts.fct_journal_lines set debit_amount = debit_amount + 1 where journal_line_id = "
            "(select min(journal_line_id) from marts.fct_journal_lines where debit_amount > 0)"
        )
    with pytest.raises(StructuralTestsFailed) as stopped:
        run_tests(build, chain.dbt)
    red = {test.attached_to.rsplit(".", 1)[-1] or test.name for test in build.tests if test.is_red and test.is_gate}
    assert red >= {*TWICE, UNBALANCED}, stopped.value
    assert published_build(chain.home).build_id == good
