"""Pages of a web archive's files, read by the command, killed in the middle and taken up again."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from crawler.archives import ANYBODY, ArchivedOutlets, BrokenArchive, read
from crawler.model import Ownership, Side, Source, SourceType
from tests.make_warc import own_pages, write

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
PAGES = 160


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a config that follows two of the archive's seven outlets."""
    (tmp_path / "config.yaml").write_text(
        "version: 1\ncontact: tests@swapwatch.invalid\nsources:\n"
        + "".join(
            f"  - {{id: n{n}, name: N{n}, country: UA, side: ua, ownership: private, languages: [uk, en], url: 'http://news{n}.example/feed'}}\n"
            for n in (1, 2)
        ),
        encoding="utf-8",
    )
    return tmp_path


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "CC-NEWS-20250301000000-00001.warc.gz"
    write(path, own_pages(PAGES))
    return path


def command(folder: Path, *arguments: str | Path) -> list[str]:
    return [COMMAND, "--config", str(folder / "config.yaml"), "backfill", *map(str, arguments)]


def run(folder: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(folder, *arguments), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done


def stored(folder: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "swapwatch.db")) as store:
        return store.execute(question).fetchall()


def test_pages_of_the_configs_outlets_are_read_with_their_origin(folder: Path, archive: Path) -> None:
    done = run(folder, "--warc", archive)
    assert f"{PAGES} pages" in done.stdout
    assert "1  relevant" in done.stdout
    assert "other site" in done.stdout
    ((url, seen_in, source),) = stored(folder, "select url, seen_in, source_id from lead")
    assert (url, source) == ("http://news1.example/2025/03/story-50", "n1")
    assert str(seen_in).startswith("warc:CC-NEWS-20250301000000-00001.warc.gz#")
    ((fetched, warnings),) = stored(folder, "select fetched_at, warnings from version")
    assert str(fetched).startswith("2025-03-01 00:00:50")
    assert "CC-NEWS-20250301000000-00001.warc.gz, captured 2025-03-01T00:00:50Z" in str(warnings)
    ((captured, file),) = stored(folder, "select fetched_at, file from capture")
    assert str(captured).startswith("2025-03-01 00:00:50")
    assert str(file) == "swapwatch-20250301-001.warc.gz"
    assert stored(folder, "select count(*) from exchange") == [(1,)]
    verified = subprocess.run(
        [COMMAND, "--config", str(folder / "config.yaml"), "verify"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout
    again = run(folder, "--warc", archive)
    assert "--again reads it once more" in again.stderr
    everything = run(folder, "--warc", archive, "--all")
    assert "1  relevant" in everything.stdout
    assert "1  known" in everything.stdout
    assert stored(folder, "select source_id from lead order by id") == [("n1",), (ANYBODY.id,)]


def test_a_killed_reading_goes_on_where_it_was(folder: Path, archive: Path) -> None:
    process = subprocess.Popen(
        command(folder, "--warc", archive, "--all"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    database = folder / "data" / "swapwatch.db"
    while process.poll() is None and not (database.exists() and _position(folder)):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    settled = _position(folder)
    assert 0 < settled < archive.stat().st_size, "it must have been killed in the middle"
    done = run(folder, "--warc", archive, "--all")
    assert f"{PAGES} pages" in done.stdout
    assert "2  relevant" in done.stdout
    assert stored(folder, "select count(*), count(distinct url) from lead") == [(2, 2)]
    assert stored(folder, "select count(*) from finding") == [(2,)]
    assert stored(folder, "select count(*) from backfill where finished is not null") == [(1,)]


def _position(folder: Path) -> int:
    try:
        return max((int(str(row[0])) for row in stored(folder, "select position from backfill")), default=0)
    except sqlite3.OperationalError:  # not made yet
        return 0


def test_a_file_that_breaks_off_keeps_what_came_before(folder: Path, archive: Path) -> None:
    torn = folder / "torn.warc.gz"
    torn.write_bytes(archive.read_bytes()[: archive.stat().st_size * 2 // 3])
    done = run(folder, "--warc", torn, "--all", code=4)
    assert "torn.warc.gz" in done.stderr
    assert "Fetch the file anew" in done.stderr
    assert "1  relevant" in done.stdout
    torn.write_bytes(archive.read_bytes())
    done = run(folder, "--warc", torn, "--all")
    assert f"{PAGES} pages" in done.stdout
    assert "2  relevant" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--warc", "absent.warc"), "no such file"),
        ((), "either --source"),
        (("--warc", "a", "--source", "n1"), "either --source"),
    ],
)
def test_what_cannot_be_read_is_refused(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(folder, *arguments, code=2).stderr


# --- records


def few(count: int = 3) -> Iterator[tuple[str, bytes]]:
    return islice(own_pages(count), count)


@pytest.mark.parametrize("name", ["plain.warc", "packed.warc.gz"])
def test_records_are_read_from_wherever_one_begins(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, few())
    found = list(read(tmp_path / name))
    assert [one.url for one, _ in found if one] == [url for url, _ in few()]
    assert [one.body for one, _ in found if one] == [body for _, body in few()]
    for number, (_, end) in enumerate(found):
        rest = [one.url if one else None for one, _ in read(tmp_path / name, begin=end)]
        assert rest == [one.url if one else None for one, _ in found[number + 1 :]]


def packed(pages: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    return ((url, gzip.compress(body)) for url, body in pages)


def chunked(pages: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    return ((url, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)) for url, body in pages)


@pytest.mark.parametrize(
    ("coding", "headers"),
    [(packed, [("Content-Encoding", "gzip")]), (chunked, [("Transfer-Encoding", "chunked")])],
    ids=["gzip", "chunked"],
)
def test_bodies_come_unpacked_and_say_how_they_came(
    tmp_path: Path, coding: object, headers: Sequence[tuple[str, str]]
) -> None:
    write(tmp_path / "a.warc.gz", coding(few()), headers=headers)  # type: ignore[operator]
    found = [one for one, _ in read(tmp_path / "a.warc.gz") if one]
    assert [one.body for one in found] == [body for _, body in few()]
    kept = dict(found[0].capture().headers)
    assert kept[f"X-Archive-{headers[0][0]}"] == headers[0][1]
    assert headers[0][0] not in kept


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_text("no archive at all", encoding="utf-8")
    with pytest.raises(BrokenArchive, match=r"a\.warc"):
        list(read(tmp_path / "a.warc"))


def test_a_page_belongs_to_the_source_of_its_host_or_site() -> None:
    def source(name: str, url: str) -> Source:
        return Source(
            id=name, name=name, country="UA", side=Side.UA, ownership=Ownership.PRIVATE, languages=("uk",), type=SourceType.FEED, url=url
        )  # fmt: skip

    sources = (
        source("feeds", "https://rss.paper.com.ua/feed"),
        source("www", "https://www.paper.com.ua/feed"),
    )
    outlets = ArchivedOutlets(sources, everything=False)
    assert [outlets.source_of(url) for url in ("https://www.paper.com.ua/a", "https://m.paper.com.ua/a")] == [
        sources[1],
        sources[0],
    ]
    assert outlets.source_of("https://other.example/a") is None
    assert ArchivedOutlets(sources, everything=True).source_of("https://other.example/a") is ANYBODY
