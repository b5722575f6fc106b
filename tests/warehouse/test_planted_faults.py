"""Faults at random in any table of facts, results or figures: what changes a published figure turns something red.

The planter knows no check. It takes a table, a row, a column and a value, or deletes or doubles a row, and looks at two
things only: did any figure that people read change, and did anything turn red.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingestion.replication import replicate
from tests.scenarios.story import commands_of
from tests.warehouse.standing_build import StandingBuild
from tests.warehouse.warehouse_run import WarehouseRun
from transactions import make_home
from transactions.kernel.clock import SetClock

AS_OF = "2026-03-31"
# What a company in the middle of its life does beside what the scenario of returns and notes does.
MORE: list[tuple[str, dict[str, Any]]] = [
    ("create_warehouse", {"code": "SHOP", "name": "Shop"}),
    ("set_exchange_rate", {"currency": "EUR", "rate": "1.10", "effective_date": "2026-01-01"}),
    ("set_exchange_rate", {"currency": "EUR", "rate": "1.20", "effective_date": "2026-03-05"}),
    ("create_partner", {"code": "EU", "name": "Abroad", "is_customer": False, "is_supplier": True, "currency": "EUR"}),
    ("create_item", {"code": "M", "name": "Mixed", "unit": "pcs", "kind": "bought",
                     "valuation_method": "moving_average"}),
    ("create_item", {"code": "T", "name": "Told", "unit": "pcs", "kind": "bought", "valuation_method": "standard"}),
    ("create_item", {"code": "V", "name": "Varied", "unit": "pcs", "kind": "made", "valuation_method": "standard"}),
    ("set_standard_cost", {"item": "T", "cost": 4, "effective_date": "2026-01-01"}),
    ("set_standard_cost", {"item": "V", "cost": 20, "effective_date": "2026-01-01"}),
    ("set_standard_cost", {"item": "T", "cost": 5, "effective_date": "2026-03-20"}),
    ("create_bom", {"item": "V", "effective_date": "2026-01-01", "lines": [{"item": "T", "quantity": 3}]}),
    ("record_opening_stock", {"effective_date": "2026-01-31", "warehouse": "MAIN", "lines": [
        {"item": "M", "quantity": 20, "unit_cost": "3.50", "received_date": "2025-11-01"}]}),
    ("create_purchase_order", {"supplier": "EU", "order_date": "2026-03-01", "external_number": "P2", "confirm": True,
                               "lines": [{"item": "M", "quantity": 30, "unit_price": 4},
                                         {"item": "T", "quantity": 50, "unit_price": "4.20"}]}),
    ("receive_goods", {"order": "P2", "effective_date": "2026-03-02", "external_number": "R2"}),
    ("bill_supplier", {"order": "P2", "bill_date": "2026-03-06", "tax_amount": 20,
                       "lines": [{"line": 1, "quantity": 20}, {"line": 2, "quantity": 50}]}),
    ("add_landed_cost", {"receipts": ["R1", "R2"], "bill_date": "2026-03-07", "supplier": "SUP", "amount": 76,
                         "basis": "value"}),
    ("create_work_order", {"item": "V", "quantity": 5, "start_date": "2026-03-08", "due_date": "2026-03-12",
                           "external_number": "W2", "release": True}),
    ("issue_material", {"order": "W2", "effective_date": "2026-03-08"}),
    ("book_time", {"order": "W2", "effective_date": "2026-03-09", "minutes": 45, "work_center": "WC"}),
    ("report_output", {"order": "W2", "effective_date": "2026-03-10", "good_quantity": 4, "scrap_quantity": 1,
                       "close": True}),
    ("create_work_order", {"item": "B", "quantity": 4, "start_date": "2026-03-11", "due_date": "2026-03-20",
                           "external_number": "W3", "release": True}),
    ("issue_material", {"order": "W3", "effective_date": "2026-03-11"}),
    ("report_output", {"order": "W3", "effective_date": "2026-03-12", "good_quantity": 2}),
    ("book_time", {"order": "W3", "effective_date": "2026-03-11", "minutes": 90, "work_center": "WC"}),
    ("take_back_time", {"booking": "TB000003", "effective_date": "2026-03-12"}),
    ("report_output", {"order": "W3", "effective_date": "2026-03-12", "good_quantity": 1, "scrap_quantity": 1,
                       "back_flush": True, "external_number": "miscounted"}),
    ("take_back_output", {"output": "miscounted", "effective_date": "2026-03-13"}),
    ("transfer_stock", {"from_warehouse": "MAIN", "to_warehouse": "SHOP", "effective_date": "2026-03-13",
                        "lines": [{"item": "M", "quantity": 15}, {"item": "A", "quantity": 9}]}),
    ("adjust_stock", {"warehouse": "MAIN", "effective_date": "2026-03-14", "reason": "count",
                      "lines": [{"item": "M", "quantity": -2}, {"item": "A", "quantity": 1}]}),
    ("create_sales_order", {"customer": "CUS", "order_date": "2026-03-15", "external_number": "S2", "confirm": True,
                            "freight": 12, "tax_amount": 30, "warehouse": "SHOP",
                            "lines": [{"item": "M", "quantity": 10, "unit_price": 9, "requested_date": "2026-03-18"}]}),
    ("deliver_goods", {"order": "S2", "effective_date": "2026-03-16", "lines": [{"line": 1, "quantity": 8}]}),
    ("invoice_customer", {"order": "S2", "invoice_date": "2026-03-17"}),
    ("create_sales_order", {"customer": "CUS", "order_date": "2026-03-15", "external_number": "S3", "confirm": True,
                            "lines": [{"item": "V", "quantity": 2, "unit_price": 50}]}),
    ("deliver_goods", {"order": "S3", "effective_date": "2026-03-18"}),
    ("invoice_customer", {"order": "S3", "invoice_date": "2026-03-18"}),
    ("receive_payment", {"customer": "CUS", "effective_date": "2026-03-19", "amount": 60}),
    ("pay_supplier", {"supplier": "EU", "effective_date": "2026-03-21", "amount": 100}),
]  # fmt: skip
RAW = (
    "stock_move", "stock_balance", "document", "document_line", "line_link", "journal_entry", "journal_line",
    "payment_allocation", "time_entry", "subcontract_cost", "work_order",
)  # fmt: skip
RESULTS = (
    "engine.costing_valued_moves", "engine.costing_slices", "engine.costing_layers", "engine.costing_work_orders",
    "engine.costing_variances",
)  # fmt: skip
FIGURES = (
    "marts.fct_stock_moves", "marts.fct_cost_slices", "marts.fct_stock_ageing", "marts.fct_work_orders",
    "marts.fct_order_profit", "marts.fct_journal_lines", "marts.fct_invoices", "marts.fct_receivables",
    "marts.fct_payables", "marts.fct_receipt_costs", "marts.fct_cost_variances", "reports.rpt_trial_balance",
)  # fmt: skip
FAULTS = 200
OTHER_ORIGIN = (
    "update raw.document set origin_document_id = (select max(other.id) from raw.document as other "
    "where other.document_type = '{}' and other.id <> document.origin_document_id) where document_type = '{}'"
)
SCRAP_TAKEN_BACK = "move_type = 'output_scrap' and origin_move_id is not null"
# What follows from figures, proofs included, and what only plans.
LEFT_OUT = ("/planning/", "engine_planning", "engine_scheduling", "fct_alerts", "rpt_stage_meter")
# Columns by which a row belongs to documents, and the table they lead to.
VOUCHERS = {
    "document_line_id": "document_line", "to_line_id": "document_line", "from_line_id": "document_line",
    "document_id": "document", "entry_id": "journal_entry", "move_id": "stock_move", "issue_move_id": "stock_move",
    "layer_move_id": "stock_move", "issue_entry_id": "stock_move", "layer_entry_id": "stock_move",
    "work_order_id": "document", "payment_id": "document", "invoice_id": "document", "sales_order_id": "document",
    "sales_order_line_id": "document_line",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What was planted. vouchers: numbers of the documents that the row is of, or joins."""

    table: str
    column: str
    kind: str
    statements: list[str] = field(repr=False)
    vouchers: frozenset[str]

    def __str__(self) -> str:
        return f"{self.kind} {self.table}.{self.column}: {self.statements[0]}"


