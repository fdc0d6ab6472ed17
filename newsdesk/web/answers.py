"""Answers for programs: JSON, streams, and the tag by which a program asks whether anything has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from newsdesk.cli.output import plain


def json_answer(request: Request, value: Any, *, status: int = 200) -> Response:
    """Return a value as JSON."""
    body = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return tagged(request, body.encode("utf-8", "replace"), media_type="application/json", status=status)


def tagged(
    request: Request,
    body: bytes,
    *,
    media_type: str,
    status: int = 200,
    modified: datetime | None = None,
) -> Response:
    """Return a body with its tag; nothing but 304 where the program has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag}
    if modified is not None:
        headers["Last-Modified"] = f"{modified:%a, %d %b %Y %H:%M:%S} GMT"
    if status == 200 and _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type=media_type)


def _has(request: Request, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or known == ["*"]


def streamed(lines: Iterable[str], *, name: str, media_type: str) -> Response:
    """Return lines as a file to save, sent while they are read."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_encoded(lines), media_type=media_type, headers=disposition)


def _encoded(lines: Iterable[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode("utf-8", "replace")


def base_of(request: Request) -> str:
    """Return the address under which a program reaches us, as far as it told; a proxy before us may speak TLS."""
    scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else request.url.scheme
    return f"{scheme}://{request.headers['host']}"
