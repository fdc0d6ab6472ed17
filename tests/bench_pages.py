"""How fast the pages answer over a large store while the job writes: `python tests/bench_pages.py [FINDINGS]`.

The goal with 100,000 findings on SQLite: lists and exchange pages under 200 ms at p95, search under 300 ms, an export whose
first byte does not wait for the rest and whose memory stays flat.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, insert

from crawler.language import lemmas
from crawler.model import Category, Conflict, Event, Kind, Party, Precision, Speaker, Standing
from storage import engine as database
from storage import migrate, tables
from storage.root import Base
from storage.text_safety import plain_words, sha256
from tests.storage.nouns import finding, kept

COMMAND = str(Path(sys.executable).with_name("swapwatch"))
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
OUTLETS = 40
DAYS = 1_000
EXCHANGES = 300
AT_ONCE = 2_000
FILLER = (
    "Родини зустрічали автобуси біля кордону з прапорами та світлинами рідних.",
    "Координаційний штаб повідомив, що повернених оглянуть лікарі.",
    "Переговори про наступний етап тривають, сторони обмінюються списками.",
    "Серед звільнених є поранені та тяжкохворі, яким потрібна допомога.",
)
FACTS = (
    "Відбувся обмін полоненими.",
    "Сторони домовилися про обмін.",
    "Додому повернули тіла загиблих.",
    "Про репатріацію повідомили в штабі.",
)


def build(store: Engine, folder: Path, count: int) -> None:
    """Fill a store with findings of 4 kB, claims and an exchange for every few hundred."""
    config = "version: 1\ncontact: b@x.invalid\nsources:\n" + "".join(
        f"  - {{id: s{n}, name: Outlet {n}, country: UA, side: {('ua', 'ru', 'other')[n % 3]}, ownership: private, languages: [uk],"
        f" url: 'https://s{n}.example/rss'}}\n"
        for n in range(OUTLETS)
    )
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    chance = random.Random(1)
    with store.begin() as connection:
        rows = [
            {"id": n, "conflict": Conflict.RU_UA, "matter": "living", "day": (NOW - timedelta(days=n * 3)).date(), "status": "completed",
             "disputed": False, "minted_at": NOW}
            for n in range(1, EXCHANGES + 1)
        ]  # fmt: skip
        connection.execute(insert(tables.ExchangeRow), rows)
    for start in range(1, count + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count + 1))
        with store.begin() as connection:
            for table, rows in _rows(numbers, chance).items():
                connection.execute(insert(table), rows)


def _rows(numbers: range, chance: random.Random) -> dict[type[Base], list[dict[str, Any]]]:
    found: dict[type[Base], list[dict[str, Any]]] = {
        table: []
        for table in (tables.ArticleRow, tables.VersionRow, tables.VerdictRow, tables.ClaimRow, tables.FindingRow, tables.CarrierRow,
                      tables.SearchTextRow, tables.ExchangePartRow)
    }  # fmt: skip
    for n in numbers:
        for table, row in _one(n, chance):
            found[table].append(row)
    return found


def _one(n: int, chance: random.Random) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    when = NOW - timedelta(days=DAYS * (1 - n / 100_000))
    address, size = f"https://s{n % OUTLETS}.example/{n}", chance.randint(20, 400)
    said = f"Повернулися {size} захисників."
    text = f"{said} {chance.choice(FACTS)} " + " ".join(chance.choice(FILLER) for _ in range(28))
    yield tables.ArticleRow, {"id": n, "address": address, "address_hash": sha256(address), "outlet": f"s{n % OUTLETS}.example", "first_seen": when, "state": "live"}  # fmt: skip
    yield tables.VersionRow, {
        "id": n, "article_id": n, "number": 1, "title": f"Новини {n}", "text": text, "lemmas": "", "language": ("uk", "ru", "en")[n % 3], "authors": [],
        "published": when, "zone_known": True, "fetched_at": when, "from_feed": False, "partial": False, "warnings": [], "text_sha256": "0" * 64,
    }  # fmt: skip
    yield tables.VerdictRow, {
        "id": n, "version_id": n, "lexicon": "bench", "standing": Standing.RELEVANT, "score": 0.9, "kind": list(Kind)[n % 5], "conflict": Conflict.RU_UA,
        "reasons": [], "tags": [], "mediators": [], "judged_at": when,
    }  # fmt: skip
    yield tables.ClaimRow, {
        "verdict_id": n, "event": Event.THIS_EXCHANGE, "returned_to": Party.UKRAINE, "category": Category.PRISONERS_OF_WAR, "count": size,
        "precision": Precision.EXACT, "claimed_by": [Speaker.UA_PRESIDENT], "quote": f"{size} захисників", "part": "text", "start": 12, "end": 12 + len(f"{size} захисників"),
    }  # fmt: skip
    yield tables.FindingRow, {"id": n, "article_id": n, "verdict_id": n, "standing": Standing.RELEVANT, "first_kept": when, "changed_at": when}  # fmt: skip
    yield tables.CarrierRow, {"article_id": n, "source_id": f"s{n % OUTLETS}", "first_seen": when}
    yield tables.SearchTextRow, {"finding_id": n, "lemmas": plain_words(LEMMAS(text))}
    if n % 4 == 0:
        yield tables.ExchangePartRow, {
            "finding_id": n, "matter": "living", "machine_id": n // 4 % EXCHANGES + 1, "exchange_id": n // 4 % EXCHANGES + 1, "because": "bench",
            "claims": [n], "reconciled_at": NOW,
        }  # fmt: skip


CACHE: dict[str, str] = {}


def LEMMAS(text: str) -> str:  # noqa: N802 - a stand-in for the real one with a memory of sentences
    """Return the lemmas of a text; its sentences recur."""
    parts = []
    for sentence in re.findall(r"[^.]+\.", text):
        if sentence not in CACHE:
            CACHE[sentence] = lemmas(sentence, "uk")
        parts.append(CACHE[sentence])
    return " ".join(parts)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """Run the pages; yield port and process."""
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        match = re.search(r":(\d+),", process.stderr.readline())
        assert match
        try:
            yield int(match.group(1)), process.pid
        finally:
            process.terminate()


def writing(store: Engine, stop: threading.Event) -> None:
    """Keep findings one after the other, as the job does, until told to stop."""
    number = 0
    while not stop.wait(0.05):
        number += 1
        address = f"https://slovo.example/bench/{number}"
        kept(store, replace(finding(address)), address=address)


def asked(port: int, path: str) -> float:
    """Return the seconds until an answer is whole."""
    door, start = HTTPConnection("127.0.0.1", port, timeout=120), time.perf_counter()
    door.request("GET", path)
    answer = door.getresponse()
    body = answer.read()
    door.close()
    assert answer.status == 200, (path, body[:200])
    return time.perf_counter() - start


def peak_megabytes(pid: int) -> float:
    """Return the largest resident size of a process so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


