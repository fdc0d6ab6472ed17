"""What analysts are told of records: new exchanges, changed statuses, edited claims, reports taken down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage import edits, exchanges, looks, notes
from storage.exchanges import ExchangeFilters, Listed
from storage.looks import Vanished
from storage.outbox import Alert, AlertKind
from storage.stored import StoredEdit

MEMORY = "records told of"
"""Name of the note that holds what was told: the last edit and look by number, and each exchange's status."""

ACTIVE = timedelta(days=90)
"""How long after its day an exchange's status is watched; what history brings in later is no news."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far the records have been told of."""

    edit: int = 0
    look: int = 0
    statuses: dict[str, str | None] = field(default_factory=dict)
    """The last status told of each exchange of these days, by its number."""


def of_records(session: Session, *, now: datetime) -> list[Alert]:
    """Return an alert for each record that is new or changed since the last look, and remember how far that was.

    The first look tells nothing: what was there before anybody asked is no news.
    """
    note = notes.read(session, MEMORY)
    told = Told(**json.loads(note.words)) if note else None
    listed = exchanges.listed(session, ExchangeFilters(since=(now - ACTIVE).date()))
    edited = list(edits.edits(session, after=told.edit if told else 0))
    gone = looks.vanished(session, after=told.look if told else 0)
    seen = Told(
        edit=max((one.id for one in edited), default=told.edit if told else 0),
        look=max((one.id for one in gone), default=told.look if told else 0),
        statuses={str(one.id): one.status for one in listed},
    )
    notes.write(session, MEMORY, json.dumps(_plain(seen)), now=now)
    if told is None:
        return []
    return [*_exchanges(listed, told.statuses, now=now), *map(_edited, edited), *map(_gone, gone)]


def _plain(told: Told) -> dict[str, Any]:
    return {"edit": told.edit, "look": told.look, "statuses": told.statuses}


def _exchanges(listed: Iterable[Listed], before: dict[str, str | None], *, now: datetime) -> Iterator[Alert]:
    for one in listed:
        number, status = str(one.id), one.status
        what = f"x{one.id}: {one.matter} of {one.conflict}, {one.day}" + (f", {one.deal}" if one.deal else "")
        if number not in before:
            yield Alert(
                kind=AlertKind.NEW_EXCHANGE,
                subject=f"x{one.id}",
                title=f"New exchange {what} ({status or 'status open'})",
                body=f"swapwatch exchange x{one.id}",
                at=now,
                key="minted",
            )
        elif status is not None and before[number] != status:
            yield Alert(
                kind=AlertKind.STATUS_CHANGED,
                subject=f"x{one.id}",
                title=f"{status.capitalize()} now, was {before[number] or 'open'}: {what}",
                body=f"swapwatch exchange x{one.id}",
                at=now,
                key=f"{status} at {now.isoformat()}",
            )


def _edited(edit: StoredEdit) -> Alert:
    silent = "" if edit.declared else " without saying so"
    return Alert(
        kind=AlertKind.SILENT_EDIT,
        subject=f"f{edit.finding_id}",
        title=f"f{edit.finding_id} changed what it claims{silent}: {edit.address}",
        body="\n".join(edits.edit_words(change) for change in edit.changes),
        at=edit.at,
        key=str(edit.id),
    )


def _gone(look: Vanished) -> Alert:
    return Alert(
        kind=AlertKind.VANISHED,
        subject=f"f{look.finding_id}",
        title=f"f{look.finding_id} is not up any more ({look.state}): {look.title}",
        body=f"{look.address}" + (f"; {look.detail}" if look.detail else ""),
        at=look.at,
        key=str(look.first),
    )
