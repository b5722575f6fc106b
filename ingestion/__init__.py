"""Moves data between systems: changed rows into the warehouse, foreign files into commands."""
