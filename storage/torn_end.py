"""The end of an evidence file after a crash: what was half-written is set aside, whole records stay where they are."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

MEMBER_START = b"\x1f\x8b\x08"
"""How each gzip member begins, and so each record."""


def cut_torn_end(path: Path) -> bool:
    """Set aside what an interrupted write left at a file's end; return whether the file is sound now.

    The torn bytes go to a file beside it, ending in `.torn`. Bytes that whole records follow were not torn by a write:
    such a file is damaged, and is left as it is for `verify` to tell of.
    """
    size, whole = path.stat().st_size, _whole_bytes(path)
    if whole >= size:
        return True
    if _record_after(path, whole):
        return False
    with path.open("r+b") as file:
        file.seek(whole)
        aside = os.open(
            path.with_suffix(path.suffix + ".torn"), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600
        )
        with os.fdopen(aside, "ab") as torn:
            torn.write(file.read())
            torn.flush()
            os.fsync(torn.fileno())
        file.truncate(whole)
        os.fsync(file.fileno())
    return True


def _whole_bytes(path: Path) -> int:
    """Return how many bytes of a file are whole gzip members, checksums included; each record is one member."""
    whole = position = 0
    member = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while chunk := file.read(64 * 1024):
            while chunk:
                try:
                    member.decompress(chunk)
                except zlib.error:
                    return whole
                position += len(chunk) - len(member.unused_data)
                chunk = member.unused_data
                if member.eof:
                    whole, member = position, zlib.decompressobj(wbits=31)
    return whole


def _record_after(path: Path, start: int) -> bool:
    """Say whether a whole record begins anywhere behind `start`."""
    with path.open("rb") as file:
        file.seek(start)
        rest = file.read()
    at = rest.find(MEMBER_START, 1)
    while at >= 0:
        if _whole_record(memoryview(rest)[at:]):
            return True
        at = rest.find(MEMBER_START, at + 1)
    return False


def _whole_record(block: memoryview) -> bool:
    """Say whether a block begins with a whole record; a packed body inside a torn one is none."""
    member = zlib.decompressobj(wbits=31)
    try:
        if member.decompress(block, 5) != b"WARC/":
            return False
        member.decompress(member.unconsumed_tail)
    except zlib.error:
        return False
    return member.eof
