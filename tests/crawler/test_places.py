"""Crawls that hang move aside: they keep no others out, and are bounded all the same."""

from __future__ import annotations

import asyncio

from crawler.places import Places


async def hold(places: Places, until: asyncio.Event, begun: list[int], number: int) -> None:
    async with places.place():
        begun.append(number)
        await until.wait()


async def begin(places: Places, until: asyncio.Event, begun: list[int], number: int) -> asyncio.Task[None]:
    held = asyncio.create_task(hold(places, until, begun, number))
    await asyncio.sleep(0)
    return held


async def test_those_that_take_long_keep_nobody_out_up_to_a_bound() -> None:
    places, begun, end = Places(at_once=2, aside=2, patience=0), list[int](), asyncio.Event()
    held = []
    for number in range(6):
        held.append(await begin(places, end, begun, number))
        for _ in range(5):
            await asyncio.sleep(0)
    assert begun == [0, 1, 2, 3]
    end.set()
    await asyncio.gather(*held)
    assert begun == [0, 1, 2, 3, 4, 5]


async def test_no_place_is_lost_or_made_whatever_happens() -> None:
    places = Places(at_once=3, aside=1, patience=0)
    for _ in range(20):
        end, begun = asyncio.Event(), list[int]()
        held = [await begin(places, end, begun, number) for number in range(5)]
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(begun) == 4
        held[0].cancel()
        end.set()
        await asyncio.gather(*held, return_exceptions=True)


async def test_a_crawl_that_is_quick_gives_its_place_back() -> None:
    places, order = Places(at_once=1, aside=0, patience=60), list[int]()
    end = asyncio.Event()
    first = await begin(places, end, order, 1)
    second = await begin(places, end, order, 2)
    assert order == [1]
    end.set()
    await asyncio.gather(first, second)
    assert order == [1, 2]
