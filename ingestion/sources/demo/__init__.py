"""The demo company: two years of a furniture maker, generated from a seed and recorded through commands.

It exists in the demo only; a real installation starts by making its administrator.
"""

from ingestion.sources.demo.company import DEMO_PASSWORD, DEMO_USERS, DemoReport, is_complete, make_demo

__all__ = ["DEMO_PASSWORD", "DEMO_USERS", "DemoReport", "is_complete", "make_demo"]
