"""A fetched page to an Article: text, title, dates and address, each with where it came from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.charset import decoded
from crawler.dates import ParsedDate
from crawler.extraction import addresses, body, published, rules, structured, tree, walls
from crawler.language import detect
from crawler.model import Article, DateOrigin, Lead, Page, PageRules, Skipped, SkipReason, Source, Stage
from crawler.urls import canonical, site

__all__ = ["article_from_lead", "extract"]

STUB_CHARS = 900
"""A page that says it is behind a wall and shows less than this is partial."""

UNDATED_TEXT = "the page names no date; the feed's is taken"


def extract(page: Page, *, source: Source, lead: Lead, now: datetime) -> Article | Skipped:
    """Return the article a page shows, or why it shows none.

    Args:
        page: body with Content-Encoding undone; its charset is found out here.
        source: gives the languages, the zone for dates without one, and rules for its pages.
        lead: what the feed said; fills in where the page is silent.
        now: dates far after it are refused.
    """
    if not _is_html(page):
        detail = f"{page.content_type or 'no content type'}, {len(page.body)} bytes"
        return Skipped(url=page.url, reason=SkipReason.NOT_HTML, stage=Stage.EXTRACT, detail=detail)
    root = tree.parsed(decoded(page.body, page.content_type))
    if root is None:
        return Skipped(url=page.url, reason=SkipReason.NO_TEXT, stage=Stage.EXTRACT, detail="an empty page")
    data = structured.read(root)
    page_rules = rules.for_page(page.url, source)
    tree.remove_hidden(root)
    main = body.main_text(root, rules=page_rules, url=page.url)
    wall = walls.recognised(root, main.text)
    if wall:
        return Skipped(
            url=page.url, reason=SkipReason.BLOCKED, stage=Stage.EXTRACT, detail=f"a wall page: «{wall}»"
        )
    if not main.text:
        return Skipped(
            url=page.url, reason=SkipReason.NO_TEXT, stage=Stage.EXTRACT, detail="no readable text"
        )
    dated = published.date_of(data, root, rules=page_rules, lead=lead, source=source, url=page.url, now=now)
    return _article(
        page,
        source,
        lead,
        _Parts(data=data, main=main, dated=dated, rules=page_rules, root_title=tree.title(root)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    data: structured.Structured
    main: body.MainText
    dated: tuple[ParsedDate, DateOrigin] | None
    rules: PageRules
    root_title: str | None


def _article(page: Page, source: Source, lead: Lead, parts: _Parts) -> Article:
    known = addresses.of_page(page, parts.data)
    title = structured.headline(parts.data, parts.root_title) or lead.title or ""
    when, origin = parts.dated or (None, None)
    stub = parts.data.behind_wall and len(parts.main.text) < STUB_CHARS
    return Article(
        address=known.address,
        outlet=site(known.address),
        title=title,
        text=parts.main.text,
        language=detect(f"{title}\n{parts.main.text}", source.languages) or parts.data.language,
        authors=parts.data.authors or lead.authors,
        published=when.instant if when else None,
        published_raw=when.raw if when else None,
        published_from=origin,
        zone_known=when.zone_known if when else True,
        modified=published.modified(parts.data, source),
        addresses=known.others,
        partial=parts.main.partial or stub,
        warnings=(*page.warnings, *known.warnings, *parts.main.warnings),
    )


def article_from_lead(lead: Lead, *, source: Source) -> Article:
    """Return the article that a feed entry or a post is by itself, for pages that can't or mayn't be fetched."""
    title, text = lead.title or "", lead.text or ""
    address = canonical(lead.url)
    if "#" in lead.url and lead.complete:
        address = f"{address}#{lead.url.partition('#')[2]}"  # an entry without a link of its own
    return Article(
        address=address,
        outlet=site(lead.url),
        title=title,
        text=text,
        language=detect(f"{title}\n{text}", source.languages) or lead.language,
        authors=lead.authors,
        published=lead.published,
        published_raw=lead.published_raw,
        published_from=DateOrigin.FEED if lead.published else None,
        zone_known=lead.zone_known,
        modified=lead.updated,
        from_feed=not lead.complete,
        warnings=lead.warnings,
    )


def _is_html(page: Page) -> bool:
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    if (
        kind
        and "html" not in kind
        and kind not in ("text/plain", "application/octet-stream", "application/xml", "text/xml")
    ):
        return False
    head = page.body[:2000].lstrip().lower()
    return (
        "html" in kind
        or head.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head", b"<body"))
        or b"<html" in head
    )
