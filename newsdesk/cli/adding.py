"""`add`: a report that no list named, brought in by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import ConfigOption, configured, say
from newsdesk.cli.ledger import ByOption, WhyOption, who, writing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.config import Config
    from crawler.model import Finding, Lead, Source

BY_HAND = "by-hand"
"""Source of what came from a file."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "add",
        help="Bring in a report by hand: an address, fetched with its source's next poll, or a saved page with --url."
        '\n\nExample: swapwatch add https://outlet.example/story --why "sent by a reader"',
    )(add)


def add(
    what: Annotated[str, typer.Argument(metavar="URL-or-FILE", help="An address, or a saved page.")],
    why: WhyOption,
    url: Annotated[
        str | None, typer.Option("--url", help="For a file: the address it was saved from.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="ID", help="Whose report it is, where its host does not tell."),
    ] = None,
    by: ByOption = None,
    config: ConfigOption = None,
) -> None:
    """Store a lead, and for a file what it leads to."""
    if not why.strip():
        raise UsageError("--why is empty; say where it comes from")
    checked, note = configured(config), f"by hand: {who(by)}, {why.strip()}"
    if what.startswith(("http://", "https://")):
        _queue(what, _source_of(checked, what, source), note, config)
    elif url is None:
        raise UsageError("a file needs --url, the address it was saved from")
    else:
        _keep(Path(what), url, _file_source(checked, url, source), note, config)


def _source_of(config: Config, url: str, asked: str | None) -> Source:
    """Return the source named, or the one whose host the address is on."""
    if asked is not None:
        for one in config.sources:
            if one.id == asked:
                return one
        raise UsageError(f"--source {asked}: no such source; `swapwatch sources list` shows them")
    host = _host(url)
    for one in sorted(config.sources, key=lambda one: not one.enabled):
        if _host(one.url) == host:
            return one
    raise UsageError(f"no source of {config.path} is on {host}; name the one to poll it with: --source ID")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _file_source(config: Config, url: str, asked: str | None) -> Source:
    """Return what is known of a saved page's outlet: its zone, side and page rules."""
    from newsdesk.cli.tagging import page_source

    try:
        known = _source_of(config, url, asked)
    except UsageError:
        if asked is not None:
            raise
        known = page_source(url, "Europe/Kyiv")
    return replace(known, id=BY_HAND)


def _queue(url: str, source: Source, note: str, config: Path | None) -> None:
    from crawler.model import Lead
    from crawler.urls import canonical, fetchable
    from storage import frontier, sources

    try:
        address = canonical(fetchable(url))
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from error
    lead = Lead(source_id=source.id, url=url, seen_in=note)
    with writing(config) as session:
        _require_new(session, address)
        state = sources.state(session, source.id)
        frontier.discovered(session, source.id, [(address, lead)], state=state, now=datetime.now(UTC))
    say(
        f"{address} waits for the next poll of {source.id}; `swapwatch explain {address}` says what came of it"
    )


def _require_new(session: Session, address: str) -> None:
    from storage import queries

    found = queries.finding_at(session, address)
    if found is not None:
        raise UsageError(f"{address} is f{found} already; `swapwatch show f{found}` shows it")
    if queries.leads_to(session, address):
        raise UsageError(f"{address} is known; `swapwatch explain {address}` says what came of it")


def _keep(file: Path, url: str, source: Source, note: str, config: Path | None) -> None:
    from crawler.model import Lead, Skipped
    from crawler.pipeline import examine
    from newsdesk.cli.tagging import saved_page

    page = saved_page(file, url)
    lead = Lead(source_id=BY_HAND, url=page.url, seen_in=note)
    found = examine(page, lead=lead, source=source, now=datetime.now(UTC))
    if isinstance(found, Skipped):
        raise UsageError(
            f"{file} is no report: {found.stage}: {found.reason}; {found.detail}; nothing was kept"
        )
    number = _stored(found, lead, config)
    say(f"kept as f{number}; `swapwatch show f{number}` shows what was read in it")


def _stored(found: Finding, lead: Lead, config: Path | None) -> int:
    """Keep a finding of a saved page and reconcile it; there is no capture, as we received nothing from its host."""
    from crawler.urls import canonical
    from ledger import keeping
    from storage import findings, frontier, queries, sources
    from storage.books import books

    now, address = datetime.now(UTC), canonical(lead.url)
    marked = replace(found.article, warnings=(*found.article.warnings, f"saved page, {lead.seen_in}"))
    with writing(config) as session:
        _require_new(session, address)
        state = sources.state(session, BY_HAND)
        frontier.discovered(session, BY_HAND, [(address, lead)], state=state, now=now)
        (stored,) = queries.leads_to(session, address)
        kept = findings.keep(session, replace(found, article=marked), lead_id=stored.id, captures=(), now=now)
        keeping.update(books(session), now=now)
    return kept.finding_id
