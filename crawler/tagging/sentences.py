"""An article as sentences with the concepts that occur in each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.language import Folded, folded
from crawler.model import Article, Part, Span
from crawler.tagging.lexicon import Concept, lexicon

END = re.compile(r"[.!?…]+[»\"”')]*\s+|\n+")
"""Where a sentence ends: a mark and a blank, or a line break."""

LEAD_SENTENCES = 3
"""The first sentences say what a report is about."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept's words in a sentence; positions in the folded part."""

    concept: Concept
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence, folded, with what occurs in it."""

    part: Part
    number: int
    """0 for the title, else 1, 2, 3 … in the text."""
    start: int
    text: str
    hits: tuple[Hit, ...]
    whole: Folded

    def of(self, *concepts: Concept) -> list[Hit]:
        """Return the hits of these concepts."""
        return [hit for hit in self.hits if hit.concept in concepts]

    def span(self, hits: list[Hit]) -> tuple[str, Span]:
        """Return the folded words from the first to the last hit, and where they stand in the original."""
        start, end = min(hit.start for hit in hits), max(hit.end for hit in hits)
        first, last = self.whole.span(start, end)
        return self.whole.text[start:end], Span(part=self.part, start=first, end=last)

    @property
    def prominent(self) -> bool:
        """True for the title and the first sentences."""
        return self.number <= LEAD_SENTENCES


def sentences_of(article: Article, language: str) -> tuple[Sentence, ...]:
    """Return the title and the text's sentences, each with its concepts."""
    title = _split(article.title, Part.TITLE, language)
    text = _split(article.text, Part.TEXT, language)
    return (*title, *text)


def _split(raw: str, part: Part, language: str) -> list[Sentence]:
    whole = folded(raw)
    patterns = lexicon(language)
    hits = sorted(
        (
            Hit(concept, match.start(), match.end())
            for concept, pattern in patterns.items()
            for match in pattern.finditer(whole.text)
        ),
        key=lambda hit: hit.start,
    )
    found: list[Sentence] = []
    start = number = 0
    for stop in [*(match.end() for match in END.finditer(whole.text)), len(whole.text)]:
        text = whole.text[start:stop]
        if text.strip():
            number += 1
            inside = tuple(hit for hit in hits if start <= hit.start < stop)
            found.append(
                Sentence(
                    part=part,
                    number=0 if part is Part.TITLE else number,
                    start=start,
                    text=text,
                    hits=_unspoilt(inside),
                    whole=whole,
                )
            )
        start = stop
    return found


def _unspoilt(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Drop the words that belong to another matter: the exchange in 'stock exchange'."""
    spoilers = [hit for hit in hits if hit.concept is Concept.HARD_NO]
    return tuple(
        hit for hit in hits
        if hit.concept is Concept.HARD_NO or not any(no.start <= hit.start and hit.end <= no.end + 1 for no in spoilers)
    )  # fmt: skip
