"""A refusal: why a command was not accepted, as a fact with field, value and rule."""

from typing import Any, ClassVar


class Refusal(Exception):
    """Nothing of the refused command is kept. Subclasses are named by the fact (`PeriodIsLocked`).

    `field` is the dotted path in the command's data, `value` what stood there, `rule` the sentence that it breaks.
    """

    status: ClassVar[int] = 422

    def __init__(self, rule: str, *, field: str = "", value: Any = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field
        self.value = value

    @property
    def fact(self) -> str:
        return type(self).__name__

    def as_dict(self) -> dict[str, Any]:
        """For JSON: fact, field, value, rule."""
        value = self.value if isinstance(self.value, (int, bool, type(None))) else str(self.value)
        return {"fact": self.fact, "field": self.field, "value": value, "rule": self.rule}

    def __str__(self) -> str:
        where = f" [{self.field} = {self.value}]" if self.field else ""
        return f"{self.fact}: {self.rule}{where}"


class InvalidData(Refusal):
    """The data do not have the form of the command; `errors` lists every field, not only the first."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        first = errors[0]
        super().__init__(
            "; ".join(f"{error['field']}: {error['rule']}" for error in errors),
            field=first["field"],
            value=first["value"],
        )
        self.errors = errors

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"errors": self.errors}


class UnknownCommand(Refusal):
    status = 404


class NotPermitted(Refusal):
    status = 403


class NotSignedIn(Refusal):
    status = 401


class StageIsOff(Refusal):
    status = 403


class KeyUsedForAnother(Refusal):
    """The same key came with another command or other data."""

    status = 409


class NotFound(Refusal):
    status = 404


class AlreadyExists(Refusal):
    status = 409


class WrongState(Refusal):
    status = 409


class DatabaseIsNewer(Refusal):
    status = 503


class DatabaseIsUnknown(Refusal):
    """The address names no system that keeps a company: SQLite or PostgreSQL."""

    status = 503


class DatabaseIsBusy(Refusal):
    status = 503


class StorageFailed(Refusal):
    """The disk is full, read-only, damaged or not there, or the server of the database is not."""

    status = 507
