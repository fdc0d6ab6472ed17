"""Evidence: every exchange that led to a finding, as received, in WARC 1.1 files of one day each.

Chunked transfer coding and the order of header lines are not preserved: this is an archive of content, not of the wire.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.errors import StoreUnavailable
from crawler.model import Capture

MAX_FILE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCapture:
    """Where an exchange stands in the archive, and the hash of its body as received."""

    file: str
    offset: int
    length: int
    record_id: str
    url: str
    status: int
    fetched_at: datetime
    ip: str | None
    body_sha256: str


class WarcArchive:
    """Appends exchanges to the day's file; what `write` has returned is on disk."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        """Use `folder`, made readable to its owner only where it does not exist yet."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._checked: set[Path] = set()

    def write(self, captures: Sequence[Capture]) -> tuple[StoredCapture, ...]:
        """Append exchanges and force them to disk before returning.

        Raises:
            StoreUnavailable: the disk is full or the folder can't be written; nothing half-written is trusted later.
        """
        if not captures:
            return ()
        with self._lock:
            try:
                return self._append(captures)
            except OSError as error:
                raise StoreUnavailable(f"cannot write captures to {self._folder}: {error}") from error

    def _append(self, captures: Sequence[Capture]) -> tuple[StoredCapture, ...]:
        path = self._current(captures[0].fetched_at)
        new = not path.exists()
        with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600), "r+b") as file:
            file.seek(0, os.SEEK_END)
            writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
            if new:
                writer.write_record(
                    writer.create_warcinfo_record(
                        path.name, {"software": "swapwatch", "format": "WARC File Format 1.1"}
                    )
                )
            stored = tuple(_write(writer, file, capture, path.name) for capture in captures)
            file.flush()
            os.fsync(file.fileno())
        if new:
            self._sync_folder()
        return stored

    def _current(self, at: datetime) -> Path:
        """Return the file to append to: of the day, not full, its torn end cut off."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        day = at.astimezone(UTC).strftime("%Y%m%d")
        number = 1
        while True:
            path = self._folder / f"swapwatch-{day}-{number:03}.warc.gz"
            if not path.exists() or path.stat().st_size < self._max_bytes:
                break
            number += 1
        if path not in self._checked and path.exists():
            cut_torn_end(path)
        self._checked.add(path)
        return path

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(writer: WARCWriter, file: BinaryIO, capture: Capture, name: str) -> StoredCapture:
    """Write response and request as a pair; return where the response stands."""
    response = writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(capture.body),
        http_headers=StatusAndHeaders(_status_line(capture), _response_headers(capture), protocol="HTTP/1.1"),
        warc_headers_dict=_warc_headers(capture),
    )
    request = writer.create_warc_record(
        capture.url,
        "request",
        payload=BytesIO(b""),
        http_headers=StatusAndHeaders(
            _request_line(capture), list(capture.request_headers), is_http_request=True
        ),
        warc_headers_dict=_warc_headers(capture),
    )
    request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
    offset = file.tell()
    writer.write_record(response)
    length = file.tell() - offset
    writer.write_record(request)
    return StoredCapture(
        file=name,
        offset=offset,
        length=length,
        record_id=response.rec_headers.get_header("WARC-Record-ID"),
        url=capture.url,
        status=capture.status,
        fetched_at=capture.fetched_at,
        ip=capture.ip,
        body_sha256=hashlib.sha256(capture.body).hexdigest(),
    )


def _warc_headers(capture: Capture) -> dict[str, str]:
    headers = {"WARC-Date": capture.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    return headers | ({"WARC-IP-Address": capture.ip} if capture.ip else {})


def _status_line(capture: Capture) -> str:
    known = capture.status in HTTPStatus._value2member_map_
    return f"{capture.status} {HTTPStatus(capture.status).phrase}" if known else str(capture.status)


def _response_headers(capture: Capture) -> list[tuple[str, str]]:
    """The body is stored unchunked, so its length replaces how it was transferred."""
    kept = [
        (n, _one_line(v))
        for n, v in capture.headers
        if n.lower() not in ("transfer-encoding", "content-length")
    ]
    return [*kept, ("Content-Length", str(len(capture.body)))]


def _request_line(capture: Capture) -> str:
    parts = urlsplit(capture.url)
    return f"{capture.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def cut_torn_end(path: Path) -> int:
    """Set aside what an interrupted write left at a file's end; return the bytes cut off.

    The torn bytes go to a file beside it, ending in `.torn`; every whole record stays where it was.
    """
    size, whole = path.stat().st_size, _whole_bytes(path)
    if whole >= size:
        return 0
    with path.open("r+b") as file:
        file.seek(whole)
        torn = file.read()
        with path.with_suffix(path.suffix + ".torn").open("ab") as aside:
            aside.write(torn)
        file.truncate(whole)
        os.fsync(file.fileno())
    return size - whole


def _whole_bytes(path: Path) -> int:
    """Return how many bytes of a file are whole gzip members, checksums included; each record is one member."""
    whole = position = 0
    member = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
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