class Planter:
    """Draws faults from a seed."""

    def __init__(self, build: StandingBuild, seed: int) -> None:
        self.build = build
        self.chance = random.Random(seed)

    def fault(self) -> Fault:
        side = self.chance.choice([[f"raw.{name}" for name in RAW], list(RESULTS), list(FIGURES)])
        while True:
            table = self.chance.choice(side)
            [(count,)] = self.ask(f"select count(*) from {table}")
            if count:
                return self.fault_in(table, int(count))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.build.connection.execute(query).fetchall()

    def fault_in(self, table: str, count: int) -> Fault:
        columns = self.build.columns(table)
        at = self.chance.randrange(count)
        [(row_id,)] = self.ask(f"select rowid from {table} order by rowid limit 1 offset {at}")
        [row] = self.ask(f"select * from {table} where rowid = {row_id}")
        found = dict(zip([name for name, _ in columns], row, strict=True))
        vouchers = self.vouchers_of(table, found)
        kind = self.chance.choices(["changed", "deleted", "doubled"], [8, 1, 1])[0]
        if kind == "deleted":
            return Fault(table, "*", kind, [f"delete from {table} where rowid = {row_id}"], vouchers)
        if kind == "doubled":
            copied = ", ".join(
                "(select max(id) + 1 from " + table + ")" if name == "id" else f'"{name}"' for name, _ in columns
            )
            return Fault(
                table, "*", kind, [f"insert into {table} select {copied} from {table} where rowid = {row_id}"], vouchers
            )
        told = [(name, type_) for name, type_ in columns if name not in ("id", "row_version")]
        while True:
            name, type_ = self.chance.choice(told)
            value = self.other_value(table, name, type_, found[name])
            if value != written(found[name]):
                statement = f'update {table} set "{name}" = {value} where rowid = {row_id}'
                return Fault(table, name, kind, [statement], vouchers)

    def other_value(self, table: str, name: str, type_: str, value: Any) -> str:
        if name.endswith("_id") or type_ == "VARCHAR":
            [(other,)] = self.ask(
                f'select "{name}" from {table} order by hash(rowid * 7919 + {self.chance.random()}) limit 1'
            )
            return written(other)
        if type_ == "BOOLEAN":
            return written(not value)
        if value is None:
            return "null"
        if isinstance(value, date):
            return written(value + timedelta(days=self.chance.choice([-40, -3, -1, 1, 2, 35])))
        if isinstance(value, int | Decimal):
            step = self.chance.choice([1, -1, 7, 1_000_000])
            return written(self.chance.choice([value + step, value * 2, -value, value - value]))
        return written(value)

    def vouchers_of(self, table: str, row: dict[str, Any]) -> frozenset[str]:
        """Numbers of the documents that a row is of, or joins."""
        found = {str(row[name]) for name in row if name.endswith("_number") and row[name] is not None}
        if table == "raw.document":
            found.add(str(row["number"]))
        for name, key in row.items():
            target = VOUCHERS.get(name)
            if target is not None and key is not None:
                found.update(self.numbers_by(target, int(key) // (2 if name.endswith("_entry_id") else 1)))
        if table.startswith("engine.") and row.get("entry_id") is not None:
            found.update(self.numbers_by("stock_move", int(row["entry_id"]) // 2))
        return frozenset(found)

    def numbers_by(self, table: str, key: int) -> list[str]:
        if table == "document":
            return [str(number) for (number,) in self.ask(f"select number from raw.document where id = {key}")]
        columns = ("document_id", "work_order_id") if table == "stock_move" else ("document_id",)
        rows = self.ask(f"select {', '.join(columns)} from raw.{table} where id = {key}")
        return [number for row in rows for found in row if found is not None
                for number in self.numbers_by("document", int(found))]  # fmt: skip


def written(value: Any) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


@dataclass
class Count:
    """What became of the faults."""

    planted: int = 0
    harmless: int = 0
    blocked: int = 0
    proved: int = 0
    named: int = 0
    missed: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    by_check: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.planted} planted, {self.harmless} changed no figure, {self.blocked} red in structural tests, "
            f"{self.proved} in proofs alone, {len(self.missed)} missed; "
            f"{self.named} of {self.proved} named; "
            f"{dict(self.by_check.most_common())}"
        )


def plant(build: StandingBuild, faults: int, seed: int) -> Count:
    """Plants so many faults, one at a time, and counts."""
    planter, count = Planter(build, seed), Count()
    while count.planted < faults:
        fault = planter.fault()
        try:
            with build.changed(fault.statements, fault.table) as differing:
                count.planted += 1
                changed = build.changed_figures(differing)
                gates = build.red_gates()
                proofs = build.red_proofs()
        except Exception:  # a model or an engine refuses the row: nothing is published
            count.planted += 1
            count.blocked += 1
            continue
        if not changed and not gates:
            count.harmless += 1
        elif gates:
            count.blocked += 1
        elif proofs:
            count.proved += 1
            count.by_check.update(proofs.keys())
            if not fault.vouchers or fault.vouchers.intersection(map(str, proofs.values())):
                count.named += 1
            else:
                count.unnamed.append(f"{fault} of {sorted(fault.vouchers)}: {proofs}")
        else:
            count.missed.append(f"{fault}: {changed}")
    return count


@pytest.fixture(scope="module")
def standing(warehouse_run: WarehouseRun, tmp_path_factory: pytest.TempPathFactory) -> StandingBuild:
    folder = tmp_path_factory.mktemp("standing")
    door, _ = make_home(
        password="a long password", url=f"sqlite:///{folder / 'bihuan.sqlite'}",
        clock=SetClock(datetime(2026, 3, 31, 8, tzinfo=UTC)),
    )  # fmt: skip
    told = [(row["command"], row["data"]) for row in commands_of("taken_back_and_shared")]
    for number, (command, data) in enumerate([*told, *MORE]):
        door.execute(command, data, "administrator", f"standing-{number}")
    path = folder / "work.duckdb"
    replicate(door.engine, path)
    return StandingBuild(warehouse_run, path, AS_OF, left_out=LEFT_OUT, stored=("/proofs/",))


def assert_found(count: Count) -> None:
    """Every fault that changes a figure is found, and of those that proofs find the voucher is named first in 95 %."""
    assert not count.missed, "\n".join([str(count), *count.missed])
    assert count.named >= 0.95 * count.proved, "\n".join([str(count), *count.unnamed])


def test_nothing_is_red_without_a_fault(standing: StandingBuild) -> None:
    assert standing.red_proofs() == {}
    assert standing.red_gates() == []
    compared = standing.connection.execute("select check_name from marts.fct_proofs where key_count = 0").fetchall()
    assert compared == []


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("raw.document", "update raw.document set partner_id = partner_id + 1 where document_type = 'goods_receipt'"),
        ("raw.document", "update raw.document set partner_id = partner_id + 1 where document_type = 'delivery'"),
        ("raw.work_order", "update raw.work_order set item_id = item_id + 1"),
        ("raw.document", OTHER_ORIGIN.format("sales_order", "delivery")),
        ("raw.document", OTHER_ORIGIN.format("work_order", "material_issue")),
        ("raw.document", OTHER_ORIGIN.format("sales_order", "goods_receipt")),
        ("raw.document", "update raw.document set origin_document_id = null where document_type = 'credit_note'"),
        ("raw.document", "update raw.document set origin_document_id = id where document_type = 'transfer'"),
    ],
)
def test_a_partner_an_item_or_an_origin_that_is_told_twice(standing: StandingBuild, table: str, statement: str) -> None:
    with standing.changed([statement], table, needed=("fct_proofs",)):
        assert "document_links" in standing.red_proofs()


