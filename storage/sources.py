"""How each source fares."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.model import SourceState
from storage.job_tables import SourceStateRow

FIELDS = tuple(field.name for field in fields(SourceState))


def state(session: Session, source_id: str) -> SourceState:
    """Return what is remembered of a source; a new one has everything to learn."""
    row = session.get(SourceStateRow, source_id)
    return _state(row) if row else SourceState()


def states(session: Session) -> dict[str, SourceState]:
    """Return what is remembered of every source ever polled, by id."""
    return {row.source_id: _state(row) for row in session.scalars(select(SourceStateRow))}


def forget_list(session: Session, source_id: str) -> None:
    """Forget what was learnt of a source's list, as another one took its place; how it fared stays."""
    row = session.get(SourceStateRow, source_id)
    if row is not None:
        row.etag = row.last_modified = row.body_sha256 = row.last_full_fetch = None
        row.entries = row.last_post = row.not_before = None


def save_state(session: Session, source_id: str, state: SourceState) -> None:
    """Remember how a source fares."""
    session.merge(SourceStateRow(source_id=source_id, **{name: getattr(state, name) for name in FIELDS}))


def _state(row: SourceStateRow) -> SourceState:
    return SourceState(**{name: getattr(row, name) for name in FIELDS})
