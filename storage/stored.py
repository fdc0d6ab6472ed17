"""What the store hands out: frozen nouns with their numbers, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.model import Claim, Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim with its number in the store."""

    id: int
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the raw answer of a version stands."""

    id: int
    file: str
    offset: int
    length: int
    url: str
    status: int
    fetched_at: datetime
    ip: str | None
    body_sha256: str
    end: int | None = None
    """Byte behind its request, which stands behind its response; None for captures older than the chain of custody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """What an article said at one time."""

    number: int
    title: str
    text: str
    language: str | None
    authors: tuple[str, ...]
    published: datetime | None
    published_raw: str | None
    published_from: str | None
    zone_known: bool
    modified: datetime | None
    fetched_at: datetime
    from_feed: bool
    partial: bool
    warnings: tuple[str, ...]
    text_sha256: str
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that led to an article."""

    source_id: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a later look at an article's page came to."""

    at: datetime
    state: str
    """A `crawler.model.PageState`."""
    detail: str
    version: int | None
    """Number of the version it showed, where that was a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdit:
    """An edit that changed what a finding claims."""

    id: int
    finding_id: int
    address: str
    at: datetime
    before: int
    """Number of the version that still said so."""
    after: int
    declared: bool
    """True where the page itself gave a later date of change; else the edit was made in silence."""
    changes: tuple[dict[str, Any], ...]
    """Each with `what`, `before` and `after`: claims with their quotes, None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """What a lexicon said of a version, as stored."""

    lexicon: str
    standing: str
    score: float
    kind: str
    conflict: str
    reasons: tuple[dict[str, Any], ...]
    tags: tuple[str, ...]
    exchange_date: date | None
    stage: int | None
    sequence: int | None
    deal: str | None
    mediators: tuple[str, ...]
    transfer_place: str | None
    numbers_disclosed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFinding:
    """A finding with everything that is kept of it; versions oldest first."""

    id: int
    address: str
    addresses: tuple[str, ...]
    outlet: str
    state: str
    """`live`, or `vanished`: taken down, emptied or led home when last looked at."""
    first_kept: datetime
    changed_at: datetime
    verdict: StoredVerdict
    claims: tuple[StoredClaim, ...]
    versions: tuple[StoredVersion, ...]
    carriers: tuple[Carrier, ...]
    captures: tuple[Evidence, ...] = ()
    """Every exchange kept for it, oldest first: its pages, redirects and the lists that named it."""
    edits: tuple[StoredEdit, ...] = ()
    """Edits that changed what it claims, oldest first."""
    looks: tuple[Look, ...] = ()
    """Later looks at its page, oldest first."""

    @property
    def current(self) -> StoredVersion:
        """The latest version."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLead:
    """A lead with how it ended."""

    id: int
    lead: Lead
    state: str
    stage: str | None
    reason: str | None
    detail: str | None
    discovered_at: datetime
    changed_at: datetime
    attempts: int
    next_try: datetime | None
    finding_id: int | None
