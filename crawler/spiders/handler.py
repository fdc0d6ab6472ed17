"""Scrapy's HTTP/1.1 handler with ceilings on the time to connect and on what comes before a body."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web import _newclient as http

CONNECT_SECONDS = 10.0

HEAD_BYTES = 128 * 1024
"""Ceiling on status line and headers, interim answers included; one line may take all of it."""

HEAD_LINES = 1000


class TooMuchHead(http.ParseError):
    """An answer whose headers do not end."""


class _BoundedParser(http11._LenientHTTPClientParser):
    """Twisted drops an answer for one header line of 16 KiB, and takes lines without end."""

    MAX_LENGTH = HEAD_BYTES
    head_bytes = head_lines = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - the parser's name
        """Take a line of what comes before the body, interim answers included."""
        self.head_bytes += len(line)
        self.head_lines += 1
        if self.head_bytes > HEAD_BYTES or self.head_lines > HEAD_LINES:
            self._too_much()
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802 - the parser's name
        """Name the fault instead of hanging up in silence."""
        self._too_much()

    def _too_much(self) -> None:
        raise TooMuchHead(f"headers of more than {HEAD_BYTES} bytes or {HEAD_LINES} lines", b"")


class _BoundedProtocol(http11._LenientHTTP11ClientProtocol):
    """One connection whose answers are parsed within bounds."""

    def request(self, request: http.Request) -> Any:
        """Begin an exchange; the class of the parser can only be changed once it is made, as Scrapy does too."""
        answer = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(http11._LenientHTTP11ClientFactory):
    """Makes bounded protocols."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802, ARG002 - the factory's name
        """Return the protocol of one connection."""
        return _BoundedProtocol(self._quiescentCallback)


class _Agent(http11._ScrapyAgent):
    """Scrapy gives connecting the whole time of a download; a black hole would then hold a slot for all of it."""

    def _get_agent(self, request: Request, timeout: float) -> Any:
        return super()._get_agent(request, min(timeout, CONNECT_SECONDS))


class PoliteHandler(http11.HTTP11DownloadHandler):
    """Downloads as Scrapy does; connecting may take 10 s, the whole exchange DOWNLOAD_TIMEOUT."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory

    async def download_request(self, request: Request) -> Response:
        """Return the response, or raise one of Scrapy's download errors."""
        agent = _Agent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))
