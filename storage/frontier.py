"""The durable frontier: every address ever discovered, and how each lead ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from crawler.model import Lead, Skipped, SkipReason, SourceState
from storage import looks, sources
from storage.apart import told_apart
from storage.job_tables import SeenRow
from storage.tables import (
    ArticleAddressRow,
    ArticleRow,
    CarrierRow,
    FindingRow,
    LeadRow,
    RecheckRow,
    VersionRow,
)
from storage.text_safety import sha256, text_hash

BATCH = 400
"""Addresses asked for in one statement: below SQLite's limit of variables on every build."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

TRIES = 5
"""How often a lead is tried at most, whoever asks for another try."""


class LeadState(StrEnum):
    """Where a lead stands."""

    PENDING = "pending"
    KEPT = "kept"
    SKIPPED = "skipped"
    FAILED = "failed"
    GONE = "gone"


FAILURES = {
    SkipReason.EXTRACTOR_FAILED, SkipReason.HTTP_ERROR, SkipReason.PROTOCOL, SkipReason.RATE_LIMITED,
    SkipReason.TIMEOUT, SkipReason.TLS, SkipReason.UNREACHABLE,
}  # fmt: skip
"""Reasons that say something went wrong, rather than that the page is not for us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """How many of the leads of one list were new, and how many changed since last seen."""

    new: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLead:
    """A stored lead that waits for its outcome."""

    id: int
    lead: Lead
    attempts: int
    known: bool = False
    """True where an article is kept that it led to: this is another look at it."""
    again: bool = False
    """True where the look is due by the clock, and not for what the list says."""


def discovered(
    session: Session, source_id: str, leads: Sequence[tuple[str, Lead]], *, state: SourceState, now: datetime
) -> Discovery:
    """Store leads and the feed state that found them, in the caller's one transaction.

    Args:
        leads: each with its canonical address, which is its identity within the source.
        state: committed with the leads, so that a crash repeats work and loses none.
    """
    once = dict(told_apart(session, source_id, leads))
    new = changed = 0
    hashes = list(once)
    for start in range(0, len(hashes), BATCH):
        chunk = hashes[start : start + BATCH]
        known = {row.address_hash: row for row in session.scalars(_leads_of(source_id, chunk))}
        seen = set(session.scalars(_seen_of(source_id, chunk)))
        kept = dict(session.execute(_kept_under(chunk)).all())
        for address_hash in chunk:
            lead = once[address_hash]
            if row := known.get(address_hash):
                changed += _reopen(row, lead, now)
            elif address_hash not in seen:
                new += 1
                session.add(SeenRow(source_id=source_id, address_hash=address_hash, first_seen=now))
                row = _row(source_id, lead, address_hash, now)
                session.add(row)
                if address_hash in kept:
                    _carry(session, row, lead, kept[address_hash], now)
    sources.save_state(session, source_id, state)
    session.flush()
    return Discovery(new=new, changed=changed)


def _leads_of(source_id: str, hashes: list[str]) -> Any:
    return select(LeadRow).where(LeadRow.source_id == source_id, LeadRow.address_hash.in_(hashes))


def _seen_of(source_id: str, hashes: list[str]) -> Any:
    return select(SeenRow.address_hash).where(
        SeenRow.source_id == source_id, SeenRow.address_hash.in_(hashes)
    )


def _kept_under(hashes: list[str]) -> Any:
    """Addresses under which another source's lead already led to a finding."""
    return (
        select(ArticleAddressRow.address_hash, ArticleAddressRow.article_id)
        .join(FindingRow, FindingRow.article_id == ArticleAddressRow.article_id)
        .where(ArticleAddressRow.address_hash.in_(hashes))
    )


def _row(source_id: str, lead: Lead, address_hash: str, now: datetime) -> LeadRow:
    return LeadRow(
        source_id=source_id,
        url=lead.url,
        address_hash=address_hash,
        state=LeadState.PENDING,
        discovered_at=now,
        changed_at=now,
        attempts=0,
        **_said(lead),
    )


def _carry(session: Session, row: LeadRow, lead: Lead, article_id: int, now: datetime) -> None:
    """Make a new lead's source a carrier of an article that is kept; only news of it is worth a fetch."""
    row.article_id = article_id
    session.flush()
    if session.get(CarrierRow, (article_id, row.source_id)) is None:
        session.add(
            CarrierRow(article_id=article_id, source_id=row.source_id, lead_id=row.id, first_seen=now)
        )
    if not _is_news(session, lead, article_id):
        row.state = LeadState.KEPT


def _is_news(session: Session, lead: Lead, article_id: int) -> bool:
    """Say whether a list shows another text of an article than the one kept last, or a later change."""
    kept = session.scalars(
        select(VersionRow)
        .where(VersionRow.article_id == article_id)
        .order_by(VersionRow.number.desc())
        .limit(1)
    ).one()
    if lead.complete:
        return text_hash(lead.title or "", lead.text or "") != kept.text_sha256
    return lead.updated is not None and lead.updated > kept.fetched_at


