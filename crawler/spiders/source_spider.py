"""The spider of one source: its list, then every lead that waits, each to an outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

import scrapy
import structlog
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery import read_list
from crawler.discovery.candidates import from_robots
from crawler.errors import PageChanged, StoreError
from crawler.model import (
    Capture,
    CrawlReport,
    Discovered,
    Finding,
    Keep,
    Page,
    Skipped,
    SkipReason,
    Source,
    SourceState,
    SourceType,
    Stage,
    Standing,
)
from crawler.pipeline import examine, ruled_out
from crawler.spiders import failures
from crawler.spiders.answers import digest, error_of, header, request_of
from crawler.spiders.desk import TRIES, Desk, OpenLead
from crawler.spiders.evidence import ListEvidence
from crawler.spiders.failures import NotNow, skipped_by_error, skipped_by_status
from crawler.spiders.gate import Stopping
from crawler.spiders.listing import (
    LIST_PAGES,
    ListWalk,
    further_pages,
    moved_for_good,
    since,
    state_after_list,
    validators,
)
from crawler.spiders.looking import (
    Again,
    Texts,
    in_place_of_its_page,
    post_in,
    post_request,
    sent_home,
    stands_in,
    unreadable_preview,
)
from crawler.spiders.outages import tell_outage
from crawler.spiders.receiving import EarlyStop, marks, page_of
from crawler.spiders.tally import FEWEST, Tally, state_after
from crawler.spiders.workers import WorkerFailed
from crawler.urls import canonical, fetchable, same_site

if TYPE_CHECKING:
    from crawler.spiders.crawling import Crawling

P = ParamSpec("P")
T = TypeVar("T")

LIST_SECONDS = 30.0
"""Time a worker has for one list."""

PAGE_SECONDS = 20.0
"""Time a worker has for one page."""

log = structlog.get_logger("swapwatch.crawl")


class SourceSpider(scrapy.Spider):
    """Polls one source. Takes its list, commits the leads, then fetches and settles what is pending."""

    name = "source"
    early_stop: EarlyStop

    def __init__(self, *, source: Source, desk: Desk, crawling: Crawling) -> None:
        super().__init__()
        self.source = source
        self.desk = desk
        self.crawling = crawling
        self.tally = Tally(started=crawling.clock())
        self.secret_headers = {name.lower().encode() for name, _ in source.headers}
        self.remembered = SourceState()
        self.read_before = False
        self.evidence = ListEvidence(lambda captures: self._store(desk.archive, captures))
        self.began = time.monotonic()
        self.notices: list[str] = []
        self.texts = Texts()
        self._logged: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make a spider."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.early_stop = EarlyStop(crawler)
        return spider

    def log_once(self, event: str, **fields: Any) -> None:
        """Log an event once, however many requests and polls in a row meet it."""
        if event not in self._logged and event not in self.crawling.told.get(self.source.id, ()):
            log.warning(event, source=self.source.id, **fields)
        self._logged.add(event)

    def out_of_time(self) -> bool:
        """Say whether this poll is to begin no further page."""
        return time.monotonic() - self.began > failures.POLL_SECONDS

    def odd(self, words: str, *, url: str) -> None:
        """Note what is odd about a list that answers, for the log and for the source's status."""
        self.log_once(f"list: {words}", url=url)
        if words not in self.notices:
            self.notices.append(words)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the source's list, with the validators of the last answer."""
        self.remembered = await self._store(self.desk.state)
        self.read_before = self.remembered.entries is not None
        walk = ListWalk(state=self.remembered, source=self.source)
        yield self._list_request(
            self.source.url, walk, headers=validators(self.remembered, now=self.crawling.clock())
        )

    def _list_request(self, url: str, walk: ListWalk, *, headers: dict[str, str] | None = None) -> Request:
        return Request(
            url,
            callback=self.parse_list,
            errback=self.list_failed,
            headers=headers or {},
            cb_kwargs={"walk": walk},
            meta={
                "is_list": True,
                "download_maxsize": self.source.limits.feed_bytes,
                "conditional": bool(headers),
            },
        )

    async def parse_list(self, response: Response, walk: ListWalk) -> AsyncIterator[Request]:
        """Turn a list into stored leads, then ask for the pages of all that wait."""
        if walk.first and (moved := moved_for_good(response.meta["captures"])) is not None:
            self.odd(f"list_moved: for good, to {moved}; put that into the config", url=self.source.url)
        if response.status == 304 and response.meta["conditional"]:
            self.tally.listed = True
        else:
            follow = await self._take_list(response, walk)
            if follow is not None:
                yield follow
                return
        async for page in self._pending():
            yield page

    async def _take_list(self, response: Response, walk: ListWalk) -> Request | None:
        """Read one page of the list; return the request for the next one, if there is one to read."""
        problem = skipped_by_status(response.url, response.status)
        if problem is not None:
            return self._list_problem(problem.detail, response.url, walk)
        if walk.first and digest(response) == walk.state.body_sha256:
            self._remember(response, None)
            self.tally.listed = True
            return None
        try:
            found = await self._work(
                LIST_SECONDS,
                read_list,
                response.body,
                source=walk.source,
                url=response.url,
                content_type=header(response, "Content-Type"),
                now=self.crawling.clock(),
            )
        except PageChanged as error:
            return self._list_problem(error.cause, response.url, walk)
        except WorkerFailed as error:
            return self._list_problem(f"reading the list {error}", response.url, walk)
        return await self._commit_list(response, walk, found)

    def _remember(self, response: Response, found: Discovered | None) -> None:
        self.remembered = state_after_list(
            self.remembered,
            found,
            headers={name: header(response, name) for name in ("ETag", "Last-Modified")},
            digest=digest(response),
            conditional=response.meta["conditional"],
            now=self.crawling.clock(),
        )

    async def _commit_list(self, response: Response, walk: ListWalk, found: Discovered) -> Request | None:
        """Commit the leads of one page; with the last page also the feed state that led to them."""
        for skip in found.skipped:
            self.tally.count_skip(skip)
        for warning in found.warnings:
            self.odd(warning, url=response.url)
        if walk.first:
            self._remember(response, found)
            if gone := self.crawling.emptied(self.source.id, walk.state, found):
                self.odd(gone, url=response.url)
        self.tally.count_list(found, languages=self.source.languages, now=self.crawling.clock())
        self.evidence.received(response.url, response.meta["captures"])
        walk.pages += 1
        walk.seen.add(response.url)
        walk.entries += len(found.leads)
        walk.go_on(further_pages(found, walk))
        if walk.done and found.format == "sitemap_index" and not walk.entries:
            walk.todo.clear()
            cause = f"no sitemap of articles among {walk.pages} of this index"
            return self._list_problem(cause, self.source.url, walk)
        found = since(found, walk.filling)
        marked = marks(response, self.source)
        leads = [
            (canonical(lead.url, keep_fragment=lead.complete), replace(lead, warnings=lead.warnings + marked))
            for lead in found.leads
        ]
        try:
            counts = await self._store(
                self.desk.discovered, leads, self.remembered if walk.done else walk.state
            )
        except CloseSpider:
            self.remembered = walk.state  # its leads were not kept: it is asked for whole again
            raise
        self.tally.leads_new += counts.new
        self.tally.leads_changed += counts.changed
        # a list that was read before and now holds nothing known may have moved on further than it shows
        known_before = walk.state.entries is not None and walk.done and walk.pages == 1
        self.tally.overflowed |= known_before and counts.new == len(leads) >= FEWEST
        if not walk.done:
            return self._list_request(walk.todo.pop(0), walk)
        if walk.todo:
            self.odd(f"cut after {walk.pages} pages, {len(walk.todo)} are left", url=response.url)
        self.tally.listed = True
        return self._fill_gap(response.url, walk) if self.tally.overflowed else None

    def _fill_gap(self, url: str, walk: ListWalk) -> Request | None:
        """Say that a list moved on further than it shows; what it no longer shows may stand in the host's news sitemap."""
        if walk.filling is not None or walk.state.last_poll is None:
            return None
        words = f"possible gap: all {walk.entries} entries are new since {walk.state.last_poll:%Y-%m-%d %H:%M} UTC"
        self.odd(f"{words}; shorten the interval, or take a longer list", url=url)
        rules = self.crawling.robots.known(url)
        named = [one for one in from_robots(rules.sitemaps() if rules else (), url) if same_site(one, url)]
        if not named:
            return None
        source = replace(self.source, url=named[0], type=SourceType.AUTO)
        more = ListWalk(state=self.remembered, source=source, fallback=True, filling=walk.state.last_poll)
        return self._list_request(named[0], more)

    def _list_problem(self, cause: str, url: str, walk: ListWalk) -> Request | None:
        """Note why the list could not be read; return a request for the fallback where one is left to try."""
        if walk.filling is not None or (walk.entries and walk.pages):
            # what was read stands; the next poll walks the list again
            self.remembered = walk.state
            self.odd(f"{url[:200]}: {cause}", url=url)
            self.tally.listed = not walk.todo
            return self._list_request(walk.todo.pop(0), walk) if walk.todo else None
        if self.tally.trouble is None:
            self.tally.trouble, self.tally.error_url = cause, url
        if walk.todo and walk.pages < LIST_PAGES:
            walk.pages += 1
            return self._list_request(walk.todo.pop(0), walk)
        if not walk.first or self.source.fallback is None:
            return None
        log.warning(
            "list_fallback", source=self.source.id, url=url, cause=cause, fallback=self.source.fallback
        )
        source = replace(self.source, url=self.source.fallback, type=SourceType.AUTO)
        return self._list_request(
            self.source.fallback, ListWalk(state=walk.state, source=source, fallback=True)
        )

    async def list_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Note why nothing came back for the list; leads that wait are still fetched where the host answers."""
        request = request_of(failure)
        if isinstance(error_of(failure), Stopping):
            return
        problem = skipped_by_error(request.url, error_of(failure), rules=self.crawling.rules, request=request)
        cause = f"{problem.reason.replace('_', ' ')}: {problem.detail}"
        follow = self._list_problem(cause, request.url, request.cb_kwargs["walk"])
        if follow is not None:
            yield follow
        elif self.tally.reached:
            async for page in self._pending():
                yield page

    async def _pending(self) -> AsyncIterator[Request]:
        """Yield a request for each lead that waits; those that need no page are settled at once."""
        for waiting in await self._store(self.desk.pending, self.source.limits.pages):
            if waiting.again and (post := post_request(waiting)) is not None:
                yield post.replace(callback=self.parse_post, errback=self.page_failed)
                continue
            if waiting.lead.complete or self.source.keep is Keep.TITLE:
                await self._settle(waiting, None, ())
                continue
            try:
                url = fetchable(waiting.lead.url)
            except ValueError as error:
                await self._drop(waiting, _invalid(waiting.lead.url, error))
                continue
            yield Request(
                url, callback=self.parse_page, errback=self.page_failed, cb_kwargs={"waiting": waiting}
            )

    async def parse_page(self, response: Response, waiting: OpenLead) -> None:
        """Bring a fetched page to its outcome."""
        self.tally.fetched += 1
        problem = skipped_by_status(response.url, response.status) or sent_home(
            waiting.lead.url, response.url
        )
        if problem is not None:
            await self._without_page(waiting, problem)
            return
        page = page_of(response, requested=waiting.lead.url, source=self.source, now=self.crawling.clock())
        await self._settle(waiting, page, response.meta["captures"])

    async def parse_post(self, response: Response, waiting: OpenLead) -> None:
        """Bring a channel's preview, read for one post that is due again, to that post's outcome."""
        self.tally.fetched += 1
        problem = skipped_by_status(response.url, response.status)
        if problem is not None:
            await self._without_page(waiting, problem)
            return
        try:
            found = await self._work(
                LIST_SECONDS, read_list, response.body, source=self.source, url=response.url,
                content_type=header(response, "Content-Type"), now=self.crawling.clock(),
            )  # fmt: skip
        except (PageChanged, WorkerFailed) as error:
            await self._without_page(waiting, unreadable_preview(waiting.lead.url, str(error)))
            return
        post = post_in(found, waiting.lead)
        if isinstance(post, Skipped):
            await self._without_page(waiting, post)
        else:
            await self._settle(Again.of(waiting, post), None, response.meta["captures"])

    async def page_failed(self, failure: Failure) -> None:
        """Bring a page that could not be fetched to its outcome."""
        request = request_of(failure)
        if isinstance(failure.value, NotNow):
            self.odd("the poll took too long; some pages wait for the next", url=request.url)
            return
        waiting: OpenLead = request.cb_kwargs["waiting"]
        if isinstance(error_of(failure), Stopping):
            return
        skip = skipped_by_error(
            waiting.lead.url, error_of(failure), rules=self.crawling.rules, request=request
        )
        await self._without_page(waiting, skip)

    async def _without_page(self, waiting: OpenLead, skip: Skipped) -> None:
        """Try again later, or let the feed's own text stand in for the page."""
        if skip.retry and waiting.attempts + 1 < TRIES:
            await self._drop(waiting, skip)
            return
        outcome: Finding | Skipped = skip
        if stands_in(waiting, skip):
            outcome = await self._examine(waiting, None)
        if isinstance(outcome, Finding):
            await self._keep(waiting, in_place_of_its_page(outcome, skip))
        else:
            await self._drop(waiting, replace(skip, retry=False))

    async def _settle(self, waiting: OpenLead, page: Page | None, captures: tuple[Capture, ...]) -> None:
        """Examine a page, or a lead that is complete without one, and store what came of it."""
        outcome = await self._examine(waiting, page)
        if isinstance(outcome, Finding) and page is not None and not waiting.known:
            outcome = self.texts.first(outcome)
        if isinstance(outcome, Finding):
            await self._keep(waiting, replace(outcome, captures=captures))
        elif page is None or outcome.reason is SkipReason.OFF_TOPIC:
            await self._drop(waiting, outcome)
        else:
            await self._without_page(waiting, outcome)

    async def _examine(self, waiting: OpenLead, page: Page | None) -> Finding | Skipped:
        url = waiting.lead.url
        keep_off_topic = self.crawling.keep_off_topic or waiting.known
        try:
            if page is not None and self.crawling.cascade and not keep_off_topic:
                # a look at the words costs less than handing the page to a worker
                skip = ruled_out(page, lead=waiting.lead, source=self.source, added=self.crawling.added)
                if skip is not None:
                    return skip
            return await self._work(
                PAGE_SECONDS,
                examine,
                page,
                lead=waiting.lead,
                source=self.source,
                now=self.crawling.clock(),
                keep_off_topic=keep_off_topic,
                added=self.crawling.added,
                promised=not waiting.known,
            )
        except WorkerFailed as error:
            return skipped_by_error(url, error, rules=self.crawling.rules)
        except CloseSpider:
            raise
        except Exception as error:  # one bad page costs one page, and says so
            log.exception("page_failed", source=self.source.id, url=url)
            detail = f"{type(error).__name__}: {error}"[:300]
            return Skipped(url=url, reason=SkipReason.EXTRACTOR_FAILED, stage=Stage.EXTRACT, detail=detail)

    async def _keep(self, waiting: OpenLead, finding: Finding) -> None:
        evidence = await self.evidence.of(waiting.lead)
        kept = await self._store(self.desk.keep, waiting.id, finding, evidence)
        self.tally.versions += kept.change == "new_version"
        if kept.change in ("new", "new_version"):
            relevant = finding.verdict.standing is Standing.RELEVANT
            self.tally.findings += relevant
            self.tally.near_misses += not relevant
            log.info(
                "kept",
                source=self.source.id,
                url=finding.article.address,
                change=str(kept.change),
                standing=str(finding.verdict.standing),
            )

    async def _drop(self, waiting: OpenLead, skip: Skipped) -> None:
        evidence = await self.evidence.of(waiting.lead) if skip.retry else None
        await self._store(self.desk.close, waiting.id, skip, evidence)
        self.tally.count_skip(skip)
        if waiting.known and not skip.retry:
            log.info(
                "looked_again",
                source=self.source.id,
                url=skip.url,
                reason=str(skip.reason),
                detail=skip.detail,
            )

    async def _work(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run in a worker; where the job is stopping the crawl ends, and what was open stays pending."""
        try:
            return await self.crawling.workers.run(seconds, function, *args, **kwargs)
        except Stopping as error:
            raise CloseSpider("stopping") from error

    async def _store(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the store off the loop; a store that fails ends the crawl, and what was open stays pending."""
        try:
            return await asyncio.to_thread(function, *args, **kwargs)
        except StoreError as error:
            self.tally.error = f"the store failed: {error}"
            raise CloseSpider("store_failed") from error

    async def finished(self) -> CrawlReport:
        """Commit how the poll ended and return its report; one that was stopped before it read its list was none."""
        report = self.tally.report(self.source, now=self.crawling.clock())
        if self.crawling.gate.closed and not self.tally.listed and self.tally.error is None:
            return report
        state = state_after(
            self.remembered, report, read_before=self.read_before, hold_until=self.tally.hold_until
        )
        if self.tally.entries or self.notices:
            state = replace(state, notice="; ".join(self.notices)[:500] or None)
        tell_outage(self.source, before=self.remembered, report=report, state=state)
        self.crawling.told[self.source.id] = self._logged
        await asyncio.to_thread(self.desk.save, report, state)
        return report


def _invalid(url: str, error: ValueError) -> Skipped:
    return Skipped(url=url, reason=SkipReason.INVALID_URL, stage=Stage.FETCH, detail=str(error))
