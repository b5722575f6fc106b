"""People: employees and what their hours cost."""
