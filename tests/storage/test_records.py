"""Records that leave the store are those that were kept, byte for byte, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.errors import StoreRefused
from storage.captures import StoredCapture, WarcArchive
from storage.records import copied
from storage.stored import Evidence
from tests.storage.nouns import capture


def evidence(stored: StoredCapture, *, older: bool = False) -> Evidence:
    return Evidence(
        id=1,
        file=stored.file,
        offset=stored.offset,
        length=stored.length,
        url=stored.url,
        status=stored.status,
        fetched_at=stored.fetched_at,
        ip=stored.ip,
        body_sha256=stored.body_sha256,
        end=None if older else stored.written_to,
    )


def kinds(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [record.rec_type for record in ArchiveIterator(file)]


def test_records_are_copied_once_with_their_requests(tmp_path: Path) -> None:
    first, second = WarcArchive(tmp_path).write([capture(b"one"), capture(b"two")])
    out = tmp_path / "out.warc.gz"
    assert copied(tmp_path, [evidence(second), evidence(first), evidence(second)], out) == 2
    assert kinds(out) == ["warcinfo", "response", "request", "response", "request"]
    kept = (tmp_path / first.file).read_bytes()
    assert out.read_bytes().endswith(kept[first.offset :])


def test_a_capture_older_than_the_chain_is_copied_without_its_request(tmp_path: Path) -> None:
    (stored,) = WarcArchive(tmp_path).write([capture()])
    copied(tmp_path, [evidence(stored, older=True)], tmp_path / "out.warc.gz")
    assert kinds(tmp_path / "out.warc.gz") == ["warcinfo", "response"]


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_what_is_not_there_is_not_copied_in_silence(tmp_path: Path, damage: str) -> None:
    (stored,) = WarcArchive(tmp_path / "captures").write([capture()])
    path = tmp_path / "captures" / stored.file
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StoreRefused, match="swapwatch verify"):
        copied(tmp_path / "captures", [evidence(stored)], tmp_path / "out.warc.gz")
