"""Retry-After in all its spellings."""

from datetime import UTC, datetime

import pytest

from crawler.spiders.retry_after import UNREADABLE, pause_asked

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("-30", 0.0),
        ("31536000", 31536000.0),
        ("Sun, 01 Mar 2026 12:10:00 GMT", 600.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("in a while", UNREADABLE),
        ("", UNREADABLE),
    ],
)
def test_pause_asked_by_a_server(raw: str | None, seconds: float | None) -> None:
    assert pause_asked(raw, now=NOW) == seconds
