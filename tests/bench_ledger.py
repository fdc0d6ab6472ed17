"""Costs of the ledger in CPU seconds: a full rebuild, and one new finding, with 10,000 exchanges in the store.

usage: python tests/bench_ledger.py [EXCHANGES]

Each exchange is told by five reports with four claims each: 200,000 claims with the default. Goals: a rebuild under a
minute, a new finding under 50 ms.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, text

import scheduler
from storage import engine as database
from storage import migrate
from storage.tables import ArticleRow, ClaimRow, FindingRow, VerdictRow, VersionRow

REPORTS, CLAIMS, ROUNDS = 5, 4, 9
FIRST = date(2000, 1, 1)


def filled(engine: Engine, exchanges: int) -> None:
    """Store findings on one exchange a day; every fifth report names no day."""
    tables: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (ArticleRow, VersionRow, VerdictRow, FindingRow, ClaimRow)
    }
    for number in range(1, exchanges * REPORTS + 1):
        nth, place = divmod(number - 1, REPORTS)
        for table, rows in _finding(number, FIRST + timedelta(days=nth), place, 100 + nth % 300).items():
            tables[table] += rows
    with engine.begin() as connection:
        for table, rows in tables.items():
            connection.execute(insert(table), rows)


def _finding(number: int, day: date, place: int, size: int) -> dict[Any, list[dict[str, Any]]]:
    at = datetime(day.year, day.month, day.day, 12, place, tzinfo=UTC)
    outlet = f"outlet{place}.example"
    return {
        ArticleRow: [{"id": number, "address": f"https://{outlet}/{number}", "address_hash": str(number), "outlet": outlet, "first_seen": at, "state": "live"}],
        VersionRow: [{"id": number, "article_id": number, "number": 1, "title": "t", "text": "t", "lemmas": "t", "authors": [], "published": at, "zone_known": True,
                      "fetched_at": at, "from_feed": False, "partial": False, "warnings": [], "text_sha256": str(number)}],
        VerdictRow: [{"id": number, "version_id": number, "lexicon": "l", "standing": "relevant", "score": 0.9, "kind": "exchange_completed", "conflict": "ru-ua",
                      "reasons": [], "tags": [], "mediators": [], "judged_at": at, "exchange_date": day if place else None}],
        FindingRow: [{"id": number, "article_id": number, "verdict_id": number, "standing": "relevant", "first_kept": at, "changed_at": at}],
        ClaimRow: [
            {"id": number * CLAIMS + nth, "verdict_id": number, "event": "this_exchange", "returned_to": "ukraine" if nth % 2 else "russia",
             "category": "prisoners_of_war" if nth < 2 else "civilians", "count": size + nth, "precision": "exact",
             "claimed_by": ["ru_mod" if place % 2 else "ua_president"], "quote": "q", "part": "text", "start": 0, "end": 1}
            for nth in range(CLAIMS)
        ],
    }  # fmt: skip


def rebuilt(engine: Engine) -> float:
    """Return the CPU seconds of a full rebuild."""
    started = time.process_time()
    scheduler.rebuild_ledger(engine)
    return time.process_time() - started


def renewed(engine: Engine, finding: int) -> float:
    """Return the CPU milliseconds of reconciling one finding as if it were new."""
    with engine.begin() as connection:
        connection.execute(text("delete from exchange_part where finding_id = :id"), {"id": finding})
        connection.execute(text("delete from reported where finding_id = :id"), {"id": finding})
    started = time.process_time()
    scheduler.update_ledger(engine)
    return 1000 * (time.process_time() - started)


def main() -> int:
    """Measure and print."""
    exchanges = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
        engine = database.connect(f"sqlite:///{scratch}/bench.db")
        migrate.upgrade(engine, backup_to=None)
        filled(engine, exchanges)
        first, again = rebuilt(engine), rebuilt(engine)
        middle = exchanges * REPORTS // 2
        one = [renewed(engine, middle + place) for place in range(ROUNDS)]
        engine.dispose()
    print(f"ledger of {exchanges:,} exchanges, {exchanges * REPORTS * CLAIMS:,} claims")
    print(f"{'first reconciling':<46}{first:>9.1f}  CPU s")
    print(f"{'rebuild':<46}{again:>9.1f}  CPU s")
    print(f"{'one new finding':<46}{statistics.median(one):>9.1f}{min(one):>9.1f}{max(one):>9.1f}  CPU ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
