"""Mirrors the folders; beside them scenarios that cross from the first command to the figure on a board."""
