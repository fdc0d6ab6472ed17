"""The API: what the pages show, as JSON with stable names. docs/data-dictionary.md explains each field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ledger.model import Exchange
from ledger.totals import Step
from newsdesk.cli.output import json_line, safe_cell
from newsdesk.export import FINDING_COLUMNS, finding_record, flat
from newsdesk.health import Problem
from newsdesk.ledger import claim_record, exchange_record, find
from newsdesk.ledger import whole as several
from newsdesk.web.answers import json_answer, streamed
from newsdesk.web.asked import Asked, asked, number, truth, whole
from newsdesk.web.exchanges import Sort, asked_from, wanted
from newsdesk.web.finding import asked_for
from newsdesk.web.openapi import description
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.sources import Faring, faring
from storage import browsing, queries
from storage.stored import WholeFinding

USUAL, MOST = 50, 200
"""Items of one answer."""

AT_ONCE = 200
"""Findings read in one transaction while an export is streamed: the job is never kept from tidying up for long."""

V1 = "/api/v1"


def openapi(request: Request) -> Response:
    """Describe the API."""
    return json_answer(request, description())


def findings(request: Request) -> Response:
    """List findings, the latest kept first."""
    room, given = room_of(request), request.query_params
    question, limit, text = (
        asked(given),
        whole(given, "limit", default=USUAL, most=MOST),
        truth(given, "text"),
    )
    some = page(room, question, after=_after(given, "f"), limit=limit + 1)
    records = [finding_record(one, with_text=text) for one in some[:limit]]
    extra = {"limit": str(limit)} | ({"text": "true"} if text else {})
    return json_answer(request, _list(f"{V1}/findings", records, question, extra, more=len(some) > limit))


def finding(request: Request) -> Response:
    """Return one finding with every version."""
    text = truth(request.query_params, "text")
    return json_answer(request, finding_record(asked_for(request), with_text=text, with_versions=True))


def claims(request: Request) -> Response:
    """List the claims of findings, the latest first."""
    room, given = room_of(request), request.query_params
    limit = whole(given, "limit", default=USUAL, most=MOST)
    of = number(given["finding"], "f") if given.get("finding") else None
    with room.reading() as session:
        some = browsing.claims_below(session, number=_after(given, "c"), limit=limit + 1, finding_id=of)
    records = [
        claim_record(one.claim) | {"id": f"c{one.id}", "finding": f"f{finding_id}"}
        for finding_id, one in some[:limit]
    ]
    extra = {"limit": str(limit)} | ({"finding": f"f{of}"} if of else {})
    return json_answer(request, _list(f"{V1}/claims", records, Asked(), extra, more=len(some) > limit))


def exchanges(request: Request) -> Response:
    """List exchanges as the page lists them, whole; as many as asked for, then the next."""
    room, given = room_of(request), request.query_params
    question, limit = wanted(given), whole(given, "limit", default=USUAL, most=MOST)
    found, _ = asked_from(room, replace(question, sort=Sort.DAY))
    if given.get("after"):
        found = _behind(found, number(given["after"], "x"))
    with room.reading() as session:
        records = [exchange_record(one) for one in several(session, [one.id for one in found[:limit]])]
    following = None
    if len(found) > limit:
        query = question.parameters() | {"limit": str(limit), "after": f"x{found[limit - 1].id}"}
        query.pop("sort", None)
        following = f"{V1}/exchanges?{urlencode(sorted(query.items()))}"
    return json_answer(request, {"items": records, "next": following})


def _behind(found: list[Exchange], last: int) -> list[Exchange]:
    """Return what follows an exchange in a list; nothing where it is not in it any more."""
    numbers = [one.id for one in found]
    return found[numbers.index(last) + 1 :] if last in numbers else []


def exchange(request: Request) -> Response:
    """Return one exchange whole; the number of one that was joined to another leads there."""
    asked_number = number(request.path_params["exchange"], "x")
    with room_of(request).reading() as session:
        found, _ = find(session, asked_number) if asked_number < 2**31 else (None, [])
    if found is None:
        raise HTTPException(404)
    return json_answer(request, exchange_record(found))


def totals(request: Request) -> Response:
    """Return official running totals beside the ledger's sums."""
    room = room_of(request)
    with room.reading() as session:
        books = room.shelf.books(session)
    return json_answer(request, {"items": [_step(one) for one in books.steps], "next": None})


