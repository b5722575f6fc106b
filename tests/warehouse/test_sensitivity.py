"""Everybody sees what they may: every column of marts, reports and meta says what it gives away, and is described.

`meta.sensitivity` (open, cost, pay) decides which published edition holds the column; one that does not say would be
left out of the open editions at best. Read from the yml twins and, for what a model really has, from its contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

MODELS = REPOSITORY / "dbt_project" / "models"
PUBLISHED = ("marts", "reports", "meta")
SENSITIVITIES = {"open", "cost", "pay"}
OF_COST = ("_cost", "cost_amount", "value_amount", "profit", "margin", "unit_cost")


def published_files() -> list[Path]:
    return sorted(
        path for schema in PUBLISHED for path in (MODELS / schema).rglob("*") if path.suffix in (".sql", ".py")
    )


@cache
def described_models() -> dict[str, dict[str, Any]]:
    """The yml of every model of the published schemas, by name."""
    found: dict[str, dict[str, Any]] = {}
    for schema in PUBLISHED:
        for path in sorted((MODELS / schema).rglob("*.yml")):
            for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
                found[model["name"]] = model
    return found


def sensitivity_of(column: dict[str, Any]) -> str | None:
    meta = column.get("meta") or (column.get("config") or {}).get("meta") or {}
    value = meta.get("sensitivity")
    return None if value is None else str(value)


def columns() -> Iterator[tuple[str, dict[str, Any]]]:
    """`model.column` and the column's yml, of every published model."""
    for name, model in described_models().items():
        for column in model["columns"]:
            yield f"{name}.{column['name']}", column


@pytest.mark.parametrize("path", published_files(), ids=lambda path: path.stem)
def test_every_published_model_is_described_beside_its_code(path: Path) -> None:
    model = described_models().get(path.stem)
    assert model is not None, f"{path.stem} has no yml twin"
    assert path.with_suffix(".yml").exists()
    assert model.get("description", "").startswith(("One row", "Statement"))


def test_every_column_says_what_it_gives_away() -> None:
    assert [name for name, column in columns() if sensitivity_of(column) not in SENSITIVITIES] == []


def test_every_column_is_described_and_typed() -> None:
    assert [name for name, column in columns() if not column.get("description") or not column.get("data_type")] == []


def test_cost_and_profit_are_never_open() -> None:
    open_figures = [
        name
        for name, column in columns()
        if any(part in column["name"] for part in OF_COST)
        and str(column["data_type"]).startswith("decimal")
        and sensitivity_of(column) == "open"
    ]
    assert open_figures == []


def test_pay_of_single_employees_is_pay() -> None:
    models = described_models()
    for model, name in (("dim_employee", "hourly_rate"), ("fct_labour_hours", "cost_amount")):
        column = next(column for column in models[model]["columns"] if column["name"] == name)
        assert sensitivity_of(column) == "pay"
