"""robots.txt by RFC 9309: what a host lets us fetch, remembered for all crawls of the process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from crawler.model import SkipReason
from crawler.spiders.settings import PARSED_ROBOTS_BYTES

TOKEN = "swapwatch"  # noqa: S105 - the product token of RFC 9309, no secret
"""The name by which robots.txt files may address us."""

VERSION = re.compile(r"^(\s*user-agent\s*:\s*[a-z_-]+)/.*$", re.IGNORECASE | re.MULTILINE)
"""`User-agent: name/1.0`: RFC 9309, 2.2.1, matches the name alone."""

FRESH = timedelta(hours=24)
"""RFC 9309, 2.4: a copy should not be used for longer."""

STALE = timedelta(days=30)
"""How long the last good copy stands in while the host answers with errors."""

RETRY = timedelta(minutes=10)
"""How long a refusal for lack of an answer is remembered before the host is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsAnswer:
    """What a request for robots.txt brought: a status, or none and the reason where nothing answered."""

    status: int | None
    body: bytes = b""
    cause: str = ""
    reason: SkipReason = SkipReason.ROBOTS


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """A host's rules and how they came about."""

    parser: Protego | None
    """None: everything is allowed, or nothing, as `open` says."""
    open: bool
    fetched: datetime
    good: datetime | None
    cause: str = ""
    """Why these are not the host's own rules of today; empty where they are."""
    reason: SkipReason = SkipReason.ROBOTS
    """What to name as the reason of a refusal: the file's own word, or what kept us from it."""

    def allow(self, url: str) -> bool:
        """Say whether our product token may fetch `url`."""
        return bool(self.parser.can_fetch(url, TOKEN)) if self.parser else self.open

    def sitemaps(self) -> tuple[str, ...]:
        """Return the sitemaps that the file names."""
        return tuple(self.parser.sitemaps) if self.parser else ()

    def crawl_delay(self) -> float | None:
        """Return the seconds between requests that the host asks of us, if any."""
        delay = self.parser.crawl_delay(TOKEN) if self.parser else None
        return None if delay is None else float(delay)


def rules_from(answer: RobotsAnswer, *, now: datetime, last: HostRules | None) -> HostRules:
    """Read an answer as RFC 9309 wants it: 4xx is no rules, 5xx and silence are 'no' to everything.

    429 counts as 5xx. Where an earlier good copy is at most 30 days old, it stands in for an error.
    """
    status = answer.status
    if status is not None and 200 <= status < 300:
        return HostRules(parser=Protego.parse(robots_text(answer.body)), open=True, fetched=now, good=now)
    if status is not None and status != 429 and 300 <= status < 500:
        return HostRules(parser=None, open=True, fetched=now, good=now)
    cause = answer.cause or f"robots.txt answered {status}"
    if last is not None and last.good is not None and now - last.good <= STALE:
        return HostRules(parser=last.parser, open=last.open, fetched=now, good=last.good, cause=cause)
    return HostRules(parser=None, open=False, fetched=now, good=None, cause=cause, reason=answer.reason)


def robots_text(body: bytes) -> str:
    """Decode the first 500 KiB, whatever the byte-order mark and line ends."""
    head = body[:PARSED_ROBOTS_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", errors="replace")
    else:
        text = head.decode("utf-8-sig", errors="replace")
    return VERSION.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))


def robots_address(url: str) -> str:
    """Return where the rules for `url` stand: one file per scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}/robots.txt"


class RobotsCache:
    """Rules per host, fetched once a day however many crawls ask, and never twice at the same time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rules: dict[str, HostRules] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def known(self, url: str) -> HostRules | None:
        """Return the rules for `url` as last read, if ever."""
        return self._rules.get(robots_address(url))

    async def rules(self, url: str, fetch: Callable[[str], Awaitable[RobotsAnswer]]) -> HostRules:
        """Return the rules for `url`, fetching them where there is no fresh copy."""
        address = robots_address(url)
        async with self._locks.setdefault(address, asyncio.Lock()):
            known = self._rules.get(address)
            if known is None or self._clock() - known.fetched > (RETRY if known.cause else FRESH):
                known = rules_from(await fetch(address), now=self._clock(), last=known)
                self._rules[address] = known
            return known
