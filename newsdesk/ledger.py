"""The ledger as people read it: whole exchanges out of the store, their figures in words, and flat records for export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.model import Claim, Conflict, Party, Precision, Speaker
from ledger import rules
from ledger.accounts import LIVING
from ledger.decisions import forwarded, wrong_claims
from ledger.model import (
    Account,
    Action,
    Agreement,
    Comparison,
    Decision,
    Exchange,
    Matter,
    Part,
    PutPart,
    Report,
)
from ledger.parts import NAMES, standing
from ledger.record import OriginKey, by_outlet, exchange
from storage import decisions as made
from storage import exchange_records as stored
from storage import exchanges as kept
from storage import looks, queries
from storage import origins as copied
from storage import reports as told
from storage.edits import edits
from storage.looks import Vanished
from storage.search import Filters
from storage.stored import StoredEdit

EXCHANGE_COLUMNS = (
    "id", "conflict", "matter", "day", "last_day", "day_precision", "status", "status_since", "deal", "stage", "sequence", "place",
    "mediators", "returned", "accounts", "comparisons", "planned", "besides", "withheld", "disputed", "flags", "questions", "first_report",
    "first_outlet", "first_finding", "first_side", "confirmed_after", "origins", "sources", "findings", "statuses", "confirmed_by_analyst", "notes",
)  # fmt: skip
"""Columns of an exchange, in the order of a CSV file."""

CLAIM_COLUMNS = (
    "id", "finding", "outlet", "address", "published", "exchange", "event", "returned_to", "category", "subset", "count", "precision", "claimed_by",
    "quote", "part", "start", "end", "reason",
)  # fmt: skip
"""Columns of a claim that is exported on its own."""

MATTERS = {Matter.LIVING: "people", Matter.BODIES: "bodies"}
SIGNS = {Precision.EXACT: "", Precision.AT_LEAST: "≥", Precision.ABOUT: "~", Precision.AT_MOST: "≤"}
AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A report that stands under an exchange, and why."""

    part: Part
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeExchange:
    """An exchange with the reports it rests on and what analysts said of it."""

    record: Exchange
    reports: tuple[Put, ...]
    decisions: tuple[Decision, ...]
    edits: tuple[StoredEdit, ...] = ()
    """Edits that changed what its reports claim: what was said before, until when."""
    down: tuple[Vanished, ...] = ()
    """Its reports whose pages are taken down."""

    def quotes(self, account: Account) -> Iterator[tuple[Report, Claim]]:
        """Yield each claim behind an account, with the report that makes it."""
        for put in self.reports:
            for one in put.part.claims:
                if one.id in account.claim_ids:
                    yield put.part.report, one.claim

    @property
    def confirmed(self) -> bool:
        """Whether an analyst vouches for the record."""
        return any(one.action is Action.CONFIRM and one.undone_at is None for one in self.decisions)


def whole(session: Session, numbers: Sequence[int]) -> Iterator[WholeExchange]:
    """Yield exchanges whole, in the order asked for; one under which nothing stands is left out.

    Args:
        session: of the caller's transaction.
        numbers: of the exchanges.
    """
    decisions = made.decisions(session)
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        put = {one.key: one for one in kept.touching(session, some) if one.exchange_id in some}
        read = told.reports(session, sorted({finding for finding, _ in put}))
        origins = _origins(session, [one.finding_id for one in read])
        by_number: dict[int | None, list[Put]] = {}
        for part in standing(read, put, wrong=wrong_claims(decisions)):
            ground = put[part.key]
            attached = _by_hand(ground, decisions)
            by_number.setdefault(ground.exchange_id, []).append(
                Put(part=part, because=attached or ground.because)
            )
        for number in some:
            if number in by_number:
                yield _whole(number, by_number[number], decisions, origins)


def records(session: Session, numbers: Sequence[int]) -> list[Exchange]:
    """Return the records of exchanges without comparisons, origins and sources, as they were last put together.

    Fast, for what asks for all of them; a record that older rules made is put together anew.
    """
    found = stored.read(session, numbers, rules=rules.version())
    rest = {one.record.id: one.record for one in whole(session, [one for one in numbers if one not in found])}
    return stored.in_order(numbers, found, rest)


def _origins(session: Session, finding_ids: Sequence[int]) -> OriginKey:
    """Return what tells the likely origin of a report: copies of one dispatch have the same."""
    found = copied.origins(session, finding_ids)
    return lambda report: found[report.finding_id].outlet if report.finding_id in found else by_outlet(report)


def _by_hand(put: PutPart, decisions: Iterable[Decision]) -> str:
    """Return who put a part elsewhere than reconciling did, in words; empty where nobody did."""
    if put.machine_id == put.exchange_id:
        return ""
    for one in reversed(list(decisions)):
        moved = one.action in (Action.MERGE, Action.SPLIT, Action.ATTACH) and one.undone_at is None
        if moved and (put.finding_id in one.finding_ids or one.action is Action.MERGE):
            return f"{one.action} by {one.made_by}: {one.why}"
    return "an analyst's decision"


