"""HTML pages that list articles, for outlets without a feed."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

import lxml.html
from lxml import etree

from crawler.discovery.cleaning import title_text
from crawler.errors import PageChanged
from crawler.model import Discovered, Lead, Skipped, SkipReason, Source, Stage
from crawler.urls import canonical, fetchable, same_site

EVERY_LINK = "//a[@href]"

ARTICLE_PATH = re.compile(r"\d{3,}|\.(?:s?html?|php)$|/[^/]{20,}/?$")
"""What addresses of articles have and menus lack: a number, a page's ending, a long slug."""

MENU_WORDS = 3
"""Links of fewer words are menus."""


def leads_from_section(text: str, *, source: Source, url: str, now: datetime) -> Discovered:  # noqa: ARG001 - one signature for all readers
    """Return the articles a page links to: by the source's rule, or by what addresses of articles look like.

    Raises:
        PageChanged: no link matches the rule, or the page has no links at all.
    """
    rule = source.page_rules.links
    try:
        root = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", no_network=True)
        )
        anchors = root.xpath(rule or EVERY_LINK)
    except (etree.ParserError, etree.XPathError) as error:
        raise PageChanged(f"unreadable section page: {error}", url=url, source_id=source.id) from error
    leads: dict[str, Lead] = {}
    skipped: list[Skipped] = []
    for anchor in anchors if isinstance(anchors, list) else []:
        found = _lead(anchor, source=source, url=url, by_rule=rule is not None)
        if isinstance(found, Skipped):
            skipped.append(found)
        elif found is not None:
            leads.setdefault(canonical(found.url), found)
    if not leads:
        cause = f"no link matches page_rules.links ({rule})" if rule else "no links to articles"
        raise PageChanged(cause, url=url, source_id=source.id)
    title = title_text(root.findtext(".//title"))
    return Discovered(format="section", leads=tuple(leads.values()), title=title, skipped=tuple(skipped))


def _lead(anchor: etree._Element, *, source: Source, url: str, by_rule: bool) -> Lead | Skipped | None:
    link = (anchor.get("href") or "").strip()
    words = title_text(" ".join(str(piece) for piece in anchor.itertext())) or title_text(anchor.get("title"))
    try:
        address = fetchable(link, url)
    except ValueError as error:
        return (
            Skipped(url=link[:200], reason=SkipReason.INVALID_URL, stage=Stage.DISCOVER, detail=str(error))
            if by_rule
            else None
        )
    if not same_site(address, url) or canonical(address) == canonical(url):
        return None
    if not by_rule and not (
        ARTICLE_PATH.search(urlsplit(address).path) and len((words or "").split()) >= MENU_WORDS
    ):
        return None
    return Lead(source_id=source.id, url=address, seen_in=url, title=words)
