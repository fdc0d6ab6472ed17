"""The record of one exchange, made from all parts put to it: the same parts, the same record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from crawler.model import Conflict, Event, Kind, Party
from ledger.accounts import accounts, comparisons, side_of
from ledger.arithmetic import flags
from ledger.model import (
    KYIV,
    Agreement,
    Comparison,
    Confirmation,
    DayPrecision,
    Exchange,
    ExchangeStatus,
    Flag,
    FlagKind,
    Part,
    Report,
    StatusChange,
)
from ledger.parts import HAPPENED, LATE, NAMES, SIDES, ahead, figures, known_claims
from ledger.setbacks import setback
from ledger.voices import acknowledging

Value = TypeVar("Value", bound=Hashable)
OriginKey = Callable[[Report], Hashable]

OPEN = {
    ExchangeStatus.ANNOUNCED: "No report yet that it took place.",
    ExchangeStatus.UNDER_WAY: "No report yet that it was completed.",
    ExchangeStatus.POSTPONED: "No report yet on when it is to take place instead.",
    ExchangeStatus.FAILED: "No report yet on whether it is to take place after all.",
}
"""What each unfinished status leaves open."""

OVER = (ExchangeStatus.COMPLETED, ExchangeStatus.UNDER_WAY)


def by_outlet(report: Report) -> Hashable:
    """Return whose word a report is where nothing is known of copies: its outlet's."""
    return report.outlet


def exchange(number: int, parts: Iterable[Part], *, origin: OriginKey = by_outlet) -> Exchange:
    """Return the record of an exchange.

    Args:
        number: its number in the store.
        parts: everything put to it; at least one.
        origin: reports with the same key repeat one text and count as one origin.
    """
    told = _in_time(sorted(parts, key=lambda part: (part.report.published, part.report.address)))
    reports = [part.report for part in told]
    conflict, matter = told[0].report.conflict, told[0].matter
    said, besides = accounts(told, Event.THIS_EXCHANGE), accounts(told, Event.OUTSIDE_EXCHANGE)
    withheld = not said and any(report.numbers_disclosed is False for report in reports)
    statuses = tuple(_statuses(told))
    days = _days(reports)
    happened = [one for one in statuses if one.status in OVER]
    record = Exchange(
        id=number,
        conflict=conflict,
        matter=matter,
        day=days[0],
        last_day=days[-1] if len(days) > 1 else None,
        day_precision=DayPrecision.RANGE
        if len(days) > 1
        else DayPrecision.DAY
        if happened
        else DayPrecision.DUE,
        began=happened[0].since if happened else None,
        deal=_commonest(report.deal for report in reports),
        stage=_commonest(report.stage for report in reports),
        sequence=_commonest(report.sequence for report in reports),
        place=_commonest(report.place for report in reports),
        mediators=_mentioned(reports),
        statuses=statuses,
        accounts=said,
        planned=accounts(told, Event.PLANNED),
        besides=besides,
        comparisons=comparisons(said, besides, conflict, withheld=withheld),
        withheld=withheld,
        flags=(*flags(told, said, besides, conflict), *_labels(reports)),
        confirmations=tuple(_confirmations(told, conflict)),
        acknowledged=tuple(_acknowledged(reports)) if withheld else (),
        first_finding=reports[0].finding_id,
        origins=len({origin(report) for report in reports}),
        sources=tuple(sorted({source for report in reports for source in report.sources})),
        finding_ids=tuple(sorted({report.finding_id for report in reports})),
    )
    return replace(record, questions=tuple(_questions(record)))


def _days(reports: Sequence[Report]) -> list[date]:
    """Return the days on which it took place: by those who reported it that day, else those who did later, else all that name one."""
    named = [(report, report.day) for report in reports if report.day is not None and not ahead(report)]
    done = [(report, day) for report, day in named if report.kind in HAPPENED]
    at_once = [(report, day) for report, day in done if report.published_on <= day]
    return sorted({day for _, day in at_once or done or named}) or [reports[0].published_on]


def _in_time(parts: Sequence[Part]) -> list[Part]:
    """Return the parts, those that retell long after with only such figures as were given in time.

    What else a late report counts is most often of other exchanges; where nothing was told in time it is all there is.
    """
    day = min(
        (part.report.day for part in parts if part.report.day is not None),
        default=parts[0].report.published_on,
    )
    timely = {figure for part in parts if part.report.published_on - day <= LATE for figure in figures(part)}
    return [
        replace(part, claims=known_claims(part, timely))
        if timely and part.report.published_on - day > LATE
        else part
        for part in parts
    ]


def _commonest(values: Iterable[Value | None]) -> Value | None:
    """Return what most reports say, of equals the smaller; None where none says anything."""
    counted = Counter(value for value in values if value is not None)
    return min(counted, key=lambda value: (-counted[value], str(value)), default=None)


