"""Scrapy's HTTP/1.1 handler with a ceiling on the time to connect."""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers import http11
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

CONNECT_SECONDS = 10.0


class _Agent(http11._ScrapyAgent):
    """Scrapy gives connecting the whole time of a download; a black hole would then hold a slot for all of it."""

    def _get_agent(self, request: Request, timeout: float) -> Any:
        return super()._get_agent(request, min(timeout, CONNECT_SECONDS))


class PoliteHandler(http11.HTTP11DownloadHandler):
    """Downloads as Scrapy does; connecting may take 10 s, the whole exchange DOWNLOAD_TIMEOUT."""

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
