"""The languages of the boards: English and 简体中文. Visible strings go through `_`, dates and numbers through Babel.

The English text is the key; `locale/zh_CN.po` holds the Chinese. The language is the session's: from the address
(`?lang=zh_CN`), else the user's own, else the browser's.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import streamlit as st
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
CATALOGUE = Path(__file__).parent / "locale" / "zh_CN.po"
DESCRIPTIONS = Path(__file__).parent / "locale" / "models_zh_CN.po"
FIRST_HAN = "\u2e80"  # characters from here on are Chinese or its punctuation


@lru_cache(maxsize=3)
def chinese(catalogue: Path = CATALOGUE) -> dict[str, str]:
    """Chinese by English text."""
    with catalogue.open("rb") as file:
        return {
            str(entry.id): str(entry.string) for entry in read_po(file, locale="zh_CN") if entry.id and entry.string
        }


def language() -> str:
    """The language of this session."""
    chosen = str(st.session_state.get("lang") or "en")
    return chosen if chosen in LANGUAGES else "en"


def language_like(code: str | None) -> str:
    """The offered language nearest to a code such as zh, zh-CN or en-GB."""
    return "zh_CN" if (code or "").lower().startswith("zh") else "en"


def _(text: str, **values: object) -> str:
    """The text in the session's language, with {names} filled in."""
    found = chinese().get(text, text) if language() == "zh_CN" else text
    return found.format(**values) if values else found


def described(text: str) -> str:
    """What a model says of itself or of a column, in the session's language; as written where nobody translated it."""
    plain = " ".join(text.split())
    return chinese(DESCRIPTIONS).get(plain, plain) if language() == "zh_CN" else plain


def noted(text: str) -> str:
    """Marks a text that is translated where it is shown, for those who look for texts without translation."""
    return text


def own_part(text: str | None) -> str:
    """Of a name kept in both languages (Bank 银行存款) the part in the session's language; other names as they are."""
    name = text or ""
    at = next((place for place, letter in enumerate(name) if letter >= FIRST_HAN), len(name))
    if at in (0, len(name)) or not name[:at].strip():
        return name
    return name[at:].strip() if language() == "zh_CN" else name[:at].strip()


def shown_date(day: date | None) -> str:
    return "–" if day is None else format_date(day, "medium", locale=language())


def shown_number(value: Decimal | float | int | None, decimals: int = 0) -> str:
    """With thousands separators and at most that many decimals; – for nothing."""
    if value is None:
        return "–"
    return format_decimal(value, "#,##0" + ("." + "#" * decimals if decimals else ""), locale=language())


def shown_amount(value: Decimal | float | int | None) -> str:
    """An amount in whole units of the currency from 10,000 on, with cents below."""
    if value is None:
        return "–"
    return format_decimal(value, "#,##0" if abs(Decimal(value)) >= 10_000 else "#,##0.00", locale=language())


def shown_short(value: Decimal | float | int | None) -> str:
    """An amount for a picture: 386.8K, 38.7万."""
    if value is None:
        return "–"
    rounded = round(value) if abs(Decimal(value)) >= 100 else value
    return format_compact_decimal(rounded, locale=language(), fraction_digits=1)


def shown_share(value: Decimal | float | None) -> str:
    return "–" if value is None else format_percent(value, "0.0%", locale=language())