@pytest.mark.parametrize(
    ("table", "statement", "check"),
    [
        ("time_entry", "delete from raw.time_entry where minutes < 0", "commands"),
        ("time_entry", "update raw.time_entry set minutes = 0 where minutes < 0", "document_links"),
        ("time_entry", "update raw.time_entry set origin_entry_id = null where minutes < 0", "document_links"),
        ("stock_move", f"delete from raw.stock_move where {SCRAP_TAKEN_BACK}", "commands"),
        ("stock_move", f"update raw.stock_move set quantity = 1 where {SCRAP_TAKEN_BACK}", "document_links"),
        ("audit_record", "update raw.audit_record set data = replace(data, 'miscounted', 'OP000001')", "commands"),
    ],
)
def test_what_is_taken_back_in_part_or_is_something_else(
    standing: StandingBuild, table: str, statement: str, check: str
) -> None:
    with standing.changed([statement], f"raw.{table}", needed=("fct_proofs",)):
        assert check in standing.red_proofs()


@pytest.mark.parametrize(
    "change",
    [
        "standard_cost = 0 where is_closed and standard_cost <> 0",
        "standard_cost = 0 where not is_closed and standard_cost <> 0",
        "is_at_standard = not is_at_standard where not is_closed",
    ],
)
def test_a_standard_that_is_another(standing: StandingBuild, change: str) -> None:
    table = "marts.fct_work_orders"
    with standing.changed([f"update {table} set {change}"], table):
        assert "standard_costs_of_work_orders" in standing.red_gates()


def test_a_quarter_of_the_faults(standing: StandingBuild) -> None:
    count = plant(standing, FAULTS // 4, seed=1)
    print(count)
    assert_found(count)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_all_faults(standing: StandingBuild, seed: int) -> None:
    count = plant(standing, FAULTS, seed)
    print(count)
    assert_found(count)
