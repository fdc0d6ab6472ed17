"""The config edited while the job runs: live without a restart, or refused without harm."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsdesk.cli.daemon import Outlets, daemon, outlets, wait_for

SOURCE = "  - {{id: {0}, name: N, country: UA, side: ua, ownership: state, languages: [uk], interval: {2}, url: '{1}/{0}.rss'}}\n"


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


def config(served: Outlets, **intervals: str) -> str:
    listed = "".join(SOURCE.format(name, served.url, every) for name, every in intervals.items())
    return (
        "version: 1\ncontact: t@x.invalid\ndefaults: {delay: 0s}\nnetwork: {allow_private: [127.0.0.1]}\n"
        f"sources:\n{listed}"
    )


def test_edits_are_live_without_a_restart_and_mistakes_change_nothing(
    served: Outlets, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config(served, a="1s", b="1h"), encoding="utf-8")
    with daemon(tmp_path) as job:
        assert wait_for(lambda: served.asked["/a-1"] == 1 and served.asked["/b-1"] == 1)

        # in place: two more sources, another interval
        path.write_text(config(served, a="1s", b="1s", c="1s", d="1h"), encoding="utf-8")
        assert wait_for(lambda: served.asked["/c-1"] == 1 and served.asked["/d-1"] == 1)
        assert wait_for(lambda: served.asked["/b.rss"] >= 3)
        assert [one["changes"] for one in job.logged("config_live")] == ["+2 sources, 1 interval"]

        # a mistake, then half a file: told with line and remedy, nothing else changes
        path.write_text(config(served, a="1s").replace("interval", "intervall"), encoding="utf-8")
        assert wait_for(lambda: bool(job.logged("config_refused")))
        assert "config.yaml:6:" in job.logged("config_refused")[0]["problem"]
        assert "did you mean interval?" in job.logged("config_refused")[0]["problem"]
        before = served.asked.copy()
        assert wait_for(
            lambda: all(served.asked[f"/{name}.rss"] >= before[f"/{name}.rss"] + 2 for name in "abc")
        )
        told = job.ask("sources", "status", "--format", "jsonl")
        assert told.returncode == 0
        assert "refused: config.yaml:6:" in told.stderr
        assert sorted(json.loads(line)["source"] for line in told.stdout.splitlines()) == ["a", "b", "c", "d"]
        assert job.ask("health").returncode == 0
        assert job.ask("sources", "list").returncode == 2

        # by rename: a source less; its finding stays
        (tmp_path / "new").write_text(config(served, a="1s", c="1s", d="1h"), encoding="utf-8")
        (tmp_path / "new").replace(path)
        assert wait_for(lambda: len(job.logged("config_live")) == 2)
        assert job.logged("config_live")[1]["changes"] == "-1 source"
        left, others = served.asked["/b.rss"], served.asked["/a.rss"]
        assert wait_for(lambda: served.asked["/a.rss"] >= others + 3)
        assert served.asked["/b.rss"] <= left + 1
        assert "/b-1" in job.ask("search", "обмін", "--source", "b", "--format", "jsonl").stdout
        path.unlink()
        assert wait_for(lambda: len(job.logged("config_refused")) > 1)
        assert job.ask("health").returncode == 0
        path.write_text("version: 1\nsources: 7\n", encoding="utf-8")
    assert job.logged("config_kept")
    assert not job.logged("poll_failed")


def test_a_hangup_reads_the_file_at_once_and_ends_nothing(served: Outlets, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(config(served, a="1s"), encoding="utf-8")
    with daemon(tmp_path) as job:
        job.process.send_signal(signal.SIGHUP)
        assert wait_for(lambda: bool(job.logged("config_live")))
        assert job.logged("config_live")[0]["changes"] == "nothing"
        before = served.asked["/a.rss"]
        assert wait_for(lambda: served.asked["/a.rss"] >= before + 2)


def test_a_refused_edit_is_told_by_status_of_a_config_that_is_right_elsewhere(
    served: Outlets, tmp_path: Path
) -> None:
    """Who looks with a corrected copy learns that the job still runs on the old one."""
    (tmp_path / "config.yaml").write_text(config(served, a="1s"), encoding="utf-8")
    (tmp_path / "right.yaml").write_text(config(served, a="1s"), encoding="utf-8")
    with daemon(tmp_path) as job:
        (tmp_path / "config.yaml").write_text("version: 1\nsources: [", encoding="utf-8")
        assert wait_for(lambda: bool(job.logged("config_refused")))
        for words in (["sources", "status"], ["health"]):
            done = job.ask(*words, "--config", "right.yaml")
            assert done.returncode == 0
            assert "last good config: config.yaml:2:" in done.stderr + done.stdout
