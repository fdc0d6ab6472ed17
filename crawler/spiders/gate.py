"""One queue per host: whatever the number of sources or crawls, a host sees its gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

MAX_CRAWL_DELAY = 30.0
"""Seconds; a robots.txt that asks for more is held to this and reported."""

MAX_HOLD = 24 * 3600.0
"""Seconds; the longest Retry-After that is honoured as written."""

PATIENCE = 20.0
"""Seconds a request waits in line for a host on hold; beyond that its lead waits in the store."""

MARGIN = 0.01
"""Seconds added to each gap: the other end must see the whole gap, whatever a connection's set-up shaves off."""


class HostOnHold(Exception):
    """The host asked us to come back later."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} asked for a pause; {seconds:.0f} s of it are left")
        self.seconds = seconds


class Stopping(Exception):
    """The job is stopping: what this ends is no failure, and its lead stays as it is."""


class GateClosed(Stopping):
    """No further request starts."""


def host_of(url: str) -> str:
    """Return the host that a gap belongs to: name, plus port where it is not the scheme's own.

    >>> host_of("https://News.Example:443/a"), host_of("http://127.0.0.1:8801/feed")
    ('news.example', '127.0.0.1:8801')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, standard) else f"{host}:{parts.port}"


class Gate:
    """Hands out turns: two requests to one host, or to one group of hosts, never start closer than its gap."""

    def __init__(
        self,
        *,
        delay: float,
        groups: Mapping[str, str] | None = None,
        group_delays: Mapping[str, float] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`groups` maps a host to the name of the group it shares a gap with."""
        self._delay = delay
        self._groups = dict(groups or {})
        self._delays: dict[str, float] = dict(group_delays or {})
        self._asked: dict[str, float] = {}
        self._free: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._closed = asyncio.Event()

    def key(self, url: str) -> str:
        """Return the name of the line that requests to `url` stand in."""
        host = host_of(url)
        return self._groups.get(host, host)

    def slow_down(self, url: str, seconds: float) -> bool:
        """Raise the host's gap to `seconds`; return False where the cap cut it."""
        key = self.key(url)
        self._asked[key] = max(self._asked.get(key, 0.0), min(seconds, MAX_CRAWL_DELAY))
        return seconds <= MAX_CRAWL_DELAY

    def set_delay(self, url: str, seconds: float) -> None:
        """Set the host's gap to what the config says, unless another source of the host said more."""
        key = self.key(url)
        self._delays[key] = max(self._delays.get(key, 0.0), seconds)

    def hold(self, url: str, seconds: float) -> float:
        """Let no request to the host start for `seconds`, capped; return the seconds held."""
        held = min(max(seconds, 0.0), MAX_HOLD)
        key = self.key(url)
        self._held[key] = max(self._held.get(key, 0.0), self._clock() + held)
        return held

    def reserve(self, url: str) -> float:
        """Take the next turn and return the seconds to wait for it.

        Raises:
            HostOnHold: the host asked for a pause that is longer than a request waits.
        """
        key, now = self.key(url), self._clock()
        left = self._held.get(key, 0.0) - now
        if left > PATIENCE:
            raise HostOnHold(key, left)
        at = max(now, now + left, self._free.get(key, 0.0))
        self._free[key] = at + self._gap(key) + MARGIN
        return at - now

    def _gap(self, key: str) -> float:
        return max(self._delays.get(key, self._delay), self._asked.get(key, 0.0))

    def reconfigure(
        self,
        *,
        delay: float,
        groups: Mapping[str, str],
        group_delays: Mapping[str, float],
        own: Iterable[tuple[str, float]] = (),
    ) -> None:
        """Go on under other gaps; what hosts asked for and turns already given stay.

        Args:
            delay: the gap of hosts that nothing more is said of.
            groups: host to the name of the group it shares a gap with.
            group_delays: the gaps of groups.
            own: addresses of sources, each with the gap its source asks for.
        """
        for host in {*self._groups, *groups}:
            line, now = groups.get(host, host), self._groups.get(host, host)
            for kept in (self._free, self._held, self._asked):
                if now in kept:
                    kept[line] = max(kept.get(line, 0.0), kept[now])
        self._delay, self._groups, self._delays = delay, dict(groups), dict(group_delays)
        for url, seconds in own:
            self.set_delay(url, seconds)

    async def turn(self, url: str) -> None:
        """Wait for the host's next turn.

        Raises:
            GateClosed: the job is stopping.
            HostOnHold: see `reserve`.
        """
        if not self._closed.is_set():
            wait = self.reserve(url)
            if wait <= 0:
                return
            try:
                await asyncio.wait_for(self._closed.wait(), wait)
            except TimeoutError:
                return
        raise GateClosed("the job is stopping")

    @property
    def closed(self) -> bool:
        """True once the job is stopping."""
        return self._closed.is_set()

    def close(self) -> None:
        """Send everybody in line home."""
        self._closed.set()
