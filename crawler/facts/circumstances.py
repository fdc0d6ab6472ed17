"""Date, stage, sequence, deal, mediators and place of an exchange, where the text settles them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.facts.days import WEEKDAY, DayMention, days_in, ordinal
from crawler.facts.phrases_data import pattern, patterns
from crawler.facts.text import Sentence, sentences
from crawler.model import Article, Conflict, Kind, Part, Verdict

KYIV = ZoneInfo("Europe/Kyiv")

STAGE = re.compile(
    r"(?<![\w'])(?:(?P<word>[\w']+)|(?P<digits>\d{1,2})-?(?:й|го|м|му|ий|ый|th|st|nd|rd))"
    r"(?:,? (?:and )?(?:final|last|последн\w+|завершальн\w+|заключительн\w+|останн\w+),?)? (?:stage|phase|part|этап\w*|етап\w*|фаз\w*)(?!\w)"
)
STAGE_FIRST = re.compile(
    r"(?<![\w'])(?:stage|phase|этап|етап) (?:(?P<digits>\d{1,2})(?!\d)|(?P<word>[\w']+))"
)

SEQUENCE = re.compile(
    r"(?<![\w'-])(?:(?P<digits>\d{1,3})-?(?:st|nd|rd|th|й|го|м|му|ий|ый|им|ым|е)(?!\w)|(?P<word>(?:[^\W\d]+[ -])?[^\W\d][\w']+))"
)
EXCHANGE_NOUN = re.compile(r"(?<!\w)(?:exchange|swap|round|обмен|обмін)")
AFTER_ORDINAL = 35
"""Characters after `on the 14th` within which it must say what it counts, or it is a day."""

NO_SEQUENCE = re.compile(
    r"^[^.;]{0,24}?(?:of the year|this year|in a week|in \d|в году|этого года|с начала года|цього року|з початку року|за неделю|за тиждень|за місяць|в этом"
    r"|у 20\d\d|в 20\d\d|бригад|полк|brigade|regiment|числ|день|day|этап|етап|stage|phase|рік|год(?!\w)|статт|лют|берез|квіт|трав|черв|лип|серп|верес|жовт"
    r"|листоп|груд|січ|январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентяб|октяб|нояб|декаб|of (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)

AGREED = re.compile(
    r"(?<!\w)(?:agree|deal|accord|understanding|formula|protocol|truce|ceasefire|brokered|договор|соглаш|услови|достигнут|протокол|перемир|домовл|домови|угод|погод"
    r"|на виконання|в рамках|у межах|in line with|under the)"
)
TRUCE = re.compile(
    r"(?<!\w)(?:ceasefire|truce|перемири|прекращени\w+ огня|перемир'|припинен\w+ вогню|угод|сделк)"
)

AGREED_IN = {"Istanbul", "Geneva", "Minsk"}
"""Cities that stand for what was agreed there; others also host handovers and mediators."""

VENUE = re.compile(
    r"(?:airport|аэропорт|аеропорт|mediat|посредн|посередн|foreign ministry|мид |мзс |содейств|сприян)"
)

NOT = re.compile(r"(?:\bnot\b|\bто(?:го)? не\b|wrong|attributed|помилк|ошибк)")

MET = re.compile(r"(?:commissioners?|ombudsm|омбудсм|уполномоченн)")

LEAD = 2
"""Sentences at the start of a text that tell its news."""

YESTERDAY = re.compile(r"yesterday|вчера|накануне|вчора|учора|напередодні")

AHEAD_DAYS = 45
"""Days ahead within which an exchange is announced."""

HAPPENED = {Kind.EXCHANGE_COMPLETED, Kind.BODIES_REPATRIATED}
EXPECTED = {Kind.EXCHANGE_ANNOUNCED, Kind.POSTPONED_OR_FAILED}


def circumstances(article: Article, language: str, verdict: Verdict) -> dict[str, Any]:
    """Return the fields of a verdict that this room fills in."""
    read = (*sentences(article.title, Part.TITLE), *sentences(article.text, Part.TEXT))
    lead = tuple(one for one in read if one.part is Part.TITLE or one.number < LEAD)
    review = (
        verdict.kind is Kind.BACKGROUND
    )  # it may tell of many exchanges: what is not in its lead is not its own
    return {
        "exchange_date": exchange_day(read, article, verdict, language),
        "stage": _stage(read),
        "sequence": _sequence(lead if review else read, language),
        "deal": _deal(read, verdict, language),
        "mediators": _mediators(lead if review else read, language),
        "transfer_place": _place(read, language),
        "numbers_disclosed": False
        if any(pattern(language, "withheld").search(one.text) for one in read)
        else None,
    }


def _stage(read: tuple[Sentence, ...]) -> int | None:
    """Return the first stage named: `second stage`, `2-й этап`, `третий, последний этап`, `етап дев'ятий`."""
    for sentence in read:
        found = sorted(
            (*STAGE.finditer(sentence.text), *STAGE_FIRST.finditer(sentence.text)), key=re.Match.start
        )
        for match in found:
            digits, word = match["digits"], match["word"]
            number = int(digits) if digits else ordinal(word or "")
            if number and 0 < number < 40:
                return number
    return None


def _sequence(read: tuple[Sentence, ...], language: str) -> int | None:
    """Return the running number of the war's exchanges: `the 63rd exchange`, `шестьдесят восьмым по счету`."""
    for sentence in read:
        if not EXCHANGE_NOUN.search(sentence.text):
            continue
        for match in SEQUENCE.finditer(sentence.text):
            number = int(match["digits"]) if match["digits"] else ordinal(match["word"])
            after = sentence.text[match.end() :]
            dated = re.search(r"(?:on|and) the $", sentence.text[: match.start()])
            if language == "en" and dated and not EXCHANGE_NOUN.search(after[:AFTER_ORDINAL]):
                continue
            if number and 20 < number < 400 and not NO_SEQUENCE.match(after):
                return number
    return None


