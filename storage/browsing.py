"""What a reader who leafs through findings asks: a screenful at a time, and how the rest divides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawler.model import Event, Standing
from storage.columns import UtcDateTime
from storage.from_rows import claim_of
from storage.search import NEWEST_FIRST, Filters, Hit, hits, ranked
from storage.stored import StoredClaim
from storage.tables import (
    ArticleRow,
    CarrierRow,
    ClaimRow,
    ExchangePartRow,
    FindingRow,
    LedgerDecisionRow,
    VerdictRow,
    VersionRow,
)

MOST_COUNTED = 1000
"""Findings of one answer that are counted and can be leafed through: beyond them, narrow the question down."""

LARGEST_ID = 2**31 - 1
"""What the columns hold on PostgreSQL."""

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How the findings of an answer divide, the most frequent first."""

    total: int = 0
    more: bool = False
    """True where there are more than `MOST_COUNTED`: the counts are of the first ones."""
    kinds: Counts = ()
    conflicts: Counts = ()
    languages: Counts = ()
    sources: Counts = ()
    exchanges: Counts = ()
    """Exchanges that they report on, by id."""
    days: tuple[datetime, ...] = ()
    """When each was published, or where undated first kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A screenful of an answer, and what the whole answer holds."""

    hits: tuple[Hit, ...]
    carriers: dict[int, tuple[str, ...]]
    """For each finding counted the sources that led to it, the first one first."""
    counted: Counted


def screen(
    session: Session,
    words: Sequence[Sequence[str]],
    *,
    filters: Filters,
    start: int = 0,
    limit: int = 20,
    newest: bool = False,
) -> Screen:
    """Return findings `start` and on of an answer, best match first.

    Args:
        session: of a read-only transaction.
        words: as `storage.search.search` takes them.
        filters: further limits.
        start: how many to pass over.
        limit: most hits returned.
        newest: the latest kept first instead.
    """
    statement = ranked(session, words, filters=filters)
    if statement is None:
        return Screen(hits=(), carriers={}, counted=Counted())
    if newest:
        statement = statement.order_by(None).order_by(*NEWEST_FIRST)
    ids = session.scalars(statement.limit(MOST_COUNTED + 1)).all()
    more, ids = len(ids) > MOST_COUNTED, ids[:MOST_COUNTED]
    carried = carriers(session, ids)
    return Screen(
        hits=tuple(hits(session, ids[start : start + limit], words)),
        carriers=carried,
        counted=_counted(session, ids, carried, more=more),
    )


def below(
    session: Session,
    words: Sequence[Sequence[str]],
    *,
    filters: Filters,
    number: int | None = None,
    limit: int = 50,
) -> list[int]:
    """Return numbers of findings below one number, the highest first: pages that stay true while findings come in."""
    statement = ranked(session, words, filters=filters)
    if statement is None:
        return []
    if number is not None:
        statement = statement.where(FindingRow.id < min(number, LARGEST_ID))
    return list(session.scalars(statement.order_by(None).order_by(FindingRow.id.desc()).limit(limit)))


