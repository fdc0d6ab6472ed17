"""The ledger kept up to date: what is new is reconciled with its neighbours, under numbers that carry over.

The store is handed in as plain functions, all of one transaction.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from crawler.model import Conflict
from ledger.decisions import decided, wrong_claims
from ledger.identity import carried_over, moved
from ledger.model import Decision, Exchange, Matter, Part, PartKey, PutPart, Reconciled, Report, Unclear
from ledger.parts import standing
from ledger.reconcile import REACH, reconcile
from ledger.record import exchange

AT_ONCE = 500
"""Findings reconciled in one transaction."""


class Near(Protocol):
    """How findings near some days are looked up."""

    def __call__(self, first: date, last: date, *, reach: timedelta) -> Sequence[int]:
        """Findings read so far that tell of these days or came out on them, `reach` around."""
        ...


class Touching(Protocol):
    """How parts under exchanges are looked up."""

    def __call__(self, exchanges: Sequence[int], findings: Sequence[int] = ()) -> Sequence[PutPart]:
        """Parts that stand, or were put by reconciling, under any of the exchanges or of the findings."""
        ...


class Mint(Protocol):
    """How a number is given."""

    def __call__(self, *, conflict: Conflict, matter: Matter, day: date, now: datetime) -> int:
        """A new exchange's number, never given before."""
        ...


class SaveParts(Protocol):
    """How conclusions are stored."""

    def __call__(self, concluded: Iterable[PutPart], *, of: Sequence[int], now: datetime) -> None:
        """Store what was concluded of findings."""
        ...


class Forward(Protocol):
    """How addresses are left."""

    def __call__(self, ways: Iterable[tuple[int, int]], *, now: datetime) -> None:
        """Leave forwarding addresses from old numbers to new ones."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What keeping the ledger needs of the store."""

    unread: Callable[[int], Sequence[int]]
    """Findings not read yet under their current verdict, and those that are no reports any more, so many at most."""
    near: Near
    days_read: Callable[[Sequence[int]], Sequence[tuple[date | None, date]]]
    """The day each finding named, and came out, when it was last read."""
    reports: Callable[[Sequence[int]], Sequence[Report]]
    note_read: Callable[[Sequence[int], Iterable[Report]], None]
    put: Callable[[Sequence[int]], Sequence[PutPart]]
    touching: Touching
    mint: Mint
    save_parts: SaveParts
    stand: Callable[[Mapping[PartKey, int | None]], None]
    """Store where parts stand after the analysts' decisions."""
    describe: Callable[[Iterable[Exchange]], None]
    """Store records."""
    outdated: Callable[[], Sequence[int]]
    """Some of the exchanges whose stored record other rules made, or nobody yet."""
    forward: Forward
    matters: Callable[[Iterable[int]], Mapping[int, Matter]]
    decisions: Callable[[], Sequence[Decision]]


def update(books: Books, *, now: datetime) -> int:
    """Reconcile some of the findings not read yet; return how many, 0 once all are read.

    A few at a time, each time in a transaction of its own: nobody waits long for the store, and what a crash leaves
    unread is read later.
    """
    new = books.unread(AT_ONCE)
    _reconciled(books, new, now)
    return len(new)


def restand(books: Books) -> None:
    """Apply the analysts' decisions to all that they touch, after one was made or undone."""
    made = books.decisions()
    numbers = {number for one in made for number in (one.exchange_id, one.other_id) if number is not None}
    touched = books.touching(sorted(numbers), sorted({one for each in made for one in each.finding_ids}))
    machine, stood = (
        {one.key: one.machine_id for one in touched},
        {one.key: one.exchange_id for one in touched},
    )
    _stand(books, machine, stood, fresh=set(machine), known={})


def describe_anew(books: Books) -> int:
    """Put together some of the records that other rules made, after an update; return how many, 0 once all are of now."""
    told = _parts(books, books.outdated(), {})
    books.describe(exchange(number, parts) for number, parts in told.items())
    return len(told)