def _deal(read: tuple[Sentence, ...], verdict: Verdict, language: str) -> str | None:
    """Return the framework under which people move: where it was agreed, else the formula of a thousand.

    A review of many exchanges has no single one; a city that only hosts a handover or mediates is none.
    """
    if verdict.kind is Kind.BACKGROUND:
        return None
    if verdict.conflict is Conflict.ISRAEL_PALESTINE:
        return "Gaza ceasefire" if any(TRUCE.search(one.text) for one in read) else None
    for sentence in read:
        match = pattern(language, "deal").search(sentence.text)
        if match is None or match.lastgroup is None:
            continue
        if match.lastgroup in AGREED_IN or AGREED.search(sentence.text):
            around = sentence.text[match.start() - 30 if match.start() > 30 else 0 : match.end() + 10]
            if match.lastgroup in AGREED_IN or not VENUE.search(around):
                return match.lastgroup.replace("_", " ")
    formula = re.compile(
        r"(?<!\d)(?:1[ ,]?000|thousand|тысяч\w+|тисяч\w+)[ -]?(?:for|на)[ -]?(?:1[ ,]?000|an? thousand|тысяч\w+|тисяч\w+)"
    )
    return "1000 for 1000" if any(formula.search(one.text) for one in read) else None


def _mediators(read: tuple[Sentence, ...], language: str) -> tuple[str, ...]:
    """Return those credited in a sentence that speaks of mediation, but not as the place of talks."""
    found: dict[str, None] = {}
    hosted = pattern(language, "hosted")
    for sentence in read:
        if not pattern(language, "mediated").search(sentence.text) or NOT.search(sentence.text):
            continue
        for name, words in patterns(language, "mediator"):
            for match in words.finditer(sentence.text):
                before = sentence.text[max(0, match.start() - 16) : match.start()].rstrip()
                if not any(one.end() == len(before) for one in hosted.finditer(before)):
                    found[name.replace("_", " ")] = None
    return tuple(found)


def _place(read: tuple[Sentence, ...], language: str) -> str | None:
    """Return where people were handed over, as the first sentence says that names such a place."""
    told = [
        sentence.text
        for sentence in read
        if pattern(language, "handed_at").search(sentence.text) and not MET.search(sentence.text)
    ]
    names = patterns(language, "place")
    return next(
        (name.replace("_", " ") for text in told for name, words in names if words.search(text)), None
    )


