"""Publication dates as outlets write them, turned into instants; nothing is guessed in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import timezone as fixed_zone
from email.utils import parsedate_tz
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST = datetime(2014, 1, 1, tzinfo=UTC)
"""The war's first year: an earlier publication date is a mistake of the page or of ours."""

LATEST_AHEAD = timedelta(days=1)
"""Clocks and zones are wrong by hours, not by days."""

ZONES = {
    "BST": 1, "CEST": 2, "CET": 1, "EDT": -4, "EEST": 3, "EET": 2, "EST": -5, "GMT": 0, "IDT": 3, "IST": 2,
    "MSD": 4, "MSK": 3, "TRT": 3, "UT": 0, "UTC": 0, "WET": 0, "Z": 0,
    "МСК": 3,
}  # fmt: skip
"""Hours east of UTC for the zone names that feeds and datelines use."""

MONTHS = {
    month: number
    for number, words in enumerate(
        (
            "jan january янв январь января січ січень січня",
            "feb february фев февр февраль февраля лют лютий лютого",
            "mar march мар март марта бер березень березня",
            "apr april апр апрель апреля кві квіт квітень квітня",
            "may май мая тра трав травень травня",
            "jun june июн июнь июня чер черв червень червня",
            "jul july июл июль июля лип липень липня",
            "aug august авг август августа сер серп серпень серпня",
            "sep sept september сен сент сентябрь сентября вер вересень вересня",
            "oct october окт октябрь октября жов жовт жовтень жовтня",
            "nov november ноя нояб ноябрь ноября лис лист листопад листопада",
            "dec december дек декабрь декабря гру груд грудень грудня",
        ),
        start=1,
    )
    for month in words.split()
}

CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"

ISO = re.compile(
    r"""^(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})
        (?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?
        \s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Z]{3,4})?$""",
    re.VERBOSE | re.IGNORECASE,
)
"""2026-03-05T14:20:00+02:00; 2026-03-05 14:20; 2026-03-05."""

