"""Alerts on their way to a real webhook and a real mail server, from a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.config import Addressee, Alerts, Config, QuietHours
from newsdesk.alerts import deliver, send
from storage import outbox
from storage.engine import transaction
from storage.outbox import Alert, AlertKind, DeliveryState
from tests.newsdesk.alerts.receivers import Mailbox, Webhook, mailbox, webhook

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


def config(*to: Addressee, **more: object) -> Config:
    return Config(
        path=Path("config.yaml"), contact=None, database_url="", data=Path(),
        alerts=Alerts(to=to, **more),  # type: ignore[arg-type]
    )  # fmt: skip


def tell(store: Engine, *keys: str, kind: AlertKind = AlertKind.SOURCE_BROKEN) -> int:
    with transaction(store) as session:
        return outbox.put(
            session,
            [Alert(kind=kind, subject="slovo", title=f"slovo: {key}", at=NOW, key=key) for key in keys],
        )


def states(store: Engine) -> list[tuple[str, str, int]]:
    with transaction(store) as session:
        return [
            (way.target, str(way.state), way.attempts)
            for told in outbox.latest(session, limit=99)
            for way in told.deliveries
        ]


def test_alerts_of_a_minute_arrive_together_and_once(store: Engine, hook: Webhook) -> None:
    given = config(Addressee(name="desk", url=hook.url))
    tell(store, "a", "b")
    assert deliver(store, given, now=NOW) == 0
    tell(store, "c")
    assert tell(store, "a") == 0
    assert deliver(store, given, now=NOW + timedelta(seconds=59)) == 0
    assert deliver(store, given, now=LATER) == 3
    tell(store, "d")
    assert deliver(store, given, now=LATER) == 0
    assert deliver(store, given, now=LATER + timedelta(hours=1)) == 1
    assert deliver(store, given, now=LATER + timedelta(hours=2)) == 0
    first, second = hook.got
    assert first["title"] == "swapwatch: 3 alerts (3 source broken)"
    assert "slovo: a" in first["message"]
    assert "slovo: b" in first["message"]
    assert second["title"] == "swapwatch: slovo: d"


def test_an_alert_goes_by_mail_to_those_it_concerns(store: Engine, hook: Webhook, box: Mailbox) -> None:
    given = config(
        Addressee(name="desk", url=hook.url, about=("operator",)),
        Addressee(name="analysts", url=box.url, about=("analyst",)),
    )
    tell(store, "f1: обмін полоненими", kind=AlertKind.NEW_FINDING)
    deliver(store, given, now=NOW)
    assert deliver(store, given, now=LATER) == 1
    assert hook.got == []
    (mail,) = box.mails
    assert mail["To"] == "desk@x.invalid"
    assert mail["Subject"] == "swapwatch: slovo: f1: обмін полоненими"
    body = mail.get_body()
    assert body is not None
    assert "обмін полоненими" in body.get_content()


def test_a_receiver_that_is_down_gets_it_when_it_is_back_and_others_get_it_once(
    store: Engine, hook: Webhook, box: Mailbox
) -> None:
    given = config(Addressee(name="desk", url=hook.url), Addressee(name="mail", url=box.url))
    hook.status = 503
    tell(store, "a")
    deliver(store, given, now=NOW)
    assert deliver(store, given, now=LATER) == 1
    assert states(store) == [("desk", "waiting", 1), ("mail", "sent", 1)]
    assert deliver(store, given, now=LATER + timedelta(seconds=30)) == 0
    hook.status = 200
    assert deliver(store, given, now=LATER + timedelta(minutes=2)) == 1
    assert len(hook.got) == len(box.mails) == 1
    assert states(store) == [("desk", "sent", 2), ("mail", "sent", 1)]


def test_a_receiver_that_never_comes_back_is_given_up_after_days(store: Engine) -> None:
    given = config(Addressee(name="desk", url="json://127.0.0.1:9/?cto=1"))
    tell(store, "a")
    deliver(store, given, now=NOW)
    deliver(store, given, now=LATER)
    assert states(store) == [("desk", "waiting", 1)]
    deliver(store, given, now=NOW + timedelta(days=8))
    assert states(store) == [("desk", "given_up", 2)]


def test_quiet_hours_hold_back_and_lose_nothing(store: Engine, hook: Webhook) -> None:
    quiet = QuietHours(begin=time(11), until=time(14), timezone="UTC")
    given = config(Addressee(name="desk", url=hook.url), quiet_hours=quiet)
    tell(store, "a")
    assert [deliver(store, given, now=NOW + timedelta(minutes=n)) for n in (0, 1, 119)] == [0, 0, 0]
    assert deliver(store, given, now=NOW + timedelta(minutes=120)) == 1
    assert len(hook.got) == 1


def test_without_addressee_an_alert_is_logged_and_listed(store: Engine) -> None:
    tell(store, "a")
    assert deliver(store, config(), now=NOW) == 0
    with transaction(store) as session:
        (told,) = outbox.latest(session, limit=9)
    assert (told.alert.title, told.deliveries) == ("slovo: a", ())


def test_what_waits_for_somebody_who_left_is_given_up(store: Engine, hook: Webhook) -> None:
    tell(store, "a")
    deliver(store, config(Addressee(name="desk", url=hook.url)), now=NOW)
    deliver(store, config(), now=LATER)
    with transaction(store) as session:
        (told,) = outbox.latest(session, limit=9)
    assert told.deliveries[0].state is DeliveryState.GIVEN_UP


def test_why_it_did_not_arrive_is_said_without_the_token(hook: Webhook) -> None:
    hook.status = 403
    error = send(Addressee(name="desk", url=hook.url), "t", "b")
    assert error
    assert "token-of-the-hook" not in error
    assert "token-of-the-hook" not in repr(replace(config(Addressee(name="desk", url=hook.url)), contact="x"))


def test_alerts_of_long_ago_are_forgotten_unless_somebody_waits_for_them(
    store: Engine, hook: Webhook
) -> None:
    tell(store, "sent", "waits")
    deliver(store, config(Addressee(name="desk", url=hook.url, about=("operator",))), now=LATER)
    with transaction(store) as session:
        (first, *_) = outbox.waiting(session)["desk"]
        outbox.settle(session, [first], error=None, now=LATER)
    for days, left in ((89, ["slovo: waits", "slovo: sent"]), (91, ["slovo: waits"])):
        with transaction(store) as session:
            outbox.prune(session, now=NOW + timedelta(days=days), keep=timedelta(days=90))
        with transaction(store) as session:
            assert [one.alert.title for one in outbox.latest(session, limit=9)] == left
