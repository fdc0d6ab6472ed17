"""Official running totals beside the ledger's own sum: which growth no exchange of the store accounts for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import groupby, pairwise
from typing import Any

from ruamel.yaml import YAML

from crawler.model import Category, Event, Party, Precision, Speaker
from ledger.accounts import SPEAKS_FOR
from ledger.model import Account, Exchange, ExchangeStatus, Flag, FlagKind, Matter, Report
from ledger.parts import matter_of

MISREAD = timedelta(days=31)
"""A total told so soon around a known one of the same number is that one, its side misread."""

MEDIATOR = {Speaker.UAE_MFA: "UAE"}
"""Whose mediated exchanges a mediator's total counts."""


class Basis(StrEnum):
    """What a running total counts."""

    EXCHANGES = "exchanges"
    BESIDES = "besides"
    ALL = "all"
    MEDIATED = "mediated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many had come home by a day, according to an official."""

    day: date
    basis: Basis
    returned_to: Party
    matter: Matter
    count: int
    speaker: Speaker
    source: str
    """Address of where it was reported, or the finding that tells it, such as `f12`."""
    exchanges: int | None = None
    """How many exchanges the speaker counts by then."""
    claim_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTotal:
    """How many came home in one year, according to an official."""

    year: int
    returned_to: Party
    count: int
    speaker: Speaker
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The growth from one official total to the next, and what the ledger holds of those days."""

    before: Total
    total: Total
    held: int
    """Sum of what the ledger's exchanges returned in between."""
    exchange_ids: tuple[int, ...]
    unsized: tuple[int, ...]
    """Exchanges in between whose size is not known."""
    covered: bool
    """False where the step began before the first exchange of the store."""

    @property
    def growth(self) -> int:
        """By how much the official total grew."""
        return self.total.count - self.before.count

    @property
    def drift(self) -> int:
        """What of the growth is in no exchange of the store; negative where the ledger holds more."""
        return self.growth - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSum:
    """What the ledger holds of one year, and what officials said of it."""

    year: int
    returned_to: Party
    held: int
    exchange_ids: tuple[int, ...]
    unsized: tuple[int, ...]
    official: tuple[YearTotal, ...]


@cache
def reference_totals() -> tuple[Total, ...]:
    """Return the totals that ship as data, oldest first; each is a public fact with its source."""
    return tuple(
        Total(
            day=row["day"],
            basis=Basis(row["basis"]),
            returned_to=Party(row["returned_to"]),
            matter=Matter.BODIES if row["category"] == Category.BODIES else Matter.LIVING,
            count=row["count"],
            speaker=Speaker(row["speaker"]),
            source=row["source"],
            exchanges=row.get("exchanges"),
        )
        for row in _table()["totals"]
    )


@cache
def reference_years() -> tuple[YearTotal, ...]:
    """Return the yearly totals that ship as data."""
    return tuple(
        YearTotal(
            year=row["year"],
            returned_to=Party(row["returned_to"]),
            count=row["count"],
            speaker=Speaker(row["speaker"]),
            source=row["source"],
        )
        for row in _table()["years"]
    )


