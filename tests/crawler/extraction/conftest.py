"""What the extraction tests share: a page in, an article or its refusal out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.extraction import extract
from crawler.model import Article, Lead, Ownership, Page, Side, Skipped, Source, SourceType

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
URL = "https://news.example/a/1"
SOURCE = Source(
    id="news",
    name="News",
    country="UA",
    side=Side.UA,
    ownership=Ownership.PRIVATE,
    languages=("uk", "ru", "en"),
    type=SourceType.FEED,
    url="https://news.example/rss",
    timezone="Europe/Kyiv",
)

Extract = Callable[..., Article | Skipped]


@pytest.fixture
def extracted() -> Extract:
    """Return a function from markup, and what should differ from the ordinary, to what `extract` makes of it."""

    def run(
        body: str | bytes,
        *,
        url: str = URL,
        requested: str | None = None,
        content_type: str | None = "text/html",
        lead: dict[str, Any] | None = None,
        **source: Any,
    ) -> Article | Skipped:
        page = Page(
            requested_url=requested or url,
            url=url,
            body=body.encode() if isinstance(body, str) else body,
            fetched_at=NOW,
            content_type=content_type,
        )
        known = Lead(source_id="news", url=url, seen_in=SOURCE.url, **(lead or {}))
        return extract(page, source=replace(SOURCE, **source), lead=known, now=NOW)

    return run
