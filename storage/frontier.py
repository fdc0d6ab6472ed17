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
from storage import sources
from storage.tables import ArticleAddressRow, CarrierRow, FindingRow, LeadRow, SeenRow
from storage.text_safety import maybe_storable, sha256, storable

BATCH = 400
"""Addresses asked for in one statement: below SQLite's limit of variables on every build."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


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


def discovered(
    session: Session, source_id: str, leads: Sequence[tuple[str, Lead]], *, state: SourceState, now: datetime
) -> Discovery:
    """Store leads and the feed state that found them, in the caller's one transaction.

    Args:
        leads: each with its canonical address, which is its identity within the source.
        state: committed with the leads, so that a crash repeats work and loses none.
    """
    once = {sha256(address): lead for address, lead in leads}
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
                _add(session, lead, address_hash, article_id=kept.get(address_hash), now=now)
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


def _add(session: Session, lead: Lead, address_hash: str, *, article_id: int | None, now: datetime) -> None:
    row = LeadRow(
        source_id=lead.source_id,
        url=storable(lead.url),
        address_hash=address_hash,
        state=LeadState.PENDING if article_id is None else LeadState.KEPT,
        discovered_at=now,
        changed_at=now,
        attempts=0,
        article_id=article_id,
        **_said(lead),
    )
    session.add(row)
    if article_id is not None:
        session.flush()
        session.merge(
            CarrierRow(article_id=article_id, source_id=lead.source_id, lead_id=row.id, first_seen=now)
        )


def _said(lead: Lead) -> dict[str, Any]:
    """Return the columns that hold what the list said of an article."""
    return {
        "seen_in": storable(lead.seen_in),
        "title": maybe_storable(lead.title),
        "text": maybe_storable(lead.text),
        "published": lead.published,
        "published_raw": maybe_storable(lead.published_raw),
        "zone_known": lead.zone_known,
        "updated": lead.updated,
        "guid": maybe_storable(lead.guid),
        "authors": [storable(name) for name in lead.authors],
        "language": lead.language,
        "complete": lead.complete,
        "warnings": list(lead.warnings),
        "fingerprint": _fingerprint(lead),
    }


def _fingerprint(lead: Lead) -> str:
    """Return a hash of what an editor changes: title, text, dates."""
    return sha256("\x1f".join(str(part) for part in (lead.title, lead.text, lead.published, lead.updated)))


def _reopen(row: LeadRow, lead: Lead, now: datetime) -> bool:
    """Let a lead be fetched again where its list shows it changed."""
    said = _said(lead)
    if said["fingerprint"] == row.fingerprint:
        return False
    for name, value in said.items():
        setattr(row, name, value)
    row.state, row.attempts, row.next_try, row.changed_at = LeadState.PENDING, 0, None, now
    return True


def pending(session: Session, source_id: str, *, now: datetime, limit: int) -> list[OpenLead]:
    """Return the leads of a source that wait and are due, newest first."""
    rows = session.scalars(
        select(LeadRow)
        .where(LeadRow.source_id == source_id, LeadRow.state == LeadState.PENDING)
        .where(or_(LeadRow.next_try.is_(None), LeadRow.next_try <= now))
        .order_by(func.coalesce(LeadRow.published, LeadRow.discovered_at).desc(), LeadRow.id.desc())
        .limit(limit)
    )
    return [OpenLead(id=row.id, lead=lead_of(row), attempts=row.attempts) for row in rows]


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


def close(session: Session, lead_id: int, skipped: Skipped, *, now: datetime) -> None:
    """Note how a lead ended; one that may end otherwise stays pending, with a growing pause."""
    row = session.get_one(LeadRow, lead_id)
    row.reason, row.stage = skipped.reason, skipped.stage
    row.detail, row.changed_at = maybe_storable(skipped.detail), now
    if skipped.retry:
        row.next_try = now + min(FIRST_PAUSE * (1 << min(row.attempts, 10)), LONGEST_PAUSE)
        row.attempts += 1
        return
    row.state = _ended(skipped.reason)
    row.next_try = None


def _ended(reason: SkipReason) -> LeadState:
    if reason is SkipReason.GONE:
        return LeadState.GONE
    return LeadState.FAILED if reason in FAILURES else LeadState.SKIPPED


def prune(session: Session, *, now: datetime, keep_days: int = 180) -> int:
    """Empty the details of leads dropped long ago; the addresses stay seen for good. Return how many."""
    dropped = (LeadState.SKIPPED, LeadState.FAILED, LeadState.GONE)
    old = update(LeadRow).where(
        LeadRow.state.in_(dropped), LeadRow.changed_at < now - timedelta(days=keep_days)
    )
    result = session.execute(
        old.where(LeadRow.text.is_not(None)).values(text=None, detail=None, authors=[], warnings=[])
    )
    return int(getattr(result, "rowcount", 0))
