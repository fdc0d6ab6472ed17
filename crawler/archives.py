"""Files of web archives (WARC, plain or gzip), read record by record: the pages in them, and where each ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.errors import SwapwatchError
from crawler.model import Capture, Ownership, Side, Source, SourceType
from crawler.urls import site

HOSTS = 50_000
"""Hosts whose source is remembered."""

LARGEST = 8 * 1024 * 1024
"""Bytes of a page, unpacked; a larger one is none for us, as in a crawl."""

WIRE_ONLY = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that say how a body came, not what it is; the body given here is unpacked."""


Wanted = Callable[[str, int, str | None], bool]
"""Says of a URL, a status and a content type whether the body is worth reading."""


class BrokenArchive(SwapwatchError):
    """A file that is no WARC file, or ends in the middle of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One answer of a web server, as an archive holds it."""

    url: str
    status: int
    content_type: str | None
    body: bytes
    """Content-Encoding undone; empty where it is too large or can't be unpacked."""
    captured: datetime
    headers: tuple[tuple[str, str], ...]
    offset: int
    """Where its record begins in the file."""
    ip: str | None = None
    too_large: bool = False

    def capture(self) -> Capture:
        """Return it as an exchange for our own evidence, at the time of the archive."""
        kept = tuple(
            (f"X-Archive-{name}" if name.lower() in WIRE_ONLY else name, value)
            for name, value in self.headers
        )
        return Capture(
            url=self.url,
            status=self.status,
            fetched_at=self.captured,
            body=self.body,
            headers=kept,
            ip=self.ip,
        )


def read(
    path: Path, *, begin: int = 0, wanted: Wanted | None = None
) -> Iterator[tuple[Archived | None, int]]:
    """Yield every answer in a file with the byte where the next record begins; None for other records.

    Args:
        path: the file; gzipped record by record, as archives are, or not at all.
        begin: where a record begins, to go on there.
        wanted: which bodies to read; all where not given.

    Raises:
        BrokenArchive: the file is none, or ends in the middle of a record; all before was yielded.
    """
    try:
        with path.open("rb") as file:
            records, at = ArchiveIterator(_at(file, begin)), begin
            for record in records:
                found = _archived(record, at, wanted)
                # asking where a record stands reads it to its end: only now
                at = records.get_record_offset() + records.get_record_length()
                if getattr(record.raw_stream, "limit", 0) > 0:
                    raise BrokenArchive(f"{path}: ends in the middle of a record, after byte {at}")
                yield found, at
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        raise BrokenArchive(f"{path}: {' '.join(str(error).split())[:300]}") from error


def _at(file: BinaryIO, begin: int) -> BinaryIO:
    """Return the file at the record that begins there, blank lines between records passed over."""
    file.seek(begin)
    while begin and file.read(1) in (b"\r", b"\n"):
        begin += 1
    file.seek(begin)
    return file


def _archived(record: Any, offset: int, wanted: Wanted | None) -> Archived | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    status = record.http_headers.get_statuscode()
    kind = record.http_headers.get_header("Content-Type")
    code = int(status) if status and status.isdigit() else 0
    body, too_large = b"", False
    if wanted is None or wanted(url, code, kind):
        body = record.content_stream().read(LARGEST + 1)
        too_large = len(body) > LARGEST
    return Archived(
        url=url.strip("<>"),
        status=code,
        content_type=kind,
        body=b"" if too_large else body,
        captured=_instant(record.rec_headers.get_header("WARC-Date")),
        headers=tuple((str(name), str(value)) for name, value in record.http_headers.headers),
        offset=offset,
        ip=record.rec_headers.get_header("WARC-IP-Address"),
        too_large=too_large,
    )


def _instant(raw: str | None) -> datetime:
    """Return the time of a record; ValueError where it has none, as the format demands one."""
    when = datetime.fromisoformat(raw or "")
    return when if when.tzinfo else when.replace(tzinfo=UTC)


ANYBODY = Source(
    id="archive",
    name="web archive",
    country="UN",
    side=Side.OTHER,
    ownership=Ownership.UNKNOWN,
    languages=("en", "ru", "uk"),
    type=SourceType.SECTION,
    url="",
)
"""Stands for the outlets of an archive that the config does not name."""


class ArchivedOutlets:
    """To which source a page of an archive belongs, by its site; the one with the page's own host where several do."""

    def __init__(self, sources: Sequence[Source], *, everything: bool) -> None:
        """With `everything`, pages of outlets that no source is of belong to `ANYBODY`."""
        self.everything = everything
        self._sites: dict[str, list[Source]] = {}
        for one in sources:
            self._sites.setdefault(site(one.url), []).append(one)
        self._known: dict[str, Source | None] = {}

    def source_of(self, url: str) -> Source | None:
        """Return the source, None where the page is nobody's."""
        host = (urlsplit(url).hostname or "").lower()
        if host not in self._known:
            if len(self._known) > HOSTS:
                self._known.clear()
            self._known[host] = self._found(url, host)
        return self._known[host]

    def _found(self, url: str, host: str) -> Source | None:
        theirs = self._sites.get(site(url), [])
        own = [one for one in theirs if urlsplit(one.url).hostname == host]
        return next(iter((*own, *theirs)), ANYBODY if self.everything and host else None)
