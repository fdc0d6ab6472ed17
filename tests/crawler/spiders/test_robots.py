"""robots.txt as RFC 9309 wants it read."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.spiders.robots import HostRules, RobotsAnswer, RobotsCache, robots_address, rules_from

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = "https://news.example/war/1"


def rules(body: bytes | str, status: int | None = 200, *, last: HostRules | None = None) -> HostRules:
    raw = body.encode() if isinstance(body, str) else body
    return rules_from(RobotsAnswer(status=status, body=raw), now=NOW, last=last)


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("User-agent: *\nDisallow: /war/", False),
        ("User-agent: *\nDisallow: /sport/", True),
        ("User-agent: swapwatch\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: swapwatch\nAllow: /", True),
        ("USER-AGENT: *\rDISALLOW: /war/\r", False),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /war/", False),
        ("User-agent: *\nDisallow: /war/".encode("utf-16"), False),
        ("<html><body>Not found</body></html>", True),
        ("", True),
        (b"User-agent: *\nDisallow: /war/\n" + b"# filler\n" * 600_000, False),
        (b"# filler\n" * 60_000 + b"User-agent: *\nDisallow: /war/\n", True),
    ],
)
def test_rules_of_an_answer(body: bytes | str, allowed: bool) -> None:
    assert rules(body).allow(PAGE) is allowed


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (401, True),
        (403, True),
        (404, True),
        (410, True),
        (302, True),
        (429, False),
        (500, False),
        (503, False),
        (None, False),
    ],
)
def test_without_rules_the_status_decides(status: int | None, allowed: bool) -> None:
    """4xx means no rules; 5xx, 429 and silence mean no to everything."""
    assert rules("User-agent: *\nDisallow:", status).allow(PAGE) is allowed


def test_the_last_good_copy_stands_in_for_an_error_for_thirty_days() -> None:
    good = rules("User-agent: *\nDisallow: /sport/")
    assert rules("", 503, last=good).allow(PAGE)
    old = HostRules(parser=good.parser, open=True, fetched=NOW, good=NOW - timedelta(days=31))
    assert not rules("", 503, last=old).allow(PAGE)


def test_crawl_delay_is_read_for_our_token() -> None:
    assert rules("User-agent: *\nCrawl-delay: 2").crawl_delay() == 2.0
    assert rules("User-agent: *\nDisallow:").crawl_delay() is None


def test_rules_belong_to_scheme_host_and_port() -> None:
    assert robots_address("https://u:p@News.Example:8443/a?b#c") == "https://news.example:8443/robots.txt"


async def test_one_fetch_a_day_per_host() -> None:
    now = NOW
    asked: list[str] = []

    async def fetch(address: str) -> RobotsAnswer:
        asked.append(address)
        return RobotsAnswer(status=200, body=b"User-agent: *\nDisallow: /x")

    cache = RobotsCache(lambda: now)
    for path in ("a", "b", "c"):
        await cache.rules(f"https://news.example/{path}", fetch)
    assert asked == ["https://news.example/robots.txt"]
    now += timedelta(hours=25)
    await cache.rules("https://news.example/d", fetch)
    assert len(asked) == 2


async def test_a_refusal_for_lack_of_an_answer_is_asked_again_soon() -> None:
    now = NOW
    statuses = [503, 200]

    async def fetch(address: str) -> RobotsAnswer:
        return RobotsAnswer(status=statuses.pop(0))

    cache = RobotsCache(lambda: now)
    assert not (await cache.rules(PAGE, fetch)).allow(PAGE)
    now += timedelta(minutes=11)
    assert (await cache.rules(PAGE, fetch)).allow(PAGE)
