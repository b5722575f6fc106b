"""What all documents share: head, lines, links from line to line, states as events, revisions, numbers."""
