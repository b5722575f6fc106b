"""The stock ledger: every movement of goods, and the balance kept beside it for checks."""