def exchange_day(
    read: tuple[Sentence, ...], article: Article, verdict: Verdict, language: str
) -> date | None:
    """Return the day of the exchange, resolved against the day of publication in Kyiv; None where nothing settles it."""
    if article.published is None:
        return None
    published = article.published.astimezone(KYIV).date()
    if verdict.kind in HAPPENED:
        return _day_of(_candidates(read, published, language), published)
    if verdict.kind in EXPECTED:
        return _day_ahead(read, published, language, postponed=verdict.kind is Kind.POSTPONED_OR_FAILED)
    if verdict.kind is Kind.BACKGROUND:
        lead = tuple(one for one in read if one.part is Part.TITLE or one.number < LEAD)
        named = (one.day for one in _candidates(lead, published, language, window=60) if one.named)
        return next(named, None)
    return None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A day on which a sentence says that something moved."""

    day: date
    named: bool
    """True for a day of a month, False for `yesterday` and the like."""
    lead: bool
    """True in the title and the first sentences."""
    yesterday: bool


def _day_of(candidates: Iterator[_Candidate], published: date) -> date:
    """Return the day an exchange took place: one of the lead, else today, else the first told, else the day of publication."""
    found = [one for one in candidates if one.lead or not one.yesterday]
    ranked = (
        [one for one in found if one.lead],
        [one for one in found if one.day == published],
        [one for one in found if one.named],
        found,
    )
    return next((group[0].day for group in ranked if group), published)


def _day_ahead(read: tuple[Sentence, ...], published: date, language: str, *, postponed: bool) -> date | None:
    """Return the first day named for something to come; a weekday then is the next one, unless it was put off."""
    today = None
    for sentence in read:
        for day in days_in(sentence.text, published, language):
            words = sentence.text[slice(*sentence.clause_of(day.start))]
            if (
                day.first != day.last
                or _other_matter(sentence.text, day, language)
                or _dateline(sentence, day)
            ):
                continue
            coming = any(pattern(language, word).search(words) for word in ("event.planned", "event.agreed"))
            first = day.first
            said = _spoken_on(sentence.text, day, language)
            weekday = WEEKDAY.fullmatch(sentence.text[day.start : day.end])
            if coming and postponed and not said and -7 <= (first - published).days <= AHEAD_DAYS:
                return first
            if coming and weekday and not said and first <= published:
                first += timedelta(days=7)
            if coming and 0 < (first - published).days <= AHEAD_DAYS:
                return first
            if coming and first == published and not said:
                today = today or first
    return today


def _spoken_on(text: str, day: DayMention, language: str) -> bool:
    """Say whether a day is that of speech: `said on Friday`, `on Friday published`."""
    near = text[max(0, day.start - 14) : day.end + 14]
    return bool(pattern(language, "speech").search(near))


def _dateline(sentence: Sentence, day: DayMention) -> bool:
    """Say whether a day belongs to a dateline: `KYIV, May 23 - …`, `Москва. 23 мая. …`."""
    before, after = sentence.text[: day.start], sentence.text[day.end : day.end + 4]
    return bool(
        sentence.number < LEAD
        and re.fullmatch(r"[\w /-]{3,30}[,.] ", before)
        and re.match(r"\.?(?: [—–-]|\.|$)", after)
    )


def _candidates(
    read: tuple[Sentence, ...], published: date, language: str, *, window: int = 8
) -> Iterator[_Candidate]:
    """Yield the days on which something moved, in the order of the text."""
    for sentence in read:
        if not any(
            pattern(language, word).search(sentence.text)
            for word in ("done", "verb.got", "verb.gave", "verb.swapped")
        ):
            continue
        for day in days_in(sentence.text, published, language):
            if not day.exact or _other_matter(sentence.text, day, language):
                continue
            if day.first != day.last and not re.search(r"\d", sentence.text[day.start : day.end]):
                continue
            clause = sentence.text[slice(*sentence.clause_of(day.start))]
            if pattern(language, "event.planned").search(clause) and not pattern(language, "done").search(
                clause
            ):
                continue
            if -window <= (day.last - published).days <= 0:
                words = sentence.text[day.start : day.end]
                lead = sentence.part is Part.TITLE or sentence.number < LEAD
                named = bool(re.search(r"\d|[\w']+ого ", words))
                yield _Candidate(day.last, named, lead, yesterday=bool(YESTERDAY.fullmatch(words)))


def _other_matter(text: str, day: DayMention, language: str) -> bool:
    """Say whether a day is that of an agreement, an earlier exchange or the start of captivity."""
    own = text[day.start : day.end]
    if re.search(r"ранее|раньше|раніше|earlier|before", own) or pattern(language, "recalled").match(
        text.lstrip(" —–-")
    ):
        return True
    before = text[max(0, day.start - 45) : day.start]
    pieces = re.split(r"[,;:(]\s", before)
    clause = ", ".join(pieces[-2:]) if len(pieces) > 1 and not pieces[-1] else pieces[-1]
    return bool(
        re.search(
            r"(?<!\w)(?:since|from|agreed (?:\w+ )?(?:on|in)?|due on|с|со|з|від|согласованн\w+|договор\w+|домовл\w+|домовил\w+|условил\w+|talks (?:on|in)|переговор\w+|перемовин\w+)(?: \w+){0,2}\s$",
            clause,
        )
        or pattern(language, "event.earlier_exchange").search(clause)
    )
