"""The spider of one source: its list, then every lead that waits, each to an outcome."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import scrapy
import structlog
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery import read_list
from crawler.errors import PageChanged, StoreError
from crawler.model import (
    CrawlReport,
    Discovered,
    Finding,
    Keep,
    Lead,
    Outcome,
    Page,
    Skipped,
    SkipReason,
    Source,
    SourceState,
    SourceType,
    Stage,
    Standing,
)
from crawler.pipeline import examine
from crawler.spiders.desk import Desk, OpenLead
from crawler.spiders.failures import skipped_by_error, skipped_by_status
from crawler.spiders.workers import WorkerFailed
from crawler.urls import canonical, fetchable

if TYPE_CHECKING:
    from crawler.spiders.crawling import Crawling

FULL_FETCH = timedelta(hours=24)
"""A list is fetched without validators at least this often: a server that answers 304 for ever is found out."""

LIST_SECONDS = 30.0
"""Time a worker has for one list."""

PAGE_SECONDS = 20.0
"""Time a worker has for one page."""

LIST_PAGES = 20
"""How many pages of one list are walked in one poll: older Telegram pages, sitemaps of an index."""

TRIES = 5
"""How often a lead is tried before its feed's own text must do."""

VALIDATOR_CHARS = 1000
"""Longer validators are not sent back: a huge header makes servers and Twisted drop the exchange."""

log = structlog.get_logger("swapwatch.crawl")


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counters of one crawl, turned into a report at its end."""

    started: datetime
    requests: int = 0
    reached: bool = False
    leads_new: int = 0
    leads_changed: int = 0
    fetched: int = 0
    findings: int = 0
    near_misses: int = 0
    versions: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)
    error: str | None = None
    error_url: str | None = None
    status: int | None = None
    listed: bool = False
    """True once the source's list was read, or known to be unchanged."""


@dataclass(slots=True, kw_only=True)
class ListWalk:
    """Where a poll stands in a list of several pages; the feed state commits with its last page."""

    state: SourceState
    source: Source
    todo: list[str] = field(default_factory=list)
    pages: int = 0
    fallback: bool = False


