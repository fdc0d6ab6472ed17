"""The whole ledger, read once and then only where it changes: lists, sums and charts need all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from sqlalchemy.orm import Session

from ledger.frames import frame_flags
from ledger.model import Exchange, Flag
from ledger.totals import (
    Step,
    YearSum,
    reference_totals,
    reference_years,
    steps,
    told_totals,
    total_flags,
    year_sums,
)
from newsdesk.ledger import whole
from storage import browsing, reports
from storage.browsing import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Every exchange, and what all of them together show."""

    exchanges: tuple[Exchange, ...] = ()
    """The latest first."""
    steps: tuple[Step, ...] = ()
    """How official running totals grew, beside the ledger's own sum; those from the store's first exchange on."""
    years: tuple[YearSum, ...] = ()
    flags: tuple[Flag, ...] = ()
    """What does not add up across exchanges."""

    def some(self, numbers: Iterable[int]) -> list[Exchange]:
        """Return exchanges by number, in the order given."""
        known = {one.id: one for one in self.exchanges}
        return [known[number] for number in numbers if number in known]


class Shelf:
    """Keeps the books; what has changed in the ledger is read again, by one reader while the others wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp: tuple[object, ...] | None = None
        self._decided: tuple[object, ...] | None = None
        self._ground: dict[int, Ground] = {}
        self._records: dict[int, Exchange] = {}
        self._books = Books()

    def books(self, session: Session) -> Books:
        """Return the books as they stand in a session's store."""
        stamp = browsing.ledger_stamp(session)
        with self._lock:
            if stamp != self._stamp:
                self._read(session)
                self._stamp = stamp
            return self._books

    def _read(self, session: Session) -> None:
        decided = browsing.decisions_stamp(session)
        ground = browsing.ledger_ground(session)
        known = self._ground if decided == self._decided else {}
        changed = [number for number, rests_on in ground.items() if rests_on != known.get(number)]
        fresh = {found.record.id: found.record for found in whole(session, changed)}
        records = {
            number: fresh[number] if number in fresh else self._records[number]
            for number in ground
            if number in fresh or number in known
        }
        self._books = _bound(session, records.values())
        self._decided, self._ground, self._records = decided, ground, records


def _bound(session: Session, records: Iterable[Exchange]) -> Books:
    oldest_first = sorted(records, key=lambda one: (one.day, one.id))
    known = reference_totals()
    told = told_totals(reports.telling_totals(session), known)
    grown = tuple(one for one in steps([*known, *told], oldest_first) if one.covered)
    return Books(
        exchanges=tuple(reversed(oldest_first)),
        steps=grown,
        years=year_sums(oldest_first, reference_years()),
        flags=(*frame_flags(oldest_first), *total_flags(grown)),
    )
