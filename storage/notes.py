"""What the running job notes of itself, for commands that look from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from storage.tables import NoteRow

PULSE = "pulse"
"""The job's last sign of life; its words name the process."""

CONFIG = "config"
"""What became of the config file when it was last looked at: empty words where it is in use, else the complaints."""


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
