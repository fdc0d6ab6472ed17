"""The whole walk, as its user takes it: the demo crawls the newsroom twice, then the command is asked about it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
Ask = Callable[..., subprocess.CompletedProcess[str]]

MIN_RECALL = 0.85
MIN_PRECISION = 0.8


def expectations() -> dict[str, dict[str, Any]]:
    """Return what each story of the newsroom should be taken for, by its title."""
    found: dict[str, dict[str, Any]] = {}
    for file in (files("newsdesk.newsroom") / "outlets").iterdir():
        table = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        found |= {" ".join(row["title"].split()): row["expect"] for row in table["articles"]}
    return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished demo, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [COMMAND, "demo", "--keep", str(folder)], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout


@pytest.fixture(scope="module")
def ask(demo: tuple[Path, str]) -> Ask:
    """The command, asked about the demo's store."""
    folder, _ = demo

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture(scope="module")
def findings(ask: Ask) -> list[dict[str, Any]]:
    """Every finding of the demo, with texts and versions."""
    done = ask("export", "findings", "--format", "jsonl", "--with-text", "--with-versions")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def leads(ask: Ask) -> list[dict[str, Any]]:
    """Every lead of the demo."""
    return [json.loads(line) for line in ask("export", "leads", "--format", "jsonl").stdout.splitlines()]


def test_every_story_ends_with_an_outcome(leads: list[dict[str, Any]]) -> None:
    assert len(leads) == 104
    assert all(lead["finding"] or lead["reason"] for lead in leads)


def test_reports_are_found_and_ordinary_news_is_not(findings: list[dict[str, Any]]) -> None:
    expected = expectations()
    wanted = {title for title, label in expected.items() if label["relevant"] == "yes"}
    unwanted = {title for title, label in expected.items() if label["relevant"] == "no"}
    found = {" ".join(one["title"].split()) for one in findings}
    assert len(found & wanted) / len(wanted) >= MIN_RECALL, sorted(wanted - found)
    assert len(found & wanted) / len(found & (wanted | unwanted)) >= MIN_PRECISION, sorted(found & unwanted)


def test_the_second_pass_finds_only_the_edited_article(
    demo: tuple[Path, str], findings: list[dict[str, Any]]
) -> None:
    second = demo[1].partition("Second pass")[2].partition("Findings")[0]
    total = next(line.split() for line in second.splitlines() if line.startswith("all "))
    assert total[1:7] == ["0", "1", "1", "1", "0", "1"]
    (edited,) = [one for one in findings if one["versions"] == 2]
    first, last = (version["text"] for version in edited["history"])
    assert "150" in first
    assert "149" in last
    assert "149" not in first


def test_the_founding_report_keeps_agreement_and_day_apart(findings: list[dict[str, Any]]) -> None:
    (report,) = [one for one in findings if one["title"].startswith("Second group of wounded prisoners")]
    assert (report["exchange_date"], report["stage"], report["deal"]) == ("2025-06-10", 2, "Istanbul")
    assert report["transfer_place"] == "Belarus"
    assert report["numbers_disclosed"] is False
    planned = {
        (claim["count"], claim["category"]) for claim in report["claims"] if claim["event"] == "planned"
    }
    assert (6000, "bodies") in planned
    assert not [claim for claim in report["claims"] if claim["event"] == "this_exchange"]


def test_every_claim_is_an_exact_quote_of_the_text_or_title(findings: list[dict[str, Any]]) -> None:
    claims = [(one, claim) for one in findings for claim in one["claims"]]
    assert len(claims) > 50
    for one, claim in claims:
        assert one[claim["part"]][claim["start"] : claim["end"]] == claim["quote"]


def test_hidden_lines_and_page_furniture_are_not_text(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        for furniture in ("999 prisoners", "cookies", "cookie", "Наживо:", "Онлайн:", "Live: prisoner"):
            assert furniture not in one["text"], one["address"]


def test_dates_have_a_known_origin(findings: list[dict[str, Any]]) -> None:
    assert all(one["published"] and one["published_from"] for one in findings)


def test_each_fetched_finding_has_its_capture(demo: tuple[Path, str], findings: list[dict[str, Any]]) -> None:
    from warcio.archiveiterator import ArchiveIterator

    folder = demo[0] / "data" / "captures"
    fetched = [one for one in findings if "t.me" not in one["outlet"]]
    assert fetched
    for one in fetched:
        with (folder / one["capture_file"]).open("rb") as file:
            file.seek(one["capture_offset"])
            record = next(iter(ArchiveIterator(file)))
            assert record.rec_type == "response"


@pytest.mark.parametrize(
    "query", ["обмін", "обміну полоненими", "полонених", "обмена пленными", "prisoners exchanged"]
)
def test_any_inflection_finds_something(ask: Ask, query: str) -> None:
    done = ask("search", query, "--format", "jsonl")
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[0])["id"].startswith("f")


