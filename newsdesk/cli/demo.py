"""`demo`: the whole job against the bundled newsroom, twice, with no internet."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsdesk.cli.app import Format, say
from newsdesk.cli.output import write_rows
from newsdesk.cli.running import print_reports

if TYPE_CHECKING:
    from crawler.config import Config
    from newsdesk.newsroom import Newsroom

COLUMNS = ("id", "published", "outlet", "language", "kind", "claims", "versions", "title")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "demo",
        help="Run the whole job against a bundled newsroom on this machine, twice; no internet.\n\nExample: swapwatch demo --keep demo-data",
    )(demo)


def demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the database and captures in this folder.")
    ] = None,
) -> None:
    """Crawl the newsroom, let it change, crawl it again, and show what came of it."""
    import os

    from crawler.config import load
    from newsdesk.newsroom import Newsroom, demo_config

    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="swapwatch-demo-")))
        folder.mkdir(parents=True, exist_ok=True)
        room = stack.enter_context(Newsroom.open())
        config = load(demo_config(room, folder), os.environ)
        asyncio.run(_two_passes(config, room))
        _findings(config)
        _ledger(config)
    typer.echo("\nTry next")
    where = f" --config {keep / 'config.yaml'}" if keep else ""
    kept = (
        ""
        if keep
        else "swapwatch demo --keep demo-data                      # the same, kept for questions\n  "
    )
    where = where or " --config demo-data/config.yaml"
    typer.echo(
        f"  {kept}swapwatch search обмін{where}\n  swapwatch show f1{where}\n  swapwatch exchange x1{where}\n  swapwatch export findings --format csv{where}"
    )


async def _two_passes(config: Config, room: Newsroom) -> None:
    """Run both passes in one process, as the background job would."""
    import scheduler
    from newsdesk import custody

    async with scheduler.opened(config) as job:
        for title, day in (("First pass", 1), ("Second pass: only what changed", 2)):
            if day == 2:
                room.second_day()
            say(f"{title} over {len(config.sources)} invented outlets on this machine …")
            seen = len(job.reports)
            await job.pass_over(config.sources)
            typer.echo(f"\n{title}")
            print_reports(job.reports[seen:], Format.TABLE)
        custody.look(job.engine, config, now=datetime.now(UTC))
        await job.pulse()


def _findings(config: Config) -> None:
    from newsdesk.cli.app import opened
    from storage import queries
    from storage.engine import transaction
    from storage.search import Filters

    with transaction(opened(config)) as session:
        found = list(queries.findings(session, Filters()))
        dropped: dict[str, int] = {}
        for lead in queries.leads(session):
            if lead.reason:
                dropped[lead.reason] = dropped.get(lead.reason, 0) + 1
    rows = [
        {
            "id": f"f{one.id}",
            "published": one.current.published,
            "outlet": ", ".join(carrier.source_id for carrier in one.carriers),
            "language": one.current.language,
            "kind": one.verdict.kind,
            "claims": len(one.claims),
            "versions": len(one.versions),
            "title": one.current.title,
        }
        for one in found
    ]
    typer.echo("\nFindings")
    write_rows(rows, columns=COLUMNS, form=Format.TABLE)
    typer.echo("\nDropped: " + ", ".join(f"{reason} {count}" for reason, count in sorted(dropped.items())))


def _ledger(config: Config) -> None:
    """Print the exchanges that the findings tell of."""
    from newsdesk.cli.app import opened
    from newsdesk.cli.exchanges import LIST_COLUMNS, list_row
    from newsdesk.ledger import whole
    from storage.engine import transaction
    from storage.exchanges import ExchangeFilters, listed

    with transaction(opened(config)) as session:
        numbers = [one.id for one in listed(session, ExchangeFilters())]
        rows = [list_row(found) for found in whole(session, numbers)]
    typer.echo("\nExchanges: what these findings tell of, each side's figures beside the other's")
    write_rows(rows, columns=LIST_COLUMNS, form=Format.TABLE)
