"""What a finding rests on, on its page: captures with their verification, their bodies, and who else says the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsdesk import custody
from storage.captures import WarcArchive
from tests.newsdesk.alerts.test_watching import config
from tests.newsdesk.web.conftest import Open
from tests.newsdesk.web.test_pages import page
from tests.newsdesk.web.test_sources import words
from tests.storage.nouns import NOW, TEXT, capture, finding, kept

HOSTILE = b"<script>alert(1)</script>\r\n\r\n<p>\xff</p>\r\n\r\n"


def keep(store: Engine, tmp_path: Path, body: bytes = b"<p>said</p>") -> Path:
    """Keep a finding with a capture; return the archive's file."""
    stored = WarcArchive(tmp_path / "data" / "captures").write([capture(body)])
    kept(store, finding(), captures=stored)
    return tmp_path / "data" / "captures" / stored[0].file


def test_a_capture_says_when_it_was_last_found_as_it_was_kept(
    desk: Open, store: Engine, tmp_path: Path
) -> None:
    file = keep(store, tmp_path)
    client = desk()
    assert "not read again yet" in words(page(client, "/findings/f1").cssselect(".captures li")[0])
    assert custody.look(store, config(tmp_path), now=NOW) == 1
    shown = words(page(client, "/findings/f1").cssselect(".captures li")[0])
    assert (
        "as it was kept, verified by the running job 5 Mar 2026, 14:00 Kyiv 15:00 Moscow · 12:00 UTC" in shown
    )
    raw = bytearray(file.read_bytes())
    raw[-20] ^= 1
    file.write_bytes(raw)
    now = words(page(client, "/findings/f1?verify=now").cssselect(".captures li")[0])
    assert "not as it was kept: its bytes in the file were changed, verified by this page" in now
    assert custody.look(store, config(tmp_path), now=NOW + timedelta(days=1)) == 1
    later = words(page(client, "/findings/f1").cssselect(".captures li")[0])
    assert "not as it was kept: its bytes in the file were changed, verified by the running job" in later


def test_a_body_is_saved_and_never_shown(desk: Open, store: Engine, tmp_path: Path) -> None:
    """H10: by number, as a file of plain text, in a sandbox, under a name of ours."""
    keep(store, tmp_path, HOSTILE)
    client = desk()
    link = page(client, "/findings/f1").cssselect(".captures a[download]")[0].get("href")
    assert link == "/captures/e1"
    answer = client.get(str(link))
    assert answer.content == HOSTILE
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-disposition"] == 'attachment; filename="swapwatch-e1.txt"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/captures/e2", 404),
        ("/captures/e99999999999999999", 404),
        ("/captures/..%2f..%2fetc%2fpasswd", 404),
        ("/captures/swapwatch-20260305-001.warc.gz", 400),
        ("/captures/e1%0d%0aX-Evil:1", 400),
    ],
)
def test_nothing_but_a_number_names_a_body(
    desk: Open, store: Engine, tmp_path: Path, path: str, status: int
) -> None:
    keep(store, tmp_path)
    answer = desk().get(path)
    assert answer.status_code == status
    assert "x-evil" not in answer.headers


def test_a_file_that_is_not_at_hand_is_said(desk: Open, store: Engine, tmp_path: Path) -> None:
    keep(store, tmp_path).unlink()
    client = desk()
    assert client.get("/captures/e1").status_code == 404
    assert "its file is missing" in words(page(client, "/findings/f1?verify=now"))


def test_copies_stand_with_their_likely_origin(desk: Open, store: Engine) -> None:
    text = f"{TEXT} Родини чекали на них біля лікарні ще зранку, з прапорами та світлинами."
    for number, outlet in enumerate(("slovo", "vesti"), start=1):
        address = f"https://{outlet}.example/war/{number}"
        kept(
            store,
            finding(address, text=text, source=outlet),
            address=address,
            now=NOW + number * timedelta(hours=1),
        )
    tree = page(desk(), "/findings/f2")
    (section,) = tree.xpath("//section[@aria-labelledby='h-copies']")
    assert "Likely origin: slovo.example f1: the earliest of 2; no agency is credited" in words(section)
    assert [one.get("href") for one in section.cssselect(".copies a")] == ["/findings/f1"]
    assert "slovo.example this one copy of f1, 100% of the shorter text" in words(section)
