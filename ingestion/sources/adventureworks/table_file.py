"""One table of the export: a CSV file, gzipped or not, whose rows know in which line of which file they stand.

What makes a whole file untrustworthy (absent, cut off, not UTF-8, a column missing) is an `UnreadableFile` and stops
the import before anything is written. What is wrong with one row is a `BadRow`: it is reported, the others go on.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from transactions.kernel.exact import LARGEST
from transactions.kernel.refusal import Refusal


class FaultInFile(Refusal):
    """Where the fault is (file, line from 1, field), what stands there, and the rule that it breaks."""

    def __init__(self, file: str, line: int, field: str, value: str, rule: str) -> None:
        super().__init__(rule, field=field, value=value)
        self.file, self.line = file, line

    def __str__(self) -> str:
        what = f" {self.field} = {self.value!r}:" if self.field else ""
        return f"{self.file} line {self.line}:{what} {self.rule}"


class UnreadableFile(FaultInFile):
    """The file as a whole cannot be trusted."""


class BadRow(FaultInFile):
    """One row cannot be taken as it stands."""


class Row:
    """A row of a table; its fields are read as what they are meant to be, or a `BadRow` says why they cannot."""

    __slots__ = ("file", "line", "values")

    def __init__(self, file: str, line: int, values: dict[str, str]) -> None:
        self.file, self.line, self.values = file, line, values

    @property
    def source(self) -> tuple[str, int]:
        return self.file, self.line

    def bad(self, field: str, rule: str) -> BadRow:
        return BadRow(self.file, self.line, field, self.values.get(field, ""), rule)

    def optional(self, field: str) -> str | None:
        """The text without blanks around it; None if there is none."""
        return self.values[field].strip() or None

    def text(self, field: str) -> str:
        text = self.values[field].strip()
        if not text:
            raise self.bad(field, "may not be empty")
        return text

    def whole(self, field: str) -> int:
        """A whole number ≥ 0: numbers of records, days."""
        text = self.values[field].strip()
        if not (text.isascii() and text.isdigit()):
            raise self.bad(field, "must be a whole number")
        return int(text)

    def number(self, field: str, *, decimals: int = 6, above_zero: bool = False) -> Decimal:
        """An exact number ≥ 0 (or > 0) of at most so many decimals (zeros at the end do not count)."""
        try:
            value = Decimal(self.values[field].strip())
        except InvalidOperation:
            raise self.bad(field, "must be a number") from None
        if not value.is_finite() or abs(value) > LARGEST:
            raise self.bad(field, f"must be a number up to {LARGEST:f}")
        if value < 0 or (above_zero and value == 0):
            raise self.bad(field, "must be above zero" if above_zero else "may not be below zero")
        if value != round(value, decimals):
            raise self.bad(field, f"may have {decimals} decimals at most")
        return value

    def day(self, field: str) -> date:
        """The day of a date or time in ISO form."""
        try:
            return date.fromisoformat(self.values[field].strip()[:10])
        except ValueError:
            raise self.bad(field, "must be a date (year-month-day)") from None

    def optional_day(self, field: str) -> date | None:
        return self.day(field) if self.values[field].strip() else None

    def flag(self, field: str) -> bool:
        text = self.values[field].strip().lower()
        if text not in ("true", "false", "1", "0"):
            raise self.bad(field, "must be true or false")
        return text in ("true", "1")


def read_table(folder: Path, table: str, columns: Sequence[str], bad_rows: list[BadRow]) -> Iterator[Row]:
    """The rows of `folder`/`table`.csv.gz (or .csv). Rows with too few or too many fields go to `bad_rows`."""
    name, text = _text_of(folder, table)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    before = 0
    try:
        for fields in lines:
            line, before = before + 1, lines.line_num
            if not header:
                header = [column.strip() for column in fields]
                for column in columns:
                    if column not in header:
                        raise UnreadableFile(name, 1, column, "", "the column is missing")
            elif len(fields) == len(header):
                yield Row(name, line, dict(zip(header, fields, strict=True)))
            elif fields:
                bad_rows.append(
                    BadRow(name, line, "", "", f"the row has {len(fields)} fields, the header {len(header)}")
                )
    except csv.Error as fault:
        raise UnreadableFile(name, lines.line_num, "", "", f"is not CSV: {fault}") from None
    if not header:
        raise UnreadableFile(name, 1, "", "", "the file is empty, even of a header")


def _text_of(folder: Path, table: str) -> tuple[str, str]:
    packed, plain = folder / f"{table}.csv.gz", folder / f"{table}.csv"
    path = packed if packed.exists() or not plain.exists() else plain
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableFile(path.name, 1, "", "", f"the file cannot be read: {fault.strerror}") from None
    if path is packed:
        content = _unpacked(path.name, content)
    try:
        return path.name, content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        value = ascii(content[fault.start : fault.end])
        raise UnreadableFile(path.name, line, "", value, f"is not UTF-8: bytes {value}") from None


def _unpacked(name: str, content: bytes) -> bytes:
    unpacked = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while piece := stream.read1(1 << 20):
                unpacked += piece
    except (OSError, EOFError, zlib.error) as fault:
        line = unpacked.count(b"\n") + 1
        raise UnreadableFile(name, line, "", "", f"is cut off or damaged after line {line}: {fault}") from None
    return bytes(unpacked)
