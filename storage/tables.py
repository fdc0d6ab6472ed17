"""What is kept, table by table. Enums are stored as text, instants as UTC, ids are never used twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.root import HASH, NEVER_REUSED, Base


class LeadRow(Base):
    """An address worth fetching, with its outcome: the durable frontier."""

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("source_id", "address_hash"),
        Index("ix_lead_open", "source_id", "state", "next_try"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    url: Mapped[str]
    address_hash: Mapped[str] = mapped_column(HASH, index=True)
    seen_in: Mapped[str]
    state: Mapped[str]
    stage: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    title: Mapped[str | None]
    text: Mapped[str | None]
    published: Mapped[datetime | None]
    published_raw: Mapped[str | None]
    zone_known: Mapped[bool]
    updated: Mapped[datetime | None]
    guid: Mapped[str | None]
    authors: Mapped[list[Any]]
    language: Mapped[str | None]
    complete: Mapped[bool]
    warnings: Mapped[list[Any]]
    fingerprint: Mapped[str] = mapped_column(HASH)
    discovered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    list_capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    """The list that named it, as received; kept where the lead led to a finding or still waits."""


class ArticleRow(Base):
    """One canonical address within one outlet."""

    __tablename__ = "article"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    address_hash: Mapped[str] = mapped_column(HASH, unique=True)
    outlet: Mapped[str] = mapped_column(index=True)
    first_seen: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="live", server_default="live")


class ArticleAddressRow(Base):
    """Every address that leads to an article: its twins, redirects, spellings."""

    __tablename__ = "article_address"

    address_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    address: Mapped[str]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)


class CaptureRow(Base):
    """One HTTP exchange in a WARC file, with the hash of its body."""

    __tablename__ = "capture"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    file: Mapped[str]
    offset: Mapped[int]
    length: Mapped[int]
    record_id: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    status: Mapped[int]
    fetched_at: Mapped[datetime]
    ip: Mapped[str | None]
    body_sha256: Mapped[str] = mapped_column(HASH)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    written_from: Mapped[int | None]
    """First byte that this capture added to its file: response, request, and at the file's start what names the file."""
    written_to: Mapped[int | None]
    written_sha256: Mapped[str | None] = mapped_column(HASH)
    """Hash of those bytes; None where the capture is older than the chain of custody."""


