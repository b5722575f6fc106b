"""The few algorithms that SQL cannot say well, as pure functions over columns: costing, planning and scheduling."""
