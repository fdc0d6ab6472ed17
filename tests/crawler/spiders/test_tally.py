"""What a poll teaches of its source, beside how it fared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import CrawlReport, Outcome, SourceState
from crawler.spiders.tally import state_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = SourceState(last_success=NOW - timedelta(hours=1), entries=20)
POLL = CrawlReport(
    source_id="s", started=NOW, finished=NOW, outcome=Outcome.STORED, leads_new=6, findings=3, versions=2
)


def test_a_poll_teaches_what_came_since_the_one_before() -> None:
    habits = state_after(BEFORE, POLL, read_before=True).habits
    assert habits is not None
    assert (sum(habits.items), sum(habits.hours), habits.seen) == (6, 1, 6)
    assert habits.relevant == 1, "what was known and changed is no news"


@pytest.mark.parametrize(
    ("state", "report", "read_before"),
    [
        (BEFORE, POLL, False),
        (SourceState(), POLL, False),
        (SourceState(), POLL, True),
        (BEFORE, replace(POLL, outcome=Outcome.ERROR), True),
    ],
    ids=["a list that took another's place", "the first poll", "the first that went well", "a failed one"],
)
def test_polls_without_one_to_compare_with_teach_nothing(
    state: SourceState, report: CrawlReport, read_before: bool
) -> None:
    assert state_after(state, report, read_before=read_before).habits is None


def test_a_failure_forgets_nothing() -> None:
    learnt = state_after(BEFORE, POLL, read_before=True)
    failed = state_after(learnt, replace(POLL, outcome=Outcome.ERROR, error="timeout"), read_before=True)
    assert (failed.habits, failed.failures) == (learnt.habits, 1)
