"""What the store knows becomes what people are told: once, and in the transaction that remembers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from crawler.config import Alerts, Config, SavedSearch
from crawler.model import Kind, Source, SourceState
from newsdesk import custody
from newsdesk.alerts import watch
from storage import notes, outbox, sources
from storage.captures import WarcArchive
from storage.engine import transaction
from tests.newsdesk.health.days import SOURCE
from tests.storage.nouns import NOW, capture, finding, kept

MINUTE = timedelta(minutes=1)


def lemmas(words: str) -> Sequence[Sequence[str]]:
    return [[word] for word in words.split()]


def config(folder: Path, *searches: SavedSearch, of: Sequence[Source] = (SOURCE,)) -> Config:
    return Config(
        path=folder / "config.yaml", contact=None, database_url="", data=folder / "data", sources=tuple(of),
        alerts=Alerts(searches=searches, disk_low=0),
    )  # fmt: skip


def state(store: Engine, **values: object) -> None:
    with transaction(store) as session:
        sources.save_state(session, "slovo", SourceState(last_poll=NOW, **values))  # type: ignore[arg-type]


def told(store: Engine) -> list[tuple[str, str]]:
    with transaction(store) as session:
        found = outbox.latest(session, limit=99)
    return [(str(one.alert.kind), one.alert.subject) for one in reversed(found)]


def test_a_source_breaks_and_recovers_and_breaks_again(store: Engine, tmp_path: Path) -> None:
    given = config(tmp_path)
    for minutes, failures in enumerate((1, 3, 4, 0, 0, 3)):
        state(store, failures=failures, error="HTTP 500" if failures else None)
        watch(store, given, lemmas=lemmas, now=NOW + minutes * MINUTE)
    assert told(store) == [
        ("source_broken", "slovo"),
        ("source_recovered", "slovo"),
        ("source_broken", "slovo"),
    ]


def test_a_source_switched_off_while_broken_is_let_go_in_silence(store: Engine, tmp_path: Path) -> None:
    state(store, failures=3, error="HTTP 500")
    watch(store, config(tmp_path), lemmas=lemmas, now=NOW)
    off = config(tmp_path, of=[replace(SOURCE, enabled=False)])
    watch(store, off, lemmas=lemmas, now=NOW + MINUTE)
    assert told(store) == [("source_broken", "slovo")]


def test_new_findings_are_told_to_the_searches_they_match(store: Engine, tmp_path: Path) -> None:
    given = config(
        tmp_path,
        SavedSearch(name="all"),
        SavedSearch(name="words", words="обмін полонений"),
        SavedSearch(name="bodies", kind=Kind.BODIES_REPATRIATED),
        SavedSearch(name="other words", words="саміт"),
    )
    kept(store, finding("https://slovo.example/old"), address="https://slovo.example/old", now=NOW - MINUTE)
    watch(store, given, lemmas=lemmas, now=NOW)
    assert told(store) == [], "what was there before is no news"
    number = kept(store, finding(), now=NOW + MINUTE).finding_id
    for minutes in (2, 3, 30):
        watch(store, given, lemmas=lemmas, now=NOW + minutes * MINUTE)
    with transaction(store) as session:
        found = [one.alert for one in outbox.latest(session, limit=9)]
    assert sorted(one.title for one in found) == ["all: Обмін полоненими", "words: Обмін полоненими"]
    assert {one.subject for one in found} == {f"f{number}"}


def test_a_refused_config_is_told_until_it_is_mended(store: Engine, tmp_path: Path) -> None:
    for minutes, words in enumerate(("config.yaml:3:1: x", "config.yaml:3:1: x", "config.yaml:4:1: y", "")):
        with transaction(store) as session:
            notes.write(session, notes.CONFIG, words, now=NOW)
        watch(store, config(tmp_path), lemmas=lemmas, now=NOW + minutes * MINUTE)
    assert told(store) == [("config_refused", "job")] * 2


def test_a_full_disk_is_told(store: Engine, tmp_path: Path) -> None:
    given = config(tmp_path)
    full = replace(given, alerts=replace(given.alerts, disk_low=2**80))
    watch(store, full, lemmas=lemmas, now=NOW)
    assert told(store) == [("disk_low", "job")]


def test_changed_evidence_is_told_until_it_is_as_it_was(store: Engine, tmp_path: Path) -> None:
    """The running job reads its captures again and tells what was changed, once for each thing."""
    given, archive = config(tmp_path), WarcArchive(tmp_path / "data" / "captures")
    stored = archive.write([capture()])
    kept(store, finding(), captures=stored)
    file = tmp_path / "data" / "captures" / stored[0].file
    sound = file.read_bytes()
    for day, content in enumerate((sound, sound[:-9] + b"x" * 9, sound[:-9] + b"x" * 9, sound)):
        file.write_bytes(content)
        now = NOW + timedelta(days=day)
        assert custody.look(store, given, now=now) == 1
        watch(store, given, lemmas=lemmas, now=now)
    with transaction(store) as session:
        (found,) = outbox.latest(session, limit=9)
    assert (found.alert.kind, found.alert.subject) == ("chain_broken", "job")
    assert found.alert.body.startswith("capture 1 its bytes in the file were changed; stop the job")
