"""What the job does for its evidence at its start and once a day; what came of it is handed back to be logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from storage import copies, custody, evidence, frontier, outbox, pruning, runs
from storage.captures import WarcArchive
from storage.engine import transaction

RUN_DAYS = 30
"""How long single crawls are remembered; the sums of their days stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth a line in the log."""

    event: str
    grave: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)


def at_start(engine: Engine, archive: WarcArchive, *, now: datetime) -> Iterator[Note]:
    """Set aside what interrupted writes left; enter in the chain, and among copies, what was kept before there were any."""
    with transaction(engine) as session:
        ends = evidence.ends(session)
    for file, torn in archive.look_over(ends):
        if torn:
            yield Note(event="torn_end_set_aside", grave=True, fields={"file": file, "bytes": torn})
        else:
            remedy = "swapwatch verify names what was changed"
            yield Note(event="evidence_damaged", grave=True, fields={"file": file, "remedy": remedy})
    yield from adopted(engine, now=now)


def adopted(engine: Engine, *, now: datetime) -> Iterator[Note]:
    """Enter in the chain, and among copies, what was kept before there were any."""
    with transaction(engine) as session:
        if rows := custody.adopt(session, now=now):
            yield Note(event="evidence_adopted", fields={"rows": rows})
        if looked := copies.adopt(session):
            yield Note(event="copies_looked_for", fields={"findings": looked})


def daily(
    engine: Engine,
    folder: Path,
    *,
    lead_days: int,
    captures: Mapping[str, timedelta | None],
    alerts: timedelta,
    now: datetime,
) -> Iterator[Note]:
    """Forget what need not be kept; tell the head of the evidence, for whoever keeps logs elsewhere.

    Args:
        engine: of the store.
        folder: of the capture files.
        lead_days: how long the details of dropped leads are kept.
        alerts: how long alerts that were sent are remembered.
        captures: how long captures of findings, near misses and lists are kept; None for good.
        now: the instant.
    """
    with transaction(engine) as session:
        runs.prune(session, now=now, keep_days=RUN_DAYS)
        outbox.prune(session, now=now, keep=alerts)
        if emptied := frontier.prune(session, now=now, keep_days=lead_days):
            yield Note(event="pruned", fields={"leads": emptied})
    with transaction(engine) as session:
        gone = pruning.prune(
            session, folder, {pruning.Of(name): after for name, after in captures.items()}, now=now
        )
    if gone.files:
        counts = {"files": gone.files, "captures": gone.captures, "bytes": gone.freed}
        yield Note(event="captures_pruned", fields=counts)
    with transaction(engine) as session:
        head = custody.head(session)
    if head is not None:
        yield Note(
            event="evidence_head", fields={"day": head.day, "entries": head.entries, "head": head.head}
        )
