"""What an answer is found to be while it comes in, and the page that is made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Response

from crawler.extraction.markup import MAGIC, PAGE_TYPES
from crawler.model import Page, Source, Tls
from crawler.spiders.settings import PARSED_ROBOTS_BYTES

NO_PAGES = tuple(magic for magic, _ in MAGIC if magic != b"\x1f\x8b")
"""First bytes of what is no page; gzip may be the packing of one."""

UNVERIFIED = "tls: the certificate was not verified"
DOWNGRADED = "tls: redirected from https to http"
UNENDED = "the connection ended without saying whether this is all, and the page has no end"


class EarlyStop:
    """Ends a download once its headers or first bytes tell that it is no page: a film is not read to its limit."""

    def __init__(self, crawler: Crawler) -> None:
        # Scrapy keeps weak references to handlers: who makes this must keep it
        crawler.signals.connect(self.headers_received, signals.headers_received)
        crawler.signals.connect(self.bytes_received, signals.bytes_received)

    def headers_received(self, headers: Headers, request: Request, **_: Any) -> None:
        """Stop where the type is none of a page's; lists and robots.txt come with any type."""
        kind = (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
        if _is_page(request) and kind and not any(name in kind for name in PAGE_TYPES):
            raise StopDownload(fail=False)

    def bytes_received(self, data: bytes, request: Request, **_: Any) -> None:
        """Stop where the first bytes are those of an image or a film, or robots.txt is longer than anybody reads."""
        before: int = request.meta.get("bytes_seen", 0)
        request.meta["bytes_seen"] = before + len(data)
        if not before and _is_page(request) and data.startswith(NO_PAGES):
            raise StopDownload(fail=False)
        if request.meta.get("robots_exempt") and before > PARSED_ROBOTS_BYTES:
            raise StopDownload(fail=False)


def _is_page(request: Request) -> bool:
    return not (request.meta.get("is_list") or request.meta.get("robots_exempt"))


def page_of(response: Response, *, requested: str, source: Source, now: datetime) -> Page:
    """Return the page that an answer is, with what its reader should know of how it came."""
    raw = response.headers.get("Content-Type")
    whole = "partial" not in response.flags or b"</html" in response.body[-2000:].lower()
    return Page(
        requested_url=requested,
        url=response.url,
        body=response.body,
        fetched_at=now,
        content_type=raw.decode("latin-1") if raw else None,
        warnings=(*marks(response, source), *(() if whole else (UNENDED,))),
        whole=whole,
    )


def marks(response: Response, source: Source) -> tuple[str, ...]:
    """Return what a reader should know of the way an answer came, where its source lets TLS unverified."""
    if source.tls is Tls.VERIFY:
        return ()
    way = [*response.meta.get("redirect_urls", ()), response.url]
    secure = [url.startswith("https:") for url in way]
    found = (UNVERIFIED,) if any(secure) else ()
    return (*found, DOWNGRADED) if any(secure) and not secure[-1] else found
