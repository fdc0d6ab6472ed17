"""The chain of custody: whatever is changed, removed or slipped in is named, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update

from storage import custody, evidence
from storage import engine as database
from storage.captures import WarcArchive
from storage.custody import Head
from storage.engine import transaction
from storage.tables import CaptureRow, CustodyRow, LookRow, VersionRow
from storage.verify import Audit, audit
from tests.storage.nouns import ADDRESS, NOW, TEXT, capture, changed, finding, kept

TABLES: dict[str, Any] = {
    "capture": CaptureRow,
    "version": VersionRow,
    "look": LookRow,
    "entry": CustodyRow,
}


@pytest.fixture
def folder(store: Engine, tmp_path: Path) -> Path:
    """The captures of a store with five findings, one of them edited, over two days and two files."""
    folder = tmp_path / "captures"
    archive = WarcArchive(folder)
    for number in range(5):
        address = f"{ADDRESS}{number}"
        found = finding(address, text=f"{TEXT} Подробиці {number}.")
        at = NOW + timedelta(days=number // 3)
        exchanges = archive.write(
            [replace(capture(f"<p>{number}</p>".encode() * 40), url=address, fetched_at=at)]
        )
        kept(store, found, address=address, captures=exchanges, now=at)
    edited = changed(finding(f"{ADDRESS}0"), "Додому повернулися 204 захисники.")
    exchanges = archive.write([replace(capture(b"edited"), fetched_at=NOW + timedelta(days=1))])
    kept(store, edited, address=f"{ADDRESS}0", captures=exchanges, now=NOW + timedelta(days=1))
    return folder


def audited(store: Engine, folder: Path, *known: Head) -> Audit:
    with transaction(store) as session:
        return audit(session, folder, known=known)


def named(found: Audit) -> set[tuple[str, int]]:
    return {(problem.what, problem.number) for problem in found.problems}


def all_heads(store: Engine) -> list[Head]:
    with transaction(store) as session:
        return list(custody.heads(session))


def test_what_was_kept_is_found_as_it_was_kept(store: Engine, folder: Path) -> None:
    found = audited(store, folder)
    assert (found.captures, found.versions, found.entries) == (6, 6, 19)
    assert (found.problems, found.leftovers) == ((), ())
    assert [head.day for head in all_heads(store)] == ["2026-03-05", "2026-03-06"]


def test_a_reader_who_may_not_write_can_verify(store: Engine, folder: Path) -> None:
    reader = database.connect(store.url, read_only=True)
    found = audited(reader, folder, *all_heads(reader))
    reader.dispose()
    assert (found.problems, found.captures) == ((), 6)


def test_a_hundred_flipped_bytes_are_a_hundred_found_and_nothing_else(store: Engine, folder: Path) -> None:
    chance = random.Random(20260305)
    for turn in range(100):
        flip = _flip_in_a_file if turn % 2 else _flip_in_a_row
        affected, undo = flip(store, folder, chance)
        found = named(audited(store, folder))
        assert found & affected, (turn, affected)
        assert found <= affected, (turn, found - affected)
        undo()
    assert audited(store, folder).problems == ()


Flip = tuple[set[tuple[str, int]], Callable[[], object]]


def _flip_in_a_file(store: Engine, folder: Path, chance: random.Random) -> Flip:
    path = chance.choice(sorted(folder.glob("*.warc.gz")))
    before = path.read_bytes()
    at = chance.randrange(len(before))
    after = bytearray(before)
    after[at] ^= chance.randrange(1, 256)
    path.write_bytes(after)
    with transaction(store) as session:
        rows = session.scalars(select(CaptureRow).where(CaptureRow.file == path.name)).all()
        (owner,) = [row.id for row in rows if (row.written_from or 0) <= at < (row.written_to or 0)]
    return {("capture", owner)}, lambda: path.write_bytes(before)


def _flip_in_a_row(store: Engine, _: Path, chance: random.Random) -> Flip:
    what = chance.choice(sorted(TABLES))
    table = TABLES[what]
    with transaction(store) as session:
        row = chance.choice(session.scalars(select(table).order_by(table.id)).all())
        cells = {column.key: getattr(row, column.key) for column in table.__table__.columns}
        affected = {(what, row.id)}
        if what == "entry":
            affected |= {("version" if row.what == "basis" else row.what, row.subject)}
    # a number that other rows point to can't be changed, and lemmas are made anew from the text
    able = sorted(
        key
        for key, value in cells.items()
        if value not in (None, "", []) and key not in ("lemmas", "article_id", "capture_id", "version_id")
    )
    if what != "entry":
        able.remove("id")
    key = chance.choice(able)
    value = _flipped(cells[key], chance) if key != "id" else cells["id"] + 1000
    number = cells["id"]
    if key == "id":
        affected.add(("entry", value))

    def put(where: int, new: object) -> None:
        with transaction(store) as session:
            session.execute(update(table).where(table.id == where).values({key: new}))

    put(number, value)
    return affected, lambda: put(value if key == "id" else number, cells[key])


def _flipped(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 1 << chance.randrange(8)
    if isinstance(value, str):
        at = chance.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    return value + timedelta(microseconds=1 << chance.randrange(20))


def test_a_missing_file_is_told_for_each_of_its_captures(store: Engine, folder: Path) -> None:
    (folder / "swapwatch-20260306-001.warc.gz").unlink()
    found = audited(store, folder)
    assert named(found) == {("capture", 4), ("capture", 5), ("capture", 6)}
    assert {problem.words for problem in found.problems} == {"its file is missing"}


def test_a_removed_row_is_missing_and_its_bytes_are_left_over(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        session.execute(update(VersionRow).where(VersionRow.capture_id == 2).values(capture_id=1))
        session.execute(delete(CaptureRow).where(CaptureRow.id == 2))
    found = audited(store, folder)
    assert named(found) == {("capture", 2), ("version", 2)}
    assert [left.file for left in found.leftovers] == ["swapwatch-20260305-001.warc.gz"]


def test_a_row_that_was_slipped_in_is_named(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        copied = session.get_one(CaptureRow, 1)
        values = {column.key: getattr(copied, column.key) for column in CaptureRow.__table__.columns}
        session.add(CaptureRow(**values | {"id": 99, "record_id": "<urn:uuid:99>"}))
    assert named(audited(store, folder)) == {("capture", 99)}


def test_a_row_that_was_changed_and_entered_again_is_named(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        row = session.get_one(CaptureRow, 3)
        row.status = 404
        session.flush()
        custody.append(session, [row], now=NOW)
    (problem,) = audited(store, folder).problems
    assert (problem.what, problem.number, problem.words) == ("capture", 3, "was entered a second time")


def test_a_removed_entry_leaves_a_hole(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        session.execute(delete(CustodyRow).where(CustodyRow.id == 4))
    assert named(audited(store, folder)) == {("entry", 4), ("capture", 2)}


def test_a_chain_cut_off_at_its_end_is_found_by_a_head_noted_elsewhere(store: Engine, folder: Path) -> None:
    noted = all_heads(store)
    assert audited(store, folder, *noted).problems == ()
    with transaction(store) as session:
        session.execute(text("update finding set verdict_id = (select min(id) from verdict)"))
        session.execute(text("delete from verdict where version_id = 6"))
        session.execute(text("delete from look"))
        session.execute(text("delete from edit"))
        session.execute(delete(VersionRow).where(VersionRow.id == 6))
        session.execute(delete(CaptureRow).where(CaptureRow.id == 6))
        session.execute(delete(CustodyRow).where(CustodyRow.id > 15))
    assert audited(store, folder).problems == ()  # nothing inside the store can tell
    assert audited(store, folder).leftovers != ()
    (problem,) = audited(store, folder, *noted).problems
    assert "2026-03-06" in problem.words


def test_what_an_interrupted_write_left_is_no_complaint(store: Engine, folder: Path) -> None:
    WarcArchive(folder).write([capture(b"its row was never committed")])
    found = audited(store, folder)
    assert found.problems == ()
    assert [left.file for left in found.leftovers] == ["swapwatch-20260305-001.warc.gz"]


def test_a_capture_older_than_the_chain_is_checked_by_its_body(store: Engine, tmp_path: Path) -> None:
    (written,) = WarcArchive(tmp_path).write([capture(b"old")])
    with transaction(store) as session:
        session.add(
            CaptureRow(
                file=written.file,
                offset=written.offset,
                length=written.length,
                record_id="r",
                url=ADDRESS,
                status=200,
                fetched_at=NOW,
                body_sha256=written.body_sha256,
            )
        )
    assert [problem.words for problem in audited(store, tmp_path).problems] == [
        "has no sound entry in the chain"
    ]
    with transaction(store) as session:
        assert custody.adopt(session, now=NOW) == 1
        assert custody.adopt(session, now=NOW) == 0
    assert audited(store, tmp_path).problems == ()
    path = tmp_path / written.file
    damaged = bytearray(path.read_bytes())
    damaged[written.offset + written.length - 6] ^= 1
    path.write_bytes(damaged)
    assert [problem.words for problem in audited(store, tmp_path).problems] == [
        "its body does not have its hash"
    ]


def test_days_are_those_of_entries_even_where_the_clock_went_back(store: Engine, tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path)
    for at in (NOW, NOW + timedelta(days=2), NOW + timedelta(days=1)):
        with transaction(store) as session:
            evidence.add(session, archive.write([capture()]), now=at)
    assert [(head.day, head.entries) for head in all_heads(store)] == [("2026-03-05", 1), ("2026-03-07", 3)]
    assert audited(store, tmp_path).problems == ()
