"""Which schema a database has, and whether this version can work with it; what every command asks first."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from crawler.errors import StoreRefused, StoreUnavailable
from storage.engine import place, sqlite_file

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0008", "0009", "0010", "0011")
"""The schema's revisions, oldest first: one for each file of `migrations/versions`."""

HEAD = REVISIONS[-1]
"""The revision this version of the code works with."""

VERSION_TABLE = "alembic_version"


def require_current(engine: Engine) -> None:
    """Let only a database of this version through; commands that ask never migrate.

    Raises:
        StoreRefused: there is none yet, or it is older, newer or not ours; the text says what to do.
    """
    if engine.dialect.name == "sqlite" and not sqlite_file(engine).exists():
        raise StoreRefused(f"no database at {place(engine)} yet; `swapwatch run` makes it")
    current = revision(engine)
    if current is None:
        raise StoreRefused(f"{place(engine)} has no tables yet; `swapwatch run` makes them")
    if current != HEAD:
        raise StoreRefused(
            f"{place(engine)} is of an older version; run `swapwatch migrate` (it makes a backup first)"
        )


def revision(engine: Engine) -> str | None:
    """Return the schema's revision, None for a database without tables."""
    if engine.dialect.name == "sqlite":
        _require_file(sqlite_file(engine))
    try:
        with engine.connect() as connection:
            return _known(connection, engine)
    except DBAPIError as error:
        words = " ".join(str(error.orig).split())
        if "not a database" in words or "malformed" in words:
            raise StoreRefused(
                f"{place(engine)} is no SQLite database, or is damaged ({words}); restore a backup"
            ) from error
        raise StoreUnavailable(f"cannot open {place(engine)}: {words}") from error


def _known(connection: Connection, engine: Engine) -> str | None:
    tables = set(inspect(connection).get_table_names())
    current = _noted(connection) if VERSION_TABLE in tables else None
    tables.discard(VERSION_TABLE)
    if current is None:
        if tables:
            raise StoreRefused(_foreign(engine, tables))
        return None
    if current not in REVISIONS:
        if "lead" not in tables:  # Alembic serves other programs too
            raise StoreRefused(_foreign(engine, tables))
        raise StoreRefused(
            f"{place(engine)} was written by a newer swapwatch (schema {current}); update this one"
        )
    return current


def _noted(connection: Connection) -> str | None:
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))


def _foreign(engine: Engine, tables: set[str]) -> str:
    names = ", ".join(sorted(tables)[:3]) or "of its own"
    return f"{place(engine)} belongs to another program (tables {names}); use another database"


def _require_file(path: Path) -> None:
    """Refuse what SQLite would take for an empty database, or fail on without saying why."""
    if path.is_dir():
        raise StoreRefused(f"{path} is a folder, not a database; give the name of a file")
    if not os.access(path, os.R_OK):
        raise StoreRefused(f"{path} can't be read by this user; change its owner or mode")
    if path.stat().st_size == 0 and not Path(f"{path}-wal").exists():
        raise StoreRefused(
            f"{path} is an empty file: swapwatch makes none, so its content was lost; restore a backup, or remove it"
            " to start anew"
        )
