"""Looks from time to time at what the store knows, and puts what people should be told into the outbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.config import Config, SavedSearch
from crawler.model import Source
from newsdesk.alerts.conditions import (
    JOB,
    alerts_of_begin,
    alerts_of_end,
    begun,
    ended,
    of_job,
    of_sides,
    of_source,
)
from newsdesk.alerts.records import of_records
from newsdesk.health import look
from storage import conditions, notes, outbox, rounds, sources
from storage.conditions import Place
from storage.engine import transaction
from storage.outbox import Alert, AlertKind
from storage.search import Filters, Hit, search

Lemmas = Callable[[str], Sequence[Sequence[str]]]
"""The words of a query, as the index holds them."""

OVERLAP = timedelta(minutes=10)
"""How far back is looked again: what was kept before may have been committed after the last look."""

MOST_FINDINGS = 500
"""Findings of one saved search that one look tells of."""

FINDINGS = "findings looked at"


def watch(engine: Engine, config: Config, *, lemmas: Lemmas, now: datetime) -> int:
    """Put what is new to tell into the outbox, in one transaction with what is remembered of it; return how much."""
    enabled = [one for one in config.sources if one.enabled]
    with transaction(engine) as session:
        known = conditions.known(session)
        current = _wrong(session, config, enabled, now=now, was_low=(JOB, AlertKind.DISK_LOW) in known)
        new, over = begun(known, current), ended(known, current)
        told = outbox.put(
            session,
            [
                *alerts_of_begin(new, now=now),
                *alerts_of_end(over, known, current, [one.id for one in enabled], now=now),
                *_findings(session, config.alerts.searches, lemmas, now=now),
                *of_records(session, now=now),
            ],
        )
        conditions.keep(session, new, over, now=now)
    return told


def _wrong(
    session: Session, config: Config, enabled: Sequence[Source], *, now: datetime, was_low: bool
) -> dict[Place, str]:
    refused = notes.read(session, notes.CONFIG)
    found = of_job(
        free=_free(config.data),
        disk_low=config.alerts.disk_low,
        was_low=was_low,
        refused=refused.words if refused else "",
        changed=[f"{one.what} {one.number} {one.words}" for one in rounds.problems(session)],
    )
    for health in look(session, enabled, now=now):
        found |= of_source(health)
    states = sources.states(session)
    return found | of_sides(enabled, states, now=now, patience=config.alerts.side_silent)


def _free(folder: Path) -> int:
    """Return the bytes free where captures go; the folder comes with the first of them."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _findings(
    session: Session, searches: Sequence[SavedSearch], lemmas: Lemmas, *, now: datetime
) -> list[Alert]:
    """Return an alert for each finding since the last look that matches a saved search."""
    last = notes.read(session, FINDINGS)
    begin = datetime.fromisoformat(last.words) if last else now
    notes.write(session, FINDINGS, begin.isoformat(), now=now)
    if last is None:
        return []  # what was there before anybody asked is no news
    since = max(last.at - OVERLAP, begin)
    return [
        _found(one, hit)
        for one in searches
        for hit in search(
            session,
            lemmas(one.words),
            filters=Filters(
                source=one.source,
                language=one.language,
                kind=one.kind,
                conflict=one.conflict,
                changed_since=since,
            ),
            limit=MOST_FINDINGS,
        )
    ]


def _found(asked: SavedSearch, hit: Hit) -> Alert:
    return Alert(
        kind=AlertKind.NEW_FINDING,
        subject=f"f{hit.id}",
        title=f"{asked.name}: {hit.title}",
        body=f"{hit.outlet}, {hit.kind}, {hit.conflict}; f{hit.id} {hit.address}",
        at=hit.first_kept,
        key=asked.name,
    )
