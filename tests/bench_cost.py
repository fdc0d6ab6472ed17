"""Cost of a page, end to end, beside other tools on the same pages from the same server.

usage: python tests/bench_cost.py [--pages 100] [--rounds 3] [--write]

The peers are installed into throw-away environments; a folder named by BENCH_PEERS keeps them for the next time. One that can't be
installed is named and left out. Each system reads eight feeds and every page they list, decides or extracts, and stores. Rounds are
interleaved. What a system costs before its first page is measured with empty feeds and shown beside.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench_docs import put, spread
from tests.bench_site import Site, served

HERE = Path(__file__).resolve().parent
COMMAND = str(Path(sys.executable).with_name("swapwatch"))
LIMIT_SECONDS = 600

GOALS = {"scrapy_trafilatura": 10.0, "fundus_known": 4.0, "news_please": 40.0}
"""How many times cheaper we want to be."""
GOAL_SECONDS = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one run of one system took."""

    cpu: float
    wall: float
    megabytes: float


@dataclass(slots=True, kw_only=True)
class System:
    """A way to read the same pages."""

    name: str
    command: Callable[[Site, Path], list[str]]
    empty: list[Cost] = field(default_factory=list)
    full: list[Cost] = field(default_factory=list)
    pages: int = 0
    """How many pages it made something of."""
    key: str = ""


def measured(command: Sequence[str], cwd: Path) -> Cost:
    """Run a command under tests/bench_measure.py."""
    found = subprocess.run(
        [sys.executable, str(HERE / "bench_measure.py"), *command],
        cwd=cwd, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False, env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip
    if found.returncode:
        raise RuntimeError(f"{command[:3]} ended with {found.returncode}: {found.stderr[-600:]}")
    said = json.loads(found.stdout.splitlines()[-1])
    return Cost(cpu=said["cpu"], wall=said["wall"], megabytes=said["megabytes"])


def config_for(site: Site, folder: Path) -> Path:
    """Write a config.yaml with the eight feeds."""
    sources = "".join(
        f"  - {{id: h{n}, name: H{n}, country: UA, side: other, ownership: unknown, languages: [en, ru, uk], type: feed,"
        f" url: '{url}', ports: [{site.port}]}}\n"
        for n, url in enumerate(site.feeds)
    )
    text = (
        "version: 1\ncontact: bench@swapwatch.invalid\nnetwork: {allow_private: [127.21.0.0/16]}\n"
        "defaults: {delay: 0s}\nlimits: {items: 50000, pages: 5000}\nsources:\n"
    )
    (folder / "config.yaml").write_text(text + sources)
    return folder / "config.yaml"


def swapwatch(site: Site, folder: Path) -> list[str]:
    """Return the command of one pass of ours, over a new store."""
    config_for(site, folder)
    return [COMMAND, "run", "--once"]


def peer(python: Path, script: str) -> Callable[[Site, Path], list[str]]:
    """Return what makes the command of a peer."""

    def command(site: Site, folder: Path) -> list[str]:
        if script == "fundus_known":
            return _known_again_and_again(python, site, folder)
        return [
            str(python),
            str(HERE / "bench_peers" / f"{script}.py"),
            str(folder / "out.jsonl"),
            *site.feeds,
        ]

    return command


def _known_again_and_again(python: Path, site: Site, folder: Path) -> list[str]:
    """fundus reads only the outlets it knows: those pages, as often as it takes to read as many as the others do."""
    script = str(HERE / "bench_peers" / "fundus_known.py")
    known = subprocess.run(
        [str(python), script, "--match", *site.feeds], check=True, capture_output=True, text=True
    )
    (folder / "known.json").write_text(known.stdout)
    return [str(python), script, str(folder / "out.jsonl"), str(folder / "known.json"), str(site.pages)]


PEERS = {
    "scrapy_trafilatura": (
        "Scrapy + trafilatura with metadata, inline",
        ("scrapy", "trafilatura", "lxml_html_clean"),
    ),
    "fundus_known": ("fundus, the outlets it knows", ("fundus", "curl_cffi<0.14")),
    "newspaper4k": ("newspaper4k, 4 threads", ("newspaper4k",)),
    "news_please": ("news-please, images off", ("news-please",)),
}


@contextmanager
def peers_folder() -> Iterator[Path]:
    """Yield where the peers' environments go."""
    kept = os.environ.get("BENCH_PEERS")
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="swapwatch-peers-") as folder:
        yield Path(folder)


