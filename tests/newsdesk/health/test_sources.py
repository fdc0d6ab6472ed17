"""The states of a source, and the order in which people see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Source, SourceState
from newsdesk.health import Figures, JobHealth, State, health_of, job_health
from newsdesk.health.sources import worst_first
from storage.notes import Note
from tests.newsdesk.health.days import NOW, SOURCE, figures, on

OFF = replace(SOURCE, enabled=False, disabled_reason="needs a contract")
WALLED = (on(NOW.date(), fetched=6, **{"skipped:blocked": 6}),)

CASES = {
    "ok": (figures(), State.OK, ""),
    "disabled": (figures(source=OFF, failures=3, error="HTTP 500"), State.DISABLED, "needs a contract"),
    "new": (Figures(source=SOURCE, state=SourceState(), days=(), now=NOW), State.NEW, ""),
    "failing": (
        figures(failures=1, error="unreachable: connection refused"),
        State.FAILING,
        "unreachable: connection refused",
    ),
    "failing, although a number looks like one": (
        figures(failures=1, error="timeout after 410 s"), State.FAILING, "timeout after 410 s",
    ),
    "gone": (figures(failures=2, error="HTTP 410"), State.GONE, "HTTP 410"),
    "blocked": (figures(failures=2, error="HTTP 403"), State.BLOCKED, "HTTP 403"),
    "blocked by robots.txt": (
        figures(failures=1, error="robots: disallowed by robots.txt"),
        State.BLOCKED,
        "robots: disallowed by robots.txt",
    ),
    "blocked by walls": (figures(WALLED), State.BLOCKED, "6 of 6 pages were walls"),
    "quiet": (figures(silent=timedelta(hours=9)), State.QUIET, "usually 40 a day, 0 for 9 hours"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "state", "words"), CASES.values(), ids=CASES.keys())
def test_a_source_is_in_one_state_with_its_reason(given: Figures, state: State, words: str) -> None:
    found = health_of(given)
    assert found.state is state
    assert found.words.startswith(words)
    assert bool(found.words) == bool(words)


def test_every_state_has_its_case() -> None:
    assert {state for _, state, _ in CASES.values()} == set(State)


def test_rates_leave_the_first_day_and_today_aside() -> None:
    first = on(NOW.date() - timedelta(days=3), leads_new=500, findings=9, fetched=500)
    later = [on(NOW.date() - timedelta(days=one), leads_new=30, findings=2, fetched=30) for one in (2, 1)]
    found = health_of(figures((first, *later, on(NOW.date(), leads_new=1, fetched=1))))
    assert (found.entries_a_day, found.findings_a_day, found.extraction_yield) == (30, 2, 1)


def test_a_day_without_a_poll_counts_as_a_day() -> None:
    first, last = (on(NOW.date() - timedelta(days=one), leads_new=30) for one in (5, 4))
    assert health_of(figures((first, last, on(NOW.date(), leads_new=1)))).entries_a_day == 7.5


def test_the_worst_comes_first() -> None:
    given = [
        figures(),
        figures(failures=1, error="HTTP 500"),
        figures(failures=9, error="HTTP 500"),
        figures(WALLED),
    ]
    seen = [(one.state, one.failures) for one in sorted(map(health_of, given), key=worst_first)]
    assert seen == [(State.BLOCKED, 0), (State.FAILING, 9), (State.FAILING, 1), (State.OK, 0)]


def job(
    *,
    pulse: timedelta | None = timedelta(0),
    success: timedelta = timedelta(0),
    refused: str = "",
    of: Source = SOURCE,
) -> JobHealth:
    return job_health(
        pulse=None if pulse is None else Note(at=NOW - pulse, words="process 7"),
        config=Note(at=NOW, words=refused),
        sources=(of,),
        states={"slovo": SourceState(last_success=NOW - success)},
        now=NOW,
        patience=timedelta(hours=6),
    )


def test_a_living_job_with_a_success_is_well() -> None:
    assert job(pulse=timedelta(minutes=1), success=timedelta(hours=5)).well


def test_a_refused_config_is_a_warning_only() -> None:
    found = job(refused="config.yaml:3:1: x: is not a known key")
    assert found.well
    assert "config.yaml:3:1" in found.warnings[0]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (job(pulse=None), "swapwatch run"),
        (job(pulse=timedelta(minutes=3)), "stopped or stuck"),
        (job(success=timedelta(hours=7)), "none of 1 sources has succeeded since"),
    ],
    ids=["never ran", "stalled", "nothing succeeds"],
)
def test_what_is_red_says_why(found: JobHealth, words: str) -> None:
    assert not found.well
    assert words in found.complaints[0]


def test_a_job_without_an_enabled_source_has_nothing_to_succeed() -> None:
    assert job(success=timedelta(days=9), of=OFF).well
