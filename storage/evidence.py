"""The rows that point into the archive: what was received, from where, and for which article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import custody
from storage.captures import StoredCapture
from storage.tables import CaptureRow


def ends(session: Session) -> dict[str, int]:
    """Return up to which byte the rows account for each file."""
    rows = session.execute(select(CaptureRow.file, func.max(CaptureRow.written_to)).group_by(CaptureRow.file))
    return {file: end or 0 for file, end in rows}


def add(
    session: Session, captures: Sequence[StoredCapture], *, now: datetime, article_id: int | None = None
) -> int:
    """Store where exchanges stand in the archive, and enter them in the chain of custody.

    Returns the number of the last, which carried the page or list.

    Args:
        session: of the caller's transaction.
        captures: at least one, already on disk.
        now: the instant of storing.
        article_id: the article they are evidence of; None for a list, which its leads point to.
    """
    rows = [
        CaptureRow(
            file=capture.file,
            offset=capture.offset,
            length=capture.length,
            record_id=capture.record_id,
            url=capture.url,
            status=capture.status,
            fetched_at=capture.fetched_at,
            ip=capture.ip,
            body_sha256=capture.body_sha256,
            article_id=article_id,
            written_from=capture.written_from,
            written_to=capture.written_to,
            written_sha256=capture.written_sha256,
        )
        for capture in captures
    ]
    session.add_all(rows)
    session.flush()
    custody.append(session, rows, now=now)
    return rows[-1].id
