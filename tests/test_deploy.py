"""What ships for services: the unit passes systemd's own check, the container file keeps its promises."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sqlalchemy import Engine, inspect

import scheduler
from crawler import supervisor
from crawler.model import CrawlReport, Outcome, Skipped, SkipReason, Stage
from storage import frontier, runs
from storage.captures import WarcArchive
from storage.engine import connect, transaction
from tests.newsdesk.cli.daemon import daemon, outlets
from tests.storage.ledger_nouns import keep, report
from tests.storage.nouns import NOW, capture, finding, kept, lead_id

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
SKIPPED = Skipped(url="https://slovo.example/2", reason=SkipReason.ROBOTS, stage=Stage.FETCH)
REPORT = CrawlReport(source_id="slovo", started=NOW, finished=NOW, outcome=Outcome.STORED, requests=3)
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


DATASETTE = YAML(typ="safe").load((DEPLOY / "datasette.yaml").read_text(encoding="utf-8"))["databases"][
    "swapwatch"
]


@pytest.mark.parametrize("name", sorted(DATASETTE["queries"]))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_query_for_datasette_is_answered(store: Engine, tmp_path: Path, name: str) -> None:
    captures = WarcArchive(tmp_path / "captures").write([capture()])
    number = kept(store, finding(), captures=captures).finding_id
    keep(store, report("2025-08-14", {"each people": 84}))
    scheduler.update_ledger(store)
    with transaction(store) as session:
        frontier.close(session, lead_id(session, "https://slovo.example/2"), SKIPPED, now=NOW)
        runs.record(session, REPORT)
    reader = connect(store.url, read_only=True)
    with reader.connect() as connection:
        rows = (
            connection.exec_driver_sql(DATASETTE["queries"][name]["sql"], {"words": "Обмін"}).mappings().all()
        )
    reader.dispose()
    assert rows
    assert name not in ("findings", "search") or f"f{number}" in {row["id"] for row in rows}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_table_described_for_datasette_is_there(store: Engine) -> None:
    assert set(DATASETTE["tables"]) <= set(inspect(store).get_table_names())
