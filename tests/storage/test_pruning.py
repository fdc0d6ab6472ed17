"""Captures past their time go file by file; the chain accounts for each, and everything else stays provable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from crawler.model import Standing
from ledger.model import Action
from storage import decisions, evidence, pruning, redaction
from storage.captures import WarcArchive
from storage.engine import transaction
from storage.pruning import Of, Pruned
from storage.tables import CaptureRow
from storage.verify import Audit, audit
from tests.storage.nouns import ADDRESS, NOW, capture, finding, kept

YEAR = timedelta(days=365)
LATER = NOW + timedelta(days=100)
MONTH: dict[Of, timedelta | None] = {Of.NEAR_MISSES: timedelta(days=30), Of.LISTS: timedelta(days=30)}


@pytest.fixture
def folder(store: Engine, tmp_path: Path) -> Path:
    """A finding, a near miss and a list, each in the file of its series."""
    folder = tmp_path / "captures"
    archive = WarcArchive(folder)
    kept(store, finding(), captures=archive.write([capture(b"finding")]))
    near = finding(f"{ADDRESS}2")
    near = replace(near, verdict=replace(near.verdict, standing=Standing.NEAR_MISS))
    kept(store, near, address=f"{ADDRESS}2", captures=archive.write([capture(b"near")], series="near"))
    with transaction(store) as session:
        evidence.add(session, archive.write([capture(b"list")], series="lists"), now=NOW)
    return folder


def pruned(store: Engine, folder: Path, keep: dict[Of, timedelta | None], *, days: int = 100) -> Pruned:
    with transaction(store) as session:
        return pruning.prune(session, folder, keep, now=NOW + timedelta(days=days))


def audited(store: Engine, folder: Path) -> Audit:
    with transaction(store) as session:
        return audit(session, folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name.split("-")[1] for path in folder.glob("*.warc.gz"))


def test_what_is_past_its_time_goes_and_the_chain_accounts_for_it(store: Engine, folder: Path) -> None:
    assert pruned(store, folder, MONTH, days=20) == Pruned()
    gone = pruned(store, folder, MONTH)
    assert (gone.files, gone.captures) == (2, 2)
    assert gone.freed > 0
    assert len(names(folder)) == 1
    found = audited(store, folder)
    assert (found.problems, found.leftovers) == ((), ())
    assert [one.pruned for one in found.tombstones] == [True, True]
    assert pruned(store, folder, MONTH) == Pruned()


def test_nothing_goes_unless_configured(store: Engine, folder: Path) -> None:
    assert pruned(store, folder, {}, days=9999) == Pruned()
    assert pruned(store, folder, {Of.FINDINGS: None}, days=9999) == Pruned()
    assert len(names(folder)) == 3


def test_a_near_miss_that_an_analyst_marked_relevant_is_kept_as_a_finding(
    store: Engine, folder: Path
) -> None:
    with transaction(store) as session:
        decisions.add(session, Action.RELEVANT, why="w", by="o", now=NOW, finding_ids=[2])
    assert pruned(store, folder, MONTH).captures == 1
    assert pruned(store, folder, MONTH | {Of.FINDINGS: YEAR}, days=500).captures == 2


def test_an_interrupted_pruning_is_finished_the_next_time(store: Engine, folder: Path) -> None:
    next(folder.glob("*near*.warc.gz")).unlink()
    assert audited(store, folder).problems
    assert pruned(store, folder, MONTH).captures == 2
    assert audited(store, folder).problems == ()


def test_a_redacted_capture_goes_with_its_file(store: Engine, folder: Path) -> None:
    with transaction(store) as session:
        redaction.redact(session, 2, folder=folder, reason="names a person", now=NOW)
        other = WarcArchive(folder).write([capture(b"other")], series="near")
        evidence.add(session, other, now=NOW, article_id=2)
    assert pruned(store, folder, MONTH).captures == 2
    assert audited(store, folder).problems == ()


@pytest.mark.parametrize("what", ["row", "file"])
def test_a_capture_is_not_pruned_by_saying_so(store: Engine, folder: Path, what: str) -> None:
    """A row that claims to be pruned, or a missing file without tombstones, is named."""
    pruned(store, folder, {Of.LISTS: timedelta(days=30)})
    with transaction(store) as session:
        row = session.scalars(select(CaptureRow).where(CaptureRow.file.contains("near"))).one()
        (folder / row.file).unlink()
        number = row.id
        if what == "row":
            session.execute(update(CaptureRow).where(CaptureRow.id == number).values(length=0))
    assert [(one.what, one.number) for one in audited(store, folder).problems] == [("capture", number)]
