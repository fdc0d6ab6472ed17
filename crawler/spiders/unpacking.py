"""Content-Encoding undone, up to a ceiling; an answer whose packing breaks off is never taken for a whole one."""

from __future__ import annotations

import sys
import zlib

import brotli
from scrapy import Request
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.model import SkipReason
from crawler.spiders.failures import Refused
from crawler.spiders.settings import PARSED_ROBOTS_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = b"gzip, deflate, br, zstd"

CHUNK = 64 * 1024

NO_PACKING = {"identity", "none", "utf-8", "binary", ""}
"""What servers write into the header where they pack nothing."""


class Packed(Exception):
    """The bytes are not packed as they say."""


class TooMuch(Exception):
    """There is more inside than the ceiling allows; `begun` is what was unpacked until then."""

    def __init__(self, begun: bytes) -> None:
        super().__init__("too much")
        self.begun = begun


def unpacked(body: bytes, encoding: str, *, most: int) -> tuple[bytes, bool]:
    """Return what is packed in `body`, and whether its end is there.

    Raises:
        Packed: the bytes are not packed so.
        TooMuch: more than `most` bytes come out.
    """
    if encoding == "br":
        return _by_brotli(body, most)
    if encoding == "zstd":
        return _by_zstd(body, most)
    if encoding in ("gzip", "x-gzip"):
        return _by_zlib(body, most, wbits=31)
    try:
        return _by_zlib(body, most, wbits=15)
    except Packed:  # some servers send deflate without its wrapping
        return _by_zlib(body, most, wbits=-15)


def _by_zlib(body: bytes, most: int, *, wbits: int) -> tuple[bytes, bool]:
    found, left, whole = bytearray(), body, False
    while left and (not whole or left.startswith(b"\x1f\x8b")):  # a gzip file may have several members
        stream = zlib.decompressobj(wbits=wbits)
        while not stream.eof:
            try:
                piece = stream.decompress(left, CHUNK)
            except zlib.error as error:
                raise Packed(str(error)) from error
            left = stream.unused_data if stream.eof else stream.unconsumed_tail
            _add(found, piece, most)
            if not piece and not left:
                break
        whole = stream.eof
    return bytes(found), whole


def _by_brotli(body: bytes, most: int) -> tuple[bytes, bool]:
    found, stream, given = bytearray(), brotli.Decompressor(), body
    while not stream.is_finished():
        try:
            piece = stream.process(given, output_buffer_limit=CHUNK)
        except brotli.error as error:
            raise Packed(str(error)) from error
        _add(found, piece, most)
        if not piece and stream.can_accept_more_data():
            break
        given = b""
    return bytes(found), stream.is_finished()


def _by_zstd(body: bytes, most: int) -> tuple[bytes, bool]:
    found, stream, given = bytearray(), zstd.ZstdDecompressor(), body
    while not stream.eof:
        try:
            piece = stream.decompress(given, CHUNK)
        except zstd.ZstdError as error:
            raise Packed(str(error)) from error
        _add(found, piece, most)
        if not piece and stream.needs_input:
            break
        given = b""
    return bytes(found), stream.eof


def _add(found: bytearray, piece: bytes, most: int) -> None:
    found += piece
    if len(found) > most:
        raise TooMuch(bytes(found[:most]))


class UnpackingMiddleware:
    """Asks for packed answers and unpacks them; what was received is recorded before."""

    def process_request(self, request: Request) -> None:
        """Say what we can unpack."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Undo each encoding, the last one first."""
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
        encodings = [one.strip() for one in named.split(",") if one.strip() not in NO_PACKING]
        if not encodings or request.method == "HEAD" or not response.body:
            return response
        body = response.body
        while encodings and encodings[-1] in ("gzip", "x-gzip", "deflate", "br", "zstd"):
            body = self._one(request, body, encodings.pop())
        response.headers.pop("Content-Encoding", None)
        made = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=made, body=body)

    def _one(self, request: Request, body: bytes, encoding: str) -> bytes:
        robots = bool(request.meta.get("robots_exempt"))
        most = PARSED_ROBOTS_BYTES if robots else int(request.meta["download_maxsize"])
        try:
            found, whole = unpacked(body, encoding, most=most)
        except Packed as error:
            raise Refused(SkipReason.PROTOCOL, f"says {encoding}, is not: {error}", retry=True) from error
        except TooMuch as more:
            if robots:
                return more.begun
            raise Refused(SkipReason.TOO_LARGE, f"more than {most} bytes unpacked") from more
        if not whole and not robots:
            raise Refused(
                SkipReason.PROTOCOL, f"the answer was cut short: its {encoding} breaks off", retry=True
            )
        return found
