"""A company written straight into the raw schema of a build, row by row, for tests of single rules of the warehouse.

Commands make whole companies (see the scenarios); here a test plants exactly the rows that a rule is about, faults
included. Quantities, prices, rates and minutes are given as decimal text or integers and stored in micro.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Boolean, Date, Table

import transactions.document.tables
import transactions.inventory.tables
import transactions.kernel.tables
import transactions.ledger.tables
import transactions.master.tables  # noqa: F401
from transactions.kernel.database import metadata
from transactions.kernel.exact import MICRO, NANO, priced, rounded_ratio

Number = int | str | Decimal
ACCOUNTS = {
    "bank": "asset", "receivables": "asset", "inventory": "asset", "work_in_progress": "asset", "input_tax": "asset",
    "payables": "liability", "goods_received_not_billed": "liability", "landed_cost_clearing": "liability",
    "subcontract_clearing": "liability", "output_tax": "liability", "wages_payable": "liability",
    "opening_contra": "equity",
    "retained_earnings": "equity", "capital": "equity", "revenue": "revenue", "freight_revenue": "revenue",
    "sales_returns": "revenue", "cost_of_sales": "expense", "purchase_price_difference": "expense",
    "production_variance": "expense", "inventory_gain_loss": "expense", "scrap_loss": "expense",
    "labour_absorbed": "expense", "overhead_absorbed": "expense", "service_expense": "expense",
    "exchange_gain_loss": "expense", "customer_advances": "liability", "supplier_advances": "asset",
    "bank_charges": "expense", "wages": "expense",
}  # fmt: skip


def micro(number: Number) -> int:
    return int(Decimal(number).scaleb(6))


def sql_type(column: Any) -> str:
    if isinstance(column.type, Boolean):
        return "BOOLEAN"
    if isinstance(column.type, Date):
        return "DATE"
    return "BIGINT" if column.type.python_type is int else "VARCHAR"


class RawCompany:
    """Rows of the raw schema by table; `write` makes the build file. Documents are `done` unless told otherwise."""

    def __init__(self, code: str = "BH", exponent: int = 2, first_id: int = 1) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.next_id = first_id
        self.exponent = exponent
        self.day = date(2012, 6, 1)
        self.user = self.add(
            "user_account",
            username=f"admin-{code}",
            display_name="Administrator",
            language="en",
            is_active=True,
            recorded_at=0,
        )
        self.company = self.add(
            "company",
            code=code,
            name=code,
            currency="CNY",
            amount_exponent=exponent,
            time_zone="Asia/Shanghai",
            chart="cn",
            stage=4,
            working_weekdays="12345",
            recorded_at=0,
        )
        self.unit = self.add("unit", code=f"pcs-{code}", name="piece")
        self.locations = {
            kind: self.add("location", company_id=self.company, code=kind.upper(), kind=kind)
            for kind in ("supplier", "customer", "production", "loss", "opening")
        }
        self.accounts = {
            role: self.add(
                "account",
                company_id=self.company,
                code=str(1001 + at),
                name=role,
                account_type=kind,
                role=role,
                is_manual=True,
            )
            for at, (role, kind) in enumerate(ACCOUNTS.items())
        }
        for month in range(1, 13):
            start = date(2012, month, 1)
            end = date(2012 + month // 12, month % 12 + 1, 1)
            self.add(
                "fiscal_period",
                company_id=self.company,
                code=f"2012-{month:02}",
                start_date=start,
                end_date=date.fromordinal(end.toordinal() - 1),
                state="open",
            )
        self.main = self.warehouse("MAIN")

    def add(self, table: str, **row: Any) -> int:
        """One row; its id is returned."""
        row.setdefault("id", self.next_id)
        self.next_id = max(self.next_id, row["id"]) + 1
        self.rows.setdefault(table, []).append(row)
        return int(row["id"])

    def warehouse(self, code: str) -> int:
        made = self.add("warehouse", company_id=self.company, code=code, name=code, allow_negative=False, recorded_at=0)
        for kind in ("stock", "inspection"):
            self.locations[f"{kind}:{code}"] = self.add(
                "location", company_id=self.company, warehouse_id=made, code=f"{code}-{kind}", kind=kind
            )
        return made

    def item(self, code: str, kind: str = "bought", method: str = "fifo", **planning: Any) -> int:
        made = self.add(
            "item",
            code=code,
            name=code,
            unit_id=self.unit,
            kind=kind,
            category=None,
            is_blocked=False,
            extra="{}",
            recorded_at=0,
        )
        self.add(
            "valuation_method",
            company_id=self.company,
            item_id=made,
            method=method,
            effective_date=date(2000, 1, 1),
            recorded_at=0,
        )
        self.add(
            "item_planning",
            **{
                "company_id": self.company,
                "item_id": made,
                "lead_time_days": 0,
                "safety_stock": 0,
                "lot_policy": "lot_for_lot",
                "minimum_quantity": 0,
                "multiple_quantity": 0,
                "effective_date": date(2000, 1, 1),
                "recorded_at": 0,
                **planning,
            },
        )
        return made

    def partner(self, code: str) -> int:
        return self.add(
            "partner",
            code=code,
            name=code,
            is_customer=True,
            is_supplier=True,
            payment_term_days=30,
            is_blocked=False,
            extra="{}",
            recorded_at=0,
        )

    def bom(self, item: int, lines: list[tuple[int, Number]], output: Number = 1) -> int:
        made = self.add(
            "bom",
            item_id=item,
            alternate=1,
            output_quantity=micro(output),
            effective_date=date(2000, 1, 1),
            recorded_at=0,
        )
        for number, (component, quantity) in enumerate(lines, 1):
            self.add(
                "bom_line", bom_id=made, line_number=number, item_id=component, quantity=micro(quantity), scrap_rate=0
            )
        return made

    def document(self, document_type: str, on: date, state: str = "done", **fields: Any) -> int:
        made = self.add(
            "document",
            **{
                "company_id": self.company,
                "document_type": document_type,
                "state": state,
                "effective_date": on,
                "number": f"{document_type}-{self.next_id}",
                "warehouse_id": self.main,
                "currency": "CNY",
                "exchange_rate": NANO,
                "net_amount": 0,
                "tax_amount": 0,
                "freight_amount": 0,
                "gross_amount": 0,
                "extra": "{}",
                "created_by": self.user,
                "recorded_at": self.next_id,
                **fields,
            },
        )
        self.add(
            "document_event",
            document_id=made,
            state=state,
            effective_date=on,
            user_id=self.user,
            recorded_at=self.next_id,
        )
        return made

    def head(self, document: int) -> dict[str, Any]:
        """The head row of a document."""
        return next(row for row in self.rows["document"] if row["id"] == document)

    def line(self, document: int, item: int, quantity: Number, price: Number = 0, **fields: Any) -> int:
        number = 1 + sum(row["document_id"] == document for row in self.rows.get("document_line", []))
        net = priced(micro(quantity), micro(price), self.exponent)
        head = next(row for row in self.rows["document"] if row["id"] == document)
        head["net_amount"] += net
        head["gross_amount"] += net
        return self.add(
            "document_line",
            **{
                "document_id": document,
                "line_number": number,
                "item_id": item,
                "entered_quantity": micro(quantity),
                "entered_unit_id": self.unit,
                "unit_numerator": 1,
                "unit_denominator": 1,
                "quantity": micro(quantity),
                "unit_price": micro(price),
                "discount_rate": 0,
                "net_amount": net,
                "tax_amount": 0,
                "gross_amount": net,
                "extra": "{}",
                **fields,
            },
        )

    def link(self, link_type: str, from_line: int, to_line: int, quantity: Number, on: date, amount: int = 0) -> int:
        return self.add(
            "line_link",
            link_type=link_type,
            from_line_id=from_line,
            to_line_id=to_line,
            quantity=micro(quantity),
            amount=amount,
            effective_date=on,
            recorded_at=self.recorded_at(self.document_of(to_line)),
        )

    def document_of(self, line: int) -> int:
        """The document of a line."""
        return int(next(row["document_id"] for row in self.rows["document_line"] if row["id"] == line))

    def recorded_at(self, document: int | None) -> int:
        """What belongs to a document is recorded with it."""
        return self.next_id if document is None else int(self.head(document)["recorded_at"])

    def move(
        self,
        move_type: str,
        line: int,
        item: int,
        quantity: Number,
        on: date,
        from_kind: str,
        to_kind: str,
        **fields: Any,
    ) -> int:
        """A stock move; `stock_balance` is kept along, as commands do."""
        document = self.document_of(line)
        for kind, sign in ((from_kind, -1), (to_kind, 1)):
            self._balance(item, self.locations[kind], sign * micro(quantity), on)
        return self.add(
            "stock_move",
            **{
                "company_id": self.company,
                "move_type": move_type,
                "item_id": item,
                "from_location_id": self.locations[from_kind],
                "to_location_id": self.locations[to_kind],
                "quantity": micro(quantity),
                "effective_date": on,
                "document_id": document,
                "document_line_id": line,
                "recorded_at": self.recorded_at(document),
                **fields,
            },
        )

    def _balance(self, item: int, location: int, change: int, on: date) -> None:
        for row in self.rows.setdefault("stock_balance", []):
            if row["item_id"] == item and row["location_id"] == location:
                row["quantity"] += change
                row["last_effective_date"] = max(on, row["last_effective_date"])
                return
        self.add("stock_balance", item_id=item, location_id=location, lot_id=0, quantity=change, last_effective_date=on)

    def journal(
        self,
        on: date,
        lines: list[tuple[str, int, int]],
        posting: str = "manual",
        document: int | None = None,
        **fields: Any,
    ) -> int:
        """A posted entry; lines are (account role, debit, credit) in minor units."""
        period = next(row["id"] for row in self.rows["fiscal_period"] if row["start_date"] <= on <= row["end_date"])
        entry = self.add(
            "journal_entry",
            company_id=self.company,
            number=f"J{self.next_id}",
            posting=posting,
            entry_date=on,
            period_id=period,
            document_id=document,
            is_posted=True,
            user_id=self.user,
            recorded_at=self.recorded_at(document),
        )
        for number, (role, debit, credit) in enumerate(lines, 1):
            self.add(
                "journal_line",
                **{
                    "entry_id": entry,
                    "line_number": number,
                    "account_id": self.accounts[role],
                    "debit_amount": debit,
                    "credit_amount": credit,
                    "currency": "CNY",
                    "document_debit_amount": debit,
                    "document_credit_amount": credit,
                    "document_id": document,
                    **fields,
                },
            )
        return entry

    def purchase(self, item: int, quantity: Number, price: Number, on: date, supplier: int) -> tuple[int, int]:
        """A purchase order line and its receipt line, received the same day."""
        order = self.document("purchase_order", on, "confirmed", partner_id=supplier)
        order_line = self.line(order, item, quantity, price, promised_date=on)
        return order_line, self.receipt(order_line, quantity, on)

    def receipt(self, order_line: int, quantity: Number, on: date) -> int:
        ordered = next(row for row in self.rows["document_line"] if row["id"] == order_line)
        head = next(row for row in self.rows["document"] if row["id"] == ordered["document_id"])
        receipt = self.document(
            "goods_receipt",
            on,
            partner_id=head["partner_id"],
            origin_document_id=ordered["document_id"],
            currency=head["currency"],
            exchange_rate=head["exchange_rate"],
        )
        line = self.line(receipt, ordered["item_id"], quantity)
        self.link("receipt", order_line, line, quantity, on)
        self.move("receipt", line, ordered["item_id"], quantity, on, "supplier", "stock:MAIN")
        return line

    def bill(self, order_line: int, quantity: Number, price: Number, on: date, rate: int = NANO) -> int:
        """A supplier bill of an order line with its posting."""
        ordered = next(row for row in self.rows["document_line"] if row["id"] == order_line)
        head = next(row for row in self.rows["document"] if row["id"] == ordered["document_id"])
        bill = self.document(
            "supplier_bill",
            on,
            partner_id=head["partner_id"],
            due_date=on,
            origin_document_id=ordered["document_id"],
            currency=head["currency"],
            exchange_rate=rate,
        )
        line = self.line(bill, ordered["item_id"], quantity, price)
        net = rounded_ratio(priced(micro(quantity), micro(price), self.exponent) * rate, NANO)
        self.link("bill", order_line, line, quantity, on, net)
        self.journal(
            on,
            [("goods_received_not_billed", net, 0), ("payables", 0, net)],
            "supplier_bill",
            bill,
            partner_id=head["partner_id"],
            due_date=on,
        )
        self.rows["journal_line"][-2]["item_id"] = ordered["item_id"]
        self._in_document_currency(priced(micro(quantity), micro(price), self.exponent))
        return bill

    def _in_document_currency(self, amount: int) -> None:
        """The two lines posted last say the amount of their document."""
        for row in self.rows["journal_line"][-2:]:
            for side in ("debit", "credit"):
                row[f"document_{side}_amount"] = amount if row[f"{side}_amount"] else 0

    def give_back(self, receipt_line: int, quantity: Number, on: date) -> int:
        """Goods of a receipt line go back to the supplier; the document."""
        received = next(row for row in self.rows["stock_move"] if row["document_line_id"] == receipt_line)
        head = self.head(received["document_id"])
        back = self.document(
            "supplier_return", on, partner_id=head["partner_id"], currency=head["currency"],
            exchange_rate=head["exchange_rate"], origin_document_id=head["id"],
        )  # fmt: skip
        line = self.line(back, received["item_id"], quantity)
        self.link("supplier_return", receipt_line, line, quantity, on)
        self.move(
            "supplier_return", line, received["item_id"], quantity, on, "stock:MAIN", "supplier",
            origin_move_id=received["id"],
        )  # fmt: skip
        return back

    def debit_note(self, bill: int, quantity: Number, amount: int, on: date) -> int:
        """A debit note on the first line of a bill with its posting; without quantity an allowance. In its currency."""
        head = self.head(bill)
        billed = next(row for row in self.rows["document_line"] if row["document_id"] == bill)
        note = self.document(
            "debit_note", on, partner_id=head["partner_id"], origin_document_id=bill, currency=head["currency"],
            exchange_rate=head["exchange_rate"], net_amount=amount, gross_amount=amount,
        )  # fmt: skip
        line = self.line(note, billed["item_id"], quantity, net_amount=amount, gross_amount=amount)
        posted = rounded_ratio(amount * head["exchange_rate"], NANO)
        self.link("debit_note", billed["id"], line, quantity, on, posted)
        self.journal(
            on, [("payables", posted, 0), ("goods_received_not_billed", 0, posted)], "debit_note", note,
            partner_id=head["partner_id"], item_id=billed["item_id"],
        )  # fmt: skip
        self._in_document_currency(amount)
        self.add("payment_allocation", payment_id=note, invoice_id=bill, amount=amount, effective_date=on,
                 recorded_at=self.recorded_at(note))  # fmt: skip
        return note

    def sale(self, item: int, quantity: Number, price: Number, on: date, customer: int, **fields: Any) -> int:
        order = self.document("sales_order", on, "confirmed", partner_id=customer)
        return self.line(
            order,
            item,
            quantity,
            price,
            **{"requested_date": on, "promised_date": on, "first_promised_date": on, **fields},
        )

    def deliver(self, order_line: int, quantity: Number, on: date) -> int:
        ordered = next(row for row in self.rows["document_line"] if row["id"] == order_line)
        head = next(row for row in self.rows["document"] if row["id"] == ordered["document_id"])
        delivery = self.document(
            "delivery", on, partner_id=head["partner_id"], origin_document_id=ordered["document_id"]
        )
        line = self.line(delivery, ordered["item_id"], quantity)
        self.link("delivery", order_line, line, quantity, on)
        return self.move("delivery", line, ordered["item_id"], quantity, on, "stock:MAIN", "customer")

    def invoice(self, order_line: int, quantity: Number, on: date) -> int:
        ordered = next(row for row in self.rows["document_line"] if row["id"] == order_line)
        head = next(row for row in self.rows["document"] if row["id"] == ordered["document_id"])
        invoice = self.document(
            "customer_invoice",
            on,
            partner_id=head["partner_id"],
            due_date=on,
            origin_document_id=ordered["document_id"],
        )
        line = self.line(invoice, ordered["item_id"], quantity, Decimal(ordered["unit_price"]).scaleb(-6))
        net = rounded_ratio(ordered["net_amount"] * micro(quantity), ordered["quantity"])
        self.link("invoice", order_line, line, quantity, on, net)
        self.journal(
            on,
            [("receivables", net, 0), ("revenue", 0, net)],
            "customer_invoice",
            invoice,
            partner_id=head["partner_id"],
            due_date=on,
        )
        self.rows["journal_line"][-1].update(sales_order_line_id=order_line)
        return invoice

    def work_order(
        self,
        item: int,
        quantity: Number,
        on: date,
        components: list[tuple[int, Number]],
        bom: int | None = None,
        due: date | None = None,
        **fields: Any,
    ) -> int:
        order = self.document("work_order", on, "released", **fields)
        self.line(order, item, quantity, requested_date=due or on)
        self.add(
            "work_order",
            document_id=order,
            item_id=item,
            planned_quantity=micro(quantity),
            bom_id=bom,
            start_date=on,
            due_date=due or on,
        )
        for component, needed in components:
            self.add("work_order_component", document_id=order, item_id=component, quantity=micro(needed))
        return order

    def issue(self, order: int, item: int, quantity: Number, on: date) -> int:
        issue = self.document("material_issue", on, origin_document_id=order)
        line = self.line(issue, item, quantity)
        return self.move("issue", line, item, quantity, on, "stock:MAIN", "production", work_order_id=order)

    def time(self, order: int, minutes: Number, rate: Number, on: date, overhead: Number = 0) -> int:
        booking = self.document("time_booking", on, origin_document_id=order)
        return self.add(
            "time_entry",
            company_id=self.company,
            document_id=booking,
            work_order_id=order,
            minutes=micro(minutes),
            labour_rate=micro(rate),
            overhead_rate=micro(overhead),
            effective_date=on,
            recorded_at=self.recorded_at(booking),
        )

    def output(self, order: int, item: int, quantity: Number, on: date) -> int:
        output = self.document("output", on, origin_document_id=order)
        line = self.line(output, item, quantity)
        planned = next(row["id"] for row in self.rows["document_line"] if row["document_id"] == order)
        self.link("output", planned, line, quantity, on)
        return self.move("output", line, item, quantity, on, "production", "stock:MAIN", work_order_id=order)

    def close(self, order: int, on: date) -> None:
        self.add(
            "document_event",
            document_id=order,
            state="done",
            effective_date=on,
            user_id=self.user,
            recorded_at=self.next_id,
        )
        next(row for row in self.rows["document"] if row["id"] == order)["state"] = "done"

    def opening(self, item: int, quantity: Number, unit_cost: Number, on: date, since: date | None = None) -> int:
        document = self.document("opening_stock", on)
        line = self.line(document, item, quantity, unit_cost)
        return self.move(
            "opening",
            line,
            item,
            quantity,
            on,
            "opening",
            "stock:MAIN",
            unit_cost=micro(unit_cost),
            received_date=since,
        )

    def write(self, path: Path) -> None:
        """Makes the DuckDB file with schema raw and these rows; tables without rows are made empty."""
        write_raw(path, self.rows)


def write_raw(path: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    path.unlink(missing_ok=True)
    connection = duckdb.connect(str(path))
    connection.execute("create schema raw")
    for name, table in metadata.tables.items():
        if table.info["replicated"]:
            connection.execute(f"create table raw.{name} ({_columns(table)})")
            _insert(connection, table, rows.get(name, []))
    connection.close()


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}" {sql_type(column)}' for column in table.columns)


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    names = [column.name for column in table.columns]
    for row in rows:
        unknown = set(row) - set(names)
        if unknown:
            raise KeyError(f"{table.name} has no {unknown}")
    if rows:
        marks = ", ".join("?" for _ in names)
        connection.executemany(
            f"insert into raw.{table.name} values ({marks})", [[row.get(name) for name in names] for row in rows]
        )


__all__ = ["MICRO", "RawCompany", "write_raw"]
