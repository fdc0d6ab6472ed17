"""What is killed: storing, migrating, backing up, writing captures, writing the first config."""

from __future__ import annotations

import atexit
import gzip
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import text
from warcio.archiveiterator import ArchiveIterator

from crawler.config import load
from newsdesk.cli import housekeeping
from storage import backup, migrate, schema
from storage import engine as database
from storage.captures import WarcArchive
from storage.engine import transaction
from storage.queries import finding
from tests.kills import oracle, stories
from tests.storage.nouns import capture
from tests.storage.test_migrate import of_the_first_schema

TOKENS = tuple(f"story{number}" for number in range(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something that may be killed at any instant, and what must hold then and after the next run."""

    name: str
    do: Callable[[Path], None]
    prepare: Callable[[Path], None]
    after_a_kill: Callable[[Path, Sequence[str]], list[str]]
    at_the_end: Callable[[Path], list[str]]


def _nothing(_folder: Path) -> None:
    """Begin with an empty folder."""


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/swapwatch.db"


def _stored(folder: Path, said: Sequence[str]) -> list[str]:
    if not (folder / "swapwatch.db").exists():
        return ["acknowledged before there was a database"] if said else []
    return oracle.after_a_kill(_url(folder), folder, acknowledged=said)


def _all_stored(folder: Path) -> list[str]:
    return oracle.at_the_end(_url(folder), folder, served=TOKENS)


STORE = Work(
    name="store",
    prepare=_nothing,
    do=lambda folder: stories.store(folder, TOKENS),
    after_a_kill=_stored,
    at_the_end=_all_stored,
)


def _of_the_first_schema(folder: Path) -> None:
    of_the_first_schema(_url(folder)).dispose()


def _migrate(folder: Path) -> None:
    engine = database.connect(_url(folder))
    migrate.upgrade(engine, backup_to=folder / "backups")
    engine.dispose()


def _revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("select version_num from alembic_version").fetchone()
        (words,) = connection.execute("select text from version where id = 5").fetchone()
    return f"{found} {words}"


def _old_or_new(folder: Path, _said: Sequence[str]) -> list[str]:
    """The data can be read under the first schema or under this one; a copy that has its name is whole."""
    found = [_revision(path) for path in (folder / "backups").glob("*.db")]
    wrong = [f"a copy of {one}" for one in found if one != "0001 Обмін"]
    now = _revision(folder / "swapwatch.db")
    if now == f"{schema.HEAD} Обмін" and not found:
        wrong.append("moved forward without a copy")
    return wrong + ([] if now in ("0001 Обмін", f"{schema.HEAD} Обмін") else [f"the database is of {now}"])


def _moved(folder: Path) -> list[str]:
    engine = database.connect(_url(folder))
    try:
        with transaction(engine) as session:
            kept = finding(session, 9)
            whole = session.scalar(text("pragma integrity_check"))
    finally:
        engine.dispose()
    there = kept is not None and kept.current.text == "Обмін" and whole == "ok"
    return [] if there else [f"after the migration: {kept} {whole}"]


MIGRATE = Work(
    name="migrate",
    prepare=_of_the_first_schema,
    do=_migrate,
    after_a_kill=_old_or_new,
    at_the_end=_moved,
)


@cache
def _pattern() -> Path:
    """Return the folder of a store that holds stories: made once, copied for each kill."""
    folder = Path(tempfile.mkdtemp(prefix="swapwatch-pattern-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    stories.store(folder, TOKENS, say=lambda _words: None)
    return folder


def _with_stories(folder: Path) -> None:
    shutil.copytree(_pattern(), folder, dirs_exist_ok=True)


def _back_up(folder: Path) -> None:
    engine = database.connect(_url(folder), read_only=True)
    backup.write(engine, folder / "captures", folder / "copies", now=stories.NOW)
    engine.dispose()
    stories.acknowledge("copied")


def _whole_backup_or_none(folder: Path, said: Sequence[str]) -> list[str]:
    wrong, copies = _all_stored(folder), folder / "copies"
    if list(copies.glob("*.json")):
        done = backup.drill(copies)
        wrong += [one.words for one in done.problems]
        return wrong + oracle.at_the_end(f"sqlite:///{done.backup.database}", copies, served=TOKENS)
    return wrong + (["acknowledged and is not there"] if said else [])


BACKUP = Work(
    name="backup",
    prepare=_with_stories,
    do=_back_up,
    after_a_kill=_whole_backup_or_none,
    at_the_end=lambda folder: _whole_backup_or_none(folder, ["copied"]),
)


def _archive(folder: Path) -> None:
    archive = WarcArchive(folder / "captures")
    for token in TOKENS:
        (written,) = archive.write([capture(token.encode() * 2000)])
        stories.acknowledge(f"{written.file} {written.offset} {written.length} {token}")


def _captures_there(folder: Path, said: Sequence[str]) -> list[str]:
    """Every capture that was acknowledged is read back whole."""
    wrong = []
    for line in said:
        name, offset, length, token = line.split()
        with (folder / "captures" / name).open("rb") as file:
            file.seek(int(offset))
            record = gzip.decompress(file.read(int(length)))
        if not record.rstrip().endswith(token.encode() * 2000):
            wrong.append(f"the capture of {token} is not what was written")
    return wrong


def _all_records_whole(folder: Path) -> list[str]:
    bodies = []
    for path in sorted((folder / "captures").glob("*.warc.gz")):
        with path.open("rb") as file:
            bodies += [
                record.content_stream().read().decode()
                for record in ArchiveIterator(file)
                if record.rec_type == "response"
            ]
    missing = [token for token in TOKENS if token * 2000 not in bodies]
    return [f"{token} is not in the file" for token in missing]


CAPTURES = Work(
    name="captures",
    prepare=_nothing,
    do=_archive,
    after_a_kill=_captures_there,
    at_the_end=_all_records_whole,
)


def _init(folder: Path) -> None:
    if not (folder / "config.yaml").exists():
        housekeeping.init(folder)


def _whole_config_or_none(folder: Path, _said: Sequence[str]) -> list[str]:
    path = folder / "config.yaml"
    if not path.exists():
        return []
    return [] if load(path, {}).sources else ["half a config"]


CONFIG = Work(
    name="config",
    prepare=_nothing,
    do=_init,
    after_a_kill=_whole_config_or_none,
    at_the_end=lambda folder: _whole_config_or_none(folder, ()),
)

ALL = (STORE, MIGRATE, BACKUP, CAPTURES, CONFIG)
