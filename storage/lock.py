"""One job per database: a second one refuses to start and says who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from crawler.errors import StoreRefused, StoreUnavailable
from storage.engine import place, sqlite_file

ADVISORY_KEY = 0x5357_4150
"""`SWAP` in ASCII: the key of our advisory lock on PostgreSQL."""

HOLDER = text(
    "select a.application_name from pg_locks l join pg_stat_activity a using (pid)"
    " where l.locktype = 'advisory' and l.classid = 0 and l.objid = :key and l.granted"
    " and l.database = (select oid from pg_database where datname = current_database())"
)


@contextmanager
def hold(engine: Engine) -> Iterator[None]:
    """Hold the database for the time of the block; the system frees it when the process dies, however it dies.

    Raises:
        StoreRefused: another job holds it; the text names its process and host.
    """
    with _flock(engine) if engine.dialect.name == "sqlite" else _advisory(engine):
        yield


@contextmanager
def _flock(engine: Engine) -> Iterator[None]:
    # resolved: two names of one database must not make two locks
    path = Path(f"{sqlite_file(engine).resolve()}.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreRefused(
            f"cannot write beside the database: {error}; check owner and mode of {path.parent}"
        ) from error
    with os.fdopen(handle, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = file.read().strip() or "another process"
            raise StoreRefused(
                f"{holder} already runs on {place(engine)}; stop it first, or use another database"
            ) from error
        file.seek(0)
        file.truncate()
        file.write(_us())
        file.flush()
        yield


@contextmanager
def _advisory(engine: Engine) -> Iterator[None]:
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DBAPIError as error:
        raise StoreUnavailable(
            f"cannot reach {place(engine)}: {' '.join(str(error.orig).split())}"
        ) from error
    connection.detach()  # the lock ends with the connection, which must not go back to a pool
    with connection:
        connection.execute(
            text("select set_config('application_name', :us, false)"), {"us": f"swapwatch {_us()}"[:63]}
        )
        if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
            holder = connection.scalar(HOLDER, {"key": ADVISORY_KEY}) or "another process"
            raise StoreRefused(f"{holder} already runs on {place(engine)}; stop it first")
        try:
            yield
        finally:
            # a server that went away in the meantime has freed the lock itself
            with suppress(DBAPIError):
                connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})


def _us() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
