"""The kinds of entries a costing pool knows, and which comes first within a day."""

from enum import IntEnum

import polars as pl

RANK_OF_KIND = {
    "opening": 0,
    "receipt": 1,
    "output": 1,
    "by_product": 1,
    "transfer_in": 2,
    "transfer_out": 2,
    "issue": 3,
    "delivery": 3,
    "issue_return": 4,
    "customer_return": 4,
    "supplier_return": 4,
    "adjustment_in": 5,
    "adjustment_out": 5,
}
"""Kind → rank within a day: opening, receipts and outputs, transfers, issues and deliveries, returns, counts."""

KINDS = pl.Enum(list(RANK_OF_KIND))

METHODS = ("fifo", "moving_average", "month_average", "standard", "specific")
"""Valuation methods; an item without one is on the first."""

COMPONENT_NAMES = ("material", "labour", "overhead", "subcontract", "landed")


class Source(IntEnum):
    """Where the value of an entry comes from."""

    PRICED = 0
    RETURNED = 1
    TRANSFERRED = 2
    MADE = 3
    MADE_BESIDE = 4
    UNPRICED = 5
    TAKEN = 6


class Given(IntEnum):
    """What amounts an entry brings with it."""

    NOTHING = 0
    PRICE = 1
    ESTIMATE = 2


class UnknownMoveKind(ValueError):
    """A move names a kind that no costing pool knows."""


class UnknownMethod(ValueError):
    """A valuation method that costing does not know."""
