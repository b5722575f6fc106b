"""A small trading company for tests of what is ordered, moved, billed and paid, and the questions they ask of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from tests.transactions.acting import Acting
from transactions.kernel.database import reading
from transactions.ledger.tables import account, journal_entry, journal_line


class Trading(Acting):
    """Items A and B (a box is 12 of A), service HELP; customers CUS and EUC, suppliers SUP and EUS (in euros)."""

    def found(self) -> Trading:
        self("create_item", code="A", name="Axle", unit="pcs", kind="bought", weight="0.5",
             units=[{"unit": "box", "numerator": 12}, {"unit": "third", "numerator": 1, "denominator": 3}])  # fmt: skip
        self("create_item", code="B", name="Bell", unit="pcs", kind="bought")
        self("create_item", code="HELP", name="Help", unit="h", kind="service")
        self("create_partner", code="CUS", name="Customer", is_customer=True, payment_term_days=30)
        self("create_partner", code="SUP", name="Supplier", is_supplier=True, payment_term_days=30)
        self("create_partner", code="EUC", name="Kunde", is_customer=True, currency="EUR")
        self("create_partner", code="EUS", name="Lieferant", is_supplier=True, currency="EUR")
        self("create_tax_code", code="VAT", name="Value added tax", rate="0.1")
        for day, rate in (("2026-01-01", "1.1"), ("2026-02-01", "1.25"), ("2026-03-01", "1.003")):
            self("set_exchange_rate", currency="EUR", rate=rate, effective_date=day)
        opened = [{"item": code, "quantity": 100, "unit_cost": cost} for code, cost in (("A", 5), ("B", 1))]
        self("record_opening_stock", effective_date="2026-01-01", lines=opened)
        return self

    def sell(self, *lines: dict[str, Any], **data: Any) -> dict[str, Any]:
        """A confirmed sales order of 2026-01-05; a line's quantity is 10 and its price 10 unless it says so."""
        full = [{"item": "A", "quantity": 10, "unit_price": 10} | line for line in lines or ({},)]
        return self("create_sales_order", **{"customer": "CUS", "order_date": "2026-01-05", "confirm": True} | data,
                    lines=full)  # fmt: skip

    def buy(self, *lines: dict[str, Any], **data: Any) -> dict[str, Any]:
        """A confirmed purchase order of 2026-01-05; a line's quantity is 10 and its price 5 unless it says so."""
        full = [{"item": "A", "quantity": 10, "unit_price": 5} | line for line in lines or ({},)]
        return self("create_purchase_order", **{"supplier": "SUP", "order_date": "2026-01-05", "confirm": True} | data,
                    lines=full)  # fmt: skip

    def balance(self, role: str, *, document_currency: bool = False) -> Decimal:
        """Debits less credits of the account of that role; every entry balances on the way."""
        of_line = journal_line.c.debit_amount - journal_line.c.credit_amount
        in_document = journal_line.c.document_debit_amount - journal_line.c.document_credit_amount
        with reading(self.door.engine) as connection:
            by_entry = connection.execute(
                select(journal_entry.c.number, func.sum(of_line), func.sum(in_document), journal_entry.c.is_posted)
                .join_from(journal_entry, journal_line, journal_line.c.entry_id == journal_entry.c.id)
                .group_by(journal_entry.c.number, journal_entry.c.is_posted)
            )
            assert all(row[1] == 0 and row[2] == 0 and row[3] for row in by_entry)
            found = connection.execute(
                select(func.coalesce(func.sum(in_document if document_currency else of_line), 0))
                .join_from(journal_line, account, account.c.id == journal_line.c.account_id)
                .where(account.c.role == role)
            ).scalar_one()
        return Decimal(int(found)) / 100

    def states(self, document_id: int) -> list[str]:
        """The states that the document went through."""
        return [event["state"] for event in self.rows("document_event", document_id=document_id)]

    def links(self, link_type: str) -> list[tuple[int, int, Decimal, Decimal]]:
        """(from line, to line, quantity, amount in company currency) of every link of the type."""
        return [
            (row["from_line_id"], row["to_line_id"], Decimal(row["quantity"]) / 10**6, Decimal(row["amount"]) / 100)
            for row in self.rows("line_link", link_type=link_type)
        ]

    def amounts(self, document_id: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Net, tax, freight and gross amount of the document, which its lines add up to."""
        head = self.row("document", id=document_id)
        lines = self.rows("document_line", document_id=document_id)
        assert sum(line["net_amount"] for line in lines) == head["net_amount"]
        assert sum(line["tax_amount"] for line in lines) == head["tax_amount"]
        assert sum(line["gross_amount"] for line in lines) + head["freight_amount"] == head["gross_amount"]
        names = ("net_amount", "tax_amount", "freight_amount", "gross_amount")
        net, tax, freight, gross = (Decimal(head[name]) / 100 for name in names)
        return net, tax, freight, gross
