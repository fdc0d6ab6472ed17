"""Relevance: which concepts meet in one sentence, how near, and where in the article."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import Reason
from crawler.tagging.lexicon import Concept
from crawler.tagging.rules import PARTY, Rule, rules
from crawler.tagging.sentences import Sentence

TITLE, LEAD, TAIL, LINE = 4 / 3, 1.0, 1 / 3, 1 / 10
"""What a rule weighs in the title, the first sentences, the rest, and there in a line without a full stop."""

ENOUGH = 2.2
"""Weight at which the score is 0.5."""

AT_MOST = 2
"""Rules for, and rules against, that count in one sentence: its weightiest."""

DENSE = 12.0
"""The rest of a story counts at most this many times its weight per sentence: passing mentions make no report."""

UNPLACED = {"en": 0.55, "ru": 0.85, "uk": 0.85}
"""What is left of the weight where no party is named: reports in English nearly always name one."""

REASONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """How an article's score came about."""

    score: float
    """From 0 to 1."""
    reasons: tuple[Reason, ...]
    """For and against, weightiest first."""
    head: float
    """Weight of the title and the first sentences."""
    rest: float
    """Weight of all the others."""
    rest_counted: float
    """What of the rest counts: thinly spread words make no report."""
    share: float
    """What is left of the weight: less than 1 where no party is named."""


def weighed(sentences: Sequence[Sentence], language: str) -> Weighing:
    """Return what an article's sentences weigh together."""
    present = frozenset(concept for sentence in sentences for concept in sentence.present)
    asked = asked_of(present)
    head: list[Reason] = []
    rest: list[Reason] = []
    for sentence in sentences:
        if sentence.hits:
            (head if sentence.prominent else rest).extend(reasons_in(sentence, asked))
    tail = sum(reason.weight for reason in rest)
    counted = min(tail, DENSE * tail / max(len(sentences), 1))
    before = sum(reason.weight for reason in head)
    share = 1.0 if present & PARTY else UNPLACED[language]
    total = max((before + counted) * share, 0.0)
    return Weighing(
        score=1 - math.exp(-total * math.log(2) / ENOUGH),
        reasons=tuple(sorted([*head, *rest], key=lambda reason: -abs(reason.weight))[:REASONS]),
        head=before,
        rest=tail,
        rest_counted=counted,
        share=share,
    )


def asked_of(present: frozenset[Concept]) -> tuple[Rule, ...]:
    """Return the rules whose context an article with these concepts gives."""
    return tuple(rule for rule in rules() if rule.asks(present))


def reasons_in(sentence: Sentence, asked: Sequence[Rule]) -> list[Reason]:
    """Return the weightiest rules for and against in a sentence; against only where it is prominent."""
    place = _place(sentence)
    found: list[Reason] = []
    for rule in asked:
        if rule.near[0].isdisjoint(sentence.present) or (rule.weight < 0 and not sentence.prominent):
            continue
        if hits := rule.finds(sentence):
            words, span = sentence.span(hits)
            found.append(Reason(rule=rule.name, weight=round(rule.weight * place, 2), words=words, span=span))
    spoken_for = sorted((r for r in found if r.weight > 0), key=lambda reason: -reason.weight)[:AT_MOST]
    against = sorted((r for r in found if r.weight < 0), key=lambda reason: reason.weight)[:AT_MOST]
    return spoken_for + against


def _place(sentence: Sentence) -> float:
    if sentence.number == 0:
        return TITLE
    if sentence.prominent:
        return LEAD
    return LINE if sentence.is_line else TAIL
