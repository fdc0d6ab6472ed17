"""One line in the log for an outage of a source, and one for its end: not one for each attempt."""

from __future__ import annotations

import structlog

from crawler.model import CrawlReport, Outcome, Source, SourceState
from crawler.polling import pause_after

log = structlog.get_logger("swapwatch.crawl")


def tell_outage(source: Source, *, before: SourceState, report: CrawlReport, state: SourceState) -> None:
    """Log that a source fails, that it fails for another reason than before, or that it is back."""
    if report.outcome is Outcome.ERROR:
        if not before.failures or kind(before.error) != kind(report.error):
            due = report.finished + pause_after(source.interval or source.shortest, state)
            log.warning(
                "source_fails",
                source=source.id,
                url=report.url or source.url,
                cause=report.error,
                since=str(state.failing_since),
                next_try=str(max(due, state.not_before or due)),
            )
    elif before.failures:
        log.warning(
            "source_back",
            source=source.id,
            url=source.url,
            failed_since=str(before.failing_since),
            attempts=before.failures,
        )


def kind(cause: str | None) -> str:
    """Return a cause without its figures: what stays the same from one attempt to the next.

    >>> kind("host asked for a pause; 299 s of it are left") == kind("host asked for a pause; 12 s of it are left")
    True
    """
    return (
        "".join(char for char in cause or "" if not char.isdigit())
        if "HTTP " not in (cause or "")
        else cause or ""
    )
