"""What it costs to find the article in a page, and how well it is found, beside other extractors: `python tests/bench_extractors.py`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench_cost import HERE, PEERS, installed, peers_folder
from tests.bench_docs import put
from tests.crawl_realpages import REALPAGES

OWN = (
    ("swapwatch", "swapwatch, dates and addresses included"),
    ("trafilatura", "trafilatura"),
    ("trafilatura_metadata", "trafilatura with metadata"),
    ("trafilatura_fast", "trafilatura `fast=True`"),
)
OTHERS = ("newspaper4k", "news_please")


def table() -> str:
    """Return the table as Markdown."""
    lines = [
        "| extractor, one core | CPU ms a page, mean | p95 | F1 on the real pages |",
        "| --- | --- | --- | --- |",
    ]
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch, peers_folder() as peers:
        for name, said in OWN:
            lines.append(_row(said, name, Path(sys.executable), Path(scratch)))
        for name in OTHERS:
            try:
                python = installed(peers, PEERS[name][1])
                lines.append(_row(PEERS[name][0], name, python, Path(scratch)))
            except subprocess.CalledProcessError as error:
                lines.append(f"| {PEERS[name][0]} | not run: {str(error)[:80]} | | |")
    return "\n".join(lines)


def _row(said: str, name: str, python: Path, scratch: Path) -> str:
    out = scratch / f"{name}.json"
    subprocess.run(
        [str(python), str(HERE / "bench_peers" / "extractors.py"), name, str(REALPAGES), str(out)],
        check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(HERE.parent) if python == Path(sys.executable) else ""},
    )  # fmt: skip
    found = json.loads(out.read_text(encoding="utf-8"))
    predicted = scratch / "predicted.json"
    predicted.write_text(json.dumps(found["texts"]), encoding="utf-8")
    score = subprocess.run(
        [sys.executable, str(REALPAGES / "score.py"), str(predicted)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    f1 = re.search(r"F1 ([\d.]+)", score)
    took = sorted(found["milliseconds"])
    return f"| {said} | {sum(took) / len(took):.1f} | {took[int(0.95 * len(took))]:.1f} | {f1[1] if f1 else '?'} |"


if __name__ == "__main__":
    text = table()
    print(text)
    if "--write" in sys.argv:
        put("extractors", text)
