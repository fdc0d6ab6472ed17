"""The lexicons: words of each concept in each language, as data, compiled once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from crawler.language import fold

RULES = "1"
"""Version of the rules beside the words: a change of either is a new lexicon."""

LANGUAGES = ("en", "ru", "uk")


class Concept(StrEnum):
    """What a word stands for."""

    BODIES = "bodies"
    CAPTIVITY = "captivity"
    CONVICTS = "convicts"
    EXCHANGE = "exchange"
    HARD_NO = "hard_no"
    HOME = "home"
    INSTITUTION = "institution"
    NEGOTIATION = "negotiation"
    PEOPLE = "people"
    RECEIVED = "received"
    SIDE = "side"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry: a pattern, and a sentence that it must match."""

    concept: Concept
    pattern: str
    example: str


Lexicon = dict[Concept, re.Pattern[str]]


@cache
def terms(language: str) -> tuple[Term, ...]:
    """Return every entry of one language's lexicon."""
    table = YAML(typ="safe", pure=True).load(_file(language))
    return tuple(
        Term(concept=Concept(concept), pattern=row["term"], example=row["example"])
        for concept, rows in table.items()
        for row in rows
    )


@cache
def lexicon(language: str) -> Lexicon:
    """Return one pattern per concept, for folded text."""
    found: Lexicon = {}
    for concept in Concept:
        patterns = [compiled(term.pattern) for term in terms(language) if term.concept is concept]
        if patterns:
            # what is no letter, digit or apostrophe ends a word
            found[concept] = re.compile(rf"(?<![\w'])(?:{'|'.join(patterns)})(?![\w])")
    return found


def compiled(pattern: str) -> str:
    """Return an entry's pattern with its star turned into 'any letters', folded as the text is."""
    # fold would lower the case of character classes, which the lexicons do not use
    return re.sub(r"(?<![)\]w])\*", r"\\w*", re.sub(r"\)\*", r")\\w*", fold(pattern)))


@cache
def version() -> str:
    """Return a short name for exactly these words and rules."""
    digest = hashlib.sha256(RULES.encode())
    for language in LANGUAGES:
        digest.update(_file(language).encode())
    return digest.hexdigest()[:12]


def _file(language: str) -> str:
    return (files("crawler.tagging") / "lexicons" / f"{language}.yaml").read_text(encoding="utf-8")
