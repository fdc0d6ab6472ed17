"""Which exchange a number belongs to: this one, one planned, an earlier one, a running total, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.facts.days import DayMention
from crawler.facts.mentions import Mention
from crawler.facts.phrases_data import pattern
from crawler.model import Category, Event, Kind, Part

AHEAD = {Kind.EXCHANGE_ANNOUNCED, Kind.AGREEMENT, Kind.POSTPONED_OR_FAILED}
DONE = {Kind.EXCHANGE_COMPLETED, Kind.BODIES_REPATRIATED}
SINCE_YEAR = re.compile(r"(?:since|from|с|со|з|із|від|от) ")

IN_ALL = re.compile(
    r"(?<!\w)(?:загалом|всього|усього|всего|итого|in total|in all|altogether|a total of)(?!\w)"
)
MANY = 600
"""More living people than this came home in one day only in the exchange of a thousand for a thousand."""

FEW = 100
"""Fewer people than this with `already` before them sum up no war."""

FULFILLED = re.compile(
    r"(?<!\w)(?:fulfilled|completed|finished|wrapped up|завершил\w*|завершен\w*|завершено)(?!\w)"
)
"""A deal that has been carried out."""

YEARLY = 200
"""As many people and more within `last year` are the year's sum."""

SAME_DAY = re.compile(
    r"same day|тот же день|этот же день|того ж дня|цього ж дня|той самий день|today|сегодня|сьогодні"
)

ON_A_LIST = re.compile(
    r"(?<!\w)(?:спис(?:ок|ка|ке|ки|ков|ках|ку|ком)|перелік\w*|lists? of)(?: (?:из|на|в|із|на обмін))? $"
)

ADJACENT = 5
"""Characters between a number and the day right behind it: `1,245 on Monday`."""

LARGEST = 1300
"""More people or bodies than this never came home in one day; in a background article such a number sums up."""

SINCE = re.compile(
    r"(?<!\w)(?:since|from|until|by|с|со|з|із|від|до|after|после|після|agreed (?:on|in)|(?:reached|signed|struck|agreed)(?: \w+){0,3} on|договоренн\w+|согласованн\w+ ?(?:на переговорах)?|домовлен\w+|условились|домовилися|переговор\w+|перемовин\w+|talks(?: on)?)"
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
    mention: Mention,
    stretch: tuple[int, int],
    *,
    days: Sequence[DayMention],
    timeline: Timeline,
    language: str,
) -> Event | None:
    """Return the event that the sentence puts a number into; None where it leaves that to what went before."""
    text = mention.sentence.text
    clause = mention.sentence.clause_of(mention.count.start)
    near = text[max(stretch[0], clause[0]) : min(stretch[1], clause[1])]
    around = text[clause[0] : clause[1]]
    told = _named_event(mention, clause, near, timeline, language)
    if told is not None:
        return told
    done = pattern(language, "done").search(_without_infinitives(near))
    agreed = pattern(language, "event.agreed").search(around)
    planned = pattern(language, "event.planned").search(around)
    past = _told_as_past(text, around, near, language)
    if mention.equal and FULFILLED.search(around) and timeline.kind in DONE and not past:
        return Event.THIS_EXCHANGE
    ahead = not done and bool(agreed or planned)
    if ahead and _comes_first(mention, clause, agreed, planned):
        return Event.PLANNED
    if _totals(mention, _up_to_comma(mention, stretch, clause), days, language) or (
        mention.formula is None and SEVERAL.search(text)
    ):
        return _this_of_range(days, timeline) or Event.TOTAL_TO_DATE
    if ahead and timeline.kind in AHEAD:
        return Event.PLANNED
    dated = _by_day(mention, clause, days, timeline, language)
    if dated is not None:
        return dated
    if past:
        return Event.EARLIER_EXCHANGE
    return Event.PLANNED if ahead else None


def _named_event(
    mention: Mention, clause: tuple[int, int], near: str, timeline: Timeline, language: str
) -> Event | None:
    """Return the event that words right around a number name: still held, outside the exchange, the previous one, a list."""
    for event in (Event.STILL_HELD, Event.OUTSIDE_EXCHANGE):
        if pattern(language, f"event.{event}").search(near):
            return event
    if _after_previous(mention, clause, language) and timeline.kind is not Kind.BACKGROUND:
        return Event.EARLIER_EXCHANGE
    return Event.PLANNED if ON_A_LIST.search(mention.sentence.text[: mention.start]) else None


