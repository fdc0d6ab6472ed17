"""A report cut into what it tells of living people and of bodies, and the figures by which parts are known again."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta

from crawler.model import Category, Claim, Conflict, Event, Kind, Party
from ledger.model import Matter, Part, PartKey, Report, Told

SIDES = {
    Conflict.RU_UA: (Party.UKRAINE, Party.RUSSIA),
    Conflict.ISRAEL_PALESTINE: (Party.ISRAEL, Party.PALESTINE),
    Conflict.US_RU: (Party.US, Party.RUSSIA),
    Conflict.AZ_AM: (Party.ARMENIA, Party.AZERBAIJAN),
}
"""The two parties of each conflict that has two."""

HAPPENED = (Kind.EXCHANGE_COMPLETED, Kind.BODIES_REPATRIATED)

NAMES = {party: party.title() for party in Party} | {
    Party.US: "the US",
    Party.BOTH: "both sides together",
    Party.UNKNOWN: "an unknown side",
}
"""Parties as a sentence names them."""

DATED = (*HAPPENED, Kind.EXCHANGE_ANNOUNCED, Kind.POSTPONED_OR_FAILED, Kind.AGREEMENT)
"""Kinds of reports that found a record where they name a day; a background piece must also count the people."""

LIVING_KINDS = (Kind.EXCHANGE_COMPLETED, Kind.EXCHANGE_ANNOUNCED)

FEW = 5
"""Bodies that come home with the living, beside an exchange of theirs, at most."""

LATE = timedelta(days=7)
"""A report of news that names a day further back than this has most often misread a day of its text."""

Figure = tuple[Party, str, int]
"""Who received them, `civilians` or `main`, and how many."""


def parts_of(report: Report) -> tuple[Part, ...]:
    """Return what a report tells, one part for each matter; what it plans goes with what it mainly tells of."""
    counted = {matter: _counted(report, matter) for matter in Matter}
    main = _main_matter(report, counted)
    wanted = [matter for matter in Matter if counted[matter] or matter is main]
    return tuple(_part(report, matter, main=matter is main, alone=len(wanted) == 1) for matter in wanted)


def standing(
    reports: Iterable[Report], keys: Container[PartKey], *, wrong: Container[int] = ()
) -> list[Part]:
    """Return those parts of reports that the keys name, without the claims that are known to be wrong."""
    return [
        replace(part, claims=tuple(told for told in part.claims if told.id not in wrong))
        for report in reports
        for part in parts_of(report)
        if part.key in keys
    ]


def _part(report: Report, matter: Matter, *, main: bool, alone: bool) -> Part:
    claims = tuple(
        told
        for told in report.claims
        if (told.claim.event is Event.THIS_EXCHANGE and (alone or matter_of(told.claim) is matter))
        or (told.claim.event in (Event.PLANNED, Event.OUTSIDE_EXCHANGE) and main)
    )
    # a report on bodies alone that seems to count the living was misread more often than not
    against = report.kind is Kind.BODIES_REPATRIATED and matter is Matter.LIVING
    founding = (_counted(report, matter) and not against) or (main and report.kind in DATED)
    return Part(report=report, matter=matter, claims=claims, founding=founding)


def _counted(report: Report, matter: Matter) -> bool:
    """Say whether a report counts what this exchange moved; a few bodies beside the freed are no exchange of bodies."""
    here = [told.claim for told in report.claims if told.claim.event is Event.THIS_EXCHANGE]
    if matter is Matter.LIVING:
        return any(matter_of(claim) is Matter.LIVING for claim in here)
    beside = report.kind in LIVING_KINDS and any(matter_of(claim) is Matter.LIVING for claim in here)
    bodies = [claim.count for claim in here if matter_of(claim) is Matter.BODIES and claim.subset is None]
    return any(count > FEW or not beside for count in bodies)


def _main_matter(report: Report, counted: dict[Matter, bool]) -> Matter:
    """Say what a report is mainly about: its kind decides, then what it counts, then what it plans."""
    if report.kind is Kind.BODIES_REPATRIATED:
        return Matter.BODIES
    if counted[Matter.LIVING] or counted[Matter.BODIES]:
        return Matter.LIVING if counted[Matter.LIVING] else Matter.BODIES
    planned = [told.claim for told in report.claims if told.claim.event is Event.PLANNED]
    only_bodies = bool(planned) and all(matter_of(claim) is Matter.BODIES for claim in planned)
    return Matter.BODIES if only_bodies and report.kind is not Kind.EXCHANGE_COMPLETED else Matter.LIVING


def matter_of(claim: Claim) -> Matter:
    """Return whether a claim counts living people or bodies."""
    return Matter.BODIES if claim.category is Category.BODIES else Matter.LIVING


def ahead(report: Report) -> bool:
    """Say whether a report names a later day than its own for what it tells as done: then the day is misread, or another exchange's."""
    done = report.kind in HAPPENED and any(told.claim.event is Event.THIS_EXCHANGE for told in report.claims)
    return done and report.day is not None and report.day > report.published_on


def figures(part: Part) -> frozenset[Figure]:
    """Return the figures of this exchange by which two reports of it are known: totals, and civilians among them."""
    return frozenset(
        figure
        for told in part.claims
        if told.claim.event is Event.THIS_EXCHANGE and told.claim.subset is None
        for figure in _expanded(told.claim, part.report.conflict)
    )


def known_claims(part: Part, known: AbstractSet[Figure]) -> tuple[Told, ...]:
    """Return those of a part's claims on this exchange whose figure is among the known; what is planned stays."""
    return tuple(
        told
        for told in part.claims
        if told.claim.event is not Event.THIS_EXCHANGE
        or (told.claim.subset is None and known & set(_expanded(told.claim, part.report.conflict)))
    )


def _expanded(claim: Claim, conflict: Conflict) -> Iterator[Figure]:
    """Yield a claim's figure for each side it speaks of: `84 each` is 84 to one, 84 to the other, 168 to both."""
    what = "main" if claim.category not in (Category.CIVILIANS, Category.CHILDREN) else str(claim.category)
    sides = SIDES.get(conflict, ())
    if claim.returned_to in (Party.EACH, Party.UNKNOWN):
        yield from ((side, what, claim.count) for side in sides)
    if claim.returned_to is Party.EACH:
        yield Party.BOTH, what, 2 * claim.count
    if claim.returned_to is not Party.UNKNOWN:
        yield claim.returned_to, what, claim.count
