"""Judging what is stored again: which findings another lexicon judged, and their renewed verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crawler.model import Finding
from storage.frontier import LeadState
from storage.tables import FindingRow, LeadRow, VerdictRow, VersionRow
from storage.verdicts import stored_verdict

BATCH = 400
"""Leads opened again in one statement: below SQLite's limit of variables on every build."""


def judged_otherwise(session: Session, lexicon: str) -> list[int]:
    """Return the numbers of the findings whose current verdict is of another lexicon, oldest first."""
    return list(
        session.scalars(
            select(FindingRow.id)
            .join(VerdictRow, VerdictRow.id == FindingRow.verdict_id)
            .where(VerdictRow.lexicon != lexicon)
            .order_by(FindingRow.id)
        )
    )


def renew(session: Session, finding_id: int, judged: Finding, *, now: datetime) -> None:
    """Make another lexicon's verdict on a finding's current version its current one; the old one stays stored.

    A finding that has become off topic keeps its number, versions and captures; searches and exports leave it out.
    """
    row = session.get_one(FindingRow, finding_id)
    version = session.scalars(
        select(VersionRow)
        .where(VersionRow.article_id == row.article_id)
        .order_by(VersionRow.number.desc())
        .limit(1)
    ).one()
    verdict = stored_verdict(session, version, judged, now=now)
    row.verdict_id, row.standing, row.changed_at = verdict.id, verdict.standing, now


def open_again(session: Session, leads: Sequence[int], *, now: datetime) -> None:
    """Let dropped leads be fetched and judged once more."""
    for start in range(0, len(leads), BATCH):
        session.execute(
            update(LeadRow)
            .where(LeadRow.id.in_(leads[start : start + BATCH]))
            .values(state=LeadState.PENDING, attempts=0, next_try=None, changed_at=now)
        )