def _whole(
    number: int, put: Sequence[Put], decisions: Iterable[Decision], origin: OriginKey
) -> WholeExchange:
    ordered = sorted(put, key=lambda one: (one.part.report.published, one.part.report.address))
    return WholeExchange(
        record=exchange(number, [one.part for one in ordered], origin=origin),
        reports=tuple(ordered),
        decisions=tuple(one for one in decisions if _concerns(one, number, ordered)),
    )


def _concerns(one: Decision, number: int, put: Sequence[Put]) -> bool:
    if number in (one.exchange_id, one.other_id):
        return True
    return one.exchange_id is None and any(each.part.report.finding_id in one.finding_ids for each in put)


def find(session: Session, number: int) -> tuple[WholeExchange | None, list[int]]:
    """Return an exchange and, where its reports went elsewhere, the numbers they stand under now."""
    now = forwarded(number, made.decisions(session))
    moved = [now] if now != number else kept.forwards(session, number)
    found = next(whole(session, [number]), None)
    if found is None and moved:
        found = next(whole(session, moved[:1]), None)
    return (found and _with_changes(session, found)), moved


def _with_changes(session: Session, found: WholeExchange) -> WholeExchange:
    """Add what became of an exchange's reports since they were published."""
    numbers = found.record.finding_ids
    gone = looks.down(session, numbers)
    return replace(found, edits=tuple(edits(session, findings=numbers)), down=tuple(gone.values()))


def voice(account: Account) -> str:
    """Return who speaks, by side where it is one's."""
    names = {Speaker.OUTLET: "outlets", Speaker.OTHER: "others"}
    return NAMES[account.side] if account.side else names.get(account.speaker, str(account.speaker))


def figure(account: Account) -> str:
    """Return a count with its precision: `≥1000`, `~250`."""
    return f"{SIGNS[account.precision]}{account.count}"


def by_voice(accounts: Iterable[Account]) -> dict[str, list[str]]:
    """Return who says which figures; soldiers and people of one number are said once."""
    found: dict[str, list[str]] = {}
    for account in sorted(accounts, key=lambda one: (one.side is None, -one.count)):
        figures = found.setdefault(voice(account), [])
        if figure(account) not in figures:
            figures.append(figure(account))
    return found


def in_words(comparison: Comparison) -> str:
    """Return a comparison on one line: `to Ukraine 189 (Ukraine) ≠ 150 (Russia)`."""
    if comparison.agreement is Agreement.WITHHELD:
        return "size withheld"
    what = (
        "" if comparison.category in LIVING or comparison.category == "bodies" else f" {comparison.category}"
    )
    spoken = by_voice(one for one in comparison.accounts if one.side is not None)
    spoken = spoken or by_voice(comparison.accounts)
    whole_figures = {tuple(figures) for figures in spoken.values()}
    if comparison.agreement is Agreement.AGREED and len(whole_figures) == 1:
        return f"{_to(comparison.returned_to)} {', '.join(whole_figures.pop())}{what}"
    join = " ≠ " if comparison.agreement is Agreement.DISPUTED else ", "
    said = join.join(f"{' or '.join(figures)}{what} ({who})" for who, figures in spoken.items())
    return f"{_to(comparison.returned_to)} {said}"


def _to(side: Party) -> str:
    return {Party.BOTH: "in all", Party.UNKNOWN: "side unknown:"}.get(side, f"to {NAMES[side]}")


def returned(record: Exchange) -> str:
    """Return what was returned, on one line; the size only planned is said to be so."""
    said = list(dict.fromkeys(in_words(one) for one in record.comparisons)) or ["no figure"]
    open_ = not record.accounts and bool(record.planned)
    return "; ".join(said) + (f"; planned: {planned(record)}" if open_ else "")


