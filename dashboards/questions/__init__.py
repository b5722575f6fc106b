"""Questions: typed, permissioned reads of the published build. A board is questions plus layout."""
