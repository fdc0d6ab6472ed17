"""Saved pages of many makes beside what should be read from them."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.model import Article, Skipped

CASES = sorted((Path(__file__).parents[2] / "cases" / "extraction").glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_page_gives_what_stands_beside_it(case: Path, extracted: Callable[..., Article | Skipped]) -> None:
    """Every field that a case names is as it says; `contains` names words that the text must hold."""
    wanted = json.loads(case.read_text(encoding="utf-8"))
    expected = wanted.pop("expected")
    if "languages" in wanted:
        wanted["languages"] = tuple(wanted["languages"])
    if published := wanted.get("lead", {}).get("published"):
        wanted["lead"]["published"] = datetime.fromisoformat(published)
    found = extracted(case.with_suffix(".html").read_bytes(), **wanted)
    if "skipped" in expected:
        assert isinstance(found, Skipped)
        assert found.reason == expected["skipped"]
        return
    assert isinstance(found, Article), found
    for words in expected.pop("contains", ()):
        assert words in found.text
    assert {name: _plain(getattr(found, name)) for name in expected} == {
        name: "\n".join(value) if name == "text" else value for name, value in expected.items()
    }


def test_every_expected_field_is_one_of_an_article() -> None:
    known = {one.name for one in fields(Article)} | {"contains", "skipped"}
    named = {name for case in CASES for name in json.loads(case.read_text(encoding="utf-8"))["expected"]}
    assert named <= known


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
