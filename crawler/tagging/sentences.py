"""An article as sentences with the concepts that occur in each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from crawler.language import Folded, folded, pieces
from crawler.model import Article, Part, Span
from crawler.tagging.lexicon import Concept, Lexicon
from crawler.tagging.patterns import tokens_of

END = re.compile(r"(?<!\b[^\W\d_])[.!?…]+[»\"”')]*\s+|\n+")
"""Where a sentence ends: a mark and a blank, not after a single letter ('U.S. envoy'), or a line break."""

CLAUSE = re.compile(r";\s+|\n+")
"""Where a part of a title ends: headlines of live reports join several matters with semicolons."""

BULLETS = ' \n\t•–—-*▶►➤→«"“'
"""What may stand before a line's first word."""

ENDED = re.compile(r"[.!?…:;][»\"”')]*\s*$")
"""How a sentence of running text ends; a headline among related links does not."""

LEAD_SENTENCES = 3
"""The first sentences say what a report is about."""

NEVER_ASIDE = frozenset({Concept.SPOILER, Concept.CAPTURE})
"""What is kept inside a spoiler: the fund of captives in 'exchange fund' tells of captures."""

COVERING = frozenset({Concept.SPOILER, Concept.AGENCY})
"""Concepts whose words lend nothing to others inside: the exchange in 'stock exchange', a headquarters' long name."""


class Hit(NamedTuple):
    """A concept's words in a part of an article: which characters and which words of the folded text."""

    concept: Concept
    start: int
    end: int
    first: int
    last: int
    term: int
    """Number of the lexicon's entry."""
    topic: str | None
    """The operators' topic that the words name."""

    def distance(self, other: Hit) -> int:
        """Return how many words stand between two hits; 0 where they touch or overlap."""
        return max(self.first - other.last, other.first - self.last, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence, folded, with what occurs in it."""

    part: Part
    number: int
    """0 for the title, else 1, 2, 3 … in the text."""
    start: int
    text: str
    hits: tuple[Hit, ...]
    present: frozenset[Concept]
    """The concepts of the hits."""
    whole: Folded

    def of(self, concepts: frozenset[Concept]) -> list[Hit]:
        """Return the hits of these concepts."""
        return [hit for hit in self.hits if hit.concept in concepts]

    def has(self, concepts: frozenset[Concept]) -> bool:
        """Say whether any of these concepts occurs."""
        return not self.present.isdisjoint(concepts)

    def span(self, hits: Sequence[Hit]) -> tuple[str, Span]:
        """Return the folded words from the first to the last hit, and where they stand in the original."""
        start, end = min(hit.start for hit in hits), max(hit.end for hit in hits)
        first, last = self.whole.span(start, end)
        return self.whole.text[start:end], Span(part=self.part, start=first, end=last)

    @property
    def is_line(self) -> bool:
        """True for a line without a full stop, such as a headline among related links."""
        return ENDED.search(self.text) is None

    @property
    def prominent(self) -> bool:
        """True for the title and the first sentences."""
        return self.number <= LEAD_SENTENCES


def sentences_of(article: Article, lexicon: Lexicon, title: Lexicon | None = None) -> tuple[Sentence, ...]:
    """Return the title and the text's sentences, each with its concepts; `title` reads a title in another language."""
    return (*_split(article.title, Part.TITLE, title or lexicon), *_split(article.text, Part.TEXT, lexicon))


def _split(raw: str, part: Part, lexicon: Lexicon) -> list[Sentence]:
    whole = folded(raw)
    hits = _hits(whole.text, lexicon)
    starts = [hit.start for hit in hits]
    found: list[Sentence] = []
    number = 0
    ends = CLAUSE if part is Part.TITLE else END
    stops = [*(match.end() for match in ends.finditer(whole.text)), len(whole.text)]
    for start, stop in (cut for pair in pairwise((0, *stops)) for cut in pieces(whole.text, *pair)):
        text = whole.text[start:stop]
        if text.strip():
            number += 1
            inside = hits[bisect_left(starts, start) : bisect_left(starts, stop)]
            kept = _uncovered([hit for hit in inside if hit.end <= stop])
            opening = start + len(text) - len(text.lstrip(BULLETS))
            if any(hit.concept is Concept.FURNITURE and hit.start == opening for hit in kept):
                kept = ()  # 'Read also: …' names another article
            found.append(
                Sentence(
                    part=part,
                    number=0 if part is Part.TITLE else number,
                    start=start,
                    text=text,
                    hits=kept,
                    present=frozenset(hit.concept for hit in kept),
                    whole=whole,
                )
            )
    return found


def _hits(text: str, lexicon: Lexicon) -> list[Hit]:
    tokens = tokens_of(text)
    found = (
        Hit(
            lexicon.concept(one.term),
            *tokens.span(one.first, one.last),
            one.first,
            one.last,
            one.term,
            lexicon.terms[one.term].topic,
        )
        for one in lexicon.vocabulary.find(tokens.words)
    )
    return sorted(found, key=lambda hit: hit.start)


def _uncovered(hits: list[Hit]) -> tuple[Hit, ...]:
    """Drop the words that belong to another matter or to a longer name."""
    covers = [hit for hit in hits if hit.concept in COVERING]
    if not covers:
        return tuple(hits)
    return tuple(
        hit for hit in hits
        if hit.concept in NEVER_ASIDE or not any(_covered(hit, cover) for cover in covers)
    )  # fmt: skip


def _covered(hit: Hit, cover: Hit) -> bool:
    if cover.concept is Concept.SPOILER:
        return cover.first < hit.last <= cover.last
    inside = cover.first <= hit.first and hit.last <= cover.last
    return inside and (hit.last - hit.first) < (cover.last - cover.first)
