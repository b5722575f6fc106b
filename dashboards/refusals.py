"""Why something was refused, in the language of whoever reads it.

A refusal's rule is an English sentence with figures in it, written where it is raised. Its Chinese stands in
`locale/refusals_zh_CN.po` under the sentence with numbered parts in place of the figures, `{0} of line {1} are left`;
the sentence is found again by its fixed words, those with more of them first. Fields, values, codes and numbers stay
as they are; `{0:word}` takes a part that is itself a word or a sentence. Where nobody translated the sentence (what a
database says, for instance) the fact is told before it.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboards.language import chinese, language, language_like
from dashboards.words import WORDS
from transactions.kernel.refusal import InvalidData, Refusal

CATALOGUE = Path(__file__).parent / "locale" / "refusals_zh_CN.po"
PART = re.compile(r"\{(\w+)(!r|:word)?\}")
QUOTED = r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-?\d+|None)"


def refused_because(refusal: Refusal, code: str = "") -> str:
    """The rule with field and value, for people. code: a language; by default the session's."""
    code = code or language()
    if isinstance(refusal, InvalidData):
        return "; ".join(
            f"{error['field']}: {rule_in(code, refusal.fact, error['rule'])}" + _shown(error["value"])
            for error in refusal.errors
        )
    where = f" ({refusal.field} = {refusal.value})" if refusal.field and refusal.value not in (None, "") else ""
    return rule_in(code, refusal.fact, refusal.rule) + where


def refusal_in(code: str, refusal: Refusal) -> dict[str, Any]:
    """For JSON: fact, field and value as they are, each rule in that language."""
    told = refusal.as_dict()
    if isinstance(refusal, InvalidData):
        errors = [error | {"rule": rule_in(code, refusal.fact, error["rule"])} for error in refusal.errors]
        rule = "; ".join(f"{error['field']}: {error['rule']}" for error in errors)
        return told | {"rule": rule, "errors": errors}
    return told | {"rule": rule_in(code, refusal.fact, refusal.rule)}


def rule_in(code: str, fact: str, rule: str) -> str:
    """A refusal's sentence in a language; English with the fact before it where the Chinese is missing."""
    if code != "zh_CN":
        return rule
    found = _translated(rule)
    return f"{chinese(CATALOGUE).get(fact, fact)}：{rule}" if found is None else found


def language_asked(accepted: str) -> str:
    """The offered language that an Accept-Language header prefers; English where it names none of ours.

    Of languages with the same weight the first counts.
    """
    best, chosen = 0.0, "en"
    for told in accepted.split(","):
        name, *parameters = (part.strip().lower() for part in told.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                weight = float(parameter[2:]) if re.fullmatch(r"[01](\.\d{0,3})?", parameter[2:]) else 0.0
        if name.partition("-")[0] in ("en", "zh") and weight > best:
            best, chosen = weight, language_like(name)
    return chosen


def _shown(value: Any) -> str:
    return "" if value in (None, "") else f" ({value})"


def _translated(text: str) -> str | None:
    """The Chinese of a sentence, or None."""
    exact = chinese(CATALOGUE).get(text)
    if exact is not None and not PART.search(text):
        return exact
    for pattern, names, own in _templates():
        found = pattern.fullmatch(text)
        if found:
            return _filled(own, dict(zip(names, found.groups(), strict=True)))
    return None


def _filled(own: str, parts: dict[str, str]) -> str:
    return PART.sub(lambda part: _word(parts[part[1]]) if part[2] == ":word" else parts[part[1]], own)


def _word(text: str) -> str:
    """A part of a sentence that is a word of the business, several joined by or, or a sentence; else as it is."""
    known = WORDS.get(text.replace(" ", "_"))
    if known is not None and known in chinese():
        return chinese()[known]
    found = _translated(text)
    if found is not None:
        return found
    return "或".join(_word(each) for each in text.split(" or ")) if " or " in text else text


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], list[str], str]]:
    """Sentences with parts: how each is recognised, the names of its parts, its Chinese; most fixed words first."""
    texts = [(text, own) for text, own in chinese(CATALOGUE).items() if PART.search(text)]
    texts.sort(key=lambda entry: (-len(PART.sub("", entry[0])), entry[0]))
    return [(_pattern(text), [part[1] for part in PART.finditer(text)], own) for text, own in texts]


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern that takes time in proportion to what it is tried on, whatever that is: callers choose parts of it.

    Each part ends at the first place where the words after it stand (that is never taken back), the last one at the
    end. Beside a part in quotation marks others have none.
    """
    words = [re.escape(each) for each in PART.split(text)[:: PART.groups + 1]]
    quoted = [part[2] == "!r" for part in PART.finditer(text)]
    pattern = words[0]
    for place, (is_quoted, following) in enumerate(zip(quoted, words[1:], strict=True), start=1):
        if is_quoted:
            pattern += QUOTED + following
        elif place == len(quoted):
            pattern += "(.*)" + following
        else:
            pattern += "([^'\"]*?)" + following if any(quoted) else f"(?>(.*?){following})"
    return re.compile(pattern, re.DOTALL)
