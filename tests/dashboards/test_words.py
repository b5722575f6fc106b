"""What the warehouse calls by a code is said in words: the checks of the proofs and both sides of each."""

from __future__ import annotations

import re

from dashboards.words import WORDS
from tests.conftest import REPOSITORY

PROOFS = REPOSITORY / "dbt_project" / "models" / "marts" / "control" / "fct_proofs.sql"


def test_each_check_and_its_sides_have_words() -> None:
    checks = re.findall(r"\('(\w+)', '([^']+)', '([^']+)'\)", PROOFS.read_text(encoding="utf-8"))
    assert len(checks) >= 14
    assert {word for check in checks for word in check} - set(WORDS) == set()
