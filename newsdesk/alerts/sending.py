"""The way out: alerts are logged, grouped, and sent to each addressee through Apprise until they arrive."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from urllib.parse import unquote

import apprise
import structlog
from sqlalchemy import Engine

from crawler.config import Addressee, Config
from newsdesk.alerts.message import is_quiet, message
from storage import outbox
from storage.engine import transaction
from storage.outbox import Delivery

AT_ONCE = 4
"""Addressees that are sent to at the same time: one that hangs holds up no other."""

SECONDS = 10
"""How long one addressee may take: the job must be able to stop meanwhile."""

SHORTEST_SECRET = 4

log = structlog.get_logger("swapwatch.alerts")


def deliver(engine: Engine, config: Config, *, now: datetime) -> int:
    """Log new alerts, and send what is due; return how many deliveries went out.

    What is sent is noted afterwards: a job that is killed in between sends again, and never leaves one out.
    """
    targets = {one.name: one for one in config.alerts.to}
    with transaction(engine) as session:
        new = outbox.address(
            session,
            {name: one.about for name, one in targets.items()},
            now=now,
            group=config.alerts.group,
        )
        waiting = outbox.waiting(session)
        for gone in waiting.keys() - targets.keys():
            outbox.drop(session, gone, now=now)
    for alert in new:
        log.warning("alert", kind=str(alert.kind), subject=alert.subject, title=alert.title, body=alert.body)
    if is_quiet(config.alerts.quiet_hours, now):
        return 0
    due = {
        target: [one for one in ways if one.attempts == 0 or one.next_try <= now]
        for name, ways in waiting.items()
        if (target := targets.get(name)) and any(one.next_try <= now for one in ways)
    }
    return _send_all(engine, due, now=now)


def _send_all(engine: Engine, due: dict[Addressee, list[Delivery]], *, now: datetime) -> int:
    if not due:
        return 0
    sent = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        errors = pool.map(lambda pair: send(pair[0], *message([one.alert for one in pair[1]])), due.items())
        for (target, ways), error in zip(due.items(), errors, strict=True):
            with transaction(engine) as session:
                given_up = outbox.settle(session, ways, error=error, now=now)
            if error is None:
                sent += len(ways)
                log.info("alerts_sent", to=target.name, count=len(ways))
            else:
                log.warning("alerts_not_sent", to=target.name, count=len(ways), cause=error)
            if given_up:
                log.error("alerts_given_up", to=target.name, count=len(given_up))
    return sent


def send(target: Addressee, title: str, body: str) -> str | None:
    """Send a message; return None, or why it did not arrive, without what is secret in the address."""
    said: list[str] = []
    one = apprise.Apprise()
    one.add(target.url)
    result = one.notify(
        title=title,
        body=body,
        body_format=apprise.NotifyFormat.TEXT,
        timeout=SECONDS,
        log_callback=lambda entry, _service: said.append(str(getattr(entry, "message", entry))),
        log_level=logging.WARNING,
    )
    if result:
        return None
    return _without_secrets("; ".join(said) or "Apprise could not send it and does not say why", target.url)


def _without_secrets(words: str, url: str) -> str:
    """Blank every part of an address in words: any of them may be a token."""
    parts: Sequence[str] = re.split(r"[:/@?&=]+", url)[1:]
    for part in sorted({*parts, *map(unquote, parts)}, key=len, reverse=True):
        if len(part) >= SHORTEST_SECRET:
            words = words.replace(part, "…")
    return words[:500]
