"""The walk of one source's past: its sitemaps, archive pages or older posts, newest first, then every page they name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import structlog
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery import read_list
from crawler.discovery.past import Days, archive_lists, leads_within, lists_within
from crawler.errors import PageChanged
from crawler.model import (
    CrawlReport,
    Discovered,
    Finding,
    Lead,
    Skipped,
    SkipReason,
    Source,
    SourceType,
    Stage,
)
from crawler.spiders.desk import Desk, Discovery, OpenLead
from crawler.spiders.failures import skipped_by_error, skipped_by_status
from crawler.spiders.source_spider import LIST_SECONDS, SourceSpider
from crawler.spiders.workers import WorkerFailed
from crawler.urls import canonical

if TYPE_CHECKING:
    from crawler.spiders.crawling import Crawling

ITEMS = 50_000
"""Entries of one list: as many as a sitemap may have."""

SITEMAPS = (SourceType.SITEMAP, SourceType.NEWS_SITEMAP)

USUAL = ("/sitemap.xml", "/sitemap_index.xml")
"""Where sitemaps stand that robots.txt does not name."""

log = structlog.get_logger("swapwatch.backfill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a walk needs beside a crawl's desk. The functions block and are called in a thread."""

    days: Days
    walked: Callable[[], Mapping[str, Sequence[str]]]
    """The lists that were read in this walk, each with those it named."""
    found: Callable[[str, Sequence[str], Sequence[tuple[str, Lead]]], Discovery]
    """Commits a list with its leads and the lists it named, together."""
    told: Callable[[PastNews], None]
    """Is told of every list and page; called in the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNews:
    """Something that happened in a walk."""

    lists_left: int = 0
    leads: int = 0
    """New leads that a list named."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """What pages came to: a standing, or the reason why they were dropped, and how many."""
    share: float | None = None
    """How much of all is done, where that is known."""
    problem: str | None = None
    """Why a list could not be read."""


class BackfillSpider(SourceSpider):
    """Walks a source's past instead of polling it; every page goes the way that all pages go."""

    name = "backfill"

    def __init__(self, *, source: Source, desk: Desk, crawling: Crawling, past: Past) -> None:
        super().__init__(
            source=replace(source, limits=replace(source.limits, items=ITEMS)), desk=desk, crawling=crawling
        )
        self.past = past
        self.under_way = 0
        self.closed = 0
        self.moved = asyncio.Event()
        self.todo: list[str] = []

    async def start(self) -> AsyncIterator[Request]:
        """Read list after list, newest first, each only when the pages of those before are done."""
        self.remembered = await self._store(self.desk.state)
        walked = await self._store(self.past.walked)
        async for page in self._open_pages():
            yield page
        self.todo = list(await self._first_lists(walked))
        while self.todo:
            url = self.todo.pop(0)
            further = walked.get(url)
            if further is None:
                further = await self._walk(url)
                async for page in self._open_pages():
                    yield page
            self.todo[:0] = further
        self.tally.listed = True

    async def _first_lists(self, walked: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return where to begin: the source's own lists, where they go back, or what its host names."""
        source = self.source
        if source.archive:
            return archive_lists(source.archive, self.past.days)
        if source.type in (SourceType.TELEGRAM, *SITEMAPS) or "://t.me/" in source.url:
            return (source.url,)
        usual = [urljoin(source.url, path) for path in USUAL]
        # asking for the first brings robots.txt with it
        first = usual[0] if usual[0] in walked else await self._ask(usual[0])
        rules = self.crawling.robots.known(source.url)
        named = rules.sitemaps() if rules else ()
        if named:
            return named
        if isinstance(first, Skipped):
            return usual[1:]
        return usual[:1]

    async def _ask(self, url: str) -> Response | Skipped:
        engine = self.crawler.engine
        if engine is None:
            raise RuntimeError("the crawl has ended")
        meta = {"is_list": True, "download_maxsize": self.source.limits.feed_bytes}
        try:
            response = await engine.download_async(Request(url, meta=meta))
        except Exception as error:  # noqa: BLE001 - whatever kept us from it has a name
            return skipped_by_error(url, error, rules=self.crawling.rules)
        return skipped_by_status(response.url, response.status) or response

    async def _walk(self, url: str) -> Sequence[str]:
        """Read one list and commit what it names; one that can't be read is left for the next start."""
        answer = await self._ask(url)
        found = answer if isinstance(answer, Skipped) else await self._read(answer, url)
        if isinstance(found, Skipped):
            self.tally.count_skip(found)
            self.tally.error, self.tally.error_url = found.detail, url
            log.warning("list_failed", source=self.source.id, url=url, cause=found.detail)
            self.past.told(PastNews(lists_left=len(self.todo), problem=f"{url}: {found.detail}"))
            return ()
        further = lists_within(found, self.past.days)
        leads = [
            (canonical(one.url, keep_fragment=one.complete), replace(one, seen_in=url))
            for one in leads_within(found, self.past.days)
        ]
        counts = await self._store(self.past.found, url, further, leads)
        self.tally.leads_new += counts.new
        self.past.told(PastNews(lists_left=len(self.todo) + len(further), leads=counts.new))
        return further

    async def _read(self, answer: Response, url: str) -> Discovered | Skipped:
        kind = answer.headers.get(b"Content-Type")
        try:
            found: Discovered = await self.crawling.workers.run(
                LIST_SECONDS,
                read_list,
                answer.body,
                source=replace(self.source, type=SourceType.AUTO),
                url=answer.url,
                content_type=kind.decode("latin-1") if kind else None,
                now=self.crawling.clock(),
            )
        except (PageChanged, WorkerFailed) as error:
            cause = error.cause if isinstance(error, PageChanged) else str(error)
            return Skipped(url=answer.url, reason=SkipReason.NO_TEXT, stage=Stage.DISCOVER, detail=cause)
        if answer.request is not None:
            self.evidence.received(url, answer.request.meta.get("captures", ()))
        return found

    async def _open_pages(self) -> AsyncIterator[Request]:
        """Yield a request for each lead that waits, some at a time, until none is left that may be tried now."""
        closed = -1
        while closed != self.closed:
            closed = self.closed
            async for request in self._pending():
                self.under_way += 1
                yield request
            while self.under_way:
                self.moved.clear()
                await self.moved.wait()

    async def parse_page(self, response: Response, waiting: OpenLead) -> None:
        """Bring a fetched page to its outcome."""
        try:
            await super().parse_page(response, waiting)
        finally:
            self._arrived()

    async def parse_post(self, response: Response, waiting: OpenLead) -> None:
        """Bring a post that is looked at again to its outcome."""
        try:
            await super().parse_post(response, waiting)
        finally:
            self._arrived()

    async def page_failed(self, failure: Failure) -> None:
        """Bring a page that could not be fetched to its outcome."""
        try:
            await super().page_failed(failure)
        finally:
            self._arrived()

    def _arrived(self) -> None:
        self.under_way -= 1
        self.moved.set()

    async def _keep(self, waiting: OpenLead, finding: Finding) -> None:
        await super()._keep(waiting, finding)
        self._told(finding.verdict.standing)

    async def _drop(self, waiting: OpenLead, skip: Skipped) -> None:
        await super()._drop(waiting, skip)
        self._told(skip.reason)

    def _told(self, outcome: str) -> None:
        self.closed += 1
        self.past.told(PastNews(lists_left=len(self.todo), outcomes={str(outcome): 1}))

    async def finished(self) -> CrawlReport:
        """Return the report and store none: a walk through the past says nothing of how the source fares today."""
        return self.tally.report(self.source, now=self.crawling.clock())
