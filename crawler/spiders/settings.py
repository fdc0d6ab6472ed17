"""Scrapy's settings for one source. Its defaults favour reach; these favour safety and evidence."""

from __future__ import annotations

from typing import Any

from crawler.model import Source, Tls

PARSED_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB of a robots.txt are parsed; what follows is ignored."""

HANDLER = "crawler.spiders.handler.PoliteHandler"

DOWNLOADER_MIDDLEWARES = {
    "crawler.spiders.middlewares.AdmissionMiddleware": 50,
    "crawler.spiders.middlewares.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "crawler.spiders.unpacking.UnpackingMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "crawler.spiders.middlewares.TurnMiddleware": 800,
    "crawler.spiders.middlewares.RecorderMiddleware": 900,
}
"""What every request and answer passes through, the nearest to the spider first."""

RETRIED = [
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
    "twisted.internet.error.ConnectionDone",
    "twisted.internet.error.ConnectionLost",
]
"""Failures that a second try may mend."""


def crawl_settings(source: Source, *, user_agent: str) -> dict[str, Any]:
    """Return every setting that differs from Scrapy's default, for a crawl of `source`."""
    return {
        "USER_AGENT": user_agent,
        # no ports opened, no code taken from outside, no files read
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "EXTENSIONS_BASE": {},
        "DOWNLOAD_HANDLERS_BASE": {"http": HANDLER, "https": HANDLER},
        # ceilings
        "DOWNLOAD_TIMEOUT": source.limits.seconds,
        "DOWNLOAD_MAXSIZE": source.limits.page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524],
        "RETRY_EXCEPTIONS": RETRIED,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "CONCURRENT_ITEMS": 4,
        # the gate keeps each host's gap over all crawls; Scrapy's own delay is per crawl
        "DOWNLOAD_DELAY": 0,
        # evidence
        "DOWNLOAD_VERIFY_CERTIFICATES": source.tls is Tls.VERIFY,
        "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2",
        "COOKIES_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.5",
            "Accept-Language": ", ".join(source.languages) + ", *;q=0.3",
        },
        # every lead ends with an outcome: no request may be dropped as a duplicate
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.referer.RefererMiddleware": 700},
        "DOWNLOADER_MIDDLEWARES_BASE": DOWNLOADER_MIDDLEWARES,
        "REFERRER_POLICY": "no-referrer",
        "STATS_DUMP": False,
        "LOG_ENABLED": False,
    }
