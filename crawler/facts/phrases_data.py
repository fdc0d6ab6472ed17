"""The phrases: words of each meaning in each language, as data, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

LANGUAGES = ("en", "ru", "uk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One entry: the meaning it has, a pattern over folded text, and words that it must match."""

    meaning: str
    pattern: str
    example: str


@cache
def phrases(language: str) -> tuple[Phrase, ...]:
    """Return every entry of one language."""
    text = (files("crawler.facts") / "phrases" / f"{language}.yaml").read_text(encoding="utf-8")
    table = YAML(typ="safe", pure=True).load(text)
    return tuple(
        Phrase(meaning=meaning, pattern=row["term"], example=row["example"])
        for meaning, rows in table.items()
        for row in rows
    )


@cache
def patterns(language: str, kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of one kind of meaning, such as `category`, each with the name behind the dot."""
    return tuple(
        (phrase.meaning.partition(".")[2], re.compile(phrase.pattern))
        for phrase in phrases(language)
        if phrase.meaning.partition(".")[0] == kind
    )


def first(language: str, kind: str, text: str) -> str | None:
    """Return the name of the first meaning of a kind that occurs in a text, in the order of the file."""
    return next((name for name, pattern in patterns(language, kind) if pattern.search(text)), None)
