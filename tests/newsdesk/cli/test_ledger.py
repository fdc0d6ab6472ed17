"""The ledger as its analyst meets it: lists, records with quotes, decisions that hold and can be undone, exports."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import scheduler
from crawler.model import Kind
from storage import engine as database
from storage import migrate
from tests.ledger.told import report
from tests.storage.ledger_nouns import keep

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
Ask = Callable[..., subprocess.CompletedProcess[str]]

CONFIG = """version: 1
contact: t@x.invalid
sources:
  - {id: slovo, name: Slovo, country: UA, side: ua, ownership: state, languages: [uk], url: 'https://slovo.example/rss'}
"""

TOLD = [
    report("2025-05-23", {"each people": 390}, by="ru_mod", stage=1, deal="Istanbul", outlet="a.example"),
    report("2025-05-24", {"each people": 307}, by="ru_mod", stage=2, deal="Istanbul", outlet="a.example"),
    report("2025-12-30", {"each people": 150}, by="ru_mod", outlet="a.example", at="2025-12-30T15:00:00+00:00"),
    report("2025-12-30", {"ukraine people": 189}, by="ua_president", outlet="b.example", at="2025-12-30T13:30:00+00:00"),
    report("2026-01-10", kind=Kind.EXCHANGE_ANNOUNCED, at="2026-01-08T12:00:00+00:00", outlet="b.example"),
    report(None, {"ukraine people": 12}, at="2025-12-31T12:00:00+00:00", outlet="c.example"),
    report(None, {"total_to_date: ukraine people": 3956}, at="2025-12-31T12:00:00+00:00", kind=Kind.BACKGROUND, outlet="c.example"),
]  # fmt: skip


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """The command, asked about a store with a ledger in it."""
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    engine = database.connect(f"sqlite:///{tmp_path}/data/swapwatch.db")
    migrate.upgrade(engine, backup_to=None)
    keep(engine, *TOLD)
    scheduler.update_ledger(engine)
    engine.dispose()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def rows(ask: Ask, *arguments: str) -> list[dict[str, Any]]:
    done = ask(*arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_exchanges_are_listed_the_newest_first_and_narrowed(ask: Ask) -> None:
    assert [row["id"] for row in rows(ask, "exchanges")] == ["x4", "x3", "x2", "x1"]
    (disputed,) = rows(ask, "exchanges", "--disputed")
    assert disputed["returned"] == "to Ukraine 189 (Ukraine) ≠ 150 (Russia); to Russia 150 (Russia)"
    assert [row["id"] for row in rows(ask, "exchanges", "--deal", "Istanbul", "--until", "2025-05-24")] == [
        "x1"
    ]
    assert [row["id"] for row in rows(ask, "exchanges", "--status", "announced")] == ["x4"]
    assert ask("exchanges", "--status", "lost").returncode == 2
    assert "write a date such as" in ask("exchanges", "--since", "May").stderr


def test_a_record_shows_both_sides_with_quotes_and_who_was_first(ask: Ask) -> None:
    page = ask("exchange", "x3").stdout
    assert "People returned to Ukraine: disputed" in page
    assert "Ukraine: 189   |   Russia: 150" in page
    assert "b.example 2025-12-30 13:30Z: «189 people»" in page
    assert "first figures: Ukraine, 2025-12-30 13:30Z (f4); Russia 1 h 30 min later (f3)" in page
    assert "Russia says 150 for 150, Ukraine counts 189 of its own" in page
    assert "Whose figure for people returned to Ukraine is right?" in page
    assert "carried by ua: slovo" in page


def test_a_merge_is_kept_shown_and_undone(ask: Ask) -> None:
    done = ask("ledger", "merge", "x1", "x2", "--why", "one event", "--by", "Olena")
    assert done.returncode == 0, done.stderr
    assert [row["id"] for row in rows(ask, "exchanges")] == ["x4", "x3", "x1"]
    moved = ask("exchange", "x2")
    assert "x2 was joined to x1" in moved.stderr
    assert "2025-05-23 to 2025-05-24" in moved.stdout
    assert "Olena: merge: one event" in moved.stdout
    assert ask("ledger", "rebuild").returncode == 0
    assert len(rows(ask, "exchanges")) == 3
    assert ask("ledger", "undo", "d1", "--by", "Petro").returncode == 0
    assert len(rows(ask, "exchanges")) == 4
    (decision,) = rows(ask, "ledger", "decisions")
    assert (decision["by"], decision["action"], decision["why"]) == ("Olena", "merge", "one event")
    assert decision["undone"].endswith("Petro")


def test_a_report_is_attached_split_off_and_detached(ask: Ask) -> None:
    (left,) = rows(ask, "ledger", "review")
    assert (left["finding"], left["reason"]) == ("f6", "no_match")
    assert ask("ledger", "attach", "f6", "x3", "--why", "same day").returncode == 0
    assert rows(ask, "ledger", "review") == []
    assert ask("ledger", "split", "x3", "f4", "--why", "another one").returncode == 0
    assert [row["id"] for row in rows(ask, "exchanges", "--since", "2025-12-01")] == ["x4", "x5", "x3"]
    assert ask("ledger", "detach", "f6", "x3", "--why", "no, not the same").returncode == 0
    assert [row["reason"] for row in rows(ask, "ledger", "review")] == ["no_match"]


def test_a_note_and_a_confirmation_stand_in_the_record(ask: Ask) -> None:
    assert ask("ledger", "note", "x3", "list published", "--by", "Olena").returncode == 0
    assert ask("ledger", "confirm", "x3", "--why", "both ministries", "--by", "Olena").returncode == 0
    (record,) = json.loads(ask("exchange", "x3", "--format", "json").stdout)
    assert record["confirmed_by_analyst"]
    assert [one.partition(": ")[2] for one in record["notes"]] == ["list published"]
    assert "confirmed by an analyst" in ask("exchange", "x3").stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["merge", "x1", "x1", "--why", "w"], "one exchange already"),
        (["merge", "x1", "x99", "--why", "w"], "there is no exchange x99"),
        (["merge", "x1", "f2", "--why", "w"], "not an exchange's number"),
        (["merge", "x1", "x2", "--why", " "], "--why is empty"),
        (["split", "x1", "f3", "--why", "w"], "not all of f3 stand under x1"),
        (["attach", "f99", "x1", "--why", "w"], "f99 is no report that the ledger has read"),
        (["detach", "f3", "x1", "--why", "w"], "f3 does not stand under x1"),
        (["undo", "d9"], "d9 is no decision that holds"),
        (["undo", "x9"], "not a decision's number"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else "",
)
def test_a_wrong_call_changes_nothing_and_says_why(ask: Ask, words: list[str], complaint: str) -> None:
    done = ask("ledger", *words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert rows(ask, "ledger", "decisions") == []


def test_exchanges_and_claims_are_exported(ask: Ask) -> None:
    found = rows(ask, "export", "exchanges")
    assert [one["id"] for one in found] == ["x1", "x2", "x3", "x4"]
    quotes = [quote["quote"] for account in found[2]["accounts"] for quote in account["quotes"]]
    assert "189 people" in quotes
    table = list(csv.DictReader(io.StringIO(ask("export", "exchanges").stdout)))
    assert table[2]["returned"].startswith("to Ukraine 189 (Ukraine) ≠ 150 (Russia)")
    assert "ua_president: 189 people to ukraine" in table[2]["accounts"]
    claims = rows(ask, "export", "claims")
    assert {(one["finding"], one["exchange"], one["count"]) for one in claims} >= {
        ("f4", "x3", 189), ("f6", None, 12), ("f7", None, 3956),
    }  # fmt: skip
    assert [
        one["id"] for one in rows(ask, "export", "exchanges", "--since", "2025-12-01", "--conflict", "ru-ua")
    ] == ["x3", "x4"]


def test_search_finds_the_reports_of_an_exchange(ask: Ask) -> None:
    assert {row["id"] for row in rows(ask, "search", "--exchange", "x3")} == {"f3", "f4"}
    assert rows(ask, "search", "--exchange", "x99") == []


def test_totals_stand_beside_what_the_ledger_holds(ask: Ask) -> None:
    (step,) = [row for row in rows(ask, "ledger", "totals") if row["total"] == 5857]
    assert (step["grew_by"], step["held"], step["drift"]) == (100, 0, 100)
    assert len(rows(ask, "ledger", "totals", "--all")) > len(rows(ask, "ledger", "totals"))
    year = next(row for row in rows(ask, "ledger", "totals", "--years") if row["returned_to"] == "ukraine")
    assert (year["year"], year["held"], year["official"]) == (2025, 886, "2310 (ua_coordination_hq)")


def test_checks_list_what_does_not_add_up(ask: Ask) -> None:
    found = rows(ask, "ledger", "checks")
    assert ("n_for_n", "x3: Russia says 150 for 150, Ukraine counts 189 of its own") in {
        (one["kind"], one["words"]) for one in found
    }


def test_marks_change_the_ledger_stand_beside_the_verdict_and_export_as_labels(ask: Ask) -> None:
    claims = {
        one["finding"]: one["id"] for one in rows(ask, "export", "claims") if one["returned_to"] == "ukraine"
    }
    assert (
        ask("findings", "mark", "f1", "irrelevant", "--why", "a game of chess", "--by", "Olena").returncode
        == 0
    )
    wrong = ask("findings", "mark", "f4", "wrong-claim", "--claim", claims["f4"], "--why", "a sum")
    assert wrong.returncode == 0, wrong.stderr
    assert [row["id"] for row in rows(ask, "exchanges")] == ["x4", "x3", "x2"]
    (record,) = json.loads(ask("exchange", "x3", "--format", "json").stdout)
    assert (record["disputed"], record["returned"]) == (
        False,
        "to Ukraine 150 (Russia); to Russia 150 (Russia)",
    )
    labels = rows(ask, "export", "marks")
    assert [(one["id"], one["relevant"], one["wrong_claims"]) for one in labels] == [
        ("f1", "no", []), ("f4", None, ["189 people"]),
    ]  # fmt: skip
    assert "text" not in labels[0]
    assert "text" in rows(ask, "export", "marks", "--with-text")[0]
    assert "f1" in [one["id"] for one in rows(ask, "export", "findings")]
    assert ask("ledger", "undo", "d1").returncode == 0
    assert len(rows(ask, "exchanges")) == 4


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["f99", "relevant"], "there is no finding f99"),
        (["f4", "wrong-claim"], "name the wrong claim with --claim"),
        (["f4", "wrong-claim", "--claim", "c1"], "c1 is no claim of f4"),
        (["f4", "maybe"], "relevant"),
    ],
    ids=["no finding", "no claim", "another's claim", "no mark"],
)
def test_a_wrong_mark_is_refused(ask: Ask, words: list[str], complaint: str) -> None:
    done = ask("findings", "mark", *words, "--why", "w")
    assert done.returncode == 2
    assert complaint in done.stderr


PAGE = """<!doctype html><html lang="en"><head><title>Ukraine and Russia exchange prisoners of war</title>
<meta property="article:published_time" content="2025-12-30T18:00:00+02:00"></head><body><article>
<h1>Ukraine and Russia exchange prisoners of war</h1>
<p>Ukraine and Russia carried out a prisoner exchange on December 30. In all 189 Ukrainian prisoners of war returned home from
Russian captivity, President Volodymyr Zelenskiy said on Tuesday evening.</p>
<p>The swap was mediated by the United Arab Emirates. Relatives waited for the buses at the border for many hours.</p>
</article></body></html>"""


def test_a_saved_page_is_read_kept_and_reconciled_at_once(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    words = (
        "add",
        "page.html",
        "--url",
        "https://slovo.example/war/9",
        "--why",
        "sent by a reader",
        "--by",
        "Olena",
    )
    done = ask(*words)
    assert done.returncode == 0, done.stderr
    assert "kept as f8" in done.stderr
    (kept,) = [one for one in rows(ask, "export", "findings") if one["id"] == "f8"]
    assert kept["sources"] == ["by-hand"]
    assert kept["capture_file"] is None
    assert "saved page, by hand: Olena, sent by a reader" in kept["warnings"]
    assert "f8" in {row["id"] for row in rows(ask, "search", "--exchange", "x3")}
    again = ask(*words)
    assert again.returncode == 2
    assert "is f8 already" in again.stderr


def test_an_address_waits_for_its_source(ask: Ask) -> None:
    done = ask(
        "add", "https://www.slovo.example/war/7?utm_source=x", "--why", "sent by a reader", "--by", "Olena"
    )
    assert done.returncode == 0, done.stderr
    assert "https://slovo.example/war/7 waits for the next poll of slovo" in done.stderr
    (lead,) = [one for one in rows(ask, "export", "leads") if one["state"] == "pending"]
    assert (lead["source"], lead["seen_in"]) == ("slovo", "by hand: Olena, sent by a reader")
    assert "is known" in ask("add", "https://slovo.example/war/7", "--why", "w").stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["https://other.example/1"], "config.yaml is on other.example; name the one"),
        (["https://slovo.example/1", "--source", "nobody"], "no such source"),
        (["page.html"], "a file needs --url"),
        (["missing.html", "--url", "https://slovo.example/1"], "missing.html"),
        (["dull.html", "--url", "https://slovo.example/1"], "dull.html is no report"),
    ],
    ids=["another host", "no source", "no address", "no file", "off topic"],
)
def test_what_cannot_be_added_is_said(ask: Ask, tmp_path: Path, words: list[str], complaint: str) -> None:
    (tmp_path / "dull.html").write_text(
        "<html><body><p>Rain is expected on Friday.</p></body></html>", encoding="utf-8"
    )
    done = ask("add", *words, "--why", "w")
    assert done.returncode == 2
    assert complaint in done.stderr


def test_near_misses_wait_for_a_mark_in_the_review(ask: Ask, tmp_path: Path) -> None:
    engine = database.connect(f"sqlite:///{tmp_path}/data/swapwatch.db")
    with engine.begin() as connection:
        connection.execute(text("update finding set standing = 'near_miss' where id = 7"))
    engine.dispose()
    assert [(row["finding"], row["reason"]) for row in rows(ask, "ledger", "review")] == [
        ("f6", "no_match"),
        ("f7", "near_miss"),
    ]
    assert ask("findings", "mark", "f7", "irrelevant", "--why", "a total only").returncode == 0
    assert [row["finding"] for row in rows(ask, "ledger", "review")] == ["f6"]
