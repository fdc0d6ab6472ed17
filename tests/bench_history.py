"""What a file of a web archive costs: CPU seconds of the whole process tree for 1,000 pages, and its largest memory.

usage: python tests/bench_history.py [PAGES] [--real] [--off]

Writes a WARC file of so many pages (tests/make_warc.py; --real takes those of ../shared/realpages) and reads it with
`swapwatch backfill --warc FILE --all`; --off with `cascade: off`. Memory is that of all processes together, shared pages
counted once (PSS), at four times of the run: a figure that grows is a leak.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = str(Path(sys.executable).with_name("swapwatch"))
TICKS = os.sysconf("SC_CLK_TCK")
CONFIG = "version: 1\ncontact: bench@swapwatch.invalid\ncascade: {cascade}\nsources: []\n"


def members(session: int) -> list[Path]:
    """Return the folders in /proc of a session's processes."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                found.append(folder)
        except ProcessLookupError:
            continue
    return found


def used(folder: Path) -> tuple[float, float]:
    """Return CPU seconds and MB of memory of a process."""
    fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    rows = (folder / "smaps_rollup").read_text(encoding="utf-8").splitlines()
    pss = next((int(row.split()[1]) for row in rows if row.startswith("Pss:")), 0)
    return (int(fields[11]) + int(fields[12])) / TICKS, pss / 1024


def measured(command: list[str], folder: Path) -> tuple[float, float, list[float], str]:
    """Run a command; return CPU seconds, seconds, memory over time and what it printed."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    seconds: dict[str, float] = {}
    memory: list[float] = []
    while process.poll() is None:
        together = 0.0
        for one in members(process.pid):
            try:
                seconds[one.name], size = used(one)
                together += size
            except (OSError, ProcessLookupError):
                continue
        memory.append(together)
        time.sleep(0.25)
    said = process.stdout.read() if process.stdout else ""
    return sum(seconds.values()), time.monotonic() - begun, memory, said


def main() -> int:
    """Measure and print."""
    sys.path.insert(0, str(ROOT))
    from tests.make_warc import own_pages, real, write

    count = next((int(one) for one in sys.argv[1:] if one.isdigit()), 10_000)
    with tempfile.TemporaryDirectory(prefix="swapwatch-history-") as scratch:
        folder = Path(scratch)
        write(folder / "pages.warc.gz", real(count) if "--real" in sys.argv else own_pages(count))
        cascade = "off" if "--off" in sys.argv else "on"
        (folder / "config.yaml").write_text(CONFIG.format(cascade=cascade), encoding="utf-8")
        cpu, wall, memory, said = measured([COMMAND, "backfill", "--warc", "pages.warc.gz", "--all"], folder)
    print(said.rstrip())
    print(f"cascade {cascade}: {1000 * cpu / count:.2f} CPU s per 1,000 pages, {count / wall:.0f} pages/s")
    quarters = [max(memory[n * len(memory) // 4 : (n + 1) * len(memory) // 4], default=0) for n in range(4)]
    print("memory, MB, largest in each quarter of the run: " + ", ".join(f"{one:.0f}" for one in quarters))
    return 0


if __name__ == "__main__":
    sys.exit(main())
