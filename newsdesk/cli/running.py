"""`run`: the background job, or one pass with a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from crawler.errors import UsageError
from crawler.model import CrawlReport, Outcome
from newsdesk.cli.app import SHARED, ConfigOption, Exit, Format, FormatOption, configured, printable
from newsdesk.cli.output import write_rows

REPORT_COLUMNS = (
    "source",
    "new",
    "changed",
    "fetched",
    "findings",
    "near_misses",
    "versions",
    "skipped",
    "error",
)


class LogForm(StrEnum):
    """How log lines come out."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


LOG_AS_JSON = {LogForm.AUTO: None, LogForm.TEXT: False, LogForm.JSON: True}

OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="ID", help="Only this source; may be given several times."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "run",
        help="Run the background job until SIGTERM, or one pass with --once.\n\nExample: swapwatch run --once --source pravda-ua-uk",
    )(run)


def run(
    once: Annotated[bool, typer.Option("--once", help="One pass over all sources, then a table.")] = False,
    source: OnlyOption = None,
    form: FormatOption = Format.TABLE,
    log: Annotated[
        LogForm, typer.Option("--log", help="How log lines come out; auto: text on a terminal, else JSON.")
    ] = LogForm.AUTO,
    config: ConfigOption = None,
) -> int:
    """Poll sources and keep findings."""
    from newsdesk import logs

    checked = configured(config)
    _check_sources([one.id for one in checked.sources], source or [])
    if once and not source and not any(one.enabled for one in checked.sources):
        raise UsageError(
            f"{checked.path}: no source is enabled; set `enabled: true` on one, or name it with --source"
        )
    logs.configure(json=LOG_AS_JSON[log], verbose=SHARED.debug)
    import scheduler
    from crawler.language import query_lemmas
    from newsdesk import chores

    if not once:
        from newsdesk.metrics import Metrics

        measured = Metrics(checked)
        with measured.served():
            scheduler.run(
                checked,
                once=False,
                only=source or [],
                progress=measured.polled,
                chores=chores.tasks(checked, lemmas=query_lemmas, metrics=measured),
            )
        return Exit.DONE
    with progress(len(source or [one for one in checked.sources if one.enabled])) as advance:
        summary = scheduler.run(
            checked,
            once=True,
            only=source or [],
            progress=advance,
            chores=chores.after_a_pass(lemmas=query_lemmas),
        )
    print_reports(summary.reports, form)
    return Exit.DONE if summary.reached or not summary.reports else Exit.NOTHING_REACHED


def _check_sources(known: list[str], asked: list[str]) -> None:
    from difflib import get_close_matches

    for one in asked:
        if one not in known:
            near = get_close_matches(one, known, n=1)
            raise UsageError(f"--source {one}: no such source{f'; did you mean {near[0]}?' if near else ''}")


class progress:  # noqa: N801 - reads as a verb where it is used
    """A bar on stderr while sources are polled; nothing where stderr is no terminal."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Any:
        if not sys.stderr.isatty():
            return None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task("polling sources", total=self.total)
        return lambda report: self.bar.update(task, advance=1, description=report.source_id)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def print_reports(reports: Sequence[CrawlReport], form: Format) -> None:
    """Print what each source brought, and the sum."""
    rows = [report_row(report) for report in sorted(reports, key=lambda one: one.source_id)]
    if form is Format.TABLE and len(rows) > 1:
        total: dict[str, Any] = {name: sum(row[name] for row in rows) for name in REPORT_COLUMNS[1:7]}
        errors = sum(report.outcome is Outcome.ERROR for report in reports)
        rows.append(
            {
                "source": "all",
                **total,
                "skipped": _counted(reports),
                "error": f"{errors} failed" if errors else "",
            }
        )
    if form is not Format.TABLE:
        write_rows(rows, columns=REPORT_COLUMNS, form=form)
        return
    # whole causes in a column would squeeze the figures
    brief = [row | {"error": row["error"].partition(":")[0][:24]} for row in rows]
    write_rows(brief, columns=REPORT_COLUMNS, form=form)
    for report in reports:
        if report.error:
            typer.echo(printable(f"{report.source_id}: {report_row(report)['error']}"))


def report_row(report: CrawlReport) -> dict[str, Any]:
    """Return a crawl's report as a row."""
    return {
        "source": report.source_id,
        "new": report.leads_new,
        "changed": report.leads_changed,
        "fetched": report.fetched,
        "findings": report.findings,
        "near_misses": report.near_misses,
        "versions": report.versions,
        "skipped": _counted([report]),
        "error": f"{report.error} ({report.url})" if report.error else "",
    }


def _counted(reports: Sequence[CrawlReport]) -> str:
    counts: dict[str, int] = {}
    for report in reports:
        for reason, count in report.skipped:
            counts[reason] = counts.get(reason, 0) + count
    return ", ".join(
        f"{reason} {count}" for reason, count in sorted(counts.items(), key=lambda pair: -pair[1])
    )
