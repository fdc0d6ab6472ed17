"""Texts taken out of the store for good, each behind a tombstone that the chain of custody accounts for."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, or_, select, text, update
from sqlalchemy.orm import Session
from warcio.warcwriter import WARCWriter

from crawler.errors import StoreRefused, StoreUnavailable
from storage import custody
from storage.custody import Subject, digest
from storage.engine import place
from storage.looks import REDACTED
from storage.tables import (
    ArticleRow,
    CaptureRow,
    ClaimRow,
    CopyRow,
    EditRow,
    ExchangePartRow,
    ExchangeRow,
    FindingRow,
    LeadRow,
    RecheckRow,
    SearchTextRow,
    TombstoneRow,
    VerdictRow,
    VersionRow,
)

COMMENT = 0x10
"""Flag of a gzip header that has a comment: what fills a record's place to its last byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What a redaction took out, and what it had to leave."""

    versions: int
    captures: int
    shared_lists: tuple[str, ...]
    """Lists that named the article, with others beside it: they may hold its headline, and stay."""


def redact(
    session: Session, finding_id: int, *, folder: Path, reason: str, now: datetime
) -> Redaction | None:
    """Take the texts and captures of a finding out of the store; None where there is no such finding.

    Number, address, dates, hashes, counts of claims and the reason stay. The files are changed before the transaction
    ends: a redaction that was interrupted is finished by repeating it.

    Args:
        session: of a transaction that nothing else was done in, while no job runs.
        finding_id: the finding.
        folder: of the capture files.
        reason: why, for whoever verifies.
        now: the instant of redacting.

    Raises:
        StoreRefused: a capture's place in its file is not as it was kept.
    """
    finding = session.get(FindingRow, finding_id)
    if finding is None:
        return None
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))
    article = session.get_one(ArticleRow, finding.article_id)
    article.state = REDACTED
    versions = [
        row
        for row in session.scalars(select(VersionRow).where(VersionRow.article_id == article.id))
        if not _buried(session, row)
    ]
    for version in versions:
        version.title = version.text = version.lemmas = ""
        version.authors = []
    _judgements(session, finding, [version.id for version in versions])
    own, shared = _captures(session, article.id)
    _leads(session, article.id)
    places = [(capture, _filled(capture, folder, reason)) for capture in own]
    session.flush()
    _bury(session, [*versions, *own], reason=reason, now=now)
    for capture, record in places:
        _overwrite(folder / capture.file, capture.offset, record)
    return Redaction(versions=len(versions), captures=len(own), shared_lists=shared)


def _bury(
    session: Session, emptied: Sequence[VersionRow | CaptureRow], *, reason: str, now: datetime
) -> None:
    """Set a tombstone for each row that was emptied, and enter it in the chain."""
    graves = [
        TombstoneRow(
            what=row.__tablename__,
            subject=row.id,
            at=now,
            reason=reason,
            sha256=digest(row, Subject(row.__tablename__)),
        )
        for row in emptied
    ]
    session.add_all(graves)
    session.flush()
    custody.append(session, graves, now=now)


def compact(engine: Engine) -> None:
    """Rewrite a SQLite database so that no free page or index holds what was redacted; PostgreSQL does so by itself in time.

    Raises:
        StoreUnavailable: there is no room to rewrite it; what was redacted may still stand in free pages.
    """
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        for statement in (
            "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
            "VACUUM",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ):
            raw.driver_connection.execute(statement)  # type: ignore[union-attr]
    except sqlite3.Error as error:
        raise StoreUnavailable(f"redacted, but {place(engine)} could not be rewritten: {error}") from error
    finally:
        raw.close()


def _buried(session: Session, row: VersionRow | CaptureRow) -> bool:
    grave = select(TombstoneRow.id).where(
        TombstoneRow.what == row.__tablename__, TombstoneRow.subject == row.id
    )
    return session.scalar(grave) is not None


