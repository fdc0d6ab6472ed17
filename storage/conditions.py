"""What is wrong now, with sources or with the job: remembered, so that begin and end are told once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.job_tables import ConditionRow

Place = tuple[str, str]
"""Subject and name of a condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is wrong, since when, in words."""

    subject: str
    name: str
    since: datetime
    words: str


def known(session: Session) -> dict[Place, Condition]:
    """Return what was wrong when last looked."""
    return {
        (row.subject, row.name): Condition(
            subject=row.subject, name=row.name, since=row.since, words=row.words
        )
        for row in session.scalars(select(ConditionRow))
    }


def keep(session: Session, begun: Mapping[Place, str], ended: Collection[Place], *, now: datetime) -> None:
    """Remember what began, with its words, and forget what ended."""
    for subject, name in ended:
        row = session.get(ConditionRow, (subject, name))
        if row is not None:
            session.delete(row)
    session.flush()
    for (subject, name), words in begun.items():
        session.merge(ConditionRow(subject=subject, name=name, since=now, words=words))
