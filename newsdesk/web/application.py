"""The pages put together: routes, errors, static files, all behind the guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from crawler.errors import StoreUnavailable
from newsdesk.web import api, evidence, exchanges, feeds, finding, findings, overview, review, sources
from newsdesk.web.answers import json_answer
from newsdesk.web.asked import NotUnderstood
from newsdesk.web.guard import Guard
from newsdesk.web.rendering import render
from newsdesk.web.room import ReadingRoom
from newsdesk.web.texts import texts


class KeptFiles(StaticFiles):
    """Files of ours; their addresses change with them, so that browsers may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


ROUTES = (
    Route("/", overview.overview),
    Route("/exchanges", exchanges.exchanges),
    Route("/exchanges.atom", feeds.exchanges_atom),
    Route("/exchanges.feed.json", feeds.exchanges_json),
    Route("/exchanges/{exchange}", exchanges.exchange),
    Route("/totals", overview.totals),
    Route("/findings", findings.findings),
    Route("/findings/{finding}", finding.finding),
    Route("/findings/{finding}/compare", finding.compare),
    Route("/captures/{capture}", evidence.body),
    Route("/review", review.review),
    Route("/sources", sources.overview),
    Route("/why", sources.why),
    Route("/findings.atom", feeds.atom),
    Route("/findings.feed.json", feeds.json_feed),
    Route("/findings.csv", api.export_csv),
    Route("/findings.jsonl", api.export_jsonl),
    Route("/api/v1/openapi.json", api.openapi),
    Route("/api/v1/findings", api.findings),
    Route("/api/v1/findings/{finding}", api.finding),
    Route("/api/v1/claims", api.claims),
    Route("/api/v1/sources", api.sources),
    Route("/api/v1/exchanges", api.exchanges),
    Route("/api/v1/exchanges/{exchange}", api.exchange),
    Route("/api/v1/totals", api.totals),
)


def application(room: ReadingRoom) -> ASGIApp:
    """Return the pages over a store; ready for a server.

    Args:
        room: what they read; its `serve` settings say to whom they answer.
    """
    app = Starlette(
        routes=[*ROUTES, Mount("/static", KeptFiles(packages=[("newsdesk.web", "static")]))],
        exception_handlers={
            NotUnderstood: _not_understood,
            StoreUnavailable: _unavailable,
            HTTPException: _http_error,
        },
    )
    app.state.room = room
    return Guard(app, serve=room.config.serve)


def _not_understood(request: Request, error: Exception) -> Response:
    return _failure(request, 400, "not_understood", detail=str(error))


def _unavailable(request: Request, error: Exception) -> Response:
    return _failure(request, 503, "unavailable", detail=str(error), hint="error.unavailable_hint")


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    what = "not_found" if status == 404 else "title"
    return _failure(request, status, what, hint="error.not_found_hint")


def _failure(
    request: Request, status: int, what: str, *, detail: str | None = None, hint: str | None = None
) -> Response:
    """Return a failure as whoever asked reads it: programs JSON, people a page."""
    if request.url.path.startswith("/api/"):
        return json_answer(request, {"error": detail or texts()(f"error.{what}")}, status=status)
    return render("error.html", status=status, here="", what=what, detail=detail, hint=hint)