def _judgements(session: Session, finding: FindingRow, versions: Sequence[int]) -> None:
    """Empty the words that verdicts, claims, edits and indexes hold; what was counted stays."""
    verdicts = session.scalars(select(VerdictRow).where(VerdictRow.version_id.in_(versions))).all()
    for verdict in verdicts:
        verdict.reasons = [reason | {"words": "", "start": 0, "end": 0} for reason in verdict.reasons]
    session.execute(
        update(ClaimRow)
        .where(ClaimRow.verdict_id.in_([verdict.id for verdict in verdicts]))
        .values(quote="", start=0, end=0)
    )
    for edit in session.scalars(select(EditRow).where(EditRow.article_id == finding.article_id)):
        edit.changes = [_without_quotes(change) for change in edit.changes]
    session.execute(update(SearchTextRow).where(SearchTextRow.finding_id == finding.id).values(lemmas=""))
    session.execute(
        update(CopyRow).where(CopyRow.article_id == finding.article_id).values(minhash=None, shingles=0)
    )
    stands = select(ExchangePartRow.exchange_id).where(ExchangePartRow.finding_id == finding.id)
    session.execute(update(ExchangeRow).where(ExchangeRow.id.in_(stands)).values(record=None, rules=None))
    session.execute(update(RecheckRow).where(RecheckRow.article_id == finding.article_id).values(due=None))


def _without_quotes(change: dict[str, Any]) -> dict[str, Any]:
    return {
        name: claim | {"quote": ""} if isinstance(claim, dict) else claim for name, claim in change.items()
    }


def _captures(session: Session, article_id: int) -> tuple[list[CaptureRow], tuple[str, ...]]:
    """Return the captures that are the article's alone, and the addresses of lists that name others too."""
    lists = select(LeadRow.list_capture_id).where(LeadRow.article_id == article_id)
    others = select(LeadRow.list_capture_id).where(
        or_(LeadRow.article_id != article_id, LeadRow.article_id.is_(None)),
        LeadRow.list_capture_id.is_not(None),
    )
    own = CaptureRow.article_id == article_id
    alone = session.scalars(
        select(CaptureRow).where(or_(own, CaptureRow.id.in_(lists) & CaptureRow.id.not_in(others)))
    ).all()
    shared = session.scalars(
        select(CaptureRow.url).where(CaptureRow.id.in_(lists), CaptureRow.id.in_(others)).distinct()
    ).all()
    return [row for row in alone if not _buried(session, row)], tuple(sorted(shared))


def _leads(session: Session, article_id: int) -> None:
    session.execute(
        update(LeadRow)
        .where(LeadRow.article_id == article_id)
        .values(title=None, text=None, detail=None, guid=None, authors=[], state="kept")
    )


def _filled(capture: CaptureRow, folder: Path, reason: str) -> bytes:
    """Return the record that takes a capture's place, as many bytes long; its row tells the new hash."""
    end = capture.written_to if capture.written_to is not None else capture.offset + capture.length
    capture.length = end - capture.offset
    record = filler(capture.url, reason, length=capture.length)
    if capture.written_from is not None:
        before = _read(folder / capture.file, capture.written_from, capture.offset)
        capture.written_sha256 = hashlib.sha256(before + record).hexdigest()
    return record


def _read(path: Path, start: int, end: int) -> bytes:
    """Return the bytes before a record that the same writing added: what names the file."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)
    except OSError as error:
        raise StoreRefused(f"{path}: {error.strerror}; nothing was redacted") from error


def filler(url: str, reason: str, *, length: int) -> bytes:
    """Return one gzipped WARC record of exactly so many bytes that says that another stood here.

    Raises:
        StoreRefused: the place is too small for it.
    """
    block = BytesIO()
    writer = WARCWriter(block, gzip=False, warc_version="WARC/1.1")
    said = f"redacted: {reason}"[:200].encode()
    writer.write_record(writer.create_warc_record(url, "metadata", payload=BytesIO(said)))
    record = block.getvalue()
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(record) + packer.flush()
    end = zlib.crc32(record).to_bytes(4, "little") + len(record).to_bytes(4, "little")
    header = bytes([0x1F, 0x8B, 8, COMMENT, 0, 0, 0, 0, 0, 255])
    room = length - len(header) - len(packed) - len(end) - 1
    if room < 0:
        raise StoreRefused(f"{url}: its capture is too short to be redacted in place")
    return header + b"x" * room + b"\0" + packed + end


def _overwrite(path: Path, at: int, record: bytes) -> None:
    """Put the filler in a record's place and force it to disk."""
    try:
        with path.open("r+b") as file:
            file.seek(at)
            if file.read(2) != b"\x1f\x8b":
                raise StoreRefused(f"{path} has no record at {at}; `swapwatch verify` names what was changed")
            file.seek(at)
            file.write(record)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreRefused(f"{path}: {error.strerror}; nothing was redacted in the database") from error
