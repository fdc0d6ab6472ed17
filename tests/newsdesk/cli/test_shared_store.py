"""Others at the job's database: a lock held for long, and a second job that takes over once the first is killed."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.kills import oracle
from tests.kills.outlet import Outlets
from tests.kills.outlet import outlets as growing_outlets
from tests.newsdesk.cli.daemon import COMMAND, daemon, wait_for


@pytest.fixture
def served() -> Iterator[Outlets]:
    with growing_outlets(2) as found:
        yield found


def test_a_database_that_another_process_locks_is_waited_for(served: Outlets, tmp_path: Path) -> None:
    served.config(tmp_path)
    url = f"sqlite:///{tmp_path}/data/swapwatch.db"
    with daemon(tmp_path):
        assert wait_for(lambda: len(oracle.stored(url)) >= 2)
        with closing(sqlite3.connect(tmp_path / "data/swapwatch.db", isolation_level=None)) as other:
            other.execute("begin immediate")
            before = len(oracle.stored(url))
            time.sleep(4)
            assert len(oracle.stored(url)) == before
            other.execute("rollback")
        assert wait_for(lambda: len(oracle.stored(url)) > before)
        served.growing = False
        assert wait_for(lambda: set(served.served) <= oracle.stored(url))
    assert oracle.at_the_end(url, tmp_path / "data", served=served.served) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_second_job_takes_over_once_the_first_is_killed_and_never_before(
    served: Outlets, tmp_path: Path, engine: str, request: pytest.FixtureRequest
) -> None:
    """Each job says its own contact, so the outlets know who asked."""
    url = f"sqlite:///{tmp_path}/shared.db"
    if engine == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        served.config(tmp_path / name, url=url, contact=f"{name}@example.invalid")
    with (tmp_path / "first" / "log").open("wb") as log:
        first = subprocess.Popen([COMMAND, "run"], cwd=tmp_path / "first", stderr=log)
    try:
        assert wait_for(lambda: any("first@" in agent for agent, _ in served.asked))
        refused = subprocess.run(
            [COMMAND, "run"], cwd=tmp_path / "second", capture_output=True, text=True, timeout=60, check=False
        )
        assert refused.returncode == 5
        assert f"process {first.pid} on " in refused.stderr
        assert not any("second@" in agent for agent, _ in served.asked)
    finally:
        first.kill()
        first.wait()
    killed = time.monotonic()
    with daemon(tmp_path / "second"):
        assert wait_for(lambda: any("second@" in agent for agent, _ in served.asked), seconds=30)
        assert time.monotonic() - killed <= 30
        last_of_first = max(i for i, (agent, _) in enumerate(served.asked) if "first@" in agent)
        first_of_second = min(i for i, (agent, _) in enumerate(served.asked) if "second@" in agent)
    assert last_of_first < first_of_second
