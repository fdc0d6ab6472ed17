"""The chain of custody read again stretch by stretch: all of it has its turn, and what was changed is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update

from storage import evidence, rounds
from storage.captures import WarcArchive
from storage.engine import transaction
from storage.redaction import redact
from storage.tables import CaptureRow, CustodyRow, StretchRow, VersionRow
from tests.storage.nouns import ADDRESS, NOW, capture, finding, kept

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def folder(store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The captures of a store with six findings: eighteen entries, in stretches of four."""
    monkeypatch.setattr(rounds, "ENTRIES", 4)
    archive = WarcArchive(tmp_path / "captures")
    for number in range(6):
        address = f"{ADDRESS}{number}"
        kept(store, finding(address), address=address, captures=archive.write([capture(b"%d" % number)]))
    return tmp_path / "captures"


def read(store: Engine, folder: Path, *numbers: int, now: datetime = NOW) -> set[tuple[str, int]]:
    """Read stretches and remember; return what is not as it was kept."""
    found: set[tuple[str, int]] = set()
    for number in numbers:
        with transaction(store) as session:
            reading = rounds.read_again(session, folder, number)
            rounds.note(session, reading, by="a test", now=now)
        found |= {(str(one.what), one.number) for one in reading.problems}
    return found


def due(store: Engine, now: datetime) -> list[int]:
    with transaction(store) as session:
        return rounds.due(session, now=now, within=DAY, limit=99)


def test_every_stretch_has_its_turn(store: Engine, folder: Path) -> None:
    assert due(store, NOW) == [0, 1, 2, 3, 4]
    assert read(store, folder, 0, 1, 2) == set()
    assert due(store, NOW) == [3, 4]
    assert read(store, folder, 3, 4, now=NOW + HOUR) == set()
    assert due(store, NOW + 2 * HOUR) == []
    assert due(store, NOW + DAY) == [0, 1, 2]
    for number in (7, 8):
        kept(store, finding(f"{ADDRESS}{number}"), address=f"{ADDRESS}{number}")
    assert due(store, NOW + 3 * HOUR) == [5, 4]  # what was never read, then the end that has grown


def test_what_was_changed_is_named(store: Engine, folder: Path) -> None:
    (file,) = folder.iterdir()
    with transaction(store) as session:
        lost = evidence.add(session, WarcArchive(folder).write([capture(b"a list")]), now=NOW)
    with transaction(store) as session:
        rows = session.scalars(select(CaptureRow).order_by(CaptureRow.id)).all()
        session.execute(update(VersionRow).where(VersionRow.id == 2).values(title="anders"))
        session.execute(delete(CaptureRow).where(CaptureRow.id == lost))
    raw = bytearray(file.read_bytes())
    raw[rows[0].offset + 20] ^= 1
    file.write_bytes(raw)
    assert read(store, folder, 0, 1, 2, 3, 4) == {
        ("capture", rows[0].id), ("version", 2), ("capture", lost),
    }  # fmt: skip
    with transaction(store) as session:
        words = {(one.what, one.number): one.words for one in rounds.problems(session)}
        seen = rounds.verified(session, [rows[0].id, rows[1].id])
        again = rounds.look_again(session, folder, [rows[0].id, rows[1].id, 999])
    assert words["version", 2] == "its row was changed"
    assert seen[rows[0].id].problem == again[rows[0].id] == "its bytes in the file were changed"
    assert (seen[rows[1].id].problem, seen[rows[1].id].at, seen[rows[1].id].by) == (None, NOW, "a test")
    assert (again[rows[1].id], again[999]) == (None, "has no sound entry in the chain")


@pytest.mark.parametrize(
    ("entry", "named"),
    [(3, {("entry", 3)}), (4, {("entry", 4)}), (18, {("entry", 18)})],
    ids=["inside", "at the end of a stretch", "at the end of the chain"],
)
def test_an_entry_that_was_taken_out_is_missed(
    store: Engine, folder: Path, entry: int, named: set[tuple[str, int]]
) -> None:
    read(store, folder, 0, 1, 2, 3, 4)
    with transaction(store) as session:
        session.execute(delete(CustodyRow).where(CustodyRow.id == entry))
    found = {one for one in read(store, folder, 0, 1, 2, 3, 4, now=NOW + DAY) if one[0] == "entry"}
    assert found == named
    assert {
        one for one in read(store, folder, 0, 1, 2, 3, 4, now=NOW + 2 * DAY) if one[0] == "entry"
    } == named


def test_a_row_that_was_slipped_in_is_named(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        row = session.scalars(select(CaptureRow)).first()
        assert row is not None
        values = {column.key: getattr(row, column.key) for column in CaptureRow.__table__.columns}
        session.add(CaptureRow(**values | {"id": 77, "record_id": "urn:another"}))
    assert read(store, folder, 0) == {("capture", 77)}


def test_a_redacted_capture_is_as_it_was_left(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        redact(session, 1, folder=folder, reason="a private person", now=NOW)
    with transaction(store) as session:
        end = -(-(session.query(CustodyRow).count()) // 4)
    assert read(store, folder, *range(end)) == set()


def test_a_body_comes_as_it_was_received(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        found = rounds.body_of(session, folder, 2)
        assert found is not None
        assert found[1] == b"1"
        assert rounds.body_of(session, folder, 99) is None
        session.execute(update(CaptureRow).where(CaptureRow.id == 2).values(file="../captures/x.warc.gz"))
    with transaction(store) as session:
        session.expire_all()
        assert rounds.body_of(session, folder, 2) is None
        assert session.get(StretchRow, 0) is None
