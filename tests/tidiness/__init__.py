"""The rules of the house, held by tests: names, words, docstrings, places, and what must never be in the repository."""
