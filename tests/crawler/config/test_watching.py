"""An edited config: noticed whatever editor wrote it, read once it rests, and told in a line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.config import Config, ConfigFile, changes, live, load
from crawler.errors import ConfigError

SOURCE = "  - {{id: {0}, name: N, country: UA, side: ua, ownership: state, languages: [uk], url: 'https://{0}.example/rss'{1}}}\n"


def text(*sources: str, top: str = "", **more: str) -> str:
    listed = "".join(SOURCE.format(one, more.get(one, "")) for one in sources)
    return f"version: 1\ncontact: t@x.invalid\n{top}sources:\n{listed}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text("a", "b"), encoding="utf-8")
    return path


@pytest.fixture
def file(path: Path) -> ConfigFile:
    return ConfigFile(load(path, {}))


def ids(config: Config | None) -> list[str] | None:
    return None if config is None else [one.id for one in config.sources]


def looks(file: ConfigFile, times: int = 3) -> list[list[str] | None]:
    return [ids(file.look({})) for _ in range(times)]


def in_place(path: Path, body: str) -> None:
    path.write_text(body, encoding="utf-8")


def by_rename(path: Path, body: str) -> None:
    (path.parent / ".config.yaml.swp").write_text(body, encoding="utf-8")
    (path.parent / ".config.yaml.swp").replace(path)


def old_aside_first(path: Path, body: str) -> None:
    path.rename(path.parent / "config.yaml~")
    path.write_text(body, encoding="utf-8")


def same_size_and_time(path: Path, body: str) -> None:
    """A file put there with the times of another, as cp -p and rsync do."""
    before = path.stat()
    by_rename(path, body)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("save", [in_place, by_rename, old_aside_first, same_size_and_time])
def test_an_edit_is_seen_once_whatever_editor_saves_it(
    path: Path, file: ConfigFile, save: Callable[[Path, str], None]
) -> None:
    assert looks(file) == [None, None, None]
    save(path, text("a", "c"))
    assert looks(file, 4) == [None, ["a", "c"], None, None]


def test_a_file_is_not_read_while_it_is_being_written(path: Path, file: ConfigFile) -> None:
    """Half a list is a whole list, as far as YAML knows."""
    whole = text("a", "b", "c", "d")
    for part in (whole[:170], whole[:330], whole):
        path.write_text(part, encoding="utf-8")
        assert file.look({}) is None
    assert ids(file.look({})) == ["a", "b", "c", "d"]


def test_a_touched_file_is_no_edit(path: Path, file: ConfigFile) -> None:
    looks(file)
    path.touch()
    assert looks(file) == [None, None, None]


def test_a_mistake_is_told_once_with_its_line(path: Path, file: ConfigFile) -> None:
    looks(file)
    path.write_text(text("a", a=", intervall: 5m"), encoding="utf-8")
    assert file.look({}) is None
    with pytest.raises(ConfigError, match=r"config\.yaml:4:.*did you mean interval"):
        file.look({})
    assert looks(file) == [None, None, None]


def test_going_back_to_the_old_text_after_a_mistake_is_told(path: Path, file: ConfigFile) -> None:
    before = path.read_text(encoding="utf-8")
    path.write_text("version: 2\n", encoding="utf-8")
    assert file.look({}) is None
    with pytest.raises(ConfigError):
        file.look({})
    path.write_text(before, encoding="utf-8")
    assert looks(file, 2) == [None, ["a", "b"]]


def test_a_file_that_went_away_is_told_and_taken_up_when_it_is_back(path: Path, file: ConfigFile) -> None:
    looks(file)
    path.rename(path.parent / "aside")
    assert file.look({}) is None
    with pytest.raises(ConfigError, match="no such file"):
        file.look({})
    (path.parent / "aside").rename(path)
    assert looks(file, 2) == [None, ["a", "b"]]


def test_asked_again_it_reads_what_did_not_change(path: Path, file: ConfigFile) -> None:
    """A secret in the environment's file may have."""
    looks(file)
    assert ids(file.look({}, ask_again=True)) == ["a", "b"]


CASES = {
    "sources come and go": (text("b", "c", "d"), "+2 sources, -1 source"),
    "two intervals and a name": (
        text("a", "b", a=", interval: 1m", b=", interval: 2m, fallback: 'https://b.example/2'"),
        "1 fallback, 2 intervals",
    ),
    "an interval for all": (text("a", "b", top="defaults: {interval: 1m}\n"), "2 intervals"),
    "the contact": (text("a", "b").replace("t@x", "desk@x"), "contact"),
    "what waits for the next start": (
        text(
            "a",
            "b",
            top="data: elsewhere\nnetwork: {nameserver: '9.9.9.9:53', allow_private: [10.0.0.0/8]}\n",
        ),
        "network.allow_private, data (at the next start), network.nameserver (at the next start)",
    ),
    "a comment": (text("a", "b") + "# nothing\n", "nothing"),
}


@pytest.mark.parametrize(("body", "words"), CASES.values(), ids=CASES.keys())
def test_changes_are_told_in_a_line(path: Path, body: str, words: str) -> None:
    old = load(path, {})
    path.write_text(body, encoding="utf-8")
    assert changes(old, load(path, {})).words == words


def test_a_running_job_keeps_what_is_settled_at_its_start(path: Path) -> None:
    old = load(path, {})
    path.write_text(text("a", top="data: elsewhere\nnetwork: {nameserver: '9.9.9.9:53'}\n"), encoding="utf-8")
    now = live(old, load(path, {}))
    assert (now.data, now.database_url, now.network.nameserver) == (old.data, old.database_url, None)
    assert ids(now) == ["a"]
