"""What the running job does beside polling: look for what to tell, send it, and report on itself once a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from crawler.config import Config
from newsdesk import alerts, custody
from newsdesk.alerts.watching import Lemmas
from newsdesk.health import daily
from newsdesk.metrics import Metrics

SEND_EVERY = timedelta(seconds=5)
REPORT_EVERY = timedelta(minutes=10)


Chore = Callable[[Engine, Config], None]

Task = tuple[str, timedelta, Chore]
"""Name, pause, and what to do with the store and the config in use."""


def tasks(config: Config, *, lemmas: Lemmas, metrics: Metrics) -> tuple[Task, ...]:
    """Return what is to be done beside polling; `lemmas` turns the words of a saved search into those of the index."""

    def follow(_engine: Engine, current: Config) -> None:
        metrics.take_up(current)

    look, send, report, verify = _chores(lemmas)
    return (
        ("look", config.alerts.every, look),
        ("send", min(SEND_EVERY, config.alerts.every), send),
        ("report", REPORT_EVERY, report),
        ("verify", custody.EVERY, verify),
        ("follow", SEND_EVERY, follow),
    )


def after_a_pass(*, lemmas: Lemmas) -> tuple[Task, ...]:
    """Return what is to be done once when a single pass is over: nothing may wait for a later turn."""
    look, send, report, verify = _chores(lemmas)

    def send_now(engine: Engine, current: Config) -> None:
        send(engine, replace(current, alerts=replace(current.alerts, group=timedelta(0))))

    every = timedelta(0)
    return (
        ("verify", every, verify),
        ("look", every, look),
        ("send", every, send_now),
        ("report", every, report),
    )


def _chores(lemmas: Lemmas) -> tuple[Chore, Chore, Chore, Chore]:

    def look(engine: Engine, current: Config) -> None:
        alerts.watch(engine, current, lemmas=lemmas, now=datetime.now(UTC))

    def send(engine: Engine, current: Config) -> None:
        alerts.deliver(engine, current, now=datetime.now(UTC))

    def report(engine: Engine, current: Config) -> None:
        daily.report(engine, current.sources, now=datetime.now(UTC))

    def verify(engine: Engine, current: Config) -> None:
        custody.look(engine, current, now=datetime.now(UTC))

    return look, send, report, verify
