"""Evidence: every exchange that led to a finding, as received, in WARC 1.1 files of one day each.

Chunked transfer coding and the order of header lines are not preserved: this is an archive of content, not of the wire.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.errors import StoreUnavailable
from crawler.model import Capture
from storage.text_safety import storable
from storage.torn_end import cut_torn_end

MAX_FILE_BYTES = 256 * 1024 * 1024

TRANSFER = frozenset({"transfer-encoding", "content-length"})
SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


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
    written_from: int | None = None
    """First byte this exchange added to the file: its response and request, and what names the file at its start."""
    written_to: int | None = None
    written_sha256: str | None = None


class WarcArchive:
    """Appends exchanges to the day's file; what `write` has returned is on disk."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        """Use `folder`, made readable to its owner only where it does not exist yet."""
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._sound: dict[Path, bool] = {}
        """Files looked at since the start: whether they may be appended to."""

    def write(self, captures: Sequence[Capture], *, series: str = "") -> tuple[StoredCapture, ...]:
        """Append exchanges and force them to disk before returning.

        Args:
            captures: what was received, redirects first.
            series: what they are kept with: files of one series hold what is to be kept equally long.

        Raises:
            StoreUnavailable: the disk is full or the folder can't be written; the file is as it was before.
        """
        if not captures:
            return ()
        with self._lock:
            try:
                return self._append(captures, series)
            except OSError as error:
                raise StoreUnavailable(f"cannot write captures to {self._folder}: {error}") from error

    def look_over(self, ends: Mapping[str, int]) -> list[tuple[str, int]]:
        """Set aside the torn end of each file that is longer than its rows account for.

        Returns each such file with the bytes that were set aside, 0 where it is damaged and was left as it is.

        Args:
            ends: up to which byte rows account for each file.

        Raises:
            StoreUnavailable: a file can't be read or written.
        """
        found = []
        with self._lock:
            try:
                for path in sorted(self._folder.glob("*.warc.gz")):
                    size = path.stat().st_size
                    if size <= ends.get(path.name, 0):
                        continue
                    self._sound[path] = cut_torn_end(path)
                    torn = size - path.stat().st_size
                    if torn or not self._sound[path]:
                        found.append((path.name, torn))
            except OSError as error:
                raise StoreUnavailable(f"cannot look over {self._folder}: {error}") from error
        return found

    def _append(self, captures: Sequence[Capture], series: str) -> tuple[StoredCapture, ...]:
        path = self._current(captures[0].fetched_at, series)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            size = os.fstat(handle).st_size
            block, stored = _records(captures, name=path.name, at=size)
            try:
                _write_out(handle, block)
            except BaseException:
                self._sound.pop(path, None)  # what can't be taken back now is cut off before the next write
                with suppress(OSError):
                    os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        if path not in self._sound:
            _sync(self._folder)
            self._sound[path] = True
        return stored

    def _current(self, at: datetime, series: str) -> Path:
        """Return the file to append to: of the day, neither full nor damaged, its torn end cut off."""
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700, parents=True)
            _sync(self._folder.parent)
        day = at.astimezone(UTC).strftime("%Y%m%d")
        name = f"swapwatch-{series}-{day}" if series else f"swapwatch-{day}"
        number = 1
        while not self._usable(path := self._folder / f"{name}-{number:03}.warc.gz"):
            number += 1
        return path

    def _usable(self, path: Path) -> bool:
        if not path.exists():
            return True
        if path.stat().st_size >= self._max_bytes:
            return False
        if path not in self._sound and not cut_torn_end(path):
            self._sound[path] = False
        return self._sound.get(path, True)


def _records(
    captures: Sequence[Capture], *, name: str, at: int
) -> tuple[memoryview, tuple[StoredCapture, ...]]:
    """Return the bytes of all records, and where each will stand in a file that is `at` bytes long."""
    block = BytesIO()
    writer = WARCWriter(block, gzip=True, warc_version="WARC/1.1")
    if at == 0:
        about = {"software": "swapwatch", "format": "WARC File Format 1.1"}
        writer.write_record(writer.create_warcinfo_record(name, about))
    stored, starts = [], [0]
    for capture in captures:
        stored.append(_pair(writer, block, capture, name=name, at=at))
        starts.append(block.tell())
    written = block.getbuffer()
    spans = zip(stored, pairwise(starts), strict=True)
    return written, tuple(
        replace(
            one,
            written_from=at + start,
            written_to=at + end,
            written_sha256=hashlib.sha256(written[start:end]).hexdigest(),
        )
        for one, (start, end) in spans
    )


def _write_out(handle: int, block: memoryview) -> None:
    written = 0
    while written < len(block):
        written += os.write(handle, block[written:])
    os.fsync(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pair(writer: WARCWriter, block: BytesIO, capture: Capture, *, name: str, at: int) -> StoredCapture:
    """Write response and request as a pair; return where the response stands."""
    address = _one_line(capture.url)
    response = writer.create_warc_record(
        address,
        "response",
        payload=BytesIO(capture.body),
        http_headers=StatusAndHeaders(
            _status_line(capture), _response_headers(capture), protocol=_protocol(capture)
        ),
        warc_headers_dict=_warc_headers(capture),
    )
    request = writer.create_warc_record(
        address,
        "request",
        payload=BytesIO(b""),
        http_headers=StatusAndHeaders(
            _request_line(capture), _request_headers(capture), is_http_request=True
        ),
        warc_headers_dict=_warc_headers(capture),
    )
    request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
    start = block.tell()
    writer.write_record(response)
    length = block.tell() - start
    writer.write_record(request)
    return StoredCapture(
        file=name,
        offset=at + start,
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
    return headers | ({"WARC-IP-Address": _one_line(capture.ip)} if capture.ip else {})


def _protocol(capture: Capture) -> str:
    named = _one_line(capture.protocol).upper()
    return named if named.startswith("HTTP/") else "HTTP/1.1"


def _status_line(capture: Capture) -> str:
    known = capture.status in HTTPStatus._value2member_map_
    return f"{capture.status} {HTTPStatus(capture.status).phrase}" if known else str(capture.status)


def _response_headers(capture: Capture) -> list[tuple[str, str]]:
    """The body is stored unchunked, so its length replaces how it was transferred."""
    return [*_lines(capture.headers, without=TRANSFER), ("Content-Length", str(len(capture.body)))]


def _request_headers(capture: Capture) -> list[tuple[str, str]]:
    return _lines(capture.request_headers, without=SECRET)


def _request_line(capture: Capture) -> str:
    parts = urlsplit(_one_line(capture.url))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return f"{_one_line(capture.method)} {path} {_protocol(capture)}"


def _lines(headers: Iterable[tuple[str, str]], *, without: frozenset[str]) -> list[tuple[str, str]]:
    return [(_one_line(n), _one_line(v)) for n, v in headers if n.strip().lower() not in without]


def _one_line(value: str) -> str:
    """Return a value that can't end its header line and begin another."""
    return " ".join(storable(value).split())
