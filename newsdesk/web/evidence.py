"""Captures on the pages: when each was last found to be as it was kept, and its body to save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsdesk.web.asked import number
from newsdesk.web.guard import HEADERS
from newsdesk.web.room import ReadingRoom, room_of
from newsdesk.web.texts import texts
from storage import rounds
from storage.stored import Evidence, WholeFinding

MOST_READ = 40
"""Captures of a finding that are read again at once."""

POLICY = "Content-Security-Policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A capture with what is known of its soundness."""

    capture: Evidence
    at: datetime | None
    """When it was last read again; None where it never was."""
    by: str
    problem: str | None


def shown(session: Session, room: ReadingRoom, found: WholeFinding, *, at_once: bool) -> list[Shown]:
    """Return a finding's captures with when and by whom each was last verified.

    Args:
        session: of the page's transaction.
        room: where the captures are.
        found: the finding.
        at_once: read them again now, as many as a page may.
    """
    numbers = [one.id for one in found.captures]
    known = rounds.verified(session, numbers)
    some = numbers[:MOST_READ] if at_once else []
    now = rounds.look_again(session, folder(room), some)
    return [
        Shown(capture=one, at=room.now(), by=texts()("finding.by_page"), problem=now[one.id])
        if one.id in now
        else _remembered(one, known.get(one.id))
        for one in found.captures
    ]


def _remembered(capture: Evidence, known: rounds.Verified | None) -> Shown:
    if known is None:
        return Shown(capture=capture, at=None, by="", problem=None)
    return Shown(capture=capture, at=known.at, by=known.by, problem=known.problem)


def folder(room: ReadingRoom) -> Path:
    """Return where the captures are."""
    return room.config.data / "captures"


def body(request: Request) -> Response:
    """Send a capture's body as received, to be saved and never shown: it is another site's page.

    Raises:
        HTTPException: there is none of this number, or its file is not at hand.
    """
    room, asked = room_of(request), number(request.path_params["capture"], "e")
    with room.reading() as session:
        found = rounds.body_of(session, folder(room), asked) if asked < 2**31 else None
    if found is None:
        raise HTTPException(404)
    evidence, said = found
    headers = {
        "Content-Type": "text/plain",
        "Content-Disposition": f'attachment; filename="swapwatch-e{evidence.id}.txt"',
        POLICY: f"{HEADERS[POLICY]}; sandbox",
        "Digest": f"sha-256={evidence.body_sha256}",
    }
    return Response(said, headers=headers)
