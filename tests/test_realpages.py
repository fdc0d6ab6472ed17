"""The shipped code on pages that nobody in this project wrote."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crawl_realpages import REALPAGES

pytestmark = pytest.mark.skipif(
    not REALPAGES.is_dir(), reason="../shared/realpages is not beside this checkout"
)


def test_every_real_page_ends_as_a_finding_or_with_a_counted_reason() -> None:
    """A process of its own: a reactor lives as long as its event loop."""
    script = Path(__file__).with_name("crawl_realpages.py")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False
    )
    assert "192 pages, 0 without an outcome" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.returncode == 0
