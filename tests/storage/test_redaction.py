"""What is redacted is gone from rows and files, accounted for, and never comes back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

import scheduler
from crawler.errors import StoreRefused
from newsdesk import ledger as shown
from storage import findings, redaction, search
from storage.captures import WarcArchive
from storage.engine import sqlite_file, transaction
from storage.exchanges import numbers
from storage.findings import Change
from storage.redaction import Redaction, filler
from storage.tables import VersionRow
from storage.verify import Audit, audit
from tests.ledger.told import report
from tests.storage.ledger_nouns import finding_of
from tests.storage.nouns import ADDRESS, NOW, TEXT, capture, changed, finding, kept, lead_id, whole

LATER = NOW + timedelta(days=1)
OTHER = "https://slovo.example/war/2"
SECRET = "Пантелеймон"


@pytest.fixture
def folder(store: Engine, tmp_path: Path) -> Path:
    """Captures of a finding to redact, first in the file and edited once, and of another beside it."""
    folder = tmp_path / "captures"
    archive = WarcArchive(folder)
    named = finding(text=f"{TEXT} Серед них {SECRET}.")
    kept(store, named, captures=archive.write([capture(SECRET.encode() * 9)]))
    other = replace(capture(b"other"), url=OTHER)
    kept(store, finding(OTHER), address=OTHER, captures=archive.write([other]))
    edited = changed(named, f"{TEXT} Серед них {SECRET}, уточнено.")
    kept(store, edited, captures=archive.write([capture(SECRET.encode() * 8)]), now=LATER)
    return folder


def redacted(store: Engine, folder: Path, number: int = 1) -> Redaction | None:
    with transaction(store) as session:
        return redaction.redact(session, number, folder=folder, reason="names a person", now=LATER)


def audited(store: Engine, folder: Path) -> Audit:
    with transaction(store) as session:
        return audit(session, folder)


def every_word(store: Engine) -> str:
    """Return every row of every table as text."""
    with transaction(store) as session:
        names = [table.name for table in VersionRow.metadata.sorted_tables]
        return "\n".join(
            str(row) for name in names for row in session.execute(text(f'select * from "{name}"'))
        )


def test_text_and_captures_are_gone_and_the_chain_accounts_for_them(store: Engine, folder: Path) -> None:
    (path,) = folder.glob("*.warc.gz")
    size = path.stat().st_size
    before = whole(store, 2)
    assert redacted(store, folder) == Redaction(versions=2, captures=2, shared_lists=())
    assert SECRET not in every_word(store)
    assert "205 захисників" not in str(whole(store, 1))
    assert whole(store, 2) == before
    assert path.stat().st_size == size
    found = audited(store, folder)
    assert (found.problems, found.leftovers) == ((), ())
    assert {(grave.what, grave.reason) for grave in found.tombstones} == {
        ("capture", "names a person"),
        ("version", "names a person"),
    }
    check = [sys.executable, "-m", "warcio.cli", "check", str(path)]
    assert subprocess.run(check, check=False).returncode == 0


def test_what_is_left_of_a_redacted_row_is_still_guarded(store: Engine, folder: Path) -> None:
    redacted(store, folder)
    with transaction(store) as session:
        session.execute(text("update version set text = 'slipped in' where article_id = 1 and number = 1"))
        session.execute(text("update tombstone set reason = 'another' where id = 1"))
    assert len(audited(store, folder).problems) == 2


def test_a_redacted_finding_keeps_its_number_and_counts_and_is_shown(store: Engine, folder: Path) -> None:
    redacted(store, folder)
    found = whole(store, 1)
    assert (found.state, found.address, found.current.text, found.current.title) == (
        "redacted",
        ADDRESS,
        "",
        "",
    )
    assert [(one.claim.count, one.claim.quote) for one in found.claims] == []  # the edit had none
    with transaction(store) as session:
        hits = search.search(session, [["захисник"]], filters=search.Filters())
    assert [hit.id for hit in hits] == [2]


def test_it_is_never_kept_again_whoever_carries_it(store: Engine, folder: Path) -> None:
    redacted(store, folder)
    again = finding(text=f"{TEXT} {SECRET} знову.")
    assert kept(store, again, now=LATER).change is Change.SAME
    wire = "https://slovo.example/amp"
    carried = finding(wire, text=again.article.text, source="wire", others=(ADDRESS,))
    with transaction(store) as session:
        assert findings.proves_nothing_new(session, carried, lead_id=lead_id(session, wire, source="wire"))
    assert kept(store, carried, address=wire).finding_id == 1
    assert SECRET not in every_word(store)
    assert audited(store, folder).problems == ()


def test_redacting_twice_and_redacting_nothing(store: Engine, folder: Path) -> None:
    redacted(store, folder)
    assert redacted(store, folder) == Redaction(versions=0, captures=0, shared_lists=())
    assert redacted(store, folder, 99) is None
    assert audited(store, folder).problems == ()


def test_a_redaction_whose_file_is_missing_changes_nothing(store: Engine, folder: Path) -> None:
    (path,) = folder.glob("*.warc.gz")
    path.rename(path.with_suffix(".away"))
    with pytest.raises(StoreRefused, match="No such file"):
        redacted(store, folder)
    path.with_suffix(".away").rename(path)
    assert audited(store, folder).problems == ()
    assert SECRET in whole(store, 1).current.text


def test_no_page_of_the_database_file_holds_what_was_redacted(store: Engine, folder: Path) -> None:
    redacted(store, folder)
    redaction.compact(store)
    if store.dialect.name == "sqlite":
        path = sqlite_file(store)
        held = b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))
        assert SECRET.encode() not in held
        assert SECRET.casefold().encode() not in held
    with transaction(store) as session:
        assert session.scalars(select(VersionRow.text).where(VersionRow.article_id == 1)).all() == ["", ""]


def test_a_filler_is_as_long_as_what_it_replaces_or_refused() -> None:
    for length in (600, 601, 100_000):
        assert len(filler(ADDRESS, "why", length=length)) == length
    with pytest.raises(StoreRefused, match="too short"):
        filler(ADDRESS, "why", length=40)


def test_the_kept_record_of_its_exchange_holds_no_word_of_it(store: Engine, tmp_path: Path) -> None:
    told = report("2025-06-10", numbers_disclosed=False)
    found = finding_of(told)
    words = f"Обидві сторони підтвердили обмін, сказав {SECRET}."
    found = replace(found, article=replace(found.article, text=words))
    number = kept(store, found, address=told.address).finding_id
    scheduler.update_ledger(store)
    assert SECRET in every_word(store)
    assert redacted(store, tmp_path, number)
    assert SECRET not in every_word(store)
    scheduler.describe_anew(store)
    with transaction(store) as session:
        (record,) = shown.records(session, numbers(session))
    assert record.acknowledged == ()
