"""What the running job notes of itself, for commands that look from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler.model import Ownership, Side, Source, SourceType
from storage.job_tables import NoteRow

PULSE = "pulse"
"""The job's last sign of life; its words name the process."""

CONFIG = "config"
"""What became of the config file when it was last looked at: empty words where it is in use, else the complaints."""

SOURCES = "sources"
"""The sources under watch, with what their health is judged by; no secret among it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words under a name, and when they were noted."""

    at: datetime
    words: str


def write(session: Session, name: str, words: str, *, now: datetime) -> None:
    """Note words under a name, in place of the last ones."""
    session.merge(NoteRow(name=name, at=now, words=words))


def read(session: Session, name: str) -> Note | None:
    """Return what was last noted under a name."""
    row = session.get(NoteRow, name)
    return Note(at=row.at, words=row.words) if row else None


def write_sources(session: Session, sources: Sequence[Source], *, now: datetime) -> None:
    """Note the sources of the config in use: its file may be one that can't be read when somebody asks."""
    said = [
        {
            "id": one.id,
            "side": one.side,
            "languages": one.languages,
            "enabled": one.enabled,
            "off_because": one.disabled_reason,
            "timezone": one.timezone,
            "interval": one.interval.total_seconds() if one.interval else None,
        }
        for one in sources
    ]
    write(session, SOURCES, json.dumps(said, ensure_ascii=False), now=now)


def read_sources(session: Session) -> tuple[Source, ...]:
    """Return the sources of the config in use, as far as their health is concerned."""
    note = read(session, SOURCES)
    return tuple(
        Source(
            id=one["id"],
            name=one["id"],
            country="UN",
            side=Side(one["side"]),
            ownership=Ownership.UNKNOWN,
            languages=tuple(one["languages"]),
            type=SourceType.AUTO,
            url="",
            timezone=one["timezone"],
            enabled=one["enabled"],
            disabled_reason=one["off_because"],
            interval=timedelta(seconds=one["interval"]) if one["interval"] else None,
        )
        for one in (json.loads(note.words) if note else ())
    )
