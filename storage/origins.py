"""Where a report likely came from: what says the same is one origin, however many carry it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.tables import ArticleRow, CopyRow, ExchangePartRow, FindingRow, VersionRow

CLOCKS = timedelta(hours=1)
"""How far the clocks of two outlets may lie apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One report of a family."""

    finding_id: int
    outlet: str
    address: str
    at: datetime
    """When the outlet says it was published; where it does not, when it was first fetched."""
    credits: tuple[str, ...] = ()
    words: int = 0
    """Length, in rows of three words."""
    how: str | None = None
    """How it is like `like`: a `storage.copies.How`."""
    like: int | None = None
    """The finding it is most like of those that were there before."""
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a family of reports likely came from."""

    outlet: str
    """Domain of the outlet or agency: reports with the same one are no independent sources."""
    finding_id: int | None
    """Its report, where it is among the findings."""
    why: str
    members: tuple[Member, ...]
    """Every report that says the same, the earliest first."""


def origin(session: Session, finding_id: int) -> Origin | None:
    """Return the likely origin of a finding; None where there is no such finding.

    Where it credits an agency whose own report is in another family, in another language most often, that report is named.
    """
    found = origins(session, [finding_id]).get(finding_id)
    if found is None or found.finding_id is not None:
        return found
    own = _own_report(session, found)
    return (
        found
        if own is None
        else replace(found, finding_id=own, why=f"{found.why}; f{own} is its own report on the same exchange")
    )


def _own_report(session: Session, found: Origin) -> int | None:
    """Return the credited agency's last report on the same exchange that was out before the family's first."""
    ours = select(ExchangePartRow.exchange_id).where(
        ExchangePartRow.finding_id.in_([one.finding_id for one in found.members]),
        ExchangePartRow.exchange_id.is_not(None),
    )
    rows = session.execute(
        select(FindingRow.id, ArticleRow.outlet)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(CopyRow, CopyRow.article_id == FindingRow.article_id)
        .join(ExchangePartRow, ExchangePartRow.finding_id == FindingRow.id)
        .where(ExchangePartRow.exchange_id.in_(ours), CopyRow.at <= found.members[0].at + CLOCKS)
        .order_by(CopyRow.at.desc(), FindingRow.id)
    )
    return next((number for number, outlet in rows if _is(outlet, found.outlet)), None)


def origins(session: Session, finding_ids: Sequence[int]) -> dict[int, Origin]:
    """Return the likely origin of each finding: how many different outlets they name is how many origins there are."""
    families = session.execute(
        select(FindingRow.id, CopyRow.family)
        .join(CopyRow, CopyRow.article_id == FindingRow.article_id)
        .where(FindingRow.id.in_(finding_ids))
    ).all()
    members = _members(session, {family for _, family in families})
    found = {family: likely(of_it) for family, of_it in members.items()}
    return {finding_id: found[family] for finding_id, family in families if family in found}


def likely(members: Sequence[Member]) -> Origin:
    """Return where reports that say the same likely came from.

    The agency that most of them credit; else the earliest, and of those of one minute the one with the most words.
    """
    by_time = sorted(members, key=lambda one: (one.at.replace(second=0, microsecond=0), -one.words))
    named = Counter(credit for one in by_time for credit in one.credits)
    if named:
        agency, count = named.most_common(1)[0]
        own = next((one for one in by_time if agency in one.credits and _is(one.outlet, agency)), None)
        why = f"{agency} is credited by {count} of {len(by_time)}"
        return Origin(
            outlet=agency,
            finding_id=own.finding_id if own else None,
            why="its own report" if own and len(by_time) == 1 else why,
            members=tuple(by_time),
        )
    first = by_time[0]
    why = "the only report" if len(by_time) == 1 else f"the earliest of {len(by_time)}; no agency is credited"
    return Origin(outlet=first.outlet, finding_id=first.finding_id, why=why, members=tuple(by_time))


def _is(outlet: str, agency: str) -> bool:
    """Say whether a domain is one of an agency's: tass.com is tass.ru."""
    return outlet.partition(".")[0] == agency.partition(".")[0]


def _members(session: Session, families: set[int]) -> dict[int, list[Member]]:
    if not families:
        return {}
    liked, later = aliased(FindingRow), aliased(VersionRow)
    newer = select(later.id).where(
        later.article_id == VersionRow.article_id, later.number > VersionRow.number
    )
    rows = session.execute(
        select(CopyRow, ArticleRow, FindingRow.id, VersionRow.credits, liked.id)
        .join(ArticleRow, ArticleRow.id == CopyRow.article_id)
        .join(FindingRow, FindingRow.article_id == CopyRow.article_id)
        .outerjoin(liked, liked.article_id == CopyRow.like_id)
        .join(VersionRow, VersionRow.article_id == CopyRow.article_id)
        .where(CopyRow.family.in_(families), ~newer.exists())
        .order_by(FindingRow.id)
    )
    found: dict[int, list[Member]] = {}
    for copy, article, finding_id, credited, like in rows:
        member = Member(
            finding_id=finding_id,
            outlet=article.outlet,
            address=article.address,
            at=copy.at,
            credits=tuple(credited or ()),
            words=copy.shingles,
            how=copy.how,
            like=like,
            share=copy.share,
        )
        found.setdefault(copy.family, []).append(member)
    return found
