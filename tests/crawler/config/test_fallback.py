"""The database of a config file that can't be used otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import database_of

CASES = {
    "as usual": ("version: 1\nsources: [", "sqlite:///{folder}/data/swapwatch.db"),
    "in a block": (
        "database:\n  url: sqlite:///other/a.db  # here\nsources: [",
        "sqlite:///{folder}/other/a.db",
    ),
    "in braces": ("database: {url: 'sqlite:////srv/a.db'}\n: :", "sqlite:////srv/a.db"),
    "with a secret": (
        "database:\n  url: postgresql+psycopg://u:${PASSWORD}@h/n\nx",
        "postgresql+psycopg://u:hush@h/n",
    ),
    "not a source": (
        "sources:\n  - url: https://a.example/sqlite\n x",
        "sqlite:///{folder}/data/swapwatch.db",
    ),
}


@pytest.mark.parametrize(("body", "url"), CASES.values(), ids=CASES.keys())
def test_a_broken_file_still_says_where_the_database_is(tmp_path: Path, body: str, url: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(body, encoding="utf-8")
    assert database_of(path, {"PASSWORD": "hush"}) == url.format(folder=tmp_path)


def test_without_its_secret_there_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("database: {url: 'postgresql://u:${PASSWORD}@h/n'}", encoding="utf-8")
    assert database_of(path, {}) is None


def test_a_missing_file_means_the_usual_place(tmp_path: Path) -> None:
    assert database_of(tmp_path / "config.yaml", {}) == f"sqlite:///{tmp_path}/data/swapwatch.db"
