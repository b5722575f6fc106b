"""The general ledger: accounts, fiscal periods, journal entries, and who may post to what."""
