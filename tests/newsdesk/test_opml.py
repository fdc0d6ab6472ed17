"""Sources out as OPML and in again, and entries as text to paste."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.config import load
from crawler.errors import UsageError
from crawler.model import Keep, Ownership, Side, Source, SourceType
from newsdesk.entries import as_yaml, id_from
from newsdesk.opml import entries, outlines
from tests.newsdesk.health.days import SOURCE

SOURCES = (
    replace(SOURCE, name="Слово & «діло» <1>", languages=("uk", "ru"), interval=timedelta(minutes=90)),
    replace(
        SOURCE, id="tg-x", url="https://t.me/s/x_news", type=SourceType.TELEGRAM, side=Side.RU, country="RU",
        ownership=Ownership.STATE, keep=Keep.TITLE, enabled=False, disabled_reason="asked us to stop: wait",
        fallback="https://x.example/rss?a=1&b=2", headers=(("Authorization", "Bearer secret"),),
    ),
)  # fmt: skip


def configured(folder: Path, text: str) -> tuple[Source, ...]:
    path = folder / "config.yaml"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    path.write_text(f"version: 1\nsources:\n{indented}", encoding="utf-8")
    return load(path, {}).sources


def test_what_goes_out_as_opml_comes_in_again(tmp_path: Path) -> None:
    file = outlines(SOURCES)
    assert b"secret" not in file
    again = configured(tmp_path, as_yaml(entries(file, name="f"), taken=[]))
    assert again == (SOURCES[0], replace(SOURCES[1], headers=()))


FOREIGN = """<?xml version="1.0"?><opml version="1.0"><body>
<outline text="News"><outline text="Slovo" xmlUrl="https://slovo.com.ua/rss" language="uk-UA"/>
<outline title="Slovo Two" text="x" xmlUrl="https://slovo.com.ua/rss/2"/></outline>
<outline text="a folder without a feed"/><outline text="local" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_another_readers_file_gives_sources_with_questions(tmp_path: Path) -> None:
    text = as_yaml(entries(FOREIGN.encode(), name="f"), taken=["slovo-com-ua"])
    first, second = configured(tmp_path, text)
    assert (first.id, first.country, first.side, first.languages) == (
        "slovo-com-ua-2",
        "UA",
        Side.UA,
        ("uk",),
    )
    assert (second.id, second.name, second.languages) == ("slovo-com-ua-3", "Slovo Two", ("uk",))
    assert "# state, private, independent or official" in text
    assert "# which languages?" in text


ENTITIES = """<?xml version="1.0"?><!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<opml><body><outline text="&x;" xmlUrl="https://a.example/rss"/></body></opml>"""


@pytest.mark.parametrize("body", ["", "not xml", "<opml><body/></opml>", "<html><body>x</body></html>"])
def test_what_is_no_list_of_feeds_is_refused(body: str) -> None:
    with pytest.raises(UsageError, match=r"feeds\.opml: no"):
        entries(body.encode(), name="feeds.opml")


def test_an_entity_reads_no_file() -> None:
    try:
        found = entries(ENTITIES.encode(), name="f")
    except UsageError:
        return
    assert found[0]["name"] in ("", "https://a.example/rss")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://www.slovo.example/rss", "slovo-example"),
        ("https://t.me/s/Slovo_News", "tg-slovo-news"),
        ("http://127.0.0.1:8000/x", "127-0-0-1"),
    ],
)
def test_an_id_is_made_of_the_address(url: str, wanted: str) -> None:
    assert id_from(url) == wanted
