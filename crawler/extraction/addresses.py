"""One canonical address per article, and every other address that is known to lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extraction.structured import Structured
from crawler.model import Page
from crawler.urls import canonical, fetchable, redacted, same_site

FRONT_PAGES = frozenset(
    {"", "/", "/index.html", "/index.php", "/amp", "/en", "/eng", "/ru", "/rus", "/ua", "/ukr", "/uk"}
)
"""Paths of front pages: an outlet's, or one of its languages'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The address an article is known by, every address that leads to it as written, and what was not believed."""

    address: str
    variants: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def addresses_of(page: Page, data: Structured) -> Addresses:
    """Return the page's own word for its address where it names the same site, else the address it came from.

    A page may not speak for another outlet, nor call the front page its own address.
    """
    own: dict[str, str] = {}
    warnings: list[str] = []
    for name, stated in (
        ("rel=canonical", data.canonical),
        ("og:url", data.og_url),
        ("rel=amphtml", data.amp),
    ):
        if not stated:
            continue
        try:
            own[name] = _believed(stated, page.url)
        except ValueError as refusal:
            warnings.append(f"{name} ignored: {refusal}")
    address = canonical(own.get("rel=canonical") or own.get("og:url") or page.url)
    variants = dict.fromkeys((address, page.requested_url, page.url, *own.values()))
    return Addresses(address=address, variants=tuple(variants), warnings=tuple(warnings))


def _believed(stated: str, base: str) -> str:
    """Return the stated address in full; ValueError, in words, where it can't be the article's."""
    absolute = fetchable(stated, base)
    if not same_site(absolute, base):
        raise ValueError(f"it names another site, {redacted(absolute)[:200]}")
    if _is_front(absolute) and not _is_front(base):
        raise ValueError(f"it names the front page, {redacted(absolute)[:200]}")
    return absolute


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path.rstrip("/").lower() in FRONT_PAGES and not parts.query
