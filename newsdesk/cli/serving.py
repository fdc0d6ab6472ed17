"""`serve`: pages for analysts, until Ctrl-C."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from newsdesk.cli.app import ConfigOption, configured, opened, say

if TYPE_CHECKING:
    from crawler.config import Config
    from newsdesk.web.room import ReadingRoom


WARM_EVERY = 25.0
"""Seconds between two readings ahead."""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        "serve",
        help="Serve pages for analysts over the store, read-only, until Ctrl-C.\n\nExample: swapwatch serve --port 8300",
    )(serve)


def serve(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Listen here instead of serve.host.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Listen on this port; 0 takes a free one.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Answer browsers and programs."""
    import signal
    import socket
    import threading

    from newsdesk.web import application
    from newsdesk.web.door import server
    from newsdesk.web.guard import bound, refuse_open_door

    checked = configured(config)
    where = replace(
        checked.serve,
        host=host or checked.serve.host,
        port=checked.serve.port if port is None else port,
    )
    refuse_open_door(where)
    room = _room(replace(checked, serve=where))
    for stop in (signal.SIGINT, signal.SIGTERM):
        # the server stops at either and then raises it once more: told to stop is done, not failed
        signal.signal(stop, lambda *_: None)
    # no reader waits for the ledger or for weeks of figures to be read
    threading.Thread(target=_keep_warm, args=(room,), daemon=True).start()
    with bound(where) as door:
        name = f"[{where.host}]" if door.family is socket.AF_INET6 else where.host
        say(f"serving http://{name}:{door.getsockname()[1]}, read-only, until Ctrl-C")
        server(application(room)).run([door])


def _keep_warm(room: ReadingRoom) -> None:
    import time

    from newsdesk.web.sources import warm

    while True:
        warm(room)
        time.sleep(WARM_EVERY)


def _room(config: Config) -> ReadingRoom:
    from crawler.language import query_lemmas
    from crawler.urls import canonical
    from newsdesk.web.room import ReadingRoom

    return ReadingRoom(
        config=config,
        engine=opened(config),
        lemmas=query_lemmas,
        canonical=canonical,
        now=lambda: datetime.now(UTC),
    )
