"""Boards, entry pages and the server: questions read the published warehouse, commands write."""
