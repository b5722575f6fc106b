"""The system of record: the only code that writes business facts.

Layers, each importing only those to its right:
documents (sales, purchasing, production, finance, planning, people) → inventory → ledger → document → master → kernel.
"""
