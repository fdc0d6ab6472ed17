"""`backfill`: what sources published before they were followed, from their own lists or from files of a web archive."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from newsdesk.cli.app import SHARED, ConfigOption, Exit, configured, printable, say

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.model import Source

EVERY = 10.0
"""Seconds between two lines of progress where stderr is no terminal."""

FOUND = ("relevant", "near_miss")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "backfill",
        help="Read what a source published before it was followed, newest first: its sitemaps, its archive pages or its older posts."
        " A killed one goes on where it was.\n\nExample: swapwatch backfill --source pravda-ua-uk --since 2025-01-01",
    )(backfill)


def backfill(
    source: Annotated[str | None, typer.Option("--source", metavar="ID", help="Whose past to read.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], metavar="DATE", help="The first day."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", formats=["%Y-%m-%d"], metavar="DATE", help="The last day; today where not given."
        ),
    ] = None,
    config: ConfigOption = None,
) -> int:
    """Walk the past and print what was found and dropped."""
    from newsdesk import logs

    if source is None or since is None:
        raise UsageError(
            "say whose past and from which day on: swapwatch backfill --source ID --since 2025-01-01"
        )
    first, last = since.date(), until.date() if until else None
    if last is not None and last < first:
        raise UsageError(f"--until {last} is before --since {first}")
    checked = configured(config)
    chosen = _source(checked, source)
    logs.configure(json=None, verbose=SHARED.debug)
    import backfill as past

    with progress() as told:
        walked = past.walk_source(checked, chosen, since=first, until=last, told=told)
    summary(walked.outcomes)
    if walked.problem:
        say(f"not all lists were read: {walked.problem}; the same command goes on there")
        return Exit.NOTHING_REACHED if not walked.outcomes else Exit.DONE
    if walked.outcomes.get("pending"):
        say(
            f"{walked.outcomes['pending']} pages wait for another try; the same command, or the job, goes on with them"
        )
    return Exit.DONE


def _source(config: Config, wanted: str) -> Source:
    from difflib import get_close_matches

    known = {one.id: one for one in config.sources}
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        raise UsageError(f"--source {wanted}: no such source{f'; did you mean {near[0]}?' if near else ''}")
    return known[wanted]


def summary(outcomes: Mapping[str, int]) -> None:
    """Print how many pages came to what: first what was found, then what was dropped, the most first."""
    kept = [(name, outcomes[name]) for name in FOUND if outcomes.get(name)]
    dropped = sorted(((n, c) for n, c in outcomes.items() if n not in FOUND), key=lambda pair: -pair[1])
    typer.echo(f"{sum(outcomes.values())} pages")
    for name, count in (*kept, *dropped):
        typer.echo(f"  {count:>8}  {printable(name.replace('_', ' '))}")


class Meter:
    """Counts pages and findings, and says how fast it goes and how long it will take."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.pages = self.leads = self.lists = 0
        self.counts: Counter[str] = Counter()

    def take(self, news: Any) -> None:
        """Count what a walk tells."""
        self.lists, self.leads = news.lists_left, self.leads + news.leads
        if news.closed:
            self.pages += 1
            self.counts[news.closed] += 1

    def words(self) -> str:
        """Return all that is known in a line: `120 of 480 pages, 1.0/s, 3 findings, 6 min left; 4 lists more`."""
        rate = self.pages / max(time.monotonic() - self.begun, 0.001)
        left = max(self.leads - self.pages, 0)
        time_left = f", {_span(left / rate)} left" if rate and left else ""
        more = f"; {self.lists} lists more" if self.lists else ""
        found = sum(self.counts[name] for name in FOUND)
        return f"{self.pages} of {max(self.leads, self.pages)} pages, {rate:.1f}/s, {found} findings{time_left}{more}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def progress() -> Iterator[Any]:
    """Show how a walk goes on stderr: a bar on a terminal, else a line now and then."""
    meter = Meter()
    if not sys.stderr.isatty():
        yield _in_lines(meter)
        say(meter.words())
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading lists", total=None)

        def told(news: Any) -> None:
            meter.take(news)
            bar.update(
                task,
                completed=meter.pages,
                total=max(meter.leads, meter.pages) or None,
                description=meter.words(),
            )

        yield told
    say(meter.words())


def _in_lines(meter: Meter) -> Any:
    last = time.monotonic()

    def told(news: Any) -> None:
        nonlocal last
        meter.take(news)
        if news.problem:
            say(news.problem)
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            say(meter.words())

    return told
