"""A backup made while the job writes, and restored: counts and hashes as they were."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.errors import StoreRefused, StoreUnavailable
from storage import backup
from storage import engine as database
from storage.engine import transaction
from storage.verify import audit
from tests.kills import stories

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
COMMAND = str(Path(sys.executable).with_name("swapwatch"))


def tokens(count: int) -> list[str]:
    return [f"k{number}" for number in range(count)]


@contextmanager
def stored(folder: Path, count: int = 4) -> Iterator[Path]:
    stories.store(folder, tokens(count), say=lambda _words: None)
    yield folder


def written(folder: Path, into: Path, *, now: datetime = NOW) -> backup.Backup:
    engine = database.connect(stories.config(folder).database_url, read_only=True)
    try:
        return backup.write(engine, folder / "captures", into, now=now)
    finally:
        engine.dispose()


def test_what_comes_back_is_what_was_there(tmp_path: Path) -> None:
    with stored(tmp_path / "store") as store:
        made = written(store, tmp_path / "copies")
        done = backup.drill(tmp_path / "copies")
        engine = database.connect(stories.config(store).database_url, read_only=True)
        with transaction(engine) as session:
            origin = audit(session, store / "captures")
        engine.dispose()
    assert done.problems == ()
    assert (done.captures, done.versions) == (origin.captures, origin.versions) == (5, 4)
    assert (made.rows["finding"], made.rows["search_fts"], made.rows["lead"]) == (4, 4, 4)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "copies").rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_a_job_that_writes_meanwhile_is_copied_at_one_instant(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with stored(store, 1):
        writing = threading.Thread(target=stories.store, args=(store, tokens(12)), kwargs={"say": len})
        writing.start()
        made: list[backup.Backup] = []
        while writing.is_alive():
            made.append(written(store, tmp_path / "copies", now=NOW.replace(microsecond=0, second=len(made))))
            assert backup.drill(tmp_path / "copies").problems == ()
        writing.join()
    assert made
    for one in made:
        assert one.rows["finding"] == one.rows["search_fts"] == one.rows["article"]


def test_restored_by_hand_the_commands_find_everything(tmp_path: Path) -> None:
    """The drill of docs/operators.md, step by step, with the command itself."""
    with stored(tmp_path / "store") as store:
        (store / "config.yaml").write_text(
            f"version: 1\ncontact: a@example.invalid\ndata: {store}\ndatabase: {{url: 'sqlite:///{store}/swapwatch.db'}}\nsources: []\n"
        )
        run("backup", tmp_path / "copies", cwd=store)
        said = run("backup", "--check", tmp_path / "copies", cwd=store)
        assert "4 findings, 4 versions, 5 captures, all as they were" in said
        for name in ("swapwatch.db", "swapwatch.db-wal", "swapwatch.db-shm"):
            (store / name).unlink(missing_ok=True)
        shutil.rmtree(store / "captures")
        (copy,) = (tmp_path / "copies").glob("*.db")
        shutil.copy(copy, store / "swapwatch.db")
        shutil.copytree(tmp_path / "copies" / "captures", store / "captures")
        assert "5 captures, 4 versions" in run("verify", cwd=store)
        assert len(run("search", "обмін", "--format", "jsonl", cwd=store).splitlines()) == 4


def run(*arguments: object, cwd: Path) -> str:
    done = subprocess.run(
        [COMMAND, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_captures_are_copied_once_and_changes_with_them(tmp_path: Path) -> None:
    with stored(tmp_path / "store") as store:
        written(store, tmp_path / "copies")
        copies = sorted((tmp_path / "copies" / "captures").iterdir())
        copy = copies[0]
        before = copy.stat().st_ino
        written(store, tmp_path / "copies", now=NOW.replace(hour=13))
        assert copy.stat().st_ino == before
        original = store / "captures" / copy.name
        os.utime(original, ns=(1, 1))  # as a redaction in place does
        written(store, tmp_path / "copies", now=NOW.replace(hour=14))
        assert copy.stat().st_ino != before


@pytest.mark.parametrize("what", ["byte of the database", "row", "capture", "cut database"])
def test_a_backup_that_is_not_what_it_was_is_named(tmp_path: Path, what: str) -> None:
    with stored(tmp_path / "store") as store:
        made = written(store, tmp_path / "copies")
    spoil(made, what)
    try:
        assert backup.drill(tmp_path / "copies").problems
    except (StoreRefused, StoreUnavailable) as error:
        assert str(made.database) in str(error)  # noqa: PT017 - either way it is named


def spoil(made: backup.Backup, what: str) -> None:
    if what == "row":
        engine = database.connect(f"sqlite:///{made.database}")
        with engine.begin() as connection:
            connection.execute(text("delete from seen"))
        engine.dispose()
        return
    path = made.database if "database" in what else next(made.captures.iterdir())
    raw = bytearray(path.read_bytes())
    if what.startswith("cut"):
        raw = raw[: len(raw) // 2]
    else:
        for at in range(len(raw) // 2, len(raw) // 2 + 64):
            raw[at] ^= 0xFF
    path.write_bytes(bytes(raw))


def test_a_folder_without_a_whole_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "swapwatch-20260305T120000Z.db").touch()  # killed before its note was written
    with pytest.raises(StoreRefused, match="holds no whole backup"):
        backup.drill(tmp_path)
