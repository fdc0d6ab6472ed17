"""Figures and health of the running job, as a supervisor reads them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.newsdesk.cli.daemon import Outlets, daemon, outlets, wait_for

CONFIG = """version: 1
contact: t@x.invalid
defaults: {{delay: 0s, interval: 1s}}
network: {{allow_private: [127.0.0.1]}}
metrics: {{port: {port}}}
sources:
  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/a.rss'}}
  - {{id: b, name: B, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/b.rss'}}
"""


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def figures(port: int) -> dict[str, float]:
    lines = get(port, "/metrics")[1].splitlines()
    return {name: float(value) for name, _, value in (one.rpartition(" ") for one in lines if one[0] != "#")}


def test_the_running_job_shows_its_figures_and_health_on_loopback(served: Outlets, tmp_path: Path) -> None:
    port = free_port()
    served.broken = {"b"}
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=port, url=served.url), encoding="utf-8")
    with daemon(tmp_path) as job:
        assert wait_for(lambda: figures(port).get('swapwatch_source_failures{source="b"}', 0) >= 2)
        assert wait_for(lambda: get(port, "/health")[0] == 200)
        found = figures(port)
        assert get(port, "/elsewhere")[0] == 404
        (line,) = job.logged("metrics_served")
        assert line["at"] == f"http://127.0.0.1:{port}/metrics"
        (kept,) = job.logged("kept")
    assert found["swapwatch_findings_total"] == 1
    assert found['swapwatch_polls_total{outcome="error"}'] >= 2
    assert found['swapwatch_polls_total{outcome="stored"}'] == 1
    assert found["swapwatch_leads_total"] == 1
    assert found["swapwatch_requests_total"] >= 5
    assert found["swapwatch_leads_waiting"] == 0
    assert found['swapwatch_source_failures{source="a"}'] == 0
    assert found['swapwatch_source_last_success_seconds{source="a"}'] > 1.7e9
    assert found["process_resident_memory_bytes"] > 1e7
    assert (kept["source"], kept["run"] > 0) == ("a", True)


def test_health_is_red_with_the_reason_before_anything_succeeded(served: Outlets, tmp_path: Path) -> None:
    port = free_port()
    served.broken = {"a", "b"}
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=port, url=served.url), encoding="utf-8")
    with daemon(tmp_path):
        status, body = get(port, "/health")
    assert status == 503
    assert "none of 2 sources has succeeded yet" in json.dumps(json.loads(body)["complaints"])


def test_a_port_that_is_taken_is_one_line(served: Outlets, tmp_path: Path) -> None:
    import subprocess

    from tests.newsdesk.cli.daemon import COMMAND

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "config.yaml").write_text(CONFIG.format(port=port, url=served.url), encoding="utf-8")
        done = subprocess.run(
            [COMMAND, "run"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert f"metrics.port {port}" in done.stderr


def test_logs_come_as_text_where_asked(tmp_path: Path, served: Outlets) -> None:
    import subprocess

    from tests.newsdesk.cli.daemon import COMMAND

    (tmp_path / "config.yaml").write_text(CONFIG.format(port=9, url=served.url), encoding="utf-8")
    for form, first in (("text", "2"), ("json", "{")):
        done = subprocess.run(
            [COMMAND, "run", "--once", "--log", form],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        lines = [line for line in done.stderr.splitlines() if "kept" in line]
        assert all(line.startswith(first) for line in lines)
        if form == "text":
            assert lines