def test_show_prints_reasons_claims_and_versions(ask: Ask, findings: list[dict[str, Any]]) -> None:
    page = ask("show", findings[0]["id"]).stdout
    assert all(
        part in page for part in ("Reasons", "Claims", "Versions", "Carried by", findings[0]["address"])
    )


def test_explain_says_why_a_page_was_not_kept(ask: Ask, leads: list[dict[str, Any]]) -> None:
    dropped = next(lead for lead in leads if lead["reason"] == "off_topic")
    steps = ask("explain", dropped["url"]).stdout
    assert "skipped at tag: off_topic" in steps
    assert "no rule holds; known words" in steps or "met no rule" in steps


def test_explain_shows_the_evidence_of_a_finding(ask: Ask, findings: list[dict[str, Any]]) -> None:
    steps = ask("explain", findings[0]["address"]).stdout
    assert "{+" in steps
    assert f"finding   {findings[0]['id']}: relevant" in steps
    assert "judged    relevant" in steps


def test_status_lists_every_source_as_well(ask: Ask) -> None:
    rows = [json.loads(line) for line in ask("sources", "status", "--format", "jsonl").stdout.splitlines()]
    assert len(rows) == 13
    assert {row["state"] for row in rows} == {"ok"}


def test_a_spreadsheet_opens_the_export(ask: Ask, demo: tuple[Path, str]) -> None:
    assert ask("export", "findings", "--format", "csv", "--bom").stdout.startswith("\ufeffid,address")
    assert ask("export", "findings", "--format", "xlsx", "-o", "findings.xlsx").returncode == 0
    assert (demo[0] / "findings.xlsx").read_bytes().startswith(b"PK")


