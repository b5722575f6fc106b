"""Boards, questions, exports and the API: what people see and what is refused them."""
