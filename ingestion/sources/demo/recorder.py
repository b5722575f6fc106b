"""Recording what happens: commands with keys that a repeated run would use again, on a clock that the story sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from transactions import Door
from transactions.kernel.clock import SetClock

COMMANDS_PER_COMMIT = 400


@dataclass
class Recorder:
    """Sends commands of many users through one door, some hundred per commit, in the order of the story."""

    door: Door
    clock: SetClock
    prefix: str
    count: int = 0
    by_command: dict[str, int] = field(default_factory=dict)
    _gross: dict[str, str] = field(default_factory=dict)
    _waiting: list[tuple[datetime, str, dict[str, Any], str]] = field(default_factory=list)
    _moment: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def day(self, on: date) -> None:
        """From now on things are recorded on that day."""
        self._moment = datetime.combine(on, time(8), UTC)

    def record(self, command: str, **data: Any) -> None:
        """Queue a command; it is carried out with the next commit."""
        self.count += 1
        self.by_command[command] = self.by_command.get(command, 0) + 1
        self._waiting.append((self._moment, command, data, f"{self.prefix}{self.count:07d}"))
        if len(self._waiting) >= COMMANDS_PER_COMMIT:
            self.commit()

    def commit(self) -> None:
        """Carry out what is queued, in one transaction."""
        if not self._waiting:
            return
        with self.door.batch("administrator") as batch:
            for moment, command, data, key in self._waiting:
                if self.clock.moment < moment:
                    self.clock.moment = moment
                answer = batch.execute(command, data, key)
                if "gross_amount" in answer:
                    self._gross[data["external_number"]] = answer["gross_amount"]
        self._waiting.clear()

    def gross_amount(self, external_number: str) -> str:
        """What the invoice or bill of that number came to."""
        if external_number not in self._gross:
            self.commit()
        return self._gross.pop(external_number)


@contextmanager
def recording(door: Door, prefix: str) -> Iterator[Recorder]:
    """A recorder on the door's database with a clock of its own; commits what is left at the end."""
    clock = SetClock(datetime(2000, 1, 1, tzinfo=UTC))
    recorder = Recorder(Door(door.engine, clock), clock, prefix)
    yield recorder
    recorder.commit()
