"""What dbt made of each node of a project: the text that it ran, to be run again as it is.

dbt writes every model's text anew in every run, which takes it longer than DuckDB needs for the rows of a small
company. But the text follows from the project, the name of the build file's catalog and those of the run's variables
that it names. A model whose text dbt has run once, contract and all, is stored by that text; a test that dbt has once
asked is asked again, and dbt hears of it when a row breaks it. The business date stands marked in a text
(`macros/as_of.sql`), so that the text of one day serves for the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_TEXTS = 8
AS_OF = "date '{}' /* as_of */"
OPEN = AS_OF.format("\0")  # a text whose day is left open


@dataclass(frozen=True)
class Statement:
    """compiled: the node's own select. text: what stores it; of a test, what counts the rows that break it."""

    compiled: str
    text: str


@dataclass
class Statements:
    """Of one parsed project, by node and by the values of the variables that its text names; of each the newest few.

    Threads may share it.
    """

    _named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _texts: dict[str, dict[tuple[str, ...], Statement]] = field(default_factory=dict)
    _is_newer: bool = False

    @classmethod
    def of_rows(cls, rows: Iterable[Any]) -> "Statements":
        """What `rows` gave."""
        statements = cls()
        for node, named, values, compiled, text in rows:
            statements._named[node] = tuple(named)
            statements._texts.setdefault(node, {})[tuple(values)] = Statement(compiled, text)
        return statements

    def rows(self) -> list[list[Any]]:
        """A row per text: node, names and values of the variables in it (the first: the catalog), its two parts."""
        return [
            [node, self._named[node], values, said.compiled, said.text]
            for node, texts in list(self._texts.items())
            for values, said in list(texts.items())
        ]

    def newly_learnt(self) -> bool:
        """Whether something was learnt since this was asked last."""
        is_newer, self._is_newer = self._is_newer, False
        return is_newer

    def of(self, node: str, catalog: str, variables: Mapping[str, str]) -> Statement | None:
        """None while dbt has not run the node for such a catalog and such values."""
        if node not in self._named:
            return None
        found = self._texts[node].get((catalog, *_values(self._named[node], variables)))
        day = AS_OF.format(variables.get("as_of"))
        return found and Statement(found.compiled.replace(OPEN, day), found.text.replace(OPEN, day))

    def learn(self, node: str, catalog: str, variables: Mapping[str, str], statement: Statement) -> None:
        day = AS_OF.format(variables.get("as_of"))
        statement = Statement(statement.compiled.replace(day, OPEN), statement.text.replace(day, OPEN))
        named = names_in(statement.compiled, variables)
        texts = self._texts.setdefault(node, {})
        texts[(catalog, *_values(named, variables))] = statement
        self._named[node] = named
        self._is_newer = True
        if len(texts) > KEPT_TEXTS:
            del texts[next(iter(texts))]


def names_in(compiled: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the variables whose values stand in the text."""
    return tuple(sorted(name for name, value in variables.items() if value in compiled))


def _values(named: tuple[str, ...], variables: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={variables.get(name)}" for name in named)
