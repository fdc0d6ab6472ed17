"""Nouns to HTML: clocks of three cities, and links that are links."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsdesk.web.rendering import clock, clock_beside, clocks_in, inert, web

SUMMER = datetime(2025, 6, 10, 12, 5, tzinfo=UTC)
NEW_YEAR = datetime(2025, 12, 31, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (SUMMER, ("10 Jun 2025, 15:05", "15:05", "12:05")),
        (NEW_YEAR, ("31 Dec 2025, 23:30", "1 Jan, 00:30", "21:30")),
    ],
)
def test_one_instant_stands_in_three_zones(when: datetime, shown: tuple[str, str, str]) -> None:
    """Kyiv keeps summer time, Moscow does not; the day is named again where it is another one there."""
    assert (clock(when), clock_beside(when, "moscow"), clock_beside(when, "utc")) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("silent since 2026-03-05 12:00Z.", "silent since 5 Mar 2026, 14:00 Kyiv 15:00 Moscow · 12:00 UTC."),
        ("none", "none"),
        ("2026-99-99 25:61Z", "2026-99-99 25:61Z"),
    ],
)
def test_instants_inside_words_do_too(words: str, shown: str) -> None:
    assert clocks_in(words) == shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "http://[", "ftp://x.example/", None]
)
def test_only_addresses_of_the_web_are_links(url: str | None) -> None:
    assert web(url) is None


def test_what_turns_a_screen_is_shown_as_a_sign() -> None:
    assert inert("a\x1b[31m\u202eb\n") == "a\ufffd[31m\ufffdb\n"