def _said(lead: Lead) -> dict[str, Any]:
    """Return the columns that hold what the list said of an article."""
    return {
        "seen_in": lead.seen_in,
        "title": lead.title,
        "text": lead.text,
        "published": lead.published,
        "published_raw": lead.published_raw,
        "zone_known": lead.zone_known,
        "updated": lead.updated,
        "guid": lead.guid,
        "authors": list(lead.authors),
        "language": lead.language,
        "complete": lead.complete,
        "warnings": list(lead.warnings),
        "fingerprint": _fingerprint(lead),
    }


def _fingerprint(lead: Lead) -> str:
    """Return a hash of what an editor changes: title, text, dates."""
    return sha256("\x1f".join(str(part) for part in (lead.title, lead.text, lead.published, lead.updated)))


def _reopen(row: LeadRow, lead: Lead, now: datetime) -> bool:
    """Let a lead be fetched again where its list shows it changed; one that waits keeps its pause."""
    said = _said(lead)
    if said["fingerprint"] == row.fingerprint:
        return False
    for name, value in said.items():
        setattr(row, name, value)
    row.changed_at = now
    if row.state != LeadState.PENDING:
        row.state, row.attempts, row.next_try = LeadState.PENDING, 0, None
    return True


def pending(session: Session, source_id: str, *, now: datetime, limit: int) -> list[OpenLead]:
    """Return the leads of a source that wait and are due, newest first; pages due for another look among them."""
    looks.reopen(session, source_id, now=now)
    rows = session.execute(
        select(LeadRow, RecheckRow.due)
        .outerjoin(
            RecheckRow, (RecheckRow.lead_id == LeadRow.id) & (RecheckRow.article_id == LeadRow.article_id)
        )
        .where(LeadRow.source_id == source_id, LeadRow.state == LeadState.PENDING)
        # a time that lies further ahead than any pause was written before the clock was set right
        .where(
            or_(
                LeadRow.next_try.is_(None),
                LeadRow.next_try <= now,
                LeadRow.next_try > now + LONGEST_PAUSE,
            )
        )
        .order_by(func.coalesce(LeadRow.published, LeadRow.discovered_at).desc(), LeadRow.id.desc())
        .limit(limit)
    )
    return [
        OpenLead(
            id=row.id,
            lead=lead_of(row),
            attempts=row.attempts,
            known=row.article_id is not None,
            again=due is not None and due <= now,
        )
        for row, due in rows
    ]


def lead_of(row: LeadRow) -> Lead:
    """Return a stored lead as the noun it was."""
    return Lead(
        source_id=row.source_id,
        url=row.url,
        seen_in=row.seen_in,
        title=row.title,
        text=row.text,
        published=row.published,
        published_raw=row.published_raw,
        zone_known=row.zone_known,
        updated=row.updated,
        guid=row.guid,
        authors=tuple(row.authors),
        language=row.language,
        complete=row.complete,
        warnings=tuple(row.warnings),
    )


def close(
    session: Session,
    lead_id: int,
    skipped: Skipped,
    *,
    now: datetime,
    list_capture: int | None = None,
    rechecks: Sequence[timedelta] = (),
) -> None:
    """Note how a lead ended; one that may end otherwise stays pending, with a growing pause, until tries run out.

    A lead to an article that is kept stays kept: how it ended is a look at that article.
    """
    row = session.get_one(LeadRow, lead_id)
    row.reason, row.stage, row.detail, row.changed_at = skipped.reason, skipped.stage, skipped.detail, now
    row.next_try = None
    row.list_capture_id = list_capture or row.list_capture_id
    if skipped.retry:
        row.attempts += 1
        if row.attempts < TRIES:
            row.next_try = now + min(FIRST_PAUSE * (1 << (row.attempts - 1)), LONGEST_PAUSE)
            return
    row.state = LeadState.FAILED if skipped.retry else _ended(skipped.reason)
    if row.article_id is not None:
        row.state = LeadState.KEPT
        row.reason = row.stage = row.detail = None
        looks.note(
            session,
            session.get_one(ArticleRow, row.article_id),
            looks.state_of(skipped),
            now=now,
            detail=skipped.detail,
            rechecks=rechecks,
        )


def _ended(reason: SkipReason) -> LeadState:
    if reason is SkipReason.GONE:
        return LeadState.GONE
    return LeadState.FAILED if reason in FAILURES else LeadState.SKIPPED


def prune(session: Session, *, now: datetime, keep_days: int = 180) -> int:
    """Empty the details of leads dropped long ago; address, reason and fingerprint stay for good. Return how many."""
    texts = (LeadRow.title, LeadRow.text, LeadRow.detail, LeadRow.guid, LeadRow.published_raw)
    dropped = (LeadState.SKIPPED, LeadState.FAILED, LeadState.GONE)
    result = session.execute(
        update(LeadRow)
        .where(LeadRow.state.in_(dropped), LeadRow.changed_at < now - timedelta(days=keep_days))
        .where(or_(*(text.is_not(None) for text in texts)))
        .values(dict.fromkeys(texts) | {LeadRow.authors: [], LeadRow.warnings: []})
    )
    return int(getattr(result, "rowcount", 0))