PATHS = {
    "findings, newest": ["/findings", "/findings?page=20", "/findings?order=newest&lang=uk"],
    "findings, narrowed": ["/findings?kind=agreement", "/findings?side=ru", "/findings?source=s7&since=2025-01-01"],
    "search, a common word": [f"/findings?q={quote(word)}" for word in ("обмін", "полонені", "повернулися")],
    "search, several words": [f"/findings?q={quote(words)}" for words in ("обмін полоненими 205", "поранені захисники", "тіла загиблих")],
    "a finding": [f"/findings/f{n}" for n in (7, 5_000, 9_999)],
    "exchanges": ["/exchanges", "/exchanges?disputed=true"],
    "an exchange": [f"/exchanges/x{n}" for n in (3, 150, 299)],
    "overview": ["/"],
    "totals": ["/totals"],
    "sources": ["/sources"],
    "API, a page of findings": ["/api/v1/findings", "/api/v1/findings?q=" + quote("обмін")],
    "Atom of a search": ["/findings.atom?q=" + quote("обмін")],
}  # fmt: skip


def main() -> int:
    """Build, measure, print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = 10
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-pages-") as scratch:
        folder = Path(scratch)
        store = database.connect(f"sqlite:///{folder}/data/swapwatch.db")
        migrate.upgrade(store, backup_to=None)
        build(store, folder, count)
        size = (folder / "data" / "swapwatch.db").stat().st_size / 1e6
        print(
            f"{count:,} findings, {size:,.0f} MB; milliseconds while another process's worth of writes goes on"
        )
        print(f"{'':<28}{'first':>8}{'median':>8}{'p95':>8}")
        with serving(folder) as (port, pid):
            stop = threading.Event()
            writer = threading.Thread(target=writing, args=(store, stop))
            writer.start()
            print(f"the ledger of {EXCHANGES} exchanges read: {asked(port, '/exchanges'):.1f} s, once")
            for name, paths in PATHS.items():
                first = asked(port, paths[0])
                took = sorted(asked(port, path) for _ in range(rounds) for path in paths)
                figures = (first, took[len(took) // 2], took[int(len(took) * 0.95)])
                print(f"{name:<28}" + "".join(f"{1000 * one:>8.0f}" for one in figures), flush=True)
            before = peak_megabytes(pid)
            start = time.perf_counter()
            asked(port, "/findings.csv")
            print(
                f"CSV of everything: {time.perf_counter() - start:.1f} s, peak memory {before:.0f} MB before, {peak_megabytes(pid):.0f} MB after"
            )
            stop.set()
            writer.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
