"""The rows that point into the archive: what was received, from where, and for which article."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from storage.captures import StoredCapture
from storage.tables import CaptureRow


def add(session: Session, captures: Sequence[StoredCapture], *, article_id: int | None = None) -> int:
    """Store where exchanges stand in the archive; return the number of the last, which carried the page or list.

    Args:
        session: of the caller's transaction.
        captures: at least one, already on disk.
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
        )
        for capture in captures
    ]
    session.add_all(rows)
    session.flush()
    return rows[-1].id
