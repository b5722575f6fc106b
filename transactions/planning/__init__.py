"""Planning: decisions on suggestions, the one place where analytics writes back besides settlement."""
