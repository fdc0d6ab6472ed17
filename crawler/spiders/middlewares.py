"""What every request passes on its way out and every response on its way in."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import unquote_to_bytes, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.model import Capture, Robots, SkipReason, Tls
from crawler.spiders.failures import POLL_SECONDS, NotNow, Refused, skipped_by_error
from crawler.spiders.gate import GateClosed, HostOnHold, host_of
from crawler.spiders.guard import literal
from crawler.spiders.retry_after import pause_asked
from crawler.spiders.robots import RobotsAnswer

if TYPE_CHECKING:
    from crawler.spiders.source_spider import SourceSpider

ROBOTS_BYTES = 16 * 1024 * 1024
"""Largest robots.txt taken off the wire; only its first 500 KiB are read."""

SECRET_HEADERS = {b"cookie", b"authorization", b"proxy-authorization"}


class _OfSpider:
    """A middleware that knows the crawl it serves."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    @property
    def spider(self) -> SourceSpider:
        return cast("SourceSpider", self.crawler.spider)


class AdmissionMiddleware(_OfSpider):
    """Lets only web addresses on allowed ports out, and secret headers to the source's own host only."""

    async def process_request(self, request: Request) -> None:
        """Refuse what must not be asked; runs again for each redirect."""
        request.meta["bytes_seen"] = 0
        request.meta.setdefault("download_maxsize", self.spider.source.limits.page_bytes)
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused(SkipReason.FORBIDDEN_ADDRESS, f"not a web address: {request.url[:200]}")
        source, rules = self.spider.source, self.spider.crawling.rules
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in source.ports and not rules.names_host(parts.hostname):
            raise Refused(SkipReason.FORBIDDEN_ADDRESS, f"port {port} is not among the source's ports")
        self._no_downgrade(request)
        spelled = literal(parts.hostname)
        # a proxy would connect there without asking our resolver
        if spelled is not None and not rules.allows(parts.hostname, spelled):
            detail = f"{parts.hostname} is {spelled}, a private address"
            raise Refused(SkipReason.FORBIDDEN_ADDRESS, detail)
        own = host_of(request.url) == host_of(source.url) and (
            parts.scheme == "https" or source.url.startswith("http:")
        )
        for name, value in source.headers:
            if own:
                request.headers[name] = value
            else:
                request.headers.pop(name, None)
        self._through_proxy(request, source.proxy or self.spider.crawling.proxy)

    def _through_proxy(self, request: Request, proxy: str | None) -> None:
        """Send a request by way of the proxy, with its password in the header that proxies read."""
        request.headers.pop("Proxy-Authorization", None)
        if not proxy:
            return
        scheme, _, rest = proxy.rpartition("://")
        login, at, host = rest.rpartition("@")
        request.meta["proxy"] = f"{scheme or 'http'}://{host}"
        if at:
            token = b64encode(unquote_to_bytes(login)).decode("ascii")
            request.headers["Proxy-Authorization"] = f"Basic {token}"

    def _no_downgrade(self, request: Request) -> None:
        """Refuse a redirect from https to http, by which anybody between could change what we read."""
        before = request.meta.get("redirect_urls", ())
        if not before or request.url.startswith("https:") or not before[-1].startswith("https:"):
            return
        if self.spider.source.tls is Tls.VERIFY:
            detail = (
                f"TLS: {before[-1]} redirects to {request.url[:200]} without it; tls: unverified allows that"
            )
            raise Refused(SkipReason.TLS, detail)


class RobotsMiddleware(_OfSpider):
    """Asks robots.txt before any request, feeds included."""

    async def process_request(self, request: Request) -> None:
        """Refuse what robots.txt disallows; slow down where it asks for it."""
        spider = self.spider
        if request.meta.get("robots_exempt"):
            return
        if request.meta.get("is_list") and spider.source.robots is Robots.IGNORE_FEED:
            spider.log_once("robots_ignored", url=request.url, cause="robots: ignore_feed in the config")
            return
        found = await spider.crawling.robots.rules(request.url, self._fetch)
        if not found.allow(request.url):
            raise Refused(found.reason, found.cause or "disallowed by robots.txt", retry=bool(found.cause))
        delay = found.crawl_delay()
        if delay and not spider.crawling.gate.slow_down(request.url, delay):
            spider.log_once("crawl_delay_capped", url=request.url, asked=delay)

    async def _fetch(self, address: str) -> RobotsAnswer:
        request = Request(
            address, dont_filter=True, meta={"robots_exempt": True, "download_maxsize": ROBOTS_BYTES}
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except (HostOnHold, GateClosed):
            raise
        except Exception as error:  # noqa: BLE001 - RFC 9309: whatever kept us from the file means no
            skip = skipped_by_error(address, error, rules=self.spider.crawling.rules, request=request)
            return RobotsAnswer(status=None, cause=f"robots.txt: {skip.detail}", reason=skip.reason)
        return RobotsAnswer(status=response.status, body=response.body)


class TurnMiddleware(_OfSpider):
    """Waits for the host's turn as the last thing before the wire, and minds its Retry-After."""

    async def process_request(self, request: Request) -> None:
        """Wait in the host's line."""
        gate = self.spider.crawling.gate
        if self.spider.out_of_time():
            raise NotNow(f"the poll took longer than {POLL_SECONDS:g} s")
        await gate.turn(request.url)
        self.spider.tally.requests += 1

    async def process_response(self, request: Request, response: Response) -> Response:
        """Note that the host answered, and the pause it asked for."""
        self.spider.tally.reached = True
        if response.status in (429, 503):
            raw = response.headers.get(b"Retry-After")
            seconds = pause_asked(raw.decode("latin-1") if raw else None, now=self.spider.crawling.clock())
            if seconds is not None:
                crawling = self.spider.crawling
                held = crawling.gate.hold(request.url, seconds)
                if crawling.gate.key(request.url) == crawling.gate.key(self.spider.source.url):
                    self.spider.tally.hold_until = crawling.clock() + timedelta(seconds=held)
                self.spider.log_once("host_on_hold", url=request.url, seconds=held)
        return response


class RecorderMiddleware(_OfSpider):
    """Keeps each exchange as received, nearest to the wire, so that evidence is what the outlet sent."""

    async def process_response(self, request: Request, response: Response) -> Response:
        """Append the exchange to the request's chain, which redirects carry on."""
        self.spider.tally.received += len(response.body)
        capture = Capture(
            url=request.url,
            status=response.status,
            fetched_at=self.spider.crawling.clock(),
            body=response.body,
            headers=_pairs(response.headers.items()),
            request_headers=_pairs(
                (name, values)
                for name, values in request.headers.items()
                if name.lower() not in SECRET_HEADERS | self.spider.secret_headers
            ),
            method=request.method,
            protocol=response.protocol or "HTTP/1.1",
            ip=str(response.ip_address) if response.ip_address else None,
        )
        request.meta["captures"] = (*request.meta.get("captures", ()), capture)
        return response


def _pairs(headers: Iterable[tuple[bytes, Iterable[bytes]]]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers for value in values
    )
