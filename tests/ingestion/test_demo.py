"""The demo company: deterministic, resumable, and with something to say on every board."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from dbt_project.published import published_build
from ingestion.sources.demo import DEMO_USERS, is_complete, make_demo
from ingestion.sources.demo.catalogue import furniture_maker
from orchestration.dbt_run import DbtRun
from orchestration.refresh import refresh
from transactions import Door, make_home

END = date(2026, 10, 30)
BOARDS_READ = (
    "fct_order_profit", "fct_delivery_dates", "fct_stock_on_hand", "fct_stock_ageing", "fct_mrp_suggestions",
    "fct_mrp_messages", "fct_receivables", "fct_payables", "fct_proofs", "fct_alerts", "fct_work_orders",
    "fct_lead_time_odds", "fct_planning_items", "fct_planning_supplies",
    "rpt_profit_and_loss", "rpt_balance_sheet", "rpt_trial_balance", "rpt_partner_statement",
)  # fmt: skip


def small_demo(folder: Path, days: int) -> Door:
    door, _password = make_home(password="a long password", url=f"sqlite:///{folder / 'bihuan.sqlite'}")
    make_demo(door, folder, end=END, days=days)
    return door


def facts(door: Door) -> list[tuple[object, ...]]:
    """What was recorded, without what differs from run to run."""
    with door.engine.connect() as connection:
        moves = connection.execute(
            text("select item_id, quantity, effective_date, recorded_at from stock_move order by id")
        )
        return [tuple(row) for row in moves]


def test_catalogue_has_four_levels_and_the_promised_size() -> None:
    catalogue = furniture_maker(1)
    assert 130 <= len(catalogue.items) <= 170
    assert len(catalogue.suppliers) + len(catalogue.customers) == 60
    assert all(catalogue.of_level(level) for level in range(4))
    for item in catalogue.items.values():
        assert all(catalogue.items[code].level > item.level for code, _quantity in item.components)


def test_same_seed_same_company_also_when_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    first = facts(small_demo(whole, days=14))
    door, _password = make_home(password="a long password", url=f"sqlite:///{parts / 'bihuan.sqlite'}")

    class Interrupted(Exception):
        pass

    def interrupt(said: str) -> None:
        raise Interrupted(said)

    monkeypatch.setattr("ingestion.sources.demo.recorder.COMMANDS_PER_COMMIT", 50)
    with pytest.raises(Interrupted):
        make_demo(door, parts, end=date(2026, 11, 3), days=18, progress=interrupt)
    assert not is_complete(parts)
    assert json.loads((parts / "demo.json").read_text())["end"] == "2026-11-03"
    make_demo(door, parts, end=END, days=14)  # goes on with what was begun
    assert is_complete(parts)
    assert len(first) > 100
    with door.engine.connect() as connection:
        users = connection.execute(text("select username from user_account")).scalars().all()
    assert set(DEMO_USERS) < set(users)


def test_every_board_has_something_to_say(tmp_path: Path, dbt: DbtRun) -> None:
    door = small_demo(tmp_path, days=200)
    refresh(tmp_path, door.engine, as_of=END, dbt=dbt)
    with published_build(tmp_path).open("full") as connection:

        def one(sql: str) -> tuple[object, ...]:
            return tuple(connection.execute(sql).fetchall()[0])

        empty = [mart for mart in BOARDS_READ if one(f"select count(*) from {mart}")[0] == 0]
        assert empty == []
        lines, late = one("select count(*), count(*) filter (days_late > 0) from fct_sales_order_lines")
        orders, losses = one(
            "select count(*), count(*) filter (profit < 0) from "
            "(select sum(profit) as profit from fct_order_profit group by sales_order_id)"
        )
        assert int(str(late)) >= 0.05 * int(str(lines))
        assert int(str(losses)) >= 0.03 * int(str(orders))
        assert int(str(one("select count(*) from fct_mrp_suggestions where state = 'proposed'")[0])) >= 50
        assert one("select count(*) from fct_proofs where difference <> 0") == (0,)