COMPACT = re.compile(r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T?(?P<hour>\d{2})?(?P<minute>\d{2})?$")
"""20260305T1420; 20260305."""

DOTTED = re.compile(
    rf"^(?:{CLOCK}[,\s]+)?(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>\d{{4}})(?:[,\s]+{CLOCK.replace('P<', 'P<late_')})?"
    r"\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-ZА-Я]{2,4})?$",
    re.IGNORECASE,
)
"""05.03.2026, 14:20; 14:20 05.03.2026. The day comes first: outlets that write months first write them as words."""

NAMED = re.compile(
    rf"^(?:[^\W\d]+\.?,?\s+)?(?:{CLOCK},?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<name>[^\W\d]+)\.?,?[\s-]+(?P<year>\d{{4}})"
    rf"(?:\s*(?:г|р|року|года)\b\.?)?(?:[\s,|·•—–-]+(?:(?:в|о|об|at)\s+)?{CLOCK.replace('P<', 'P<late_')})?\s*\(?(?P<zone>[+-]\d{{2}}:?\d{{2}}|[A-ZА-Я]{{1,4}})?\)?$",
    re.IGNORECASE,
)
"""Чт, 5 марта 2026, 14:20; 5 березня 2026 року о 14:20; 5 Mar 2026 14:20:00 +0200."""

MONTH_FIRST = re.compile(
    rf"^(?:[a-z]+,\s+)?(?P<name>[a-z]+)\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    rf"(?:[\s,|·•—–-]+(?:at\s+)?{CLOCK}\s*(?P<half>[ap]\.?m\.?)?)?\s*\(?(?P<zone>[+-]\d{{2}}:?\d{{2}}|[A-Z]{{1,4}})?\)?$",
    re.IGNORECASE,
)
"""March 5, 2026 at 2:20 p.m. EET."""

EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
"""1772713200 (seconds) or 1772713200000 (milliseconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDate:
    """An instant, the words it was read from, and whether they named a zone."""

    instant: datetime
    zone_known: bool
    raw: str
    has_time: bool = True


def parse_date(raw: str, *, timezone: str, languages: Sequence[str], now: datetime) -> ParsedDate | None:
    """Return the instant that `raw` means, or None where it can't be read or can't be true.

    Args:
        raw: a date as a feed, page or sitemap wrote it.
        timezone: IANA name of the outlet's zone, for dates that name none.
        languages: the outlet's languages, for dates only a dictionary can read.
        now: dates more than a day after it, or before 2014, are refused.
    """
    text = " ".join(raw.replace("\u00a0", " ").split())[:100]
    if not text:
        return None
    found = _epoch(text, raw)
    if found is None and (part := _pattern_parts(text)) is not None:
        # a date in a known shape that can't be, such as month 13, is not handed to looser readers
        found = _built(part, raw, timezone)
    elif found is None:
        found = _by_mail_rules(text, raw, timezone) or _by_dictionary(text, raw, timezone, tuple(languages))
    return found if found and EARLIEST <= found.instant <= now + LATEST_AHEAD else None


def _epoch(text: str, raw: str) -> ParsedDate | None:
    if not EPOCH.match(text):
        return None
    seconds = int(text) / (1000 if len(text) == 13 else 1)
    return ParsedDate(instant=datetime.fromtimestamp(seconds, UTC), zone_known=True, raw=raw)


def _pattern_parts(text: str) -> dict[str, str | None] | None:
    """Return the parts of a date in one of the known shapes, or None where it has none of them."""
    for pattern in (ISO, COMPACT, DOTTED, NAMED, MONTH_FIRST):
        match = pattern.match(text)
        if match is not None and _month(match.groupdict()):
            return match.groupdict()
    return None


def _month(part: dict[str, str | None]) -> int:
    """Return the month of a date's parts; 0 where its name is none."""
    return int(part["month"] or 0) if "month" in part else MONTHS.get((part.get("name") or "").lower(), 0)


def _built(part: dict[str, str | None], raw: str, timezone: str) -> ParsedDate | None:
    month = _month(part)
    hour, minute, second = (
        part.get(name) or part.get(f"late_{name}") for name in ("hour", "minute", "second")
    )
    hours = int(hour or 0)
    if half := part.get("half"):
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    offset = _offset(part.get("zone"))
    if part.get("zone") and offset is None:
        return None
    try:
        local = datetime(  # noqa: DTZ001 - the zone is put on below
            int(part["year"] or 0),
            month,
            int(part["day"] or 0),
            hours,
            int(minute or 0),
            min(int(second or 0), 59),
        )
    except ValueError:
        return None
    zone = offset or zone_of(timezone)
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return ParsedDate(instant=instant, zone_known=offset is not None, raw=raw, has_time=hour is not None)


def _offset(zone: str | None) -> fixed_zone | None:
    if not zone:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        if delta >= timedelta(hours=15):
            return None
        return fixed_zone(-delta if zone[0] == "-" else delta)
    hours = ZONES.get(zone.upper())
    return None if hours is None else fixed_zone(timedelta(hours=hours))


def _by_mail_rules(text: str, raw: str, timezone: str) -> ParsedDate | None:
    """RFC 2822 in all its looseness: `Thu, 05 Mar 26 14:20 +0200`."""
    fields = parsedate_tz(text)
    if fields is None:
        return None
    try:
        local = datetime(*fields[:6])  # noqa: DTZ001 - the zone is put on below
    except ValueError:
        return None
    # parsedate_tz answers 0 where no zone is written, so the text itself is asked
    known = bool(re.search(r"(?:[+-]\d{4}|\b[A-Z]{1,5})\)?$", text)) and not text.endswith("-0000")
    zone = fixed_zone(timedelta(seconds=fields[9] or 0)) if known else zone_of(timezone)
    return ParsedDate(instant=local.replace(tzinfo=zone).astimezone(UTC), zone_known=known, raw=raw)


def _by_dictionary(text: str, raw: str, timezone: str, languages: tuple[str, ...]) -> ParsedDate | None:
    """The last resort, dear and loose: only for texts with a year in them, so that nothing is relative to today."""
    if not re.search(r"\b20[1-9]\d\b", text):
        return None
    import dateparser  # noqa: PLC0415 - costs 0.2 s, and most dates never come here

    known = [language for language in languages if language in ("en", "ru", "uk")] or ["en", "ru", "uk"]
    settings = {
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month", "year"],
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    found = dateparser.parse(text, languages=known, settings=settings)
    if found is None:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone_of(timezone))
    return ParsedDate(instant=aware.astimezone(UTC), zone_known=found.tzinfo is not None, raw=raw)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, read once."""
    return ZoneInfo(name)
