"""Tag the labelled articles of ../shared/devset with the shipped rules and print the score.

usage: python tests/score_devset.py [--errors]

Exits 1 under a floor. The floors are the present promise: they are raised, never lowered, with the rules.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEVSET = ROOT.parent / "shared" / "devset"

MIN_F1 = 0.98
MIN_KIND = 0.95
MIN_CONFLICT = 0.96
MIN_CLAIM_F1 = 0.73


def predictions() -> list[str]:
    """Return one line per article, as `swapwatch tag` prints it."""
    from newsdesk.cli.tagging import tagged_line

    with (DEVSET / "articles.jsonl").open(encoding="utf-8") as lines:
        return [tagged_line(line) for line in lines]


def score(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the set's own scorer on the predictions."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "predictions.jsonl"
        file.write_text("\n".join(predictions()) + "\n", encoding="utf-8")
        command = [sys.executable, str(DEVSET / "score.py"), str(DEVSET / "articles.jsonl"), str(file)]
        return subprocess.run([*command, *options], capture_output=True, text=True, check=False)


def floors() -> tuple[str, ...]:
    """Return the scorer's options for the floors."""
    return ("--min-f1", str(MIN_F1), "--min-claim-f1", str(MIN_CLAIM_F1))


def main() -> int:
    """Print the score."""
    if not DEVSET.is_dir():
        print("the labelled articles lie outside the repository, at ../shared/devset: absent here")
        return 2
    result = score(*floors(), *sys.argv[1:])
    print(result.stdout + result.stderr)
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
