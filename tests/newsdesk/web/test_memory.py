"""What is remembered for a minute and read by one reader at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Event

from newsdesk.web.memory import LASTING, Memory
from tests.storage.nouns import NOW


def test_a_value_is_read_anew_when_it_is_old_or_asked_for() -> None:
    memory, numbers = Memory[int](), count(1)
    asked = [(timedelta(0), False), (LASTING / 2, False), (LASTING, False), (LASTING, True)]
    got = [memory.value(lambda: next(numbers), now=NOW + later, anew=anew) for later, anew in asked]
    assert got == [1, 1, 2, 3]


def test_readers_who_come_together_share_one_reading() -> None:
    memory, numbers, begun = Memory[int](), count(1), Event()

    def slowly() -> int:
        begun.wait(10)
        return next(numbers)

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(memory.value, slowly, now=NOW) for _ in range(4)]
        begun.set()
        assert {one.result() for one in asked} == {1}


def test_a_reading_that_fails_is_tried_again() -> None:
    memory = Memory[int]()
    try:
        memory.value(lambda: 1 // 0, now=NOW)
    except ZeroDivisionError:
        assert memory.value(lambda: 7, now=NOW) == 7
