"""Alerts and their way to people: kept with what they tell of, sent at least once, told once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.job_tables import AlertRow, DeliveryRow
from storage.text_safety import sha256


class Audience(StrEnum):
    """Whom an alert is for."""

    OPERATOR = "operator"
    ANALYST = "analyst"


class AlertKind(StrEnum):
    """What an alert tells of. Each is explained in docs/operators.md."""

    SOURCE_BROKEN = "source_broken"
    SOURCE_BLOCKED = "source_blocked"
    SOURCE_SILENT = "source_silent"
    SOURCE_RECOVERED = "source_recovered"
    EXPECTATION = "expectation"
    DISK_LOW = "disk_low"
    CHAIN_BROKEN = "chain_broken"
    CONFIG_REFUSED = "config_refused"
    NEW_FINDING = "new_finding"
    NEW_EXCHANGE = "new_exchange"
    STATUS_CHANGED = "status_changed"
    SILENT_EDIT = "silent_edit"
    VANISHED = "vanished"
    SIDE_SILENT = "side_silent"


FOR_ANALYSTS = {
    AlertKind.NEW_FINDING,
    AlertKind.NEW_EXCHANGE,
    AlertKind.STATUS_CHANGED,
    AlertKind.SILENT_EDIT,
    AlertKind.VANISHED,
    AlertKind.SIDE_SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that people should be told once.

    Whoever learns of it puts it into the outbox in the transaction in which it became true.
    """

    kind: AlertKind
    subject: str
    """What it is about: a source's id, `f12`, `x3`, `job`."""
    title: str
    at: datetime
    key: str
    """Its identity beside kind and subject: the same event told again has the same key."""
    body: str = ""

    @property
    def audience(self) -> Audience:
        """Whom it is for."""
        return Audience.ANALYST if self.kind in FOR_ANALYSTS else Audience.OPERATOR


class DeliveryState(StrEnum):
    """Where an alert's way to one addressee stands."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An alert on its way to one addressee."""

    alert_id: int
    alert: Alert
    target: str
    state: DeliveryState
    attempts: int
    next_try: datetime
    error: str | None = None


AT_ONCE = 500
"""Alerts forgotten in one statement: below what an engine takes as parameters."""

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

GIVE_UP_AFTER = timedelta(days=7)
"""How long an alert that can't be sent is tried."""


def put(session: Session, alerts: Iterable[Alert]) -> int:
    """Put alerts into the outbox, in the caller's transaction; one that is known already is left out. Return how many are new."""
    once = {_key(alert): alert for alert in alerts}
    known = set(session.scalars(select(AlertRow.key_hash).where(AlertRow.key_hash.in_(once))))
    fresh = {key: alert for key, alert in once.items() if key not in known}
    session.add_all(
        AlertRow(
            key_hash=key,
            kind=alert.kind,
            audience=alert.audience,
            subject=alert.subject,
            title=alert.title,
            body=alert.body,
            at=alert.at,
            addressed=False,
        )
        for key, alert in fresh.items()
    )
    session.flush()
    return len(fresh)


def _key(alert: Alert) -> str:
    return sha256(f"{alert.kind}\x1f{alert.subject}\x1f{alert.key}")


def address(
    session: Session, targets: Mapping[str, Collection[str]], *, now: datetime, group: timedelta
) -> list[Alert]:
    """Send new alerts on their way to all whom they concern; return them.

    Args:
        targets: name of each addressee, and the audiences it belongs to.
        now: the instant of addressing.
        group: how long an alert waits for others to go out with it.
    """
    rows = session.scalars(select(AlertRow).where(AlertRow.addressed.is_(False)).order_by(AlertRow.id)).all()
    for row in rows:
        row.addressed = True
        session.add_all(
            DeliveryRow(
                alert_id=row.id,
                target=name,
                state=DeliveryState.WAITING,
                attempts=0,
                next_try=now + group,
            )
            for name, audiences in targets.items()
            if row.audience in audiences
        )
    session.flush()
    return [_alert(row) for row in rows]


def waiting(session: Session) -> dict[str, list[Delivery]]:
    """Return for each addressee all that waits to be sent, oldest first."""
    found: dict[str, list[Delivery]] = {}
    rows = session.execute(
        select(DeliveryRow, AlertRow)
        .join(AlertRow, AlertRow.id == DeliveryRow.alert_id)
        .where(DeliveryRow.state == DeliveryState.WAITING)
        .order_by(AlertRow.id)
    )
    for delivery, alert in rows:
        found.setdefault(delivery.target, []).append(_delivery(delivery, alert))
    return found


def settle(session: Session, sent: Iterable[Delivery], *, error: str | None, now: datetime) -> list[Delivery]:
    """Note that deliveries went out, or why not and when they are tried again; return those given up."""
    given_up: list[Delivery] = []
    for one in sent:
        values: dict[str, object] = {"attempts": one.attempts + 1, "error": error}
        if error is None:
            values |= {"state": DeliveryState.SENT, "done_at": now}
        elif now - one.alert.at > GIVE_UP_AFTER:
            values |= {"state": DeliveryState.GIVEN_UP, "done_at": now}
            given_up.append(one)
        else:
            values["next_try"] = now + min(FIRST_PAUSE * (1 << min(one.attempts, 10)), LONGEST_PAUSE)
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.alert_id == one.alert_id, DeliveryRow.target == one.target)
            .values(values)
        )
    return given_up


def drop(session: Session, target: str, *, now: datetime) -> None:
    """Give up what waits for an addressee who left the config."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.target == target, DeliveryRow.state == DeliveryState.WAITING)
        .values(state=DeliveryState.GIVEN_UP, done_at=now, error="the addressee left the config")
    )


def prune(session: Session, *, now: datetime, keep: timedelta) -> int:
    """Forget alerts of long ago that wait for nobody; return how many."""
    waiting = select(DeliveryRow.alert_id).where(DeliveryRow.state == DeliveryState.WAITING)
    old = select(AlertRow.id).where(
        AlertRow.at < now - keep, AlertRow.addressed.is_(True), AlertRow.id.not_in(waiting)
    )
    numbers = session.scalars(old).all()
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        session.execute(delete(DeliveryRow).where(DeliveryRow.alert_id.in_(some)))
        session.execute(delete(AlertRow).where(AlertRow.id.in_(some)))
    return len(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert with what became of it for each addressee."""

    id: int
    alert: Alert
    deliveries: tuple[Delivery, ...]


def latest(session: Session, *, limit: int) -> list[Told]:
    """Return the last alerts with their deliveries, newest first."""
    rows = session.scalars(select(AlertRow).order_by(AlertRow.id.desc()).limit(limit)).all()
    ways: dict[int, list[DeliveryRow]] = {}
    for way in session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.alert_id.in_([row.id for row in rows]))
        .order_by(DeliveryRow.target)
    ):
        ways.setdefault(way.alert_id, []).append(way)
    return [
        Told(
            id=row.id,
            alert=_alert(row),
            deliveries=tuple(_delivery(way, row) for way in ways.get(row.id, ())),
        )
        for row in rows
    ]


def _alert(row: AlertRow) -> Alert:
    return Alert(
        kind=AlertKind(row.kind),
        subject=row.subject,
        title=row.title,
        at=row.at,
        key=row.key_hash,
        body=row.body,
    )


def _delivery(row: DeliveryRow, alert: AlertRow) -> Delivery:
    return Delivery(
        alert_id=row.alert_id,
        alert=_alert(alert),
        target=row.target,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_try=row.next_try,
        error=row.error,
    )
