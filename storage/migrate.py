"""The schema: made, moved forward after a backup, or refused with the reason."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from crawler.errors import StoreRefused, StoreUnavailable
from storage.engine import place


def upgrade(engine: Engine, *, backup_to: Path | None) -> bool:
    """Bring the schema to this version's; return whether anything changed.

    Args:
        engine: of an empty, current or older database.
        backup_to: folder for a copy of an older SQLite database, made before it is touched.

    Raises:
        StoreRefused: the database is newer, not ours, damaged, or must not be written.
    """
    _writable(engine)
    current = _revision(engine)
    if current == head():
        return False
    if current is not None and backup_to is not None and engine.dialect.name == "sqlite":
        backup(engine, backup_to / f"before-{head()}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db")
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise StoreUnavailable(f"the migration was rolled back: {error.orig}") from error
    return True


def require_current(engine: Engine) -> None:
    """Let only a database of this version through; commands that ask never migrate.

    Raises:
        StoreRefused: there is none yet, or it is older, newer or not ours; the text says what to do.
    """
    if engine.dialect.name == "sqlite" and not _file(engine).exists():
        raise StoreRefused(f"no database at {_file(engine)} yet; `swapwatch run` makes it")
    current = _revision(engine)
    if current is None:
        raise StoreRefused(f"{place(engine)} is empty; `swapwatch run` fills it")
    if current != head():
        raise StoreRefused(
            f"{place(engine)} is of an older version; run `swapwatch migrate` (it makes a backup first)"
        )


def backup(engine: Engine, path: Path) -> None:
    """Write a consistent copy of a SQLite database, also while it is written to."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM INTO ?", (str(path),))  # type: ignore[union-attr]
    finally:
        raw.close()
    path.chmod(0o600)


def head() -> str:
    """Return the revision this version of the code works with."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise StoreRefused("the package carries no migrations: install it anew")
    return revision


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(engine: Engine) -> str | None:
    """Return the schema's revision, None for an empty database."""
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
    current = MigrationContext.configure(connection).get_current_revision()
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if current is None:
        if tables:
            names = ", ".join(sorted(tables)[:3])
            raise StoreRefused(
                f"{place(engine)} belongs to another program (tables {names}); use another database"
            )
        return None
    if current not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise StoreRefused(
            f"{place(engine)} was written by a newer swapwatch (schema {current}); update this one"
        )
    return current


def _writable(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    path = _file(engine)
    for place_ in (path, path.parent):
        if place_.exists() and not os.access(place_, os.W_OK):
            raise StoreRefused(f"{place_} can't be written by this user; change its owner or mode")


def _file(engine: Engine) -> Path:
    return Path((engine.url.database or "").removeprefix("file:"))