def installed(folder: Path, packages: Sequence[str]) -> Path:
    """Return the Python of an environment with these packages, made where it is not there yet.

    Raises:
        subprocess.CalledProcessError: it can't be made.
    """
    place = folder / packages[0]
    python = place / "bin" / "python"
    if not (place / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, capture_output=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        (place / ".ready").touch()
    return python


def versions(python: Path, packages: Sequence[str]) -> str:
    """Return the versions of what is installed."""
    code = f"from importlib.metadata import version; print(version({packages[0]!r}))"
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def systems(folder: Path) -> tuple[list[System], list[str]]:
    """Return all that can be measured, and what can't, in words."""
    found = [System(name="swapwatch", key="swapwatch", command=swapwatch)]
    missing = []
    for script, (name, packages) in PEERS.items():
        try:
            python = installed(folder, packages)
        except subprocess.CalledProcessError as error:
            missing.append(f"{name}: not installed ({' '.join(str(error.stderr).split())[-160:]})")
            continue
        found.append(
            System(
                name=f"{name} ({versions(python, packages[:1])})", key=script, command=peer(python, script)
            )
        )
    return found, missing


def run(system: System, site: Site, scratch: Path) -> Cost:
    """Measure one system once, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        cost = measured(system.command(site, Path(folder)), Path(folder))
        if site.pages:
            system.pages = _pages(system, site, Path(folder))
    return cost


def _pages(system: System, site: Site, folder: Path) -> int:
    if system.key == "swapwatch":
        with closing(sqlite3.connect(folder / "data" / "swapwatch.db")) as store:
            (ended,) = store.execute("select count(*) from lead where state <> 'pending'").fetchone()
        if ended != site.pages:
            raise RuntimeError(f"{ended} of {site.pages} pages came to an outcome")
        return int(ended)
    with suppress(OSError):
        read = len((folder / "out.jsonl").read_text(encoding="utf-8").splitlines())
        return site.pages if read >= site.pages / 2 else 0  # one that fails on most pages is not measured
    return 0


def compare(*, pages: int, rounds: int, scratch: Path, only: Sequence[str] = ()) -> str:
    """Return the table of costs as Markdown."""
    with peers_folder() as folder:
        found, missing = systems(folder)
        found = [one for one in found if not only or one.key in only]
        for count, into in ((0, "empty"), (pages, "full")):
            (scratch / into).mkdir()
            with served(scratch / into, pages=count) as site:
                for _ in range(2 if count == 0 else rounds):
                    for system in list(found):
                        try:
                            getattr(system, into).append(run(system, site, scratch))
                        except (RuntimeError, subprocess.TimeoutExpired) as error:
                            missing.append(f"{system.name}: {str(error)[-300:]}")
                            found.remove(system)
                about = f"{pages:,} pages over {len(site.feeds)} hosts, median {site.median_kilobytes:.0f} kB, from {site.server}"
    return "\n".join([about, "", *_table(found), "", *_verdicts(found), *missing])


def thousand(system: System) -> list[float]:
    """Return the CPU seconds for 1,000 pages of each round, the start included."""
    return [one.cpu * 1000 / system.pages for one in system.full] if system.pages else []


def marginal(system: System) -> list[float]:
    """Return the same without what it costs before the first page."""
    start = statistics.median(one.cpu for one in system.empty)
    return [(one.cpu - start) * 1000 / system.pages for one in system.full] if system.pages else []


def _table(found: Sequence[System]) -> list[str]:
    lines = [
        "| system | CPU s per 1,000 pages, start included | start aside | start, CPU s | pages/s | peak memory MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        if not one.pages:
            continue
        lines.append(
            f"| {one.name} | {spread(thousand(one))} | {spread(marginal(one))}"
            f" | {spread([cost.cpu for cost in one.empty])} | {spread([one.pages / cost.wall for cost in one.full])}"
            f" | {spread([cost.megabytes for cost in one.full], '.0f')} |"
        )
    return lines


def _verdicts(found: Sequence[System]) -> list[str]:
    """Say of each goal whether it is met."""
    ours = next((one for one in found if one.key == "swapwatch"), None)
    if ours is None or not ours.pages:
        return []
    mine = statistics.median(marginal(ours))
    said = [_judged(f"at most {GOAL_SECONDS:g} CPU s per 1,000 pages", f"{mine:.1f}", mine <= GOAL_SECONDS)]
    for one in found:
        if one.key in GOALS and one.pages:
            ratio = statistics.median(marginal(one)) / mine
            said.append(
                _judged(
                    f"{GOALS[one.key]:g} times less than {one.name}",
                    f"{ratio:.1f} times",
                    ratio >= GOALS[one.key],
                )
            )
    return said


def _judged(goal: str, figure: str, met: bool) -> str:
    return f"- {'met' if met else '**BEHIND**'}: {goal} (start aside): {figure}"


def main() -> int:
    """Measure and print."""
    parser = ArgumentParser()
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
        text = compare(pages=given.pages, rounds=given.rounds, scratch=Path(scratch), only=given.only)
    print(text)
    if given.write:
        put("cost", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
