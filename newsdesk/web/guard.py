"""What stands before every page: the host asked for, the method, the password, and the headers of every answer."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.config import Serve
from crawler.errors import UsageError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

METHODS = frozenset({"GET", "HEAD"})
"""Nothing can be written through the pages."""

LONGEST_QUERY = 8 * 1024

WAITING = 128
"""Connections that may wait to be taken up."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def refuse_open_door(serve: Serve) -> None:
    """Raise where the pages would be open to a network without a password.

    Raises:
        UsageError: the address is none, or it is not loopback and no password is set.
    """
    try:
        address = ipaddress.ip_address(serve.host)
    except ValueError as error:
        raise UsageError(
            f"{serve.host}: not an address to listen on; give one such as 127.0.0.1 or ::1"
        ) from error
    if not address.is_loopback and serve.password is None:
        raise UsageError(
            f"serve.host {serve.host} can be reached from other machines, and serve.password is not set: refusing to"
            " start. Set serve.password in config.yaml, best as ${SWAPWATCH_PASSWORD}, or serve on 127.0.0.1"
        )


def bound(serve: Serve) -> socket.socket:
    """Return a socket that listens where the pages are to be served.

    Raises:
        UsageError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in serve.host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((serve.host, serve.port))
        door.listen(WAITING)
    except OSError as error:
        door.close()
        raise UsageError(
            f"cannot listen on {serve.host} port {serve.port}: {error.strerror or error}; name another with --port"
        ) from error
    return door


class Guard:
    """Lets through what may be asked, and marks every answer so that browsers run nothing of what was stored."""

    def __init__(self, app: ASGIApp, *, serve: Serve) -> None:
        self._app = app
        self._hosts = _hosts(serve)
        self._password = serve.password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, marked)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "").lower()
        name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
        if name not in self._hosts:
            return PlainTextResponse(
                "This host name is not served here; add it to serve.names in config.yaml.\n", 400
            )
        if scope["method"] not in METHODS:
            return PlainTextResponse("Nothing can be written here.\n", 405, {"Allow": "GET, HEAD"})
        if len(scope["query_string"]) > LONGEST_QUERY:
            return PlainTextResponse(f"The query is longer than {LONGEST_QUERY} bytes.\n", 414)
        if self._password is not None and not _knows(headers.get("authorization", ""), self._password):
            return PlainTextResponse(
                "A password is needed.\n",
                401,
                {"WWW-Authenticate": 'Basic realm="swapwatch", charset="UTF-8"'},
            )
        return None


def _hosts(serve: Serve) -> frozenset[str]:
    """Return the names that a browser of ours may ask for: anything else is another site's page asking."""
    address = ipaddress.ip_address(serve.host)
    own = f"[{address}]" if address.version == 6 else str(address)
    return LOOPBACK | _lower(serve.names) | (frozenset() if address.is_unspecified else frozenset({own}))


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def _knows(authorization: str, password: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    given = value.strip().encode("latin-1")  # as it came over the wire
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given, password.encode())
