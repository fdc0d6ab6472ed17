"""Each expectation fires where it should and is silent beside it; its words hold the figure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsdesk.health import Check, Figures, Problem, problems_of
from tests.newsdesk.health.days import NOW, SOURCE, USUAL, figures, history, on

HOUR = timedelta(hours=1)


def found(check: Check, given: Figures) -> Problem | None:
    return next((one for one in problems_of(given) if one.check is check), None)


def today(**counts: int) -> Figures:
    """A source whose ordinary days were followed by a day that differs in these counts."""
    return figures(history(today=USUAL | counts))


FIRES = {
    "volume: 40 a day, none for 9 hours": (
        Check.VOLUME,
        figures(silent=9 * HOUR),
        "usually 40 a day, 0 for 9 hours",
    ),
    "volume: silent for a month is not usual": (
        Check.VOLUME,
        figures(
            (*(on(NOW.date() - timedelta(days=40 - one), leads_new=10, polls=9) for one in range(10)),),
            silent=timedelta(days=30),
        ),
        "usually 10 a day, 0 for 30 days",
    ),
    "yield: a rebuilt site": (
        Check.YIELD,
        today(fetched=120, **{"skipped:no_text": 110}),
        "31% of 160 pages gave an article, usually 100%",
    ),
    "dates: a clock in the future": (
        Check.DATES,
        today(entries=20, dates_ahead=90),
        "90 are dated in the future",
    ),
    "dates: a zone nobody can read": (Check.DATES, today(entries=20, dates_unread=90), "90 can't be read"),
    "window: every entry new, twice": (Check.WINDOW, today(overflows=2), "in 2 of 576 polls every entry"),
    "language: another edition answers": (
        Check.LANGUAGE,
        figures(history(today={"language:ru": 900})),
        "700 of 1600 titles are in uk, most are in ru",
    ),
    "walls: a bot check before every page": (
        Check.WALLS,
        figures((on(NOW.date(), fetched=6, **{"skipped:blocked": 6}),)),
        "6 of 6 pages were walls",
    ),
}


@pytest.mark.parametrize(("check", "given", "words"), FIRES.values(), ids=FIRES.keys())
def test_a_broken_expectation_is_told_with_its_figure(check: Check, given: Figures, words: str) -> None:
    problem = found(check, given)
    assert problem is not None
    assert words in problem.words
    assert problem.figure
    assert problem.window
    assert problem.threshold


SILENT = {
    "volume: a night's quiet": (Check.VOLUME, figures(silent=8 * HOUR)),
    "volume: a weekly that skips a day": (
        Check.VOLUME,
        figures(history(leads_new=1), silent=timedelta(days=8)),
    ),
    "volume: known for too short": (Check.VOLUME, figures(history(days=2), silent=20 * HOUR)),
    "volume: failing is told otherwise": (Check.VOLUME, figures(silent=20 * HOUR, failures=2)),
    "yield: some films among the pages": (Check.YIELD, today(fetched=40, **{"skipped:not_html": 30})),
    "yield: pages taken down are no fault of ours": (
        Check.YIELD,
        today(fetched=140, **{"skipped:gone": 100}),
    ),
    "yield: always was a third": (
        Check.YIELD,
        figures(history(today=USUAL | {"skipped:no_text": 27}, **{"skipped:no_text": 27})),
    ),
    "dates: two slips": (Check.DATES, figures((on(NOW.date(), entries=10, dates_ahead=2),))),
    "dates: few of many": (Check.DATES, today(dates_ahead=50)),
    "window: once, after a pause": (Check.WINDOW, today(overflows=1)),
    "language: some words in Russian": (Check.LANGUAGE, today(**{"language:ru": 300})),
    "language: too few titles to say": (Check.LANGUAGE, figures((on(NOW.date(), **{"language:ru": 19}),))),
    "walls: some pages for subscribers": (Check.WALLS, today(fetched=40, **{"skipped:blocked": 30})),
    "walls: four are too few": (Check.WALLS, figures((on(NOW.date(), fetched=4, **{"skipped:blocked": 4}),))),
}


@pytest.mark.parametrize(("check", "given"), SILENT.values(), ids=SILENT.keys())
def test_what_is_ordinary_is_not_told(check: Check, given: Figures) -> None:
    assert found(check, given) is None


def test_an_ordinary_source_has_no_problem() -> None:
    assert problems_of(figures()) == ()


def test_every_check_is_tried_both_ways() -> None:
    assert {check for check, *_ in FIRES.values()} == set(Check) == {check for check, _ in SILENT.values()}


def test_the_first_day_is_not_taken_for_usual() -> None:
    """All that a list holds is new on the day it is first read."""
    first = on(NOW.date() - timedelta(days=8), leads_new=1000, polls=1)
    later = tuple(on(NOW.date() - timedelta(days=7 - one), leads_new=2, polls=9) for one in range(7))
    assert found(Check.VOLUME, figures((first, *later), silent=timedelta(days=1), source=SOURCE)) is None
