"""Every command there is: importing this module registers them all and knows every table."""

import importlib
import pkgutil

AREAS = (
    "kernel",
    "master",
    "document",
    "ledger",
    "inventory",
    "sales",
    "purchasing",
    "production",
    "finance",
    "planning",
    "people",
)

for _area in AREAS:
    _package = importlib.import_module(f"transactions.{_area}")
    for _module in pkgutil.iter_modules(_package.__path__, f"transactions.{_area}."):
        importlib.import_module(_module.name)
