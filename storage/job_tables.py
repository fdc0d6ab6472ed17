"""What is kept of the job itself: how sources fare, what crawls counted, what is wrong and who was told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.root import HASH, NEVER_REUSED, Base


class SourceStateRow(Base):
    """How a source fares: validators, last success, failures, next due time."""

    __tablename__ = "source_state"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_sha256: Mapped[str | None] = mapped_column(HASH)
    last_full_fetch: Mapped[datetime | None]
    last_success: Mapped[datetime | None]
    last_poll: Mapped[datetime | None]
    next_due: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    entries: Mapped[int | None]
    last_post: Mapped[int | None]
    not_before: Mapped[datetime | None]
    last_new: Mapped[datetime | None]
    habits: Mapped[dict[str, Any] | None]
    notice: Mapped[str | None]


class SeenRow(Base):
    """Every address a source ever listed; never pruned, so that nothing old comes back as new."""

    __tablename__ = "seen"

    source_id: Mapped[str] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    first_seen: Mapped[datetime]


class RunRow(Base):
    """What one crawl of one source did."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_source", "source_id", "started"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    started: Mapped[datetime]
    finished: Mapped[datetime]
    outcome: Mapped[str]
    error: Mapped[str | None]
    url: Mapped[str | None]


class RunCountRow(Base):
    """How many leads, pages or drops a crawl counted under one name."""

    __tablename__ = "run_count"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class SourceDayRow(Base):
    """What all crawls of one source on one UTC day counted under one name."""

    __tablename__ = "source_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    """First of the key: people ask for the last weeks of all sources."""
    source_id: Mapped[str] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class NoteRow(Base):
    """What the running job notes of itself: its last sign of life, the config it runs on, how far it has looked."""

    __tablename__ = "note"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    words: Mapped[str]


class ConditionRow(Base):
    """Something that is wrong now, with a source or with the job, so that its begin and end are told once."""

    __tablename__ = "condition"

    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    words: Mapped[str]


class AlertRow(Base):
    """Something worth telling people; its key makes sure that it is told once."""

    __tablename__ = "alert"
    __table_args__ = (NEVER_REUSED,)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(HASH, unique=True)
    kind: Mapped[str]
    audience: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    addressed: Mapped[bool]


class DeliveryRow(Base):
    """An alert on its way to one addressee: the outbox."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_open", "state", "next_try"),)

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempts: Mapped[int]
    next_try: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


class BackfillRow(Base):
    """One walk through what was published before: a source's lists over a range of days, or a file of an archive."""

    __tablename__ = "backfill"
    __table_args__ = (Index("ix_backfill_name", "what", "name"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]
    name: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date | None]
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(BigInteger)
    """Of a file: the first byte that is not settled yet."""
    counts: Mapped[list[Any]]
    """Pairs of an outcome and how many pages came to it."""


class BackfillListRow(Base):
    """A list that was read in such a walk, committed with its leads, and the lists it named."""

    __tablename__ = "backfill_list"

    backfill_id: Mapped[int] = mapped_column(ForeignKey("backfill.id"), primary_key=True)
    url_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    url: Mapped[str]
    further: Mapped[list[Any]]
    at: Mapped[datetime]
