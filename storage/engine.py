"""Connections and transactions, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import structlog
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from crawler.errors import StoreRefused, StoreUnavailable

BUSY_MS = 30_000
"""How long a writer waits for another process's transaction on SQLite."""

DURABLE = ("fsync", "synchronous_commit")
"""PostgreSQL settings without which a committed finding may be lost with the power."""

RETRY_PAUSES = (0.2, 1.0, 3.0)
"""Seconds between tries: together shorter than the time in which a job must be able to stop."""

PASSING = ("08", "40", "53300", "55P03", "57014", "57P")
"""Beginnings of PostgreSQL's error codes: connection, rollback, too many connections, lock, timeout, shutdown."""

T = TypeVar("T")

log = structlog.get_logger("swapwatch.storage")


def connect(url: str | URL, *, read_only: bool = False) -> Engine:
    """Return an engine for a database URL; SQLite is WAL, fully synchronous, with foreign keys on.

    Args:
        url: `sqlite:////absolute/path.db` or `postgresql+psycopg://…`.
        read_only: nothing can be written through it; a missing SQLite file is not made.

    Raises:
        StoreRefused: the folder of a SQLite file can't be made.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, read_only=read_only)
    return _postgresql(parsed, read_only=read_only)


def _postgresql(url: URL, *, read_only: bool) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.read_only = read_only

    @event.listens_for(engine, "first_connect")
    def look(connection: Any, _record: object) -> None:
        if not read_only:
            for setting in _not_durable(connection):
                log.warning(
                    "database_not_durable",
                    setting=f"{setting} = off",
                    database=place(engine),
                    remedy=f"set {setting} = on: what was committed may be lost when the server's power fails",
                )

    return engine


def _not_durable(connection: Any) -> list[str]:
    off = [setting for setting in DURABLE if connection.execute(f"show {setting}").fetchone()[0] == "off"]
    connection.rollback()
    return off


def _sqlite(url: URL, *, read_only: bool) -> Engine:
    path = Path(url.database or "")
    if read_only:
        url = url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    else:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreRefused(
                f"cannot make the folder of {path}: {error}; name another place, or mend its owner and mode"
            ) from error
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
        raise StoreUnavailable(_cause(error, engine)) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"{place(engine)}: {error}") from error


def retrying(engine: Engine, work: Callable[[Session], T]) -> T:
    """Do `work` in a transaction, and again where the server was away for a moment or asks for it.

    It may be done twice where the answer to a commit was lost: it must leave the same then.

    Raises:
        StoreUnavailable: also after some seconds of trying, or for a cause that trying again does not mend.
    """
    for pause in RETRY_PAUSES:
        try:
            with transaction(engine) as session:
                return work(session)
        except StoreUnavailable as error:
            if not _passing(error.__cause__):
                raise
            log.warning("store_tried_again", cause=str(error), pause=pause)
            time.sleep(pause)
    with transaction(engine) as session:
        return work(session)


def _passing(error: BaseException | None) -> bool:
    """Say whether the server's complaint is one that passes: a restart, a deadlock, no free connection, a timeout."""
    if not isinstance(error, DBAPIError) or isinstance(error.orig, sqlite3.Error):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or not state or state.startswith(PASSING)


def _cause(error: DBAPIError, engine: Engine) -> str:
    words, where = " ".join(str(error.orig).split())[:300], place(engine)
    if "is full" in words or "No space left" in words:
        return f"{where}: the disk is full ({words}); free some space, the job goes on by itself"
    if "locked" in words:
        return f"{where}: another process has locked the database ({words})"
    return f"{where}: {words}"


def place(engine: Engine) -> str:
    """Name the database for a message, without its password."""
    if engine.dialect.name == "sqlite":
        return str(sqlite_file(engine))
    return engine.url.render_as_string(hide_password=True)


def sqlite_file(engine: Engine) -> Path:
    """Return the file of a SQLite engine, read-only or not."""
    name = engine.url.database or ""
    return Path(unquote(name.removeprefix("file:")) if name.startswith("file:") else name)
