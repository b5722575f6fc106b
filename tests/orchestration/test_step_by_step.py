"""The same facts give the same warehouse: made step by step, where most of each build stays, and made from nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb

from orchestration.refresh import Outcome
from orchestration.warehouse_folder import WarehouseFolder
from tests.orchestration.conftest import Chain

OF_THE_BUILD = {"build_id", "built_at", "source_watermark"}


def content(outcome: Outcome, home: Path, name: str) -> dict[str, Counter[str]]:
    """Every row of every table and view of a file of the build, without what names the build."""
    file = WarehouseFolder.of_home(home).build_folder(outcome.build_id) / f"{name}.duckdb"
    found = {}
    with duckdb.connect(str(file), read_only=True) as opened:
        tables = opened.execute(
            "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
            "where schema_name in ('staging', 'intermediate', 'engine', 'marts', 'reports', 'meta') "
            "and table_name <> 'meta_tests' group by all"
        ).fetchall()
        for schema, table, columns in tables:
            shown = ", ".join(f'"{column}"' for column in columns if column not in OF_THE_BUILD)
            rows = opened.execute(f'select {shown} from {schema}."{table}"').fetchall()
            found[f"{schema}.{table}"] = Counter(str(row) for row in rows)
    return found


def made(outcome: Outcome) -> set[str]:
    return {model["name"] for model in outcome.manifest["models"] if not model["is_kept"]}


def test_step_by_step_is_what_from_nothing_is(chain: Chain) -> None:
    unchanged = chain.refresh(force=True)
    chain.door.execute("create_partner", {"code": "NEW", "name": "New", "is_customer": True}, "administrator")
    by_step = chain.refresh()
    assert not {"engine_costing_run", "engine_planning_run", "fct_order_profit"} & made(unchanged)
    assert "engine_costing_run" not in made(by_step)  # a partner more costs nothing
    from_nothing = chain.refresh(full=True)
    assert len(made(from_nothing)) == len(from_nothing.manifest["models"])
    for file in ("work", "full", "cost", "nocost"):
        found, expected = content(by_step, chain.home, file), content(from_nothing, chain.home, file)
        assert found.keys() == expected.keys()
        assert [name for name, rows in expected.items() if found[name] != rows] == [], file
