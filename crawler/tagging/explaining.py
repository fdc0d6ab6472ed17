"""A verdict step by step: each sentence with the words known in it, the rules that held, and what was set aside."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Article, Part, Reason
from crawler.tagging.lexicon import Added, Concept
from crawler.tagging.reading import best_reading
from crawler.tagging.relevance import Weighing, asked_of, reasons_in
from crawler.tagging.sentences import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one sentence said to the tagger."""

    part: Part
    number: int
    """0 for the title, else 1, 2, 3 … in the text."""
    start: int
    end: int
    """Where the sentence stands in the title or text."""
    reasons: tuple[Reason, ...]
    words: tuple[tuple[str, str], ...]
    """Each concept met and its words, folded; those set aside as another matter have the concept `spoiler`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a verdict came about."""

    language: str
    weighing: Weighing
    steps: tuple[Step, ...]
    """Each sentence in which a word was known or that is prominent."""


def explained(article: Article, added: Added = ()) -> Explanation:
    """Return the steps by which `judge` comes to its verdict on an article."""
    reading = best_reading(article, added)
    asked = asked_of(frozenset(concept for sentence in reading.sentences for concept in sentence.present))
    return Explanation(
        language=reading.language,
        weighing=reading.weighing,
        steps=tuple(
            Step(
                part=sentence.part,
                number=sentence.number,
                start=sentence.whole.span(sentence.start, sentence.start + 1)[0],
                end=sentence.whole.span(sentence.start, sentence.start + len(sentence.text))[1],
                reasons=tuple(reasons_in(sentence, asked)),
                words=_words(sentence),
            )
            for sentence in reading.sentences
            if sentence.hits or sentence.prominent
        ),
    )


def _words(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    found = (
        (hit.concept.value, sentence.whole.text[hit.start : hit.end])
        for hit in sentence.hits
        if hit.concept is not Concept.NUMBER
    )
    return tuple(dict.fromkeys(found))