def planned(record: Exchange) -> str:
    """Return what was to be returned, on one line."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in record.planned:
        what = one.category.replace("_", " ") + (f" ({one.subset.replace('_', ' ')})" if one.subset else "")
        sides = found.setdefault((figure(one), what), [])
        if NAMES[one.returned_to] not in sides:
            sides.append(NAMES[one.returned_to])
    return "; ".join(f"{count} {what} to {' and '.join(sides)}" for (count, what), sides in found.items())


def disputed(record: Exchange) -> bool:
    """Say whether the sides tell anything of it differently."""
    return bool(record.disagreements)


def exchange_record(found: WholeExchange) -> dict[str, Any]:
    """Return an exchange as one record: nested where the form allows, readable where it does not."""
    one = found.record
    since = {change.status: change.since for change in one.statuses}
    return {
        "id": f"x{one.id}",
        "conflict": one.conflict,
        "matter": one.matter,
        "day": one.day,
        "last_day": one.last_day,
        "day_precision": one.day_precision,
        "status": one.status,
        "status_since": since.get(one.status) if one.status else None,
        "deal": one.deal,
        "stage": one.stage,
        "sequence": one.sequence,
        "place": one.place,
        "mediators": list(one.mediators),
        "returned": returned(one),
        "accounts": [_account(found, account) for account in one.accounts],
        "comparisons": [_comparison(each) for each in one.comparisons],
        "planned": [_account(found, account) for account in one.planned],
        "besides": [_account(found, account) for account in one.besides],
        "withheld": one.withheld,
        "disputed": disputed(one),
        "flags": [
            {"kind": flag.kind, "words": flag.words, "claims": [f"c{number}" for number in flag.claim_ids]}
            for flag in one.flags
        ],
        "questions": list(one.questions),
        **_first(found),
        "origins": one.origins,
        "sources": list(one.sources),
        "findings": [f"f{number}" for number in one.finding_ids],
        "statuses": [
            {"status": change.status, "since": change.since, "finding": f"f{change.finding_id}"} for change in one.statuses
        ],
        "confirmed_by_analyst": found.confirmed,
        "notes": [
            f"{each.made_by}, {each.made_at:%Y-%m-%d}: {each.why}"
            for each in found.decisions
            if each.action is Action.NOTE and each.undone_at is None
        ],
    }  # fmt: skip


def _first(found: WholeExchange) -> dict[str, Any]:
    """Return who was first, and how many minutes later the other side gave figures, or confirmed it without."""
    first = found.reports[0].part.report
    sides = found.record.confirmations or found.record.acknowledged
    minutes = (sides[1].since - sides[0].since).total_seconds() / 60 if len(sides) > 1 else None
    return {
        "first_report": first.published,
        "first_outlet": first.outlet,
        "first_finding": f"f{first.finding_id}",
        "first_side": sides[0].side if sides else None,
        "confirmed_after": None if minutes is None else round(minutes),
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "returned_to": one.returned_to,
        "category": one.category,
        "agreement": one.agreement,
        "note": one.note,
        "figures": by_voice(one.accounts),
    }


def exported(
    session: Session, *, since: str | None, until: str | None, conflict: Conflict | None
) -> Iterator[dict[str, Any]]:
    """Yield the records of exchanges, the oldest first."""
    filters = kept.ExchangeFilters(since=_day(since), until=_day(until), conflict=conflict)
    numbers = [one.id for one in kept.listed(session, filters)]
    yield from (exchange_record(one) for one in whole(session, numbers[::-1]))


def _day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None


def claims(session: Session, filters: Filters) -> Iterator[dict[str, Any]]:
    """Yield every claim of the findings that fit, with the exchange its report was put to, where it tells of one."""
    for found in queries.findings(session, filters):
        stands = {claim: one.exchange_id for one in kept.put(session, [found.id]) for claim in one.claims}
        for one in found.claims:
            number = stands.get(one.id)
            yield {
                "id": f"c{one.id}",
                "finding": f"f{found.id}",
                "outlet": found.outlet,
                "address": found.address,
                "published": found.current.published,
                "exchange": f"x{number}" if number else None,
            } | claim_record(one.claim)


def claim_record(claim: Claim) -> dict[str, Any]:
    """Return a claim with the fields of the annotation guide, and where its quote stands."""
    return {
        "event": claim.event,
        "returned_to": claim.returned_to,
        "category": claim.category,
        "subset": claim.subset,
        "count": claim.count,
        "precision": claim.precision,
        "claimed_by": list(claim.claimed_by),
        "quote": claim.quote,
        "part": claim.span.part,
        "start": claim.span.start,
        "end": claim.span.end,
        "reason": claim.reason,
    }


def _account(found: WholeExchange, account: Account) -> dict[str, Any]:
    return {
        "speaker": account.speaker,
        "returned_to": account.returned_to,
        "category": account.category,
        "subset": account.subset,
        "count": account.count,
        "precision": account.precision,
        "since": account.since,
        "claims": [f"c{number}" for number in account.claim_ids],
        "quotes": [
            {"finding": f"f{report.finding_id}", "outlet": report.outlet, "quote": claim.quote}
            for report, claim in found.quotes(account)
        ],
    }


def flat_exchange(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record for spreadsheets: what is nested as one readable cell each."""

    def told_of(accounts: list[dict[str, Any]]) -> list[str]:
        return [
            f"{one['speaker']}: {one['count']} {one['category']}{'/' + one['subset'] if one['subset'] else ''} to {one['returned_to']}"
            for one in accounts
        ]

    return record | {
        "accounts": told_of(record["accounts"]),
        "planned": told_of(record["planned"]),
        "besides": told_of(record["besides"]),
        "comparisons": [f"{one['category']} to {one['returned_to']}: {one['agreement']}" for one in record["comparisons"]],
        "flags": [one["words"] for one in record["flags"]],
        "statuses": [f"{one['status']} since {one['since']:%Y-%m-%d %H:%MZ} ({one['finding']})" for one in record["statuses"]],
    }  # fmt: skip
