"""What the facts mean: the models of the warehouse in SQL, and beside them the engines."""