def _after_previous(mention: Mention, clause: tuple[int, int], language: str) -> bool:
    """Say whether a clause starts from the exchange before: `the previous exchange … 76`, not `since the last one`."""
    before = mention.sentence.text[clause[0] : mention.start]
    named = pattern(language, "event.previous").search(before)
    return bool(named and not SINCE_WORD.search(before[: named.start()]))


SINCE_WORD = re.compile(r"(?<!\w)(?:since|after|с|со|после|від|з|після|unlike|than|чем|ніж)(?: the)? $")


def _comes_first(
    mention: Mention,
    clause: tuple[int, int],
    agreed: re.Match[str] | None,
    planned: re.Match[str] | None,
) -> bool:
    """Say whether words of a plan stand before a number, or around a formula: `agreed to free 1,000`."""
    position = mention.start - clause[0]
    if agreed and (mention.formula or agreed.start() < position):
        return True
    return bool(planned and planned.end() <= position)


def _this_of_range(days: Sequence[DayMention], timeline: Timeline) -> Event | None:
    """`in all, from 23 to 25 May` sums up this exchange where these are its days."""
    day = timeline.exchange_day
    ranges = [one for one in days if one.exact and one.first != one.last]
    return Event.THIS_EXCHANGE if day and any(one.first <= day <= one.last for one in ranges) else None


def _told_as_past(text: str, around: str, near: str, language: str) -> bool:
    """Say whether words put a number into an earlier exchange: `then`, `the previous exchange`, not `said earlier`."""
    if pattern(language, "then").match(text.lstrip(' —–-"«“')):
        return True
    spoken = pattern(language, "speech").search(around)
    words = pattern(language, "captive_when").sub(" ", near if spoken else around)
    earlier = pattern(language, "event.earlier_exchange").search(words)
    return bool(earlier and not (spoken and earlier.group() in ("ранее", "раньше", "раніше", "earlier")))


WHEN = re.compile(r",? (?:when|когда|коли) ")
"""`the largest since 21 September, when 215 came home`."""

INFINITIVE = re.compile(
    r"(?<!\w)(?:to|will|would|be|being|of|for|under|could|should) (?:be )?(?:released|freed|exchanged|returned|handed|transferred|swapped|brought)(?!\w)"
)
SUPERLATIVE = re.compile(
    r"(?:largest|biggest|greatest|first|longest|крупнейш\w+|больш(?:ой|ий|им|ому)|масштабн\w+|перв\w+|найбільш\w+|найдовш\w+|перш\w+|\d-?(?:й|го|м|ий|ый|st|nd|rd|th))"
    r"[^.;]{0,60}?(?:since|of the|за|с|со|з|від|from)(?!\w)[^.;,]*"
    r"|не (?:было|было бы|бачили|видели|було) (?:с|со|від|з|из) [^;.,]*"
    r"|(?:to date|so far)(?: the)? (?:largest|biggest)|(?:largest|biggest)[^.;,]{0,30}(?:to date|so far)"
)


SEVERAL = re.compile(
    r"(?<!\w)(?:\d+|several|two|three|four|five|six|seven|eight|nine|ten|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|дві|чотири|п'ять|шість|сім|вісім|дев'ять)"
    r" (?:such )?(?:exchanges|swaps|обмена|обменов|обміни|обмінів|раунда|раундов|rounds|раундів|раунди)(?!\w)"
)
"""`three exchanges, 15 soldiers`: a number beside several exchanges sums them up."""


def _up_to_comma(mention: Mention, stretch: tuple[int, int], clause: tuple[int, int]) -> str:
    """Return the words before a number and those behind it up to the next comma: `всего` behind one belongs to the next."""
    text = mention.sentence.text
    end = min(stretch[1], clause[1])
    comma = text.find(",", mention.end, end)
    return text[max(stretch[0], clause[0]) : end if comma < 0 else comma]


def _without_infinitives(text: str) -> str:
    return INFINITIVE.sub(" ", text)


