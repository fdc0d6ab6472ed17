"""The schema made, or moved forward after a backup; Alembic is loaded here only, as questions need none of it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from crawler.errors import StoreRefused, StoreUnavailable
from storage.engine import connect, place, sqlite_file
from storage.schema import HEAD, revision

BESIDE = ("", "-wal", "-shm", "-journal")
"""What a SQLite database consists of while it is open."""


def upgrade(engine: Engine, *, backup_to: Path | None) -> bool:
    """Bring the schema to this version's; return whether anything changed.

    Args:
        engine: of an absent, empty, current or older database.
        backup_to: folder for a copy of an older SQLite database, made before it is touched.

    Raises:
        StoreRefused: the database is newer, not ours, damaged, or must not be written; it was not touched.
    """
    if engine.dialect.name == "sqlite":
        _require_writable(sqlite_file(engine))
        if not sqlite_file(engine).exists():
            _make(engine)
            return True
        _require_ours(engine)
    current = revision(engine)
    if current == HEAD:
        return False
    if current is not None and backup_to is not None and engine.dialect.name == "sqlite":
        backup(engine, backup_to / f"before-{HEAD}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db")
    _migrate(engine)
    return True


def backup(engine: Engine, path: Path) -> None:
    """Write a consistent copy of a SQLite database, also while it is written to; a whole file or none.

    Raises:
        StoreUnavailable: the copy could not be written, most often for want of space.
    """
    half = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        # an empty file of our own mode: SQLite fills it, so that the copy is never readable to others
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        raw = engine.raw_connection()
        try:
            raw.driver_connection.execute("VACUUM INTO ?", (str(half),))  # type: ignore[union-attr]
        finally:
            raw.close()
        sync(half)
        half.replace(path)
        sync(path.parent)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise StoreUnavailable(f"no backup could be written to {path}: {error}") from error


def _make(engine: Engine) -> None:
    """Make a new SQLite database beside its place and move it there whole, so that an empty file is never ours."""
    path = sqlite_file(engine)
    left = Path(f"{path}-wal")
    if left.exists() and left.stat().st_size:
        raise StoreRefused(
            f"{path} is missing but its log {left.name} is there; restore a backup, or move the log away"
        )
    new = path.with_name(path.name + ".new")
    for name in BESIDE:
        Path(f"{new}{name}").unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    maker = connect(engine.url.set(database=str(new)))
    try:
        _migrate(maker)
    finally:
        maker.dispose()
    sync(new)
    new.rename(path)
    sync(path.parent)


def _migrate(engine: Engine) -> None:
    """Run what is missing in one transaction: it is there as a whole or not at all."""
    try:
        with engine.connect() as connection:
            _heed_foreign_keys(connection, "OFF")  # rebuilding a table would else delete what points to it
            try:
                with connection.begin():
                    config = _config()
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                    _require_whole(connection)
            finally:
                _heed_foreign_keys(connection, "ON")
    except DBAPIError as error:
        raise StoreUnavailable(
            f"{place(engine)}: the migration was rolled back: {' '.join(str(error.orig).split())}"
        ) from error


def _heed_foreign_keys(connection: Connection, value: str) -> None:
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        raw.execute(f"PRAGMA foreign_keys={value}")  # type: ignore[union-attr]


def _require_whole(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreRefused(
            f"the migration was rolled back: a row of {broken[0]} points to nothing; restore a backup"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _require_ours(engine: Engine) -> None:
    """Look before the first connection that may write: it would set another program's file to our way of logging."""
    reader = connect(engine.url, read_only=True)
    try:
        revision(reader)
    finally:
        reader.dispose()


def _require_writable(path: Path) -> None:
    for one in (path, path.parent):
        if one.exists() and not os.access(one, os.W_OK):
            raise StoreRefused(f"{one} can't be written by this user; change its owner or mode")


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
