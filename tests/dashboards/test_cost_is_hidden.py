"""Who may not see cost finds a planted cost nowhere: not in answers of the API, not in the file, nor in pages
(`test_pages`) and their parts (`test_sections`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dashboards.door import door
from dashboards.edition import current_edition
from dashboards.questions.question import questions
from dbt_project.published import published_build
from tests.dashboards.conftest import CANARIES, HIDDEN_FROM, Opened
from tests.dashboards.test_pages import texts_of
from transactions.kernel.home import home
from transactions.kernel.sessions import session_actor
from transactions.kernel.users import ROLES

# both as DuckDB keeps them: DECIMAL(18, 6) and DECIMAL(18, 4) as whole numbers of eight bytes
CANARY_BYTES = ((7_654_321_000).to_bytes(8, "little"), (229_629_600).to_bytes(8, "little"))
FILTERS = {"document": "1", "item": "CANARY", "model": "fct_stock_on_hand", "number": "S", "line": "1", "supply": "x"}


def test_the_canary_is_planted(opened: Opened) -> None:
    """Who may see cost finds it, in the page and in the file: so the tests below look in the right places."""
    assert "22962.96" in texts_of(opened("stock", "owner"))
    full = published_build_file("full").read_bytes()
    assert any(canary in full for canary in CANARY_BYTES)


@pytest.mark.parametrize("role", HIDDEN_FROM)
def test_answers_do_not_hold_it(signed_in: Callable[[str], TestClient], role: str) -> None:
    client = signed_in(role)
    for question in questions().values():
        given = {name: value for name, value in FILTERS.items() if name in question.filters.model_fields}
        text = client.get(f"/questions/{question.name}", params=given).text
        for canary in CANARIES:
            assert canary not in text, question.name


def test_the_file_that_the_session_opens_does_not_hold_it(at_home: Path) -> None:
    content = published_build_file("nocost").read_bytes()
    for canary in CANARY_BYTES:
        assert canary not in content


def test_roles_open_the_edition_that_is_theirs(token_of: Callable[[str], str]) -> None:
    editions = {role: session_actor(door(), token_of(role)).edition for role in ROLES}
    assert editions == {
        "owner": "full", "administrator": "full", "accountant": "full", "analyst": "full", "planner": "cost",
        "buyer": "cost", "salesperson": "nocost", "storekeeper": "nocost", "foreman": "nocost",
    }  # fmt: skip


def test_boards_without_cost_know_the_columns_they_miss(at_home: Path) -> None:
    assert not current_edition("nocost").has("fct_order_profit", "profit")
    assert current_edition("cost").has("fct_order_profit", "profit")


def published_build_file(edition: str) -> Path:
    return published_build(home()).edition_file(edition)
