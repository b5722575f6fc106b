"""Boards, entry and the server: questions read the published warehouse, commands write through the one door."""
