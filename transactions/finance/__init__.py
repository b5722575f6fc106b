"""Finance: payments, journal entries, period locks and the settlement of cost."""
