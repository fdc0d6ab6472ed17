"""From the store to the health of sources and job: the only part of this room that reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler.model import Source, SourceState
from newsdesk.health.figures import Figures
from newsdesk.health.job import JobHealth, job_health
from newsdesk.health.sources import SourceHealth, health_of, worst_first
from storage import notes, runs, sources

MEMORY = timedelta(days=45)
"""How far back is looked: what is usual before a silence of a month is still seen."""


def look(session: Session, chosen: Sequence[Source], *, now: datetime) -> list[SourceHealth]:
    """Return how these sources fare, the worst first."""
    return [health for health, _ in look_closely(session, chosen, now=now)]


def look_closely(
    session: Session, chosen: Sequence[Source], *, now: datetime
) -> list[tuple[SourceHealth, Figures]]:
    """Return how these sources fare, the worst first, each with the figures that it was judged by."""
    states, days = sources.states(session), runs.days(session, since=(now - MEMORY).date())
    figures = [
        Figures(source=one, state=states.get(one.id, SourceState()), days=days.get(one.id, ()), now=now)
        for one in chosen
    ]
    return sorted(((health_of(one), one) for one in figures), key=lambda pair: worst_first(pair[0]))


def look_at_job(
    session: Session, configured: Sequence[Source], *, now: datetime, patience: timedelta
) -> JobHealth:
    """Return how the job fares, from what it noted of itself."""
    return job_health(
        pulse=notes.read(session, notes.PULSE),
        config=notes.read(session, notes.CONFIG),
        sources=configured,
        states=sources.states(session),
        now=now,
        patience=patience,
    )
