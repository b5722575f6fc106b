"""Small histories of stock moves, as the costing engine reads them, written the short way."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

Row = dict[str, Any]

UNIT = 1_000_000
COMPONENTS = ("material", "labour", "overhead", "subcontract", "landed")

MOVE_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("entry_id", "move_id", "company_id", "item_id", "warehouse_id"), pl.Int64),
    "effective_date": pl.Date,
    "recorded_at": pl.Datetime("us"),
    "quantity": pl.Int64,
    "kind": pl.String,
    "work_order_id": pl.Int64,
    "origin_entry_id": pl.Int64,
    **{f"{name}_amount": pl.Int64 for name in COMPONENTS},
    **{f"estimated_{name}_amount": pl.Int64 for name in COMPONENTS},
    "cost_share": pl.Int64,
    "lot_id": pl.Int64,
    "received_date": pl.Date,
}
ORDER_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("work_order_id", "company_id", "item_id", "planned_quantity"), pl.Int64),
    "is_closed": pl.Boolean,
    **{f"{name}_amount": pl.Int64 for name in COMPONENTS},
}
STANDARD_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("company_id", "item_id"), pl.Int64),
    "effective_date": pl.Date,
    **{f"{name}_unit_cost": pl.Int64 for name in COMPONENTS},
}
METHOD_COLUMNS: dict[str, Any] = {
    "company_id": pl.Int64,
    "item_id": pl.Int64,
    "method": pl.String,
    "effective_date": pl.Date,
}


def day(number: int) -> date:
    """A day counted from 1 January 2026."""
    return date(2026, 1, 1) + timedelta(number - 1)


class History:
    """Moves, work orders and methods of a company, collected line by line; quantities in units, amounts in minor
    units. Entries are numbered from `before` + 1 on."""

    def __init__(self, company: int = 1, before: int = 0) -> None:
        self.company = company
        self.before = before
        self.moves: list[Row] = []
        self.orders: list[Row] = []
        self.methods: list[Row] = []
        self.standards: list[Row] = []

    def __repr__(self) -> str:
        rows = [*self.moves, *self.orders, *self.methods, *self.standards]
        skipped = ("entry_id", "move_id", "company_id")
        lines = [", ".join(f"{k}={v}" for k, v in row.items() if v is not None and k not in skipped) for row in rows]
        return "\n".join(f"{number}: {line}" for number, line in enumerate(lines, start=1))

    def move(self, kind: str, item: int, quantity: float, on: int, **facts: Any) -> int:
        """Adds an entry; `quantity` is signed and in units; returns its id."""
        entry = self.before + len(self.moves) + 1
        row: Row = dict.fromkeys(MOVE_COLUMNS)
        row |= {"entry_id": entry, "move_id": entry, "company_id": self.company, "item_id": item, "warehouse_id": 1}
        row |= {
            "kind": kind,
            "effective_date": day(on),
            "recorded_at": datetime(2026, 2, 1),
            "quantity": round(quantity * UNIT),
        }
        self.moves.append(row | facts)
        return entry

    def receipt(self, item: int, quantity: float, on: int, amount: int | None, **facts: Any) -> int:
        """Goods received at a total price, or without one."""
        return self.move("receipt", item, quantity, on, material_amount=amount, **facts)

    def transfer(self, item: int, quantity: float, on: int, source: int, target: int) -> tuple[int, int]:
        """Goods moved from one warehouse to another; returns the entries out and in."""
        out = self.move("transfer_out", item, -quantity, on, warehouse_id=source)
        into = self.move("transfer_in", item, quantity, on, warehouse_id=target, origin_entry_id=out, move_id=out)
        return out, into

    def order(self, number: int, item: int, planned: float, is_closed: bool, **amounts: int) -> int:
        """A work order with what it cost besides its material."""
        row = {f"{name}_amount": amounts.get(name, 0) for name in COMPONENTS}
        row |= {"work_order_id": number, "company_id": self.company, "item_id": item}
        self.orders.append(row | {"planned_quantity": round(planned * UNIT), "is_closed": is_closed})
        return number

    def on_method(self, item: int, method: str, since: int = 1) -> None:
        """Puts an item on a valuation method from a day on."""
        row = {"company_id": self.company, "item_id": item, "method": method, "effective_date": day(since)}
        self.methods.append(row)

    def standard(self, item: int, since: int, **amounts: int) -> None:
        """Gives an item a standard cost from a day on; amounts per unit in minor units."""
        row = {f"{name}_unit_cost": amounts.get(name, 0) * UNIT for name in COMPONENTS}
        self.standards.append(row | {"company_id": self.company, "item_id": item, "effective_date": day(since)})

    def tables(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Moves, work orders, methods and standard costs as the engine takes them."""
        return (
            table(self.moves, MOVE_COLUMNS),
            table(self.orders, ORDER_COLUMNS),
            table(self.methods, METHOD_COLUMNS),
            table(self.standards, STANDARD_COLUMNS),
        )


def table(rows: Sequence[Row], columns: dict[str, Any]) -> pl.DataFrame:
    """Rows as a table of exactly these columns."""
    return pl.DataFrame(list(rows), schema=columns, orient="row")
