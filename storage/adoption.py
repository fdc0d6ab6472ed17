"""What was kept before there was a chain of custody, or families of copies, takes its place in them once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Engine

from storage import copies, custody
from storage.engine import transaction

log = structlog.get_logger("swapwatch.storage")


def adopt(engine: Engine, *, now: datetime) -> None:
    """Enter in the chain of custody what was kept before there was one, and find its copies."""
    with transaction(engine) as session:
        if rows := custody.adopt(session, now=now):
            log.info("evidence_adopted", rows=rows)
        if looked := copies.adopt(session):
            log.info("copies_looked_for", findings=looked)
