"""The pages put together: routes, errors, static files, all behind the guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from crawler.errors import StoreUnavailable
from newsdesk.web import finding, findings, sources
from newsdesk.web.asked import NotUnderstood
from newsdesk.web.guard import Guard
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom


class KeptFiles(StaticFiles):
    """Files of ours; their addresses change with them, so that browsers may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def application(room: ReadingRoom) -> ASGIApp:
    """Return the pages over a store; ready for a server.

    Args:
        room: what they read; its `serve` settings say to whom they answer.
    """
    app = Starlette(
        routes=[
            Route("/", _home),
            Route("/findings", findings.findings),
            Route("/findings/{finding}", finding.finding),
            Route("/findings/{finding}/compare", finding.compare),
            Route("/review", findings.review),
            Route("/sources", sources.overview),
            Route("/why", sources.why),
            Mount("/static", KeptFiles(packages=[("newsdesk.web", "static")]), name="static"),
        ],
        exception_handlers={
            NotUnderstood: _not_understood,
            StoreUnavailable: _unavailable,
            HTTPException: _http_error,
        },
    )
    app.state.room = room
    return Guard(app, serve=room.config.serve)


def _home(_request: Request) -> Response:
    return RedirectResponse("/findings", 307)


def _not_understood(_request: Request, error: Exception) -> Response:
    return render("error.html", status=400, here="", what="not_understood", detail=str(error), hint=None)


def _unavailable(_request: Request, error: Exception) -> Response:
    return render(
        "error.html",
        status=503,
        here="",
        what="unavailable",
        detail=str(error),
        hint="error.unavailable_hint",
    )


def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return render(
        "error.html",
        status=status,
        here="",
        what="not_found" if status == 404 else "title",
        detail=None,
        hint="error.not_found_hint",
    )
