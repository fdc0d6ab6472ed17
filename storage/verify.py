"""Everything that was kept, read again: each capture, version and entry that is missing or was changed is named."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from storage.custody import AT_ONCE, START, TABLES, Head, Kept, Subject, digest, sealed
from storage.pruning import PRUNED
from storage.tables import CaptureRow, CustodyRow, LookRow, TombstoneRow, VersionRow
from storage.text_safety import text_hash

MISSING = "its file is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as it was kept."""

    what: str
    """`capture`, `version`, `entry` of the chain, `head` that was noted elsewhere, or the `database` itself."""
    number: int
    words: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Bytes of a file that no row points to: an interrupted write left them, or their rows were removed."""

    file: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A capture or version that was redacted, or a capture that was pruned."""

    what: str
    number: int
    at: datetime
    reason: str

    @property
    def pruned(self) -> bool:
        """Whether it was taken out for its age alone."""
        return self.reason.startswith(PRUNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What reading everything again came to."""

    captures: int
    versions: int
    entries: int
    tombstones: tuple[Tombstone, ...]
    """What was redacted; the rest of each is as it was left."""
    problems: tuple[Problem, ...]
    leftovers: tuple[Leftover, ...]


def audit(session: Session, folder: Path, *, known: Iterable[Head] = ()) -> Audit:
    """Read every entry, row and byte of evidence again.

    Args:
        session: of a transaction that has asked nothing yet; what is kept meanwhile is not looked at.
        folder: of the capture files.
        known: heads noted earlier outside the store; each must still be in the chain.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    found = _Found()
    entries = _chain(session, found)
    _heads(session, known, found)
    graves = {(row.what, row.subject): row for row in session.scalars(select(TombstoneRow))}
    found.graves = {subject: row.sha256 for subject, row in graves.items()}
    found.pruned = pruned_files(session)
    counts = {subject: _rows(session, subject, folder, found) for subject in TABLES}
    for subject, number in sorted(found.vouched):
        found.add(subject, number, "its row is missing")
    return Audit(
        captures=counts[Subject.CAPTURE],
        versions=counts[Subject.VERSION],
        entries=entries,
        tombstones=tuple(
            Tombstone(what=row.what, number=row.subject, at=row.at, reason=row.reason)
            for row in graves.values()
        ),
        problems=tuple(found.problems.values()),
        leftovers=tuple(_leftovers(session, folder)),
    )


def database_problems(session: Session) -> list[Problem]:
    """Let SQLite look at its own file: pages, indexes, and rows that point to nothing."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    try:
        words = [str(row[0]) for row in session.execute(text("pragma integrity_check(20)"))]
        loose = session.execute(text("pragma foreign_key_check")).all()
    except DBAPIError as error:
        words, loose = [" ".join(str(error.orig).split())], []
    found = [one for one in words if one != "ok"]
    found += [f"a row of {row[0]} points to nothing" for row in loose[:20]]
    return [Problem(what="database", number=number, words=one) for number, one in enumerate(found, start=1)]


def pruned_files(session: Session) -> set[str]:
    """Return the capture files that were pruned as a whole."""
    return set(session.scalars(select(CaptureRow.file).where(CaptureRow.length == 0).distinct()))


class _Found:
    """What the chain vouches for and has not been seen yet, and what is wrong; one complaint for each thing."""

    def __init__(self) -> None:
        self.vouched: dict[tuple[str, int], str] = {}
        self.graves: dict[tuple[str, int], str] = {}
        """What is left of rows that were redacted or pruned."""
        self.pruned: set[str] = set()
        """Files that were pruned as a whole."""
        self.problems: dict[tuple[str, int], Problem] = {}

    def add(self, what: str, number: int, words: str, *, place: str = "") -> None:
        name = str(Subject.VERSION if what == Subject.BASIS else what)
        self.problems.setdefault((name, number), Problem(what=name, number=number, words=words, place=place))


def _chain(session: Session, found: _Found) -> int:
    """Check each entry and its link to the one before; remember what the sound ones vouch for."""
    number, before, count = 0, {START}, 0
    entries = select(CustodyRow).order_by(CustodyRow.id).execution_options(yield_per=AT_ONCE)
    for entry in session.scalars(entries):
        count += 1
        whole = sealed(entry)
        if whole != entry.chain:
            found.add("entry", entry.id, "was changed")
            number += entry.id == number + 1  # else its number may be what was changed
        else:
            if entry.what != Subject.BASIS and (entry.what, entry.subject) in found.vouched:
                found.add(entry.what, entry.subject, "was entered a second time")
            found.vouched[entry.what, entry.subject] = entry.sha256
            if entry.id == number + 1 and entry.previous not in before:
                found.add("entry", entry.id, "does not follow the entry before it")
            for missing in range(number + 1, entry.id):
                found.add("entry", missing, "is missing from the chain")
            number = entry.id
        before = {whole, entry.chain}
    return count


def _heads(session: Session, known: Iterable[Head], found: _Found) -> None:
    for head in known:
        entry = session.get(CustodyRow, head.entries)
        if entry is None or entry.chain != head.head:
            words = f"the head noted for {head.day} is not in the chain: it was written anew or cut off"
            found.add("head", head.entries, words)


def _rows(session: Session, subject: Subject, folder: Path, found: _Found) -> int:
    """Compare each row with its entry, then with what it points to."""
    table, count = TABLES[subject], 0
    rows: Iterable[Any] = session.scalars(
        select(table).order_by(table.id).execution_options(yield_per=AT_ONCE)
    )
    for row in rows:
        count += 1
        vouched, place = found.vouched.pop((subject, row.id), None), place_of(row)
        grave = found.graves.get((subject, row.id))
        if vouched is None:
            found.add(subject, row.id, "has no sound entry in the chain", place=place)
        elif (grave or vouched) != digest(row, subject):
            found.add(subject, row.id, "its row was changed", place=place)
        elif subject is not Subject.BASIS and (
            words := contents(row, folder, buried=grave is not None, pruned=found.pruned)
        ):
            found.add(subject, row.id, words, place=place)
    return count


def contents(row: Kept, folder: Path, *, buried: bool, pruned: AbstractSet[str]) -> str | None:
    """Return what is wrong with what a sound row stands for."""
    if isinstance(row, CaptureRow):
        wrong = _bytes(row, folder, redacted=buried)
        return None if wrong == MISSING and buried and row.file in pruned else wrong
    return _text(row) if isinstance(row, VersionRow) and not buried else None


def place_of(row: Kept) -> str:
    """Return in words where a row's evidence stands."""
    if isinstance(row, VersionRow):
        return f"version {row.number} of article {row.article_id}"
    if isinstance(row, LookRow):
        return f"{row.state} at article {row.article_id}"
    if isinstance(row, TombstoneRow):
        return f"{row.what} {row.subject}"
    return f"{row.url} in {row.file} at {row.offset}"


def _text(row: VersionRow) -> str | None:
    return None if text_hash(row.title, row.text) == row.text_sha256 else "its text does not have its hash"


def _bytes(row: CaptureRow, folder: Path, *, redacted: bool) -> str | None:
    """Return what is wrong with the bytes that a capture points to."""
    path = folder / row.file
    try:
        with path.open("rb") as file:
            if row.written_sha256 is not None and row.written_from is not None and row.written_to is not None:
                file.seek(row.written_from)
                written = file.read(row.written_to - row.written_from)
                if hashlib.sha256(written).hexdigest() != row.written_sha256:
                    return "its bytes in the file were changed"
            file.seek(row.offset)
            record = file.read(row.length)
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return f"its file can't be read: {error.strerror}"
    body = body_in(record)
    sound = body is not None and hashlib.sha256(body).hexdigest() == row.body_sha256
    return None if redacted or sound else "its body does not have its hash"


def body_in(record: bytes) -> bytes | None:
    """Return the body inside a packed WARC record as it was received, None where there is no whole record."""
    try:
        said = gzip.decompress(record)
    except (OSError, EOFError, zlib.error):
        return None
    return said.partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")


def _leftovers(session: Session, folder: Path) -> Iterator[Leftover]:
    """Yield the bytes of each file that no capture accounts for, where its captures know what they wrote."""
    accounted: dict[str, int] = {}
    older: set[str] = set()
    rows = session.execute(select(CaptureRow.file, CaptureRow.written_from, CaptureRow.written_to))
    for name, start, end in rows:
        if start is None or end is None:
            older.add(name)
        else:
            accounted[name] = accounted.get(name, 0) + end - start
    for path in sorted(folder.glob("*.warc.gz")):
        left = path.stat().st_size - accounted.get(path.name, 0)
        if path.name not in older and left > 0:
            yield Leftover(file=path.name, length=left)
