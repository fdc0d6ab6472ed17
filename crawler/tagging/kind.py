"""What an article mainly reports, by the words of its title and first sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.model import Kind
from crawler.tagging.lexicon import Concept
from crawler.tagging.sentences import Sentence

Concepts = frozenset[Concept]

DEAD: Concepts = frozenset({Concept.BODIES, Concept.FALLEN})
ALIVE: Concepts = frozenset(
    {Concept.CAPTIVE, Concept.CAPTIVITY, Concept.FROM_CAPTIVITY, Concept.FREE, Concept.HOME}
)
SUBJECT: Concepts = frozenset(
    {Concept.SWAP, Concept.RETURN, Concept.FREE, Concept.REPATRIATION, Concept.FORMULA, *DEAD, *ALIVE}
)
"""What a cue must stand beside, outside the title, to speak of an exchange."""

CUES: tuple[tuple[Concept, Kind], ...] = (
    (Concept.POSTPONED, Kind.POSTPONED_OR_FAILED),
    (Concept.LOOKING_BACK, Kind.BACKGROUND),
    (Concept.AGREED, Kind.AGREEMENT),
    (Concept.AHEAD, Kind.EXCHANGE_ANNOUNCED),
    (Concept.DONE, Kind.EXCHANGE_COMPLETED),
    (Concept.REPATRIATION, Kind.EXCHANGE_COMPLETED),
)
"""What a title's words say, the surest first."""

BESIDE = 3
"""Words between an exchange and the bodies that it is of."""

DATE_ALONE = re.compile(r"\s*(?:\d{1,2} [^\W\d_]{3,9}|[a-z]{3,9} \d{1,2})\.\s*")
"""A sentence that only names a day: '8 січня.'; 'January 15.'"""

DATES = 3
"""Sentences that only name a day, from which on a text is a chronicle."""

NUMBERS = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3}(?:[ \u00a0\u202f,.]\d{3})+|\d+)(?![\d%])(?P<thousand>\s?(?:тыс|тис|thousand))?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
THOUSAND = 1000
OF_A_WAR = 2001
"""More people than the largest exchange so far moved in both directions: a thousand for a thousand in May 2025."""

ANSWERS = 3
"""Paragraphs that open with a dash, from which on a text is an interview."""


def kind_of(sentences: Sequence[Sentence], _language: str) -> Kind:
    """Return what a relevant article mainly reports."""
    title = [sentence for sentence in sentences if sentence.number == 0]
    lead = [sentence for sentence in sentences if sentence.number > 0 and sentence.prominent]
    said = _of_title(title)
    if said is Kind.POSTPONED_OR_FAILED:
        return said
    if said is not Kind.AGREEMENT and _only_dead(title, lead):
        return Kind.BODIES_REPATRIATED
    if _is_interview(sentences) or _is_chronicle(sentences):
        return Kind.BACKGROUND
    if said is Kind.EXCHANGE_COMPLETED and _sums_up(title):
        return Kind.BACKGROUND
    return said or _of_lead(lead) or _by_default(title, lead)


def _by_default(title: Sequence[Sentence], lead: Sequence[Sentence]) -> Kind:
    """Return what is left to say without a cue: talks are about an agreement, a bare 'exchange' reports one."""
    if any(
        sentence.has(frozenset({Concept.SWAP, Concept.FREE, Concept.RETURN, Concept.FORMULA}))
        for sentence in title
    ):
        return Kind.EXCHANGE_COMPLETED
    talks = any(sentence.has(frozenset({Concept.TALKS})) for sentence in (*title, *lead))
    return Kind.AGREEMENT if talks else Kind.BACKGROUND


def _of_title(title: Sequence[Sentence]) -> Kind | None:
    """Return what the title's surest word says, in those of its sentences that speak of an exchange."""
    spoken = [sentence for sentence in title if sentence.has(SUBJECT)] or title
    present = {hit.concept for sentence in spoken for hit in sentence.hits}
    return next((kind for cue, kind in CUES if cue in present), None)


def _of_lead(lead: Sequence[Sentence]) -> Kind | None:
    """Return what the first cue says that stands beside an exchange or return; a delay outweighs it."""
    kinds = dict(CUES)
    for sentence in lead:
        if not sentence.has(SUBJECT):
            continue
        said = [kinds[hit.concept] for hit in sentence.hits if hit.concept in kinds]
        if said:
            return Kind.POSTPONED_OR_FAILED if Kind.POSTPONED_OR_FAILED in said else said[0]
    return None


def _only_dead(title: Sequence[Sentence], lead: Sequence[Sentence]) -> bool:
    """Say whether bodies are what was moved: named in the title alone, or more often than the living."""
    if any(sentence.has(DEAD) for sentence in title):
        return not any(_names_the_living(sentence) for sentence in title)
    dead = sum(len(sentence.of(DEAD)) for sentence in lead)
    return dead > sum(len(sentence.of(ALIVE)) for sentence in (*title, *lead))


def _names_the_living(title: Sentence) -> bool:
    """Say whether captives are named, or an exchange that is not 'of bodies'."""
    dead = title.of(DEAD)
    swaps = title.of(frozenset({Concept.SWAP}))
    return title.has(frozenset({Concept.CAPTIVE, Concept.FROM_CAPTIVITY})) or any(
        min((swap.distance(body) for body in dead), default=0) > BESIDE for swap in swaps
    )


def _sums_up(title: Sequence[Sentence]) -> bool:
    """Say whether a title counts more living people than ever came home at once: the number of a war."""
    return any(
        int(re.sub(r"\D", "", match["number"])) * (THOUSAND if match["thousand"] else 1) >= OF_A_WAR
        for sentence in title
        for match in NUMBERS.finditer(sentence.text)
        if match["thousand"] or not YEAR.fullmatch(match["number"])
    )


def _is_interview(sentences: Sequence[Sentence]) -> bool:
    return sum(sentence.text.lstrip().startswith(("— ", "– ")) for sentence in sentences) >= ANSWERS


def _is_chronicle(sentences: Sequence[Sentence]) -> bool:
    return sum(DATE_ALONE.fullmatch(sentence.text) is not None for sentence in sentences) >= DATES