def _reconciled(books: Books, finding_ids: Sequence[int], now: datetime) -> None:
    """Reconcile findings with all that lies near them in time: nothing further off can bear on them."""
    if not finding_ids:
        return
    fresh = books.reports(finding_ids)
    named = [*books.days_read(finding_ids), *((one.day, one.published_on) for one in fresh)]
    days = sorted({day for pair in named for day in pair if day is not None})
    near: set[int] = set()
    for first, last in _stretches(days):
        near |= set(books.near(first, last, reach=2 * REACH))
    around = [*fresh, *books.reports(sorted(near - set(finding_ids)))]
    inner = {one.finding_id for one in around if _close({one.day, one.published_on}, days)}
    inner |= set(finding_ids)
    before = books.put(sorted({*finding_ids, *near}))
    known = {one.finding_id: one for one in around}
    _save(books, reconcile(around), before, inner, now, fresh=set(finding_ids), known=known)
    books.note_read(finding_ids, fresh)


def _stretches(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Yield first and last of days that lie close together: what lies far apart is read apart."""
    start = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] - day > 2 * REACH:
            yield days[start], day
            start = place + 1


def _close(named: Iterable[date | None], days: Sequence[date]) -> bool:
    """Say whether any day a report names lies in reach of any of the days, which are sorted."""
    for one in named:
        if one is not None:
            place = bisect_left(days, one - REACH)
            if place < len(days) and days[place] <= one + REACH:
                return True
    return False


def _save(
    books: Books,
    done: Reconciled,
    before: Sequence[PutPart],
    inner: set[int],
    now: datetime,
    *,
    fresh: set[int],
    known: Mapping[int, Report],
) -> None:
    """Store what was concluded of the inner findings under numbers that carry over from before."""
    was = {one.key: one.machine_id for one in before if one.machine_id is not None}
    claims = {claim: one.machine_id for one in before if one.machine_id is not None for claim in one.claims}
    concluded = [
        _put(one.part, None, one.because, reason=one.reason)
        for one in done.unattached
        if one.part.report.finding_id in inner
    ]
    minted: set[int] = set()
    for cluster, carried in zip(done.clusters, carried_over(done.clusters, was, claims), strict=True):
        links = [link for link in cluster.links if link.part.report.finding_id in inner]
        number = carried
        if links and number is None:
            number = books.mint(conflict=cluster.conflict, matter=cluster.matter, day=cluster.day, now=now)
            minted.add(number)
        concluded += [_put(link.part, number, link.because) for link in links]
    books.save_parts(concluded, of=sorted(inner), now=now)
    after = {one.key: one.machine_id for one in concluded}
    numbered = {key: number for key, number in after.items() if number is not None}
    left = {one.machine_id for one in books.touching(sorted(set(was.values())))}
    books.forward([way for way in moved(was, numbered) if way[0] not in left or way[1] in minted], now=now)
    stood = {one.key: one.exchange_id for one in before if one.finding_id in inner}
    touched = {key for key in {*after, *stood} if key[0] in fresh}
    _stand(books, after, stood, fresh=touched, known=known)


def _put(part: Part, number: int | None, because: str, *, reason: Unclear | None = None) -> PutPart:
    return PutPart(
        finding_id=part.report.finding_id,
        matter=part.matter,
        machine_id=number,
        reason=reason,
        because=because,
        claims=tuple(told.id for told in part.claims),
    )


def _stand(
    books: Books,
    machine: Mapping[PartKey, int | None],
    stood: Mapping[PartKey, int | None],
    *,
    fresh: AbstractSet[PartKey],
    known: Mapping[int, Report],
) -> None:
    """Apply the decisions to parts; describe the exchanges that fresh parts, or parts that moved, stand or stood under."""
    made = books.decisions()
    numbers = {one.exchange_id for one in made if one.exchange_id is not None}
    places = decided(machine, made, books.matters(numbers))
    books.stand(places)
    moving = {key for key in {*places, *stood} if places.get(key) != stood.get(key)} | fresh
    changed = {where.get(key) for key in moving for where in (places, stood)}
    touched = sorted(number for number in changed if number is not None)
    books.describe(exchange(number, parts) for number, parts in _parts(books, touched, known).items())


def _parts(books: Books, numbers: Sequence[int], known: Mapping[int, Report]) -> dict[int, list[Part]]:
    """Return the parts that stand under each of the exchanges; one without any is left out. Known reports are not read again."""
    stands = {one.key: one.exchange_id for one in books.touching(numbers)}
    wanted, found = set(numbers), dict[int, list[Part]]()
    findings = {finding for finding, _ in stands}
    read = [known[one] for one in sorted(findings & known.keys())]
    read += books.reports(sorted(findings - known.keys()))
    for part in standing(read, stands, wrong=wrong_claims(books.decisions())):
        number = stands[part.key]
        if number is not None and number in wanted:
            found.setdefault(number, []).append(part)
    return found
