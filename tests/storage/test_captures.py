"""The evidence archive: what was received is on disk, whole, and readable by others."""

import gzip
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawler.errors import StoreUnavailable
from crawler.model import Capture
from storage.captures import StoredCapture, WarcArchive
from tests.storage.nouns import NOW, capture


def records(path: Path, kind: str = "response") -> Iterator[ArcWarcRecord]:
    with path.open("rb") as file:
        yield from (record for record in ArchiveIterator(file) if record.rec_type == kind)


def bodies(path: Path) -> list[bytes]:
    return [record.content_stream().read() for record in records(path)]


def body_at(folder: Path, stored: StoredCapture) -> bytes:
    """Read a body by the place its row remembers, as a verifier does."""
    with (folder / stored.file).open("rb") as file:
        file.seek(stored.offset)
        packed = file.read(stored.length)
    return (
        gzip.decompress(packed).partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")
    )


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))


def write(folder: Path, *these: bytes) -> list[StoredCapture]:
    return [WarcArchive(folder).write([capture(body)])[0] for body in these]


def passes_foreign_check(path: Path) -> bool:
    return (
        subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False).returncode == 0
    )


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: the write that reaches it comes out short, the next fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_capture_is_stored_as_received(tmp_path: Path) -> None:
    packed = gzip.compress(b"<html>raw</html>")
    sent = replace(
        capture(packed),
        headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("content-length", "9")),
    )
    (stored,) = WarcArchive(tmp_path).write([sent])
    (record,) = records(tmp_path / stored.file)
    assert record.rec_headers.get_header("WARC-Record-ID") == stored.record_id
    assert record.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
    assert record.http_headers.headers == [
        ("Content-Encoding", "gzip"),
        ("Content-Length", str(len(packed))),
    ]
    assert body_at(tmp_path, stored) == packed


def test_a_request_stands_beside_its_response_without_secrets(tmp_path: Path) -> None:
    sent = replace(
        capture(),
        url="https://slovo.example/a?b=1",
        request_headers=(("Cookie", "s"), (" AUTHORIZATION ", "t"), ("Accept", "*/*")),
    )
    (stored,) = WarcArchive(tmp_path).write([sent])
    (request,) = records(tmp_path / stored.file, "request")
    assert request.rec_headers.get_header("WARC-Concurrent-To") == stored.record_id
    assert request.http_headers.headers == [("Accept", "*/*")]
    assert request.http_headers.statusline == "/a?b=1 HTTP/1.1"


