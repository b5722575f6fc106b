"""What published models and columns say of themselves is said in Chinese too: every text, and none that nobody says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from dashboards.language import DESCRIPTIONS, chinese
from dbt_project.published import SCHEMAS
from tests.conftest import REPOSITORY
from tests.dashboards.conftest import Opened

HAN = re.compile(r"[\u4e00-\u9fff]")


def published_descriptions() -> Iterator[tuple[str, str]]:
    """Each model of marts, reports and meta and each of its columns: its name, and what it says on one line."""
    for schema in SCHEMAS:
        for file in sorted((REPOSITORY / "dbt_project" / "models" / schema).rglob("*.yml")):
            for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
                yield model["name"], " ".join(model["description"].split())
                for column in model["columns"]:
                    yield f"{model['name']}.{column['name']}", " ".join(column["description"].split())


@pytest.fixture(scope="module")
def descriptions() -> dict[str, str]:
    """The English texts, each with the first that says it."""
    first: dict[str, str] = {}
    for name, text in published_descriptions():
        first.setdefault(text, name)
    assert len(first) > 800
    return first


def test_every_description_has_its_chinese(descriptions: dict[str, str]) -> None:
    assert {name: text for text, name in descriptions.items() if text not in chinese(DESCRIPTIONS)} == {}


def test_no_chinese_is_left_of_a_description_that_nothing_has(descriptions: dict[str, str]) -> None:
    assert set(chinese(DESCRIPTIONS)) - set(descriptions) == set()


def test_the_chinese_of_a_description_is_chinese() -> None:
    """No English text stands as its own translation; of Chinese full stops and quotes alone none is one either."""
    assert {text: told for text, told in chinese(DESCRIPTIONS).items() if not HAN.search(told)} == {}


def test_the_data_board_describes_models_and_columns_in_the_language_of_its_reader(opened: Opened) -> None:
    for language, of_model, of_column in (
        ("en", "One row per item, warehouse", "Item."),
        ("zh_CN", "每物料、", "物料。"),
    ):
        tables = [frame.value for frame in opened("data", "owner", lang=language).dataframe]
        models = next(shown for shown in tables if "row_count" in shown.columns).set_index("table_name")
        columns = next(shown for shown in tables if "meaning" in shown.columns).set_index(["table_name", "column_name"])
        assert models["description"]["fct_stock_ageing"].startswith(of_model)
        assert columns["meaning"]["fct_stock_ageing", "item_id"] == of_column
