"""The registry of questions. A question is a function of a published edition and a typed filter that answers a table.

Parameters are bound, never pasted into SQL; what may be sorted or grouped by comes from lists in the filter's type.
Who may not see cost opens an edition without the cost columns: questions ask `edition.has(...)` for those.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from dashboards.edition import Edition
from transactions.kernel.refusal import InvalidData, NotFound, NotPermitted
from transactions.kernel.users import Actor


class Filters(BaseModel):
    """What every question may be narrowed by; each question adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: int | None = None


# A filter that is JSON in an address may be told as the list it is.
AsJson = BeforeValidator(lambda told: json.dumps(told, default=str) if isinstance(told, (list, tuple)) else told)

FiltersOf = TypeVar("FiltersOf", bound=Filters)


@dataclass(frozen=True)
class Question:
    name: str
    filters: type[Filters]
    permission: str
    answer: Callable[[Edition, Any], pl.DataFrame]
    summary: str
    is_dear: bool  # plans anew or walks through the record: weighs more in the API's limit
    past: str | None  # what an edition of the past must tell of to answer it; None: it is asked of today only


_questions: dict[str, Question] = {}


def asks(
    filters: type[FiltersOf], *, permission: str, is_dear: bool = False, past: str | None = None
) -> Callable[[Callable[[Edition, FiltersOf], pl.DataFrame]], Callable[[Edition, FiltersOf], pl.DataFrame]]:
    """Register the decorated function as a question under its own name."""

    def register(
        answer: Callable[[Edition, FiltersOf], pl.DataFrame],
    ) -> Callable[[Edition, FiltersOf], pl.DataFrame]:
        name = answer.__name__
        if name in _questions:
            raise ValueError(f"two questions are called {name}")
        summary = (answer.__doc__ or "").strip().split("\n")[0]
        _questions[name] = Question(name, filters, permission, answer, summary, is_dear, past)
        return answer

    return register


class Where:
    """Conditions joined by and, with their bound parameters. A condition whose value is None is left out."""

    def __init__(self, *conditions: tuple[str, Any]) -> None:
        self.parameters: list[Any] = [value for _condition, value in conditions if value is not None]
        texts = [condition for condition, value in conditions if value is not None]
        self.sql = " and ".join(texts) if texts else "true"


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """All questions by name."""
    import dashboards.questions as package

    for module in pkgutil.iter_modules(package.__path__, "dashboards.questions."):
        importlib.import_module(module.name)
    return dict(sorted(_questions.items()))


def permitted(actor: Actor, name: str) -> Question:
    """The question of that name; refuses unknown names and a missing permission."""
    question = questions().get(name)
    if question is None:
        raise NotFound(f"there is no question {name!r}", field="question", value=name)
    if not actor.may(question.permission):
        raise NotPermitted(f"{actor.username} may not ask this", field="actor", value=actor.username)
    return question


def answered(edition: Edition, name: str, data: Mapping[str, Any]) -> pl.DataFrame:
    """The answer to a question that somebody may ask; refuses invalid filters."""
    question = questions()[name]
    try:
        filters = question.filters.model_validate(data)
    except ValidationError as failure:
        raise InvalidData(
            [
                {"field": ".".join(map(str, error["loc"])), "value": str(error.get("input")), "rule": error["msg"]}
                for error in failure.errors(include_url=False)
            ]
        ) from None
    return question.answer(edition, filters)


def ask(actor: Actor, edition: Edition, name: str, data: Mapping[str, Any]) -> pl.DataFrame:
    """Answer a question by name for an actor; refuses unknown names, missing permission and invalid filters."""
    permitted(actor, name)
    return answered(edition, name, data)
