"""How one source fares, in one word and in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.polling import explained
from newsdesk.health.checks import Check, Problem, problems_of
from newsdesk.health.figures import SHOWN_DAYS, Figures, a_day, extraction_yield


class State(StrEnum):
    """How a source fares, the worst first. Each is explained in docs/operators.md."""

    GONE = "gone"
    BLOCKED = "blocked"
    FAILING = "failing"
    QUIET = "quiet"
    NEW = "new"
    OK = "ok"
    DISABLED = "disabled"


GONE = re.compile(r"HTTP (?:404|410)\b")
BLOCKED = re.compile(r"HTTP (?:401|402|403|451)\b|^(?:robots|blocked)\b|disallowed by robots\.txt|a wall")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How a source fares: what an operator sees of it."""

    source_id: str
    state: State
    since: datetime | None
    """From when on it has been failing, blocked, gone or quiet."""
    last_success: datetime | None
    next_try: datetime | None
    failures: int
    words: str
    """What is wrong, and what may be done; empty where nothing is."""
    entries_a_day: float | None
    findings_a_day: float | None
    extraction_yield: float | None
    """Share of pages that gave an article, over the last week."""
    requests_a_day: float | None
    kilobytes_a_day: float | None
    polling: str
    """When it is next due and why then: `next in 4 min: 380 items a day, 2 % relevant`; empty where it is off."""
    problems: tuple[Problem, ...] = ()


def health_of(figures: Figures) -> SourceHealth:
    """Return how a source fares."""
    source, remembered = figures.source, figures.state
    problems = problems_of(figures) if source.enabled else ()
    state = _state(figures, problems)
    return SourceHealth(
        source_id=source.id,
        state=state,
        since=_since(figures, state),
        last_success=remembered.last_success,
        next_try=remembered.next_due if source.enabled else None,
        failures=remembered.failures,
        words=_words(figures, state, problems),
        entries_a_day=a_day(figures, "leads_new"),
        findings_a_day=a_day(figures, "findings"),
        extraction_yield=extraction_yield(figures.since(timedelta(days=SHOWN_DAYS))),
        requests_a_day=a_day(figures, "requests"),
        kilobytes_a_day=a_day(figures, "kilobytes"),
        polling=explained(source, remembered, now=figures.now) if source.enabled else "",
        problems=problems,
    )


def worst_first(found: SourceHealth) -> tuple[int, bool, int, str]:
    """Return by what sources are sorted for people: state, then whether an expectation fails, then failures in a row."""
    return list(State).index(found.state), not found.problems, -found.failures, found.source_id


def _state(figures: Figures, problems: tuple[Problem, ...]) -> State:
    if not figures.source.enabled:
        return State.DISABLED
    if figures.state.last_poll is None:
        return State.NEW
    if figures.state.failures:
        return _failing(figures.state.error or "")
    fired = {problem.check for problem in problems}
    if Check.WALLS in fired:
        return State.BLOCKED
    return State.QUIET if Check.VOLUME in fired else State.OK


def _failing(error: str) -> State:
    if GONE.search(error):
        return State.GONE
    return State.BLOCKED if BLOCKED.search(error) else State.FAILING


def _since(figures: Figures, state: State) -> datetime | None:
    if figures.state.failures:
        return figures.state.failing_since
    return figures.state.last_new if state is State.QUIET else None


def _words(figures: Figures, state: State, problems: tuple[Problem, ...]) -> str:
    if state is State.DISABLED:
        return figures.source.disabled_reason or ""
    failing = figures.state.failures and figures.state.error
    said = [f"{figures.state.error} ({figures.source.url})"] if failing else []
    said += [figures.state.notice] if figures.state.notice else []
    return "; ".join([*said, *(problem.words for problem in problems)])
