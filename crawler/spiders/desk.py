"""What a crawl needs of the store, handed in as plain functions by whoever composes the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from crawler.model import Capture, CrawlReport, Finding, Lead, Skipped, SourceState

TRIES = 5
"""How often a page is tried before its feed's own text must do."""


class OpenLead(Protocol):
    """A stored lead that still waits for its outcome."""

    @property
    def id(self) -> int:
        """The lead's number in the store."""

    @property
    def lead(self) -> Lead:
        """The lead itself."""

    @property
    def attempts(self) -> int:
        """Tries that failed so far."""

    @property
    def known(self) -> bool:
        """True where an article is kept that it led to: this is another look at it."""

    @property
    def again(self) -> bool:
        """True where the look is due by the clock, and not for what the list says."""


class Kept(Protocol):
    """What the store made of a finding."""

    @property
    def change(self) -> str:
        """`new`, `new_version`, `same` or `carrier`."""


class Discovery(Protocol):
    """How many of the leads handed over were new, and how many changed since last seen."""

    @property
    def new(self) -> int:
        """Leads never seen before."""

    @property
    def changed(self) -> int:
        """Known leads whose title, date or text changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The store's side of one source's crawl. Every function blocks and is called in a thread."""

    state: Callable[[], SourceState]
    discovered: Callable[[Sequence[tuple[str, Lead]], SourceState], Discovery]
    """Commits leads, each with its canonical address, together with the feed state that found them."""
    pending: Callable[[int], Sequence[OpenLead]]
    """Leads of the source that are due, newest first, at most as many as asked for."""
    archive: Callable[[Sequence[Capture]], int]
    """Keeps the exchanges of a list as evidence; returns the number of the last."""
    keep: Callable[[int, Finding, int | None], Kept]
    """Commits a finding and closes its lead, in one transaction, with the number of the list that named it."""
    close: Callable[[int, Skipped, int | None], None]
    """Closes a lead without a finding, or notes a failed try, with the number of the list that named it."""
    save: Callable[[CrawlReport, SourceState], None]
    """Commits how the poll ended."""