def test_files_pass_a_foreign_checker_and_are_private(tmp_path: Path) -> None:
    WarcArchive(tmp_path / "captures").write([capture(), capture(b"two")])
    (path,) = files(tmp_path / "captures")
    assert passes_foreign_check(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "hostile",
    [
        replace(capture(), url="https://a.example/\r\nWARC-Evil: 1"),
        replace(capture(), headers=(("X\r\nWARC-Evil", "1"), ("A", "b\r\nWARC-Evil: 1"))),
        replace(capture(), headers=(("A", "\ud800\x00 обмін"),)),
        replace(capture(), request_headers=(("A", "b\r\n\r\nWARC-Evil: 1"),)),
        replace(capture(), method="GET\r\nWARC-Evil: 1", protocol="h2"),
        replace(capture(), ip="127.0.0.1\r\nWARC-Evil: 1", status=999),
        capture(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n"),
        capture(b""),
    ],
)
def test_no_outlet_writes_headers_of_ours(tmp_path: Path, hostile: Capture) -> None:
    first, second = WarcArchive(tmp_path).write([hostile, capture(b"after")])
    (path,) = files(tmp_path)
    assert passes_foreign_check(path)
    assert bodies(path) == [hostile.body, b"after"]
    assert (body_at(tmp_path, first), body_at(tmp_path, second)) == (hostile.body, b"after")
    for kind in ("response", "request"):
        for record in records(path, kind):
            assert record.rec_headers.get_header("WARC-Evil") is None
            assert record.http_headers.get_header("WARC-Evil") is None


def test_a_days_file_is_appended_to_and_the_next_day_has_its_own(tmp_path: Path) -> None:
    write(tmp_path, b"1", b"2")
    WarcArchive(tmp_path).write([replace(capture(b"3"), fetched_at=NOW + timedelta(days=1))])
    assert [bodies(path) for path in files(tmp_path)] == [[b"1", b"2"], [b"3"]]


def test_a_full_file_is_followed_by_a_new_one(tmp_path: Path) -> None:
    archive = WarcArchive(tmp_path, max_bytes=100)
    for body in (b"1", b"2"):
        archive.write([capture(body)])
    assert [bodies(path) for path in files(tmp_path)] == [[b"1"], [b"2"]]


def test_the_torn_end_of_an_interrupted_write_is_set_aside(tmp_path: Path) -> None:
    """Whatever byte the write broke off at, whole records stay and the next write is readable."""
    write(tmp_path, b"one")
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    write(tmp_path, b"two")
    both = path.read_bytes()
    for cut in range(len(whole) + 1, len(both), 41):
        path.write_bytes(both[:cut])
        write(tmp_path, b"three")
        assert bodies(path)[0] == b"one"
        assert bodies(path)[-1] == b"three"
        assert passes_foreign_check(path) or cut % 410  # the checker costs a process: now and then is enough
    torn = path.with_name(path.name + ".torn")
    assert both[len(whole) :].startswith(torn.read_bytes()[:1])
    assert torn.stat().st_mode & 0o777 == 0o600


def test_a_packed_body_inside_a_torn_record_is_torn_with_it(tmp_path: Path) -> None:
    """Its bytes look like a record of their own, since what can't be packed further is stored as it is."""
    write(tmp_path, b"one")
    noise = random.Random(1).randbytes(2000)
    write(tmp_path, gzip.compress(noise))
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-500])
    write(tmp_path, b"two")
    assert files(tmp_path) == [path]
    assert bodies(path) == [b"one", b"two"]


def test_a_damaged_file_is_left_as_it_is_and_not_appended_to(tmp_path: Path) -> None:
    """Whole records behind a flipped byte are evidence: cutting there would throw them away."""
    stored = write(tmp_path, b"one", b"two", b"three")
    (path,) = files(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[stored[1].offset + 40] ^= 0xFF
    path.write_bytes(damaged)
    (new,) = write(tmp_path, b"four")
    assert path.read_bytes() == damaged
    assert new.file != path.name
    assert [body_at(tmp_path, one) for one in (stored[0], stored[2], new)] == [b"one", b"three", b"four"]


@pytest.mark.parametrize("room", [0, 1, 100, 600])
def test_a_full_disk_costs_nothing_that_was_stored(tmp_path: Path, room: int) -> None:
    """What was half-written is taken back, so that later captures do not stand behind torn bytes."""
    archive = WarcArchive(tmp_path)
    (first,) = archive.write([capture(b"one")])
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    noise = random.Random(2).randbytes(5000)
    with full_at(len(whole) + room), pytest.raises(StoreUnavailable, match=str(tmp_path)):
        archive.write([capture(noise)])
    assert path.read_bytes() == whole
    (second,) = archive.write([capture(b"two")])
    (third,) = write(tmp_path, b"three")
    assert [body_at(tmp_path, one) for one in (first, second, third)] == [b"one", b"two", b"three"]
    assert bodies(path) == [b"one", b"two", b"three"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match=r"file/captures"):
        WarcArchive(tmp_path / "file" / "captures").write([capture()])


def test_nothing_to_store_makes_no_file(tmp_path: Path) -> None:
    assert WarcArchive(tmp_path).write([]) == ()
    assert files(tmp_path) == []


def test_torn_ends_are_set_aside_at_the_start_and_whole_files_are_not_even_read(tmp_path: Path) -> None:
    first = write(tmp_path, b"one")
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    end = {path.name: first[-1].written_to or 0}
    path.write_bytes(whole + whole[:50])
    assert WarcArchive(tmp_path).look_over(end) == [(path.name, 50)]
    assert path.read_bytes() == whole
    assert path.with_name(path.name + ".torn").read_bytes() == whole[:50]
    assert WarcArchive(tmp_path).look_over(end) == []
    path.write_bytes(whole + whole[:50] + whole)
    assert WarcArchive(tmp_path).look_over(end) == [(path.name, 0)]
    assert path.read_bytes() == whole + whole[:50] + whole
