"""Workers that hang, crash or ask for too much: one piece of work is lost, the next has a worker again."""

from __future__ import annotations

import ctypes
import os
import time

import pytest

from crawler.spiders.workers import WORKER_MEMORY, WorkerFailed, Workers


def hang() -> None:
    time.sleep(600)


def segfault() -> None:
    ctypes.string_at(0)


def vanish() -> None:
    os._exit(3)


def too_much() -> int:
    return len(bytearray(WORKER_MEMORY + 1))


def wrong() -> None:
    raise KeyError("a parser's surprise")


def number() -> int:
    return os.getpid()


@pytest.mark.parametrize(
    ("work", "words"),
    [(hang, r"took longer than 0\.5 s"), (segfault, "exit code"), (vanish, "exit code 3")],
)
async def test_what_ends_a_worker_costs_one_piece_of_work(workers: Workers, work: object, words: str) -> None:
    before = await workers.run(60, number)
    with pytest.raises(WorkerFailed, match=words):
        await workers.run(0.5 if work is hang else 60, work)  # type: ignore[arg-type]
    assert await workers.run(60, number) not in (before, os.getpid())


@pytest.mark.parametrize(("work", "error"), [(too_much, MemoryError), (wrong, KeyError)])
async def test_what_a_parser_raises_reaches_its_caller_and_nobody_else(
    workers: Workers, work: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await workers.run(60, work)  # type: ignore[arg-type]
    assert await workers.run(60, number) != os.getpid()
