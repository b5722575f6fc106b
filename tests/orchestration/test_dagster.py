"""A refresh is a run of Dagster: rows, models, tests as checks, proofs and publication are seen in its record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterEventType, DagsterInstance, DagsterRunStatus

from orchestration.dagster_home import dagster_home
from orchestration.refresh import RefreshFailed, refresh
from orchestration.settlement import settle_published_build
from transactions import Door, make_home

CHAIN: list[tuple[str, dict[str, Any]]] = [
    ("create_company", {"code": "A", "name": "A", "currency": "EUR"}),
    ("create_warehouse", {"code": "MAIN", "name": "Main"}),
    ("create_item", {"code": "X", "name": "X", "unit": "pcs", "kind": "bought"}),
    ("create_partner", {"code": "P", "name": "P", "is_customer": True, "is_supplier": True}),
    ("create_purchase_order", {"supplier": "P", "order_date": "2024-05-01", "external_number": "PO", "confirm": True,
                               "lines": [{"item": "X", "quantity": 10, "unit_price": "4"}]}),
    ("receive_goods", {"order": "PO", "effective_date": "2024-05-02"}),
]  # fmt: skip


@pytest.fixture
def door(migrated_home: Path) -> Door:
    door, _ = make_home()
    for position, (command, data) in enumerate(CHAIN):
        door.execute(command, data, "administrator", str(position))
    return door


def test_a_refresh_is_seen_in_dagsters_record_and_its_cost_is_settled_once(door: Door, home: Path) -> None:
    outcome = refresh(home, door.engine, as_run=True)
    instance = DagsterInstance.from_config(str(dagster_home(home)))
    run = instance.get_runs(limit=1)[0]
    assert (run.job_name, run.status) == ("refresh", DagsterRunStatus.SUCCESS)

    def metadata(*key: str) -> dict[str, object]:
        event = instance.get_latest_materialization_event(AssetKey(list(key)))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    assert metadata("raw")["changed rows"] == outcome.manifest["replication"]["changed"]
    assert metadata("marts", "fct_stock_moves")["dagster/row_count"] == 1
    assert metadata("published_build")["build"] == outcome.build_id
    checks = instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    assert len(list(checks)) > 50  # the structural tests, each a check of its model
    assert metadata("proofs")["do not hold"] == 0

    answers = settle_published_build(home, door, "administrator")
    assert [answer["row_count"] for answer in answers] == [2]
    assert settle_published_build(home, door, "administrator") == answers  # the same answer, nothing posted


def test_a_failed_run_says_why(door: Door, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration import build as steps

    def no_disk(*_told: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(steps, "run_models", no_disk)
    with pytest.raises(RefreshFailed, match="No space left on device"):
        refresh(home, door.engine, as_run=True)
    run = DagsterInstance.from_config(str(dagster_home(home))).get_runs(limit=1)[0]
    assert run.status == DagsterRunStatus.FAILURE
