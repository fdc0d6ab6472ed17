"""Looking for an outlet's lists, under the same rules as a crawl: robots.txt, the address guard, one gap per host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import scrapy
import structlog
from scrapy import Request

from crawler.charset import charset_of, decoded
from crawler.discovery import read_list
from crawler.discovery.candidates import by_custom, from_page, from_robots, telegram_preview
from crawler.discovery.sampling import Listed, Probe, Sample, best_first, listed
from crawler.discovery.sitemaps import unpacked
from crawler.errors import PageChanged
from crawler.extraction import extract
from crawler.model import Keep, Lead, Page, Skipped, SkipReason, Source, SourceType, Stage
from crawler.spiders.failures import skipped_by_error, skipped_by_status
from crawler.spiders.tally import Tally
from crawler.spiders.workers import WorkerFailed
from crawler.urls import canonical

if TYPE_CHECKING:
    from crawler.spiders.crawling import Crawling

SECONDS = 30.0
"""Time a worker has for one list or page."""

MOST_REQUESTS = 20
"""Candidates that one probe asks for: it shall not be a burden."""

MOST_CHILDREN = 2
"""Sitemaps of an index that are looked at."""

SAMPLES = 3

log = structlog.get_logger("swapwatch.probe")

Ask = Callable[..., Awaitable["Page | Skipped"]]
"""Asks for an address; `is_list` where it is a source's own list."""


class AskingSpider(scrapy.Spider):
    """Asks for one address after another, as its work wants them."""

    name = "asking"

    def __init__(self, *, source: Source, crawling: Crawling, work: Callable[[Ask], Awaitable[Any]]) -> None:
        super().__init__()
        self.source = source
        self.crawling = crawling
        self.tally = Tally(started=crawling.clock())
        self.secret_headers: set[bytes] = set()
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None

    def log_once(self, event: str, **fields: Any) -> None:
        """Log an event of a request."""
        log.warning(event, source=self.source.id, **fields)

    def out_of_time(self) -> bool:
        """A probe asks few addresses, and somebody waits for it."""
        return False

    async def start(self) -> AsyncIterator[Request]:
        """Do the work; it asks by itself."""
        try:
            self.result = await self.work(self.ask)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for the result
            self.error = error
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request

    async def ask(self, url: str, *, is_list: bool = False) -> Page | Skipped:
        """Return what an address answers, or why it gave nothing."""
        engine = self.crawler.engine
        if engine is None:
            raise RuntimeError("the crawl has ended")
        request = Request(url, meta={"is_list": is_list, "download_maxsize": self.source.limits.feed_bytes})
        try:
            response = await engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever kept us from it has a name
            return skipped_by_error(url, error, rules=self.crawling.rules)
        kind = response.headers.get(b"Content-Type")
        return skipped_by_status(url, response.status) or Page(
            requested_url=url,
            url=response.url,
            body=response.body,
            fetched_at=self.crawling.clock(),
            content_type=kind.decode("latin-1") if kind else None,
        )


class Probing:
    """One search for lists at one address."""

    def __init__(self, crawling: Crawling, source: Source) -> None:
        self.crawling = crawling
        self.source = source
        self.lists: list[Listed] = []
        self.failed: list[Skipped] = []
        self.seen: set[str] = set()

    async def work(self, ask: Ask) -> Probe:
        """Look at the address itself, then at all that it, robots.txt and custom name, then at three articles."""
        url = telegram_preview(self.source.url) or self.source.url
        page = await self.look(ask, url)
        if page is not None:
            text = decoded(page.body, page.content_type)
            await self.look_at_all(ask, from_page(text, page.url))
        rules = self.crawling.robots.known(url)
        if rules is not None and "t.me" not in url:
            await self.look_at_all(ask, from_robots(rules.sitemaps(), url))
        if not any(one.format not in ("section", "sitemap") for one in self.lists):
            await self.look_at_all(ask, by_custom(urljoin(url, "/")), named=False)
        self.lists.sort(key=best_first)
        return await self.result(ask)

    async def check(self, ask: Ask) -> Probe:
        """Look at the list of a source, or at its fallback, and at three articles."""
        await self.look(ask, self.source.url, is_list=True)
        if not self.lists and self.source.fallback:
            self.source = replace(self.source, type=SourceType.AUTO)
            await self.look(ask, self.source.fallback or "", is_list=True)
        return await self.result(ask)

    async def result(self, ask: Ask) -> Probe:
        """Return what was found, with what becomes of the newest articles of the best list."""
        rules = self.crawling.robots.known(self.source.url)
        return Probe(
            url=self.source.url,
            lists=tuple(self.lists),
            failed=tuple(self.failed),
            samples=() if self.source.keep is Keep.TITLE else await self.samples(ask),
            crawl_delay=rules.crawl_delay() if rules else None,
            requests=len(self.seen),
        )

    async def look_at_all(self, ask: Ask, urls: list[str], *, named: bool = True) -> None:
        """Look at candidates one after another; only what was named somewhere is worth a complaint."""
        for url in urls:
            if len(self.seen) < MOST_REQUESTS:
                await self.look(ask, url, named=named)

    async def look(self, ask: Ask, url: str, *, named: bool = True, is_list: bool = False) -> Page | None:
        """Ask for an address and note the list it is; return the page where it is one for readers."""
        if canonical(url) in self.seen:
            return None
        self.seen.add(canonical(url))
        page = await ask(url, is_list=is_list)
        found = page if isinstance(page, Skipped) else await self.read(page)
        if isinstance(found, Skipped):
            if named:
                self.failed.append(found)
        else:
            self.lists.append(found)
            for child in found.children[:MOST_CHILDREN]:
                await self.look(ask, child, named=named, is_list=is_list)
        if isinstance(page, Skipped) or (isinstance(found, Listed) and found.format != "section"):
            return None
        return page

    async def read(self, page: Page) -> Listed | Skipped:
        """Return what list a page is, or that it is none."""
        try:
            found = await self.crawling.workers.run(
                SECONDS,
                read_list,
                page.body,
                source=self.source,
                url=page.url,
                content_type=page.content_type,
                now=self.crawling.clock(),
            )
        except (PageChanged, WorkerFailed) as error:
            cause = error.cause if isinstance(error, PageChanged) else str(error)
            return Skipped(url=page.url, reason=SkipReason.NO_TEXT, stage=Stage.DISCOVER, detail=cause)
        charset = charset_of(
            unpacked(page.body, url=page.url, most=self.source.limits.feed_bytes), page.content_type
        )
        return listed(found, url=page.url, content_type=page.content_type, charset=charset)

    async def samples(self, ask: Ask) -> tuple[Sample, ...]:
        """Return what the extractor makes of the newest articles of the best list."""
        links = self.lists[0].links[:SAMPLES] if self.lists else ()
        return tuple([Sample(url=url, outcome=await self.sample(ask, url)) for url in links])

    async def sample(self, ask: Ask, url: str) -> Any:
        """Return the article at an address, or why there is none."""
        page = await ask(url)
        if isinstance(page, Skipped):
            return page
        lead = Lead(source_id=self.source.id, url=url, seen_in=self.source.url)
        try:
            return await self.crawling.workers.run(
                SECONDS, extract, page, source=self.source, lead=lead, now=self.crawling.clock()
            )
        except WorkerFailed as error:
            return skipped_by_error(url, error, rules=self.crawling.rules)
