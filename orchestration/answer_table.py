"""The answer to a question in SQL, as a table for eyes, as CSV or as JSON. Decimals stay exact in all three."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.cells import cell_len

FORMATS = ("table", "csv", "json")


def written(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> str:
    """The rows in one of the formats, ending without a newline."""
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if value is None else _plain(value) for value in row] for row in rows])
        return out.getvalue().rstrip("\n")
    if form == "json":
        objects = (
            "{" + ", ".join(f"{json.dumps(n)}: {_json(v)}" for n, v in zip(columns, row, strict=True)) + "}"
            for row in rows
        )
        return "[" + ",\n ".join(objects) + "]"
    return _aligned(columns, rows)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return _json(value)
    return str(value)


def _json(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list):
        return "[" + ", ".join(_json(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(name))}: {_json(item)}" for name, item in value.items()) + "}"
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return json.dumps(_plain(value), ensure_ascii=False)


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    cells = [["" if value is None else _plain(value).replace("\n", " ") for value in row] for row in rows]
    widths = [max([cell_len(name), *(cell_len(row[at]) for row in cells)]) for at, name in enumerate(columns)]
    right = [
        bool(rows) and all(isinstance(row[at], (int, float, Decimal, type(None))) for row in rows)
        for at in range(len(columns))
    ]

    def line(texts: Sequence[str]) -> str:
        padded = []
        for text, width, is_right in zip(texts, widths, right, strict=True):
            space = " " * (width - cell_len(text))
            padded.append(space + text if is_right else text + space)
        return "  ".join(padded).rstrip()

    ruled = [line(columns), "  ".join("-" * width for width in widths), *(line(row) for row in cells)]
    return "\n".join([*ruled, f"({len(rows)} row{'' if len(rows) == 1 else 's'})"])
