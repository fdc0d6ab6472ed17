"""Dates as outlets write them."""

from datetime import UTC, datetime

import pytest

from crawler.dates import ParsedDate, parse_date

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def parsed(raw: str, timezone: str = "Europe/Kyiv") -> ParsedDate | None:
    return parse_date(raw, timezone=timezone, languages=("uk", "ru", "en"), now=NOW)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-05T14:20:00+02:00", "2026-03-05T12:20:00Z", "2026-03-05T12:20:00.123Z", "Thu, 05 Mar 2026 14:20:00 +0200", "Thu, 05 Mar 2026 12:20:00 GMT",
        "Thu, 05 Mar 2026 15:20:00 MSK", "Thu, 05 Mar 2026 14:20:00 EET", "1772713200", "1772713200000", "March 5, 2026 at 2:20 p.m. EET", "5 Mar 2026 14:20:00 +0200",
        "05.03.2026 15:20 МСК",
    ],
)  # fmt: skip
def test_dates_with_a_zone(raw: str) -> None:
    found = parsed(raw)
    assert found is not None
    assert found.instant.replace(microsecond=0) == datetime(2026, 3, 5, 12, 20, tzinfo=UTC)
    assert found.zone_known


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-05 14:20", "2026-03-05T14:20", "20260305T1420", "05.03.2026, 14:20", "05.03.2026 14:20:00", "14:20 05.03.2026", "14:20, 5 марта 2026", "5 марта 2026, 14:20",
        "Чт, 5 марта 2026, 14:20", "5 березня 2026 року о 14:20", "четвер, 5 березня 2026 р. 14:20", "5 березня 2026, 14:20", "Thu Mar  5 14:20:00 2026", "March 5, 2026, 2:20 pm",
        "05/03/2026 14:20",
    ],
)  # fmt: skip
def test_dates_without_a_zone_are_the_outlets_and_say_so(raw: str) -> None:
    found = parsed(raw)
    assert found is not None
    assert (found.instant, found.zone_known, found.raw) == (
        datetime(2026, 3, 5, 12, 20, tzinfo=UTC),
        False,
        raw,
    )


def test_a_day_without_a_time_says_so() -> None:
    found = parsed("2026-03-05")
    assert found is not None
    assert not found.has_time


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "yesterday",
        "0000-00-00",
        "99999-01-01",
        "31 Feb 2026",
        "2026-13-01",
        "1736",
        "2013-12-31",
        "2026-12-24",
        "Sat, 21 Nov 2026 25:00 MSK",
        "Posted by admin",
    ],
)
def test_what_is_no_date_or_cannot_be_true_is_none(raw: str) -> None:
    assert parsed(raw) is None


@pytest.mark.parametrize(("raw", "hour"), [("2026-01-15 12:00", 10), ("2026-07-15 12:00", 9)])
def test_summer_time_of_the_outlet_counts(raw: str, hour: int) -> None:
    found = parsed(raw)
    assert found is not None
    assert found.instant.hour == hour
