"""Kill the product at every instant and at random ones, and look for what is lost or doubled.

usage: python tests/torture.py [PART [COUNT]]      all parts, with their usual counts, where none is named

Claims 'process crash' only: the system's cache survives a kill, a power cut is another matter.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tests.kills import instants, random_kills, server_stops


def _instants(count: int | None) -> list[str]:
    try:
        return instants.run(count)
    except instants.NotTraced as problem:
        return [f"not run: {problem}"]


PARTS: dict[str, tuple[str, int | None, Callable[[int | None], list[str]]]] = {
    "instants": ("killed before each write and sync; COUNT: at most so many of each work", None, _instants),
    "writer": ("kills of a light writer", 1000, lambda count: random_kills.writer(count or 0)),
    "daemon": ("kills of the whole job", 300, lambda count: random_kills.daemon(count or 0)),
    "server": (
        "immediate stops of PostgreSQL in one crawl",
        20,
        lambda count: server_stops.stops(count or 0),
    ),
    "two": ("rounds of two jobs on one database", 20, lambda count: server_stops.two_jobs(count or 0)),
    "stops": ("stops of the whole job", 50, lambda count: random_kills.daemon(count or 0, gently=True)),
}


def main(arguments: list[str]) -> int:
    """Run the parts asked for; exit with 1 where anything was lost, doubled or broken."""
    bad = 0
    for name in arguments[:1] or PARTS:
        words, usual, part = PARTS[name]
        count = int(arguments[1]) if len(arguments) > 1 else usual
        print(f"{name}: {count or 'all'} {words}", flush=True)
        begun = time.monotonic()
        found = part(count)
        for one in found:
            print(f"  {one}")
        verdict = f"{len(found)} wrong" if found else "nothing lost, nothing doubled"
        print(f"{name}: {verdict}, {time.monotonic() - begun:.0f} s", flush=True)
        bad += len(found)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
