"""The export as a whole: a folder of tables. Bad rows are gathered here while the good ones are read."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from ingestion.sources.adventureworks.table_file import BadRow, Row, read_table

Record = TypeVar("Record")
Head = TypeVar("Head")
Line = TypeVar("Line")
Key = TypeVar("Key", bound=Hashable)


class Table(NamedTuple):
    """A table of the export with the columns that are read."""

    name: str
    columns: Sequence[str]


def table(name: str, columns: str) -> Table:
    return Table(name, columns.split())


class Export:
    """The folder, and what was found wrong in it so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bad_rows: list[BadRow] = []

    def rows(self, wanted: Table) -> Iterator[Row]:
        return read_table(self.folder, wanted.name, wanted.columns, self.bad_rows)

    def records(self, wanted: Table, make: Callable[[Row], Record]) -> Iterator[Record]:
        """What `make` makes of each row; a row it cannot take is noted and left out."""
        for row in self.rows(wanted):
            try:
                yield make(row)
            except BadRow as bad:
                self.bad_rows.append(bad)

    def keyed(self, wanted: Table, key: str, make: Callable[[Row], Record]) -> dict[int, Record]:
        """The records by the number in the field `key`; a second row of the same number is a bad one."""
        found: dict[int, Record] = {}
        for row in self.rows(wanted):
            try:
                number = row.whole(key)
                if number in found:
                    raise row.bad(key, "stands there twice")
                found[number] = make(row)
            except BadRow as bad:
                self.bad_rows.append(bad)
        return found

    def documents(
        self,
        heads: Table,
        lines: Table,
        key: str,
        make_head: Callable[[Row], Head],
        make_line: Callable[[Row], Line],
        check: Callable[[Row, Head, list[Line]], None],
    ) -> dict[int, tuple[Head, list[Line]]]:
        """Heads with their lines, by number. A document with a bad line is left out whole: all of it or nothing."""
        head_rows: dict[int, Row] = {}

        def remembered(row: Row) -> Head:
            head = make_head(row)
            head_rows[row.whole(key)] = row
            return head

        found: dict[int, tuple[Head, list[Line]]] = {
            number: (head, []) for number, head in self.keyed(heads, key, remembered).items()
        }
        broken: set[int] = set()
        for row in self.rows(lines):
            number = None
            try:
                number = row.whole(key)
                line = make_line(row)
                if number not in found:
                    raise row.bad(key, f"{heads.name} has no such row, or a bad one")
                found[number][1].append(line)
            except BadRow as bad:
                self.bad_rows.append(bad)
                if number is not None and number in found:
                    broken.add(number)
        for number, (head, of_head) in list(found.items()):
            try:
                if number in broken:
                    raise head_rows[number].bad(key, f"left out whole: a row of {lines.name} is bad")
                if not of_head:
                    raise head_rows[number].bad(key, f"has no row in {lines.name}")
                check(head_rows[number], head, of_head)
            except BadRow as bad:
                self.bad_rows.append(bad)
                del found[number]
        return found
