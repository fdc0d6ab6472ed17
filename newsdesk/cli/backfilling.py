"""`backfill`: what sources published before they were followed, from their own lists or from files of a web archive."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
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
        " With --warc, files of a web archive. A killed one goes on where it was."
        "\n\nExample: swapwatch backfill --source pravda-ua-uk --since 2025-01-01",
    )(backfill)


def backfill(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files of an archive, after --warc.")
    ] = None,
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
    warc: Annotated[
        list[Path] | None,
        typer.Option(
            "--warc", metavar="FILE", help="Read files of a web archive instead, such as Common Crawl's news."
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="With --warc: pages of all outlets, not only of those in the config."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --warc: read also files that were read before.")
    ] = False,
    config: ConfigOption = None,
) -> int:
    """Walk the past and print what was found and dropped."""
    from newsdesk import logs

    first, last = since.date() if since else None, until.date() if until else None
    if first and last and last < first:
        raise UsageError(f"--until {last} is before --since {first}")
    archives = [*(warc or []), *(files or [])]
    if bool(source) == bool(warc) or (source and archives):
        raise UsageError("give either --source ID with --since, or --warc with files")
    checked = configured(config)
    logs.configure(json=None, verbose=SHARED.debug)
    if source:
        if first is None:
            raise UsageError("say from which day on: --since 2025-01-01")
        return _walked(checked, _source(checked, source), since=first, until=last)
    return _read(checked, archives, since=first, until=last, everything=everything, again=again)


def _walked(config: Config, source: Source, *, since: date, until: date | None) -> int:
    import backfill as past

    with progress() as told:
        walked = past.walk_source(config, source, since=since, until=until, told=told)
    summary(walked.outcomes)
    if walked.problem:
        say(f"not all lists were read: {walked.problem}; the same command goes on there")
        return Exit.NOTHING_REACHED if not walked.outcomes else Exit.DONE
    if walked.outcomes.get("pending"):
        say(
            f"{walked.outcomes['pending']} pages wait for another try; the same command, or the job, goes on with them"
        )
    return Exit.DONE


def _read(
    config: Config,
    files: list[Path],
    *,
    since: date | None,
    until: date | None,
    everything: bool,
    again: bool,
) -> int:
    import backfill as past

    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
    with progress() as told:
        read = past.read_archives(
            config, files, since=since, until=until, everything=everything, again=again, told=told
        )
    summary(read.outcomes)
    for words in read.notes:
        say(words)
    return Exit.CHECK_FAILED if read.broken else Exit.DONE


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
        self.share: float | None = None
        self.share_begun = 0.0
        self.counts: Counter[str] = Counter()

    def take(self, news: Any) -> None:
        """Count what a walk tells."""
        self.lists, self.leads = news.lists_left, self.leads + news.leads
        self.pages += sum(news.outcomes.values())
        self.counts.update(news.outcomes)
        if news.share is not None:
            self.share_begun = news.share if self.share is None else self.share_begun
            self.share = news.share

    def words(self) -> str:
        """Return all that is known in a line: `120 of 480 pages, 1.0/s, 3 findings, 6 min left; 4 lists more`."""
        rate = self.pages / max(time.monotonic() - self.begun, 0.001)
        more = f"; {self.lists} lists more" if self.lists else ""
        found = sum(self.counts[name] for name in FOUND)
        of = f" of {self.leads}" if self.leads > self.pages else ""
        return f"{self.pages}{of} pages, {rate:.1f}/s, {found} findings{self._left(rate)}{more}"

    def _left(self, rate: float) -> str:
        if self.share is not None and self.share > self.share_begun:
            gone = time.monotonic() - self.begun
            left = gone * (1 - self.share) / (self.share - self.share_begun)
        else:
            left = max(self.leads - self.pages, 0) / rate if rate else 0
        return f", {_span(left)} left" if left else ""


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
            total = max(meter.leads, meter.pages) or None
            if meter.share is not None:
                total = round(meter.pages / meter.share) if meter.share else None
            bar.update(task, completed=meter.pages, total=total, description=meter.words())

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
