"""The running job tells: a source that breaks and comes back, a refused edit, a finding that somebody waits for."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsdesk.alerts.receivers import Webhook, webhook
from tests.newsdesk.cli.daemon import COMMAND, Outlets, daemon, outlets, wait_for

CONFIG = """version: 1
contact: t@x.invalid
defaults: {{delay: 0s, interval: 1s}}
network: {{allow_private: [127.0.0.1]}}
alerts:
  every: 1s
  group: 1s
  disk_low: 0
  to: {{desk: {{url: '${{DESK_URL}}'}}}}
  searches:
    - {{name: exchanges, words: обмін полоненими}}
sources:
  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/a.rss'}}
"""


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as found:
        yield found


def titles(hook: Webhook) -> str:
    return "\n".join(f"{one['title']}\n{one['message']}" for one in hook.got)


def test_people_are_told_what_happens_while_the_job_runs(
    served: Outlets, hook: Webhook, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    served.broken = {"a"}
    path.write_text(CONFIG.format(url=served.url), encoding="utf-8")
    with daemon(tmp_path, DESK_URL=hook.url) as job:
        assert wait_for(lambda: "a: the source is broken" in titles(hook))
        assert "HTTP 500" in titles(hook)
        served.broken = set()
        assert wait_for(lambda: "a: the source is back" in titles(hook))
        assert wait_for(lambda: "exchanges: Обмін полоненими" in titles(hook))
        path.write_text("version: 1\nsources: 7\n", encoding="utf-8")
        assert wait_for(lambda: "the edited config is refused" in titles(hook))
        assert "config.yaml:2:" in titles(hook)
        path.write_text(CONFIG.format(url=served.url), encoding="utf-8")
        assert wait_for(lambda: bool(job.logged("config_live")))
    for words in ("the source is broken", "the source is back", "exchanges: Обмін", "config is refused"):
        assert sum(one["message"].count(words) for one in hook.got) == 1, words
    assert "token-of-the-hook" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_alerts_are_listed_and_tested_without_a_running_job(
    served: Outlets, hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_URL", hook.url)
    (tmp_path / "config.yaml").write_text(CONFIG.format(url=served.url), encoding="utf-8")
    with daemon(tmp_path) as job:
        assert wait_for(lambda: bool(job.logged("alert")) or served.asked["/a-1"] > 0)
        done = job.ask("alerts", "test")
        assert (done.returncode, done.stdout) == (0, "desk: sent\n")
        assert "swapwatch: test" in titles(hook)
        assert wait_for(lambda: "exchanges" in job.ask("alerts").stdout)
        (row,) = [json.loads(one) for one in job.ask("alerts", "--format", "jsonl").stdout.splitlines()]
        assert (row["kind"], row["subject"]) == ("new_finding", "f1")
        assert job.ask("alerts", "test", "nobody").returncode == 2
        hook.status = 500
        assert job.ask("alerts", "test", "desk").returncode == 4
        hook.status = 200


def test_single_passes_tell_what_they_find(
    served: Outlets, hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run --once`, as a timer runs it: what is due goes out at the end of the pass, in no group's time."""
    monkeypatch.setenv("DESK_URL", hook.url)
    text = CONFIG.format(url=served.url).replace("group: 1s", "group: 1h")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    served.broken = {"a"}
    for _ in range(3):
        assert not hook.got
        once(tmp_path)
    assert "a: the source is broken" in titles(hook)
    served.broken = set()
    once(tmp_path)
    assert "a: the source is back" in titles(hook)
    assert "exchanges: Обмін полоненими" in titles(hook)
    assert len(hook.got) == 2


def once(folder: Path) -> None:
    subprocess.run([COMMAND, "run", "--once"], cwd=folder, capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize("url", ["nonsense://x", "slack://", "''"])
def test_an_address_that_apprise_does_not_know_is_refused_with_its_line(tmp_path: Path, url: str) -> None:
    from crawler.config import load
    from crawler.errors import ConfigError

    (tmp_path / "config.yaml").write_text(
        f"version: 1\nalerts: {{to: {{desk: {{url: {url}}}}}}}\nsources: []\n", encoding="utf-8"
    )
    with pytest.raises(
        ConfigError,
        match=r"config\.yaml:2:.*alerts\.to\.desk\.url: read a secret; this is no address that Apprise",
    ):
        load(tmp_path / "config.yaml", {})
