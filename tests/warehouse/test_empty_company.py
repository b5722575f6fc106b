"""A home on its first day: no company at all, then one without a single voucher. Everything builds; proofs hold."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.raw_company import RawCompany, write_raw
from tests.warehouse.warehouse_run import WarehouseRun, rows

MODELS = ("+fct_proofs", "+fct_settlement_due", "+path:models/marts/planning", "+path:models/marts/production")


def test_no_company(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    path = tmp_path / "work.duckdb"
    write_raw(path, {})
    warehouse_run.build(path, "2026-01-01", *MODELS)
    assert rows(path, "select * from marts.fct_proofs") == []


def test_company_without_vouchers(warehouse_run: WarehouseRun, tmp_path: Path) -> None:
    path = tmp_path / "work.duckdb"
    RawCompany().write(path)
    warehouse_run.build(path, "2026-01-01", *MODELS)
    assert rows(path, "select distinct is_green, difference from marts.fct_proofs") == [(True, 0)]
    assert rows(path, "select * from marts.fct_mrp_suggestions") == []
