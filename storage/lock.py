"""One job per database: a second one refuses to start and says who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
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


class Held(Protocol):
    """A database that is held."""

    def check(self) -> None:
        """Make sure that it still is.

        Raises:
            StoreRefused: another job holds it by now.
            StoreUnavailable: it can't be asked.
        """


@contextmanager
def hold(engine: Engine) -> Iterator[Held]:
    """Hold the database for the time of the block; the system frees it when the process dies, however it dies.

    Raises:
        StoreRefused: another job holds it; the text names its process and host.
    """
    with _flock(engine) if engine.dialect.name == "sqlite" else _advisory(engine) as held:
        yield held


class _File:
    """A lock on a file: nothing but the end of the process takes it away."""

    def check(self) -> None:
        """Nothing to look at."""


@contextmanager
def _flock(engine: Engine) -> Iterator[Held]:
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
        yield _File()


class _Advisory:
    """A lock on the server, which ends with its connection: also when the server restarts.

    So every new connection of the job first makes sure of the lock. A server that restarts ends all of them, and
    nothing is written between the loss of the lock and the moment it is taken again, or found in other hands.
    """

    def __init__(self, engine: Engine) -> None:
        self._place = place(engine)
        # the server is to notice within half a minute where our machine is gone for good
        noticed = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
        self._engine = create_engine(
            engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"options": noticed}
        )
        self._connection: Connection | None = None
        self._one_at_a_time = threading.Lock()

    def check(self) -> None:
        """Make sure of the lock, take it again where it was lost."""
        with self._one_at_a_time:
            try:
                if self._connection is not None:
                    self._connection.execute(text("select 1"))
                    return
            except DBAPIError:
                self.let_go()
            self._take()

    def connected(self, *_: object) -> None:
        """Look after the lock before a new connection is used."""
        self.check()

    def _take(self) -> None:
        try:
            connection = self._engine.connect()
            connection.execute(
                text("select set_config('application_name', :us, false)"), {"us": f"swapwatch {_us()}"[:63]}
            )
            if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
                holder = connection.scalar(HOLDER, {"key": ADVISORY_KEY}) or "another process"
                connection.close()
                raise StoreRefused(f"{holder} already runs on {self._place}; stop it first")
        except DBAPIError as error:
            raise StoreUnavailable(
                f"cannot reach {self._place}: {' '.join(str(error.orig).split())}"
            ) from error
        self._connection = connection

    def let_go(self) -> None:
        """Close the connection, and with it the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # a server that went away in the meantime has freed the lock itself
            with suppress(DBAPIError):
                connection.close()


@contextmanager
def _advisory(engine: Engine) -> Iterator[Held]:
    held = _Advisory(engine)
    held.check()
    event.listen(engine, "connect", held.connected)
    try:
        yield held
    finally:
        event.remove(engine, "connect", held.connected)
        held.let_go()


def _us() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
