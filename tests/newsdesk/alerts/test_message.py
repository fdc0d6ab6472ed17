"""Grouping in words, and the hours in which nobody is told anything."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from crawler.config import QuietHours
from newsdesk.alerts.message import is_quiet, message
from storage.outbox import Alert, AlertKind

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def alert(title: str = "slovo: the source is broken", kind: AlertKind = AlertKind.SOURCE_BROKEN) -> Alert:
    return Alert(kind=kind, subject="slovo", title=title, at=NOON, key="k", body="HTTP 500")


def test_one_alert_is_its_own_title() -> None:
    assert message([alert()]) == (
        "swapwatch: slovo: the source is broken",
        "2026-03-05 12:00Z slovo: the source is broken\nHTTP 500",
    )


def test_many_alerts_are_counted_and_named_as_far_as_a_message_goes() -> None:
    title, body = message([*[alert()] * 40, alert("f3: обмін", AlertKind.NEW_FINDING)])
    assert title == "swapwatch: 41 alerts (40 source broken, 1 new finding)"
    assert body.count("HTTP 500") == 40
    assert body.endswith("and 1 more: swapwatch alerts")


def test_a_headline_makes_no_second_mail_header() -> None:
    title, _ = message([alert("обмін\r\nBcc: all@x.invalid")])
    assert "\n" not in title
    assert "\r" not in title


NIGHT = QuietHours(begin=time(22), until=time(7), timezone="Europe/Kyiv")
LUNCH = QuietHours(begin=time(12), until=time(13, 30), timezone="UTC")


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (None, "03:00", False),
        (NIGHT, "19:59", False),  # 21:59 in Kyiv
        (NIGHT, "20:00", True),
        (NIGHT, "23:30", True),
        (NIGHT, "04:59", True),
        (NIGHT, "05:00", False),
        (LUNCH, "12:00", True),
        (LUNCH, "13:30", False),
        (QuietHours(begin=time(9), until=time(9), timezone="UTC"), "09:00", False),
    ],
)
def test_quiet_hours_are_those_of_their_zone(hours: QuietHours | None, at: str, quiet: bool) -> None:
    clock = time.fromisoformat(at)
    assert is_quiet(hours, datetime.combine(NOON.date(), clock, UTC)) is quiet
