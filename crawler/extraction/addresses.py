"""One canonical address per article, and every other address that is known to lead to it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extraction.structured import Structured
from crawler.model import Page
from crawler.urls import canonical, fetchable, same_site


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The canonical address, all the others in canonical form, and what was ignored on the way."""

    address: str
    others: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def of_page(page: Page, data: Structured) -> Addresses:
    """Return the address an article is known by: the page's own word where it names the same site, else the final one.

    A page may not speak for another outlet, nor call the front page its own address.
    """
    warnings: list[str] = []
    address = canonical(page.url)
    for name, stated in (("rel=canonical", data.canonical), ("og:url", data.og_url)):
        if not stated:
            continue
        problem, own = _stated(stated, page.url)
        if own:
            address = own
            break
        warnings.append(f"{name} ignored: {problem}")
    others = [canonical(page.requested_url), canonical(page.url)]
    if data.amp:
        _, twin = _stated(data.amp, page.url)
        others += [twin] if twin else []
    return Addresses(address=address, others=tuple(dict.fromkeys(others)), warnings=tuple(warnings))


def _stated(link: str, base: str) -> tuple[str, str | None]:
    """Return why a stated address is not believed, or the address in canonical form."""
    try:
        absolute = fetchable(link, base)
    except ValueError as error:
        return str(error), None
    if not same_site(absolute, base):
        return f"it names another site, {absolute[:200]}", None
    if not urlsplit(absolute).path.strip("/") and urlsplit(base).path.strip("/"):
        return "it names the front page", None
    return "", canonical(absolute)
