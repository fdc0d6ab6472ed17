"""The gate: one gap per host, whatever asks."""

import pytest

from crawler.spiders.gate import MARGIN, Gate, GateClosed, HostOnHold, host_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_second_request_to_a_host_waits_its_gap(clock: Clock) -> None:
    gate = Gate(delay=1.0, clock=clock)
    assert gate.reserve("https://a.example/1") == 0
    assert gate.reserve("https://a.example/2") == pytest.approx(1.0 + MARGIN)
    assert gate.reserve("https://a.example/3") == pytest.approx(2 * (1.0 + MARGIN))


def test_other_hosts_do_not_wait(clock: Clock) -> None:
    gate = Gate(delay=1.0, clock=clock)
    gate.reserve("https://a.example/1")
    assert gate.reserve("https://b.example/1") == 0


def test_hosts_of_a_group_share_one_gap(clock: Clock) -> None:
    gate = Gate(delay=1.0, groups={"a.example": "g", "b.example": "g"}, group_delays={"g": 3.0}, clock=clock)
    gate.reserve("https://a.example/1")
    assert gate.reserve("https://b.example/1") == pytest.approx(3.0 + MARGIN)


def test_a_gap_that_has_passed_costs_nothing(clock: Clock) -> None:
    gate = Gate(delay=1.0, clock=clock)
    gate.reserve("https://a.example/1")
    clock.now += 5
    assert gate.reserve("https://a.example/2") == 0


def test_crawl_delay_raises_the_gap_up_to_a_cap(clock: Clock) -> None:
    gate = Gate(delay=1.0, clock=clock)
    assert gate.slow_down("https://a.example/", 2.0)
    assert not gate.slow_down("https://b.example/", 86400)
    gate.reserve("https://a.example/1")
    gate.reserve("https://b.example/1")
    assert gate.reserve("https://a.example/2") == pytest.approx(2.0 + MARGIN)
    assert gate.reserve("https://b.example/2") == pytest.approx(30.0 + MARGIN)


def test_a_host_on_hold_turns_requests_away(clock: Clock) -> None:
    gate = Gate(delay=1.0, clock=clock)
    assert gate.hold("https://a.example/", 600) == 600
    with pytest.raises(HostOnHold, match="600 s"):
        gate.reserve("https://a.example/1")
    clock.now += 600
    assert gate.reserve("https://a.example/1") == 0


@pytest.mark.parametrize(("asked", "held"), [(-5, 0), (10**9, 24 * 3600)])
def test_a_hold_is_bounded(clock: Clock, asked: float, held: float) -> None:
    assert Gate(delay=1.0, clock=clock).hold("https://a.example/", asked) == held


async def test_a_closed_gate_sends_everybody_home() -> None:
    gate = Gate(delay=60.0)
    await gate.turn("https://a.example/1")
    gate.close()
    with pytest.raises(GateClosed):
        await gate.turn("https://a.example/2")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example:443/a", "news.example"),
        ("http://news.example:80/", "news.example"),
        ("http://news.example.:443/", "news.example:443"),
        ("http://127.0.0.1:8801/feed", "127.0.0.1:8801"),
    ],
)
def test_a_gap_belongs_to_host_and_unusual_port(url: str, host: str) -> None:
    assert host_of(url) == host


def test_other_gaps_hold_from_the_next_turn_and_turns_given_stay(clock: Clock) -> None:
    gate = Gate(delay=5.0, groups={"c.example": "old"}, group_delays={"old": 9.0}, clock=clock)
    for url in ("https://a.example/1", "https://b.example/1", "https://c.example/1"):
        gate.reserve(url)
    gate.slow_down("https://b.example/", 20.0)
    gate.reconfigure(
        delay=1.0,
        groups={"a.example": "g", "d.example": "g"},
        group_delays={"g": 2.0},
        own=[("https://e.example/", 3.0)],
    )
    assert gate.reserve("https://d.example/1") == pytest.approx(5.0 + MARGIN)  # a's turn, now the group's
    assert gate.reserve("https://a.example/2") == pytest.approx(7.0 + 2 * MARGIN)
    assert gate.reserve("https://c.example/2") == pytest.approx(9.0 + MARGIN)
    assert gate.reserve("https://c.example/3") == pytest.approx(10.0 + 2 * MARGIN)
    gate.reserve("https://b.example/2")
    assert gate.reserve("https://b.example/3") == pytest.approx(25.0 + 2 * MARGIN)
    gate.reserve("https://e.example/1")
    assert gate.reserve("https://e.example/2") == pytest.approx(3.0 + MARGIN)
