"""Connections and transactions, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from crawler.errors import StoreUnavailable

BUSY_MS = 30_000
"""How long a writer waits for another process's transaction on SQLite."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: stored as UTC, returned aware on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse instants without a zone; turn the others into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Put UTC on what SQLite returns bare."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def connect(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for a database URL; SQLite is WAL, fully synchronous, with foreign keys on.

    Args:
        url: `sqlite:////absolute/path.db` or `postgresql+psycopg://…`.
        read_only: nothing can be written through it; a missing SQLite file is not made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only)
    options = "-c default_transaction_read_only=on" if read_only else ""
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options} if options else {})


def _sqlite(url: str, *, read_only: bool) -> Engine:
    path = Path(make_url(url).database or "")
    if read_only:
        url = f"sqlite:///file:{path}?mode=ro&uri=true"
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # transactions are begun below: sqlite3's own begin would take the write lock too late
        connection.isolation_level = None
        pragmas = ["foreign_keys=ON", f"busy_timeout={BUSY_MS}"]
        if not read_only:
            pragmas += ["journal_mode=WAL", "synchronous=FULL"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open a session, commit it at the end of the block, roll it back on any error.

    Raises:
        StoreUnavailable: the database is locked, full, read-only or away; the cause is in words.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except DBAPIError as error:
        raise StoreUnavailable(_cause(error)) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"database: {error}") from error


def _cause(error: DBAPIError) -> str:
    words = " ".join(str(error.orig).split())[:300]
    if "full" in words:
        return f"the disk is full ({words}); free some space, the job goes on by itself"
    if "locked" in words:
        return f"another process has locked the database ({words})"
    return f"database: {words}"


def place(engine: Engine) -> str:
    """Name the database for a message, without its password."""
    return (
        str(engine.url.database)
        if engine.dialect.name == "sqlite"
        else engine.url.render_as_string(hide_password=True)
    )
