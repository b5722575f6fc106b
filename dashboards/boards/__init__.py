"""The boards, in the order of the menu: one file each, a question each."""

from dashboards.boards import (
    data,
    delivery_dates,
    document,
    finance,
    margin,
    mrp_workbench,
    order_profit,
    overview,
    production,
    promise,
    proofs,
    receivables_payables,
    schedule,
    stock,
    what_if,
)
from dashboards.frame import Board

BOARDS: tuple[Board, ...] = (
    overview.BOARD,
    order_profit.BOARD,
    margin.BOARD,
    promise.BOARD,
    delivery_dates.BOARD,
    stock.BOARD,
    mrp_workbench.BOARD,
    what_if.BOARD,
    schedule.BOARD,
    production.BOARD,
    receivables_payables.BOARD,
    finance.BOARD,
    proofs.BOARD,
    data.BOARD,
    document.BOARD,
)
