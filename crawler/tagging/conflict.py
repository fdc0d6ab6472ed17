"""Between whom people were exchanged: by the parties that the title names, else by those named most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.model import Conflict
from crawler.tagging.lexicon import PARTIES, Concept
from crawler.tagging.sentences import Sentence

PAIRS: tuple[tuple[Concept, Concept, Conflict, float], ...] = (
    (Concept.PARTY_UA, Concept.PARTY_RU, Conflict.RU_UA, 1.0),
    (Concept.PARTY_IL, Concept.PARTY_PS, Conflict.ISRAEL_PALESTINE, 1.0),
    (Concept.PARTY_AM, Concept.PARTY_AZ, Conflict.AZ_AM, 1.0),
    (Concept.PARTY_US, Concept.PARTY_RU, Conflict.US_RU, 0.5),
)
"""Two parties, their conflict, and what naming both counts: Washington is more often a mediator than a party."""

NAMED_PARTIES = frozenset(PARTIES)

SHARED = {Concept.PARTY_FRONT: (Concept.PARTY_UA, Concept.PARTY_RU)}
"""Places that only one war is fought over stand for both its parties."""

TITLE, LEAD, REST = 3, 2, 1


def conflict_of(sentences: Sequence[Sentence], language: str) -> Conflict:
    """Return the conflict of a relevant article."""
    title = _named([sentence for sentence in sentences if sentence.number == 0])
    named = _named(sentences)
    both = [conflict for one, other, conflict, _ in PAIRS if title[one] and title[other]]
    if both:
        return both[0]
    if _is_elsewhere(title, _named([sentence for sentence in sentences if sentence.prominent])):
        return Conflict.OTHER
    best, conflict = max(
        ((min(named[one], named[other]) * share, conflict) for one, other, conflict, share in PAIRS),
        key=lambda pair: pair[0],
    )
    if best >= named[Concept.PARTY_ELSEWHERE] / 2 and best:
        return conflict
    if named[Concept.PARTY_ELSEWHERE] > named[Concept.PARTY_UA] + named[Concept.PARTY_RU]:
        return Conflict.OTHER
    return _of_one_party(named, language)


def _is_elsewhere(title: Counter[Concept], head: Counter[Concept]) -> bool:
    """Say whether the title names a party of another conflict, or Belarus where it is itself the party."""
    if title[Concept.PARTY_ELSEWHERE]:
        return True
    return bool(title[Concept.PARTY_BY]) and not head[Concept.PARTY_RU]


def _of_one_party(named: Counter[Concept], language: str) -> Conflict:
    """Return the conflict of the only party named; the war this project watches first where that leaves it open."""
    for one, other, conflict, _ in PAIRS[:3]:
        if named[one] or named[other]:
            return conflict
    return Conflict.RU_UA if language in ("ru", "uk") else Conflict.OTHER


def _named(sentences: Sequence[Sentence]) -> Counter[Concept]:
    """Count the parties named, those of the title threefold and of the lead twice."""
    named: Counter[Concept] = Counter()
    for sentence in sentences:
        weight = TITLE if sentence.number == 0 else LEAD if sentence.prominent else REST
        for hit in sentence.of(NAMED_PARTIES):
            for party in SHARED.get(hit.concept, (hit.concept,)):
                named[party] += weight
    return named
