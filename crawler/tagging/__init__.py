"""An Article to a Verdict: relevant or not, of which kind and conflict, each with the words that earned it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.model import Article, Conflict, Kind, Standing, Verdict
from crawler.tagging.conflict import conflict_of
from crawler.tagging.explaining import Explanation, Step, explained
from crawler.tagging.kind import kind_of
from crawler.tagging.lexicon import Added, Concept, version
from crawler.tagging.reading import best_reading
from crawler.tagging.sentences import Sentence

__all__ = ["LEXICON", "NEAR_MISS", "RELEVANT", "Explanation", "Step", "explained", "judge", "version"]

LEXICON = version()
"""Name of the shipped words and rules; a verdict belongs to one, or to one with operators' terms added."""

RELEVANT = 0.5
NEAR_MISS = RELEVANT / 2

CAPTIVITY = frozenset({Concept.CAPTIVE, Concept.CAPTIVITY, Concept.FROM_CAPTIVITY})


def judge(article: Article, added: Added = ()) -> Verdict:
    """Say whether an article reports on an exchange or return of prisoners, civilians or bodies, and why.

    The score runs from 0 to 1: 0.5 and more is relevant. A near miss, kept to be audited, has 0.25 and more or
    speaks of captivity in its title or first sentences.

    Args:
        article: what was read.
        added: the terms that operators add to the lexicon.
    """
    reading = best_reading(article, added)
    sentences, weighing = reading.sentences, reading.weighing
    standing = _standing(weighing.score, sentences)
    relevant = standing is Standing.RELEVANT
    rules = dict.fromkeys(reason.rule for reason in weighing.reasons if reason.weight > 0)
    return Verdict(
        lexicon=version(added),
        standing=standing,
        score=round(weighing.score, 3),
        kind=kind_of(sentences, reading.language) if relevant else Kind.OFF_TOPIC,
        conflict=conflict_of(sentences, reading.language) if relevant else Conflict.NONE,
        reasons=weighing.reasons,
        tags=(*rules, *_topics(sentences)),
    )


def _standing(score: float, sentences: Sequence[Sentence]) -> Standing:
    if score >= RELEVANT:
        return Standing.RELEVANT
    near = score >= NEAR_MISS or any(one.has(CAPTIVITY) for one in sentences if one.prominent)
    return Standing.NEAR_MISS if near else Standing.OFF_TOPIC


def _topics(sentences: Sequence[Sentence]) -> Iterator[str]:
    """Yield the operators' topics that an article names, as tags."""
    named = {hit.topic for sentence in sentences for hit in sentence.hits if hit.topic}
    yield from (f"topic:{topic}" for topic in sorted(named))
