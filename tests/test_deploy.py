"""What ships for services: the unit passes systemd's own check, the container file keeps its promises."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from crawler import supervisor
from tests.newsdesk.cli.daemon import daemon, outlets

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
PROGRAM = "/opt/swapwatch/.venv/bin/swapwatch"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_passes_systemds_check(tmp_path: Path) -> None:
    text = (DEPLOY / "swapwatch.service").read_text(encoding="utf-8")
    assert PROGRAM in text
    unit = tmp_path / "swapwatch.service"
    unit.write_text(text.replace(PROGRAM, "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "swapwatch.service" in line]
    assert complaints == []


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def test_the_container_is_not_root_and_builds_from_the_lock() -> None:
    found = instructions()
    words = [word for word, _ in found]
    last = max(number for number, word in enumerate(words) if word == "FROM")
    assert dict(found[last:])["USER"] == "10001:10001"
    assert "ADD" not in words
    assert all(rest.startswith("[") for word, rest in found if word in ("RUN", "CMD", "ENTRYPOINT"))
    assert any("--require-hashes" in rest for word, rest in found if word == "RUN")
    assert all(re.search(r":\d", rest) for word, rest in found if word == "FROM"), "a base without version"


def test_what_the_container_copies_is_there() -> None:
    root = DEPLOY.parent
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            for name in rest.split()[:-1]:
                assert (root / name).exists(), name


def test_the_compose_file_keeps_the_root_read_only() -> None:
    service = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"][
        "swapwatch"
    ]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve().exists()


def test_a_supervisor_hears_ready_alive_and_stopping(tmp_path: Path) -> None:
    config = "version: 1\nnetwork: {{allow_private: [127.0.0.1]}}\nsources:\n  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{0}/a.rss'}}\n"
    with outlets() as served, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(30)
        (tmp_path / "config.yaml").write_text(config.format(served.url), encoding="utf-8")
        with daemon(tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify")):
            heard = {listener.recv(100).decode(), listener.recv(100).decode()}
        assert heard == {supervisor.READY, supervisor.ALIVE}
        assert listener.recv(100).decode() == supervisor.STOPPING


def test_without_a_supervisor_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    supervisor.tell(supervisor.READY)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    supervisor.tell(supervisor.READY)
