"""`sources probe`, `import` and `export`, as an operator calls them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from crawler.config import load
from tests.newsdesk.cli.daemon import Outlets, outlets

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
HEAD = (
    "version: 1\ncontact: t@x.invalid\ndefaults: {delay: 0s}\nnetwork: {allow_private: [127.0.0.1]}\nsources:"
)


@pytest.fixture
def served() -> Iterator[Outlets]:
    with outlets() as found:
        yield found


def ask(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "sources", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_what_probe_prints_can_be_pasted_and_works(served: Outlets, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{HEAD} []\n", encoding="utf-8")
    done = ask(tmp_path, "probe", f"{served.url}/a.rss")
    assert done.returncode == 0, done.stderr
    assert "205" not in done.stderr
    assert "«Обмін полоненими»" in done.stdout
    entry = done.stdout.partition("outlet's terms)")[2].strip("\n")
    path.write_text(f"{HEAD}\n{entry}\n", encoding="utf-8")
    (source,) = load(path, {}).sources
    assert (source.url, source.type) == (f"{served.url}/a.rss", "feed")
    assert ask(tmp_path, "check").returncode == 0
    assert not (tmp_path / "data").exists()


def test_check_tells_what_each_source_is_like_and_fails_where_one_does(
    served: Outlets, tmp_path: Path
) -> None:
    more = "".join(
        f"\n  - {{id: {name}, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{served.url}/{name}.rss'}}"
        for name in "ab"
    )
    (tmp_path / "config.yaml").write_text(f"{HEAD}{more}\n", encoding="utf-8")
    assert ask(tmp_path, "check").returncode == 0
    served.broken = {"b"}
    done = ask(tmp_path, "check", "--format", "jsonl")
    assert done.returncode == 4
    good, bad = (json.loads(line) for line in done.stdout.splitlines())
    assert (good["source"], good["format"], good["entries"], good["articles"]) == ("a", "rss", 1, "1 of 1")
    assert (bad["source"], bad["format"], bad["failed"]) == ("b", None, True)
    assert "HTTP 500" in bad["error"]
    assert ask(tmp_path, "check", "a").returncode == 0
    assert not (tmp_path / "data").exists()


def test_a_probe_that_finds_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"{HEAD} []\n", encoding="utf-8")
    done = ask(tmp_path, "probe", "http://127.0.0.1:9/")
    assert done.returncode == 3
    assert "connection refused" in done.stdout
    assert ask(tmp_path, "probe", "ftp://x").returncode == 2


def test_sources_go_out_and_come_in_again(served: Outlets, tmp_path: Path) -> None:
    more = f"\n  - {{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{served.url}/a.rss'}}\n"
    path = tmp_path / "config.yaml"
    path.write_text(HEAD + more, encoding="utf-8")
    before = load(path, {}).sources
    (tmp_path / "feeds.opml").write_text(ask(tmp_path, "export", "--format", "opml").stdout, encoding="utf-8")
    again = ask(tmp_path, "import", "feeds.opml")
    assert (again.stdout, again.returncode) == ("", 0)
    assert "1 feeds, 1 of them configured already" in again.stderr
    path.write_text(f"{HEAD} []\n", encoding="utf-8")
    entry = ask(tmp_path, "import", "feeds.opml").stdout
    path.write_text(f"{HEAD}\n{entry}", encoding="utf-8")
    assert load(path, {}).sources == before
    assert ask(tmp_path, "import", "missing.opml").returncode == 2


def test_a_spreadsheet_of_sources_shows_how_they_fare(served: Outlets, tmp_path: Path) -> None:
    more = "".join(
        f"\n  - {{id: {name}, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{served.url}/{name}.rss'}}"
        for name in "ab"
    )
    served.broken = {"b"}
    (tmp_path / "config.yaml").write_text(f"{HEAD}{more}\n", encoding="utf-8")
    subprocess.run([COMMAND, "run", "--once"], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    rows = list(csv.DictReader(StringIO(ask(tmp_path, "export").stdout)))
    assert [(row["id"], row["state"], row["findings_a_day"]) for row in rows] == [
        ("a", "ok", "1.0"),
        ("b", "failing", "0.0"),
    ]
    assert rows[1]["words"].startswith("HTTP 500")
