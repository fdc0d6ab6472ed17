"""The disk is full under a running job: one clear line, questions answered, and on by itself once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kills import oracle
from tests.kills.outlet import Outlets
from tests.kills.outlet import outlets as growing_outlets
from tests.newsdesk.cli.daemon import daemon, wait_for


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 12 MB."""
    folder = Path(tempfile.mkdtemp(prefix="swapwatch-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "swapwatch", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        shutil.rmtree(folder)
        pytest.skip("no file system can be mounted here: a full disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Leave no room."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return filler


@pytest.fixture
def served() -> Iterator[Outlets]:
    with growing_outlets(2) as found:
        yield found


def test_a_full_disk_pauses_the_job_and_loses_nothing(
    served: Outlets, small_disk: Path, tmp_path: Path
) -> None:
    config = served.config(tmp_path).read_text()
    url = f"sqlite:///{small_disk}/swapwatch.db"
    (tmp_path / "config.yaml").write_text(f"data: {small_disk}\ndatabase: {{url: '{url}'}}\n{config}")
    with daemon(tmp_path) as job:
        assert wait_for(lambda: len(oracle.stored(url)) >= 4)
        filler = fill(small_disk)
        assert wait_for(lambda: bool(job.logged("store_unavailable")))
        asked = job.ask("search", "обмін", "--format", "jsonl")
        assert asked.returncode == 0, asked.stderr
        assert len(asked.stdout.splitlines()) >= 4
        os.truncate(filler, 0)
        filler.unlink()
        served.growing = False
        assert wait_for(lambda: set(served.served) <= oracle.stored(url))
        assert wait_for(lambda: bool(job.logged("store_available_again")))
        told = job.logged("store_unavailable")
    assert oracle.at_the_end(url, small_disk, served=served.served) == []
    assert len(told) == len(
        job.logged("store_available_again")
    )  # one line for each outage, none for each poll
    assert "the disk is full" in str(told[0]["cause"])
    assert "free some space" in str(told[0]["cause"])
