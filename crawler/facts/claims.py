"""Claims: what a number counts, who receives them, which event, who says so. An open side stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.facts.numbers import Count, counts
from crawler.facts.phrases_data import first, patterns
from crawler.language import Folded, folded
from crawler.model import (
    Article,
    Category,
    Claim,
    Conflict,
    Event,
    Kind,
    Part,
    Party,
    Precision,
    Span,
    Speaker,
    Verdict,
)

SENTENCE_END = re.compile(r"(?<=[.!?…])[»\"”')]*\s+|\n+")

REACH = 45
"""Characters after a number within which the word for what it counts must stand."""

FORMULA = re.compile(r"[ -]*(?:for|на|x|×)[ -]*(\d{1,3}(?:[ ,]\d{3})+|\d{1,6})(?!\d)")
"""`185 на 185`, from the end of the first number."""

EACH = re.compile(
    r"\b(?:each|apiece|on (?:each|either) side|с каждой стороны|з кожного боку|по \d|від кожної сторони|из каждой)\b"
)

NO_PEOPLE = re.compile(
    r"^[\s-]*(?:years?|days?|months?|weeks?|hours?|km|kilomet|percent|exchanges?|swaps?|th\b|лет\b|год|дн|месяц|недел|час|км|процент|обмен|рок|дні|"
    r"місяц|тижн|годин|відсот|обмін|брига|полк|январ|феврал|март|апрел|ма[йя]\b|июн|июл|август|сентябр|октябр|ноябр|декабр|січ|лют|берез|квіт|трав|"
    r"черв|лип|серп|верес|жовт|листоп|груд|january|february|march|april|may\b|june|july|august|september|october|november|december|"
    r"р\.|г\.|года|року|грн|руб|долл|дол\b|\$|€|million|млн|млрд)"
)
"""What follows a number that counts no people."""

YEAR = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A title or text under reading."""

    raw: str
    part: Part
    language: str
    verdict: Verdict
    whole: Folded


@dataclass(frozen=True, slots=True)
class _Place:
    """A count in its sentence."""

    count: Count
    sentence: str
    offset: int
    """Where the sentence starts in the folded part."""


def claims_in(article: Article, language: str, verdict: Verdict) -> tuple[Claim, ...]:
    """Return the claims of a text, each once per event, side, category, subset and count; the title's where the text has none."""
    found = list(_claims(article.text, Part.TEXT, language, verdict))
    if not found:
        found = list(_claims(article.title, Part.TITLE, language, verdict))
    once: dict[tuple[object, ...], Claim] = {}
    for claim in found:
        once.setdefault((claim.event, claim.returned_to, claim.category, claim.subset, claim.count), claim)
    return tuple(once.values())


def _claims(raw: str, part: Part, language: str, verdict: Verdict) -> Iterator[Claim]:
    whole = folded(raw)
    reading = _Reading(raw, part, language, verdict, whole)
    start = 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(whole.text)), len(whole.text)]:
        sentence = whole.text[start:end]
        for count in counts(sentence, language):
            claim = _claim(_Place(count, sentence, start), reading)
            if claim is not None:
                yield claim
        start = end


def _claim(place: _Place, reading: _Reading) -> Claim | None:
    language, verdict = reading.language, reading.verdict
    count, after = place.count, place.sentence[place.count.end :]
    formula = FORMULA.match(after)
    counted = _counted(after[formula.end() :] if formula else after, language)
    if not formula and (
        NO_PEOPLE.match(after) or counted is None or (count.value in YEAR and not counted[1] < 2)
    ):
        return None
    if _second_half(place) or count.value == 0:
        return None
    reach = (formula.end() if formula else 0) + (counted[1] if counted else 0)
    if formula and counted is None and not re.search(r"обм|exchang|swap|formula|формул", place.sentence):
        return None
    first_at, last_at = reading.whole.span(place.offset + count.start, place.offset + count.end + reach)
    side, why = _side(place, language, formula, verdict)
    return Claim(
        event=_event(place, language, verdict),
        returned_to=side,
        category=Category(counted[0]) if counted else Category.PRISONERS_OF_WAR,
        count=count.value,
        precision=Precision(first(language, "precision", place.sentence[: count.start]) or Precision.EXACT),
        claimed_by=(Speaker(first(language, "speaker", place.sentence) or Speaker.OUTLET),),
        quote=reading.raw[first_at:last_at],
        span=Span(part=reading.part, start=first_at, end=last_at),
        reason=why,
    )


def _second_half(place: _Place) -> bool:
    """True for the second number of a formula."""
    return bool(re.search(r"\d[ -]*(?:for|на|x|×)[ -]*$", place.sentence[: place.count.start]))


def _counted(after: str, language: str) -> tuple[str, int] | None:
    """Return the category of the nearest word for people or bodies, and where that word ends."""
    clause = re.split(r"[,;:()—–]| и | і | та | and ", after[:REACH], maxsplit=1)[0]
    hits = [
        (m.start(), m.end(), name)
        for name, pattern in patterns(language, "category")
        if (m := pattern.search(clause))
    ]
    if not hits:
        return None
    start, end, name = min(hits)
    return (name, end) if start < REACH else None


def _side(
    place: _Place, language: str, formula: re.Match[str] | None, verdict: Verdict
) -> tuple[Party, str | None]:
    if verdict.conflict is not Conflict.RU_UA:
        return Party.UNKNOWN, "sides are read for Russia and Ukraine only so far"
    if (formula and _same(place.count.value, formula)) or EACH.search(place.sentence):
        return Party.EACH, None
    near = place.sentence[place.count.start : place.count.end + 80]
    for text in (near, place.sentence):
        sides = {name for name, pattern in patterns(language, "side") if pattern.search(text)}
        if len(sides) == 1:
            return Party(sides.pop()), None
    return Party.UNKNOWN, "the sentence names both sides" if sides else "the sentence names no side"


def _same(value: int, formula: re.Match[str]) -> bool:
    return int(re.sub(r"[ ,]", "", formula.group(1))) == value


def _event(place: _Place, language: str, verdict: Verdict) -> Event:
    for name in ("total_to_date", "still_held", "earlier_exchange", "planned"):
        if any(
            pattern.search(place.sentence) for kind, pattern in patterns(language, "event") if kind == name
        ):
            return Event(name)
    ahead = verdict.kind in (Kind.EXCHANGE_ANNOUNCED, Kind.AGREEMENT, Kind.POSTPONED_OR_FAILED)
    return Event.PLANNED if ahead else Event.THIS_EXCHANGE
