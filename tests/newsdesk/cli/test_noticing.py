"""A job without fixed intervals: what comes later is found, what was learnt is told and outlives a restart."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.newsdesk.cli.daemon import Daemon, daemon, outlets, wait_for

CONFIG = """\
version: 1
contact: t@x.invalid
network: {{allow_private: [127.0.0.1]}}
polling: {{a_minute: 600, shortest: 1s, longest: 5s}}
defaults: {{delay: 0s}}
sources:
  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/a.rss'}}
  - {{id: b, name: B, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/b.rss', interval: 1h}}
"""


def status(job: Daemon) -> dict[str, dict[str, Any]]:
    """Return how the sources fare, by id."""
    told = job.ask("sources", "status", "--format", "jsonl")
    assert told.returncode == 0, told.stderr
    return {row["source"]: row for row in map(json.loads, told.stdout.splitlines())}


def test_a_source_is_polled_as_its_polls_teach_and_says_so(tmp_path: Path) -> None:
    with outlets() as served:
        (tmp_path / "config.yaml").write_text(CONFIG.format(url=served.url), encoding="utf-8")
        with daemon(tmp_path) as job:
            assert wait_for(lambda: served.asked["/a.rss"] >= 3 and served.asked["/b-1"] == 1)
            served.reports["a"] = 3
            assert wait_for(lambda: served.asked["/a-2"] == 1 and served.asked["/a-3"] == 1)
            asked = served.asked["/a.rss"]
            assert wait_for(lambda: served.asked["/a.rss"] > asked)
            told = status(job)
        with closing(sqlite3.connect(tmp_path / "data" / "swapwatch.db")) as store:
            (learnt,) = store.execute("select habits from source_state where source_id = 'a'").fetchone()
        assert json.loads(learnt)["seen"] == pytest.approx(2, abs=0.01), (
            "what the first poll found was there before"
        )
        assert "its rate is still to be learnt" in told["a"]["polling"]
        assert served.asked["/b.rss"] == 1
        assert told["b"]["polling"].startswith("next in ")
        assert "every 60 min as configured" in told["b"]["polling"]
        with daemon(tmp_path) as job:
            again = served.asked["/a.rss"]
            assert wait_for(lambda: served.asked["/a.rss"] > again + 1)
            assert served.asked["/b.rss"] == 1, "a restart keeps due times"
        assert served.asked["/a-2"] == 1
