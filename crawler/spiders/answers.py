"""What Scrapy hands to callbacks, in plain values."""

from __future__ import annotations

import hashlib

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure


def digest(response: Response) -> str:
    """Return the SHA-256 of an answer as hex."""
    return hashlib.sha256(response.body).hexdigest()


def header(response: Response, name: str) -> str | None:
    """Return a header as text, None where there is none."""
    raw = response.headers.get(name)
    return raw.decode("latin-1") if raw else None


def request_of(failure: Failure) -> Request:
    """Return the request that failed."""
    request = getattr(failure, "request", None)
    if not isinstance(request, Request):
        raise TypeError("a download failure without its request")
    return request


def error_of(failure: Failure) -> BaseException:
    """Return why it failed."""
    return failure.value or RuntimeError("a download failure without its cause")
