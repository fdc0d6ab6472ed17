"""Walks through what was published before a source was followed: how far each got, so that a killed one goes on there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.frontier import LeadState
from storage.job_tables import BackfillListRow, BackfillRow
from storage.tables import ArticleAddressRow, FindingRow, LeadRow
from storage.text_safety import sha256

SOURCE, WARC, WARC_ALL = "source", "warc", "warc_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """One walk, as far as it has come."""

    id: int
    resumed: bool
    """True where an earlier start was cut short."""
    position: int
    counts: Mapping[str, int]


def begin(
    session: Session, what: str, name: str, *, since: date | None, until: date | None, now: datetime
) -> Backfill:
    """Return the unfinished walk with this name and range, or a new one."""
    row = session.scalar(
        select(BackfillRow)
        .where(BackfillRow.what == what, BackfillRow.name == name, BackfillRow.finished.is_(None))
        .where(BackfillRow.since.is_not_distinct_from(since), BackfillRow.until.is_not_distinct_from(until))
        .order_by(BackfillRow.id.desc())
        .limit(1)
    )
    if row is not None:
        return Backfill(id=row.id, resumed=True, position=row.position, counts=dict(row.counts))
    row = BackfillRow(what=what, name=name, since=since, until=until, started=now, position=0, counts=[])
    session.add(row)
    session.flush()
    return Backfill(id=row.id, resumed=False, position=0, counts={})


def finished(
    session: Session, what: str, name: str, *, since: date | None, until: date | None
) -> datetime | None:
    """Return when a walk with this name and range last came to its end, if ever."""
    return session.scalar(
        select(func.max(BackfillRow.finished))
        .where(BackfillRow.what == what, BackfillRow.name == name)
        .where(BackfillRow.since.is_not_distinct_from(since), BackfillRow.until.is_not_distinct_from(until))
    )


def walked(session: Session, backfill_id: int) -> dict[str, tuple[str, ...]]:
    """Return the lists that were read, each with those it named."""
    rows = session.scalars(select(BackfillListRow).where(BackfillListRow.backfill_id == backfill_id))
    return {row.url: tuple(row.further) for row in rows}


def note_list(session: Session, backfill_id: int, url: str, further: Sequence[str], *, now: datetime) -> None:
    """Note that a list was read; to be committed with its leads."""
    session.merge(
        BackfillListRow(backfill_id=backfill_id, url_hash=sha256(url), url=url, further=list(further), at=now)
    )


def count(
    session: Session, backfill_id: int, outcomes: Mapping[str, int], *, position: int | None = None
) -> None:
    """Add outcomes of pages, and move on to where they end; to be committed with what they led to."""
    row = session.get_one(BackfillRow, backfill_id)
    row.counts = [list(pair) for pair in sorted((Counter(dict(row.counts)) + Counter(outcomes)).items())]
    row.position = row.position if position is None else position


def finish(session: Session, backfill_id: int, *, now: datetime) -> None:
    """Note that nothing is left to do."""
    session.get_one(BackfillRow, backfill_id).finished = now


def outcomes(session: Session, backfill_id: int) -> Counter[str]:
    """Return what the leads of a walk's lists came to: standings of what is kept, reasons of what was dropped."""
    rows = session.execute(
        select(LeadRow.state, LeadRow.reason, FindingRow.standing, func.count())
        .join(BackfillRow, BackfillRow.name == LeadRow.source_id)
        .join(
            BackfillListRow,
            (BackfillListRow.backfill_id == BackfillRow.id) & (BackfillListRow.url == LeadRow.seen_in),
        )
        .outerjoin(FindingRow, FindingRow.article_id == LeadRow.article_id)
        .where(BackfillRow.id == backfill_id)
        .group_by(LeadRow.state, LeadRow.reason, FindingRow.standing)
    )
    counts: Counter[str] = Counter()
    for state, reason, standing, number in rows:
        counts[state if state == LeadState.PENDING else reason or standing or state] += number
    return counts


def counts(session: Session, backfill_id: int) -> Counter[str]:
    """Return what all pages of a file came to so far."""
    return Counter(dict(session.get_one(BackfillRow, backfill_id).counts))


def known_articles(session: Session, addresses: Sequence[str]) -> set[str]:
    """Return those of these addresses that lead to an article that is kept already."""
    hashes = {sha256(one): one for one in addresses}
    rows = session.scalars(
        select(ArticleAddressRow.address_hash).where(ArticleAddressRow.address_hash.in_(hashes))
    )
    return {hashes[one] for one in rows}


def lead_number(session: Session, source_id: str, address: str) -> int:
    """Return the number of a source's lead to a canonical address."""
    return session.scalars(
        select(LeadRow.id).where(LeadRow.source_id == source_id, LeadRow.address_hash == sha256(address))
    ).one()
