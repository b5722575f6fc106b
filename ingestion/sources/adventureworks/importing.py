"""Importing: the plan is carried out through the one door, many commands per transaction.

Every command has a key that follows from its row, so an interrupted import goes on where it was, and one that is run
twice adds nothing. A refused command is reported with its row and does not stop the others; what rests on it is left
out and comes along when the import is run again after the cause is gone.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import distinct, func, select

from ingestion.sources.adventureworks.files import read_files
from ingestion.sources.adventureworks.opening_stock import Opened
from ingestion.sources.adventureworks.plan import commands
from ingestion.sources.adventureworks.planned import COMPANY, Planned
from ingestion.sources.adventureworks.table_file import BadRow
from transactions.inventory.tables import stock_move
from transactions.kernel.database import reading
from transactions.kernel.door import Batch, Door
from transactions.kernel.exact import from_micro
from transactions.kernel.refusal import NotPermitted, NotSignedIn, Refusal
from transactions.master.tables import company, item

COMMANDS_PER_TRANSACTION = 500
FIRST_KEY = "aw:company"
Progress = Callable[[int, int], None]  # commands looked at so far, of how many


@dataclass(frozen=True)
class RefusedRow:
    """A row whose command was refused: where it stands, what was asked under which key, and the rule."""

    file: str
    line: int
    command: str
    key: str
    rule: str

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.command} ({self.key}): {self.rule}"


@dataclass
class ImportReport:
    """What an import did: commands by name; rows that could not be taken; rows whose command was refused."""

    accepted: Counter[str] = field(default_factory=Counter)
    already_there: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)  # they rest on a refused command
    refused: list[RefusedRow] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Nothing was refused, left out or unreadable."""
        return not (self.refused or self.bad_rows or self.left_out)

    def lines(self) -> Iterator[str]:
        """The report for people, line by line."""
        yield (
            f"{self.accepted.total()} commands accepted, {self.already_there.total()} known from before, "
            f"{len(self.refused)} refused, {self.left_out.total()} left out because of these, "
            f"{len(self.bad_rows)} bad rows; {self.seconds:.1f} s"
        )
        for name in sorted(self.accepted.keys() | self.already_there.keys()):
            yield f"  {name}: {self.accepted[name]} accepted, {self.already_there[name]} known from before"
        yield from (f"  refused: {row}" for row in self.refused)
        yield from (f"  bad row: {row}" for row in self.bad_rows)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def import_adventureworks(
    folder: Path,
    door: Door,
    *,
    actor: str = "administrator",
    progress: Progress | None = None,
    first: int | None = None,
    until: date | None = None,
) -> ImportReport:
    """Import the folder through the door, as the actor.

    first: stop after looking at so many commands; until: leave out what happens after that day. A later import
    without them adds the rest. Raises `UnreadableFile` before anything is written if a file as a whole cannot be
    trusted, and what the door raises where no command can succeed (the actor may not, the database is busy or full).
    """
    began = time.monotonic()
    files = read_files(folder)
    report = ImportReport()
    resumed = _is_known(door, actor, FIRST_KEY)
    opened = _opened(door) if resumed else Opened()
    planned = list(islice(commands(files, until=until, opened=opened), first))
    report.bad_rows = files.bad_rows
    missing: set[str] = set()  # keys of what was refused or left out
    looked_at = 0
    for start in range(0, len(planned), COMMANDS_PER_TRANSACTION):
        some = planned[start : start + COMMANDS_PER_TRANSACTION]
        with door.batch(actor) as batch:
            for one in some:
                _carry_out(batch, one, report, missing, resumed)
        looked_at += len(some)
        if progress is not None:
            progress(looked_at, len(planned))
    report.seconds = time.monotonic() - began
    return report


def _carry_out(batch: Batch, planned: Planned, report: ImportReport, missing: set[str], resumed: bool) -> None:
    if resumed and batch.known(planned.key):
        report.already_there[planned.name] += 1
        return
    if not missing.isdisjoint(planned.needs):
        missing.add(planned.key)
        report.left_out[planned.name] += 1
        return
    try:
        batch.execute(planned.name, planned.data, planned.key)
    except (NotPermitted, NotSignedIn):
        raise
    except Refusal as refusal:
        missing.add(planned.key)
        report.refused.append(RefusedRow(*planned.source, planned.name, planned.key, str(refusal)))
    else:
        report.accepted[planned.name] += 1


def _is_known(door: Door, actor: str, key: str) -> bool:
    with door.batch(actor) as batch:
        return batch.known(key)


def _opened(door: Door) -> Opened:
    """The opening stock that the company has so far."""
    statement = (
        select(item.c.code, func.sum(stock_move.c.quantity), func.count(distinct(stock_move.c.document_id)))
        .join_from(stock_move, item, item.c.id == stock_move.c.item_id)
        .join(company, company.c.id == stock_move.c.company_id)
        .where(company.c.code == COMPANY, stock_move.c.move_type == "opening")
        .group_by(item.c.code)
    )
    with reading(door.engine) as connection:
        rows = connection.execute(statement).all()
    return Opened(max((row[2] for row in rows), default=0), {row[0]: from_micro(int(row[1])) for row in rows})