@pytest.fixture(scope="module")
def exchanges(ask: Ask) -> list[dict[str, Any]]:
    """Every exchange of the demo, in brief."""
    done = ask("exchanges", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_demo_ends_with_its_ledger(demo: tuple[Path, str], exchanges: list[dict[str, Any]]) -> None:
    shown = demo[1].partition("\nExchanges")[2]
    assert exchanges
    assert all(f"{one['id']} " in shown for one in exchanges)


def test_the_founding_exchange_is_stage_two_withheld_with_its_plan(
    ask: Ask, exchanges: list[dict[str, Any]]
) -> None:
    (row,) = [one for one in exchanges if one["day"] == "2025-06-10" and one["what"] == "people"]
    (record,) = json.loads(ask("exchange", row["id"], "--format", "json").stdout)
    assert (record["deal"], record["stage"], record["status"]) == ("Istanbul", 2, "completed")
    assert record["withheld"]
    assert record["accounts"] == []
    assert (6000, "bodies") in {(one["count"], one["category"]) for one in record["planned"]}
    page = ask("exchange", row["id"]).stdout
    assert "withheld (no side gave the size)" in page
    assert "confirmed by Ukraine, without its size" in page
    assert "confirmed by Russia, without its size" in page
    assert "done in this exchange: ? to Ukraine; ? to Russia" in page
    assert "Planned (agreed or announced, not counted as done)" in page
    assert all(quote["quote"] in page for one in record["planned"] for quote in one["quotes"][:3])


def test_the_first_stage_is_an_exchange_of_its_own(exchanges: list[dict[str, Any]]) -> None:
    """9 and 10 June 2025: stages 1 and 2 of the Istanbul deal."""
    stages = {one["day"]: one["deal"] for one in exchanges if one["what"] == "people"}
    assert (stages["2025-06-09"], stages["2025-06-10"]) == ("Istanbul 1", "Istanbul 2")


def test_an_unknown_exchange_is_one_clear_line(ask: Ask) -> None:
    for name, words in (("x9999", "there is no exchange x9999"), ("f1", "look like x45")):
        done = ask("exchange", name)
        assert done.returncode == 2
        assert words in done.stderr


def test_findings_leave_as_a_web_archive_that_others_can_read(ask: Ask, demo: tuple[Path, str]) -> None:
    assert ask("export", "findings", "--wacz", "all.wacz").returncode == 2  # captures are texts
    done = ask("export", "findings", "--near-misses", "--wacz", "all.wacz", "--with-text")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    checked = subprocess.run(
        [sys.executable, "-m", "wacz", "validate", "-f", "all.wacz"],
        cwd=demo[0],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Validation succeeded" in checked.stdout, checked.stdout + checked.stderr
    with zipfile.ZipFile(demo[0] / "all.wacz") as archive:
        pages = [json.loads(line) for line in archive.read("pages/pages.jsonl").splitlines()]
        records = archive.read("archive/swapwatch.warc.gz")
    assert any(page.get("id") == "f1v1" for page in pages)
    (demo[0] / "copied.warc.gz").write_bytes(records)
    check = [sys.executable, "-m", "warcio.cli", "check", "copied.warc.gz"]
    assert subprocess.run(check, cwd=demo[0], check=False).returncode == 0
    kept = b"".join(path.read_bytes() for path in (demo[0] / "data" / "captures").glob("*.warc.gz"))
    assert records[-400:] in kept  # byte for byte


def test_names_are_masked_where_asked_for(ask: Ask) -> None:
    done = ask("export", "findings", "--with-text", "--mask-names", "--format", "jsonl")
    assert "names are masked as far as they were recognised" in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(row["authors"] == [] for row in rows)
    assert any("[name]" in row["text"] for row in rows)
    plain = ask("export", "findings", "--with-text", "--format", "jsonl").stdout
    assert "[name]" not in plain
    assert ask("export", "findings", "--wacz", "m.wacz", "--with-text", "--mask-names").returncode == 2


def test_an_index_of_all_captures_leads_to_their_records(ask: Ask, demo: tuple[Path, str]) -> None:
    assert ask("export", "findings", "--cdx", "all.cdxj").returncode == 0
    lines = (demo[0] / "all.cdxj").read_text().splitlines()
    assert lines == sorted(lines)
    entry = json.loads(lines[0].split(" ", 2)[2])
    with (demo[0] / "data" / "captures" / entry["filename"]).open("rb") as file:
        file.seek(int(entry["offset"]))
        assert file.read(3) == b"\x1f\x8b\x08"


def test_a_redacted_finding_is_accounted_for(
    demo: tuple[Path, str], findings: list[dict[str, Any]], tmp_path: Path
) -> None:
    shutil.copytree(demo[0], tmp_path / "copy")
    one = next(one for one in findings if one["versions"] == 2)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *words], cwd=tmp_path / "copy", capture_output=True, text=True, check=False
        )

    assert run("redact", one["id"]).returncode == 2  # no reason, no redaction
    done = run("redact", one["id"], "--reason", "names a private person")
    assert done.returncode == 0, done.stderr
    checked = run("verify")
    assert checked.returncode == 0, checked.stdout
    assert "names a private person" in checked.stderr
    shown = run("show", one["id"]).stdout
    assert "redacted" in shown
    assert one["history"][0]["text"][:40] not in shown
    assert run("export", "findings", "--format", "jsonl", "--with-text", "--with-versions").returncode == 0
    assert run("export", "findings", "--wacz", "left.wacz", "--with-text").returncode == 0


def test_verify_finds_all_as_it_was_kept_and_names_what_was_changed(
    ask: Ask, demo: tuple[Path, str], findings: list[dict[str, Any]]
) -> None:
    whole = ask("verify", "--write-heads", "heads.jsonl")
    assert whole.returncode == 0, whole.stdout
    head = json.loads((demo[0] / "heads.jsonl").read_text().splitlines()[-1])
    assert head["head"] in whole.stdout
    assert ask("verify", "--known-heads", "heads.jsonl").returncode == 0
    touched = next(one for one in findings if one["capture_file"] and "t.me" not in one["outlet"])
    path = demo[0] / "data" / "captures" / touched["capture_file"]
    before = path.read_bytes()
    damaged = bytearray(before)
    damaged[touched["capture_offset"] + 200] ^= 1
    path.write_bytes(damaged)
    changed = ask("verify")
    path.write_bytes(before)
    assert changed.returncode == 4
    assert [line for line in changed.stdout.splitlines() if line.startswith("capture ")] != []
    assert "1 problems" in changed.stdout
