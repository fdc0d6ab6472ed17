"""The running job reads its evidence again, a little at a time: all of it within a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from crawler.config import Config
from storage import rounds
from storage.engine import connect, transaction

WITHIN = timedelta(hours=12)
"""How old the last reading of a stretch may be; twice a day leaves room for what has piled up."""

EVERY = timedelta(minutes=1)

BY = "the running job"

log = structlog.get_logger("swapwatch.custody")


def look(engine: Engine, config: Config, *, now: datetime) -> int:
    """Read the stretches of the chain that are due, as many as all need to have their turn in time; return how many."""
    with transaction(engine) as session:
        waiting = rounds.due(session, now=now, within=WITHIN, limit=rounds.at_once(session, WITHIN / EVERY))
    reader = connect(engine.url, read_only=True)  # reading files keeps no writer waiting
    try:
        for number in waiting:
            with transaction(reader) as session:
                reading = rounds.read_again(session, config.data / "captures", number)
            with transaction(engine) as session:
                rounds.note(session, reading, by=BY, now=now)
            for problem in reading.problems:
                log.error("evidence_changed", what=problem.what, number=problem.number, words=problem.words)
    finally:
        reader.dispose()
    return len(waiting)
