"""The registry of commands: from it follow the REST API, the command line, forms, permissions, documentation.

A command is a frozen Pydantic form; its handler is a function named like the command that says in one sentence what
happens. Every command declares its permission and the stage from which on it may be used.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from transactions.kernel.refusal import InvalidData, UnknownCommand

if TYPE_CHECKING:
    from transactions.kernel.work import Work

Answer = dict[str, Any]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=2000)]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
HIDDEN = "…"
Reference = Annotated[Code | int, Field(description="code, document number, external number or integer id")]


class Command(BaseModel):
    """What every command may say beside its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    company: Code | None = Field(None, description="code of the company; left out: the first one made")


class Line(BaseModel):
    """A line inside a command."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True)
class RegisteredCommand:
    name: str
    form: type[Command]
    handle: Callable[["Work", Any], Answer]
    permission: str
    stage: int
    summary: str

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Fields whose values are shown and kept nowhere: passwords."""
        return frozenset(name for name, field in self.form.model_fields.items() if field.annotation is SecretStr)

    def shown(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data without its secrets, as the audit trail keeps it."""
        if self.secrets.isdisjoint(data):
            return data
        return {name: HIDDEN if name in self.secrets else value for name, value in data.items()}

    def parsed(self, data: Mapping[str, Any]) -> Command:
        """The data as the command's form; `InvalidData` names every field, value and rule that it breaks."""
        try:
            return self.form.model_validate(data)
        except ValidationError as failure:
            raise InvalidData(
                [
                    {
                        "field": ".".join(str(part) for part in error["loc"]),
                        "value": self._shown(error),
                        "rule": error["msg"],
                    }
                    for error in failure.errors(include_url=False)
                ]
            ) from None

    def _shown(self, error: Any) -> Any:
        """The value that broke the rule; nothing where it is missing or secret."""
        value = error.get("input")
        if error["type"] == "missing":
            return None
        if error["loc"] and error["loc"][0] in self.secrets:
            return HIDDEN
        return value if isinstance(value, (int, bool, type(None))) else str(value)[:200]


Form = TypeVar("Form", bound=Command)

_registered: dict[str, RegisteredCommand] = {}


def handles(
    form: type[Form], *, permission: str, stage: int
) -> Callable[[Callable[["Work", Form], Answer]], Callable[["Work", Form], Answer]]:
    """Register the decorated function as the handler of the form, under the function's name."""

    def register(handle: Callable[["Work", Form], Answer]) -> Callable[["Work", Form], Answer]:
        name = handle.__name__
        if name in _registered:
            raise ValueError(f"two handlers for the command {name}")
        if name != re.sub(r"(?<!^)(?=[A-Z])", "_", form.__name__).lower():
            raise ValueError(f"the command {form.__name__} and its handler {name} differ in name")
        summary = (handle.__doc__ or form.__doc__ or "").strip().split("\n")[0]
        _registered[name] = RegisteredCommand(name, form, handle, permission, stage, summary)
        return handle

    return register


def registry() -> Mapping[str, RegisteredCommand]:
    """All commands by name."""
    import transactions.commands  # noqa: F401  (its import registers every handler)

    return dict(sorted(_registered.items()))


def registered(name: str) -> RegisteredCommand:
    if name not in _registered:
        import transactions.commands  # noqa: F401
    try:
        return _registered[name]
    except KeyError:
        raise UnknownCommand(f"there is no command {name!r}", field="command", value=name) from None
