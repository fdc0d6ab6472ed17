"""What must hold of a store after any kill, and once a later run came to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from storage import engine as database
from storage.engine import transaction
from storage.verify import audit


def after_a_kill(url: str, data: Path, *, acknowledged: Collection[str]) -> list[str]:
    """Return what is wrong with a store whose writer was killed: whole, and with all it acknowledged."""
    engine = database.connect(url)
    try:
        with engine.connect() as connection:
            found = _engine_faults(connection) + _index_faults(connection)
            stories = _stories(connection)
        found += _evidence_faults(engine, data)
    finally:
        engine.dispose()
    found += [f"{token} was acknowledged and is lost" for token in acknowledged if not stories[token]]
    return found + [f"{token} is there {times} times" for token, times in stories.items() if times > 1]


def at_the_end(url: str, data: Path, *, served: Collection[str]) -> list[str]:
    """Return what is wrong with a store that has read all that was served: every token once, nothing waits."""
    found = after_a_kill(url, data, acknowledged=served)
    engine = database.connect(url)
    try:
        with engine.connect() as connection:
            stories = _stories(connection)
            counts = {
                what: connection.scalar(text(f"select count(*) from {what}")) or 0
                for what in ("article", "finding", "version", "lead", "seen")
            }
            waiting = connection.scalar(text("select count(*) from lead where state = 'pending'"))
    finally:
        engine.dispose()
    found += [f"{token} was never served" for token in stories.keys() - set(served)]
    found += [
        f"{number} rows of {what} for {len(served)} stories"
        for what, number in counts.items()
        if number != len(served)
    ]
    return found + ([f"{waiting} leads wait"] if waiting else [])


def stored(url: str) -> set[str]:
    """Return the tokens whose stories are kept so far; none where the store can't be asked yet."""
    engine = database.connect(url, read_only=True)
    try:
        with engine.connect() as connection:
            return set(_stories(connection))
    except DBAPIError:
        return set()
    finally:
        engine.dispose()


def _stories(connection: Connection) -> Counter[str]:
    """Count the findings that hold each token: it ends their address and stands in their text."""
    rows = connection.execute(
        text(
            "select a.address, v.text from article a join version v on v.article_id = a.id"
            " join finding f on f.article_id = a.id where v.number = 1"
        )
    )
    pairs = [(place.rpartition("/")[2], words) for place, words in rows]
    return Counter(token for token, words in pairs if token in words.split())


def _engine_faults(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    whole = connection.scalar(text("pragma integrity_check"))
    found = [] if whole == "ok" else [f"integrity: {whole}"]
    broken = connection.execute(text("pragma foreign_key_check")).first()
    return found + ([f"foreign key of {broken[0]}"] if broken else [])


def _index_faults(connection: Connection) -> list[str]:
    """Compare findings with their rows in the text index, and the index with the texts it was made of."""
    missing = connection.scalar(
        text("select count(*) from finding where id not in (select finding_id from search_text)")
    )
    found = [f"{missing} findings can't be searched"] if missing else []
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("insert into search_fts(search_fts, rank) values ('integrity-check', 1)")
    return found


def _evidence_faults(engine: Engine, data: Path) -> list[str]:
    with transaction(engine) as session:
        found = audit(session, data / "captures")
    return [f"{one.what} {one.number}: {one.words}" for one in found.problems]
