"""One process for all crawls: the reactor on our loop, one guard, one gate, one robots cache, one pool."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from crawler.discovery.sampling import Probe
from crawler.model import AddedTerm, CrawlReport, Discovered, Source, SourceState
from crawler.spiders.desk import Desk
from crawler.spiders.gate import Gate
from crawler.spiders.guard import AddressRules, GuardedResolver, NameserverResolver, asked_aloud
from crawler.spiders.robots import RobotsCache
from crawler.spiders.workers import Workers

if TYPE_CHECKING:
    from scrapy.crawler import AsyncCrawlerRunner

    from crawler.spiders.backfilling import Past


DRAIN_SECONDS = 7.0
"""How long running requests and pages may take to finish once the job is told to stop."""


EMPTY_ANSWERS = 2
"""Answers in a row without an entry from which a list that held some is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """How this job presents and restrains itself."""

    user_agent: str
    delay: float = 1.0
    """Seconds between two requests to one host."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """Host to the name of the group it shares a gap with."""
    group_delays: Mapping[str, float] = field(default_factory=dict)


class Crawling:
    """Runs crawls of sources; enter it once per process, inside a running event loop."""

    def __init__(
        self,
        *,
        politeness: Politeness,
        workers: Workers,
        rules: AddressRules,
        nameserver: tuple[str, int] | None = None,
        proxy: str | None = None,
        ca_file: Path | None = None,
        keep_off_topic: bool = False,
        cascade: bool = True,
        added: tuple[AddedTerm, ...] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.politeness = politeness
        self.workers = workers
        self.rules = rules
        self.proxy = proxy
        self.keep_off_topic = keep_off_topic
        self.cascade = cascade
        self.added = added
        self.clock = clock
        self.gate = Gate(
            delay=politeness.delay, groups=politeness.groups, group_delays=politeness.group_delays
        )
        self.robots = RobotsCache(clock)
        self._empty: dict[str, int] = {}
        self.told: dict[str, set[str]] = {}
        """What each source's last crawl warned of: the next says only what is new."""
        self._nameserver = nameserver
        self._ca_file = ca_file
        self._runner: AsyncCrawlerRunner | None = None
        self._cleanup = AsyncExitStack()
        self._stop_by: float | None = None

    async def __aenter__(self) -> Self:
        """Put Twisted's reactor on the running loop, with the address guard as its only resolver."""
        if self._ca_file:
            os.environ["SSL_CERT_FILE"] = str(self._ca_file)  # read by OpenSSL when it loads trust roots
        from twisted.internet import asyncioreactor, error

        with suppress(error.ReactorAlreadyInstalledError):
            asyncioreactor.install(asyncio.get_running_loop())
        from scrapy.crawler import AsyncCrawlerRunner
        from twisted.internet import reactor
        from twisted.internet._resolver import GAIResolver

        inner = (
            NameserverResolver(*self._nameserver, rules=self.rules)
            if self._nameserver
            else GAIResolver(reactor, getaddrinfo=asked_aloud(self.rules))
        )
        previous = reactor.installNameResolver(GuardedResolver(self.rules, inner))
        self._cleanup.callback(reactor.installNameResolver, previous)
        if not reactor.running:
            reactor.startRunning(installSignalHandlers=False)
            self._cleanup.callback(_stop_threads, reactor)
        self._runner = AsyncCrawlerRunner({})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what runs and let go of the reactor's threads; the loop stays ours."""
        await self.stop()
        await self._cleanup.aclose()

    def reconfigure(
        self,
        *,
        politeness: Politeness,
        allow_private: Iterable[str],
        proxy: str | None,
        keep_off_topic: bool,
        cascade: bool,
        added: tuple[AddedTerm, ...] = (),
        own_delays: Iterable[tuple[str, float]],
    ) -> None:
        """Go on under other settings: requests that have not left yet are the first they hold for."""
        self.politeness, self.proxy = politeness, proxy
        self.keep_off_topic, self.cascade, self.added = keep_off_topic, cascade, added
        self.rules.allow_only(allow_private)
        self.gate.reconfigure(
            delay=politeness.delay,
            groups=politeness.groups,
            group_delays=politeness.group_delays,
            own=own_delays,
        )

    def emptied(self, source_id: str, state: SourceState, found: Discovered) -> str | None:
        """Return in words that a list which held entries holds none any more, from its second empty answer on."""
        if found.leads or found.children or not state.entries:
            self._empty.pop(source_id, None)
            return None
        self._empty[source_id] = self._empty.get(source_id, 0) + 1
        if self._empty[source_id] < EMPTY_ANSWERS:
            return None
        return f"had {state.entries} entries, now 0; look whether it has moved"

    async def crawl(self, source: Source, desk: Desk) -> CrawlReport:
        """Poll one source once: discover, fetch, examine, keep. Failures of the outlet are in the report."""
        from scrapy.crawler import Crawler
        from scrapy.settings import Settings

        from crawler.spiders.settings import crawl_settings
        from crawler.spiders.source_spider import SourceSpider

        if self._runner is None:
            raise RuntimeError("enter Crawling before crawling: async with Crawling(...) as crawling")
        if source.delay is not None:
            self.gate.set_delay(source.url, source.delay)
        crawler = Crawler(
            SourceSpider, Settings(crawl_settings(source, user_agent=self.politeness.user_agent))
        )
        # shielded: a caller that gives up must not cut a write in two
        await asyncio.shield(self._runner.crawl(crawler, source=source, desk=desk, crawling=self))
        spider = crawler.spider
        if not isinstance(spider, SourceSpider):
            raise TypeError("Scrapy made no spider")
        return await spider.finished()

    async def crawl_past(self, source: Source, desk: Desk, past: Past) -> CrawlReport:
        """Walk a source's past once, under the same rules as a crawl; nothing of how the source fares is stored."""
        from scrapy.crawler import Crawler
        from scrapy.settings import Settings

        from crawler.spiders.backfilling import BackfillSpider
        from crawler.spiders.settings import crawl_settings

        if self._runner is None:
            raise RuntimeError("enter Crawling before crawling: async with Crawling(...) as crawling")
        if source.delay is not None:
            self.gate.set_delay(source.url, source.delay)
        crawler = Crawler(
            BackfillSpider, Settings(crawl_settings(source, user_agent=self.politeness.user_agent))
        )
        await asyncio.shield(self._runner.crawl(crawler, source=source, desk=desk, crawling=self, past=past))
        spider = crawler.spider
        if not isinstance(spider, BackfillSpider):
            raise TypeError("Scrapy made no spider")
        return await spider.finished()

    async def probe(self, source: Source, *, only_its_list: bool = False) -> Probe:
        """Look for lists of articles at a source's address, or at its own list only, and store nothing."""
        from scrapy.crawler import Crawler
        from scrapy.settings import Settings

        from crawler.spiders.probing import AskingSpider, Probing
        from crawler.spiders.settings import crawl_settings

        if self._runner is None:
            raise RuntimeError("enter Crawling before probing: async with Crawling(...) as crawling")
        crawler = Crawler(
            AskingSpider, Settings(crawl_settings(source, user_agent=self.politeness.user_agent))
        )
        if source.delay is not None:
            self.gate.set_delay(source.url, source.delay)
        probing = Probing(self, source)
        work = probing.check if only_its_list else probing.work
        await self._runner.crawl(crawler, source=source, crawling=self, work=work)
        spider = crawler.spider
        if not isinstance(spider, AskingSpider):
            raise TypeError("Scrapy made no spider")
        if spider.error is not None:
            raise spider.error
        found: Probe = spider.result
        return found

    async def stop(self) -> None:
        """Send waiting requests home, let running ones finish for `DRAIN_SECONDS`, counted from the first call.

        What still runs then ends with the process: nothing of it is stored, and its leads stay pending.
        """
        now = asyncio.get_running_loop().time()
        self._stop_by = self._stop_by or now + DRAIN_SECONDS
        self.gate.close()
        if self._runner is not None:
            draining = asyncio.ensure_future(self._drained(self._runner))
            await asyncio.wait([draining], timeout=max(0.0, self._stop_by - now))
            if not draining.done():
                draining.cancel()

    @staticmethod
    async def _drained(runner: AsyncCrawlerRunner) -> None:
        await runner.stop()
        await runner.join()


def _stop_threads(reactor: object) -> None:
    """End the reactor's threads; stopping the reactor itself would stop our loop."""
    if trigger := getattr(reactor, "threadpoolShutdownID", None):
        reactor.removeSystemEventTrigger(trigger)  # type: ignore[attr-defined]
        reactor.threadpoolShutdownID = None  # type: ignore[attr-defined]
    if pool := getattr(reactor, "threadpool", None):
        pool.stop()
        reactor.threadpool = None  # type: ignore[attr-defined]
