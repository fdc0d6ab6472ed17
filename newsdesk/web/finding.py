"""The page of one finding: its text with the evidence marked, claims, reasons, versions and captures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Part
from newsdesk.web.answers import base_of
from newsdesk.web.asked import number, whole
from newsdesk.web.differences import Words, difference
from newsdesk.web.evidence import shown
from newsdesk.web.marks import Mark, Role, paragraphs, pieces
from newsdesk.web.rendering import clock, render
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.texts import texts
from storage import origins, queries
from storage.stored import WholeFinding

MOST_REASONS = 60
"""Reasons marked and listed; the strongest are kept first by the tagger."""


MOST_COPIES = 50
"""Copies of a report that its page names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that spoke, with the mark of its words."""

    id: str
    rule: str
    weight: float
    words: str


def finding(request: Request) -> Response:
    """Show one finding."""
    room, found = room_of(request), asked_for(request)
    with room.reading() as session:
        at_once = request.query_params.get("verify") == "now"
        captures = shown(session, room, found, at_once=at_once)
        family = origins.origin(session, found.id)
    now = found.current
    marks = list(_marks(found))
    return render(
        "finding.html",
        here="/findings",
        found=found,
        now=now,
        side=room.side(tuple(carrier.source_id for carrier in found.carriers)),
        outlet=next((_name(room, one.source_id) for one in found.carriers), found.outlet),
        names={one.source_id: _name(room, one.source_id) for one in found.carriers},
        headline=pieces(now.title, [mark for part, mark in marks if part is Part.TITLE]),
        body=paragraphs(now.text, [mark for part, mark in marks if part is Part.TEXT]),
        marked={mark.id for _, mark in marks},
        roles={mark.role for _, mark in marks},
        reasons=_reasons(found),
        captures=captures,
        family=family,
        most_copies=MOST_COPIES,
        citation=citation(found, base_of(request)),
    )


def compare(request: Request) -> Response:
    """Show what changed from one version of a finding to another."""
    found = asked_for(request)
    last = len(found.versions)
    b = whole(request.query_params, "to", default=last, most=last)
    a = whole(request.query_params, "from", default=max(b - 1, 1), most=last)
    before, after = found.versions[a - 1], found.versions[b - 1]
    return render(
        "compare.html",
        here="/findings",
        found=found,
        before=before,
        after=after,
        headline=difference(before.title, after.title),
        body=_paragraphs(difference(before.text, after.text)),
        same=(before.title, before.text) == (after.title, after.text),
    )


def asked_for(request: Request) -> WholeFinding:
    """Return the finding that an address names.

    Raises:
        HTTPException: there is none.
    """
    with room_of(request).reading() as session:
        found = queries.finding(session, number(request.path_params["finding"], "f"))
    if found is None:
        raise HTTPException(404)
    return found


def citation(found: WholeFinding, base: str) -> str:
    """Return a finding in one line, to be put beside a quote."""
    first = found.current.evidence or (found.captures[-1] if found.captures else None)
    when = found.current.published
    return texts()(
        "finding.cite_text",
        outlet=found.outlet,
        title=found.current.title,
        published=f"{clock(when, 'utc')} UTC" if when else texts()("time.undated"),
        address=found.address,
        id=f"f{found.id}",
        link=f"{base}/findings/f{found.id}",
        fetched=f"{clock(found.current.fetched_at, 'utc')} UTC",
        sha256=first.body_sha256 if first else "–",
    )


def _name(room: ReadingRoom, source_id: str) -> str:
    return room.sources[source_id].name if source_id in room.sources else source_id


def _marks(found: WholeFinding) -> Iterator[tuple[Part, Mark]]:
    """Yield the marks of claims and reasons with the part they stand in."""
    for one in found.claims:
        span = one.claim.span
        yield (
            span.part,
            Mark(id=f"c{one.id}", role=Role.CLAIM, start=span.start, end=span.end, label=f"c{one.id}"),
        )
    for place, reason in enumerate(found.verdict.reasons[:MOST_REASONS], start=1):
        role = Role.FOR if reason["weight"] >= 0 else Role.AGAINST
        mark = Mark(id=f"r{place}", role=role, start=reason["start"], end=reason["end"])
        yield Part(reason["part"]), mark


def _reasons(found: WholeFinding) -> list[Reason]:
    return [
        Reason(id=f"r{place}", rule=reason["rule"], weight=reason["weight"], words=reason["words"])
        for place, reason in enumerate(found.verdict.reasons[:MOST_REASONS], start=1)
    ]


def _paragraphs(words: tuple[Words, ...]) -> list[list[Words]]:
    """Return the words of each paragraph; a paragraph ends where either text has a line break."""
    found: list[list[Words]] = [[]]
    for one in words:
        for line, text in enumerate(one.text.split("\n")):
            if line:
                found.append([])
            if text:
                found[-1].append(Words(change=one.change, text=text))
    return [paragraph for paragraph in found if any(one.text.strip() for one in paragraph)]
