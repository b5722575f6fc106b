"""The boards, in the order of the menu: one file each, a question each."""

from dashboards.boards import document, mrp_workbench, order_profit, overview, stock
from dashboards.frame import Board

BOARDS: tuple[Board, ...] = (
    overview.BOARD,
    order_profit.BOARD,
    stock.BOARD,
    mrp_workbench.BOARD,
    document.BOARD,
)
