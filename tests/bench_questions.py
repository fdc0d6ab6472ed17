"""How fast questions are answered over a large store: `python tests/bench_questions.py [FINDINGS…]`.

The search of the command and the pages against the same statement sent straight to SQLite, and an exchange-free page of hits. The
goal: p95 at most 1.5 times the statement's.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.dialects import sqlite

from storage import engine as database
from storage import migrate
from storage.engine import transaction
from storage.search import Filters, ranked, search
from tests.bench_docs import put
from tests.bench_pages import build

GOAL = 1.5
ROUNDS = 30
QUESTIONS: tuple[list[list[str]], ...] = (
    [["обмін"]],
    [["полонений"]],
    [["захисник"], ["координаційний"]],
    [["тіло"], ["загиблий"]],
    [],
)


def p95(took: Sequence[float]) -> float:
    """Return the time below which 95 % stay, in milliseconds."""
    return 1000 * sorted(took)[int(0.95 * len(took))]


def timed(work: Callable[[], object]) -> float:
    """Return how many CPU seconds it takes: SQLite works in the same process."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def measure(store: Engine, file: Path) -> tuple[float, float]:
    """Return p95 of our search, and of the same statements sent straight to SQLite with the rows they name."""
    ours: list[float] = []
    plain: list[float] = []
    with closing(sqlite3.connect(file)) as straight:
        for words in QUESTIONS:
            with transaction(store) as session:
                statement = ranked(session, words, filters=Filters())
                assert statement is not None
                compiled = statement.limit(20).compile(
                    dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
                )

                def ask(words: list[list[str]] = words) -> object:
                    return search(session, words, filters=Filters())

                def send(sql: str = str(compiled)) -> object:
                    ids = [row[0] for row in straight.execute(sql)]
                    marks = ",".join("?" * len(ids))
                    return straight.execute(
                        "select * from finding join article on article.id = finding.article_id join verdict on"
                        " verdict.id = finding.verdict_id join version on version.id = verdict.version_id where"
                        f" finding.id in ({marks})",
                        ids,
                    ).fetchall()

                assert ask()
                assert send()
                for _ in range(ROUNDS):  # alternating
                    ours.append(timed(ask))
                    plain.append(timed(send))
    return p95(ours), p95(plain)


def table(sizes: Sequence[int]) -> str:
    """Return the table as Markdown."""
    lines = [
        "| findings | database MB | search p95, ms | the plain statement, ms | ratio |",
        "| --- | --- | --- | --- | --- |",
    ]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="swapwatch-bench-") as scratch:
            file = Path(scratch) / "data" / "swapwatch.db"
            store = database.connect(f"sqlite:///{file}")
            migrate.upgrade(store, backup_to=None)
            build(store, Path(scratch), size)
            ours, plain = measure(store, file)
            megabytes = sum(one.stat().st_size for one in file.parent.iterdir()) / 1e6
            store.dispose()
        verdict = "" if ours <= GOAL * plain else f" **BEHIND** {GOAL}"
        lines.append(
            f"| {size:,} | {megabytes:,.0f} | {ours:.1f} | {plain:.1f} | {ours / plain:.2f}{verdict} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    text = table([int(one) for one in sys.argv[1:] if one.isdigit()] or [1_000, 10_000])
    print(text)
    if "--write" in sys.argv:
        put("questions", text)
