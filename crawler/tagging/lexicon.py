"""The lexicons: terms of each concept in each language, as data, compiled once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ruamel.yaml import YAML

from crawler.language import fold
from crawler.model import AddedTerm
from crawler.tagging.patterns import Slot, UnreadableTerm, Vocabulary, slots_of, tokens_of

READERS = ("facts", "language.py", "tagging")
"""What reads a text: a change of a word, a rule or the code of these is a new lexicon."""

LANGUAGES = ("en", "ru", "uk")


class Concept(StrEnum):
    """What a term stands for; docs/tagging.md says when each counts."""

    ABROAD = "abroad"
    AGENCY = "agency"
    AGREED = "agreed"
    AHEAD = "ahead"
    ALL_FOR_ALL = "all_for_all"
    BODIES = "bodies"
    CAPTIVE = "captive"
    CAPTIVITY = "captivity"
    CAPTURE = "capture"
    CONVICT = "convict"
    COURT = "court"
    CRIME = "crime"
    DONE = "done"
    FALLEN = "fallen"
    FICTION = "fiction"
    FORMULA = "formula"
    FREE = "free"
    FROM_CAPTIVITY = "from_captivity"
    FURNITURE = "furniture"
    HISTORY = "history"
    HOME = "home"
    INCIDENT = "incident"
    KIDS = "kids"
    LAND = "land"
    LOOKING_BACK = "looking_back"
    MAIL = "mail"
    MARKET = "market"
    NATURE = "nature"
    NUMBER = "number"
    OURS = "ours"
    PARTY_AM = "party_am"
    PARTY_AZ = "party_az"
    PARTY_BY = "party_by"
    PARTY_ELSEWHERE = "party_elsewhere"
    PARTY_FRONT = "party_front"
    PARTY_IL = "party_il"
    PARTY_PS = "party_ps"
    PARTY_RU = "party_ru"
    PARTY_UA = "party_ua"
    PARTY_US = "party_us"
    PEOPLE = "people"
    PERSON_SWAPPED = "person_swapped"
    POSTPONED = "postponed"
    RALLY = "rally"
    RECEIVED = "received"
    REPATRIATION = "repatriation"
    RETURN = "return"
    SOLDIER = "soldier"
    SPOILER = "spoiler"
    SPORT = "sport"
    STAGE = "stage"
    SWAP = "swap"
    TALKS = "talks"
    TOPIC = "topic"
    TRADE = "trade"
    TRAVEL = "travel"


PARTIES = tuple(concept for concept in Concept if concept.startswith("party_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry: a pattern, a sentence that it must match, and one it has been confused with."""

    concept: Concept
    pattern: str
    example: str
    unlike: str | None = None
    topic: str | None = None
    """Name of the operators' topic, for terms of that concept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's terms, ready to be looked up."""

    terms: tuple[Term, ...]
    vocabulary: Vocabulary

    def concept(self, number: int) -> Concept:
        """Return what the term of this number stands for."""
        return self.terms[number].concept


@cache
def terms(language: str) -> tuple[Term, ...]:
    """Return every entry of one language's lexicon."""
    table = YAML(typ="safe", pure=True).load(_file(f"lexicons/{language}.yaml"))
    return tuple(
        Term(concept=Concept(concept), pattern=row["term"], example=row["example"], unlike=row.get("unlike"))
        for concept, rows in table.items()
        for row in rows
    )


Added = tuple[AddedTerm, ...]


@lru_cache(maxsize=32)
def lexicon(language: str, added: Added = ()) -> Lexicon:
    """Return one language's terms with those that operators add, indexed."""
    return _indexed((*terms(language), *(added_term(one) for one in added if one.language == language)))


def added_term(added: AddedTerm) -> Term:
    """Return an operators' term as an entry."""
    return Term(
        concept=Concept(added.concept) if added.concept else Concept.TOPIC,
        pattern=added.term,
        example=added.example,
        unlike=added.unlike,
        topic=added.topic,
    )


def complaint(added: AddedTerm) -> str | None:
    """Say what is wrong with an operators' term and how to mend it; None where nothing is."""
    if (added.concept is None) == (added.topic is None):
        return "give either a concept or a topic"
    if added.concept is not None and added.concept not in set(Concept) - {Concept.TOPIC}:
        near = get_close_matches(added.concept, list(Concept), n=1)
        return f"concept {added.concept} is not known{f'; did you mean {near[0]}?' if near else ''}; docs/tagging.md lists them"
    try:
        term = added_term(added)
        if not matches(added.language, term, added.example):
            return f"the term does not match its example «{added.example}»"
        if added.unlike is not None and matches(added.language, term, added.unlike):
            return f"the term matches «{added.unlike}», which it must not; make it narrower"
    except UnreadableTerm as error:
        return f"term: {error}"
    return None


def _indexed(entries: tuple[Term, ...]) -> Lexicon:
    slots = [compiled(term.pattern) for term in entries]
    numbers = {
        word
        for term, (first, *_) in zip(entries, slots, strict=True)
        if term.concept is Concept.NUMBER
        for word in first.words
    }
    return Lexicon(terms=entries, vocabulary=Vocabulary(slots, numbers))


def compiled(pattern: str) -> tuple[Slot, ...]:
    """Return an entry's pattern as slots, folded as the text is."""
    return slots_of(fold(pattern))


def matches(language: str, term: Term, sentence: str) -> bool:
    """Say whether an entry is found in a sentence, were it the language's only one."""
    numbers = lexicon(language).vocabulary.numbers
    return bool(Vocabulary([compiled(term.pattern)], numbers).find(tokens_of(fold(sentence)).words))


@lru_cache(maxsize=8)
def version(added: Added = ()) -> str:
    """Return a short name for exactly these words and rules: of the tags, of the claims, and those that operators add."""
    digest = hashlib.sha256(_shipped())
    digest.update(repr(added).encode() if added else b"")
    return digest.hexdigest()[:12]


@cache
def _shipped() -> bytes:
    """Return the digest of all that reads a text, data and code, so that no change of it goes without a new name."""
    digest = hashlib.sha256()
    for room in READERS:
        for file in sorted(_readable(files("crawler") / room), key=lambda one: one.name):
            digest.update(f"{room}/{file.name}".encode() + file.read_bytes())
    return digest.digest()


def _readable(place: Traversable) -> Iterator[Traversable]:
    """Yield a file of code or data, or all of a folder and those below it."""
    if place.is_dir():
        for one in place.iterdir():
            yield from _readable(one)
    elif place.name.endswith((".py", ".yaml")):
        yield place


def _file(name: str) -> str:
    return (files("crawler.tagging") / name).read_text(encoding="utf-8")
