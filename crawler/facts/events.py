"""Which exchange a number belongs to: this one, one planned, an earlier one, a running total, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.facts.days import DayMention
from crawler.facts.mentions import Mention
from crawler.facts.phrases_data import pattern
from crawler.model import Event, Kind, Part

AHEAD = {Kind.EXCHANGE_ANNOUNCED, Kind.AGREEMENT, Kind.POSTPONED_OR_FAILED}
SINCE = re.compile(
    r"(?<!\w)(?:since|from|until|by|с|со|з|із|від|до|after|после|після|agreed (?:on|in)|договоренн\w+|согласованн\w+ ?(?:на переговорах)?|домовлен\w+|условились|домовилися)"
    r"(?: the| end of| early)?\s$"
)
"""What makes a day the beginning or end of something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What the whole article is about, in time."""

    kind: Kind
    published: date | None
    exchange_day: date | None


def event_of(
    mention: Mention, stretch: tuple[int, int], *, days: list[DayMention], timeline: Timeline, language: str
) -> Event | None:
    """Return the event that the sentence puts a number into; None where it leaves that to what went before."""
    text = mention.sentence.text
    clause = mention.sentence.clause_of(mention.count.start)
    near = text[max(stretch[0], clause[0]) : min(stretch[1], clause[1])]
    around = text[clause[0] : clause[1]]
    if pattern(language, "event.still_held").search(near):
        return Event.STILL_HELD
    if pattern(language, "event.outside_exchange").search(near):
        return Event.OUTSIDE_EXCHANGE
    done = pattern(language, "done").search(_without_infinitives(near))
    agreed = pattern(language, "event.agreed").search(around)
    if agreed and not done and agreed.start() < mention.start - clause[0]:
        return Event.PLANNED
    if _totals(mention, near, language):
        return Event.TOTAL_TO_DATE
    dated = _by_day(mention, clause, days, timeline)
    if dated is not None:
        return dated
    if _told_as_past(text, around, near, language):
        return Event.EARLIER_EXCHANGE
    if (agreed or pattern(language, "event.planned").search(around)) and not done:
        return Event.PLANNED
    return None


def _told_as_past(text: str, around: str, near: str, language: str) -> bool:
    """Say whether words put a number into an earlier exchange: `then`, `the previous exchange`, not `said earlier`."""
    if pattern(language, "then").match(text.lstrip(' —–-"«“')):
        return True
    spoken = pattern(language, "speech").search(around)
    earlier = pattern(language, "event.earlier_exchange").search(near if spoken else around)
    return bool(earlier and not (spoken and earlier.group() in ("ранее", "раньше", "раніше", "earlier")))


INFINITIVE = re.compile(
    r"(?<!\w)(?:to|will|would|be|being|of|for|under|could|should) (?:be )?(?:released|freed|exchanged|returned|handed|transferred|swapped|brought)(?!\w)"
)
SUPERLATIVE = re.compile(
    r"(?:largest|biggest|greatest|first|longest|крупнейш\w+|больш(?:ой|ий|им|ому)|масштабн\w+|перв\w+|найбільш\w+|найдовш\w+|перш\w+|\d-?(?:й|го|м|ий|ый|st|nd|rd|th))"
    r"[^.;]{0,60}?(?:since|of the|за|с|со|з|від|from)(?!\w)[^.;,]*"
)


def _without_infinitives(text: str) -> str:
    return INFINITIVE.sub(" ", text)


def _totals(mention: Mention, near: str, language: str) -> bool:
    """Say whether the words around a number sum up the war, a year or a deal: `so far 7,000`, `с начала года`."""
    words = SUPERLATIVE.sub(" ", pattern(language, "captive_since").sub(" ", near))
    if pattern(language, "event.total_to_date").search(words):
        return True
    before = mention.sentence.text[: mention.count.start].rstrip()
    return any(
        match.end() >= len(before) for match in pattern(language, "event.total_before").finditer(before)
    )


def default_event(mention: Mention, timeline: Timeline, language: str) -> Event:
    """Return the event of a number about which the words say nothing: what the article mainly reports."""
    if timeline.kind in AHEAD:
        text = mention.sentence.text
        start, end = mention.sentence.clause_of(mention.count.start)
        done = pattern(language, "done").search(text[start:end])
        return (
            Event.EARLIER_EXCHANGE
            if done and not pattern(language, "event.planned").search(text)
            else Event.PLANNED
        )
    if (
        timeline.kind is Kind.BACKGROUND
        and timeline.exchange_day is None
        and mention.sentence.part is Part.TEXT
        and mention.sentence.number > 0
    ):
        return Event.EARLIER_EXCHANGE
    return Event.THIS_EXCHANGE


def _by_day(
    mention: Mention, clause: tuple[int, int], days: list[DayMention], timeline: Timeline
) -> Event | None:
    """Compare the day nearest to a number with the day of the exchange."""
    text = mention.sentence.text
    usable = [day for day in days if not SINCE.search(text[max(0, day.start - 40) : day.start])]
    inside = [day for day in usable if clause[0] <= day.start < clause[1]]
    before = [day for day in inside if day.end <= mention.start]
    after = [
        day
        for day in inside
        if day.start >= mention.end and not re.search(r"[,;]\s|\d", text[mention.end : day.start])
    ]
    day = (
        after[0]
        if after and not before
        else before[-1]
        if before
        else next((day for day in usable if day.end <= mention.start), None)
    )
    if day is None or timeline.published is None:
        return None
    anchor = timeline.exchange_day or timeline.published
    if day.first <= anchor <= day.last:
        return Event.THIS_EXCHANGE if day.exact and timeline.exchange_day else None
    if (day.last - day.first).days > 300:
        return Event.TOTAL_TO_DATE if day.last <= anchor + timedelta(days=366) else None
    if day.last < anchor:
        return Event.EARLIER_EXCHANGE if day.last < timeline.published else None
    return Event.PLANNED if day.first > timeline.published else None
