"""What the job costs under load, on this machine: time, CPU seconds, memory of all its processes, files, threads.

usage: python tests/load.py [scale [SOURCES] | faulty [SOURCES] | growth [POLLS] | worst]    all where none is named

Outlets are on loopback, each with its own address, ten items each, pages of 3 KB, one in ten a report. Nothing is said of
slower networks. Read CPU seconds where the machine has other work: the job's own part is the same then.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.loads.farm import ITEMS, farm
from tests.loads.measuring import Sample, watched

LEADS = "select count(*) from lead where state != 'pending'"


def _asked(folder: Path, question: str) -> float:
    path = folder / "data" / "swapwatch.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        try:
            return float(store.execute(question).fetchone()[0] or 0)
        except sqlite3.OperationalError:
            return 0


def _row(name: str, *cells: object) -> None:
    print(f"{name:<34}" + "".join(f"{cell!s:>16}" for cell in cells), flush=True)


def _mb(sample: Sample) -> str:
    return f"{sample.tree:.0f}/{sample.main:.0f} MB"


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def scale(sources: int = 500) -> bool:
    """A cold pass over all, then a warm one in which nothing has changed."""
    well = True
    with farm(*(["good"] * sources)) as outlets, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(outlets.config(interval="1h"))
        for what, goal in (("cold", 120), ("warm", 30)):
            begun, used = time.monotonic(), _cpu()
            with watched(folder, "run", "--once") as job:
                job.process.wait()
            took, cpu = time.monotonic() - begun, _cpu() - used
            read = _asked(folder, LEADS)
            whole = read == sources * ITEMS
            well &= whole and took <= goal
            cells = (f"{took:.0f} s", f"{cpu:.0f} s CPU", f"{read:.0f} read", _mb(job.peak), f"goal {goal} s")
            _row(f"{sources} sources, {what}", *cells)
        findings = _asked(folder, "select count(*) from finding")
        _row("findings", f"{findings:.0f}")
    return well


FAULTS = ("hang", "slow", "dead", "hang")


def _settled(kinds: list[str]) -> tuple[float, float]:
    """Return mean and last second, from the start of the job, at which the good outlets' items were settled."""
    good = sum(kind == "good" for kind in kinds)
    ids = ", ".join(f"'s{number}'" for number, kind in enumerate(kinds) if kind == "good")
    question = f"select count(*) from lead where state != 'pending' and source_id in ({ids})"
    with farm(*kinds) as outlets, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(outlets.config(interval="5m", delay="0s"))
        begun, seen, when = time.monotonic(), 0.0, 0.0
        with watched(folder, "run") as job:
            while seen < good * ITEMS and time.monotonic() - begun < 900 and job.process.poll() is None:
                time.sleep(0.2)
                now, at = _asked(folder, question), time.monotonic() - begun
                when += (now - seen) * at
                seen = now
            return when / max(seen, 1), time.monotonic() - begun


def faulty(sources: int = 500) -> bool:
    """The same good outlets alone, and with a fifth of others that hang, drip and are dead among them."""
    alone = _settled(["good"] * (sources * 4 // 5))
    kinds = [FAULTS[number // 5 % len(FAULTS)] if number % 5 == 0 else "good" for number in range(sources)]
    among = _settled(kinds)
    later = [new / old - 1 for new, old in zip(among, alone, strict=True)]
    _row("good outlets alone", f"mean {alone[0]:.1f} s", f"last {alone[1]:.1f} s")
    _row("with a fifth of faulty ones", f"mean {among[0]:.1f} s", f"last {among[1]:.1f} s")
    _row("later by", f"{later[0]:+.0%}", f"{later[1]:+.0%}", "goal +10%")
    return max(later) <= 0.1


def growth(polls: int = 500) -> bool:
    """Poll ten outlets every second and compare what the job holds early and late."""
    with farm(*(["good"] * 10)) as outlets, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.yaml").write_text(outlets.config(interval="1s", delay="0s"))
        with watched(folder, "run", every=3600) as job:
            looks: list[Sample] = []
            for mark in (polls // 10, polls // 2, polls):
                while _asked(folder, "select count(*) from run") < mark and job.process.poll() is None:
                    time.sleep(0.2)
                looks.append(job.look())
                _row(
                    f"after {mark} polls",
                    _mb(looks[-1]),
                    f"{looks[-1].files} files",
                    f"{looks[-1].threads} threads",
                )
    early, late = looks[-2], looks[-1]
    grown = late.tree - early.tree
    _row("growth of the second half", f"{grown:+.1f} MB", "goal < 1 MB in 100")
    return late.files <= early.files + 4 and late.threads <= early.threads + 2 and grown < max(3, polls / 200)


def worst(_: int = 0) -> bool:
    """The heaviest feeds and pages that are let in, at once."""
    with farm("good") as outlets, tempfile.TemporaryDirectory() as name:
        folder, base = Path(name), f"http://127.0.1.1:{outlets.port}/worst"
        config = outlets.config(interval="1h", delay="0s")
        for number, path in enumerate(("many.rss", "long.rss", "pages.rss")):
            config += f"- {{id: w{number}, name: W, country: UA, side: ua, ownership: private, languages: [uk], type: feed, url: '{base}/{path}', limits: {{pages: 50}}}}\n"
        (folder / "config.yaml").write_text(config)
        with watched(folder, "run", "--once", every=0.2) as job:
            job.process.wait(600)
        print((folder / "log").read_text()[-1500:])
        _row("worst input", _mb(job.peak), "goal 650/200 MB")
        return job.peak.tree <= 650 and job.peak.main <= 200


PARTS: dict[str, Callable[..., bool]] = {"scale": scale, "faulty": faulty, "growth": growth, "worst": worst}


def main(arguments: list[str]) -> int:
    """Run the parts asked for; exit with 1 where a goal was missed."""
    count = [int(one) for one in arguments[1:2]]
    missed = [name for name in arguments[:1] or PARTS if not PARTS[name](*count)]
    print(f"missed: {', '.join(missed)}" if missed else "all goals met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
