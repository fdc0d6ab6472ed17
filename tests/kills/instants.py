"""Killed at every write and every sync, one after the other: strace ends the process before its K-th such call.

strace counts each kind of call by itself, so the K-th write and the K-th sync are asked for one by one. The modules are
loaded once; each kill costs a fork, not a start of Python.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.kills import works
from tests.kills.works import Work

CALLS = "pwrite64,write,writev,fsync,fdatasync,ftruncate,unlink,rename,renameat,renameat2,link,mkdir"
"""Every call by which a store leaves something on the disk."""


class NotTraced(Exception):
    """strace is missing or may not trace here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended, and what it had said by then."""

    code: int
    said: tuple[str, ...]


def every_instant(work: Work, *, at_most: int | None = None) -> Iterator[tuple[str, list[str]]]:
    """Kill `work` before each of its calls, or at most so many of them; yield the instant and what is wrong."""
    calls = _calls_of(work)
    for call, when in calls[:: -(-len(calls) // at_most) if at_most else 1]:
        inject = ["-e", f"inject={call}:signal=SIGKILL:when={when}"]
        yield f"before {call} {when}", _killed(work, inject, code=-signal.SIGKILL)
    yield "never", _killed(work, None, code=0)


def _killed(work: Work, inject: list[str] | None, *, code: int) -> list[str]:
    """Kill `work` once, let it run again, and return what is wrong after either."""
    with tempfile.TemporaryDirectory(prefix="swapwatch-instant-") as name:
        folder = Path(name)
        work.prepare(folder)
        ended = forked(work.do, folder, strace=inject)
        found = [] if ended.code == code else [f"ended {ended}"]
        found += work.after_a_kill(folder, ended.said)
        again = forked(work.do, folder)
        found += [f"the next run failed: {again}"] if again.code else []
        return found + work.at_the_end(folder)


def _calls_of(work: Work) -> list[tuple[str, int]]:
    """Return each call before which a run may be killed, in their order: its kind and the how many-th of its kind."""
    with tempfile.TemporaryDirectory(prefix="swapwatch-instant-") as name:
        folder, log = Path(name), Path(f"{name}.strace")
        work.prepare(folder)
        try:
            ended = forked(work.do, folder, strace=["-o", str(log), "-e", f"trace={CALLS}"])
            lines = log.read_text(errors="replace").splitlines()
        finally:
            log.unlink(missing_ok=True)
    if ended.code:
        raise NotTraced(f"the run that is to be killed fails by itself: {ended}")
    counts: Counter[str] = Counter()
    found = []
    for line in lines:
        if call := re.match(r"\d+ +(\w+)\(", line):
            counts[call[1]] += 1
            found.append((call[1], counts[call[1]]))
    return found


def forked(
    do: Callable[[Path], None],
    folder: Path,
    *,
    strace: list[str] | None = None,
    kill_after: float | None = None,
) -> Ended:
    """Run `do` in a process of its own, traced from its first step on or killed after so many seconds."""
    said = folder.with_name(folder.name + ".said")
    begin, let_begin = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(do, folder, said, begin)
    os.close(begin)
    tracer = None
    try:
        if strace is not None:
            tracer = _traced(child, strace)
    finally:
        os.write(let_begin, b"!")
        os.close(let_begin)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if tracer is not None:
            tracer.wait(30)
    words = said.read_text().splitlines() if said.exists() else []
    said.unlink(missing_ok=True)
    return Ended(code=os.waitstatus_to_exitcode(status), said=tuple(words))


def _be_the_child(do: Callable[[Path], None], folder: Path, said: Path, begin: int) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
        os.read(begin, 1)
        do(folder)
        code = 0
    except BaseException:  # noqa: BLE001 - the end of the child: what went wrong is told by its parent
        os.write(1, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _traced(child: int, arguments: list[str]) -> subprocess.Popen[str]:
    """Attach strace to a process that waits to begin."""
    program = shutil.which("strace")
    if program is None:
        raise NotTraced("strace is not installed: apt-get install strace")
    quiet = [] if "-o" in arguments else ["-o", "/dev/null"]
    tracer = subprocess.Popen(
        [program, "-f", *quiet, *arguments, "-p", str(child)], stderr=subprocess.PIPE, text=True
    )
    assert tracer.stderr is not None
    first = tracer.stderr.readline()
    if "attached" not in first:
        tracer.wait()
        raise NotTraced(f"strace can't trace here: {first.strip()}")
    return tracer


def run(at_most: int | None = None) -> list[str]:
    """Kill each work at its instants; print a line for each work and return what is wrong."""
    bad = []
    for work in works.ALL:
        kills = 0
        for instant, found in every_instant(work, at_most=at_most):
            kills += 1
            bad += [f"{work.name}, killed {instant}: {one}" for one in found]
        print(f"  {work.name}: {kills} instants, {len(bad)} wrong so far", flush=True)
    return bad
