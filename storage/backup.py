"""A backup made while the job runs, and the drill that shows that it can be restored.

The database first, then the captures: a row of the copy never points to a record that is not in its files yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from crawler.errors import StoreRefused, StoreUnavailable
from storage import custody, migrate, schema
from storage.engine import connect, transaction
from storage.root import Base
from storage.verify import Problem, audit, database_problems

NAME = "swapwatch-{:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A whole backup: what its note says was in the store when it was made."""

    database: Path
    sha256: str
    """Of the database's file."""
    captures: Path
    made: datetime
    rows: dict[str, int]
    head: str | None
    """The last entry of the chain of custody; it vouches for all rows of evidence before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """What opening a backup and reading all of it came to."""

    backup: Backup
    problems: tuple[Problem, ...]
    captures: int
    versions: int


def write(engine: Engine, captures: Path, folder: Path, *, now: datetime) -> Backup:
    """Copy database and captures into `folder`; captures that are there from an earlier backup are not copied again.

    The note beside the copy is written last: without it there is no backup.

    Raises:
        StoreUnavailable: something could not be written; earlier backups in the folder are as they were.
    """
    copy = folder / f"{NAME.format(now.astimezone(UTC))}.db"
    migrate.backup(engine, copy)
    try:
        _copy_captures(captures, folder / "captures")
        made = _look_at(copy, folder / "captures", made=now)
        note = asdict(made) | {"database": copy.name, "captures": "captures", "made": now.isoformat()}
        _put(copy.with_suffix(".json"), json.dumps(note, indent=1).encode())
    except OSError as error:
        raise StoreUnavailable(f"no backup could be written to {folder}: {error}") from error
    return made


def newest(folder: Path) -> Backup:
    """Return the newest whole backup of a folder.

    Raises:
        StoreRefused: there is none.
    """
    for path in sorted(folder.glob("swapwatch-*.json"), reverse=True):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            return Backup(
                database=folder / str(note["database"]),
                sha256=str(note["sha256"]),
                captures=folder / str(note["captures"]),
                made=datetime.fromisoformat(note["made"]),
                rows={str(name): int(count) for name, count in note["rows"].items()},
                head=note["head"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreRefused(f"{path} is no note of a backup; make another backup") from error
    raise StoreRefused(f"{folder} holds no whole backup; `swapwatch backup {folder}` makes one")


def drill(folder: Path) -> Drill:
    """Open the newest backup as a job would and read all of it: rows, chain, and every byte of its captures.

    Raises:
        StoreRefused: there is none, or its database can't be used.
    """
    noted = newest(folder)
    engine = connect(f"sqlite:///{noted.database}", read_only=True)
    try:
        schema.require_current(engine)
        now = _look_at(noted.database, noted.captures, made=noted.made)
        with transaction(engine) as session:
            found = audit(session, noted.captures)
            problems = [*database_problems(session), *_differences(noted, now), *found.problems]
    finally:
        engine.dispose()
    return Drill(backup=noted, problems=tuple(problems), captures=found.captures, versions=found.versions)


def _differences(noted: Backup, now: Backup) -> list[Problem]:
    """Compare a copy with the note that was made of it."""
    found = [
        f"{table}: {now.rows.get(table, 0)} rows, {count} when it was made"
        for table, count in noted.rows.items()
        if now.rows.get(table, 0) != count
    ]
    found += ["the file of the database was changed"] if now.sha256 != noted.sha256 else []
    found += ["the chain of custody ends otherwise"] if now.head != noted.head else []
    return [Problem(what="backup", number=0, words=words) for words in found]


def _look_at(copy: Path, captures: Path, *, made: datetime) -> Backup:
    engine = connect(f"sqlite:///{copy}", read_only=True)
    try:
        with transaction(engine) as session:
            head = custody.head(session)
            return Backup(
                database=copy,
                sha256=_sha256(copy),
                captures=captures,
                made=made,
                rows=_rows(session),
                head=head.head if head else None,
            )
    finally:
        engine.dispose()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(session: Session) -> dict[str, int]:
    there = set(inspect(session.connection()).get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in there]
    counts = {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    return counts | {"search_fts": session.scalar(text("select count(*) from search_fts")) or 0}


def _copy_captures(captures: Path, into: Path) -> None:
    """Copy what is new or changed; files only grow, or are redacted in place, so size and time tell."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(captures.glob("*.warc.gz*")) if captures.exists() else ():
        copy, stat = into / path.name, path.stat()
        if copy.exists() and (copy.stat().st_size, copy.stat().st_mtime_ns) == (
            stat.st_size,
            stat.st_mtime_ns,
        ):
            continue
        half = copy.with_name(copy.name + ".part")
        shutil.copyfile(path, half)
        half.chmod(0o600)
        os.utime(half, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        _settle(half, copy)


def _put(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".part")
    half.write_bytes(content)
    half.chmod(0o600)
    _settle(half, path)


def _settle(half: Path, path: Path) -> None:
    """Give a written file its name once it is on the disk."""
    migrate.sync(half)
    half.replace(path)
    migrate.sync(path.parent)
