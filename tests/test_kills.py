"""A short form of `make torture`: killed at some instants of every work, at some random ones, and told to stop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("part", "count"), [("instants", "4"), ("writer", "8"), ("daemon", "2"), ("stops", "2"), ("server", "2")]
)
def test_nothing_is_lost_and_nothing_doubled(part: str, count: str) -> None:
    done = subprocess.run(
        [sys.executable, "tests/torture.py", part, count],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if reason := re.search(r"not run: (.*)", done.stdout):
        pytest.skip(reason[1])
    assert done.returncode == 0, done.stdout + done.stderr