def _totals(mention: Mention, near: str, days: Sequence[DayMention], language: str) -> bool:
    """Say whether the words around a number sum up the war, a year or a deal: `so far 7,000`, `с начала года`."""
    words = SUPERLATIVE.sub(" ", pattern(language, "captive_since").sub(" ", near))
    words = pattern(language, "captive_when").sub(" ", words)
    if pattern(language, "event.total_to_date").search(words):
        return True
    before = mention.sentence.text[: mention.count.start].rstrip()
    if pattern(language, "event.total_ahead").search(near[: max(0, near.find(before[-12:]) + 12)]):
        return True
    exact = any(day.exact for day in days)
    if mention.count.value >= YEARLY and not exact and pattern(language, "event.year_total").search(words):
        return True
    many = LARGEST if mention.category is Category.BODIES else MANY
    if mention.count.value > many and mention.formula is None and IN_ALL.search(words):
        return True
    return any(
        match.end() >= len(before)
        for match in pattern(language, "event.total_before").finditer(before)
        if mention.count.value >= FEW or match.group() not in ("уже", "вже")
        if mention.count.value >= MANY or match.group() != "number is"
    )


def default_event(mention: Mention, timeline: Timeline, language: str) -> Event:
    """Return the event of a number about which the words say nothing: what the article mainly reports."""
    if timeline.kind is Kind.POSTPONED_OR_FAILED or (timeline.kind in AHEAD and mention.formula is not None):
        return Event.PLANNED
    if timeline.kind in AHEAD:
        text = mention.sentence.text
        start, end = mention.sentence.clause_of(mention.count.start)
        done = pattern(language, "done").search(text[start:end])
        if done and mention.count.value > LARGEST:
            return Event.TOTAL_TO_DATE
        return (
            Event.EARLIER_EXCHANGE
            if done and not pattern(language, "event.planned").search(text)
            else Event.PLANNED
        )
    rounded = pattern(language, "precision.at_least").search(
        mention.sentence.text[max(0, mention.count.start - 20) : mention.count.start]
    )
    sums = mention.count.value > LARGEST or (rounded and mention.count.value >= MANY)
    if (
        sums
        and mention.formula is None
        and (timeline.kind is Kind.BACKGROUND or mention.count.value > LARGEST)
    ):
        return Event.TOTAL_TO_DATE
    if (
        timeline.kind is Kind.BACKGROUND
        and timeline.exchange_day is None
        and mention.sentence.part is Part.TEXT
        and mention.sentence.number > 0
    ):
        return Event.EARLIER_EXCHANGE
    return Event.THIS_EXCHANGE


def _by_day(
    mention: Mention,
    clause: tuple[int, int],
    days: Sequence[DayMention],
    timeline: Timeline,
    language: str,
) -> Event | None:
    """Compare the day nearest to a number with the day of the exchange."""
    text = mention.sentence.text
    caught = [match.span() for match in pattern(language, "captive_when").finditer(text)]
    usable = [
        day
        for day in days
        if not SINCE.search(text[max(0, day.start - 40) : day.start])
        and not any(cut[0] <= day.start < cut[1] for cut in caught)
        and not SINCE_YEAR.match(text[day.start : day.end])
    ]
    anchor = timeline.exchange_day or timeline.published
    if anchor and any(
        WHEN.match(text[day.end :]) and day.end <= mention.start and day.last < anchor for day in days
    ):
        return Event.EARLIER_EXCHANGE
    inside = [day for day in usable if clause[0] <= day.start < clause[1]]
    before = [day for day in inside if day.end <= mention.start]
    after = [
        day
        for day in inside
        if day.start >= mention.end and not re.search(r"[,;]\s|\d", text[mention.end : day.start])
    ]
    adjacent = after and after[0].start - mention.end <= ADJACENT
    day = (
        after[0]
        if after and (adjacent or not before)
        else before[-1]
        if before
        else next((day for day in usable if day.end <= mention.start), None)
    )
    if day is None or timeline.published is None:
        return None
    anchor = timeline.exchange_day or timeline.published
    if day.first <= anchor <= day.last:
        same = day.exact and (timeline.exchange_day or SAME_DAY.search(text[day.start : day.end]))
        return Event.THIS_EXCHANGE if same else None
    if (day.last - day.first).days > 300:
        return Event.TOTAL_TO_DATE if day.last <= anchor + timedelta(days=366) else None
    if day.last < anchor:
        return Event.EARLIER_EXCHANGE if day.last < timeline.published or timeline.kind in AHEAD else None
    return Event.PLANNED if day.first > timeline.published else None
