"""Charts as numbers: inside their picture, true to scale."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from newsdesk.web.charts import LEFT, WIDTH, Return, chart

FIRST = date(2025, 1, 15)
COUNTS = some.one_of(some.none(), some.integers(0, 5000))


def back(day: int, ukraine: int | None, russia: int | None) -> Return:
    return Return(exchange_id=day, day=FIRST + timedelta(days=day), sides=(ukraine, russia))


def test_bars_are_true_to_scale_and_sums_step_up() -> None:
    drawn = chart([back(0, 100, 50), back(100, 200, None), back(50, None, None)])
    assert drawn is not None
    high, low, higher = drawn.bars
    assert abs(higher.height - 2 * high.height) < 0.2
    assert abs(low.height - high.height / 2) < 0.2
    assert high.y + high.height == low.y == drawn.zero
    assert drawn.sums == (300, 50)
    assert drawn.unsized == 1


def test_nothing_known_is_no_chart() -> None:
    assert chart([]) is None
    assert chart([back(0, None, None), back(1, 0, 0)]) is None


def test_months_name_their_year_where_it_begins() -> None:
    drawn = chart([back(0, 1, 1), back(500, 1, 1)])
    assert drawn is not None
    assert [tick.label for tick in drawn.days] == ["Feb 2025", "May", "Aug", "Nov", "Feb 2026", "May"]


@given(some.lists(some.builds(back, some.integers(0, 3000), COUNTS, COUNTS), max_size=30))
def test_all_stands_inside_the_picture(returns: list[Return]) -> None:
    drawn = chart(returns)
    if drawn is None:
        return
    for bar in drawn.bars:
        assert LEFT - 0.2 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= drawn.line_top
    for line in drawn.lines:
        points = [tuple(float(one) for one in point.split(",")) for point in line.split()]
        assert all(0 <= x <= WIDTH and 0 <= y <= drawn.height for x, y in points)
        assert [x for x, _ in points] == sorted(x for x, _ in points)
