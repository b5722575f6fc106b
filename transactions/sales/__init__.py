"""Sales: what customers order, what is delivered to them and invoiced."""
