"""What an article mainly reports, by the words of its title and first sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.model import Kind
from crawler.tagging.lexicon import Concept
from crawler.tagging.sentences import Sentence

POSTPONED = re.compile(
    r"postpon|call(?:ed|s)? off|cancel|collaps|did not take place|fell through|suspend|отлож|сорва|не состоял|перенес|отмен(?:ен|ил)"
    r"|приостанов|відклад|зірва|не відбу|скасова|перенес|призупин"
)
AHEAD = re.compile(
    r"\bwill\b|to be (?:held|exchanged|swapped)|plan(?:s|ned)?\b|expected|tomorrow|due (?:to|on)|prepar|next week|coming days|состоится|готов(?:ится|ят|ятся)"
    r"|планир|ожида|завтра|предстоит|будет|пройдет|відбудеться|готу(?:ється|ють|ємо)|планує|очіку|буде\b|найближч"
)
AGREED = re.compile(
    r"agree[ds]?\b|agreement|deal\b|negotiat|talks|договор(?:ил|ен)|соглаш|переговор|домов(?:ил|лен)|угод|перемов"
)
DONE = re.compile(
    r"exchanged|swapped|returned|freed|released|(?:came|are|goes|go|went|walk) (?:home|free)|back home|brought|took place|handed over|вернул|отпустил|встретил|обменял|состоял|освобожден|возвращен"
    r"|передан|поверну(?:л|то)|відбу|обмінял|звільнен|вдома|удома|дома\b|передал"
)
FORMULA = re.compile(r"\d[\d ,]* (?:for|на) \d")


def kind_of(sentences: Sequence[Sentence], _language: str) -> Kind:
    """Return what a relevant article mainly reports."""
    head = [sentence for sentence in sentences if sentence.prominent]
    words = " ".join(sentence.text for sentence in head)
    title = " ".join(sentence.text for sentence in head if sentence.number == 0)
    if POSTPONED.search(title) or (POSTPONED.search(words) and not DONE.search(title)):
        return Kind.POSTPONED_OR_FAILED
    bodies = sum(len(sentence.of(frozenset({Concept.BODIES}))) for sentence in head)
    living = sum(len(sentence.of(frozenset({Concept.CAPTIVE, Concept.PEOPLE}))) for sentence in head)
    title_bodies = any(sentence.of(frozenset({Concept.BODIES})) for sentence in head if sentence.number == 0)
    exchange = any(
        sentence.of(frozenset({Concept.SWAP, Concept.CAPTIVE})) for sentence in head if sentence.number == 0
    )
    if (title_bodies and not exchange) or bodies > living:
        return Kind.BODIES_REPATRIATED
    return _of_title(title) or _of_words(words)


def _of_title(title: str) -> Kind | None:
    """Return what the title settles."""
    if AHEAD.search(title):
        return Kind.EXCHANGE_ANNOUNCED
    if DONE.search(title) or FORMULA.search(title):
        return Kind.EXCHANGE_COMPLETED
    return Kind.AGREEMENT if AGREED.search(title) else None


def _of_words(words: str) -> Kind:
    """Return what the first sentences settle."""
    if AHEAD.search(words) and not DONE.search(words):
        return Kind.EXCHANGE_ANNOUNCED
    if DONE.search(words):
        return Kind.EXCHANGE_COMPLETED
    return Kind.AGREEMENT if AGREED.search(words) else Kind.BACKGROUND
