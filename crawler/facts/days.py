"""The days a text names, resolved against the day of publication: 'on Tuesday', 'вчора', '5 марта', 'two weeks ago'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from crawler.facts.numbers import words

MONTH_STEMS = (
    r"jan(?:uary)?|январ[ьяе]|січ(?:ень|ня|ні)", r"feb(?:ruary)?|феврал[ьяе]|лют(?:ий|ого|ому)", r"mar(?:ch)?|март[ае]?|берез(?:ень|ня|ні)",
    r"apr(?:il)?|апрел[ьяе]|квіт(?:ень|ня|ні)", r"may|ма[йяе]|трав(?:ень|ня|ні)", r"june?|июн[ьяе]|черв(?:ень|ня|ні)",
    r"july?|июл[ьяе]|лип(?:ень|ня|ні)", r"aug(?:ust)?|август[ае]?|серп(?:ень|ня|ні)", r"sep(?:t(?:ember)?)?|сентябр[ьяе]|верес(?:ень|ня|ні)",
    r"oct(?:ober)?|октябр[ьяе]|жовт(?:ень|ня|ні)", r"nov(?:ember)?|ноябр[ьяе]|листопад[аі]?", r"dec(?:ember)?|декабр[ьяе]|груд(?:ень|ня|ні)",
)  # fmt: skip
MONTH = "(?:" + "|".join(MONTH_STEMS) + ")"

YEAR = r"(?:,? (?P<year>20\d\d)(?!\d))?"
RANGE = r"(?P<day>\d{1,2})(?:-?(?:го|е|й|th|st|nd|rd))?(?:\s?(?:-|–|—|to|and|по|и|і|та|й)\s?(?P<last>\d{1,2})(?:th|st|nd|rd|-?го|-?е)?)?"

DAY_MONTH = re.compile(rf"(?<![\d.,:]){RANGE}(?: of)? (?P<month>{MONTH})(?![\w-])\.?{YEAR}")
MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<month>{MONTH})\.? (?:the )?{RANGE.replace('(?:-?(?:го|е|й|th|st|nd|rd))?', '(?:th|st|nd|rd)?', 1)}(?![\d:]|[ ,]\d{{3}}(?!\d)){YEAR}"
)
SPELLED_DAY = re.compile(rf"(?<!\w)(?P<ordinal>(?:[\w']+ )?[\w']+) (?P<month>{MONTH})(?!\w)")
IN_MONTH = re.compile(
    rf"(?<!\w)(?P<lead>in|during|since|last|by|early|late|mid|в|во|с|до|у|від|з|до|из|конце|начале|середине|прошлого|наприкінці|минулого|початку|середині|кінці)[ -](?:early |late |mid-?)?(?P<month>{MONTH})(?!\w){YEAR}(?!\.? (?:\d{{1,2}}(?!\d)))"
)
MONTH_YEAR = re.compile(rf"(?<!\w)(?P<month>{MONTH}) (?P<year>20\d\d)(?!\d)")
IN_YEAR = re.compile(
    r"(?<!\w)(?:in|в|у|since|with|с|з|від|за|of)(?: the end of| early| late)? (?P<year>20\d\d)(?:-?(?:м|му|ом|го))?(?!\d)"
)

WEEKDAYS = (
    r"mon(?:day)?(?!\w)|понедельник|понеділ", r"tuesday|вторник|вівтор", r"wednesday|сред[уаы](?!\w)|серед[ауи](?!\w)", r"thursday|четверг|четвер(?!о|т|ы|и)",
    r"friday|пятниц|п'ятниц", r"saturday|суббот|субот", r"sunday|воскресень|неділ",
)  # fmt: skip
WEEKDAY = re.compile("(?<!\\w)(?:" + "|".join(f"(?P<d{n}>{stem})" for n, stem in enumerate(WEEKDAYS)) + ")")

RELATIVE = (
    (0, re.compile(r"(?<!\w)(?:today|the same day|в этот же день|в тот же день|того ж дня|цього ж дня|сегодня|сьогодні|this (?:morning|afternoon|evening)|цього дня|нині|tonight)(?!\w)")),
    (-1, re.compile(r"(?<!\w)(?:yesterday|вчера|вчора|учора|накануне|напередодні|the day before|a day earlier|днем ранее|днем раньше)(?!\w)")),
    (-2, re.compile(r"(?<!\w)(?:the day before yesterday|позавчера|позавчора)(?!\w)")),
    (1, re.compile(r"(?<!\w)(?:tomorrow|завтра)(?!\w)")),
    (2, re.compile(r"(?<!\w)(?:the day after tomorrow|послезавтра|післязавтра)(?!\w)")),
)  # fmt: skip

AGO = re.compile(
    r"(?<!\w)(?P<number>\d{1,2}|[^\W\d]+) (?P<unit>days?|weeks?|months?|years?|дн[яеій]й?|днів|дні|день|недел[июьяе]|недель|месяц\w*|год\w*|тиж\w*|місяц\w*|рок\w*|рік)"
    r" (?:ago|earlier|before|назад|тому|раньше|ранее|раніше|до этого|до того)(?!\w)"
)
DAY_ONLY = re.compile(
    r"(?<![\w.,:])(?P<day>\d{1,2})-?(?:го|е|му)(?: числа)?(?!\w| (?:\w+ )?(?:обмен|обмін|этап|етап|полк|бригад))"
)
"""`10-го числа`, `6-го`: the day of this month, or of the month before."""

BARE_AGO = re.compile(r"(?<!\w)(?P<unit>неделю|месяц|год|тиждень|місяць|рік) (?:назад|тому|раньше|раніше)")

ORDINAL_STEMS = (
    ("перв", 1), ("перш", 1), ("втор", 2), ("друг", 2), ("трет", 3), ("четверт", 4), ("пят", 5), ("п'ят", 5), ("шест", 6), ("шост", 6),
    ("седьм", 7), ("сьом", 7), ("восьм", 8), ("девят", 9), ("дев'ят", 9), ("десят", 10), ("одиннадцат", 11), ("одинадцят", 11),
    ("двенадцат", 12), ("дванадцят", 12), ("тринадцат", 13), ("тринадцят", 13), ("четырнадцат", 14), ("чотирнадцят", 14), ("пятнадцат", 15),
    ("п'ятнадцят", 15), ("шестнадцат", 16), ("шістнадцят", 16), ("семнадцат", 17), ("сімнадцят", 17), ("восемнадцат", 18), ("вісімнадцят", 18),
    ("девятнадцат", 19), ("дев'ятнадцят", 19), ("двадцат", 20), ("двадцят", 20), ("тридцат", 30), ("тридцят", 30),
)  # fmt: skip
ORDINAL_END = re.compile(
    r"(?:ого|его|ое|ый|ій|ий|е|ому|ом|ым|им|ім|ьего|ього|я|ая|ою|а|ой|у|ую|ьем|ьому|ей|ья|ої)$"
)
EN_ORDINALS = {
    word: n
    for n, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
}


@dataclass(frozen=True, slots=True)
class DayMention:
    """Where a text names a day, and which: the first and last day meant, equal where it is one."""

    start: int
    end: int
    first: date
    last: date

    @property
    def exact(self) -> bool:
        """True where one day or a few are meant, not a month or a year."""
        return (self.last - self.first).days < 7


@lru_cache(maxsize=4096)
def days_in(text: str, published: date, language: str) -> tuple[DayMention, ...]:
    """Return every day a folded text names, in order; where two readings overlap, the longer one."""
    found = sorted(
        _all(text, published, language), key=lambda one: (one.start, -(one.end - one.start), one.first)
    )
    kept: list[DayMention] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def ordinal(word: str) -> int | None:
    """Return the number of an ordinal word of any language: `шестьдесят восьмой` gives 68, `second` 2.

    >>> ordinal("шістдесят восьмий"), ordinal("second"), ordinal("обмен")
    (68, 2, None)
    """
    head, _, tail = word.strip().rpartition(" ")
    last = EN_ORDINALS.get(tail) or next(
        (
            n
            for stem, n in reversed(ORDINAL_STEMS)
            if tail.startswith(stem) and ORDINAL_END.fullmatch(tail[len(stem) :])
        ),
        None,
    )
    if last is None:
        return None
    tens = words("ru").get(head) or words("uk").get(head) or words("en").get(head.rstrip("-")) or 0
    return last + tens if tens in range(20, 100, 10) and last < 10 else last


def _all(text: str, published: date, language: str) -> Iterator[DayMention]:
    for pattern in (DAY_MONTH, MONTH_DAY):
        for match in pattern.finditer(text):
            yield from _named(match, int(match["day"]), int(match["last"] or match["day"]), published)
    for match in SPELLED_DAY.finditer(text):
        start = match.start()
        number = ordinal(match["ordinal"])
        if number is None and " " in match["ordinal"]:
            number, start = ordinal(match["ordinal"].split()[-1]), start + match["ordinal"].rindex(" ") + 1
        if number:
            yield from _named(match, number, number, published, start)
    for match in DAY_ONLY.finditer(text):
        yield from _of_this_month(match, published)
    for match in WEEKDAY.finditer(text):
        yield _weekday(match, text, published)
    for offset, pattern in RELATIVE:
        for match in pattern.finditer(text):
            day = published + timedelta(days=offset)
            yield DayMention(match.start(), match.end(), day, day)
    yield from _ago(text, published, language)
    yield from _spans(text, published)


def _named(
    match: re.Match[str], first: int, last: int, published: date, start: int | None = None
) -> Iterator[DayMention]:
    number = _month(match["month"])
    year = match.groupdict().get("year")
    day = _nearest(first, number, int(year) if year else None, published)
    end = _nearest(last, number, int(year) if year else None, published)
    if day and end:
        yield DayMention(match.start() if start is None else start, match.end(), day, max(day, end))


@cache
def _month(name: str) -> int:
    return next(n for n, stem in enumerate(MONTH_STEMS, start=1) if re.fullmatch(stem, name))


def _of_this_month(match: re.Match[str], published: date) -> Iterator[DayMention]:
    number = int(match["day"])
    month = (
        published.replace(day=1)
        if number <= published.day
        else (published.replace(day=1) - timedelta(days=1))
    )
    day = _nearest(number, month.month, month.year, published)
    if day:
        yield DayMention(match.start(), match.end(), day, day)


def _nearest(day: int, month: int, year: int | None, published: date) -> date | None:
    """Return the day in the year named, else in the year that puts it nearest, rather behind than ahead."""
    for candidate in [year] if year else [published.year, published.year - 1, published.year + 1]:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year or -320 < (found - published).days < 45:
            return found
    return None


def _weekday(match: re.Match[str], text: str, published: date) -> DayMention:
    number = int((match.lastgroup or "d0")[1:])
    day = published - timedelta(days=(published.weekday() - number) % 7)
    before = text[max(0, match.start() - 14) : match.start()]
    if re.search(r"(?:last|прошл\w+|минул\w+) $", before) and day == published:
        day -= timedelta(days=7)
    if re.search(r"(?:next|following|следующ\w+|наступн\w+) $", before):
        day += timedelta(days=7)
    return DayMention(match.start(), match.end(), day, day)


def _ago(text: str, published: date, language: str) -> Iterator[DayMention]:
    for match in AGO.finditer(text):
        raw = match["number"]
        number = int(raw) if raw.isdigit() else words(language).get(raw, 1 if raw in ("a", "an") else 0)
        if number:
            yield _back(match, number, published)
    for match in BARE_AGO.finditer(text):
        yield _back(match, 1, published)


def _back(match: re.Match[str], number: int, published: date) -> DayMention:
    unit = match["unit"]
    if re.match(r"day|дн|день", unit):
        day = published - timedelta(days=number)
        return DayMention(match.start(), match.end(), day, day)
    length = 7 if re.match(r"week|недел|тиж", unit) else 30 if re.match(r"month|месяц|місяц", unit) else 365
    middle = published - timedelta(days=number * length)
    slack = timedelta(days=max(1, length // 4))
    return DayMention(match.start(), match.end(), middle - slack, middle + slack)


def _spans(text: str, published: date) -> Iterator[DayMention]:
    for pattern in (IN_MONTH, MONTH_YEAR):
        for match in pattern.finditer(text):
            month, year = _month(match["month"]), match["year"]
            number = int(year) if year else published.year - (month > published.month)
            first = date(number, month, 1)
            yield DayMention(match.start(), match.end(), first, _month_end(first))
    for match in IN_YEAR.finditer(text):
        year_number = int(match["year"])
        yield DayMention(match.start(), match.end(), date(year_number, 1, 1), date(year_number, 12, 31))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
