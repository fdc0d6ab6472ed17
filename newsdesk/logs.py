"""Log lines on stderr: one event a line, with fields, for people on a terminal and for machines elsewhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]


NOISY = ("alembic", "scrapy", "twisted", "apscheduler", "trafilatura", "htmldate", "py.warnings", "filelock")
"""Libraries that tell more than anybody asked for."""


def configure(*, json: bool | None = None, verbose: bool = False) -> None:
    """Send every library's log records through one renderer.

    Args:
        json: JSON lines, or plain text; None: text on a terminal, JSON elsewhere.
        verbose: also show what the libraries say about each request.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _plain_fields,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=20)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(before, renderer))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.DEBUG if verbose else logging.ERROR)
    # it says why it could not send to whoever sends; its own lines hold parts of addresses
    logging.getLogger("apprise").propagate = False
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _formatter(before: list[Any], renderer: Any) -> logging.Formatter:
    """Return what renders records of ours and of libraries alike."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    )


def _plain_fields(_logger: object, _method: str, event: Event) -> Event:
    """Keep records renderable: Scrapy puts its spider object into them; outlets put control characters."""
    spider = event.pop("spider", None)
    if spider is not None:
        event["spider"] = getattr(spider, "name", str(spider))
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = "".join(c if c.isprintable() or c == "\n" else "�" for c in value)
    return event
