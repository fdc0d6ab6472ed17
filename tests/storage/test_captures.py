"""The evidence archive: what was received is on disk, whole, and readable by others."""

import gzip
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from storage.captures import WarcArchive
from tests.storage.nouns import NOW, capture


def bodies(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return [
            record.content_stream().read()
            for record in ArchiveIterator(file)
            if record.rec_type == "response"
        ]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))


def test_a_capture_is_stored_as_received(tmp_path: Path) -> None:
    packed = gzip.compress(b"<html>raw</html>")
    (stored,) = WarcArchive(tmp_path).write([capture(packed)])
    with (tmp_path / stored.file).open("rb") as file:
        file.seek(stored.offset)
        record = next(iter(ArchiveIterator(file)))
        assert record.rec_headers.get_header("WARC-Record-ID") == stored.record_id
        assert record.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
        assert record.http_headers.get_header("Transfer-Encoding") is None
        assert record.raw_stream.read() == packed
    assert stored.length > 0


def test_files_pass_a_foreign_checker_and_are_private(tmp_path: Path) -> None:
    WarcArchive(tmp_path / "captures").write([capture(), capture(b"two")])
    (path,) = files(tmp_path / "captures")
    subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=True)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_days_file_is_appended_to_and_the_next_day_has_its_own(tmp_path: Path) -> None:
    from dataclasses import replace

    WarcArchive(tmp_path).write([capture(b"1")])
    WarcArchive(tmp_path).write([capture(b"2")])
    WarcArchive(tmp_path).write([replace(capture(b"3"), fetched_at=NOW + timedelta(days=1))])
    assert [bodies(path) for path in files(tmp_path)] == [[b"1", b"2"], [b"3"]]


def test_a_full_file_is_followed_by_a_new_one(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, max_bytes=100)
    for body in (b"1", b"2"):
        archive.write([capture(body)])
    assert [bodies(path) for path in files(tmp_path)] == [[b"1"], [b"2"]]


def test_the_torn_end_of_an_interrupted_write_is_set_aside(tmp_path: Path) -> None:
    """Whatever byte the write broke off at, whole records stay and the next write is readable."""
    WarcArchive(tmp_path).write([capture(b"one")])
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    WarcArchive(tmp_path).write([capture(b"two")])
    both = path.read_bytes()
    for cut in range(len(whole) + 1, len(both), 97):
        path.write_bytes(both[:cut])
        WarcArchive(tmp_path).write([capture(b"three")])
        assert bodies(path)[0] == b"one"
        assert bodies(path)[-1] == b"three"


def test_nothing_to_store_makes_no_file(tmp_path: Path) -> None:
    assert WarcArchive(tmp_path).write([]) == ()
    assert files(tmp_path) == []
