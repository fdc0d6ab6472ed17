"""What a crawl counted, and the report and source state that follow from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.language import detect
from crawler.model import CrawlReport, Discovered, Outcome, Skipped, SkipReason, Source, SourceState, Stage
from crawler.polling import learn

FUTURE = timedelta(minutes=15)
"""How far a list's clock may be ahead of ours before its dates count as lying in the future."""

FEWEST = 5
"""A list of fewer entries may well be all new."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counters of one crawl."""

    started: datetime
    requests: int = 0
    received: int = 0
    """Bytes of all answers on the wire."""
    entries: int = 0
    dates_ahead: int = 0
    dates_unread: int = 0
    overflowed: bool = False
    languages: Counter[str] = field(default_factory=Counter)
    reached: bool = False
    leads_new: int = 0
    leads_changed: int = 0
    fetched: int = 0
    findings: int = 0
    near_misses: int = 0
    versions: int = 0
    skipped: Counter[SkipReason] = field(default_factory=Counter)
    dropped_at: Counter[tuple[Stage, SkipReason]] = field(default_factory=Counter)
    error: str | None = None
    """What ended the poll, whatever was read before."""
    trouble: str | None = None
    """Why the source's own list could not be read; no error where its fallback could."""
    error_url: str | None = None
    hold_until: datetime | None = None
    """When the source's own host may be asked again, where it asked for a pause."""
    listed: bool = False
    """True once the source's list was read, or known to be unchanged."""

    def count_skip(self, skip: Skipped) -> None:
        """Count a drop, by reason and by stage."""
        self.skipped[skip.reason] += 1
        self.dropped_at[skip.stage, skip.reason] += 1

    def count_list(self, found: Discovered, *, languages: tuple[str, ...], now: datetime) -> None:
        """Count what one page of a list looks like, so that a change of its habits shows."""
        self.entries += len(found.leads)
        for lead in found.leads:
            self.dates_ahead += lead.published is not None and lead.published > now + FUTURE
            self.dates_unread += lead.published is None and lead.published_raw is not None
            if language := lead.title and detect(lead.title, languages):
                self.languages[language] += 1

    def report(self, source: Source, *, now: datetime) -> CrawlReport:
        """Return the crawl's report: stored, unchanged, or an error in words."""
        failed = self.error is not None or not self.listed
        stored = self.leads_new or self.leads_changed or self.findings or self.near_misses
        return CrawlReport(
            source_id=source.id,
            started=self.started,
            finished=now,
            outcome=Outcome.ERROR if failed else Outcome.STORED if stored else Outcome.UNCHANGED,
            leads_new=self.leads_new,
            leads_changed=self.leads_changed,
            fetched=self.fetched,
            findings=self.findings,
            near_misses=self.near_misses,
            versions=self.versions,
            skipped=tuple(sorted(self.skipped.items())),
            dropped_at=tuple((*where, count) for where, count in sorted(self.dropped_at.items())),
            error=self.error or self.trouble or (None if self.listed else "stopped before the list was read"),
            url=self.error_url or (source.url if failed else None),
            requests=self.requests,
            kilobytes=-(-self.received // 1024),
            entries=self.entries,
            dates_ahead=self.dates_ahead,
            dates_unread=self.dates_unread,
            overflows=int(self.overflowed),
            languages=tuple(sorted(self.languages.items())),
            reached=self.reached,
        )


def state_after(
    state: SourceState, report: CrawlReport, *, read_before: bool, hold_until: datetime | None = None
) -> SourceState:
    """Return the source's state with this poll's success or failure counted in.

    Args:
        state: what was remembered before.
        report: what the poll did.
        read_before: the list had been read by an earlier poll: what is new came in between.
        hold_until: the pause its host asked for.
    """
    state = replace(
        state, not_before=hold_until, last_new=report.finished if report.leads_new else state.last_new
    )
    before = state.last_success
    if report.outcome is Outcome.ERROR:
        return replace(
            state,
            last_poll=report.finished,
            failures=state.failures + 1,
            failing_since=state.failing_since or report.finished,
            error=report.error,
        )
    habits = state.habits
    if before is not None and read_before:
        habits = learn(
            habits,
            since=before,
            until=report.finished,
            new=report.leads_new,
            relevant=max(report.findings - report.versions, 0),  # known ones read again are no news
            overflowed=bool(report.overflows),
        )
    return replace(
        state,
        habits=habits,
        last_poll=report.finished,
        last_success=report.finished,
        failures=0,
        failing_since=None,
        error=None,
    )
