"""The command as its user meets it: exit codes, one clear line for each mistake, help with examples."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsdesk.cli.ledger import COMMANDS as COMMANDS_OF_THE_LEDGER
from newsdesk.newsroom import Newsroom, demo_config

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
Run = Callable[..., subprocess.CompletedProcess[str]]

SOURCE = "{{id: a, name: A, country: UA, side: ua, ownership: state, languages: [uk], url: '{url}'{more}}}"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in an empty folder."""

    def command(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            cwd=tmp_path,
            input=given,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return command


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom.open() as room:
        yield room


def write_config(folder: Path, url: str = "http://127.0.0.1:9/rss", more: str = "", top: str = "") -> Path:
    path = folder / "config.yaml"
    allow = "network: {allow_private: [127.0.0.1]}\n"
    path.write_text(
        f"version: 1\ncontact: t@x.invalid\n{allow}{top}sources:\n  - {SOURCE.format(url=url, more=more)}\n",
        encoding="utf-8",
    )
    return path


COMMANDS = [
    ["init"], ["run"], ["search"], ["show"], ["export"], ["tag"], ["extract"], ["explain"], ["migrate"], ["verify"], ["redact"], ["demo"], ["serve"], ["exchanges"], ["exchange"],
    ["health"], ["alerts"], ["alerts", "test"],
    *(["ledger", name] for name, _, _ in COMMANDS_OF_THE_LEDGER), ["ledger", "totals"], ["ledger", "checks"], ["findings", "mark"], ["add"],
    ["sources", "list"], ["sources", "check"], ["sources", "status"],
    ["sources", "probe"], ["sources", "import"], ["sources", "export"],
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_help_has_an_example(run: Run, words: list[str]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    assert f"Example: swapwatch {' '.join(words)}" in " ".join(done.stdout.split())


def test_init_writes_a_config_that_works_and_never_overwrites(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    assert run("sources", "list", "--format", "jsonl").returncode == 0
    again = run("init")
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_a_missing_config_names_the_remedy(run: Run) -> None:
    done = run("run", "--once")
    assert done.returncode == 2
    assert "swapwatch init" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_mistake_of_a_config_is_one_line(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, more=", intervall: 5m, tls: maybe")
    done = run("run", "--once")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
    assert all(line.startswith("config.yaml:") for line in done.stderr.splitlines())


def test_no_enabled_source_is_a_mistake(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, more=", enabled: false")
    done = run("run", "--once")
    assert done.returncode == 2
    assert "no source is enabled" in done.stderr


def test_nothing_reached_is_an_outcome_of_its_own(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    done = run("run", "--once", "--format", "jsonl")
    assert done.returncode == 3
    assert "refused" in json.loads(done.stdout)["error"]


def test_an_unknown_source_names_the_nearest(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, more="")
    done = run("run", "--once", "--source", "aa")
    assert done.returncode == 2
    assert "did you mean a?" in done.stderr


def test_questions_before_the_first_run_say_what_to_do(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    done = run("search", "x")
    assert done.returncode == 5
    assert "swapwatch run" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "nonsense"],
        ["search", "--kind", "nonsense"],
        ["search", "--since", "soon"],
        ["nonsense"],
        ["export", "nonsense"],
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    write_config(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_foreign_database_is_refused_untouched(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "swapwatch.db")) as other:
        other.execute("create table recipes (id integer)")
        other.commit()
    done = run("run", "--once")
    assert done.returncode == 5
    assert "belongs to another program" in done.stderr


def test_tag_answers_line_by_line(run: Run) -> None:
    lines = [
        {
            "id": "b",
            "title": "Відбувся обмін полоненими",
            "text": "Додому повернулися 185 захисників.",
            "other": 1,
        },
        {"id": "a", "title": "Weather", "text": "Rain is expected."},
    ]
    done = run("tag", "-", given="\n".join(json.dumps(line) for line in lines) + "\n")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["id"], one["relevant"]) for one in found] == [("b", "yes"), ("a", "no")]
    assert found[0]["claims"][0]["count"] == 185
    assert {
        "kind",
        "conflict",
        "exchange_date",
        "stage",
        "sequence",
        "deal",
        "mediators",
        "transfer_place",
        "numbers_disclosed",
        "score",
        "reasons",
    } <= set(found[0])


@pytest.mark.parametrize("line", ["not json", "[1]", '{"title": "x"}', '{"id": 1, "title": 5, "text": ""}'])
def test_tag_names_the_line_it_cannot_read(run: Run, line: str) -> None:
    done = run("tag", "-", given='{"id": 1, "title": "x", "text": "y"}\n' + line + "\n")
    assert done.returncode == 2
    assert "-:2:" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_extract_and_explain_read_a_saved_page(run: Run, tmp_path: Path) -> None:
    page = "<html lang=uk><body><h1>Обмін полоненими</h1><p>Сьогодні відбувся обмін полоненими, додому повернулися 185 захисників.</p></body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    article = json.loads(run("extract", "page.html", "--url", "https://slovo.example/1?utm_source=x").stdout)
    assert article["address"] == "https://slovo.example/1"
    assert "185 захисників" in article["text"]
    steps = run("explain", "page.html", "--url", "https://slovo.example/1").stdout
    assert "title     {+Обмін полоненими+}" in steps
    assert "+4.00 captives_exchanged: «обмін полоненими»" in steps
    assert "judged    relevant" in steps
    assert run("explain", "page.html").returncode == 2


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def leads(folder: Path) -> int:
    database = folder / "data" / "swapwatch.db"
    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(database)) as store:
            return int(store.execute("select count(*) from lead").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_the_job_runs_until_told_to_stop_and_a_second_one_is_refused(
    newsroom: Newsroom, tmp_path: Path, run: Run
) -> None:
    """SIGTERM ends it with 0 and nothing lost; while it runs, another on the same database says who holds it."""
    demo_config(newsroom, tmp_path)
    job = subprocess.Popen(
        [COMMAND, "run"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert wait_for(lambda: leads(tmp_path) > 50)
        assert wait_for(lambda: run("health").returncode == 0)
        second = run("run", "--once")
        assert second.returncode == 5
        assert f"process {job.pid}" in second.stderr
        job.send_signal(signal.SIGTERM)
        assert job.wait(15) == 0
    finally:
        if job.poll() is None:
            job.kill()
    assert run("run", "--once", "--format", "jsonl").returncode == 0
    with closing(sqlite3.connect(tmp_path / "data" / "swapwatch.db")) as store:
        assert store.execute("select count(*) from lead where state = 'pending'").fetchone()[0] == 0
        assert store.execute("select count(*) from lead").fetchone()[0] == 104
        assert store.execute("pragma integrity_check").fetchone()[0] == "ok"


def test_status_and_health_of_a_source_that_cannot_be_reached(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    assert run("run", "--once").returncode == 3
    (row,) = [json.loads(line) for line in run("sources", "status", "--format", "jsonl").stdout.splitlines()]
    assert (row["source"], row["state"], row["failures"]) == ("a", "failing", 1)
    assert "connection refused" in row["words"]
    assert "a: unreachable: robots.txt: connection refused" in run("sources", "status").stdout
    done = run("health")
    assert done.returncode == 4
    assert "swapwatch run" in done.stdout
    assert "look at the network" in done.stdout
    assert "none of 1 sources has succeeded yet" in done.stdout


def test_control_characters_of_an_outlet_reach_no_terminal(run: Run, tmp_path: Path) -> None:
    from newsdesk.cli.app import printable
    from newsdesk.cli.output import short

    assert "\x1b" not in printable("a\x1b[31mb")
    assert short("one\ntwo\x07") == "one two�"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    from newsdesk.cli.output import safe_cell

    assert str(safe_cell(text)).startswith("'")
