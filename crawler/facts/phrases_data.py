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


def compiled(terms: list[str]) -> re.Pattern[str]:
    """Return one pattern for whole words; a star behind a letter or a group stands for any letters."""
    starred = [re.sub(r"\)\*", r")\\w*", term) for term in terms]
    starred = [re.sub(r"(?<![)\]w])\*", r"\\w*", term) for term in starred]
    return re.compile(rf"(?<![\w'])(?:{'|'.join(starred)})(?![\w])")


@cache
def pattern(language: str, meaning: str) -> re.Pattern[str]:
    """Return the pattern of one meaning, such as `each` or `noun.bodies`; one that matches nothing where it has no words."""
    terms = [phrase.pattern for phrase in phrases(language) if phrase.meaning == meaning]
    return compiled(terms) if terms else re.compile(r"(?!)")


@cache
def patterns(language: str, kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the patterns of one kind of meaning, such as `noun`, each with the name behind the dot."""
    names = dict.fromkeys(
        phrase.meaning.partition(".")[2]
        for phrase in phrases(language)
        if phrase.meaning.partition(".")[0] == kind
    )
    return tuple((name, pattern(language, f"{kind}.{name}" if name else kind)) for name in names)


def first(language: str, kind: str, text: str) -> str | None:
    """Return the name of the first meaning of a kind that occurs in a text, in the order of the file."""
    return next((name for name, found in patterns(language, kind) if found.search(text)), None)


def names_in(language: str, kind: str, text: str) -> tuple[str, ...]:
    """Return the names of all meanings of a kind that occur in a text, in the order of the file."""
    return tuple(name for name, found in patterns(language, kind) if found.search(text))