def _table() -> dict[str, Any]:
    text = (files("ledger") / "reference_totals.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return table


def told_totals(reports: Iterable[Report], known: Sequence[Total]) -> tuple[Total, ...]:
    """Return the totals that reports quote from officials and that continue a known series.

    A claim of this kind may also sum up a year or a week. It belongs to a series only where it lies between the known
    totals of the days around it; its number is then the official's, and the earliest report of it counts.
    """
    found: dict[tuple[Basis, Party, Matter, int], Total] = {}
    for report in sorted(reports, key=lambda one: (one.published, one.address)):
        for total in _told(report):
            for basis in (Basis.EXCHANGES, Basis.MEDIATED):
                if _continues(total, [one for one in known if one.basis is basis]):
                    key = (basis, total.returned_to, total.matter, total.count)
                    found.setdefault(key, replace(total, basis=basis))
    shipped = {(one.basis, one.returned_to, one.matter, one.count) for one in known}
    return tuple(total for key, total in found.items() if key not in shipped)


def _told(report: Report) -> Iterator[Total]:
    for told in report.claims:
        claim = told.claim
        if claim.event is not Event.TOTAL_TO_DATE or claim.precision is not Precision.EXACT or claim.subset:
            continue
        for speaker in claim.claimed_by:
            yield Total(
                day=report.published_on, basis=Basis.ALL, returned_to=claim.returned_to, matter=matter_of(claim),
                count=claim.count, speaker=speaker, source=f"f{report.finding_id}", claim_id=told.id,
            )  # fmt: skip


def _continues(total: Total, series: Sequence[Total]) -> bool:
    """Say whether a number told on a day lies between the totals of its speaker's side around that day."""
    own = [
        one
        for one in series
        if (one.returned_to, one.matter) == (total.returned_to, total.matter)
        and _kin(one.speaker, total.speaker)
    ]
    before = max((one.count for one in own if one.day <= total.day), default=None)
    after = [one.count for one in own if one.day > total.day]
    if any(_is_the_others(total, one) for one in series):
        return False
    return before is not None and before <= total.count <= min(after, default=2 * before)


def _is_the_others(total: Total, known: Total) -> bool:
    """Say whether a number is what is known, of those days, to have come home to the other side."""
    other = known.returned_to is not total.returned_to and known.count == total.count
    return other and abs(known.day - total.day) <= MISREAD


def _kin(one: Speaker, other: Speaker) -> bool:
    """Say whether two speakers count for the same side."""
    return one is other or (one in SPEAKS_FOR and SPEAKS_FOR[one] is SPEAKS_FOR.get(other))


def received(record: Exchange, side: Party) -> int | None:
    """Return how many a side got back in an exchange: by its own account, else the other's, else what outlets say."""
    told = [one for one in record.accounts if one.returned_to is side and one.subset is None]
    if record.matter is Matter.BODIES:
        bodies = [one for one in told if one.category is Category.BODIES]
        return _best(bodies, side)
    for voice in (side, None):
        own = [one for one in told if voice is None or one.side is voice]
        people = _best([one for one in own if one.category is Category.PEOPLE], side)
        counted = [one for one in own if one.category is Category.PRISONERS_OF_WAR]
        soldiers = _best(counted, side)
        others = sum(
            _best([one for one in own if one.category is each], side) or 0
            for each in (Category.CIVILIANS, Category.CHILDREN)
        )
        if people is not None:
            return people
        if soldiers is not None:
            # 157 with the civilians beside 150 without them
            among = soldiers - others in {one.count for one in counted}
            return soldiers if others and among else soldiers + others
    return None


def _best(told: Sequence[Account], side: Party) -> int | None:
    """Return the figure of the side itself, else of the other, else any; of several the most reports carry."""

    def weight(one: Account) -> tuple[bool, bool, int, int]:
        return one.side is side, one.side is not None, len(one.claim_ids), one.count

    best = max(told, key=weight, default=None)
    return None if best is None else best.count


def steps(totals: Iterable[Total], records: Sequence[Exchange]) -> tuple[Step, ...]:
    """Return the growth of each series step by step, with what the ledger holds of the days in between."""

    def series(one: Total) -> tuple[str, str, str]:
        return one.basis, one.returned_to, one.matter

    done = [one for one in records if one.status is ExchangeStatus.COMPLETED]
    first = min((one.day for one in done), default=None)
    ordered = sorted(totals, key=lambda one: (series(one), one.day, one.count))
    return tuple(
        _step(before, total, done, first)
        for key, group in groupby(ordered, key=series)
        if key[0] in (Basis.EXCHANGES, Basis.MEDIATED)
        for before, total in pairwise(group)
    )


def _step(before: Total, total: Total, done: Sequence[Exchange], first: date | None) -> Step:
    between = [
        one
        for one in done
        if before.day < one.day <= total.day and one.matter is total.matter and _counted(one, total)
    ]
    sides = (Party.UKRAINE, Party.RUSSIA) if total.returned_to is Party.BOTH else (total.returned_to,)
    sizes = {one.id: [received(one, side) for side in sides] for one in between}
    return Step(
        before=before,
        total=total,
        held=sum(size for known in sizes.values() for size in known if size is not None),
        exchange_ids=tuple(sizes),
        unsized=tuple(number for number, known in sizes.items() if None in known),
        covered=first is not None and first <= before.day,
    )


def _counted(record: Exchange, total: Total) -> bool:
    if record.conflict != "ru-ua":
        return False
    return total.basis is not Basis.MEDIATED or MEDIATOR.get(total.speaker) in record.mediators


def year_sums(records: Sequence[Exchange], official: Sequence[YearTotal]) -> tuple[YearSum, ...]:
    """Return what the ledger holds of each year and side, beside what officials said of the year."""
    found = []
    done = [
        one
        for one in records
        if one.status is ExchangeStatus.COMPLETED and one.matter is Matter.LIVING and one.conflict == "ru-ua"
    ]
    for year in sorted({one.day.year for one in done}):
        for side in (Party.UKRAINE, Party.RUSSIA):
            sizes = {one.id: received(one, side) for one in done if one.day.year == year}
            found.append(
                YearSum(
                    year=year, returned_to=side, held=sum(size for size in sizes.values() if size is not None),
                    exchange_ids=tuple(sizes), unsized=tuple(number for number, size in sizes.items() if size is None),
                    official=tuple(one for one in official if (one.year, one.returned_to) == (year, side)),
                )
            )  # fmt: skip
    return tuple(found)


def total_flags(told: Iterable[Step]) -> Iterator[Flag]:
    """Yield what does not add up: totals that fall, and growth that the ledger's exchanges don't account for."""
    for step in told:
        way = f"{step.before.count} ({step.before.day}) to {step.total.count} ({step.total.day})"
        whom = f"{step.total.speaker}'s total of those returned to {step.total.returned_to}"
        claims = tuple(one.claim_id for one in (step.before, step.total) if one.claim_id is not None)
        if step.growth < 0:
            yield Flag(kind=FlagKind.RUNNING_TOTAL, words=f"{whom} falls from {way}", claim_ids=claims)
        elif step.covered and step.drift and not step.unsized:
            yield Flag(
                kind=FlagKind.RUNNING_TOTAL,
                words=f"{whom} grows by {step.growth} from {way}; {_against(step)}",
                claim_ids=claims,
            )


def _against(step: Step) -> str:
    if not step.exchange_ids:
        return "the store has no exchange of those days"
    held = ", ".join(f"x{number}" for number in step.exchange_ids)
    if step.drift > 0:
        return f"{held} of those days hold {step.held}: {step.drift} are in no exchange of the store"
    return f"{held} of those days hold {step.held}, {-step.drift} more"
