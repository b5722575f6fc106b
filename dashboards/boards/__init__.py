"""The boards, in the order of the menu: one file each, a question each."""

from dashboards.boards import document, mrp_workbench, order_profit
from dashboards.frame import Board

BOARDS: tuple[Board, ...] = (order_profit.BOARD, mrp_workbench.BOARD, document.BOARD)