def carriers(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return for each finding the sources that led to it, the first one first."""
    rows = session.execute(
        select(FindingRow.id, CarrierRow.source_id)
        .join(CarrierRow, CarrierRow.article_id == FindingRow.article_id)
        .where(FindingRow.id.in_(ids))
        .order_by(CarrierRow.first_seen, CarrierRow.source_id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for number, source_id in rows:
        found[number] = (*found.get(number, ()), source_id)
    return found


def _counted(
    session: Session, ids: Sequence[int], carried: dict[int, tuple[str, ...]], *, more: bool
) -> Counted:
    rows = session.execute(
        select(
            VerdictRow.kind,
            VerdictRow.conflict,
            VersionRow.language,
            func.coalesce(VersionRow.published, FindingRow.first_kept, type_=UtcDateTime()),
        )
        .select_from(FindingRow)
        .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
        .join(VersionRow, VersionRow.id == VerdictRow.version_id)
        .where(FindingRow.id.in_(ids))
    ).all()
    stands = session.scalars(
        select(ExchangePartRow.exchange_id).where(
            ExchangePartRow.finding_id.in_(ids), ExchangePartRow.exchange_id.is_not(None)
        )
    )
    return Counted(
        total=len(ids),
        more=more,
        kinds=_most_first(row[0] for row in rows),
        conflicts=_most_first(row[1] for row in rows),
        languages=_most_first(row[2] for row in rows if row[2]),
        exchanges=_most_first(f"x{number}" for number in stands),
        days=tuple(row[3] for row in rows),
        sources=_most_first(source for several in carried.values() for source in several),
    )


def _most_first(values: Iterable[str]) -> Counts:
    return tuple(sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def numbers(session: Session, ids: Sequence[int]) -> dict[int, tuple[StoredClaim, ...]]:
    """Return for each finding what it says of this exchange or the planned one, as claims in the text's order."""
    rows = session.execute(
        select(FindingRow.id, ClaimRow)
        .join(ClaimRow, ClaimRow.verdict_id == FindingRow.verdict_id)
        .where(FindingRow.id.in_(ids), ClaimRow.event.in_((Event.THIS_EXCHANGE, Event.PLANNED)))
        .order_by(ClaimRow.id)
    )
    found: dict[int, tuple[StoredClaim, ...]] = {}
    for number, row in rows:
        found[number] = (*found.get(number, ()), StoredClaim(id=row.id, claim=claim_of(row)))
    return found


def claims_below(
    session: Session, *, number: int | None = None, limit: int = 50, finding_id: int | None = None
) -> list[tuple[int, StoredClaim]]:
    """Return the claims that findings make now, each with its finding, the highest number first.

    Args:
        session: of a transaction.
        number: only claims below it.
        limit: most claims returned.
        finding_id: only those of one finding.
    """
    statement = (
        select(FindingRow.id, ClaimRow)
        .join(ClaimRow, ClaimRow.verdict_id == FindingRow.verdict_id)
        .where(FindingRow.standing == Standing.RELEVANT)
        .order_by(ClaimRow.id.desc())
        .limit(limit)
    )
    if number is not None:
        statement = statement.where(ClaimRow.id < min(number, LARGEST_ID))
    if finding_id is not None:
        statement = statement.where(FindingRow.id == min(finding_id, LARGEST_ID))
    return [(found, StoredClaim(id=row.id, claim=claim_of(row))) for found, row in session.execute(statement)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What became of an article since it was first kept."""

    state: str
    """`live` or `vanished`."""
    versions: int


def conditions(session: Session, ids: Sequence[int]) -> dict[int, Condition]:
    """Return for each finding whether its article still stands, and how many versions are kept."""
    rows = session.execute(
        select(FindingRow.id, ArticleRow.state, func.count(VersionRow.id))
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(VersionRow, VersionRow.article_id == ArticleRow.id)
        .where(FindingRow.id.in_(ids))
        .group_by(FindingRow.id, ArticleRow.state)
    )
    return {number: Condition(state=state, versions=versions) for number, state, versions in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came in or changed since an instant."""

    new: int
    changed: tuple[int, ...]
    """Findings kept before it that changed after it, the latest first."""


def news(session: Session, since: datetime, *, limit: int = 20) -> News:
    """Return what came in or changed since an instant."""
    relevant = FindingRow.standing == Standing.RELEVANT
    new = select(func.count()).select_from(FindingRow).where(relevant, FindingRow.first_kept >= since)
    changed = (
        select(FindingRow.id)
        .where(relevant, FindingRow.changed_at >= since, FindingRow.first_kept < since)
        .order_by(FindingRow.changed_at.desc(), FindingRow.id.desc())
        .limit(limit)
    )
    return News(new=session.scalar(new) or 0, changed=tuple(session.scalars(changed)))


Ground = frozenset[tuple[int, str, datetime]]
"""What an exchange rests on: findings, what their parts tell of, and when they were last reconciled."""


def ledger_stamp(session: Session) -> tuple[object, ...]:
    """Return what is another whenever reports were put to exchanges anew; it costs next to nothing to ask."""
    parts = select(func.count(), func.max(ExchangePartRow.reconciled_at)).select_from(ExchangePartRow)
    return (*session.execute(parts).one(), *decisions_stamp(session))


def decisions_stamp(session: Session) -> tuple[object, ...]:
    """Return what is another whenever an analyst decided something or took it back."""
    made = select(func.count(), func.max(LedgerDecisionRow.undone_at)).select_from(LedgerDecisionRow)
    return tuple(session.execute(made).one())


def ledger_ground(session: Session) -> dict[int, Ground]:
    """Return what each exchange rests on, so that only those that changed are read again."""
    rows = session.execute(
        select(
            ExchangePartRow.exchange_id,
            ExchangePartRow.finding_id,
            ExchangePartRow.matter,
            ExchangePartRow.reconciled_at,
        )
    )
    found: dict[int, set[tuple[int, str, datetime]]] = {}
    for exchange_id, finding_id, matter, reconciled_at in rows:
        if exchange_id is not None:
            found.setdefault(exchange_id, set()).add((finding_id, matter, reconciled_at))
    return {number: frozenset(ground) for number, ground in found.items()}


def reconciled(session: Session, exchanges: Sequence[int]) -> dict[int, datetime]:
    """Return when the reports of exchanges were last put together."""
    rows = session.execute(
        select(ExchangePartRow.exchange_id, func.max(ExchangePartRow.reconciled_at))
        .where(ExchangePartRow.exchange_id.in_(exchanges))
        .group_by(ExchangePartRow.exchange_id)
    )
    return {number: when for number, when in rows if number is not None}
