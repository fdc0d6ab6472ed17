"""Date, stage, sequence, deal, mediators and place of an exchange, where the text settles them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.dates import MONTHS
from crawler.facts.phrases_data import patterns
from crawler.language import fold
from crawler.model import Article, Kind, Verdict

KYIV = ZoneInfo("Europe/Kyiv")

ORDINALS = {
    1: "first|перв(?:ый|ого|ом|ая|ой|ую)|перш(?:ий|ого|ому|а|ої|у)",
    2: "second|втор(?:ой|ого|ом|ая|ую)|друг(?:ий|ого|ому|а|ої|у)",
    3: "third|трет(?:ий|ьего|ьем|ья|ьей)|трет(?:ій|ього|ьому|я|ьої)",
    4: "fourth|четверт(?:ый|ого|ом|ая)|четверт(?:ий|ого|ому|а)",
    5: "fifth|пят(?:ый|ого|ом|ая)|п'ят(?:ий|ого|ому|а)",
}
STAGE_WORD = r"(?:stage|phase|этап\w*|етап\w*|фаз\w*)"

SEQUENCE = re.compile(
    r"\b(\d{1,3})(?:st|nd|rd|th|-?й|-?ий|-?ый|-?го)\s+(?:\w+\s+){0,2}?(?:exchange|swap|обмен|обмін)"
)
"""the 72nd exchange; 72-й обмін."""

WITHHELD = re.compile(
    r"(?:neither|no) \w+ (?:said|disclosed|published|gave|named) (?:how many|the number|a figure|figures|numbers)|did not (?:say|disclose|give|publish) (?:how many|a figure|numbers|figures|the number)|numbers? (?:was|were) not (?:made public|disclosed)"
    r"|neither (?:side )?(?:gave|has given|named)|не (?:называ|назвал|раскрыва|уточн|сообща)\w* (?:точн\w+ )?(?:число|количеств|цифр)|число \w+ не (?:назв|раскр)"
    r"|не (?:назива|назвал|розкрива|уточню|повідомля)\w* (?:точн\w+ )?(?:кількіст|цифр|числ)|кількість \w+ не (?:назив|розкрив)"
)

MEDIATORS = {
    "UAE": r"\buae\b|emirates|эмират|оаэ\b|емірат|оае\b",
    "US": r"united states|\bu\.s\.|сша\b|вашингтон",
    "Turkey": r"turk(?:ey|iye|ish)|турци|турецк|туреччин",
    "Saudi Arabia": r"saudi|саудов",
    "Qatar": r"qatar|катар",
    "ICRC": r"red cross|красн\w+ крест|червон\w+ хрест",
    "Vatican": r"vatican|ватикан",
}
MEDIATED = re.compile(
    r"mediat|broker|посреднич|посередниц|при содействии|за сприяння|за посередництва|с участием|за участ"
)

PLACES = {
    "Belarus": r"(?:in|to|through|via) belarus|(?:в|через|на территори\w+) (?:белорусси|беларус|республик\w+ беларус)|(?:в|у|до|через) білорус",
}

TODAY = re.compile(r"\b(?:today|сегодня|сьогодні)\b")
YESTERDAY = re.compile(r"\b(?:yesterday|вчера|вчора|учора)\b")
TOMORROW = re.compile(r"\b(?:tomorrow|завтра)\b")
WEEKDAYS = (
    r"monday|понедельник|понеділ", r"tuesday|вторник|вівтор", r"wednesday|сред[уаы]\b|серед[ау]\b", r"thursday|четверг|четвер\b",
    r"friday|пятниц|п'ятниц", r"saturday|суббот|субот", r"sunday|воскресен|неділ",
)  # fmt: skip
DAY_MONTH = re.compile(r"\b(\d{1,2})\s+([^\W\d]{3,})(?:\s+(20\d\d))?")
MONTH_DAY = re.compile(r"\b([a-z]{3,9})\s+(\d{1,2})\b(?:,\s*(20\d\d))?")

DATED_KINDS = {Kind.EXCHANGE_COMPLETED, Kind.BODIES_REPATRIATED, Kind.EXCHANGE_ANNOUNCED}


def circumstances(article: Article, language: str, verdict: Verdict) -> dict[str, Any]:
    """Return the fields of a verdict that this room fills in."""
    text = fold(f"{article.title}\n{article.text}")
    sequence = SEQUENCE.search(text)
    return {
        "exchange_date": _day(article, text, verdict),
        "stage": _stage(text),
        "sequence": int(sequence.group(1)) if sequence else None,
        "deal": _deal(text, language),
        "mediators": _mediators(text),
        "transfer_place": next((name for name, words in PLACES.items() if re.search(words, text)), None),
        "numbers_disclosed": False if WITHHELD.search(text) else None,
    }


def _stage(text: str) -> int | None:
    """Return the first stage named; '2-й этап' and 'second stage' alike."""
    found = [
        (m.start(), n)
        for n, words in ORDINALS.items()
        if (m := re.search(rf"\b(?:{words}|{n}-?\w{{0,2}})\s+{STAGE_WORD}", text))
    ]
    return min(found)[1] if found else None


def _deal(text: str, language: str) -> str | None:
    for _, pattern in patterns(language, "deal"):
        if match := pattern.search(text):
            return match.lastgroup
    return None


def _mediators(text: str) -> tuple[str, ...]:
    """Return those credited in a sentence that speaks of mediation."""
    named = [s for s in re.split(r"(?<=[.!?])\s+|\n", text) if MEDIATED.search(s)]
    return tuple(name for name, words in MEDIATORS.items() if any(re.search(words, s) for s in named))


def _day(article: Article, text: str, verdict: Verdict) -> date | None:
    """Return the day of the exchange, resolved against the day of publication in Kyiv."""
    if article.published is None or verdict.kind not in DATED_KINDS:
        return None
    published = article.published.astimezone(KYIV).date()
    head = text[:700]
    if verdict.kind is Kind.EXCHANGE_ANNOUNCED:
        return published + timedelta(days=1) if TOMORROW.search(head) else _named(head, published, ahead=True)
    if YESTERDAY.search(head) and not TODAY.search(head):
        return published - timedelta(days=1)
    if TODAY.search(head):
        return published
    return _weekday(head, published) or _named(head, published, ahead=False) or published


def _weekday(text: str, published: date) -> date | None:
    for number, words in enumerate(WEEKDAYS):
        if re.search(rf"\b(?:{words})", text):
            return published - timedelta(days=(published.weekday() - number) % 7)
    return None


def _named(text: str, published: date, *, ahead: bool) -> date | None:
    """Return the first day and month named, in the year that lies nearest."""
    pairs = [(m.start(), m.group(1), m.group(2), m.group(3)) for m in DAY_MONTH.finditer(text)]
    pairs += [(m.start(), m.group(2), m.group(1), m.group(3)) for m in MONTH_DAY.finditer(text)]
    for _, day, month, year in sorted(pairs):
        if month not in MONTHS:
            continue
        try:
            found = date(int(year or published.year), MONTHS[month], int(day))
        except ValueError:
            continue
        if year is None and not ahead and found > published + timedelta(days=1):
            found = found.replace(year=published.year - 1)
        return found
    return None
