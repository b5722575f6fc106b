"""Foreign systems and files: one folder each, whose rows become commands through the one door."""
