"""Stock of an earlier day, worked out from moves and slices, is what the build of that day would say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from dashboards.edition import current_edition
from dashboards.questions.question import answered
from dashboards.questions.stock_on_a_day import layers_until


def test_layers_until_the_day_of_the_build_are_the_layers_of_the_build(at_home: Path) -> None:
    edition = current_edition("full")
    table, parameters = layers_until(edition, edition.as_of)
    columns = "item_code, warehouse_code, layer_move_id, quantity, value_amount, received_date, age_days, age_bucket"
    worked_out = edition.rows(f"select {columns} from {table} order by layer_move_id, warehouse_code", parameters)
    of_the_build = edition.rows(f"select {columns} from marts.fct_stock_ageing order by layer_move_id, warehouse_code")
    assert worked_out.height > 0
    assert worked_out.rows() == of_the_build.rows()


def test_a_day_before_the_first_receipt_has_nothing(at_home: Path) -> None:
    edition = current_edition("full")
    first = edition.rows("select min(effective_date) as day from marts.fct_stock_moves")["day"][0]
    before = {"on": (first - timedelta(days=1)).isoformat()}
    assert answered(edition, "stock_on_hand", before).is_empty()
    assert answered(edition, "stock_ageing", before).is_empty()


def test_value_on_a_day_is_that_of_the_layers_of_that_day(at_home: Path) -> None:
    edition = current_edition("full")
    days = edition.rows("select distinct effective_date as day from marts.fct_stock_moves order by day")["day"]
    for day in days:
        on = {"on": day.isoformat()}
        on_hand = answered(edition, "stock_on_hand", on)
        layers = answered(edition, "stock_ageing", on)
        assert on_hand["value_amount"].sum() == layers["value_amount"].sum(), day
        assert on_hand["quantity"].sum() == layers["quantity"].sum(), day


def test_overview_and_stock_show_the_same_value_on_every_day(at_home: Path) -> None:
    edition = current_edition("full")
    balances = "select * from marts.fct_stock_balances_daily"
    days = edition.rows(f"select distinct valid_from as day from ({balances}) order by day")["day"]
    for day in days:
        of_the_day = edition.rows(f"{balances} where ? between valid_from and valid_to", [day])
        shown = answered(edition, "stock_total", {"on": day.isoformat()}).row(0, named=True)
        assert shown["value_amount"] == of_the_day["value_amount"].sum(), day
        assert shown["place_count"] == of_the_day.filter(pl.col("quantity") != 0).height, day


def test_without_cost_an_earlier_day_has_no_value_either(at_home: Path) -> None:
    edition = current_edition("nocost")
    on = {"on": (edition.as_of - timedelta(days=1)).isoformat()}
    for question in ("stock_on_hand", "stock_ageing", "stock_total"):
        assert "value_amount" not in answered(edition, question, on).columns, question
