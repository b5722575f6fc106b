"""The boards, in the order of the menu: one file each, a question each."""

from dashboards.boards import (
    delivery_dates,
    document,
    mrp_workbench,
    order_profit,
    overview,
    receivables_payables,
    stock,
)
from dashboards.frame import Board

BOARDS: tuple[Board, ...] = (
    overview.BOARD,
    order_profit.BOARD,
    delivery_dates.BOARD,
    stock.BOARD,
    mrp_workbench.BOARD,
    receivables_payables.BOARD,
    document.BOARD,
)
