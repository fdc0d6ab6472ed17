"""How long relevant items wait until a poll finds them: the real polling rule, and three others, under a simulated clock.

usage: python tests/simulate_polling.py [--full] [--write]

Outlets as different as an agency and an ombudsman publish at random moments, more by day than by night. Every rule learns from
nothing for two days; what comes out in the days after is measured. Each rule spends the same budget: the others get theirs by
scaling. `--full` takes four budgets instead of two; `--write` puts table and plot into docs/performance.md.

The other rules, as their programs have them: a fixed interval; the share of duplicates (Media Cloud rss-fetcher: an interval
grows while most entries of a list are known and shrinks while too many are new); entry frequency (miniflux: an interval is
inversely proportional to the entries of the last week).
"""

from __future__ import annotations

import heapq
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Protocol

from crawler.model import Ownership, Side, Source, SourceState, SourceType
from crawler.polling import Pace, learn, next_due, pace_of
from tests.bench_docs import DOCS, plot, put

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = 3600.0
DAY = 24 * HOUR
LEARNING_DAYS = 2
PACE_PAUSE = 600.0
"""As in the scheduler."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A list of articles: how many a day, which share of them relevant, how many entries it shows, and when it publishes."""

    a_day: float
    relevant: float
    window: int
    night: float = 0.3
    """Rate by night, as a share of that by day."""
    longest: timedelta = timedelta(minutes=30)
    wakes: float = 0.0
    """It publishes nothing before this second."""

    def rate(self, hour: int) -> float:
        """Return items an hour; day is from 5 to 20 UTC."""
        by_day = self.a_day / (15 + 9 * self.night)
        return by_day if 5 <= hour < 20 else by_day * self.night


def newsroom(seed: int = 1) -> list[Outlet]:
    """Return 53 outlets, as many and as different as those that ship switched on."""
    chance = random.Random(seed)
    kinds = (
        (8, 400, 0.01, 50, 0.5),
        (20, 100, 0.02, 30, 0.25),
        (15, 25, 0.02, 20, 0.2),
        (10, 2, 0.15, 20, 0.05),
    )
    return [
        Outlet(
            a_day=a_day * chance.lognormvariate(0, 0.4),
            relevant=min(0.5, share * chance.lognormvariate(0, 0.5)),
            window=window,
            night=night,
        )
        for count, a_day, share, window, night in kinds
        for _ in range(count)
    ]


@dataclass(slots=True)
class Items:
    """What an outlet publishes: seconds from the beginning, and whether each is relevant."""

    at: list[float]
    relevant: list[bool]


