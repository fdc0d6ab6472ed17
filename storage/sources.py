"""How each source fares."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.model import Habits, SourceState
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
        row.entries = row.last_post = row.not_before = row.habits = row.notice = None


def save_state(session: Session, source_id: str, state: SourceState) -> None:
    """Remember how a source fares."""
    values = {name: getattr(state, name) for name in FIELDS}
    values["habits"] = _habits_kept(state.habits) if state.habits else None
    session.merge(SourceStateRow(source_id=source_id, **values))


def _state(row: SourceStateRow) -> SourceState:
    values = {name: getattr(row, name) for name in FIELDS}
    values["habits"] = _habits(row.habits) if row.habits else None
    return SourceState(**values)


def _habits_kept(habits: Habits) -> dict[str, Any]:
    kept = asdict(habits) | {"at": habits.at.isoformat()}
    for name in ("items", "hours"):
        kept[name] = [round(one, 4) for one in kept[name]]
    return kept


def _habits(kept: dict[str, Any]) -> Habits:
    return Habits(
        **kept
        | {
            "at": datetime.fromisoformat(kept["at"]),
            "items": tuple(kept["items"]),
            "hours": tuple(kept["hours"]),
        }
    )