class CustodyRow(Base):
    """One entry of the chain of custody: what a capture or version was like at one time, sealed with all before it."""

    __tablename__ = "custody"
    __table_args__ = (Index("ix_custody_what", "what", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """One more than the entry before: numbered by us, so that a missing entry leaves a hole."""
    at: Mapped[datetime]
    what: Mapped[str]
    subject: Mapped[int]
    sha256: Mapped[str] = mapped_column(HASH)
    previous: Mapped[str] = mapped_column(HASH)
    chain: Mapped[str] = mapped_column(HASH)


class StretchRow(Base):
    """A stretch of the chain of custody that was read again: by whom, when, and what was not as it was kept."""

    __tablename__ = "stretch"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    """Number of the last entry that was read."""
    head: Mapped[str] = mapped_column(HASH)
    """Hash of that entry: another one would be a chain written anew."""
    at: Mapped[datetime]
    by: Mapped[str]
    problems: Mapped[list[Any]]


class TombstoneRow(Base):
    """What stands where a capture or version was redacted: why, and the hash of what is left of its row."""

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("what", "subject"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]
    subject: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str]
    sha256: Mapped[str] = mapped_column(HASH)


class VersionRow(Base):
    """What an article said at one time; a changed text is a new row, never an overwritten one."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("article_id", "number"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    lemmas: Mapped[str]
    language: Mapped[str | None]
    authors: Mapped[list[Any]]
    published: Mapped[datetime | None]
    published_raw: Mapped[str | None]
    published_from: Mapped[str | None]
    zone_known: Mapped[bool]
    modified: Mapped[datetime | None]
    fetched_at: Mapped[datetime]
    from_feed: Mapped[bool]
    partial: Mapped[bool]
    warnings: Mapped[list[Any]]
    text_sha256: Mapped[str] = mapped_column(HASH)
    core_sha256: Mapped[str | None] = mapped_column(HASH)
    """Hash of title and text without what changes beside a report: equal hashes are the same version."""
    credits: Mapped[list[Any] | None]
    """Domains of the news agencies it says it came from; None where nobody looked."""
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))


class CopyRow(Base):
    """Where an article stands among those that say the same: the words it is known by, and what it is a copy of."""

    __tablename__ = "copy"
    __table_args__ = (Index("ix_copy_at", "language", "at"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    family: Mapped[int] = mapped_column(index=True)
    """Number of the first article of its family."""
    language: Mapped[str | None]
    at: Mapped[datetime]
    shingles: Mapped[int]
    minhash: Mapped[bytes | None]
    like_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    how: Mapped[str | None]
    share: Mapped[float | None]


class EditRow(Base):
    """An edit that changed what an article claims: an alarm above ordinary edits."""

    __tablename__ = "edit"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    previous_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    declared: Mapped[bool]
    """True where the page itself gave a later date of change."""
    changes: Mapped[list[Any]]


class VerdictRow(Base):
    """What one lexicon says of one version."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("version_id", "lexicon"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    lexicon: Mapped[str]
    standing: Mapped[str]
    score: Mapped[float]
    kind: Mapped[str]
    conflict: Mapped[str]
    reasons: Mapped[list[Any]]
    tags: Mapped[list[Any]]
    exchange_date: Mapped[date | None]
    stage: Mapped[int | None]
    sequence: Mapped[int | None]
    deal: Mapped[str | None]
    mediators: Mapped[list[Any]]
    transfer_place: Mapped[str | None]
    numbers_disclosed: Mapped[bool | None]
    judged_at: Mapped[datetime]


class ClaimRow(Base):
    """One number of people or bodies, with who says it and the exact quote."""

    __tablename__ = "claim"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"), index=True)
    event: Mapped[str]
    returned_to: Mapped[str]
    category: Mapped[str]
    subset: Mapped[str | None]
    count: Mapped[int]
    precision: Mapped[str]
    claimed_by: Mapped[list[Any]]
    quote: Mapped[str]
    part: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    reason: Mapped[str | None]


class FindingRow(Base):
    """An article with its current verdict; near misses too, so that recall can be audited."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_newest", "standing", "first_kept", "id"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), unique=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"))
    standing: Mapped[str]
    first_kept: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(index=True)


class LookRow(Base):
    """What a later look at the page of a known article came to: the same, edited, gone, out of reach."""

    __tablename__ = "look"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str]
    detail: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))


class RecheckRow(Base):
    """When the page of an article is due to be read again, and through which lead."""

    __tablename__ = "recheck"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"))
    due: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int]


class SearchTextRow(Base):
    """The words of each finding's current version, as lemmas: what the full-text index is built on."""

    __tablename__ = "search_text"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    lemmas: Mapped[str]


class CarrierRow(Base):
    """A source and lead that led to an article."""

    __tablename__ = "carrier"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"))
    first_seen: Mapped[datetime]


class ReportedRow(Base):
    """A finding the ledger has read: by which verdict, and the days by which its neighbours are found."""

    __tablename__ = "reported"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    verdict_id: Mapped[int] = mapped_column(ForeignKey("verdict.id"))
    day: Mapped[date | None] = mapped_column(index=True)
    published_on: Mapped[date] = mapped_column(index=True)


class ExchangeRow(Base):
    """One exchange: its number, minted once, and the fields by which lists are narrowed; reports tell the rest."""

    __tablename__ = "exchange"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    conflict: Mapped[str]
    matter: Mapped[str]
    day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date | None]
    status: Mapped[str | None]
    deal: Mapped[str | None]
    stage: Mapped[int | None]
    sequence: Mapped[int | None]
    disputed: Mapped[bool] = mapped_column(default=False)
    minted_at: Mapped[datetime]
    record: Mapped[str | None] = mapped_column(deferred=True)
    """The whole record as JSON, as it was last put together."""
    rules: Mapped[str | None]
    """The rules that made it: under others it is no longer believed."""


class ExchangePartRow(Base):
    """What a finding tells of living people or of bodies: where reconciling put it, and where it stands."""

    __tablename__ = "exchange_part"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    matter: Mapped[str] = mapped_column(primary_key=True)
    machine_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id"), index=True)
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id"), index=True)
    reason: Mapped[str | None]
    because: Mapped[str]
    claims: Mapped[list[Any]]
    reconciled_at: Mapped[datetime]


class ExchangeForwardRow(Base):
    """Where to look for what an exchange's number once stood for, after reports moved to another."""

    __tablename__ = "exchange_forward"

    old_id: Mapped[int] = mapped_column(ForeignKey("exchange.id"), primary_key=True)
    new_id: Mapped[int] = mapped_column(ForeignKey("exchange.id"), primary_key=True)
    moved_at: Mapped[datetime]


class LedgerDecisionRow(Base):
    """What an analyst decided, when and why; undone, never deleted."""

    __tablename__ = "ledger_decision"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str]
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id"), index=True)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id"), index=True)
    findings: Mapped[list[Any]]
    claims: Mapped[list[Any]]
    why: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
