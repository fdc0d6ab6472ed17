"""What people ask of the store: whole findings, leads, outcomes. Rows leave this room as frozen nouns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from storage.edits import edits
from storage.from_rows import claim_of, evidence_of, stored_lead, stored_verdict, stored_version
from storage.job_tables import SourceDayRow
from storage.search import Filters, matching
from storage.stored import (
    Carrier,
    Evidence,
    Look,
    StoredClaim,
    StoredEdit,
    StoredLead,
    StoredVerdict,
    StoredVersion,
    WholeFinding,
)
from storage.tables import (
    ArticleAddressRow,
    ArticleRow,
    CaptureRow,
    CarrierRow,
    ClaimRow,
    FindingRow,
    LeadRow,
    LookRow,
    VerdictRow,
    VersionRow,
)
from storage.text_safety import sha256

__all__ = [
    "Carrier",
    "Evidence",
    "Look",
    "StoredClaim",
    "StoredEdit",
    "StoredLead",
    "StoredVerdict",
    "StoredVersion",
    "WholeFinding",
    "finding",
    "finding_at",
    "findings",
    "leads",
    "leads_to",
    "several",
    "totals",
    "waiting",
]

AT_ONCE = 200
"""Findings read in one go while streaming: a few statements for all of them, and as many texts in memory."""

LARGEST_ID = 2**31 - 1
"""What the columns hold on PostgreSQL."""

Row = TypeVar("Row")


def finding(session: Session, finding_id: int) -> WholeFinding | None:
    """Return one finding whole, or None where there is none of this number."""
    if not 0 < finding_id <= LARGEST_ID:
        return None
    return next(_whole(session, [finding_id]), None)


def several(session: Session, ids: Sequence[int]) -> list[WholeFinding]:
    """Return whole findings in the order of their numbers given; those that are not there are left out."""
    found = {one.id: one for one in _whole(session, ids)}
    return [found[one] for one in ids if one in found]


def findings(session: Session, filters: Filters) -> Iterator[WholeFinding]:
    """Stream whole findings, oldest first, a few hundred in memory at a time."""
    ids = session.scalars(matching(filters).order_by(FindingRow.id)).all()
    for start in range(0, len(ids), AT_ONCE):
        yield from _whole(session, ids[start : start + AT_ONCE])
        session.expunge_all()


def _whole(session: Session, ids: Sequence[int]) -> Iterator[WholeFinding]:
    """Yield findings by number, each kind of what belongs to them read in one statement."""
    rows = session.execute(
        select(FindingRow, ArticleRow, VerdictRow)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .where(FindingRow.id.in_(ids))
        .order_by(FindingRow.id)
    ).all()
    articles = [article.id for _, article, _ in rows]
    claims = _claims(session, [verdict.id for _, _, verdict in rows])
    versions, captures = _versions(session, articles), _captures(session, articles)
    carriers, addresses = _carriers(session, articles), _addresses(session, articles)
    looks = _looks(session, articles)
    changed = _grouped(edits(session, articles=articles), lambda edit: (edit.finding_id, edit))
    for row, article, verdict in rows:
        yield WholeFinding(
            id=row.id,
            address=article.address,
            addresses=tuple(addresses[article.id]),
            outlet=article.outlet,
            state=article.state,
            first_kept=row.first_kept,
            changed_at=row.changed_at,
            verdict=stored_verdict(verdict),
            claims=tuple(claims[verdict.id]),
            versions=tuple(versions[article.id]),
            carriers=tuple(carriers[article.id]),
            captures=tuple(captures[article.id]),
            looks=tuple(looks[article.id]),
            edits=tuple(changed[row.id]),
        )


def _claims(session: Session, verdicts: Sequence[int]) -> dict[int, list[StoredClaim]]:
    rows = session.scalars(select(ClaimRow).where(ClaimRow.verdict_id.in_(verdicts)).order_by(ClaimRow.id))
    return _grouped(rows, lambda row: (row.verdict_id, StoredClaim(id=row.id, claim=claim_of(row))))


def _versions(session: Session, articles: Sequence[int]) -> dict[int, list[StoredVersion]]:
    rows = session.execute(
        select(VersionRow, CaptureRow)
        .outerjoin(CaptureRow, CaptureRow.id == VersionRow.capture_id)
        .where(VersionRow.article_id.in_(articles))
        .order_by(VersionRow.number)
    )
    return _grouped(rows, lambda row: (row[0].article_id, stored_version(*row)))


def _captures(session: Session, articles: Sequence[int]) -> dict[int, list[Evidence]]:
    own = select(CaptureRow.id, CaptureRow.article_id).where(CaptureRow.article_id.in_(articles))
    lists = select(LeadRow.list_capture_id, LeadRow.article_id).where(
        LeadRow.article_id.in_(articles), LeadRow.list_capture_id.is_not(None)
    )
    of = union(own, lists).subquery()
    rows = session.execute(
        select(of.c.article_id, CaptureRow).join(CaptureRow, CaptureRow.id == of.c.id).order_by(CaptureRow.id)
    )
    return _grouped(rows, lambda row: (row[0], evidence_of(row[1])))


def _looks(session: Session, articles: Sequence[int]) -> dict[int, list[Look]]:
    rows = session.execute(
        select(LookRow, VersionRow.number)
        .outerjoin(VersionRow, VersionRow.id == LookRow.version_id)
        .where(LookRow.article_id.in_(articles))
        .order_by(LookRow.id)
    )
    return _grouped(
        rows,
        lambda row: (
            row[0].article_id,
            Look(at=row[0].at, state=row[0].state, detail=row[0].detail, version=row[1]),
        ),
    )


def _carriers(session: Session, articles: Sequence[int]) -> dict[int, list[Carrier]]:
    rows = session.scalars(
        select(CarrierRow)
        .where(CarrierRow.article_id.in_(articles))
        .order_by(CarrierRow.first_seen, CarrierRow.source_id)
    )
    return _grouped(
        rows, lambda row: (row.article_id, Carrier(source_id=row.source_id, first_seen=row.first_seen))
    )


def _addresses(session: Session, articles: Sequence[int]) -> dict[int, list[str]]:
    rows = session.scalars(
        select(ArticleAddressRow)
        .where(ArticleAddressRow.article_id.in_(articles))
        .order_by(ArticleAddressRow.address)
    )
    return _grouped(rows, lambda row: (row.article_id, row.address))


def _grouped(rows: Iterable[Row], part: Callable[[Row], tuple[Any, Any]]) -> dict[int, list[Any]]:
    """Return the nouns of rows by the number they belong to, in the order they came."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        owner, noun = part(row)
        found[owner].append(noun)
    return found


