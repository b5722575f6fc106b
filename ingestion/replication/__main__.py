"""The process that reads a SQLite database for `replicate`: takes one order on stdin, answers on stdout (JSON)."""

import json
import sys

from ingestion.replication.refresh import answer_order

print()  # whatever a library wrote before stands on lines of its own
json.dump(answer_order(json.load(sys.stdin)), sys.stdout)
