"""Questions: typed, permissioned reads of the published build. A board is questions plus layout; the API offers the same."""
