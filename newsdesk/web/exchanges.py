"""The ledger's pages: the table of exchanges, and one exchange with both sides' accounts beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crawler.model import Claim, Conflict, Party, Side
from ledger.accounts import SPEAKS_FOR
from ledger.model import (
    Account,
    Agreement,
    Comparison,
    Exchange,
    ExchangeStatus,
    Matter,
    Report,
    StatusChange,
)
from ledger.parts import SIDES
from ledger.totals import received
from newsdesk.ledger import Put, WholeExchange, figure, find
from newsdesk.web.answers import base_of
from newsdesk.web.asked import day_of, number, one_of, read, truth
from newsdesk.web.rendering import clock, render, wordy
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.texts import texts
from storage import browsing, queries
from storage.browsing import Condition
from storage.exchanges import ExchangeFilters, listed

MOST_QUOTES = 3
"""Quotes shown at once behind a figure; the others unfold."""


class Sort(StrEnum):
    """By what a table of exchanges is sorted."""

    DAY = "day"
    UKRAINE = "ukraine"
    RUSSIA = "russia"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which exchanges a reader asked for."""

    since: date | None = None
    until: date | None = None
    """The last day that counts."""
    conflict: Conflict | None = None
    matter: Matter | None = None
    status: ExchangeStatus | None = None
    deal: str | None = None
    disputed: bool = False
    sort: Sort = Sort.DAY

    def link(self, **changes: object) -> str:
        """Return the address of this table with something changed."""
        query = urlencode(sorted(replace(self, **changes).parameters().items()))  # type: ignore[arg-type]
        return f"/exchanges?{query}" if query else "/exchanges"

    def parameters(self) -> dict[str, str]:
        """Return what differs from the table of everything, as it stands in an address."""
        plain = Wanted()
        return {
            field.name: "true" if value is True else str(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != getattr(plain, field.name)
        }

    def filters(self) -> ExchangeFilters:
        """Return the store's limits."""
        return ExchangeFilters(
            since=self.since,
            until=self.until + timedelta(days=1) if self.until else None,
            conflict=self.conflict,
            matter=self.matter,
            status=self.status,
            deal=self.deal,
            disputed=True if self.disputed else None,
        )


def wanted(parameters: Mapping[str, str]) -> Wanted:
    """Return the exchanges that parameters ask for.

    Raises:
        NotUnderstood: one is not what it should be.
    """
    given = {name: value.strip() for name, value in parameters.items() if value.strip()}
    return Wanted(
        since=read(given, "since", day_of),
        until=read(given, "until", day_of),
        conflict=read(given, "conflict", one_of(Conflict)),
        matter=read(given, "matter", one_of(Matter)),
        status=read(given, "status", one_of(ExchangeStatus)),
        deal=read(given, "deal", _deal),
        disputed=truth(given, "disputed"),
        sort=read(given, "sort", one_of(Sort)) or Sort.DAY,
    )


def _deal(text: str) -> str:
    if len(text) > 100:
        raise ValueError("the name of a deal, such as Istanbul")
    return text


def asked_from(room: ReadingRoom, question: Wanted) -> tuple[list[Exchange], set[str]]:
    """Return the exchanges asked for, in their order, and the names of all deals there are."""
    with room.reading() as session:
        books = room.shelf.books(session)
        found = books.some(one.id for one in listed(session, question.filters()))
    by = {
        Sort.UKRAINE: lambda one: received(one, Party.UKRAINE) or 0,
        Sort.RUSSIA: lambda one: received(one, Party.RUSSIA) or 0,
        Sort.REPORTS: lambda one: len(one.finding_ids),
    }
    if question.sort in by:
        found.sort(key=by[question.sort], reverse=True)
    return found, {one.deal for one in books.exchanges if one.deal}


def exchanges(request: Request) -> Response:
    """Show the exchanges that an address asks for."""
    question = wanted(request.query_params)
    found, deals = asked_from(room_of(request), question)
    return render(
        "exchanges.html",
        here="/exchanges",
        wanted=question,
        rows=found,
        deals=sorted(deals),
        conflicts=list(Conflict),
        matters=list(Matter),
        statuses=list(ExchangeStatus),
        sorts=list(Sort),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The words behind a figure, and where they stand."""

    claim_id: int
    claim: Claim
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One figure of one speaker with its quotes."""

    account: Account
    figure: str
    first: tuple[Quote, ...]
    others: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one side says, or those who are no side; a side that is silent has a column too."""

    party: Party | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The accounts of one category returned to one side, beside each other."""

    comparison: Comparison
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report on an exchange, in the order of time."""

    put: Put
    side: Side
    condition: Condition
    statuses: tuple[StatusChange, ...]
    """Changes of status that it brought."""
    copies: int
    """Further reports of the same outlet: they count as one origin."""


def exchange(request: Request) -> Response:
    """Show one exchange."""
    room, asked_for = room_of(request), number(request.path_params["exchange"], "x")
    with room.reading() as session:
        found, moved = find(session, asked_for) if asked_for < 2**31 else (None, [])
        if found is None:
            raise HTTPException(404)
        ids = sorted({put.part.report.finding_id for put in found.reports})
        conditions = browsing.conditions(session, ids)
        first = queries.finding(session, found.reports[0].part.report.finding_id)
    if found.record.id != asked_for:
        return RedirectResponse(f"/exchanges/x{found.record.id}", 308)
    one = found.record
    return render(
        "exchange.html",
        here="/exchanges",
        found=found,
        one=one,
        moved=moved,
        beside=[_beside(found, each) for each in one.comparisons if each.agreement is not Agreement.WITHHELD],
        planned=_said(found, one.planned),
        besides=_said(found, one.besides),
        subsets=_said(found, [each for each in one.accounts if each.subset]),
        reports=list(_told(room, found, conditions)),
        links=_claim_links(found),
        returned={side: received(one, side) for side in SIDES.get(one.conflict, ())},
        citation=_citation(found, first, base_of(request)),
    )


def _beside(found: WholeExchange, comparison: Comparison) -> Beside:
    sides = SIDES.get(found.record.conflict, ())
    said = _said(found, comparison.accounts)
    columns = [
        Column(party=side, said=tuple(one for one in said if SPEAKS_FOR.get(one.account.speaker) is side))
        for side in sides
    ]
    rest = tuple(one for one in said if SPEAKS_FOR.get(one.account.speaker) not in sides)
    return Beside(
        comparison=comparison, columns=(*columns, *((Column(party=None, said=rest),) if rest else ()))
    )


def _said(found: WholeExchange, accounts: Iterable[Account]) -> tuple[Said, ...]:
    said = []
    for account in accounts:
        quotes = tuple(_quotes(found, account))
        said.append(
            Said(
                account=account,
                figure=figure(account),
                first=quotes[:MOST_QUOTES],
                others=quotes[MOST_QUOTES:],
            )
        )
    return tuple(said)


def _quotes(found: WholeExchange, account: Account) -> Iterator[Quote]:
    wanted_ids = set(account.claim_ids)
    for put in found.reports:
        for told in put.part.claims:
            if told.id in wanted_ids:
                yield Quote(claim_id=told.id, claim=told.claim, report=put.part.report)


def _claim_links(found: WholeExchange) -> dict[int, str]:
    """Return where each claim of an exchange's reports stands."""
    return {
        told.id: f"/findings/f{put.part.report.finding_id}#c{told.id}"
        for put in found.reports
        for told in put.part.report.claims
    }


def _told(room: ReadingRoom, found: WholeExchange, conditions: Mapping[int, Condition]) -> Iterator[Told]:
    outlets: dict[str, int] = {}
    for put in found.reports:
        report = put.part.report
        outlets[report.outlet] = outlets.get(report.outlet, 0) + 1
        yield Told(
            put=put,
            side=room.side(report.sources),
            condition=conditions.get(report.finding_id, Condition(state="live", versions=1)),
            statuses=tuple(one for one in found.record.statuses if one.finding_id == report.finding_id),
            copies=outlets[report.outlet] - 1,
        )


def _citation(found: WholeExchange, first: queries.WholeFinding | None, base: str) -> str:
    """Return an exchange in one line, with the capture of its first report."""
    evidence = first.current.evidence if first else None
    return texts()(
        "exchange.cite_text",
        id=f"x{found.record.id}",
        day=wordy(found.record.day),
        reports=texts().count("exchange.reports", len(found.record.finding_ids)),
        origins=texts().count("exchange.of", found.record.origins),
        first=f"f{first.id}" if first else "–",
        outlet=first.outlet if first else "–",
        fetched=f"{clock(first.current.fetched_at, 'utc')} UTC" if first else "–",
        sha256=evidence.body_sha256 if evidence else "–",
        link=f"{base}/exchanges/x{found.record.id}",
    )
