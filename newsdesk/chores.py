"""What the running job does beside polling: look for what to tell, send it, and report on itself once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from crawler.config import Config
from newsdesk import alerts, custody
from newsdesk.alerts.watching import Lemmas
from newsdesk.health import daily
from newsdesk.metrics import Metrics

SEND_EVERY = timedelta(seconds=5)
REPORT_EVERY = timedelta(minutes=10)


Task = tuple[str, timedelta, Callable[[Engine, Config], None]]
"""Name, pause, and what to do with the store and the config in use."""


def tasks(config: Config, *, lemmas: Lemmas, metrics: Metrics) -> tuple[Task, ...]:
    """Return what is to be done beside polling; `lemmas` turns the words of a saved search into those of the index."""

    def follow(_engine: Engine, current: Config) -> None:
        metrics.take_up(current)

    def look(engine: Engine, current: Config) -> None:
        alerts.watch(engine, current, lemmas=lemmas, now=datetime.now(UTC))

    def send(engine: Engine, current: Config) -> None:
        alerts.deliver(engine, current, now=datetime.now(UTC))

    def report(engine: Engine, current: Config) -> None:
        daily.report(engine, current.sources, now=datetime.now(UTC))

    def verify(engine: Engine, current: Config) -> None:
        custody.look(engine, current, now=datetime.now(UTC))

    return (
        ("look", config.alerts.every, look),
        ("send", min(SEND_EVERY, config.alerts.every), send),
        ("report", REPORT_EVERY, report),
        ("verify", custody.EVERY, verify),
        ("follow", SEND_EVERY, follow),
    )
