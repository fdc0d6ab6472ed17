"""A source's list across its pages: what to ask with, where to go on, what to remember."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.model import Capture, Discovered, Lead, Source, SourceState

FULL_FETCH = timedelta(hours=24)
"""A list is fetched without validators at least this often: a server that answers 304 for ever is found out."""

LIST_PAGES = 20
"""How many pages of one list are walked in one poll: older Telegram pages, sitemaps of an index."""

RECENT = timedelta(days=7)
"""Sitemaps of an index that changed so long before the newest one hold nothing new."""

FIRST_PAGES = 3
"""How many pages of posts are read when a channel is polled for the first time."""

VALIDATOR_CHARS = 1000
"""Longer validators are not sent back: a huge header makes servers and Twisted drop the exchange."""


@dataclass(slots=True, kw_only=True)
class ListWalk:
    """Where a poll stands in a list of several pages; the feed state commits with its last page."""

    state: SourceState
    source: Source
    todo: list[str] = field(default_factory=list)
    pages: int = 0
    fallback: bool = False
    filling: datetime | None = None
    """Where this list only fills a gap in the source's own: nothing older than this is taken from it."""
    entries: int = 0
    """Entries of all pages read so far."""
    seen: set[str] = field(default_factory=set)
    """Pages of the list that were read or wait: a list may lead in circles."""

    def go_on(self, pages: Iterable[str]) -> None:
        """Read further pages of the list, each once."""
        for page in pages:
            if page not in self.seen:
                self.seen.add(page)
                self.todo.append(page)

    @property
    def first(self) -> bool:
        """True while the source's own first page is being read."""
        return not self.pages and not self.fallback

    @property
    def done(self) -> bool:
        """True where no page is left to read in this poll."""
        return not self.todo or self.pages >= LIST_PAGES


def validators(state: SourceState, *, now: datetime) -> dict[str, str]:
    """Return the headers that let a server say 'unchanged', or none where a full answer is due."""
    # abs: a time that lies ahead was written before the clock was set right
    if state.last_full_fetch is None or abs(now - state.last_full_fetch) > FULL_FETCH:
        return {}
    pairs = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in pairs.items() if value}


def further_pages(found: Discovered, walk: ListWalk) -> list[str]:
    """Return the list pages still to read: an index's sitemaps, or older posts back to the last known one."""
    if found.children:
        return list(_recent(found)[:LIST_PAGES])
    posts = [post_number(lead) for lead in found.leads]
    known = walk.state.last_post
    if not found.older or not posts:
        return []
    if known is None:
        return [found.older] if walk.pages < FIRST_PAGES else []
    return [found.older] if min(posts) > known + 1 else []


def _recent(found: Discovered) -> Sequence[str]:
    """Return an index's sitemaps but those that changed long before the newest one: they hold nothing new."""
    newest = max((when for when in found.changed if when), default=None)
    if newest is None:
        return found.children
    return [
        url
        for url, when in zip(found.children, found.changed, strict=True)
        if when is None or when > newest - RECENT
    ]


def state_after_list(
    state: SourceState,
    found: Discovered | None,
    *,
    headers: Mapping[str, str | None],
    digest: str,
    conditional: bool,
    now: datetime,
) -> SourceState:
    """Return what to remember of an answered list; `found` is None where its bytes were the same as before."""
    posts = [post_number(lead) for lead in found.leads] if found and found.format == "telegram" else []
    # of a list that is empty or was read in part the server must not say 'unchanged', and an index says nothing of what
    # it names
    whole = found is None or (found.whole and found.format != "sitemap_index" and bool(found.leads))
    return replace(
        state,
        etag=_bounded(headers.get("ETag")) if whole else None,
        last_modified=_bounded(headers.get("Last-Modified")) if whole else None,
        body_sha256=digest if whole else None,
        entries=len(found.leads) or state.entries if found else state.entries,
        last_post=max([state.last_post or 0, *posts]) or None,
        last_full_fetch=state.last_full_fetch if conditional else now,
    )


def since(found: Discovered, instant: datetime | None) -> Discovered:
    """Return a list with its entries from an instant on; those without a date are not known to be as new."""
    if instant is None:
        return found
    dated = ((lead.published or lead.updated, lead) for lead in found.leads)
    return replace(found, leads=tuple(lead for at, lead in dated if at is not None and at >= instant))


def moved_for_good(captures: Sequence[Capture]) -> str | None:
    """Return where a list moved for good by its redirects' own word: 301 and 308 say so, 302 and 307 do not."""
    hops = captures[:-1]
    if not hops or any(hop.status not in (301, 308) for hop in hops):
        return None
    return captures[-1].url


def post_number(lead: Lead) -> int:
    """Return the number of a Telegram post, 0 for any other lead."""
    tail = lead.url.rpartition("/")[2]
    return int(tail) if tail.isdigit() else 0


def _bounded(value: str | None) -> str | None:
    return value if value and len(value) <= VALIDATOR_CHARS else None
