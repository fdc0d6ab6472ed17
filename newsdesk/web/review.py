"""The page of what the rules were not sure of: reports that belong to no exchange, and near misses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from crawler.model import Standing
from ledger.model import PutPart, Report, Unclear
from newsdesk.web.findings import listed
from newsdesk.web.rendering import render
from newsdesk.web.room import room_of
from storage import exchanges, reports

MOST_LEFT = 50
"""Unattached reports shown; `swapwatch ledger review` lists all."""

ASKED = tuple(one for one in Unclear if one is not Unclear.NO_EVENT)
"""Reasons that an analyst can do something about: background pieces tell of no exchange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A report that stands under no exchange, and why."""

    part: PutPart
    report: Report

    @property
    def reason(self) -> str:
        """Why, by the name of the reason; an analyst took out what has none."""
        return str(self.part.reason or "detached")


def review(request: Request) -> Response:
    """Show unattached reports beside near misses, the latest first."""
    room = room_of(request)
    with room.reading() as session:
        left = unattached(session)
    near_misses = listed(request, path="/review", standings=(Standing.NEAR_MISS,))
    return render("review.html", left=left[:MOST_LEFT], more_left=len(left) > MOST_LEFT, **near_misses)


def unattached(session: Session) -> list[Left]:
    """Return reports that stand under no exchange, one more than are shown."""
    parts = exchanges.left_over(session, ASKED, limit=MOST_LEFT + 1)
    told = {one.finding_id: one for one in reports.reports(session, [part.finding_id for part in parts])}
    return [Left(part=one, report=told[one.finding_id]) for one in parts if one.finding_id in told]
