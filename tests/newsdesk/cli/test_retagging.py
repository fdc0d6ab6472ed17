"""`retag` as an operator meets it: a new config is tried on stored texts, then applied."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawler.model import Article, Finding, Skipped, SkipReason, Stage
from crawler.tagging import judge
from storage import engine as database
from storage import frontier, migrate
from storage.engine import transaction
from tests.storage.nouns import ADDRESS, NOW, finding, kept, lead_id, whole

COMMAND = str(Path(sys.executable).with_name("swapwatch"))

PLAIN = "version: 1\ncontact: desk@house.example\nsources: []\n"
ADDED = PLAIN + (
    "lexicon:\n"
    "- {language: uk, concept: soldier, term: 'степовик*', example: 'Степовики вдома.'}\n"
    "- {language: uk, topic: steppe, term: 'степовик*', example: 'Степовики вдома.'}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config, a store with one report, one text kept as off topic, and a dropped lead."""
    (tmp_path / "config.yaml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(ADDED, encoding="utf-8")
    (tmp_path / "data").mkdir()
    store = opened(tmp_path)
    migrate.upgrade(store, backup_to=tmp_path / "backups")
    kept(store, judged("Відбувся обмін полоненими", ADDRESS))
    kept(store, judged("Дванадцять степовиків удома", ADDRESS + "2"), address=ADDRESS + "2")
    kept(store, older_reading("З полону повернулися 49 захисників", ADDRESS + "4"), address=ADDRESS + "4")
    with transaction(store) as session:
        number = lead_id(session, ADDRESS + "3")
        frontier.close(
            session, number, Skipped(url="u", reason=SkipReason.OFF_TOPIC, stage=Stage.TAG), now=NOW
        )
    store.dispose()
    return tmp_path


def opened(folder: Path) -> Engine:
    return database.connect(f"sqlite:///{folder / 'data' / 'swapwatch.db'}")


def judged(title: str, address: str) -> Finding:
    article = Article(address=address, outlet="slovo.example", title=title, text="", language="uk")
    known = finding()
    return replace(
        known, article=article, verdict=judge(article), claims=(), lead=replace(known.lead, url=address)
    )


def older_reading(title: str, address: str) -> Finding:
    """A report judged as today, whose claims an older reader missed."""
    known = judged(title, address)
    return replace(known, verdict=replace(known.verdict, lexicon="an older one"))


def retag(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "retag", *options], cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def test_under_the_same_lexicon_nothing_is_judged_again(folder: Path) -> None:
    retag(folder)
    assert "0 findings of another lexicon" in retag(folder, "--dry-run").stderr


def test_claims_that_the_present_reader_finds_are_stored_and_told(folder: Path) -> None:
    done = retag(folder, "--format", "jsonl")
    assert '"id": "f3", "change": "claims +1 -0"' in done.stdout
    assert "+49 prisoners_of_war to ukraine, this_exchange" in done.stdout
    assert [one.claim.count for one in whole(opened(folder), 3).claims] == [49]


def test_a_dry_run_shows_what_a_new_config_would_change_and_stores_nothing(folder: Path) -> None:
    for _ in range(2):
        done = retag(folder, "--dry-run", "--config", "new.yaml", "--format", "jsonl")
        assert '"id": "f2", "change": "off_topic -> relevant"' in done.stdout
        assert "topic:steppe; +soldiers_home «" in done.stdout
        assert "f1" not in done.stdout
        assert "3 findings of another lexicon" in done.stderr
        assert "nothing was stored" in done.stderr


def test_tag_reads_the_terms_that_a_config_adds(folder: Path) -> None:
    line = '{"id": 1, "title": "Дванадцять степовиків удома", "text": "", "lang": "uk"}\n'
    for config, answer in (("config.yaml", "no"), ("new.yaml", "yes")):
        done = subprocess.run(
            [COMMAND, "tag", "-", "--config", config],
            cwd=folder,
            input=line,
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        assert f'"relevant": "{answer}"' in done.stdout


def test_retag_stores_the_new_verdicts_once(folder: Path) -> None:
    before = whole(opened(folder), 2).verdict.lexicon
    assert "1 off_topic -> relevant" in retag(folder, "--config", "new.yaml").stderr
    after = whole(opened(folder), 2).verdict
    assert (after.standing, after.lexicon != before) == ("relevant", True)
    assert "0 findings of another lexicon" in retag(folder, "--config", "new.yaml").stderr


def test_a_dropped_lead_that_its_list_makes_relevant_is_opened_again(folder: Path) -> None:
    done = retag(folder, "--format", "jsonl")
    assert '"change": "dropped -> open again"' in done.stdout
    with transaction(opened(folder)) as session:
        waiting = frontier.pending(session, "slovo", now=NOW, limit=9)
        assert ADDRESS + "3" in [one.lead.url for one in waiting]
