"""Charts as numbers: where bars and lines stand in a picture of fixed size. A template draws them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 960
BARS, LINES = 210, 130
"""Height of the two panels."""
LEFT, RIGHT, GAP = 52, 8, 34
NARROWEST, WIDEST = 5.0, 14.0
SHORTEST = timedelta(days=90)
"""Time that a chart covers at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """How many came home to each of two sides in one exchange; None where it is not known."""

    exchange_id: int
    day: date
    sides: tuple[int | None, int | None]
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One side's returnees of one exchange."""

    back: Return
    side: int
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of an axis with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars per exchange, the first side's up and the second's down, and under them the running sums."""

    bars: tuple[Bar, ...]
    zero: float
    lines: tuple[str, str]
    """Points of the two running sums."""
    sums: tuple[int, int]
    unsized: int
    """Exchanges that no figure is known of: they have no bar."""
    days: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    sum_counts: tuple[Tick, ...]
    width: int = WIDTH
    height: int = BARS + GAP + LINES + 24
    left: int = LEFT
    line_top: int = BARS + GAP
    line_bottom: int = BARS + GAP + LINES


def chart(returns: Sequence[Return]) -> Chart | None:
    """Return the chart of returns, oldest first; None where there is nothing to draw."""
    known = [one for one in sorted(returns, key=lambda one: (one.day, one.exchange_id)) if any(one.sides)]
    if not known:
        return None
    first, last = _span(known)
    days = (last - first).days
    up, down = (max((one.sides[side] or 0 for one in known), default=0) for side in (0, 1))
    per_person = (BARS - 20) / max(up + down, 1)
    zero = 10 + up * per_person
    width = min(max((WIDTH - LEFT - RIGHT) / days * 0.8, NARROWEST), WIDEST)

    def x(day: date) -> float:
        return round(LEFT + width / 2 + (WIDTH - LEFT - RIGHT - width) * (day - first).days / days, 1)

    bars = [
        _bar(one, side, count, x=x(one.day) - width / 2, zero=zero, width=width, height=count * per_person)
        for one in known
        for side, count in enumerate(one.sides)
        if count
    ]
    sums = tuple(sum(one.sides[side] or 0 for one in known) for side in (0, 1))
    top = max(*sums, 1)
    lines = tuple(_running(known, side, x, top) for side in (0, 1))
    return Chart(
        bars=tuple(bars),
        zero=round(zero, 1),
        lines=(lines[0], lines[1]),
        sums=(sums[0], sums[1]),
        unsized=len(returns) - len(known),
        days=tuple(Tick(at=x(day), label=label) for day, label in _calendar(first, last)),
        counts=tuple(
            Tick(at=round(zero - sign * count * per_person, 1), label=f"{count:,}")
            for sign, most in ((1, up), (-1, down))
            for count in _steps(most)
        ),
        sum_counts=tuple(Tick(at=_height(count, top), label=f"{count:,}") for count in _steps(top)),
    )


def _span(known: Sequence[Return]) -> tuple[date, date]:
    first, last = known[0].day, known[-1].day
    lacking = max(SHORTEST - (last - first), timedelta())
    return first - lacking / 2, last + lacking / 2


def _bar(one: Return, side: int, count: int, *, x: float, zero: float, width: float, height: float) -> Bar:
    return Bar(
        back=one,
        side=side,
        count=count,
        x=round(x, 1),
        y=round(zero - height if side == 0 else zero, 1),
        width=round(width, 1),
        height=round(max(height, 1), 1),
    )


def _height(count: int, top: int) -> float:
    return round(BARS + GAP + LINES - count / top * (LINES - 6), 1)


def _running(known: Sequence[Return], side: int, x: object, top: int) -> str:
    """Return the points of a sum that steps up at each exchange."""
    points, total = [], 0
    for one in known:
        at = x(one.day)  # type: ignore[operator]
        points.append(f"{at},{_height(total, top)}")
        total += one.sides[side] or 0
        points.append(f"{at},{_height(total, top)}")
    return " ".join([*points, f"{WIDTH - RIGHT},{_height(total, top)}"])


def _steps(most: int) -> list[int]:
    """Return two or three round numbers up to the largest.

    >>> _steps(1212), _steps(303), _steps(7)
    ([500, 1000], [100, 200, 300], [2, 4, 6])
    """
    if most < 1:
        return []
    unit = 10 ** (len(str(most)) - 1)
    for step in (unit * 5, unit * 2, unit, max(unit // 2, 1), max(unit // 5, 1)):
        if most // step >= 2:
            return list(range(step, most + 1, step))
    return [most]


def _calendar(first: date, last: date) -> list[tuple[date, str]]:
    """Return days worth naming: years in a long time, months in a short one."""
    years = [(date(year, 1, 1), str(year)) for year in range(first.year + 1, last.year + 1)]
    if len(years) > 2:
        return years
    months, day = [], (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=31)).replace(day=1)
    some = months[:: len(months) // 8 + 1]
    before = [None, *(day.year for day in some)]
    return [
        (day, f"{day:%b}" if day.year == year else f"{day:%b %Y}")
        for day, year in zip(some, before, strict=False)
    ]
