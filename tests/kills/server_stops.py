"""PostgreSQL stopped at once and started again in the middle of a crawl, and two jobs after one database."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from tests.cluster import Cluster, NoServer, cluster
from tests.kills import oracle
from tests.kills.outlet import outlets
from tests.kills.random_kills import Job


def stops(count: int, *, seed: int = 1) -> list[str]:
    """Stop the server at random instants of one crawl; return what is wrong."""
    try:
        with cluster() as server:
            return _stops(server, count, random.Random(seed))
    except NoServer as problem:
        return [f"not run: {problem}"]


def _stops(server: Cluster, count: int, chance: random.Random) -> list[str]:
    bad = []
    with outlets() as room, tempfile.TemporaryDirectory(prefix="swapwatch-server-") as name:
        folder = Path(name)
        room.config(folder, url=server.url)
        job = Job(folder, database=server.url)
        job.start()
        job.wait_watching()
        for number in range(count):
            time.sleep(chance.uniform(0.2, 2.5))
            server.stop()
            time.sleep(chance.uniform(0, 1))
            server.start()
            found = oracle.after_a_kill(server.url, folder / "data", acknowledged=job.acknowledged())
            bad += [f"stop {number}: {one}" for one in found]
        code, seconds = job.stop()
        bad += [f"ended with {code} after {seconds:.1f} s"] if code else []
        bad += job.to_the_end(room)
        print(f"  {count} stops, {len(room.served)} reports served", flush=True)
    return bad


def two_jobs(rounds: int) -> list[str]:
    """Start two jobs at once, again and again, and kill the one that won; the outlets tell whether both ever asked."""
    try:
        with cluster() as server:
            return [one for round_ in range(rounds) for one in _round(server, round_)]
    except NoServer as problem:
        return [f"not run: {problem}"]


def _round(server: Cluster, number: int) -> list[str]:
    url = server.url
    with outlets(2) as room, tempfile.TemporaryDirectory(prefix="swapwatch-two-") as name:
        jobs = []
        for who in ("one", "two"):
            folder = Path(name) / who
            folder.mkdir()
            room.config(folder, url=url, contact=f"{who}@example.invalid")
            jobs.append(Job(folder, database=url))
        for job in jobs:
            job.start()
        end = time.monotonic() + 60
        while time.monotonic() < end and not any(job.over for job in jobs):
            time.sleep(0.1)
        time.sleep(2)
        askers = {who for agent, _ in room.asked for who in ("one@", "two@") if who in agent}
        left = [job for job in jobs if not job.over]
        for job in left:
            job.kill()
        wrong = [] if len(left) == 1 else [f"round {number}: {len(left)} of two run"]
        return wrong + ([f"round {number}: both asked"] if len(askers) > 1 else [])
