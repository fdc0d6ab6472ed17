"""Capture records handed out: byte for byte as they were kept, in a WARC file of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from warcio.warcwriter import WARCWriter

from crawler.errors import StoreRefused, StoreUnavailable
from storage.stored import Evidence


def copied(folder: Path, captures: Iterable[Evidence], to: Path) -> int:
    """Copy the records of captures, each once, into a new WARC file; return how many captures it holds.

    Args:
        folder: of the capture files.
        captures: what to copy; responses stand with their requests.
        to: the file to write.

    Raises:
        StoreRefused: a record is not where its row says.
        StoreUnavailable: the new file can't be written.
    """
    once = {(one.file, one.offset): one for one in captures}
    try:
        with to.open("wb") as out:
            writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
            about = {
                "software": "swapwatch",
                "format": "WARC File Format 1.1",
                "description": "copied records",
            }
            writer.write_record(writer.create_warcinfo_record(to.name, about))
            for _, one in sorted(once.items()):
                _copy(folder / one.file, one, out)
    except OSError as error:
        raise StoreUnavailable(f"cannot write {to}: {error}") from error
    return len(once)


def _copy(path: Path, one: Evidence, out: BinaryIO) -> None:
    length = one.length if one.end is None else one.end - one.offset
    try:
        with path.open("rb") as file:
            file.seek(one.offset)
            record = file.read(length)
    except OSError as error:
        raise StoreRefused(f"{path}: {error.strerror}; `swapwatch verify` names what is missing") from error
    if len(record) < length or not record.startswith(b"\x1f\x8b"):
        raise StoreRefused(
            f"{path} has no record at {one.offset}; `swapwatch verify` names what is missing or changed"
        )
    out.write(record)