def _mentioned(reports: Sequence[Report]) -> tuple[str, ...]:
    counted = Counter(one for report in reports for one in set(report.mediators))
    return tuple(sorted(counted, key=lambda one: (-counted[one], one)))


def _statuses(parts: Sequence[Part]) -> Iterator[StatusChange]:
    """Yield each change of status with the report that brought it; late copies of older news change nothing."""
    last: StatusChange | None = None
    for part in parts:
        said = _status(part)
        if said is not None and _is_news(said, part.report, last):
            last = StatusChange(status=said, since=part.report.published, finding_id=part.report.finding_id)
            yield last


def _is_news(said: ExchangeStatus, report: Report, last: StatusChange | None) -> bool:
    """Say whether a status takes the place of the last one; outlets word one day's setback as they like."""
    if last is None:
        return True
    if said is last.status or last.status is ExchangeStatus.COMPLETED:
        return False
    if last.status is ExchangeStatus.UNDER_WAY and said is ExchangeStatus.ANNOUNCED:
        return False
    same_day = last.since.astimezone(KYIV).date() == report.published_on
    return not (last.status is ExchangeStatus.FAILED and said is ExchangeStatus.POSTPONED and same_day)


def _status(part: Part) -> ExchangeStatus | None:
    counted = any(told.claim.event is Event.THIS_EXCHANGE for told in part.claims)
    if part.report.kind in HAPPENED:
        return ExchangeStatus.COMPLETED
    if part.report.kind is Kind.BACKGROUND:
        return ExchangeStatus.COMPLETED if counted else None
    if part.report.kind is Kind.POSTPONED_OR_FAILED:
        return setback(part.report)
    return ExchangeStatus.UNDER_WAY if counted else ExchangeStatus.ANNOUNCED


def _confirmations(parts: Sequence[Part], conflict: Conflict) -> Iterator[Confirmation]:
    """Yield when each side was first reported with figures of its own, the earliest first."""
    seen: set[Party] = set()
    for part in parts:
        for told in part.claims:
            if told.claim.event is not Event.THIS_EXCHANGE:
                continue
            for speaker in told.claim.claimed_by:
                side = side_of(speaker, conflict)
                if side is not None and side in SIDES.get(conflict, ()) and side not in seen:
                    seen.add(side)
                    yield Confirmation(
                        side=side, since=part.report.published, finding_id=part.report.finding_id
                    )


def _acknowledged(reports: Sequence[Report]) -> Iterator[Confirmation]:
    """Yield when each side was first reported to confirm an exchange without its size."""
    seen: set[Party] = set()
    for report in reports:
        if report.kind not in HAPPENED or report.numbers_disclosed is not False:
            continue
        for side, sentence in acknowledging(report):
            if side not in seen:
                seen.add(side)
                yield Confirmation(
                    side=side, since=report.published, finding_id=report.finding_id, quote=sentence
                )


def _labels(reports: Sequence[Report]) -> Iterator[Flag]:
    """Raise stages and running numbers on which reports of one exchange differ."""
    for name in ("stage", "sequence"):
        said = {getattr(report, name) for report in reports} - {None}
        if len(said) > 1:
            yield Flag(
                kind=FlagKind.SEQUENCE,
                words=f"reports give its {name} as {' and '.join(str(one) for one in sorted(said))}",
            )


def _questions(record: Exchange) -> Iterator[str]:
    sides = SIDES.get(record.conflict, ())
    if record.status in OPEN:
        yield OPEN[record.status]
    if record.status is ExchangeStatus.COMPLETED:
        for side in sides:
            if not any(one.returned_to is side for one in record.accounts):
                yield f"How many were returned to {NAMES[side]}?"
    yield from (words for one in record.comparisons if (words := _question(one, sides)))
    if any(one.returned_to is Party.UNKNOWN for one in record.accounts):
        yield "To which side were those returned whose side no report settles?"


def _question(one: Comparison, sides: Sequence[Party]) -> str | None:
    """Return what a comparison leaves open; each side is the authority on its own returnees."""
    whom = f"{one.category.replace('_', ' ')} returned to {NAMES.get(one.returned_to, one.returned_to)}"
    spoke = {account.side for account in one.accounts}
    if one.agreement is Agreement.DISPUTED:
        return f"Whose figure for {whom} is right?"
    if one.returned_to not in sides or one.returned_to in spoke:
        return None
    if one.agreement is Agreement.ONE_SIDED:
        return f"What does {NAMES[one.returned_to]} itself say of the {whom}?"
    return f"Who gave the figure for {whom}?" if one.agreement is Agreement.UNATTRIBUTED else None
