"""Relevance: which concepts meet in one sentence, how near, and where in the article."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawler.model import Reason
from crawler.tagging.lexicon import Concept
from crawler.tagging.sentences import Hit, Sentence

NEAR = 90
"""Characters within which two words of a rule must stand: about twelve words."""

FORMULA = re.compile(
    r"(?<![\d.,:])(\d{1,4}(?:[ ,]\d{3})*)[ -]*(?:for|на|x|×|to)[ -]*(\d{1,4}(?:[ ,]\d{3})*)(?![\d%])"
)
"""185 на 185; 1,000 for 1,000; 1,000-for-1,000."""

COUNT = re.compile(
    r"(?<![\d.,])\d{1,3}(?:[ ,]\d{3})+(?!\d)|(?<![\d.,])\d{1,5}(?![\d.,%]*\d)|\b(?:сотн|десятк|двадцят|тридцят|двести|двісті|hundred|dozen|thousand|тысяч|тисяч)"
)

AT_HOME = re.compile(r"\b(?:home|додому|вдома|удома|дома|домой)\b")
"""Words that say where soldiers came back to."""

TITLE, LEAD, TAIL = 2.0, 1.5, 0.5
"""What a rule weighs in the title, the first sentences, and the rest."""

ENOUGH = 2.6
"""Weight at which the score is 0.5."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named meeting of concepts and what it weighs."""

    name: str
    weight: float
    finds: Callable[[Sentence], list[Hit]]


def near(first: Sequence[Concept], second: Sequence[Concept]) -> Callable[[Sentence], list[Hit]]:
    """Return a finder for two groups of concepts standing near each other in a sentence."""

    def finds(sentence: Sentence) -> list[Hit]:
        for one in sentence.of(*first):
            for other in sentence.of(*second):
                if other is not one and min(abs(other.start - one.end), abs(one.start - other.end)) <= NEAR:
                    return [one, other]
        return []

    return finds


def _formula(sentence: Sentence) -> list[Hit]:
    """N for N, beside people, captives or an exchange."""
    match = FORMULA.search(sentence.text)
    beside = sentence.of(Concept.EXCHANGE, Concept.CAPTIVITY, Concept.PEOPLE, Concept.HOME)
    if match is None or not beside:
        return []
    return [Hit(Concept.EXCHANGE, sentence.start + match.start(), sentence.start + match.end()), beside[0]]


def _homecoming(sentence: Sentence) -> list[Hit]:
    """A counted group of soldiers or civilians that came home: 'додому повернулися 185 захисників'."""
    home, people = sentence.of(Concept.HOME), sentence.of(Concept.PEOPLE)
    if not (home and people and COUNT.search(sentence.text)):
        return []
    pair = near([Concept.HOME], [Concept.PEOPLE])(sentence)
    sure = len({hit.start for hit in home}) > 1 or sentence.of(Concept.SIDE) or AT_HOME.search(sentence.text)
    return pair if sure else []


def _bodies(sentence: Sentence) -> list[Hit]:
    """Bodies that were returned from one side to the other."""
    pair = near([Concept.BODIES], [Concept.HOME, Concept.EXCHANGE, Concept.RECEIVED])(sentence)
    return pair if pair and (sentence.of(Concept.SIDE, Concept.PEOPLE, Concept.INSTITUTION)) else []


RULES = (
    Rule("exchange_of_captives", 3.0, near([Concept.EXCHANGE], [Concept.CAPTIVITY])),
    Rule("return_from_captivity", 3.0, near([Concept.HOME], [Concept.CAPTIVITY])),
    Rule("formula", 2.5, _formula),
    Rule("bodies_returned", 3.0, _bodies),
    Rule("homecoming", 2.7, _homecoming),
    Rule("exchange_of_people", 2.0, near([Concept.EXCHANGE], [Concept.PEOPLE])),
    Rule("exchange_of_convicts", 2.0, near([Concept.EXCHANGE], [Concept.CONVICTS])),
    Rule("agreed_exchange", 2.0, near([Concept.NEGOTIATION], [Concept.EXCHANGE])),
    Rule(
        "institution",
        1.0,
        near([Concept.INSTITUTION], [Concept.HOME, Concept.EXCHANGE, Concept.BODIES, Concept.CAPTIVITY]),
    ),
)


def weighed(sentences: Sequence[Sentence], language: str) -> tuple[float, tuple[Reason, ...]]:
    """Return the score of an article from 0 to 1, and the reasons for it, weightiest first."""
    reasons: list[Reason] = []
    for sentence in sentences:
        reasons += _reasons(sentence)
    prominent = sum(reason.weight for reason in reasons if reason.weight >= LEAD)
    tail = sum(reason.weight for reason in reasons if reason.weight < LEAD)
    tail_share = tail / max(len(sentences), 1)
    # the rest of a long story counts by its density: one passing mention does not make a report
    total = prominent + min(tail, 12.0 * min(tail_share, 1.0))
    if not any(sentence.of(Concept.SIDE) for sentence in sentences):
        # a report in Russian or Ukrainian need not say whose war it is; one in English nearly always does
        total *= 0.4 if language == "en" else 0.7
    score = 1 - math.exp(-total * math.log(2) / ENOUGH)
    return score, tuple(sorted(reasons, key=lambda reason: -reason.weight))[:20]


def _reasons(sentence: Sentence) -> list[Reason]:
    place = TITLE if sentence.number == 0 else LEAD if sentence.prominent else TAIL
    found = []
    for rule in RULES:
        hits = rule.finds(sentence)
        if hits:
            words, span = sentence.span(hits)
            weight = round(rule.weight * place / 1.5, 2)
            found.append(Reason(rule=rule.name, weight=weight, words=words, span=span))
    return sorted(found, key=lambda reason: -reason.weight)[:2]