def published(outlet: Outlet, days: float, chance: random.Random) -> Items:
    """Draw an outlet's items: Poisson, by the rate of the hour."""
    peak = max(outlet.rate(hour) for hour in range(24)) / HOUR
    found, now = Items([], []), 0.0
    while (now := now + chance.expovariate(peak)) < days * DAY:
        if now >= outlet.wakes and chance.random() * peak * HOUR < outlet.rate(int(now // HOUR) % 24):
            found.at.append(now)
            found.relevant.append(chance.random() < outlet.relevant)
    return found


class Rule(Protocol):
    """Decides after each poll when the next one is due."""

    def pause(
        self, number: int, now: float, since: float, new: int, relevant: int, overflowed: bool
    ) -> float:
        """Return the seconds until outlet `number` is polled again."""


@dataclass(slots=True)
class SquareRoot:
    """The real thing: crawler.polling with its bounds, learning, jitter and budget."""

    outlets: Sequence[Outlet]
    a_minute: float
    chance: random.Random
    sources: list[Source] = field(default_factory=list)
    states: list[SourceState] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    pace_until: float = 0.0

    def __post_init__(self) -> None:
        plain = Source(
            id="s", name="S", country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk",),
            type=SourceType.FEED, url="https://news.example/rss",
        )  # fmt: skip
        self.sources = [
            replace(plain, id=str(number), longest=one.longest) for number, one in enumerate(self.outlets)
        ]
        self.states = [SourceState()] * len(self.outlets)

    def pause(
        self, number: int, now: float, since: float, new: int, relevant: int, overflowed: bool
    ) -> float:
        """Learn from the poll, then ask the rule."""
        at, state = BEGIN + timedelta(seconds=now), self.states[number]
        if state.last_success is not None:
            state = replace(
                state,
                habits=learn(
                    state.habits,
                    since=state.last_success,
                    until=at,
                    new=new,
                    relevant=relevant,
                    overflowed=overflowed,
                ),
            )
        state = replace(state, last_success=at, entries=self.outlets[number].window)
        self.states[number] = state
        if now >= self.pace_until:
            self.pace_until = now + PACE_PAUSE
            self.pace = pace_of(zip(self.sources, self.states, strict=True), a_minute=self.a_minute)
        spread = self.chance.uniform(-1, 1)
        return (next_due(self.sources[number], state, self.pace, now=at, spread=spread) - at).total_seconds()


@dataclass(slots=True)
class Fixed:
    """One interval for all."""

    seconds: float
    chance: random.Random

    def pause(
        self, number: int, now: float, since: float, new: int, relevant: int, overflowed: bool
    ) -> float:
        """Return the interval, with the same jitter as ours."""
        return self.seconds * (1 + 0.1 * self.chance.uniform(-1, 1))


@dataclass(slots=True)
class DuplicateShare:
    """An interval grows by a tenth while few entries are new and shrinks while many are; `share` is what it aims at."""

    outlets: Sequence[Outlet]
    share: float
    chance: random.Random
    seconds: dict[int, float] = field(default_factory=dict)

    def pause(
        self, number: int, now: float, since: float, new: int, relevant: int, overflowed: bool
    ) -> float:
        """Adjust the outlet's interval."""
        outlet, last = self.outlets[number], self.seconds.get(number, 300.0)
        new_share = new / outlet.window
        step = 1.1 if new_share <= self.share else 1 / 1.1 if new_share > 1.5 * self.share else 1.0
        bounded = min(max(last * step, 60.0), outlet.longest.total_seconds())
        self.seconds[number] = bounded
        return bounded * (1 + 0.1 * self.chance.uniform(-1, 1))


@dataclass(slots=True)
class EntryFrequency:
    """An interval is inversely proportional to the entries of the last week; `factor` polls for each."""

    outlets: Sequence[Outlet]
    factor: float
    chance: random.Random
    came: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def pause(
        self, number: int, now: float, since: float, new: int, relevant: int, overflowed: bool
    ) -> float:
        """Count the last week's entries and divide."""
        outlet, came = self.outlets[number], self.came.setdefault(number, [])
        if new:
            came.append((now, new))
        while came and came[0][0] < now - 7 * DAY:
            came.pop(0)
        watched = min(max(now, DAY / 24), 7 * DAY)
        entries = sum(count for _, count in came)
        longest = outlet.longest.total_seconds()
        seconds = watched / (entries * self.factor) if entries else longest
        return min(max(seconds, 60.0), longest) * (1 + 0.1 * self.chance.uniform(-1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a rule came to after it had learnt."""

    polls: int
    seconds: float
    delays: tuple[tuple[float, float], ...]
    """Of all items, shortest first, each with the share of its outlet's items that is relevant: steadier than the few relevant ones."""
    lost: int
    """Items that had left their list before a poll came, from the beginning on."""
    longest_gap: float
    """Longest time between two polls of one outlet."""

    @property
    def mean(self) -> float:
        """Mean delay of relevant items."""
        return sum(delay * weight for delay, weight in self.delays) / sum(weight for _, weight in self.delays)

    @property
    def p95(self) -> float:
        """Delay below which 95 % of relevant items stay."""
        left = 0.95 * sum(weight for _, weight in self.delays)
        return next(delay for delay, weight in self.delays if (left := left - weight) <= 0)

    @property
    def a_minute(self) -> float:
        """Polls a minute over all outlets."""
        return self.polls / self.seconds * 60


def simulate(outlets: Sequence[Outlet], rule: Rule, *, days: float, seed: int = 7) -> Result:
    """Let outlets publish for days and a rule poll them; measure after the days of learning."""
    chance = random.Random(seed)
    items = [published(one, days, chance) for one in outlets]
    queue = [(chance.random() * 2.0, number) for number in range(len(outlets))]
    heapq.heapify(queue)
    last, seen = [0.0] * len(outlets), [0] * len(outlets)
    begin, polls, lost, gap = LEARNING_DAYS * DAY, 0, 0, 0.0
    delays: list[tuple[float, float]] = []
    while queue[0][0] < days * DAY:
        now, number = heapq.heappop(queue)
        mine, first = items[number], seen[number]
        end = first
        while end < len(mine.at) and mine.at[end] <= now:
            end += 1
        shown = max(first, end - outlets[number].window)
        lost += shown - first
        weight = outlets[number].relevant
        delays += [(now - at, weight) for at in mine.at[shown:end] if at >= begin]
        polls += now >= begin
        gap = max(gap, now - last[number])
        overflowed = shown > first or (end - first >= outlets[number].window)
        pause = rule.pause(number, now, last[number], end - shown, sum(mine.relevant[shown:end]), overflowed)
        last[number], seen[number] = now, end
        heapq.heappush(queue, (now + pause, number))
    return Result(
        polls=polls,
        seconds=(days - LEARNING_DAYS) * DAY,
        delays=tuple(sorted(delays)),
        lost=lost,
        longest_gap=gap,
    )


def optimum(outlets: Sequence[Outlet], a_minute: float, *, by_hour: bool = False) -> float:
    """Return the least mean delay in seconds that any rule could reach which knows all rates, bounds aside.

    (Σ√λ)² / (2R) over the items together, divided by their number; with `by_hour` also the polls' hours of the day are chosen best.
    """
    if by_hour:
        rates = [one.rate(hour) * one.relevant / HOUR for one in outlets for hour in range(24)]
        polls = a_minute / 60 * 24
    else:
        rates, polls = [one.a_day * one.relevant / DAY for one in outlets], a_minute / 60
    return sum(sqrt(rate) for rate in rates) ** 2 / (2 * polls * sum(rates))


def calibrated(
    make: Callable[[float], Rule], outlets: Sequence[Outlet], *, a_minute: float, days: float
) -> Result:
    """Return what a rule comes to at the dial's position where it spends the budget: more is more polls."""
    low, high = 1e-2, 1e2
    for _ in range(10):
        middle = sqrt(low * high)
        found = simulate(outlets, make(middle), days=LEARNING_DAYS + 1)
        low, high = (middle, high) if found.a_minute < a_minute else (low, middle)
    return simulate(outlets, make(low), days=days)


def compared(outlets: Sequence[Outlet], *, a_minute: float, days: float) -> dict[str, Result]:
    """Return what each rule comes to with one budget."""
    ours = simulate(outlets, SquareRoot(outlets, a_minute, random.Random(3)), days=days)
    spent = ours.a_minute

    def duplicates(dial: float) -> Rule:
        return DuplicateShare(outlets, 0.1 / dial, random.Random(3))

    def frequency(dial: float) -> Rule:
        return EntryFrequency(outlets, dial, random.Random(3))

    return {
        "square root (swapwatch)": ours,
        "fixed interval": simulate(outlets, Fixed(len(outlets) / spent * 60, random.Random(3)), days=days),
        "duplicate share (rss-fetcher)": calibrated(duplicates, outlets, a_minute=spent, days=days),
        "entry frequency (miniflux)": calibrated(frequency, outlets, a_minute=spent, days=days),
    }


def table(budgets: Sequence[float], *, days: float) -> tuple[str, dict[str, list[tuple[float, float]]]]:
    """Return the comparison as Markdown, and for each rule its budgets with mean delays."""
    outlets = newsroom()
    lines = [
        "| budget, polls a minute | rule | polls a minute | mean delay, s | p95, s | mean ÷ optimum | items lost |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    curves: dict[str, list[tuple[float, float]]] = {}
    for budget in budgets:
        for name, one in compared(outlets, a_minute=budget, days=days).items():
            best = optimum(outlets, one.a_minute)
            curves.setdefault(name, []).append((one.a_minute, one.mean))
            lines.append(
                f"| {budget:g} | {name} | {one.a_minute:.1f} | {one.mean:.0f} | {one.p95:.0f} | {one.mean / best:.2f}"
                f" ({one.mean / optimum(outlets, one.a_minute, by_hour=True):.2f}) | {one.lost} |"
            )
    curves["optimum"] = [(budget, optimum(outlets, budget)) for budget in budgets]
    return "\n".join(lines), curves


def main() -> int:
    """Simulate, print, and perhaps write."""
    budgets = (6.0, 15.0, 30.0, 60.0) if "--full" in sys.argv else (6.0, 30.0)
    text, curves = table(budgets, days=6.0)
    print(text)
    if "--write" in sys.argv:
        put("polling", text)
        (DOCS / "polling.svg").write_text(plot(curves), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
