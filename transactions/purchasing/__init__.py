"""Purchasing: what is asked for, ordered, received, inspected, billed and returned."""