class SourceSpider(scrapy.Spider):
    """Polls one source. Takes its list, commits the leads, then fetches and settles what is pending."""

    name = "source"

    def __init__(self, *, source: Source, desk: Desk, crawling: Crawling) -> None:
        super().__init__()
        self.source = source
        self.desk = desk
        self.crawling = crawling
        self.tally = Tally(started=crawling.clock())
        self.secret_headers = {name.lower().encode() for name, _ in source.headers}
        self.state = SourceState()
        self._logged: set[str] = set()

    def log_once(self, event: str, **fields: Any) -> None:
        """Log an event once per crawl, however many requests meet it."""
        if event not in self._logged:
            self._logged.add(event)
            log.warning(event, source=self.source.id, **fields)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the source's list, with the validators of the last answer."""
        self.state = await asyncio.to_thread(self.desk.state)
        now = self.crawling.clock()
        full = self.state.last_full_fetch is None or now - self.state.last_full_fetch > FULL_FETCH
        headers = {} if full else _validators(self.state)
        walk = ListWalk(state=self.state, source=self.source)
        yield self._list_request(self.source.url, walk, headers=headers)

    def _list_request(self, url: str, walk: ListWalk, *, headers: dict[str, str] | None = None) -> Request:
        return Request(
            url,
            callback=self.parse_list,
            errback=self.list_failed,
            headers=headers or {},
            cb_kwargs={"walk": walk},
            dont_filter=True,
            meta={"is_list": True, "download_maxsize": self.source.limits.feed_bytes, "conditional": bool(headers)},
        )

    async def parse_list(self, response: Response, walk: ListWalk) -> AsyncIterator[Request]:
        """Turn a list into stored leads, then ask for the pages of all that wait."""
        request = response.request
        if response.status == 304 and request is not None and request.meta["conditional"]:
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
            self.tally.status = response.status
            return self._list_problem(problem.detail, response.url, walk)
        digest = hashlib.sha256(response.body).hexdigest()
        if digest == walk.state.body_sha256 and not walk.pages and not walk.fallback:
            self.state = self._state_after(response, walk, digest, entries=walk.state.entries)
            self.tally.listed = True
            return None
        try:
            found = await self.crawling.workers.run(
                LIST_SECONDS, read_list, response.body, source=walk.source, url=response.url,
                content_type=_content_type(response), now=self.crawling.clock(),
            )  # fmt: skip
        except PageChanged as error:
            return self._list_problem(error.cause, response.url, walk)
        except WorkerFailed as error:
            return self._list_problem(f"reading the list {error}", response.url, walk)
        return await self._commit_list(response, walk, found, digest)

    async def _commit_list(
        self, response: Response, walk: ListWalk, found: Discovered, digest: str
    ) -> Request | None:
        """Commit the leads of one page; with the last page also the feed state that led to them."""
        for skip in found.skipped:
            self.tally.skipped[skip.reason] += 1
        for warning in found.warnings:
            self.log_once("list_warning", url=response.url, warning=warning)
        if walk.pages == 0 and not walk.fallback:
            self.state = self._state_after(response, walk, digest, entries=len(found.leads))
        walk.pages += 1
        walk.todo.extend(self._further(found, walk))
        last = not walk.todo or walk.pages >= LIST_PAGES
        addressed = [(canonical(lead.url), lead) for lead in found.leads]
        counts = await self._store(self.desk.discovered, addressed, self.state if last else walk.state)
        self.tally.leads_new += counts.new
        self.tally.leads_changed += counts.changed
        if not last:
            return self._list_request(walk.todo.pop(0), walk)
        if walk.todo:
            self.log_once("list_cut", url=response.url, pages=walk.pages, left=len(walk.todo))
        self.tally.listed = True
        return None

    def _further(self, found: Discovered, walk: ListWalk) -> list[str]:
        """Return the list pages still to read: an index's sitemaps, or older posts back to the last known one."""
        if found.children:
            return list(found.children[:LIST_PAGES])
        posts = [post_number(lead) for lead in found.leads]
        known = walk.state.last_post
        if found.older and known is not None and posts and min(posts) > known + 1:
            return [found.older]
        return []

    def _state_after(
        self, response: Response, walk: ListWalk, digest: str, *, entries: int | None
    ) -> SourceState:
        now = self.crawling.clock()
        conditional = response.request is not None and response.request.meta["conditional"]
        return replace(
            walk.state,
            etag=_header(response, b"ETag"),
            last_modified=_header(response, b"Last-Modified"),
            body_sha256=digest,
            entries=entries,
            last_full_fetch=walk.state.last_full_fetch if conditional else now,
        )

    def _list_problem(self, cause: str, url: str, walk: ListWalk) -> Request | None:
        """Note why the list could not be read; return a request for the fallback where one is left to try."""
        if self.tally.error is None:
            self.tally.error, self.tally.error_url = cause, url
        if walk.fallback or self.source.fallback is None or walk.pages:
            return None
        log.warning("list_fallback", source=self.source.id, url=url, cause=cause, fallback=self.source.fallback)
        source = replace(self.source, url=self.source.fallback, type=SourceType.AUTO)
        return self._list_request(self.source.fallback, ListWalk(state=walk.state, source=source, fallback=True))

    async def list_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Note why nothing came back for the list; leads that wait are still fetched."""
        request: Request = failure.request  # type: ignore[attr-defined]
        problem = skipped_by_error(request.url, failure.value, rules=self.crawling.rules)  # type: ignore[arg-type]
        follow = self._list_problem(f"{problem.reason.replace('_', ' ')}: {problem.detail}", request.url, request.cb_kwargs["walk"])
        if follow is not None:
            yield follow
            return
        if self.tally.reached:
            async for page in self._pending():
                yield page

    async def _pending(self) -> AsyncIterator[Request]:
        """Yield a request for each lead that waits; those that need no page are settled at once."""
        for waiting in await self._store(self.desk.pending, self.source.limits.pages):
            if waiting.lead.complete or self.source.keep is Keep.TITLE:
                await self._settle(waiting, None, ())
                continue
            try:
                url = fetchable(waiting.lead.url)
            except ValueError as error:
                skip = Skipped(url=waiting.lead.url, reason=SkipReason.INVALID_URL, stage=Stage.FETCH, detail=str(error))
                await self._drop(waiting, skip)
                continue
            yield Request(
                url, callback=self.parse_page, errback=self.page_failed, cb_kwargs={"waiting": waiting}, dont_filter=True
            )

    async def parse_page(self, response: Response, waiting: OpenLead) -> None:
        """Bring a fetched page to its outcome."""
        self.tally.fetched += 1
        problem = skipped_by_status(response.url, response.status) or _sent_home(waiting.lead.url, response.url)
        if problem is not None:
            await self._without_page(waiting, problem)
            return
        page = Page(
            requested_url=waiting.lead.url,
            url=response.url,
            body=response.body,
            fetched_at=self.crawling.clock(),
            content_type=_content_type(response),
        )
        captures = response.request.meta["captures"] if response.request is not None else ()
        await self._settle(waiting, page, captures)

    async def page_failed(self, failure: Failure) -> None:
        """Bring a page that could not be fetched to its outcome."""
        waiting: OpenLead = failure.request.cb_kwargs["waiting"]  # type: ignore[attr-defined]
        skip = skipped_by_error(waiting.lead.url, failure.value, rules=self.crawling.rules)  # type: ignore[arg-type]
        await self._without_page(waiting, skip)

    async def _without_page(self, waiting: OpenLead, skip: Skipped) -> None:
        """Try again later, or let the feed's own text stand in for the page."""
        attempts = getattr(waiting, "attempts", 0)
        if skip.retry and attempts + 1 < TRIES:
            await self._drop(waiting, skip)
            return
        skip = replace(skip, retry=False)
        if skip.reason is SkipReason.GONE or not (waiting.lead.title or waiting.lead.text):
            await self._drop(waiting, skip)
            return
        outcome = await self._examine(waiting, None)
        await self._drop(waiting, skip) if isinstance(outcome, Skipped) else await self._keep(waiting, outcome)

    async def _settle(self, waiting: OpenLead, page: Page | None, captures: tuple[Any, ...]) -> None:
        """Examine a page, or a lead that is complete without one, and store what came of it."""
        outcome = await self._examine(waiting, page)
        if isinstance(outcome, Finding):
            await self._keep(waiting, replace(outcome, captures=captures))
        elif page is None or outcome.reason is SkipReason.OFF_TOPIC:
            await self._drop(waiting, outcome)
        else:
            await self._without_page(waiting, outcome)

    async def _examine(self, waiting: OpenLead, page: Page | None) -> Finding | Skipped:
        try:
            return await self.crawling.workers.run(
                PAGE_SECONDS, examine, page, lead=waiting.lead, source=self.source,
                now=self.crawling.clock(), keep_off_topic=self.crawling.keep_off_topic,
            )  # fmt: skip
        except WorkerFailed as error:
            return skipped_by_error(waiting.lead.url, error, rules=self.crawling.rules)
        except Exception as error:  # noqa: BLE001 - one bad page costs one page, and says so
            log.error("page_failed", source=self.source.id, url=waiting.lead.url, cause=repr(error)[:500])
            detail = f"{type(error).__name__}: {error}"[:300]
            return Skipped(url=waiting.lead.url, reason=SkipReason.EXTRACTOR_FAILED, stage=Stage.EXTRACT, detail=detail)

    async def _keep(self, waiting: OpenLead, finding: Finding) -> None:
        kept = await self._store(self.desk.keep, waiting.id, finding)
        self.tally.versions += kept.change == "new_version"
        if kept.change in ("new", "new_version"):
            relevant = finding.verdict.standing is Standing.RELEVANT
            self.tally.findings += relevant
            self.tally.near_misses += not relevant
            log.info("kept", source=self.source.id, url=finding.article.address, change=str(kept.change), standing=str(finding.verdict.standing))

    async def _drop(self, waiting: OpenLead, skip: Skipped) -> None:
        await self._store(self.desk.close, waiting.id, skip)
        self.tally.skipped[skip.reason] += 1

    async def _store(self, function: Any, *args: Any) -> Any:
        """Call the store off the loop; a store that fails ends the crawl, and what was open stays pending."""
        try:
            return await asyncio.to_thread(function, *args)
        except StoreError as error:
            self.tally.error = f"the store failed: {error}"
            raise CloseSpider("store_failed") from error

    async def finished(self) -> CrawlReport:
        """Commit how the poll ended and return its report."""
        now, tally = self.crawling.clock(), self.tally
        failed = tally.error is not None or not tally.listed
        stored = tally.leads_new or tally.leads_changed or tally.findings or tally.near_misses
        report = CrawlReport(
            source_id=self.source.id,
            started=tally.started,
            finished=now,
            outcome=Outcome.ERROR if failed else Outcome.STORED if stored else Outcome.UNCHANGED,
            leads_new=tally.leads_new,
            leads_changed=tally.leads_changed,
            fetched=tally.fetched,
            findings=tally.findings,
            near_misses=tally.near_misses,
            versions=tally.versions,
            skipped=tuple(sorted(tally.skipped.items())),
            error=tally.error or (None if tally.listed else "stopped before the list was read"),
            url=tally.error_url or (self.source.url if failed else None),
            requests=tally.requests,
            reached=tally.reached,
        )
        await asyncio.to_thread(self.desk.save, report, self._state_of(report))
        return report

    def _state_of(self, report: CrawlReport) -> SourceState:
        now = report.finished
        if report.outcome is Outcome.ERROR:
            return replace(
                self.state,
                last_poll=now,
                failures=self.state.failures + 1,
                failing_since=self.state.failing_since or now,
                error=report.error,
            )
        return replace(self.state, last_poll=now, last_success=now, failures=0, failing_since=None, error=None)


def post_number(lead: Lead) -> int:
    """Return the number of a Telegram post, 0 for any other lead."""
    tail = lead.url.rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0


def _validators(state: SourceState) -> dict[str, str]:
    pairs = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in pairs.items() if value}


def _header(response: Response, name: bytes) -> str | None:
    raw = response.headers.get(name)
    return raw.decode("latin-1") if raw and len(raw) <= VALIDATOR_CHARS else None


def _content_type(response: Response) -> str | None:
    return _header(response, b"Content-Type")


def _sent_home(asked: str, final: str) -> Skipped | None:
    """A redirect from an article to the front page is no article."""
    if urlsplit(final).path.strip("/") or not urlsplit(asked).path.strip("/"):
        return None
    return Skipped(url=asked, reason=SkipReason.REDIRECTED_AWAY, stage=Stage.FETCH, detail=f"sent to the front page {final}")
