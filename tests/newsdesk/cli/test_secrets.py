"""Secrets of a config: used where they belong, and in no output, log or file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.newsdesk.cli.daemon import COMMAND, outlets

CANARY = "kanarka-7f3a"

SOURCES = """
version: 1
contact: desk@news.invalid
network: {{allow_private: [127.0.0.1]}}
database: {{url: {database}}}
sources:
- {{id: good, name: G, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/one.rss', headers: {{Authorization: 'Bearer ${{SECRET}}', X-Key: '${{SECRET}}'}}}}
- {{id: bad, name: B, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}/missing/', headers: {{Cookie: 'a=${{SECRET}}'}}}}
- {{id: away, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: 'http://away.invalid/rss', proxy: 'http://desk:${{SECRET}}@127.0.0.1:9'}}
"""


def everything(folder: Path, *commands: list[str]) -> bytes:
    """Return all that some commands print, log and store."""
    said = b""
    for command in commands:
        done = subprocess.run(
            [COMMAND, *command], cwd=folder, capture_output=True, timeout=90, check=False, env=os.environ | {"SECRET": CANARY},
        )  # fmt: skip
        said += done.stdout + done.stderr
    for path in (folder / "data").rglob("*") if (folder / "data").exists() else ():
        said += path.read_bytes() if path.is_file() else b""
    return said


def test_a_secret_is_in_nothing_that_is_printed_logged_or_stored(tmp_path: Path) -> None:
    with outlets() as some:
        (tmp_path / "config.yaml").write_text(SOURCES.format(url=some.url, database="sqlite:///data/a.db"))
        said = everything(
            tmp_path, ["--debug", "run", "--once"], ["sources", "list", "--format", "jsonl"], ["sources", "status", "--format", "jsonl"],
            ["sources", "export", "--format", "opml"], ["export", "leads", "--format", "jsonl"],
        )  # fmt: skip
    assert b"good" in said
    assert CANARY.encode() not in said


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "nonsense+nothing"])
def test_a_database_password_is_in_no_complaint(tmp_path: Path, scheme: str) -> None:
    database = f"'{scheme}://desk:${{SECRET}}@127.0.0.1:9/x'"
    (tmp_path / "config.yaml").write_text(SOURCES.format(url="http://127.0.0.1:9", database=database))
    said = everything(tmp_path, ["--debug", "run", "--once"])
    assert said
    assert CANARY.encode() not in said