def _step(one: Step) -> dict[str, Any]:
    return {
        "day": one.total.day,
        "speaker": one.total.speaker,
        "returned_to": one.total.returned_to,
        "matter": one.total.matter,
        "basis": one.total.basis,
        "total": one.total.count,
        "grew_by": one.growth,
        "held": one.held,
        "drift": one.drift,
        "exchanges": [f"x{each}" for each in one.exchange_ids],
        "unsized": [f"x{each}" for each in one.unsized],
        "source": one.total.source,
    }


def sources(request: Request) -> Response:
    """List the configured sources and how they fare."""
    room = room_of(request)
    with room.reading() as session:
        records = [_source(one) for one in faring(session, room)]
    return json_answer(request, {"items": records, "next": None})


def page(room: ReadingRoom, question: Asked, *, after: int | None, limit: int) -> list[WholeFinding]:
    """Return findings of a search whole, the latest kept first, below a number."""
    with room.reading() as session:
        filters = question.filters(room.config.sources)
        ids = browsing.below(session, room.words(question.q), filters=filters, number=after, limit=limit)
        return queries.several(session, ids)


def export_csv(request: Request) -> Response:
    """Stream the findings of a search as CSV that a spreadsheet shows and does not run."""
    room, question = room_of(request), asked(request.query_params)
    return streamed(_csv(_records(room, question)), name="findings.csv", media_type="text/csv")


def export_jsonl(request: Request) -> Response:
    """Stream the findings of a search as JSON Lines."""
    room, question = room_of(request), asked(request.query_params)
    lines = (json_line(record) + "\n" for record in _records(room, question))
    return streamed(lines, name="findings.jsonl", media_type="application/x-ndjson")


def _records(room: ReadingRoom, question: Asked) -> Iterator[dict[str, Any]]:
    after: int | None = None
    while some := page(room, question, after=after, limit=AT_ONCE):
        yield from (finding_record(one) for one in some)
        after = some[-1].id


def _csv(records: Iterator[dict[str, Any]]) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(FINDING_COLUMNS)
    for record in flat(records):
        writer.writerow([safe_cell(record.get(column)) for column in FINDING_COLUMNS])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def _after(given: Mapping[str, str], letter: str) -> int | None:
    return number(given["after"], letter) if given.get("after") else None


def _list(
    path: str, records: list[dict[str, Any]], question: Asked, extra: dict[str, str], *, more: bool
) -> dict[str, Any]:
    """Return a page of a list; `next` leads on and stays true while others come in at the top."""
    following = None
    if more:
        query = {
            name: value for name, value in question.parameters().items() if name not in ("page", "order")
        }
        following = f"{path}?{urlencode(sorted({**query, **extra, 'after': records[-1]['id']}.items()))}"
    return {"items": records, "next": following}


def _source(one: Faring) -> dict[str, Any]:
    return {
        "id": one.source.id,
        "name": one.source.name,
        "country": one.source.country,
        "side": one.source.side,
        "ownership": one.source.ownership,
        "languages": one.source.languages,
        "type": one.source.type,
        "enabled": one.source.enabled,
        "health": one.health.state,
        "since": one.health.since,
        "words": one.health.words,
        "problems": [_problem(each) for each in one.health.problems],
        "failures": one.health.failures,
        "last_success": one.health.last_success,
        "next_try": one.health.next_try,
        "entries_a_day": one.health.entries_a_day,
        "findings_a_day": one.health.findings_a_day,
        "extraction_yield": one.health.extraction_yield,
        "leads": one.leads,
        "findings": one.findings,
        "requests": one.requests,
        "kilobytes": one.kilobytes,
        "drops": dict(one.drops),
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {"check": one.check, "figure": one.figure, "window": one.window, "threshold": one.threshold}