def leads(session: Session, *, source: str | None = None, state: str | None = None) -> Iterator[StoredLead]:
    """Stream leads with their outcomes, oldest first."""
    statement = _leads().execution_options(yield_per=500)
    if source is not None:
        statement = statement.where(LeadRow.source_id == source)
    if state is not None:
        statement = statement.where(LeadRow.state == state)
    for row, finding_id in session.execute(statement):
        yield stored_lead(row, finding_id)


def leads_to(session: Session, address: str) -> list[StoredLead]:
    """Return every lead to a canonical address: what happened to it, per source."""
    statement = _leads().where(LeadRow.address_hash == sha256(address))
    return [stored_lead(row, finding_id) for row, finding_id in session.execute(statement)]


def _leads() -> Select[LeadRow, int]:
    return (
        select(LeadRow, FindingRow.id)
        .outerjoin(FindingRow, FindingRow.article_id == LeadRow.article_id)
        .order_by(LeadRow.id)
    )


def finding_at(session: Session, address: str) -> int | None:
    """Return the number of the finding that an address leads to, if any."""
    return session.scalar(
        select(FindingRow.id)
        .join(ArticleAddressRow, ArticleAddressRow.article_id == FindingRow.article_id)
        .where(ArticleAddressRow.address_hash == sha256(address))
    )


def waiting(session: Session) -> int:
    """Return how many leads wait for their page."""
    return int(session.scalar(select(func.count()).where(LeadRow.state == "pending")) or 0)


def totals(
    session: Session, *, since: datetime | None = None, only: Sequence[str] = ()
) -> dict[str, dict[str, int]]:
    """Return for each source what its crawls counted, by name of the count.

    Args:
        session: of a transaction.
        since: only the days (UTC) from this instant's on.
        only: only these sources.
    """
    statement = select(SourceDayRow.source_id, SourceDayRow.what, func.sum(SourceDayRow.count)).group_by(
        SourceDayRow.source_id, SourceDayRow.what
    )
    if since is not None:
        statement = statement.where(SourceDayRow.day >= since.date())
    if only:
        statement = statement.where(SourceDayRow.source_id.in_(only))
    rows = session.execute(statement)
    found: dict[str, dict[str, int]] = {}
    for source_id, what, count in rows:
        found.setdefault(source_id, {})[what] = int(count)
    return found
