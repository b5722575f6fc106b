"""What tests of the warehouse may ask for: dbt with its project parsed once."""

from __future__ import annotations

import pytest

from tests.warehouse.warehouse_run import WarehouseRun


@pytest.fixture(scope="session")
def warehouse_run(tmp_path_factory: pytest.TempPathFactory) -> WarehouseRun:
    return WarehouseRun(tmp_path_factory.mktemp("dbt"))
