"""The whole ledger, read once and kept until anything it rests on changes: lists, sums and charts need all of it."""

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
from storage.exchanges import ExchangeFilters, listed


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
    """Keeps the books until they are out of date; several readers at once wait for one of them to read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp: tuple[object, ...] | None = None
        self._books = Books()

    def books(self, session: Session) -> Books:
        """Return the books as they stand in a session's store."""
        stamp = browsing.ledger_stamp(session)
        with self._lock:
            if stamp != self._stamp:
                self._books = _read(session)
                self._stamp = stamp
            return self._books


def _read(session: Session) -> Books:
    numbers = [one.id for one in listed(session, ExchangeFilters())]
    records = tuple(found.record for found in whole(session, numbers))
    known = reference_totals()
    told = told_totals(reports.reports(session, reports.relevant(session)), known)
    oldest_first = records[::-1]
    grown = tuple(one for one in steps([*known, *told], oldest_first) if one.covered)
    return Books(
        exchanges=records,
        steps=grown,
        years=year_sums(oldest_first, reference_years()),
        flags=(*frame_flags(oldest_first), *total_flags(grown)),
    )
